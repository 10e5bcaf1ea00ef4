"""A forest whose leaves keep the histogram of training days late.

An invoice's distribution is the mean of its leaves' histograms (Meinshausen 2006; Athey, Tibshirani and Wager 2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from .distribution import DaysLate, spread

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


def without_averaging(text: str) -> str:
    """LightGBM model text whose trees are summed."""
    return text.replace("average_output\n", "", 1)
