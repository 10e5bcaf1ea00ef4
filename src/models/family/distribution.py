"""A distribution of days late for each invoice, and every question that is read from it.

One object answers "late?", "how late?", "by when?" and "what if it is still unpaid today?", so that no two numbers
of one invoice can contradict each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EARLIEST = -120
"""Days late below which "early" is not told apart."""

HORIZONS = (30, 45, 60, 90)
"""Days after due among which the horizon is chosen."""

LONGEST = 180
"""The longest horizon that may be asked for."""

NEVER_AFTER = 365
"""Days late after which an invoice counts as never paid."""


@dataclass(frozen=True)
class DaysLate:
    """Distributions of days late (calendar days after the due date, negative = early) of n invoices.

    Attributes
    ----------
    first : days late of the first column.
    mass : (n, m) probability of each day from ``first``; what is missing to 1 is the probability of "never".
    """

    first: int
    mass: Floats

    @property
    def last(self) -> int:
        """Days late of the last column."""
        return self.first + self.mass.shape[1] - 1

    @cached_property
    def cdf(self) -> Floats:
        """(n, m) P(paid, and at most so many days late); it is kept, and nobody may write to it."""
        total: Floats = np.minimum(np.cumsum(self.mass, axis=1), 1.0)
        return total

    @property
    def never(self) -> Floats:
        """(n,) probability of not being paid within the grid."""
        left = 1.0 - self.mass.sum(axis=1)
        return np.where(left < 1e-12, 0.0, left)  # what is left of rounding is nothing

    def later_than(self, days: int | NDArray[np.int64]) -> Floats:
        """(n,) P(more than so many days late, or never paid); one number, or one per row."""
        column = np.broadcast_to(np.asarray(days) - self.first, len(self.mass))
        paid = self.cdf[np.arange(len(self.mass)), np.clip(column, 0, self.mass.shape[1] - 1)]
        return 1.0 - np.where(column < 0, 0.0, paid)

    def given_unpaid(self, days_overdue: NDArray[np.int64]) -> DaysLate:
        """The same, knowing that each invoice is unpaid at the start of the day ``days_overdue`` after its due date.

        What lies before that day is removed and the rest scaled to one. Where nothing is left, "never" is what is left.
        """
        day = np.arange(self.first, self.last + 1)
        possible = np.where(day[None, :] >= np.asarray(days_overdue)[:, None], self.mass, 0.0)
        total = possible.sum(axis=1) + self.never
        return DaysLate(self.first, possible / np.where(total > 0, total, 1.0)[:, None])

    def on_days(self, days_overdue: NDArray[np.int64], days: int) -> Floats:
        """(n, days) P(paid on each of so many days, the first being ``days_overdue`` (n,) days after the due date)."""
        column = np.asarray(days_overdue)[:, None] + np.arange(days) - self.first
        there = (column >= 0) & (column < self.mass.shape[1])
        found = np.take_along_axis(self.mass, np.where(there, column, 0), axis=1)
        return np.where(there, found, 0.0)

    def with_later_than(self, days: int, p: Floats) -> DaysLate:
        """The same on either side, with P(more than ``days`` late, or never paid) = p (n,); kept where it is 0 or 1."""
        was = self.later_than(days)[:, None]
        p = np.where((was > 0) & (was < 1), p[:, None], was)
        upto = np.arange(self.first, self.last + 1) <= days
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.where(upto, (1 - p) / (1 - was), p / was)
        return DaysLate(self.first, np.where(self.mass > 0, self.mass * scale, 0.0))

    def quantile(self, q: float) -> Floats:
        """(n,) smallest number of days late with P(at most) >= q; NaN where that lies in "never"."""
        reached = self.cdf >= q - 1e-12
        return np.where(reached.any(axis=1), reached.argmax(axis=1) + float(self.first), np.nan)

    def expected(self, cap: int) -> Floats:
        """(n,) mean of min(days late, cap), in days; "never" counts as ``cap``."""
        day = np.minimum(np.arange(self.first, self.last + 1), cap)
        mean: Floats = (self.mass * day).sum(axis=1) + self.never * cap  # row by row: no other row has an influence
        return np.minimum(mean, cap)  # shares add up to one only as nearly as numbers do

    def crps(self, days_late: Floats, horizon: int) -> Floats:
        """(n,) continuous ranked probability score in days, everything beyond ``horizon`` taken as one value.

        ``horizon`` is at most ``last``.
        Source: Gneiting and Raftery (2007), sum over whole days of (F(d) - 1{y <= d})^2.
        """
        day = np.arange(self.first, horizon + 1)
        seen = np.asarray(days_late)[:, None] <= day[None, :]
        score: Floats = ((self.cdf[:, : len(day)] - seen) ** 2).sum(axis=1)
        # Days before the grid, where F is 0: each costs 1 if the invoice was paid before.
        return score + np.maximum(self.first - np.asarray(days_late), 0.0)

    def pit(self, days_late: Floats, horizon: int | None = None) -> tuple[Floats, Floats]:
        """(n,) F(y - 1) and F(y): the probability integral transform of a whole-day outcome is uniform between them.

        An outcome above ``horizon`` means "beyond it", whichever day that was: it reaches from F(horizon) to 1.
        """
        y = np.asarray(days_late).astype(np.int64)
        low, high = 1.0 - self.later_than(y - 1), 1.0 - self.later_than(y)
        if horizon is None:
            return low, high
        beyond = y > horizon
        return np.where(beyond, 1.0 - self.later_than(horizon), low), np.where(beyond, 1.0, high)

    def rows(self, which: NDArray[np.generic] | slice) -> DaysLate:
        """The distributions of some of the invoices."""
        return DaysLate(self.first, self.mass[which])


CLASSIFIER_SHARE = 0.5
"""Weight of the classifier in the log-odds of P(late); the daily hazard has the rest."""


def logit(p: Floats) -> Floats:
    """Log-odds of probabilities, kept off 0 and 1 by 1e-6."""
    inner = np.clip(p, 1e-6, 1 - 1e-6)
    odds: Floats = np.log(inner / (1 - inner))
    return odds


def expit(odds: Floats) -> Floats:
    """The inverse of :func:`logit`."""
    p: Floats = 1 / (1 + np.exp(-odds))
    return p


def sure_logit(p: Floats) -> Floats:
    """:func:`logit`, but so far out at exactly 0 and 1 that no other opinion counts beside it."""
    return np.where((p == 0) | (p == 1), np.where(p == 1, _SURE, -_SURE), logit(p))


_SURE = 100.0


def together(classifier: Floats, hazard: Floats) -> Floats:
    """(n,) P(late) of both, half each in log-odds; what is impossible or certain day by day stays so."""
    return expit(CLASSIFIER_SHARE * logit(classifier) + (1 - CLASSIFIER_SHARE) * sure_logit(hazard))


def pooled_shares(y: Floats, first: int, horizon: int) -> Floats:
    """(days,) share of rows per day late from ``first`` on, the last = beyond the horizon; no day is impossible."""
    width = horizon + 2 - first
    counts = np.bincount((np.clip(np.rint(y), first, horizon + 1) - first).astype(np.int64), minlength=width)
    shares: Floats = (counts + 1.0 / width) / (counts.sum() + 1.0)
    return shares


def spread(first: int, shares: Floats, tail: Floats) -> DaysLate:
    """Shares per day late, the last column being "beyond the horizon", with that column spread over the tail."""
    return DaysLate(first, np.concatenate([shares[:, :-1], shares[:, -1:] * tail[None, :]], axis=1))


def shrunk(counts: Floats, first: int, pooled: Floats, strength: float, tail: Floats) -> DaysLate:
    """Customers' counts per day late (n, bins) with ``strength`` pseudo-counts of the pooled shares (bins,)."""
    shares = (counts + strength * pooled) / (counts.sum(axis=1, keepdims=True) + strength)
    return spread(first, shares, tail)
