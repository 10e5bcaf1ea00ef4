"""Tuning of the forest by Optuna on time folds, scored by CRPS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..progress import track, without_widgets
from .baseline import Baseline
from .calibrate import Calibrator, fit_calibrator
from .distribution import DaysLate, mixed
from .folds import Book, Rows
from .timing import Timing

Floats = NDArray[np.float64]


OWN_SHARES = (0.0, 0.15, 0.3, 0.45, 0.6)
"""Weights of the customer's own distribution that are tried: bounded trees cannot tell every customer apart."""


@dataclass(frozen=True)
class Fold:
    """Rows known at an origin, and later ones."""

    origin: pd.Timestamp
    train: Rows
    test: Rows
    tail: Floats


@dataclass(frozen=True)
class Tuned:
    """What tuning found.

    Attributes
    ----------
    parameters : of the forest. trials : every trial: number, value = CRPS in days, parameters.
    own_share : weight of the customer's own distribution beside the forest. calibrator : of the mixture.
    """

    parameters: dict[str, Any]
    trials: pd.DataFrame
    own_share: float
    calibrator: Calibrator


def time_folds(book: Book, count: int = 3, least: int = 50) -> list[Fold]:
    """Rolling origins over the later half of a book; folds with fewer than ``least`` rows on a side are left out."""
    origins = book.origins(count)
    folds = []
    for start, end in zip(origins, [*origins[1:], None], strict=True):
        train, test = book.known_at(start), book.issued_in(start, end)
        if len(train) >= least and len(test) >= least and 0 < train.late.sum() < len(train):
            folds.append(Fold(start, train, test, book.tail(start)))
    return folds


def tune(book: Book, trials: int, seed: int, show: bool = False) -> Tuned:
    """Search the forest's parameters, and fit the calibrator on what the best ones predicted out of time.

    Parameters
    ----------
    book : the ledger as known when tuning may look no further.
    trials : how many parameter sets; the first is the defaults, so that what tuning bought can be told, the second
        another kind of forest (thresholds searched, not drawn).
    seed : the same seed proposes the same trials. show : progress.
    """
    without_widgets()
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    folds = time_folds(book)
    if not folds or trials < 1:
        return Tuned({}, pd.DataFrame(columns=["number", "value"]), 0.0, Calibrator())
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=6))
    study.enqueue_trial(_defaults())
    study.enqueue_trial({**_defaults(), "extra": False, "feature_share": 0.4, "min_leaf": 10})
    for _ in track(range(trials), "tuning", show):
        trial = study.ask()
        parameters = {name: suggest(trial, name) for name, suggest in _SPACE.items()}
        study.tell(trial, _crps(folds, _predict(folds, book.H, seed, parameters), book.H))
    frame = study.trials_dataframe(attrs=("number", "value", "params"))
    best = dict(study.best_params)
    forest = _predict(folds, book.H, seed, best)
    own = [
        Baseline(book.cut, book.H).fit(f.train.X, f.train.y, tail=f.tail).predict_distribution(f.test.X) for f in folds
    ]
    mixtures = {share: [mixed(a, b, share) for a, b in zip(forest, own, strict=True)] for share in OWN_SHARES}
    share = min(OWN_SHARES, key=lambda s: _crps(folds, mixtures[s], book.H))
    return Tuned(best, frame, share, _calibrate(folds, mixtures[share], book.H))


_SPACE: dict[str, Any] = {
    "leaves": lambda t, n: t.suggest_int(n, 31, 127, log=True),
    "depth": lambda t, n: t.suggest_int(n, 5, 8),
    "min_leaf": lambda t, n: t.suggest_int(n, 2, 20, log=True),
    "feature_share": lambda t, n: t.suggest_float(n, 0.4, 1.0),
    "bagging": lambda t, n: t.suggest_float(n, 0.5, 0.95),
    "extra": lambda t, n: t.suggest_categorical(n, [True, False]),
    "log_target": lambda t, n: t.suggest_categorical(n, [True, False]),
}


def _defaults() -> dict[str, Any]:
    return {name: value for name, value in Timing().get_params().items() if name in _SPACE}


def _predict(folds: list[Fold], horizon: int, seed: int, parameters: dict[str, Any]) -> list[DaysLate]:
    model = Timing(horizon=horizon, seed=seed, **parameters)
    return [model.fit(f.train.X, f.train.y, tail=f.tail).predict_distribution(f.test.X) for f in folds]


def _crps(folds: list[Fold], predicted: list[DaysLate], horizon: int) -> float:
    scores = [p.crps(f.test.y, horizon) for f, p in zip(folds, predicted, strict=True)]
    return float(np.concatenate(scores).mean())


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
    first = min(p.first for p in predicted)
    mass = [np.pad(p.mass, ((0, 0), (p.first - first, 0))) for p in predicted]
    outcomes = np.concatenate([f.test.y for f in folds])
    return fit_calibrator(DaysLate(first, np.concatenate(mass)), outcomes, horizon)
