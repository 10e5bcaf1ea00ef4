"""Tuning by Optuna on time folds: the classifier by log loss, the hazard by CRPS, at issue and of what is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..family.hazard import Hazard
from ..family.late import LateDirect
from ..family.timing import Timing
from .folds import Book
from .recalibrate import Calibration, fit_calibration
from .search import Search, check_minutes, turns
from .space import SPACE, defaults, first
from .timefolds import everybody, hazard_by_fold, late_by_fold, time_folds

if TYPE_CHECKING:
    import optuna

Floats = NDArray[np.float64]

HAZARD_TRIALS = 6
"""Of so many trials one, the second, is spent on the hazard, which takes longest and gains least."""

PARTS: dict[str, Callable[..., Any]] = {"late": late_by_fold, "hazard": hazard_by_fold}
"""What is tuned, each by itself, and what scores its parameters."""

COLUMNS = ["part", "number", "value", "state", "folds"]
"""Of the table of trials; the parameters follow."""


@dataclass(frozen=True)
class Tuned:
    """What tuning found.

    Attributes
    ----------
    parameters : of Timing's parts, named as scikit-learn does: ``late__leaves``, ``hazard__rounds``. trials : every
        trial: part, number, value = log loss or CRPS in days, parameters.
    calibration : of both parts. stalled : parts whose search ended early. seconds : of the tuning, where the budget
        was time.
    """

    parameters: dict[str, Any] = field(default_factory=dict)
    trials: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=COLUMNS))
    calibration: Calibration = field(default_factory=Calibration)
    stalled: tuple[str, ...] = ()
    seconds: float | None = None

    @property
    def pruned(self) -> int:
        """How many trials were given up before the last fold."""
        return int((self.trials["state"] == "pruned").sum())


@dataclass(frozen=True)
class Kept:
    """Where the trials of a tuning are kept, so that another process goes on with them, or helps.

    Attributes
    ----------
    storage : a database of studies (:func:`~.search.storage_at`). name : of the tuning there.
    worker : 0 of the process that leads.
    """

    storage: optuna.storages.RDBStorage
    name: str
    worker: int = 0


class Tuning:
    """A tuning on a book, which can be gone on with.

    Parameters
    ----------
    book : the ledger as known when tuning may look no further. seed : the same seed proposes the same trials.
    kept : where its trials are kept; in memory by default.
    """

    def __init__(self, book: Book, seed: int, kept: Kept | None = None) -> None:
        self.book, self.seed, self.folds = book, seed, time_folds(book)
        self._kept = kept
        rows = len(book.known_at(book.at))
        self.searches = {
            part: Search(part, first(part, rows), self._scored(part), len(self.folds), seed, *_place(kept, part))
            for part in (PARTS if self.folds else {})
        }

    def _scored(self, part: str) -> Callable[[dict[str, Any]], Any]:
        return lambda parameters: PARTS[part](self.folds, self.book, self.seed, parameters)

    def search(
        self,
        trials: int,
        minutes: float | None = None,
        show: bool = False,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """Search until the budget is spent (see :func:`tune`), or nobody wants it any longer."""
        check_minutes(minutes)
        if not self.folds or (trials < 1 and minutes is None):
            return
        late, hazard = self.searches["late"], self.searches["hazard"]
        for number in turns(trials, minutes, 2, show, late.seconds + hazard.seconds):
            (hazard if number % HAZARD_TRIALS == 1 else late).turn()
            if (late.stalled and hazard.stalled) or not wanted():
                break

    def give_up_dead(self) -> None:
        """End the trials of processes that are no more."""
        for search in self.searches.values():
            search.give_up_dead()

    def close(self) -> None:
        """Let go of the database in which the trials are kept."""
        if self._kept:
            self._kept.storage.remove_session()
            self._kept.storage.engine.dispose()

    def found(self, timed: bool) -> Tuned:
        """The best parameters so far, not calibrated yet. timed : whether the budget was time."""
        searches = [s for s in self.searches.values() if s.best]
        if len(searches) < len(PARTS):
            return Tuned()
        return Tuned(
            {f"{s.part}__{name}": value for s in searches for name, value in s.best.items()},
            pd.concat([s.trials for s in searches], ignore_index=True),
            stalled=tuple(s.part for s in searches if s.stalled),
            seconds=round(sum(s.seconds for s in searches), 1) if timed else None,
        )

    def calibration(self, tuned: Tuned) -> Calibration:
        """Calibrators from what the best parameters predicted out of time; asked again where this process did not."""
        if not tuned.parameters:
            return Calibration()
        said = {part: self.searches[part].said or self._said(part, tuned) for part in PARTS}
        return fit_calibration(self.folds, said["hazard"], said["late"], self.book.H)

    def _said(self, part: str, tuned: Tuned) -> list[Any]:
        chosen = {name: tuned.parameters[f"{part}__{name}"] for name in SPACE[part]}
        return [predicted for _, predicted in self._scored(part)(chosen)]


def _place(kept: Kept | None, part: str) -> tuple[Any, ...]:
    return (kept.storage, f"{kept.name}-{part}", kept.worker) if kept else ()


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
    tuning = Tuning(book, seed)
    tuning.search(trials, minutes, show)
    tuned = tuning.found(minutes is not None)
    return replace(tuned, calibration=tuning.calibration(tuned))


def fitted(book: Book, origin: object, parameters: dict[str, Any], seed: int) -> Timing:
    """Timing, fitted to what was known at an origin."""
    rows, lives = book.known_at(origin), book.lives(origin)
    plain = {part: defaults(part, len(rows)) for part in SPACE}
    model = Timing(book.H, book.ledger.grace_days, Hazard(**plain["hazard"]), LateDirect(**plain["late"]), seed)
    model.set_params(**parameters)
    return model.fit(lives.X, lives.days_late, lives.seen, lives.habits, everybody(rows, book.H), book.tail(origin))
