"""Tuning by Optuna on time folds: the classifier by log loss, the hazard by CRPS, at issue and of what is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...features import Habits, habits
from ..family.distribution import EARLIEST, DaysLate, pooled_shares
from ..family.hazard import Hazard
from ..family.late import LateDirect
from ..family.timing import Timing
from .calibrate import Calibrator, fit_calibrator, fit_late_calibrator
from .conformal import Conformal, fit_conformal
from .folds import Book, Lives, Rows
from .metrics import log_loss
from .search import Scored, Search, check_minutes, turns
from .space import SPACE, defaults, first

Floats = NDArray[np.float64]

HAZARD_TRIALS = 6
"""Of so many trials one, the second, is spent on the hazard, which takes longest and gains least."""


COLUMNS = ["part", "number", "value", "state", "folds"]
"""Of the table of trials; the parameters follow."""


@dataclass(frozen=True)
class Fold:
    """What was known at an origin, and later rows, and those that were open then, with their customers' habits."""

    origin: pd.Timestamp
    train: Lives
    test: Rows
    habits: Habits
    opened: Rows
    open_habits: Habits
    tail: Floats
    pooled: Floats


@dataclass(frozen=True)
class Tuned:
    """What tuning found.

    Attributes
    ----------
    parameters : of Timing's parts, named as scikit-learn does: ``late__leaves``, ``hazard__rounds``. trials : every
        trial: part, number, value = log loss or CRPS in days, parameters.
    calibrator, conformal, late_calibrator : of the hazard's distributions, and of the classifier.
    """

    parameters: dict[str, Any] = field(default_factory=dict)
    trials: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=COLUMNS))
    calibrator: Calibrator = field(default_factory=Calibrator)
    late_calibrator: Calibrator = field(default_factory=Calibrator)
    conformal: Conformal = field(default_factory=Conformal)
    stalled: tuple[str, ...] = ()
    seconds: float | None = None

    @property
    def pruned(self) -> int:
        """How many trials were given up before the last fold."""
        return int((self.trials["state"] == "pruned").sum())


def fitted(book: Book, origin: object, parameters: dict[str, Any], seed: int) -> Timing:
    """Timing, fitted to what was known at an origin."""
    rows, lives = book.known_at(origin), book.lives(origin)
    plain = {part: defaults(part, len(rows)) for part in SPACE}
    model = Timing(book.H, book.ledger.grace_days, Hazard(**plain["hazard"]), LateDirect(**plain["late"]), seed)
    model.set_params(**parameters)
    return model.fit(lives.X, lives.days_late, lives.seen, lives.habits, _pooled(rows, book.H), book.tail(origin))


def time_folds(book: Book, count: int = 3, least: int = 50) -> list[Fold]:
    """Rolling origins over the later half of a book; folds with fewer than ``least`` rows on a side are left out."""
    origins = book.origins(count)
    folds = []
    for start, end in zip(origins, [*origins[1:], None], strict=True):
        known, test = book.known_at(start), book.issued_in(start, end)
        if len(known) >= least and len(test) >= least and 0 < known.late.sum() < len(known):
            opened = book.open_at(start)
            past, then = (habits(book.cut, rows.X, EARLIEST, book.H + 1) for rows in (test, opened))
            pooled = _pooled(known, book.H)
            folds.append(Fold(start, book.lives(start), test, past, opened, then, book.tail(start), pooled))
    return folds


