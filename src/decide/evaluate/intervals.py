"""Estimates with intervals that know that one customer's decisions depend on each other."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from ...errors import PaybenchError
from .logs import Floats, Ints

LEVEL = 0.95
DRAWS = 1000
"""Of a bootstrap."""
HOW = ("t", "bootstrap", "bootstrap-t")


@dataclass(frozen=True)
class Estimate:
    """A mean over decisions (or episodes).

    Attributes
    ----------
    method : how it was estimated. value : the estimate, in the unit of the reward.
    influence : (n,) what each decision adds; its mean is ``value``, and its spread between customers the error.
    code : (n,) customers as 0, 1, ...
    """

    method: str
    value: float
    influence: Floats
    code: Ints

    @classmethod
    def mean(cls, method: str, influence: Floats, code: Ints) -> Estimate:
        """The mean of what each decision adds."""
        return cls(method, float(influence.mean()), influence, code)

    def __sub__(self, other: Estimate) -> Estimate:
        """The difference on the same decisions: paired, so that what both share does not count.

        Raises
        ------
        PaybenchError
            If the other is of other decisions.
        """
        if len(self.code) != len(other.code) or (self.code != other.code).any():
            raise PaybenchError("Two estimates are of different decisions; compare policies on the same log.")
        return Estimate(self.method, self.value - other.value, self.influence - other.influence, self.code)

    @property
    def error(self) -> float:
        """Standard error, clustered by the G customers (Liang and Zeger 1986), times sqrt(G / (G - 1)); NaN of one."""
        sums = self._by_customer()[0]
        groups = len(sums)
        if groups < 2:
            return float("nan")
        return float(np.sqrt(groups / (groups - 1) * (sums**2).sum()) / len(self.influence))

    @property
    def customers(self) -> float:
        """Effective number of customers: as many of equal size weigh as these."""
        count = self._by_customer()[1]
        return float(count.sum() ** 2 / (count**2).sum())

    def interval(self, level: float = LEVEL, how: str = "t", draws: int = DRAWS, seed: int = 0) -> tuple[float, float]:
        """Ends of the interval that holds the value with a probability.

        Parameters
        ----------
        level : the probability.
        how : ``t``: Student's, with the effective number of customers less one degrees of freedom; ``bootstrap``:
            percentiles over customers drawn with replacement; ``bootstrap-t``: the same of the studentised error.
        draws, seed : of a bootstrap.

        Raises
        ------
        PaybenchError
            If ``level`` is not between 0 and 1, or ``how`` is unknown.
        """
        if not 0 < level < 1:
            raise PaybenchError(f"level is {level!r}; give a probability above 0 and below 1, like 0.95.")
        if how not in HOW:
            raise PaybenchError(f"how is '{how}'; give one of {', '.join(HOW)}.")
        tail = (1 - level) / 2
        if not self.error > 0:
            return (self.value, self.value) if self.error == 0 else (-np.inf, np.inf)
        if how == "t":
            far = t_quantile(1 - tail, max(self.customers - 1, 1.0)) * self.error
            return self.value - far, self.value + far
        values, errors = self._drawn(draws, seed)
        if how == "bootstrap":
            low, high = np.quantile(values, [tail, 1 - tail])
            return float(low), float(high)
        low, high = np.quantile((values - self.value)[errors > 0] / errors[errors > 0], [tail, 1 - tail])
        return float(self.value - high * self.error), float(self.value - low * self.error)

    def _by_customer(self) -> tuple[Floats, Floats]:
        """Sums of what is above the mean, and the number of decisions, of each customer."""
        count = np.bincount(self.code).astype(np.float64)
        sums = np.asarray(np.bincount(self.code, self.influence - self.value), dtype=np.float64)
        return sums[count > 0], count[count > 0]

    def _drawn(self, draws: int, seed: int) -> tuple[Floats, Floats]:
        """Values and standard errors of samples of customers, drawn with replacement."""
        sums, count = self._by_customer()
        groups = len(sums)
        times = resampled(groups, draws, seed)
        n = times @ count
        above = times @ sums / n
        # Of each sample the sum of squares of sums above its own mean.
        square = times @ sums**2 - 2 * above * (times @ (sums * count)) + above**2 * (times @ count**2)
        return self.value + above, np.sqrt(groups / (groups - 1) * np.maximum(square, 0)) / n


def resampled(groups: int, draws: int, seed: int) -> Floats:
    """(draws, groups) how often each is in samples of as many, drawn with replacement."""
    picked = np.random.default_rng(seed).integers(groups, size=(draws, groups)) + groups * np.arange(draws)[:, None]
    return np.bincount(picked.ravel(), minlength=draws * groups).reshape(draws, groups).astype(np.float64)


def t_quantile(p: float, df: float) -> float:
    """Quantile of Student's t; off by less than 0.001 from 10 degrees of freedom on.

    Source: the expansion in 1 / df around the normal quantile, Abramowitz and Stegun (1964) 26.7.5.
    """
    x = NormalDist().inv_cdf(p)
    terms = (
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160,
    )
    return x + sum(term / df ** (i + 1) for i, term in enumerate(terms))
