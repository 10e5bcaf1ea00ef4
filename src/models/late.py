"""LateDirect: the plain LightGBM classifier of late payment; a part of Timing, and a challenger by itself."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from .encode import Encoder

Floats = NDArray[np.float64]


class LateDirect(ClassifierMixin, BaseEstimator):
    """The plain LightGBM classifier of late yes/no.

    Parameters
    ----------
    rounds, learning_rate, leaves, min_leaf, feature_share, ridge : as LightGBM knows them.
    extra : whether split thresholds are drawn at random. seed, threads : reproducible with the same.
    """

    def __init__(
        self,
        rounds: int = 150,
        learning_rate: float = 0.05,
        leaves: int = 15,
        min_leaf: int = 20,
        feature_share: float = 1.0,
        ridge: float = 0.0,
        extra: bool = False,
        seed: int = 0,
        threads: int = 1,
    ) -> None:
        self.rounds = rounds
        self.learning_rate = learning_rate
        self.leaves = leaves
        self.min_leaf = min_leaf
        self.feature_share = feature_share
        self.ridge = ridge
        self.extra = extra
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
        "feature_fraction": p.get("feature_share", 1.0),
        "lambda_l2": p.get("ridge", 0.0),
        "extra_trees": p.get("extra", False),
        "seed": p["seed"],
        "num_threads": p["threads"],
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
    return encoder, lgb.train(parameters, data, num_boost_round=p["rounds"])
