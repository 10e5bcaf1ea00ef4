"""Calibrators, fitted on what the best parameters predicted of later rows that they had not seen."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..family.distribution import DaysLate
from .calibrate import Calibrator, fit_calibrator, fit_late_calibrator
from .conformal import Conformal, fit_conformal
from .metrics import log_loss
from .timefolds import Fold

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """Of the hazard's distributions, one after the other, and of the classifier; identities by default."""

    calibrator: Calibrator = field(default_factory=Calibrator)
    conformal: Conformal = field(default_factory=Conformal)
    late_calibrator: Calibrator = field(default_factory=Calibrator)


def fit_calibration(folds: list[Fold], distributions: list[DaysLate], late: list[Floats], horizon: int) -> Calibration:
    """Fit all three.

    Parameters
    ----------
    folds : in time. distributions, late : by fold, the hazard's distributions and the classifier's P(late) of its test
        rows.
    """
    calibrator = _calibrate(folds, distributions, horizon)
    calibrated = [(calibrator.apply(p), f.test.X, f.test.y) for f, p in zip(folds, distributions, strict=True)]
    return Calibration(calibrator, fit_conformal(calibrated, horizon), _calibrate_late(folds, late))


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
