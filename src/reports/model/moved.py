"""Whether a version learned from other data than the one before it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ...errors import PaybenchError
from ...ledger import Ledger
from ...models.learn.folds import Book
from ...models.training.candidate import Candidate
from ...monitor.drift import drift
from .judged import as_rows


@dataclass(frozen=True)
class Moved:
    """How far the features of two versions are apart.

    Attributes
    ----------
    table : of :func:`~paybench.monitor.drift.drift`, the largest PSI first. training : whether it is of all rows that
        trained, else of those that judged. rows : of either, the earlier version's first. same : they are the same.
    """

    table: pd.DataFrame
    training: bool
    rows: tuple[int, int]
    same: bool


def moved(now: Candidate, before: Candidate, ledger: Ledger | None = None) -> Moved:
    """Drift of every feature from the earlier version's rows to this one's.

    Parameters
    ----------
    ledger : that both were trained on; without it, or where it no longer gives the earlier version's data, the rows
        that judged each are compared.

    Raises
    ------
    PaybenchError
        If this version was trained on another ledger.
    """
    pair = (None, None) if ledger is None else (_trained(before, ledger), _trained(now, ledger))
    if ledger is not None and pair[1] is None:
        raise PaybenchError(
            f"The version was trained on other data than '{ledger.name}' as of {now.about['as_of']}; give its ledger, "
            "or none."
        )
    training = pair[0] is not None and pair[1] is not None
    then, here = (
        X if training and X is not None else as_rows(c.rows).X for X, c in zip(pair, (before, now), strict=True)
    )
    columns = [c for c in then if c in here]
    table = drift(then[columns], here[columns]).set_index("feature").sort_values("psi", ascending=False, kind="stable")
    return Moved(table, training, (len(then), len(here)), then.index.equals(here.index) and then.equals(here))


def _trained(candidate: Candidate, ledger: Ledger) -> pd.DataFrame | None:
    """The rows that trained; None if the ledger no longer gives the data that they were made from."""
    about = candidate.about
    book = Book(ledger, about["as_of"], int(about["horizon"]))
    return book.known_at(book.at).X if book.hash == about["data_hash"] else None
