"""A forest whose leaves keep the histogram of training days late.

An invoice's distribution is the mean of its leaves' histograms. Any expectation under it, P(late) for one, is the
same trees with other leaf values, and so has exact TreeSHAP attributions that cannot contradict the distribution.
Evaluating needs LightGBM and numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from .distribution import DaysLate

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Forest:
    """Trees with a histogram per leaf.

    Attributes
    ----------
    structure : LightGBM's text of the trees; its leaf values do not matter.
    first : days late of the first bin.
    leaves : (total leaves, bins) each leaf's share of training rows per day late, the last bin = beyond the horizon.
    offsets : (trees,) row of ``leaves`` at which each tree's leaves begin.
    tail : (days beyond the horizon,) how the last bin spreads (:func:`~.tail.tail_mass`).
    """

    structure: str
    first: int
    leaves: Floats
    offsets: NDArray[np.int64]
    tail: Floats

    @cached_property
    def booster(self) -> lgb.Booster:
        """The trees as LightGBM reads them."""
        return lgb.Booster(model_str=self.structure)

    @property
    def trees(self) -> int:
        """How many trees."""
        return len(self.offsets)

    def predict(self, matrix: Floats) -> DaysLate:
        """Distributions of days late of encoded rows (n, columns), not conditioned on anything since."""
        from scipy import sparse

        n = len(matrix)
        if n == 0:
            return DaysLate(self.first, np.zeros((0, self.leaves.shape[1] - 1 + len(self.tail))))
        leaf = self.booster.predict(matrix, pred_leaf=True, num_threads=1)
        column = np.asarray(leaf, dtype=np.int64).reshape(n, self.trees) + self.offsets
        member = sparse.csr_matrix(
            (np.full(column.size, 1.0 / self.trees), column.ravel(), np.arange(0, column.size + 1, self.trees)),
            shape=(n, len(self.leaves)),
        )
        return spread(self.first, np.asarray(member @ self.leaves), self.tail)

    def revalued(self, per_leaf: Floats) -> str:
        """LightGBM text of the same trees whose prediction is the mean over trees of a value per leaf.

        ``average_output`` is dropped and the values divided by the number of trees instead, because attributions of
        LightGBM's averaging forests are sums, not means; so prediction and attributions agree.
        """
        booster = lgb.Booster(model_str=self.structure)
        for tree in range(self.trees):
            end = self.offsets[tree + 1] if tree + 1 < self.trees else len(per_leaf)
            for leaf, value in enumerate(per_leaf[self.offsets[tree] : end]):
                booster.set_leaf_output(tree, leaf, float(value) / self.trees)
        return without_averaging(booster.model_to_string())

    def leaf_late(self, grace_days: int) -> Floats:
        """(total leaves,) P(later than grace) in each leaf."""
        return spread(self.first, self.leaves, self.tail).later_than(grace_days)

    def leaf_expected(self, cap: int) -> Floats:
        """(total leaves,) mean of min(days late, cap) in each leaf."""
        return spread(self.first, self.leaves, self.tail).expected(cap)


def spread(first: int, shares: Floats, tail: Floats) -> DaysLate:
    """Shares per day late, the last column being "beyond the horizon", with that column spread over the tail."""
    return DaysLate(first, np.concatenate([shares[:, :-1], shares[:, -1:] * tail[None, :]], axis=1))


def shrunk(counts: Floats, first: int, pooled: Floats, strength: float, tail: Floats) -> DaysLate:
    """Customers' counts per day late (n, bins) with ``strength`` pseudo-counts of the pooled shares (bins,)."""
    shares = (counts + strength * pooled) / (counts.sum(axis=1, keepdims=True) + strength)
    return spread(first, shares, tail)


def without_averaging(text: str) -> str:
    """LightGBM model text whose trees are summed."""
    return text.replace("average_output\n", "", 1)
