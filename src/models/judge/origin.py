"""One origin of a backtest: everything is trained on what was known then, and asked about later rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ...ledger import Ledger, as_of, day, settle
from ...progress import say
from ..learn.fit import fit_timing
from ..learn.folds import Book, Rows, end_of
from ..learn.tune import tune
from .incoming import WEEKS, cash_of
from .prediction import Prediction
from .rivals import Rival, challenging, served, simple

Others = Callable[[Rows, int], list[Prediction]]
"""Somebody else's predictions of rows at issue, given a horizon: of an oracle, for example."""

LEAST = 20
"""Matured invoices without which nothing can be fitted."""


@dataclass(frozen=True)
class Judged:
    """What all models said at one origin.

    Attributes
    ----------
    rows, said : invoices issued after the origin, and each model's predictions of them.
    opened, opened_said : the same of invoices that were open at the origin, given that they were unpaid.
    cash : expected and actual cash of those (:func:`~.incoming.cash_of`); empty where the weeks are not over.
    """

    origin: pd.Timestamp
    rows: Rows
    said: list[Prediction]
    opened: Rows
    opened_said: list[Prediction]
    cash: pd.DataFrame


def judge_origin(
    book: Book,
    start: pd.Timestamp,
    stop: pd.Timestamp,
    trials: int,
    seed: int,
    others: Others | None = None,
    show: bool = False,
) -> Judged:
    """Tune and fit on what was known at ``start``; ask about what was issued up to ``stop``, and what was open.

    Parameters
    ----------
    book : which knows the outcomes. trials, seed : of the tuning. others, show : as in :func:`~.backtest.backtest`.

    Raises
    ------
    PaybenchError
        If there is nothing to train on or to test with.
    """
    say(f"origin {start:%Y-%m-%d}", show)
    if start >= book.at:
        raise PaybenchError(
            f"Origin {start:%Y-%m-%d} is not before {book.at:%Y-%m-%d}, when outcomes end; choose another origin."
        )
    train, test = book.known_at(start), book.issued_in(start, stop)
    if (why := cannot_train(train)) or not len(test):
        raise PaybenchError(
            f"Origin {start:%Y-%m-%d} cannot be judged: "
            + (why or "no invoice issued after it has an outcome yet")
            + "; choose another origin, or import a longer history."
        )
    tuned = tune(Book(book.ledger, start, book.H), trials, seed, show)
    bundle = fit_timing(book, tuned, seed, start)
    plain = challenging(book, train, seed, every=True, tail=book.tail(start))
    rivals = [*served(book, bundle), *plain, *simple(book, start, train)]
    grace, horizon = book.ledger.grace_days, book.H
    said = [r.at_issue(test, grace, horizon) for r in rivals]
    opened = book.open_at(start)
    return Judged(
        start,
        test,
        said + [_within(p, horizon) for p in (others(test, horizon) if others else [])],
        opened,
        _when_open(rivals, opened, grace, horizon),
        cash_of(book, start, opened, rivals)
        if len(opened) and start + pd.Timedelta(days=7 * WEEKS) <= book.at
        else pd.DataFrame(),
    )


def cannot_train(rows: Rows) -> str:
    """Why nothing can be fitted to rows that were known at an origin; empty if something can."""
    if len(rows) < LEAST:
        return f"the outcome of {len(rows)} invoices was known then, and {LEAST} are needed"
    share = rows.late.mean()
    return f"{'all' if share else 'none'} of the {len(rows)} known outcomes are late" if share in (0.0, 1.0) else ""


def outcomes_end(ledger: Ledger, until: object | None) -> pd.Timestamp:
    """The day up to which outcomes are known: ``until``, or :func:`last_day`.

    Raises
    ------
    PaybenchError
        If ``until`` lies after what the ledger can tell.
    """
    end = last_day(ledger)
    if until is None:
        return end
    asked = day(until)
    if asked > end:
        raise PaybenchError(
            f"Outcomes cannot be known up to {asked:%Y-%m-%d}: invoices and payments of the ledger end before "
            f"{end:%Y-%m-%d}; give that day or an earlier one."
        )
    return asked


def last_day(ledger: Ledger) -> pd.Timestamp:
    """The day up to which a ledger's outcomes are known; far enough for all to count as matured if nothing is open.

    Invoices and money decide: a message dated years ahead does not make what is unpaid known to be so.
    """
    end = end_of(ledger, ("invoices", "payments"))
    facts = settle(as_of(ledger, end))
    if (facts["settled_on"].isna() & facts["written_off_on"].isna()).any() or facts.empty:
        return end
    return max(end, facts["due_on"].max() + pd.Timedelta(days=92))


def _when_open(rivals: list[Rival], rows: Rows, grace_days: int, horizon: int) -> list[Prediction]:
    if not len(rows):
        return []
    said = [r.when_open(rows, grace_days, horizon) for r in rivals]
    return [p for p in said if p.days is not None]


def _within(p: Prediction, horizon: int) -> Prediction:
    """Days at most the horizon, as the outcomes are."""
    return p if p.days is None else replace(p, days=np.fmin(p.days, float(horizon)))
