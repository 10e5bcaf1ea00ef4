"""Rolling origins over the later half of a book, and what a set of parameters predicts of the rows after each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...features import Habits, habits
from ..family.distribution import EARLIEST, DaysLate, pooled_shares
from ..family.hazard import Hazard
from ..family.late import LateDirect
from ..family.timing import Timing
from .folds import Book, Lives, Rows
from .metrics import log_loss

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fold:
    """What was known at an origin, and later rows, and those that were open then, with their customers' habits."""

    origin: Any
    train: Lives
    test: Rows
    habits: Habits
    opened: Rows
    open_habits: Habits
    tail: Floats
    pooled: Floats


def time_folds(book: Book, count: int = 3, least: int = 50) -> list[Fold]:
    """Rolling origins over the later half of a book; folds with fewer than ``least`` rows on a side are left out."""
    origins = book.origins(count)
    folds = []
    for start, end in zip(origins, [*origins[1:], None], strict=True):
        known, test = book.known_at(start), book.issued_in(start, end)
        if len(known) >= least and len(test) >= least and 0 < known.late.sum() < len(known):
            opened = book.open_at(start)
            past, then = (habits(book.cut, rows.X, EARLIEST, book.H + 1) for rows in (test, opened))
            tail = book.tail(start)
            folds.append(Fold(start, book.lives(start), test, past, opened, then, tail, everybody(known, book.H)))
    return folds


def everybody(rows: Rows, horizon: int) -> Floats:
    """(days,) shares of matured rows per day late."""
    return pooled_shares(rows.y, EARLIEST, horizon)


def late_by_fold(
    folds: list[Fold], book: Book, seed: int, parameters: dict[str, Any]
) -> Iterator[tuple[Floats, Floats]]:
    """The classifier with some parameters, fold by fold: its log losses, and its P(late)."""
    for f in folds:
        model = Timing(book.H, book.ledger.grace_days, late=LateDirect(**parameters), seed=seed)
        late = model.fit_late(f.train.X, f.train.days_late, f.train.seen)
        usual = book.known_at(f.origin).late.mean()
        said = late.predict_proba(f.test.X)[:, 1] if late else np.full(len(f.test), usual)
        yield log_loss(f.test.late, said), said


def hazard_by_fold(
    folds: list[Fold], book: Book, seed: int, parameters: dict[str, Any]
) -> Iterator[tuple[Floats, DaysLate]]:
    """The hazard with some parameters, fold by fold: its CRPS at issue and of what was open, its distributions."""
    for f in folds:
        model = Hazard(horizon=book.H, seed=seed, **parameters)
        model.fit(f.train.X, f.train.days_late, f.train.seen, f.train.habits, f.pooled, f.tail)
        said = model.predict_distribution(f.test.X, f.habits)
        still = model.predict_distribution(f.opened.X, f.open_habits)
        yield np.concatenate([said.crps(f.test.y, book.H), still.crps(f.opened.y, book.H)]), said
