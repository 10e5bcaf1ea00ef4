"""Classifiers of late payment: a view of the distribution, and the plain LightGBM classifier as its challenger."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils.validation import check_is_fitted

from .encode import Encoder
from .timing import Timing

Floats = NDArray[np.float64]


class Late(ClassifierMixin, BaseEstimator):
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
        self.timing_ = clone(self.timing or Timing()).fit(X, y)
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """(n, 2) probabilities of on time and late."""
        check_is_fitted(self, "timing_")
        late = self.timing_.predict_distribution(X).later_than(self.grace_days)
        return np.column_stack([1 - late, late])

    def predict(self, X: pd.DataFrame) -> NDArray[np.int64]:
        """(n,) 1 where late is likelier than not."""
        return (self.predict_proba(X)[:, 1] > 0.5).astype(np.int64)


class LateDirect(ClassifierMixin, BaseEstimator):
    """The plain LightGBM classifier of late yes/no.

    Parameters
    ----------
    rounds, learning_rate, leaves, min_leaf : as LightGBM knows them. seed, threads : reproducible with the same.
    """

    def __init__(
        self,
        rounds: int = 150,
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

    def fit(self, X: pd.DataFrame, y: pd.Series | Floats) -> LateDirect:
        """Fit on 0/1."""
        self.classes_ = np.array([0, 1])
        self.encoder_, self.booster_ = boosted(self, X, np.asarray(y, dtype=np.float64), "binary")
        return self

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """(n, 2) probabilities of on time and late."""
        check_is_fitted(self, "booster_")
        late = np.asarray(self.booster_.predict(self.encoder_.transform(X), num_threads=1), dtype=np.float64)
        return np.column_stack([1 - late, late])

    def predict(self, X: pd.DataFrame) -> NDArray[np.int64]:
        """(n,) 1 where late is likelier than not."""
        return (self.predict_proba(X)[:, 1] > 0.5).astype(np.int64)


def boosted(model: object, X: pd.DataFrame, y: Floats, objective: str) -> tuple[Encoder, lgb.Booster]:
    """Boosted LightGBM trees with a challenger's own parameters, for one objective."""
    p = vars(model)
    encoder = Encoder.fit(X)
    data = lgb.Dataset(
        encoder.transform(X),
        label=y,
        feature_name=list(encoder.columns),
        categorical_feature=encoder.category_positions,
        params={"verbose": -1},
    )
    parameters = {
        "objective": objective,
        "learning_rate": p["learning_rate"],
        "num_leaves": p["leaves"],
        "min_data_in_leaf": p["min_leaf"],
        "seed": p["seed"],
        "num_threads": p["threads"],
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
    return encoder, lgb.train(parameters, data, num_boost_round=p["rounds"])
