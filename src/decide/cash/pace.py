"""The pace of payment: how much faster or slower money comes than the model says, of late and from now on.

What is ever paid is paid at a hazard; here it is multiplied by two factors, both learned from what was said at past
weeks' days and what came. A slower pace moves money to later days and takes none away: whether an invoice is ever paid
is the model's word (a mixture cure model: Boag 1949). The factors are

- of invoices of an age and of a distance into the future, shrunk to 1 as far as few customers speak for it;
- of the week, common to all invoices: a bias of the model and a deviation that fades (an autoregressive process), kept
  by a Kalman filter (Harvey 1989, Forecasting, structural time series models). It is what a forecast does not know of
  the weeks to come that customers have in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .items import WEEK, OpenItems
from .past import Origin

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

AGES = (-14, 0, 14, 35, 90)
"""Days overdue, in the middle of a week, at which another age begins."""
AHEAD = (1, 4)
"""Weeks ahead from which the farther groups of weeks begin: the first week, weeks 2 to 4, later."""
RECENT = 26
"""Past weeks' days that the factors by age are learned from: half a year."""
_LEAST_NOISE, _MOST_DIFFER = 0.1**2, 0.6  # of logarithms of factors
_BIAS_SPREAD, _BIAS_MOVES = 0.15, 0.02  # of the model's bias, at first and per week
_SWINGS = (0.01, 0.03, 0.06, 0.1, 0.15, 0.22, 0.3, 0.4)
_MEMORIES = (0.5, 0.7, 0.85)
_MOST = 30.0  # a hazard that leaves nothing
_FARTHEST = 1.5  # a factor of 4.5


@dataclass(frozen=True)
class Pace:
    """What multiplies the model's hazards; logarithms of factors.

    Attributes
    ----------
    by_age : (ages, groups of weeks ahead).
    level, spread : (2,) and (2, 2) mean and covariance of the model's bias and the week's deviation, at as_of.
    memory : share of a deviation that is left after a week. swing : its standard deviation.
    """

    by_age: Floats = field(default_factory=lambda: np.zeros((len(AGES) + 1, len(AHEAD) + 1)))
    level: Floats = field(default_factory=lambda: np.zeros(2))
    spread: Floats = field(default_factory=lambda: np.diag([_BIAS_SPREAD**2, 0.1**2]))
    memory: float = 0.8
    swing: float = 0.1

    def of(self, hazards: Hazards) -> Floats:
        """(n, weeks) factors by age of open items."""
        return np.exp(self.by_age[hazards.age, ahead(hazards.weeks)[None, :]])

    def weeks(self, count: int, normal: Floats) -> Floats:
        """(paths, weeks) logarithms of the weeks' common factors.

        Parameters
        ----------
        normal : (paths, count + 2) standard normal numbers.
        """
        root = _root(self.spread)
        bias, deviation = (self.level[None, :] + normal[:, :2] @ root.T).T
        found = np.empty((len(normal), count))
        for week in range(count):
            deviation = self.memory * deviation + self.swing * np.sqrt(1 - self.memory**2) * normal[:, 2 + week]
            found[:, week] = bias + deviation
        return found


@dataclass(frozen=True)
class Hazards:
    """Hazards of those of n open invoices that are ever paid.

    Attributes
    ----------
    by_day : (n, weeks, 7) increments of -log P(unpaid | ever paid). ever : (n,) P(ever paid).
    age : (n, weeks) of each week, a place among :data:`AGES`.
    """

    by_day: Floats
    ever: Floats
    age: Ints

    @classmethod
    def of(cls, items: OpenItems) -> Hazards:
        """Those of the items' distributions."""
        weeks = items.days // WEEK
        ever = np.clip(items.on_day.sum(axis=1) + items.later, 1e-9, 1.0)
        left = 1.0 - np.cumsum(items.on_day, axis=1) / ever[:, None]
        still = np.concatenate([np.ones((len(items), 1)), np.clip(left, np.exp(-_MOST), 1.0)], axis=1)
        by_day = np.clip(-np.diff(np.log(still), axis=1), 0.0, _MOST)[:, : weeks * WEEK]
        middle = items.days_overdue[:, None] + WEEK * np.arange(weeks) + WEEK // 2
        return cls(by_day.reshape(len(items), weeks, WEEK), ever, np.searchsorted(AGES, middle, side="right"))

    @property
    def weeks(self) -> int:
        """Weeks that they reach."""
        return self.by_day.shape[1]

    @cached_property
    def by_week(self) -> Floats:
        """(n, weeks) sums."""
        total: Floats = self.by_day.sum(axis=2)
        return total

    @cached_property
    def paying(self) -> Floats:
        """(n, weeks) P(ever paid | unpaid at the week's start)."""
        left = self.ever[:, None] * np.exp(self.by_week - np.cumsum(self.by_week, axis=1))
        share: Floats = left / (left + 1.0 - self.ever[:, None] + 1e-12)
        return share

    def chance(self, factor: Floats | float = 1.0) -> tuple[Floats, Floats]:
        """(n, weeks) P(paid in the week | unpaid at its start), and by how much that grows with log(factor)."""
        hazard = self.by_week * factor
        left = np.exp(-hazard)
        return self.paying * (1.0 - left), self.paying * hazard * left


def ahead(weeks: int) -> Ints:
    """(weeks,) group of each week ahead."""
    return np.searchsorted(AHEAD, np.arange(weeks), side="right").astype(np.int64)


