"""QuantileDays: LightGBM regressors of the 10 %, 50 % and 90 % quantiles of days late; a challenger."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin

from .checked import Checked
from .encode import Encoder

Floats = NDArray[np.float64]

LEVELS = (0.1, 0.5, 0.9)


class QuantileDays(Checked, RegressorMixin, BaseEstimator):
    """Plain LightGBM regressors of days late with pinball loss (Koenker and Bassett 1978), one per quantile.

    Parameters
    ----------
    rounds, learning_rate, leaves, min_leaf : as LightGBM knows them. seed, threads : reproducible with the same.
    """

    def __init__(
        self,
        rounds: int = 100,
        learning_rate: float = 0.1,
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

    def fit(self, X: pd.DataFrame, y: pd.Series | Floats) -> QuantileDays:
        """Fit on days late."""
        X, y = self._learn(X, y, least=2)
        self.encoder_ = Encoder.fit(X)
        matrix, days = self.encoder_.transform(X), np.asarray(y, dtype=np.float64)
        self.boosters_ = [lgb.train(self._lightgbm(q), self._data(matrix, days), self.rounds) for q in LEVELS]
        return self

    def predict_quantiles(self, X: pd.DataFrame) -> Floats:
        """(n, 3) the quantiles in days late, in rising order."""
        X = self._table(X)
        matrix = self.encoder_.transform(X)
        said = [np.asarray(b.predict(matrix, num_threads=1), dtype=np.float64) for b in self.boosters_]
        return np.sort(np.stack(said, axis=1), axis=1)  # each is fitted alone, so that some cross

    def predict(self, X: pd.DataFrame) -> Floats:
        """(n,) median days late."""
        return self.predict_quantiles(X)[:, 1]

    def _data(self, matrix: Floats, days: Floats) -> lgb.Dataset:
        return lgb.Dataset(
            matrix,
            label=days,
            feature_name=list(self.encoder_.columns),
            categorical_feature=self.encoder_.category_positions,
            params={"verbose": -1},
        )

    def _lightgbm(self, level: float) -> dict[str, object]:
        return {
            "objective": "quantile",
            "alpha": level,
            "learning_rate": self.learning_rate,
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.min_leaf,
            "seed": self.seed,
            "num_threads": self.threads,
            "deterministic": True,
            "force_row_wise": True,
            "verbose": -1,
        }
