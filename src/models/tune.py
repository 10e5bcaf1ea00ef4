"""Tuning by Optuna on time folds: the classifier by log loss, the hazard by CRPS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..features import Habits, habits
from ..progress import track, without_widgets
from .calibrate import Calibrator, fit_calibrator, fit_late_calibrator
from .distribution import EARLIEST, DaysLate, pooled_shares
from .folds import Book, Lives, Rows
from .hazard import Hazard
from .late import LateDirect
from .metrics import log_loss
from .timing import Timing

Floats = NDArray[np.float64]

HAZARD_TRIALS = 12
"""Of so many trials one is spent on the hazard, which takes longest and gains least."""


@dataclass(frozen=True)
class Fold:
    """What was known at an origin, and later rows with their customers' habits."""

    origin: pd.Timestamp
    train: Lives
    test: Rows
    habits: Habits
    tail: Floats
    pooled: Floats


@dataclass(frozen=True)
class Tuned:
    """What tuning found.

    Attributes
    ----------
    parameters : of Timing's parts, named as scikit-learn does: ``late__leaves``, ``hazard__rounds``. trials : every
        trial: part, number, value = log loss or CRPS in days, parameters.
    calibrator, late_calibrator : of the hazard's distributions, and of the classifier.
    """

    parameters: dict[str, Any] = field(default_factory=dict)
    trials: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["part", "number", "value"]))
    calibrator: Calibrator = field(default_factory=Calibrator)
    late_calibrator: Calibrator = field(default_factory=Calibrator)


def fitted(book: Book, origin: object, parameters: dict[str, Any], seed: int) -> Timing:
    """Timing, fitted to what was known at an origin."""
    rows, lives = book.known_at(origin), book.lives(origin)
    first = {part: defaults(part, len(rows)) for part in _SPACE}
    model = Timing(book.H, book.ledger.grace_days, Hazard(**first["hazard"]), LateDirect(**first["late"]), seed)
    model.set_params(**parameters)
    return model.fit(lives.X, lives.days_late, lives.seen, lives.habits, _pooled(rows, book.H), book.tail(origin))


def time_folds(book: Book, count: int = 3, least: int = 50) -> list[Fold]:
    """Rolling origins over the later half of a book; folds with fewer than ``least`` rows on a side are left out."""
    origins = book.origins(count)
    folds = []
    for start, end in zip(origins, [*origins[1:], None], strict=True):
        known, test = book.known_at(start), book.issued_in(start, end)
        if len(known) >= least and len(test) >= least and 0 < known.late.sum() < len(known):
            past = habits(book.cut, test.X, EARLIEST, book.H + 1)
            folds.append(Fold(start, book.lives(start), test, past, book.tail(start), _pooled(known, book.H)))
    return folds


def tune(book: Book, trials: int, seed: int, show: bool = False) -> Tuned:
    """Search the parameters of both parts, and fit the calibrators on what the best ones predicted out of time.

    Parameters
    ----------
    book : the ledger as known when tuning may look no further.
    trials : how many parameter sets; the first of each part is the defaults, so that what tuning bought can be told.
    seed : the same seed proposes the same trials. show : progress.
    """
    without_widgets()
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    folds = time_folds(book)
    if not folds or trials < 1:
        return Tuned()
    heavy = min(max(trials // HAZARD_TRIALS, 1), len(_SPACE["hazard"]) * 3)
    studies = {part: optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed)) for part in _SPACE}
    for part, study in studies.items():
        for first in _first(part, len(book.known_at(book.at))):
            study.enqueue_trial(first)
    late_of = _searched(studies["late"], "late", max(trials - heavy, 1), show, lambda p: _late(folds, book, seed, p))
    hazard_of = _searched(studies["hazard"], "hazard", heavy, show, lambda p: _hazard(folds, book, seed, p))
    late, hazard = late_of[1], hazard_of[1]
    parameters = {f"late__{k}": v for k, v in late_of[0].items()} | {f"hazard__{k}": v for k, v in hazard_of[0].items()}
    return Tuned(
        parameters,
        pd.concat([late_of[2], hazard_of[2]], ignore_index=True),
        _calibrate(folds, hazard, book.H),
        _calibrate_late(folds, late),
    )


