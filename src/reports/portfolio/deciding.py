"""The decisions that a report tells of: made for it where none are given, or the reason why there are none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from ...decide.decided import Decisions
from ...decide.decided.made import decisions_of
from ...decide.dunning import default_policy
from ...errors import PaybenchError
from ...ledger import Ledger


def check(decisions: Decisions | None, ledger: Ledger, at: pd.Timestamp) -> None:
    """See that decisions that are given are those of the report.

    Raises
    ------
    PaybenchError
        If they are of another book or day.
    """
    if decisions is not None and (decisions.at != at or decisions.about["book"] != ledger.name):
        raise PaybenchError(
            f"The decisions are of {decisions.about['book']} on {decisions.at:%Y-%m-%d} and the report is of "
            f"{ledger.name} on {at:%Y-%m-%d}; give those of the same book and day, or none."
        )


def decide(
    ledger: Ledger,
    at: pd.Timestamp,
    store: Path,
    withheld: pd.DataFrame | None,
    language: str,
    names: bool,
    show: bool,
    scores: pd.DataFrame,
) -> tuple[Decisions | None, str]:
    """The decisions of the day, or why there are none: the rest of the report does not hang on them."""
    log = withheld
    if log is not None and "decided_on" in log:
        log = log[pd.to_datetime(log["decided_on"]) < at].reset_index(drop=True)
    try:
        return decisions_of(
            ledger, at, default_policy(), store, log=log, language=language, names=names, show=show, scores=scores
        ), ""  # fmt: skip
    except PaybenchError as error:
        return None, str(error)
    except ImportError as error:
        return None, f"{error.name} is not installed: pip install 'paybench[workbench]'"


def nameless(decisions: Decisions) -> Decisions:
    """The same without what somebody wrote."""
    return replace(decisions, queue=replace(decisions.queue, table=decisions.queue.table.assign(reason="")))