def tune(book: Book, trials: int, seed: int, show: bool = False, minutes: float | None = None) -> Tuned:
    """Search the parameters of both parts, and fit the calibrators on what the best ones predicted out of time.

    Each fold is a step: a trial that does worse than the median over the first ones is given up
    (:class:`~.search.Search`). A part's search ends early once :data:`~.search.PATIENCE` trials in a row brought no
    gain.

    Parameters
    ----------
    book : the ledger as known when tuning may look no further.
    trials : how many parameter sets; the first of each part is the defaults, so that what tuning bought can be told.
    seed : the same seed proposes the same trials, in the same order. show : progress.
    minutes : the budget instead of ``trials``. The search ends with the first trial that ends after it; how many that
        makes depends on the machine, so only a budget in trials gives the same result everywhere.

    Raises
    ------
    PaybenchError
        If ``minutes`` is not above 0.
    """
    check_minutes(minutes)
    folds = time_folds(book)
    if not folds or (trials < 1 and minutes is None):
        return Tuned()
    rows, began = len(book.known_at(book.at)), monotonic()
    late = Search("late", first("late", rows), lambda p: _late(folds, book, seed, p), len(folds), seed)
    hazard = Search("hazard", first("hazard", rows), lambda p: _hazard(folds, book, seed, p), len(folds), seed)
    for number in turns(trials, minutes, 2, show):
        search = hazard if number % HAZARD_TRIALS == 1 else late
        if not search.stalled:
            search.step()
        elif late.stalled and hazard.stalled:
            break
    calibrator = _calibrate(folds, hazard.said, book.H)
    calibrated = [(calibrator.apply(p), f.test.X, f.test.y) for f, p in zip(folds, hazard.said, strict=True)]
    return Tuned(
        {f"{s.part}__{name}": value for s in (late, hazard) for name, value in s.best.items()},
        pd.concat([late.trials, hazard.trials], ignore_index=True),
        calibrator,
        _calibrate_late(folds, late.said),
        fit_conformal(calibrated, book.H),
        tuple(s.part for s in (late, hazard) if s.stalled),
        None if minutes is None else round(monotonic() - began, 1),
    )


def _late(folds: list[Fold], book: Book, seed: int, parameters: dict[str, Any]) -> Scored:
    for f in folds:
        model = Timing(book.H, book.ledger.grace_days, late=LateDirect(**parameters), seed=seed)
        late = model.fit_late(f.train.X, f.train.days_late, f.train.seen)
        usual = book.known_at(f.origin).late.mean()
        said = late.predict_proba(f.test.X)[:, 1] if late else np.full(len(f.test), usual)
        yield log_loss(f.test.late, said), said


def _hazard(folds: list[Fold], book: Book, seed: int, parameters: dict[str, Any]) -> Scored:
    for f in folds:
        model = Hazard(horizon=book.H, seed=seed, **parameters)
        model.fit(f.train.X, f.train.days_late, f.train.seen, f.train.habits, f.pooled, f.tail)
        said = model.predict_distribution(f.test.X, f.habits)
        still = model.predict_distribution(f.opened.X, f.open_habits)
        yield np.concatenate([said.crps(f.test.y, book.H), still.crps(f.opened.y, book.H)]), said


def _pooled(rows: Rows, horizon: int) -> Floats:
    return pooled_shares(rows.y, EARLIEST, horizon)


def _calibrate(folds: list[Fold], predicted: list[DaysLate], horizon: int) -> Calibrator:
    """Fit on all folds if, fitted on the earlier ones, it makes the last one better; else the identity."""
    if len(folds) < 2:
        return Calibrator()
    fit = _fit_on(folds[:-1], predicted[:-1], horizon)
    last, outcome = predicted[-1], folds[-1].test.y
    if fit.apply(last).crps(outcome, horizon).mean() >= last.crps(outcome, horizon).mean():
        return Calibrator()
    return _fit_on(folds, predicted, horizon)


def _fit_on(folds: list[Fold], predicted: list[DaysLate], horizon: int) -> Calibrator:
    outcomes = np.concatenate([f.test.y for f in folds])
    return fit_calibrator(DaysLate(predicted[0].first, np.concatenate([p.mass for p in predicted])), outcomes, horizon)


def _calibrate_late(folds: list[Fold], predicted: list[Floats]) -> Calibrator:
    """The same for the classifier, by log loss."""
    if len(folds) < 2:
        return Calibrator()
    late = [f.test.late for f in folds]
    fit = fit_late_calibrator(np.concatenate(predicted[:-1]), np.concatenate(late[:-1]))
    if log_loss(late[-1], 1 - fit(1 - predicted[-1])).mean() >= log_loss(late[-1], predicted[-1]).mean():
        return Calibrator()
    return fit_late_calibrator(np.concatenate(predicted), np.concatenate(late))
