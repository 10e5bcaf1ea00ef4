"""Empirical Bayes: estimates of few observations are drawn toward their group, by what the book itself shows.

A normal model at two levels (Morris 1983, "Parametric empirical Bayes inference", JASA 78): an estimate varies around
what is true of a customer, this around the centre of its group, and that around the centre of all. How much it does at
each level is estimated from the same estimates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_STEPS = 12
"""Of the fixed point; it hardly moves after five."""


@dataclass(frozen=True)
class Shrunk:
    """What n estimates become.

    Attributes
    ----------
    mean, sd : (n,) posterior mean and standard deviation.
    own : (n,) weight of the own estimate, 0 to 1; the rest is the group's.
    prior : (n,) centre of the group.
    """

    mean: Floats
    sd: Floats
    own: Floats
    prior: Floats

    def take(self, rows: Ints) -> Shrunk:
        """Those of some rows."""
        return Shrunk(self.mean[rows], self.sd[rows], self.own[rows], self.prior[rows])


def shrink(estimate: Floats, variance: Floats, group: Ints) -> Shrunk:
    """Draw each estimate toward its group.

    Parameters
    ----------
    estimate : (n,); anything where nothing was seen.
    variance : (n,) of each estimate around what is true, above zero (infinite: nothing seen). group : (n,) from 0 on.
    """
    seen = np.isfinite(variance)
    if not seen.any():
        zero = np.zeros(len(estimate))
        return Shrunk(zero, zero, zero, zero)
    value, doubt = np.where(seen, estimate, 0.0), np.where(seen, variance, 1.0)
    everyone, spread = centre(value[seen], variance[seen])
    weight = np.where(seen, 1.0 / (doubt + spread), 0.0)
    sums = np.bincount(group, weight)
    filled = sums > 0
    means = np.divide(np.bincount(group, weight * value), sums, out=np.full(len(sums), everyone), where=filled)
    # A group of few customers is drawn toward all of them in the same way.
    middle, between = centre(means[filled], 1.0 / sums[filled]) if filled.sum() > 1 else (everyone, 0.0)
    trust = between * sums / (between * sums + 1.0)
    prior = (middle + trust * (means - middle))[group]
    own = np.where(seen, spread / (spread + doubt), 0.0)
    return Shrunk(prior + own * (value - prior), np.sqrt(spread * (1.0 - own)), own, prior)


def centre(estimate: Floats, variance: Floats) -> tuple[float, float]:
    """The common centre of some estimates, and the variance around it that theirs does not explain (0 or above)."""
    between = float(np.var(estimate))
    middle = float(np.mean(estimate))
    for _ in range(_STEPS):
        weight = 1.0 / (variance + between)
        middle = float(weight @ estimate / weight.sum())
        between = max(float(weight**2 @ ((estimate - middle) ** 2 - variance) / (weight**2).sum()), 0.0)
    return middle, between
