"""Late and Days: one distribution seen as a classifier and as a regressor, which therefore never contradict each other.

Both speak of days late; days to pay are days late + the days from issue to due date, which are known.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone

from .checked import Checked, WholeDays
from .timing import LEAST_ROWS, Timing

Floats = NDArray[np.float64]


class Late(Checked, ClassifierMixin, BaseEstimator):
    """P(paid later than due date + grace), read from a :class:`~.timing.Timing` distribution.

    Parameters
    ----------
    timing : the distribution's estimator; a clone of it is fitted.
    grace_days : days after due that do not count as late.
    """

    def __init__(self, timing: Timing | None = None, grace_days: int = 0) -> None:
        self.timing = timing
        self.grace_days = grace_days

    def fit(self, X: pd.DataFrame, y: pd.Series | Floats) -> Late:
        """Fit on days late (``days_late_capped`` of the labels), not on the yes or no made from them."""
        X, days = self._learn(X, y, least=LEAST_ROWS)
        self.timing_ = clone(self.timing or Timing()).set_params(grace_days=self.grace_days).fit(X, days.astype(float))
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """(n, 2) probabilities of on time and late."""
        X = self._table(X)
        late = self.timing_.predict_distribution(X).later_than(self.grace_days)
        return np.column_stack([1 - late, late])

    def predict(self, X: pd.DataFrame) -> NDArray[np.int64]:
        """(n,) 1 where late is likelier than not."""
        return (self.predict_proba(X)[:, 1] > 0.5).astype(np.int64)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags


class Days(WholeDays, BaseEstimator):
    """Median days late, read from a :class:`~.timing.Timing` distribution.

    Parameters
    ----------
    timing : the distribution's estimator; a clone of it is fitted.
    """

    def __init__(self, timing: Timing | None = None) -> None:
        self.timing = timing

    def fit(self, X: pd.DataFrame, y: pd.Series | Floats) -> Days:
        """Fit on days late (``days_late_capped`` of the labels)."""
        X, days = self._learn(X, y, least=LEAST_ROWS)
        self.timing_ = clone(self.timing or Timing()).fit(X, days.astype(float))
        return self

    def predict(self, X: pd.DataFrame) -> Floats:
        """(n,) median days late, at most the horizon."""
        X = self._table(X)
        return self.timing_.predict(X)

    def predict_interval(self, X: pd.DataFrame, level: float = 0.8) -> Floats:
        """(n, 2) central interval of days late; NaN where its end lies in "never"."""
        X = self._table(X)
        predicted = self.timing_.predict_distribution(X)
        return np.column_stack([predicted.quantile((1 - level) / 2), predicted.quantile((1 + level) / 2)])
