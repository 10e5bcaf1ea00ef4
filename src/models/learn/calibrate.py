"""Recalibration of a whole distribution, so that its numbers stay coherent.

One monotone map of the distribution function, logit F' = a + b logit F, moves every threshold and quantile together
(recalibration of probabilistic regressors: Kuleshov, Fenner and Ermon 2018; here with two parameters, because books
are small).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..family.distribution import DaysLate

Floats = NDArray[np.float64]

_EPS = 1e-9


@dataclass(frozen=True)
class Calibrator:
    """logit F' = shift + slope * logit F; the identity by default."""

    shift: float = 0.0
    slope: float = 1.0

    def apply(self, predicted: DaysLate) -> DaysLate:
        """The recalibrated distributions."""
        if self == Calibrator():
            return predicted
        cdf = self(predicted.cdf)
        return DaysLate(predicted.first, np.diff(cdf, axis=1, prepend=0.0))

    def __call__(self, share: Floats) -> Floats:
        """Map values of a distribution function; 0 and 1 stay."""
        inner = np.clip(share, _EPS, 1 - _EPS)
        mapped = 1 / (1 + np.exp(-(self.shift + self.slope * np.log(inner / (1 - inner)))))
        return np.where(share <= _EPS, 0.0, np.where(share >= 1 - _EPS, 1.0, mapped))


def fit_late_calibrator(p: Floats, late: Floats, weight: float = 400.0) -> Calibrator:
    """Platt's map of a probability of being late, as a map of its opposite: P' = 1 - calibrator(1 - P).

    Parameters
    ----------
    p, late : (n,) predictions and outcomes, later than everything the predictions were made from.
    weight : how many rows the identity is worth.
    """
    on_time = np.clip(1 - p, 1e-4, 1 - 1e-4)
    return _fit(np.log(on_time / (1 - on_time))[:, None], late[:, None] == 0, weight)


def fit_calibrator(predicted: DaysLate, days_late: Floats, horizon: int, weight: float = 400.0) -> Calibrator:
    """Fit on outcomes that are later than everything the predictions were made from.

    Parameters
    ----------
    predicted : distributions of n invoices. days_late : (n,), horizon + 1 = beyond.
    weight : how many rows the identity is worth, so that few rows move little.

    Returns
    -------
    Calibrator that minimises the log loss over the days between the 5 % and 95 % quantiles of the outcomes.
    """
    if len(days_late) == 0:
        return Calibrator()
    low, high = np.quantile(days_late, [0.05, 0.95])
    days = np.unique(np.linspace(low, min(high, horizon), 15).astype(np.int64))
    cdf = predicted.cdf
    share = np.stack([cdf[:, np.clip(d - predicted.first, 0, cdf.shape[1] - 1)] for d in days], axis=1)
    share = np.clip(share, 1e-4, 1 - 1e-4)
    logit = np.log(share / (1 - share))
    seen = days_late[:, None] <= days[None, :]

    return _fit(logit, seen, weight)


def _fit(logit: Floats, seen: NDArray[np.bool_], weight: float) -> Calibrator:
    """The map of log-odds (n, k) with the least log loss on what was seen (n, k)."""
    from scipy.optimize import minimize

    def loss(parameters: Floats) -> float:
        z = parameters[0] + np.exp(parameters[1]) * logit
        fit = np.logaddexp(0.0, np.where(seen, -z, z)).mean(axis=1).sum()
        return float(fit + weight * (parameters**2).sum() / 2)

    best = minimize(loss, np.zeros(2), method="L-BFGS-B", bounds=[(-1.5, 1.5), (-1.0, 1.0)])
    return Calibrator(float(best.x[0]), float(np.exp(best.x[1])))
