"""Whether the logged propensities can be right: what is known in advance must not tell who was chosen beyond them."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from .logs import Floats, Log

SURE = 1e-3
"""Chance of calling right propensities wrong."""
_OFTEN = 20.0
"""Variance of the number of times that an action was chosen, below which it is not looked at."""
_MANY = 10
"""Customers for each difference that are needed to judge all of them at once."""


@dataclass(frozen=True)
class Balance:
    """How far what was done contradicts the propensities.

    Attributes
    ----------
    p : chance of so much contradiction if they are right. tests : differences that were looked at.
    z : the largest one, in standard errors (clustered by customer). action : what was done too often or too seldom.
    column : of the context where the more of it the more so; None = everywhere.
    """

    p: float
    tests: int
    z: float
    action: str
    column: int | None

    @property
    def right(self) -> bool:
        """Whether nothing speaks against the propensities. Hidden reasons that leave no trace are not seen."""
        return self.p >= SURE

    def __str__(self) -> str:
        if not self.tests:
            return "The log does not tell the chances of all actions, so that its propensities cannot be judged."
        if self.right:
            return f"The propensities are in line with what was done ({self.tests} comparisons)."
        where = "" if self.column is None else f" where column {self.column} of the context is high"
        return (
            f"The logged propensities are wrong: '{self.action}' was chosen too "
            f"{'often' if self.z > 0 else 'seldom'}{where} ({abs(self.z):.1f} standard errors); find out how the "
            "logged actions were really chosen."
        )


def balance(log: Log) -> Balance:
    """Compare how often each action was chosen with its propensity, by each column of the context.

    The sum of (chosen - chance) x column is 0 on average for each action if the chances are right. Two tests, each at
    half of the level: the largest difference (Bonferroni), and all at once (Wald; left out where there are fewer than
    ten customers for each). Their variances are those that the chances imply for independent choices, or those between
    customers, whichever contradicts less: choices may have been made by customer. A log that does not tell the chances
    of all actions is not judged.
    """
    if log.propensities is None:
        return Balance(1.0, 0, 0.0, log.actions[0], None)
    columns = np.hstack([np.ones((len(log), 1)), _standard(log.context)])
    chances, chosen = log.propensities, np.eye(log.k)[log.action]
    often = (chances * (1 - chances)).sum(axis=0) >= _OFTEN
    left = np.where(often, chosen - chances, 0.0)
    sums = np.stack([np.bincount(log.code, own * column) for own in left.T for column in columns.T], axis=1)
    implied = np.zeros((log.k, columns.shape[1]) * 2)
    for a in range(log.k):
        for b in range(log.k):
            spread = chances[:, a] * ((a == b) - chances[:, b]) * (often[a] & often[b])
            implied[a, :, b, :] = columns.T @ (columns * spread[:, None])
    flat = implied.reshape(len(sums.T), len(sums.T))
    found = [_judged(sums.sum(axis=0), variance, log.customers) for variance in (flat, np.asarray(sums.T @ sums))]
    p, z = max(found, key=lambda one: one[0])
    worst = int(np.abs(z).argmax())
    action, column = divmod(worst, columns.shape[1])
    return Balance(p, len(z), float(z[worst]), log.actions[action], column - 1 if column else None)


def _judged(total: Floats, variance: Floats, customers: int) -> tuple[float, Floats]:
    """The chance of totals as far from 0 as these, and each of them in standard errors."""
    error = np.sqrt(np.diag(variance))
    some = error > 1e-9
    z = np.zeros(len(total))
    z[some] = total[some] / error[some]
    if not some.any():
        return 1.0, z
    alone = len(z) * 2 * (1 - NormalDist().cdf(float(np.abs(z).max())))
    together = _wald(z[some], variance[np.ix_(some, some)] / np.outer(error[some], error[some]), customers)
    return min(2 * min(alone, together), 1.0), z


def _wald(z: Floats, correlation: Floats, customers: int) -> float:
    values, vectors = np.linalg.eigh(correlation)
    kept = values > 1e-6 * len(values)
    rank = int(kept.sum())
    if customers < _MANY * rank:
        return 1.0
    square = float(((vectors[:, kept].T @ z) ** 2 / values[kept]).sum())
    # The cube root of a chi-squared number is nearly normal (Wilson and Hilferty 1931).
    spread = 2 / (9 * rank)
    return 1 - NormalDist().cdf(((square / rank) ** (1 / 3) - (1 - spread)) / np.sqrt(spread))


def _standard(context: Floats) -> Floats:
    """Columns around 0 of spread 1, without outliers; missing = 0."""
    known = ~np.isnan(context)
    filled = np.where(known, context, 0.0)
    count = np.maximum(known.sum(axis=0), 1)
    mean = filled.sum(axis=0) / count
    spread = np.sqrt(np.where(known, (filled - mean) ** 2, 0.0).sum(axis=0) / count)
    some = spread > 1e-12 * (1 + np.abs(mean))
    z = np.where(known & some, (filled - mean) / np.where(some, spread, 1.0), 0.0)
    return np.asarray(np.clip(z, -3, 3))
