"""DaysDirect: the plain LightGBM regressor of days late; a challenger."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin

from .checked import Checked
from .late import boosted

Floats = NDArray[np.float64]


class DaysDirect(Checked, RegressorMixin, BaseEstimator):
    """The plain LightGBM regressor of days late with absolute loss.

    Parameters
    ----------
    rounds, learning_rate, leaves, min_leaf : as LightGBM knows them. seed, threads : reproducible with the same.
    """

    def __init__(
        self,
        rounds: int = 200,
        learning_rate: float = 0.05,
        leaves: int = 15,
        min_leaf: int = 20,
        seed: int = 0,
        threads: int = 1,
    ) -> None:
        self.rounds = rounds
        self.learning_rate = learning_rate
        self.leaves = leaves
        self.min_leaf = min_leaf
        self.seed = seed
        self.threads = threads

    def fit(self, X: pd.DataFrame, y: pd.Series | Floats) -> DaysDirect:
        """Fit on days late."""
        X, y = self._learn(X, y, least=2)
        self.encoder_, self.booster_ = boosted(self, X, np.asarray(y, dtype=np.float64), "l1")
        return self

    def predict(self, X: pd.DataFrame) -> Floats:
        """(n,) days late."""
        X = self._table(X)
        return np.asarray(self.booster_.predict(self.encoder_.transform(X), num_threads=1), dtype=np.float64)