_SPACE: dict[str, dict[str, Callable[[Any, str], Any]]] = {
    "late": {
        "rounds": lambda t, n: t.suggest_int(n, 40, 300, log=True),
        "leaves": lambda t, n: t.suggest_int(n, 4, 31, log=True),
        "min_leaf": lambda t, n: t.suggest_int(n, 10, 200, log=True),
        "feature_share": lambda t, n: t.suggest_float(n, 0.3, 1.0),
        "ridge": lambda t, n: t.suggest_float(n, 0.01, 30.0, log=True),
        "extra": lambda t, n: t.suggest_categorical(n, [False, True]),
    },
    "hazard": {
        "rounds": lambda t, n: t.suggest_int(n, 60, 250, log=True),
        "leaves": lambda t, n: t.suggest_int(n, 7, 63, log=True),
        "min_leaf": lambda t, n: t.suggest_int(n, 50, 800, log=True),
        "feature_share": lambda t, n: t.suggest_float(n, 0.2, 0.8),
        "ridge": lambda t, n: t.suggest_float(n, 0.1, 30.0, log=True),
    },
}

_FIRST: dict[str, list[dict[str, Any]]] = {
    "late": [
        {"rounds": 120, "leaves": 31, "min_leaf": 20, "feature_share": 0.3, "ridge": 20.0, "extra": False},
        {"rounds": 100, "leaves": 15, "min_leaf": 20, "feature_share": 0.3, "ridge": 20.0, "extra": True},
    ],
    "hazard": [
        {"rounds": 150, "leaves": 31, "min_leaf": 200, "feature_share": 0.7, "ridge": 1.0},
        {"rounds": 100, "leaves": 8, "min_leaf": 300, "feature_share": 0.3, "ridge": 20.0},
    ],
}
"""Tried first: what suits large books, and what suits small ones, which is the other way round in a small one."""

SMALL = 2_000
"""Matured invoices below which a book is small."""


def defaults(part: str, rows: int) -> dict[str, Any]:
    """What is tried first, by the number of matured invoices."""
    return _first(part, rows)[0]


def _first(part: str, rows: int) -> list[dict[str, Any]]:
    return _FIRST[part][::-1] if rows < SMALL else _FIRST[part]


def _searched(
    study: Any, part: str, trials: int, show: bool, predict: Callable[[dict[str, Any]], tuple[float, Any]]
) -> tuple[dict[str, Any], Any, pd.DataFrame]:
    """The best parameters of a part, what they predicted, and every trial."""
    best: tuple[float, Any] = (np.inf, None)
    for _ in track(range(trials), f"tuning {part}", show):
        trial = study.ask()
        value, said = predict({name: suggest(trial, name) for name, suggest in _SPACE[part].items()})
        study.tell(trial, value)
        best = (value, said) if value < best[0] else best
    frame = study.trials_dataframe(attrs=("number", "value", "params")).dropna(subset="value")  # others never ran
    frame.insert(0, "part", part)
    return dict(study.best_params), best[1], frame


def _late(folds: list[Fold], book: Book, seed: int, parameters: dict[str, Any]) -> tuple[float, list[Floats]]:
    said = []
    for f in folds:
        model = Timing(book.H, book.ledger.grace_days, late=LateDirect(**parameters), seed=seed)
        late = model.fit_late(f.train.X, f.train.days_late, f.train.seen)
        said.append(
            late.predict_proba(f.test.X)[:, 1] if late else np.full(len(f.test), book.known_at(f.origin).late.mean())
        )
    losses = [log_loss(f.test.late, p) for f, p in zip(folds, said, strict=True)]
    return float(np.concatenate(losses).mean()), said


def _hazard(folds: list[Fold], book: Book, seed: int, parameters: dict[str, Any]) -> tuple[float, list[DaysLate]]:
    said = []
    for f in folds:
        model = Hazard(horizon=book.H, seed=seed, **parameters)
        model.fit(f.train.X, f.train.days_late, f.train.seen, f.train.habits, f.pooled, f.tail)
        said.append(model.predict_distribution(f.test.X, f.habits))
    scores = [p.crps(f.test.y, book.H) for f, p in zip(folds, said, strict=True)]
    return float(np.concatenate(scores).mean()), said


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
