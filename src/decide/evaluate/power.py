"""How large a hold-out has to be, how small a gain it can show, and how many weeks that takes."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from ...errors import PaybenchError
from .logs import Floats

POWER, ALPHA = 0.8, 0.05
LONGEST = 520
"""Weeks beyond which a trial is called out of reach."""


@dataclass(frozen=True)
class Trial:
    """What a trial by customer is planned from.

    Attributes
    ----------
    spread : standard deviation of an outcome. icc : share of its variance that is between customers (intra-class
        correlation), 0 to 1. customers : in both arms. per_week : decisions or invoices of all of them in a week.
    uneven : standard deviation of the number per customer over its mean. held : share of customers held out.
    explained : part of the gain's variance that the customers' past takes away (:attr:`.hold_out.Gain.explained` of an
        earlier trial), 0 to below 1.
    """

    spread: float
    icc: float
    customers: int
    per_week: float
    uneven: float = 0.0
    held: float = 0.5
    explained: float = 0.0

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("spread", self.spread, 0.0, np.inf),
            ("per_week", self.per_week, 0.0, np.inf),
            ("held", self.held, 0.0, 1.0),
        ):
            if not low < value < high:
                raise PaybenchError(f"{name} is {value!r}; give a number above {low:g}" + _below(high) + ".")
        if not 0 <= self.icc <= 1:
            raise PaybenchError(f"icc is {self.icc!r}; give a share from 0 to 1.")
        if not 0 <= self.explained < 1:
            raise PaybenchError(f"explained is {self.explained!r}; give a share from 0 to below 1.")
        if self.uneven < 0 or self.customers < 2:
            raise PaybenchError("A trial needs 2 customers or more, and 'uneven' of 0 or more.")

    @classmethod
    def of_past(
        cls, outcome: ArrayLike, customer: ArrayLike, weeks: float, customers: int | None = None, held: float = 0.5
    ) -> Trial:
        """Planned from past outcomes of the same kind, of some weeks.

        Parameters
        ----------
        outcome, customer : (n,). weeks : that they are of.
        customers : of the trial; None = as many as in the past. Each is supposed to bring as much.

        Raises
        ------
        PaybenchError
            If there are fewer than two customers or no customer has two outcomes.
        """
        y, code = np.asarray(outcome, dtype=np.float64), np.unique(np.asarray(customer), return_inverse=True)[1]
        if not weeks > 0:
            raise PaybenchError(f"weeks is {weeks!r}; give the number of weeks of the past outcomes, above 0.")
        count = np.bincount(code).astype(np.float64)
        many = len(count) if customers is None else customers
        return cls(
            float(y.std()),
            icc(y, code),
            many,
            len(y) / weeks * many / len(count),
            float(count.std() / count.mean()),
            held,
        )

    def error(self, weeks: float) -> float:
        """Standard error of the gain after so many weeks.

        The variance of one outcome times 1 + ((1 + uneven^2) m - 1) icc for m outcomes per customer (Eldridge, Ashby
        and Kerry 2006). Past the first weeks more outcomes of the same customers hardly help: only more customers do.
        """
        n = self.per_week * weeks
        m = n / self.customers
        # Below one outcome per customer nobody has two.
        design = 1 + max((1 + self.uneven**2) * m - 1, 0.0) * self.icc
        return float(self.spread * np.sqrt(design / n * self._arms))

    @property
    def _arms(self) -> float:
        """What two arms, and the customers' past, make of the variance of a mean over all."""
        return (1 - self.explained) * (1 / self.held + 1 / (1 - self.held))

    def detectable(self, weeks: float, power: float = POWER, alpha: float = ALPHA) -> float:
        """The least gain that is found with a probability ``power`` by a two-sided test at ``alpha``."""
        return _far(power, alpha) * self.error(weeks)

    def power(self, gain: float, weeks: float, alpha: float = ALPHA) -> float:
        """The probability that a true gain is found after so many weeks."""
        z = NormalDist()
        at, edge = abs(gain) / self.error(weeks), z.inv_cdf(1 - alpha / 2)
        return z.cdf(at - edge) + z.cdf(-at - edge)

    def weeks(self, gain: float, power: float = POWER, alpha: float = ALPHA) -> Weeks:
        """How many whole weeks it takes to find a gain."""
        if gain == 0 or not np.isfinite(gain):
            raise PaybenchError(f"gain is {gain!r}; give the gain that is to be found, not 0.")
        each = self.icc * (1 + self.uneven**2) / self.customers * self._arms
        least = _far(power, alpha) * self.spread * np.sqrt(each)
        if self.detectable(LONGEST, power, alpha) > abs(gain):
            return Weeks(abs(gain), None, self.customers, 0, float(least), self.held, power)
        low, high = 0, LONGEST
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.detectable(middle, power, alpha) <= abs(gain) else (middle, high)
        return Weeks(abs(gain), high, self.customers, ceil(self.per_week * high), float(least), self.held, power)


