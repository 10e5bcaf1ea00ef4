"""Regressors of days to pay: a view of the distribution, and the plain LightGBM L1 regressor as its challenger.

Both speak of days late; days to pay are days late + the days from issue to due date, which are known.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.utils.validation import check_is_fitted

from .late import boosted
from .timing import Timing

Floats = NDArray[np.float64]


class Days(RegressorMixin, BaseEstimator):
    """Median days late, read from a :class:`~.timing.Timing` distribution.

    Parameters
    ----------
    timing : the distribution's estimator; a clone of it is fitted.
    """

    def __init__(self, timing: Timing | None = None) -> None:
        self.timing = timing

    def fit(self, X: pd.DataFrame, y: pd.Series | Floats) -> Days:
        """Fit on days late (``days_late_capped`` of the labels)."""
        self.timing_ = clone(self.timing or Timing()).fit(X, y)
        return self

    def predict(self, X: pd.DataFrame) -> Floats:
        """(n,) median days late, at most the horizon."""
        check_is_fitted(self, "timing_")
        return self.timing_.predict(X)

    def predict_interval(self, X: pd.DataFrame, level: float = 0.8) -> Floats:
        """(n, 2) central interval of days late; NaN where its end lies in "never"."""
        check_is_fitted(self, "timing_")
        predicted = self.timing_.predict_distribution(X)
        return np.column_stack([predicted.quantile((1 - level) / 2), predicted.quantile((1 + level) / 2)])


class DaysDirect(RegressorMixin, BaseEstimator):
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
        self.encoder_, self.booster_ = boosted(self, X, np.asarray(y, dtype=np.float64), "l1")
        return self

    def predict(self, X: pd.DataFrame) -> Floats:
        """(n,) days late."""
        check_is_fitted(self, "booster_")
        return np.asarray(self.booster_.predict(self.encoder_.transform(X), num_threads=1), dtype=np.float64)