def learn_pace(past: Sequence[Origin], hazards: Sequence[Hazards] | None = None) -> Pace:
    """Learn both factors.

    Parameters
    ----------
    past : of weeks' days, the earliest first; each tells as many weeks as are over.
    hazards : of their items, where they are at hand.
    """
    hazards = [Hazards.of(one.items) for one in past] if hazards is None else hazards
    told = [(one, h) for one, h in zip(past, hazards, strict=True) if one.outcome.weeks and len(one.items)]
    if not told:
        return Pace()
    by_age = _by_age(told[-RECENT:])
    seen = np.array([_week(one, h, by_age) for one, h in told])
    return _filtered(by_age, seen[seen[:, 1] < np.inf])


def _by_age(told: Sequence[tuple[Origin, Hazards]]) -> Floats:
    """(ages, groups) logarithms of factors, shrunk twice: to those of the age, and these to 0."""
    groups, ages = len(AHEAD) + 1, len(AGES) + 1
    names: dict[str, int] = {}
    cells: list[Ints] = []
    customers: list[Ints] = []
    offs: list[Floats] = []
    reaches: list[Floats] = []
    for one, hazards in told:
        code = np.array([names.setdefault(name, len(names)) for name in one.items.customer_id.tolist()])
        weeks = min(one.outcome.weeks, hazards.weeks)
        row, column = np.nonzero(one.outcome.after[:, None] >= WEEK * np.arange(weeks))
        chance, reach = (v[row, column] for v in hazards.chance())
        cells.append(hazards.age[row, column] * groups + ahead(weeks)[column])
        customers.append(code[row])
        offs.append((one.outcome.after[row] < WEEK * (column + 1)) - chance)
        reaches.append(reach)
    cell, customer = np.concatenate(cells), np.concatenate(customers)
    off, reach = np.concatenate(offs), np.concatenate(reaches)
    pooled = _shrunk(*_factor(cell // groups, customer, off, reach, ages))
    own = _shrunk(*_factor(cell, customer, off - reach * pooled[cell // groups], reach, ages * groups))
    found = np.repeat(pooled, groups) + own
    # What all ages have in common is the weeks' affair.
    near = np.bincount(cell, reach, minlength=ages * groups).reshape(ages, groups)[:, 0]
    found = found.reshape(ages, groups)
    return np.clip(found - found[:, 0] @ near / max(near.sum(), 1e-9), -_FARTHEST, _FARTHEST)


def _factor(cell: Ints, customer: Ints, off: Floats, reach: Floats, cells: int) -> tuple[Floats, Floats]:
    """(cells,) logarithm of the factor by one step of Newton's, and its variance, one customer's rows taken as one."""
    customers = int(customer.max(initial=-1)) + 1
    whole = np.maximum(np.bincount(cell, reach, minlength=cells), 1e-9)
    by = np.bincount(cell * customers + customer, off, minlength=cells * customers).reshape(cells, customers)
    return by.sum(axis=1) / whole, ((by**2).sum(axis=1) + 1.0) / whole**2


def _shrunk(factor: Floats, noise: Floats) -> Floats:
    """Factors shrunk to 0 as far as chance explains them: what they vary beyond it says by how much they differ."""
    weight = 1.0 / (noise + _LEAST_NOISE)
    differ = float(np.clip((weight * (factor**2 - noise)).sum() / weight.sum(), 0.0, _MOST_DIFFER**2))
    shrunk: Floats = factor * differ / (differ + noise) if differ else np.zeros_like(factor)
    return shrunk


def _week(one: Origin, hazards: Hazards, by_age: Floats) -> tuple[float, float]:
    """How much faster the first week was, as a logarithm, and the variance of that."""
    chance, reach = (v[:, 0] for v in hazards.chance(np.exp(by_age[hazards.age, ahead(hazards.weeks)])))
    whole = reach.sum()
    if whole <= 0:
        return 0.0, np.inf
    off = np.bincount(one.items.customer, (one.outcome.after < WEEK) - chance)
    return float(off.sum() / whole), float(((off**2).sum() + 1.0) / whole**2)


def _filtered(by_age: Floats, seen: Floats) -> Pace:
    """The filter whose memory and swing make the seen weeks likeliest, at its end."""
    best, found = -np.inf, Pace(by_age)
    for memory in _MEMORIES:
        for swing in _SWINGS:
            level, spread, likely = _filter(seen, memory, swing)
            likely -= np.log(swing / 0.1) ** 2 / 2  # a swing far from a tenth needs evidence
            if likely > best:
                best, found = likely, Pace(by_age, level, spread, memory, swing)
    return found


def _filter(seen: Floats, memory: float, swing: float) -> tuple[Floats, Floats, float]:
    level, spread, likely = np.zeros(2), np.diag([_BIAS_SPREAD**2, swing**2]), 0.0
    keeps, moves = np.array([1.0, memory]), np.diag([_BIAS_MOVES**2, swing**2 * (1 - memory**2)])
    for value, noise in seen:
        level, spread = keeps * level, keeps[:, None] * spread * keeps + moves
        total, gain = spread.sum() + noise, spread.sum(axis=1)
        off = value - level.sum()
        likely -= 0.5 * (np.log(total) + off**2 / total)
        level, spread = level + gain * off / total, spread - np.outer(gain, gain) / total
    return level, spread, float(likely)


def _root(spread: Floats) -> Floats:
    values, vectors = np.linalg.eigh(spread)
    root: Floats = vectors * np.sqrt(np.maximum(values, 0.0))
    return root
