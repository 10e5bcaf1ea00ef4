"""Conformal correction of distributions: where the outcomes of the past fell in them says where the next will.

One monotone map of the distribution function for each group of customers, so that the numbers of an invoice stay
coherent (conformal predictive distributions: Vovk et al. 2019; Chernozhukov, Wüthrich and Zhu 2021).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..family.distribution import DaysLate

Floats = NDArray[np.float64]

GROUPS = {"new": 2.0, "some history": 20.0, "long history": np.inf}
"""Groups of rows by the customer's settled invoices, at most so many."""
_LOW = (0.001, 0.005, 0.01, 0.025, *(round(0.05 * k, 2) for k in range(1, 10)))
LEVELS = (*_LOW, 0.5, *(round(1 - level, 3) for level in reversed(_LOW)))
"""Values of the distribution function at which a map is kept, closer at the ends; it is straight between them."""
LEAST = 300
"""Later outcomes below which a group is left as it is."""
_WEIGHT = 100.0  # how many outcomes the identity is worth


@dataclass(frozen=True)
class Conformal:
    """Of each corrected group where :data:`LEVELS` are moved to; a group that is not named stays as it is."""

    maps: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def apply(self, predicted: DaysLate, X: pd.DataFrame) -> DaysLate:
        """The corrected distributions of feature rows."""
        if not self.maps:
            return predicted
        mass, group = predicted.mass.copy(), groups(X)
        for name, moved in self.maps.items():
            rows = np.flatnonzero(group == name)
            level = np.interp(predicted.rows(rows).cdf, [0.0, *LEVELS, 1.0], [0.0, *moved, 1.0])
            mass[rows] = np.diff(level, axis=1, prepend=0.0)
        return DaysLate(predicted.first, mass)


def groups(X: pd.DataFrame) -> NDArray[np.str_]:
    """(n,) name of each feature row's group."""
    place = np.searchsorted(list(GROUPS.values()), X["n_settled"].to_numpy(dtype=np.float64))
    return np.array(list(GROUPS))[place]


def conformal_map(predicted: DaysLate, days_late: Floats, horizon: int) -> tuple[float, ...]:
    """The share of outcomes at or below each of :data:`LEVELS` of what was predicted, drawn towards the levels.

    Parameters
    ----------
    predicted : distributions of n invoices. days_late : (n,) later outcomes, horizon + 1 = beyond. Whole days fall
        into an interval of the distribution function, and count in it evenly.
    """
    low, high = predicted.pit(days_late, horizon)
    level = np.array(LEVELS)
    width = np.maximum(high - low, 1e-12)[:, None]
    share = np.clip((level - low[:, None]) / width, 0.0, 1.0)
    drawn = (share.sum(axis=0) + _WEIGHT * level) / (len(share) + _WEIGHT)
    return tuple(round(float(value), 6) for value in np.maximum.accumulate(drawn))


def fit_conformal(parts: Sequence[tuple[DaysLate, pd.DataFrame, Floats]], horizon: int) -> Conformal:
    """The correction of each group that is large, and to which it does good.

    Parameters
    ----------
    parts : of folds in the order of time what was predicted, for which feature rows, and the later outcomes. A group's
        map is kept, and fitted to all of them, if the one that is fitted to all but the last lowers the last's CRPS.
    """
    if len(parts) < 2:
        return Conformal()
    maps = {}
    for name in GROUPS:
        some = [(p.rows(k), y[k]) for p, X, y in parts for k in [np.flatnonzero(groups(X) == name)]]
        (last, outcome), before = some[-1], _joined(some[:-1])
        if len(before[1]) < LEAST or len(outcome) == 0:
            continue
        rows = pd.DataFrame({"n_settled": np.full(len(outcome), GROUPS[name])})
        tried = Conformal({name: conformal_map(*before, horizon)}).apply(last, rows)
        if tried.crps(outcome, horizon).mean() < last.crps(outcome, horizon).mean():
            maps[name] = conformal_map(*_joined(some), horizon)
    return Conformal(maps)


def _joined(parts: Sequence[tuple[DaysLate, Floats]]) -> tuple[DaysLate, Floats]:
    predicted, outcomes = zip(*parts, strict=True)
    return DaysLate(predicted[0].first, np.concatenate([p.mass for p in predicted])), np.concatenate(outcomes)
