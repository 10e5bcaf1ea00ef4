"""LateDirect: the plain LightGBM classifier of late payment; a part of Timing, and a challenger by itself."""

from __future__ import annotations

from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from .checked import Checked
from .encode import Encoder

Floats = NDArray[np.float64]


class LateDirect(Checked, ClassifierMixin, BaseEstimator):
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
        """Fit on two classes; what is late comes second in their order, as 1 after 0."""
        X, y = self._learn(X, y)
        self.classes_ = two_classes(self, y)
        self.encoder_, self.booster_ = boosted(self, X, (y == self.classes_[-1]).astype(np.float64), "binary")
        return self

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """(n, 2) probabilities of on time and late."""
        X = self._table(X)
        late = np.asarray(self.booster_.predict(self.encoder_.transform(X), num_threads=1), dtype=np.float64)
        return np.column_stack([1 - late, late])

    def predict(self, X: pd.DataFrame) -> NDArray[np.int64]:
        """(n,) the class of late where late is likelier than not."""
        late = self.predict_proba(X)[:, 1] > 0.5
        return self.classes_[late.astype(np.int64)]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags


def two_classes(model: object, y: NDArray[Any]) -> NDArray[Any]:
    """(2,) the classes of y in their order.

    Raises
    ------
    ValueError
        If there are not two.
    """
    check_classification_targets(y)
    classes = np.unique(y)
    if len(classes) == 1:
        raise ValueError(f"{type(model).__name__} can't train when only one class is present in y: {classes[0]!r}.")
    if len(classes) > 2:
        raise ValueError(f"Only binary classification is supported. The type of the target is {type_of_target(y)}.")
    return classes


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