@dataclass(frozen=True)
class Weeks:
    """How long a trial takes.

    Attributes
    ----------
    gain : to be found, in the unit of the outcome. weeks : None = out of reach. customers, outcomes : that take part.
    floor : the gain that these customers could show if it went on for ever. held, power : as planned.
    """

    gain: float
    weeks: int | None
    customers: int
    outcomes: int
    floor: float
    held: float
    power: float

    def __str__(self) -> str:
        what = f"A gain of {self.gain:.4g}"
        if self.weeks is None:
            return (
                f"{what} cannot be shown with {self.customers:,} customers within {LONGEST} weeks: however long it "
                f"takes, they show {self.floor:.4g} or more; take more customers, hold out "
                "nearer to half of them, or take out what their past explains."
            )
        return (
            f"{what} is found with a probability of {100 * self.power:.0f} % after {self.weeks:,} "
            f"week{'' if self.weeks == 1 else 's'}: {self.outcomes:,} outcomes of {self.customers:,} customers, "
            f"{100 * self.held:.0f} % of them held out."
        )


def share_spread(share: float) -> float:
    """Standard deviation of an outcome of 0 or 1 whose mean is this share.

    Raises
    ------
    PaybenchError
        If it is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise PaybenchError(f"share is {share!r}; give a share above 0 and below 1.")
    return float(np.sqrt(share * (1 - share)))


def customers_for(
    gain: float,
    spread: float,
    icc: float,
    per_customer: float,
    uneven: float = 0.0,
    held: float = 0.5,
    power: float = POWER,
    alpha: float = ALPHA,
) -> int:
    """Customers in both arms that find a gain, if each brings so many outcomes.

    Parameters
    ----------
    gain : to be found, spread : of an outcome, both in its unit. The others : as in :class:`Trial`.
    """
    if gain == 0 or per_customer <= 0:
        raise PaybenchError(
            "gain is 0, or per_customer not above 0; give what is to be found, and outcomes per customer."
        )
    one = Trial(spread, icc, 1000, 1000 * per_customer, uneven, held)
    return max(ceil(1000 * (one.detectable(1, power, alpha) / gain) ** 2 - 1e-9), 2)


def icc(outcome: ArrayLike, customer: ArrayLike) -> float:
    """Intra-class correlation from a one-way analysis of variance (Donner 1986), at least 0.

    Raises
    ------
    PaybenchError
        If there are fewer than two customers, or none has two outcomes.
    """
    y = np.asarray(outcome, dtype=np.float64)
    code = np.unique(np.asarray(customer), return_inverse=True)[1]
    count: Floats = np.bincount(code).astype(np.float64)
    n, groups = len(y), len(count)
    if groups < 2 or n <= groups:
        raise PaybenchError("Give outcomes of two customers or more, some of whom have two or more outcomes.")
    mean = np.bincount(code, y) / count
    between = float((count * (mean - y.mean()) ** 2).sum() / (groups - 1))
    within = float(((y - mean[code]) ** 2).sum() / (n - groups))
    size = (n - (count**2).sum() / n) / (groups - 1)
    whole = between + (size - 1) * within
    return float(min(max((between - within) / whole, 0.0), 1.0)) if whole > 0 else 0.0


def _far(power: float, alpha: float) -> float:
    for name, value in (("power", power), ("alpha", alpha)):
        if not 0 < value < 1:
            raise PaybenchError(f"{name} is {value!r}; give a probability above 0 and below 1.")
    z = NormalDist()
    return z.inv_cdf(1 - alpha / 2) + z.inv_cdf(power)


def _below(high: float) -> str:
    return "" if np.isinf(high) else f" and below {high:g}"
