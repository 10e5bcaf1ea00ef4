"""Baseline: the customer's own past, which every model has to beat."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ...features import past_days_late
from ...ledger import Ledger
from .distribution import EARLIEST, DaysLate, pooled_shares, shrunk
from .tail import tail_mass

Floats = NDArray[np.float64]


class Baseline(BaseEstimator):
    """The customer's empirical distribution of days late before as_of, shrunk toward everybody's.

    Parameters
    ----------
    ledger : where a customer's past is looked up, as it was known at each row's as_of.
    horizon : H in days after due, as in :class:`~.timing.Timing`.
    strength : pseudo-counts of the pooled distribution.

    Attributes
    ----------
    pooled_ : (bins,) share of training rows per day late. first_ : days late of the first bin.
    tail_ : how "beyond the horizon" spreads.
    """

    def __init__(self, ledger: Ledger | None = None, horizon: int = 60, strength: float = 8.0) -> None:
        self.ledger = ledger
        self.horizon = horizon
        self.strength = strength

    def fit(self, X: pd.DataFrame, y: pd.Series | Floats, tail: Floats | None = None) -> Baseline:
        """Learn the pooled distribution from matured rows; arguments as in :meth:`.timing.Timing.fit`."""
        days = np.asarray(y, dtype=np.float64)
        self.first_ = int(np.clip(days.min(initial=0), EARLIEST, 0))
        self.pooled_ = pooled_shares(days, self.first_, self.horizon)
        none = np.zeros(0)
        self.tail_ = tail_mass(none, none, self.horizon) if tail is None else tail
        self.n_features_in_ = X.shape[1]
        return self

    def predict_distribution(self, X: pd.DataFrame) -> DaysLate:
        """Distributions of days late of the rows in the index of X, from the ledger's past."""
        check_is_fitted(self, "pooled_")
        if self.ledger is None:
            raise ValueError("Baseline needs the ledger in which it looks customers up: Baseline(ledger=...).")
        counts = past_days_late(self.ledger, X, self.first_, self.horizon + 1)
        return shrunk(counts, self.first_, self.pooled_, self.strength, self.tail_)

    def predict(self, X: pd.DataFrame) -> Floats:
        """(n,) median days late, at most the horizon."""
        return np.fmin(self.predict_distribution(X).quantile(0.5), float(self.horizon))
