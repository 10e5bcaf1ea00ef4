"""Bands around a forecast, widened or narrowed by where past outcomes fell in past forecasts.

Each past outcome has a place in the futures that were drawn then (its probability integral transform). As normal
scores, these places would have mean 0 and standard deviation 1 if the forecasts were calibrated; what they have, shrunk
to that, moves the levels of the next bands. It is a conformal layer on totals in a parametric form (distributional
conformal prediction: Chernozhukov, Wüthrich and Zhu 2021), because few past quarters are ever at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from .items import WEEK
from .paths import Paths
from .periods import STEPS

Floats = NDArray[np.float64]

LEVELS = {
    "low_95": 0.025,
    "low_80": 0.1,
    "low_50": 0.25,
    "median": 0.5,
    "high_50": 0.75,
    "high_80": 0.9,
    "high_95": 0.975,
}
"""Quantiles by their column."""
COVERS = (50, 80, 95)
"""Per cent that the bands are to hold."""
_PRIOR = 4.0
"""How many independent outcomes the drawn futures themselves are worth."""
_WEEKS = {"week": 1.0, "month": 4.0, "quarter": 13.0}
"""Outcomes of origins a week apart overlap: so many are worth one."""
_FARTHEST = 3.0  # a place outside all drawn futures is not known any better
_WIDEST, _NARROWEST = 2.5, 0.7


@dataclass(frozen=True)
class Place:
    """Where a past outcome fell.

    Attributes
    ----------
    origin : the day of the forecast. currency. step : name in :data:`~.periods.STEPS`.
    below, upto : shares of the drawn futures below the outcome, and at most it.
    expected, low_80, high_80 : of the drawn futures. came : the outcome, in currency units.
    """

    origin: pd.Timestamp
    currency: str
    step: str
    below: float
    upto: float
    expected: float
    low_80: float
    high_80: float
    came: float

    @property
    def score(self) -> float:
        """The normal score of the place; the middle, where several futures are the same as the outcome."""
        return float(np.clip(ndtri(np.clip((self.below + self.upto) / 2, 1e-9, 1 - 1e-9)), -_FARTHEST, _FARTHEST))


@dataclass(frozen=True)
class Bands:
    """By how much levels move, in normal scores: ``shift`` and ``scale`` by week, month and quarter."""

    shift: dict[str, float] = field(default_factory=dict)
    scale: dict[str, float] = field(default_factory=dict)

    def level(self, level: Floats, by: str) -> Floats:
        """The levels of the drawn futures at which bands of ``level`` end."""
        by = "week" if by == "day" else by
        moved: Floats = ndtr(self.shift.get(by, 0.0) + self.scale.get(by, 1.0) * ndtri(level))
        return moved

    def moved(self, totals: Floats, by: str) -> Floats:
        """(..., paths) totals of the futures, each moved as its place among them is."""
        if not (self.shift or self.scale) or not totals.shape[-1]:
            return totals
        size = totals.shape[-1]
        order = np.argsort(totals, axis=-1, kind="stable")
        place = self.level((np.arange(size) + 0.5) / size, by) * size - 0.5
        low = np.clip(np.floor(place), 0, size - 1).astype(np.int64)
        part = np.clip(place - low, 0.0, 1.0)
        ranked = np.take_along_axis(totals, order, axis=-1)
        found = np.empty_like(totals)
        drawn = ranked[..., low] * (1 - part) + ranked[..., np.minimum(low + 1, size - 1)] * part
        np.put_along_axis(found, order, drawn, axis=-1)
        return found

    def quantiles(self, totals: Floats, by: str) -> dict[str, Floats]:
        """Quantiles of totals (..., paths), by :data:`LEVELS`; rising in their order."""
        found = np.quantile(self.moved(totals, by), [*LEVELS.values()], axis=-1)
        return dict(zip(LEVELS, found, strict=True))


def placed(drawn: Paths, actual: dict[str, Floats], weeks: int, since: int = 0) -> list[Place]:
    """Where outcomes fell in futures drawn at a past day.

    Parameters
    ----------
    actual : (days,) what came, by currency. weeks : that are over; periods that are not over have no place.
    since : weeks that were over before; periods that were over then are left out.
    """
    found = []
    for currency, futures in zip(drawn.currencies, drawn.cash, strict=True):
        for name, period in STEPS.items():
            if not WEEK * since < period.stop <= WEEK * weeks:
                continue
            total, came = period.of(futures), float(period.of(actual[currency]))
            if total.any() or came:
                near = 1e-9 * max(abs(came), 1.0)
                below, upto = float((total < came - near).mean()), float((total <= came + near).mean())
                low, high = np.quantile(total, [0.1, 0.9])
                said = (float(total.mean()), float(low), float(high))
                found.append(Place(drawn.at, currency, name, below, upto, *said, came))
    return found


def learn_bands(places: Sequence[Place]) -> Bands:
    """How the levels have to move."""
    shift, scale = {}, {}
    for by, worth in _WEEKS.items():
        scores = np.array([p.score for p in places if STEPS[p.step].by == by])
        count = len(scores) / worth / _steps(by)
        middle = scores.mean() * count / (count + _PRIOR) if len(scores) else 0.0
        spread = _spread(scores - middle) if len(scores) else 1.0
        shift[by] = float(middle)
        scale[by] = float(np.clip(np.sqrt((spread * count + _PRIOR) / (count + _PRIOR)), _NARROWEST, _WIDEST))
    return Bands(shift, scale)


def _spread(scores: Floats) -> float:
    """Variance of normal scores of which those beyond :data:`_FARTHEST` are told as that."""
    return float(np.interp((scores**2).mean(), _CUT_OFF, _SIGMAS) ** 2)


def _cut_off(sigma: Floats) -> Floats:
    """E[min(sigma^2 Z^2, farthest^2)] of a standard normal Z."""
    far = _FARTHEST / sigma
    within = ndtr(far) - ndtr(-far) - 2 * far * np.exp(-(far**2) / 2) / np.sqrt(2 * np.pi)
    moment: Floats = sigma**2 * within + 2 * _FARTHEST**2 * ndtr(-far)
    return moment


_SIGMAS = np.linspace(0.05, 4.0, 200)
_CUT_OFF = _cut_off(_SIGMAS)


def _steps(by: str) -> float:
    """Steps of one origin are of one future: they count as about half as many."""
    return max(sum(p.by == by for p in STEPS.values()) / 2, 1.0)
