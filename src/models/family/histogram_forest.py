"""HistogramForest: the distribution of days late by a LightGBM forest whose leaves keep histograms; a challenger."""

from __future__ import annotations

import re
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from .checked import WholeDays
from .distribution import EARLIEST, DaysLate
from .encode import Encoder
from .forest import Forest, without_averaging
from .tail import tail_mass

Floats = NDArray[np.float64]


LEAST_ROWS = 2


class HistogramForest(WholeDays, BaseEstimator):
    """Distribution of days late: a random forest grown by LightGBM, whose leaves keep histograms.

    Parameters
    ----------
    horizon : H in days after due; later outcomes are one bin, spread by a pooled Kaplan-Meier tail.
    trees, leaves, depth, min_leaf : size of the forest.
    feature_share : share of features looked at per node. bagging : share of rows per tree.
    extra : whether split thresholds are drawn at random (extremely randomised trees, Geurts et al. 2006).
    log_target : grow trees on sign(d) log(1 + abs(d)) instead of days.
    prior : pseudo-rows of the pooled histogram in each leaf, so that no day is impossible.
    seed : the same data and seed grow the same trees. threads : of LightGBM
        (small books are slower with more).

    Attributes
    ----------
    forest_ : :class:`~.forest.Forest`. encoder_ : :class:`~.encode.Encoder`.
    """

    def __init__(
        self,
        horizon: int = 60,
        trees: int = 60,
        leaves: int = 127,
        depth: int = 8,
        min_leaf: int = 3,
        feature_share: float = 1.0,
        bagging: float = 0.8,
        extra: bool = True,
        log_target: bool = True,
        prior: float = 0.2,
        seed: int = 0,
        threads: int = 1,
    ) -> None:
        self.horizon = horizon
        self.trees = trees
        self.leaves = leaves
        self.depth = depth
        self.min_leaf = min_leaf
        self.feature_share = feature_share
        self.bagging = bagging
        self.extra = extra
        self.log_target = log_target
        self.prior = prior
        self.seed = seed
        self.threads = threads

    def fit(self, X: pd.DataFrame, y: pd.Series | Floats, tail: Floats | None = None) -> HistogramForest:
        """Grow the forest.

        Parameters
        ----------
        X : feature table of rows whose outcome has matured.
        y : (n,) days late, anything above ``horizon`` = beyond it (``days_late_capped`` of the labels).
        tail : how "beyond" spreads (:func:`~.tail.tail_mass`); by default without evidence, at a constant slow rate.
        """
        X, y = self._learn(X, y, least=LEAST_ROWS)
        self.encoder_ = Encoder.fit(X)
        matrix = self.encoder_.transform(X)
        bins, first = self._bins(np.asarray(y, dtype=np.float64))
        days = np.minimum(bins + first, self.horizon).astype(np.float64)
        target = np.sign(days) * np.log1p(np.abs(days)) if self.log_target else days
        data = lgb.Dataset(
            matrix,
            label=target,
            feature_name=list(self.encoder_.columns),
            categorical_feature=self.encoder_.category_positions,
            params={"verbose": -1, "min_data_in_bin": 1, "feature_pre_filter": False},
        )
        booster = lgb.train(self._lightgbm(), data, num_boost_round=self.trees)
        if tail is None:
            none = np.zeros(0)
            tail = tail_mass(none, none, self.horizon)
        self.forest_ = self._with_histograms(booster, matrix, bins, first, tail)
        return self

    def predict_distribution(self, X: pd.DataFrame) -> DaysLate:
        """Distributions of days late as they are at issue; ``given_unpaid`` conditions them for open invoices."""
        X = self._table(X)
        return self.forest_.predict(self.encoder_.transform(X))

    def predict(self, X: pd.DataFrame) -> Floats:
        """(n,) median days late, at most the horizon."""
        return np.fmin(self.predict_distribution(X).quantile(0.5), float(self.horizon))

    def _lightgbm(self) -> dict[str, Any]:
        return {
            "objective": "regression",
            "boosting": "rf",
            "num_leaves": self.leaves,
            "max_depth": self.depth,
            "min_data_in_leaf": self.min_leaf,
            "min_sum_hessian_in_leaf": 0.0,
            "min_data_per_group": 1,
            "cat_smooth": 1.0,
            "feature_fraction_bynode": self.feature_share,
            "bagging_fraction": self.bagging,
            "bagging_freq": 1,
            "extra_trees": self.extra,
            "seed": self.seed,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": self.threads,
            "verbose": -1,
        }

    def _bins(self, y: Floats) -> tuple[NDArray[np.int64], int]:
        first = int(np.clip(y.min(initial=0), EARLIEST, 0))
        return (np.clip(np.rint(y), first, self.horizon + 1) - first).astype(np.int64), first

    def _with_histograms(
        self, booster: lgb.Booster, matrix: Floats, bins: NDArray[np.int64], first: int, tail: Floats
    ) -> Forest:
        leaf = np.asarray(booster.predict(matrix, pred_leaf=True), dtype=np.int64).reshape(len(matrix), -1)
        text = booster.model_to_string()
        sizes = np.array(re.findall(r"^num_leaves=(\d+)$", text, flags=re.MULTILINE), dtype=np.int64)
        offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        width = self.horizon + 1 - first + 1
        counts = np.bincount(((leaf + offsets) * width + bins[:, None]).ravel(), minlength=int(sizes.sum()) * width)
        counts = counts.reshape(-1, width).astype(np.float64)
        pooled = np.bincount(bins, minlength=width) + 1.0 / width
        counts += self.prior * pooled / pooled.sum()
        shares = (counts / counts.sum(axis=1, keepdims=True)).astype(np.float32).astype(np.float64)  # as stored
        return Forest(without_averaging(text), first, shares, offsets, tail)
