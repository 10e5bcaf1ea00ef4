"""ExtraTreesHistograms: scikit-learn's extra-trees whose leaves keep histograms of days late; a challenger."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from .checked import WholeDays
from .distribution import EARLIEST, DaysLate, pooled_shares, spread
from .encode import Encoder
from .tail import tail_mass

Floats = NDArray[np.float64]


class ExtraTreesHistograms(WholeDays, BaseEstimator):
    """Distribution of days late: the mean of the histograms in an invoice's leaves (Meinshausen 2006; Geurts 2006).

    Parameters
    ----------
    horizon : H in days after due; later outcomes are one bin, spread by ``tail``.
    trees, min_leaf : size of the forest. prior : pseudo-rows of the pooled histogram in each leaf, so that no day is
        impossible. seed : the same data and seed grow the same trees.
    """

    def __init__(
        self, horizon: int = 60, trees: int = 60, min_leaf: int = 5, prior: float = 0.2, seed: int = 0
    ) -> None:
        self.horizon = horizon
        self.trees = trees
        self.min_leaf = min_leaf
        self.prior = prior
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: pd.Series | Floats, tail: Floats | None = None) -> ExtraTreesHistograms:
        """Grow the trees; arguments as in :meth:`.histogram_forest.HistogramForest.fit`."""
        from sklearn.ensemble import ExtraTreesRegressor

        X, y = self._learn(X, y, least=2)
        days = np.asarray(y, dtype=np.float64)
        self.encoder_ = Encoder.fit(X)
        matrix = self.encoder_.transform(X)
        self.forest_ = ExtraTreesRegressor(
            n_estimators=self.trees, min_samples_leaf=self.min_leaf, random_state=self.seed
        ).fit(matrix, np.minimum(days, self.horizon))
        self.first_ = int(np.clip(days.min(initial=0), EARLIEST, 0))
        width = self.horizon + 2 - self.first_
        bins = (np.clip(np.rint(days), self.first_, self.horizon + 1) - self.first_).astype(np.int64)
        sizes = [tree.tree_.node_count for tree in self.forest_.estimators_]
        self.offsets_ = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        place = (self.forest_.apply(matrix) + self.offsets_) * width + bins[:, None]
        counts = np.bincount(place.ravel(), minlength=sum(sizes) * width).reshape(-1, width).astype(np.float64)
        counts += self.prior * pooled_shares(days, self.first_, self.horizon)
        self.leaves_ = counts / counts.sum(axis=1, keepdims=True)
        none = np.zeros(0)
        self.tail_ = tail_mass(none, none, self.horizon) if tail is None else tail
        return self

    def predict_distribution(self, X: pd.DataFrame) -> DaysLate:
        """Distributions of days late as they are at issue; ``given_unpaid`` conditions them for open invoices."""
        X = self._table(X)
        shares = np.zeros((len(X), self.leaves_.shape[1]))
        if len(X):
            for leaf in (self.forest_.apply(self.encoder_.transform(X)) + self.offsets_).T:
                shares += self.leaves_[leaf] / self.trees
        return spread(self.first_, shares, self.tail_)

    def predict(self, X: pd.DataFrame) -> Floats:
        """(n,) median days late, at most the horizon."""
        return np.fmin(self.predict_distribution(X).quantile(0.5), float(self.horizon))
