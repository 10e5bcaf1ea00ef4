"""Hazard: the chance that an invoice is paid on each day, given that it is unpaid until then."""

from __future__ import annotations

from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ..features import Habits
from . import daily
from .distribution import DaysLate
from .encode import Encoder
from .forest import spread
from .tail import tail_mass

Floats = NDArray[np.float64]

_CHUNK = 1_000  # rows whose days are predicted together


class Hazard(BaseEstimator):
    """Discrete-time hazard of payment by boosted LightGBM trees on invoices and days.

    What is still unpaid trains as long as it was watched, so no payer is dropped for being slow (Singer and Willett
    1993; Tutz and Schmid 2016). The trees start from everybody's hazard on each day.

    Parameters
    ----------
    horizon : H in days after due; later payments are one bin, spread by a pooled Kaplan-Meier tail.
    rounds, learning_rate, leaves, min_leaf, feature_share, bagging, ridge : as LightGBM knows them.
    unpaid_share : share of the days without payment that train, each counting for as many as it stands for.
    extra : whether split thresholds are drawn at random.
    seed, threads : the same data and seed grow the same trees.

    Attributes
    ----------
    booster_ : LightGBM's. encoder_ : of the features. pooled_ : (days,) everybody's shares per day late. first_ : days
    late of the first of them. tail_ : how "beyond the horizon" spreads.
    """

    def __init__(
        self,
        horizon: int = 60,
        rounds: int = 150,
        learning_rate: float = 0.05,
        leaves: int = 31,
        min_leaf: int = 200,
        feature_share: float = 0.7,
        bagging: float = 0.8,
        ridge: float = 1.0,
        unpaid_share: float = 0.5,
        extra: bool = False,
        seed: int = 0,
        threads: int = 1,
    ) -> None:
        self.horizon = horizon
        self.rounds = rounds
        self.learning_rate = learning_rate
        self.leaves = leaves
        self.min_leaf = min_leaf
        self.feature_share = feature_share
        self.bagging = bagging
        self.ridge = ridge
        self.unpaid_share = unpaid_share
        self.extra = extra
        self.seed = seed
        self.threads = threads

    def fit(
        self,
        X: pd.DataFrame,
        days_late: Floats,
        seen: Floats,
        habits: Habits,
        pooled: Floats,
        tail: Floats | None = None,
    ) -> Hazard:
        """Grow the trees.

        Parameters
        ----------
        X : feature rows, each at risk from its as_of on.
        days_late : (n,) NaN where not paid. seen : (n,) days late up to which each was watched.
        habits : of the rows' customers, its first day that of ``pooled``.
        pooled : (days,) everybody's shares per day late, the last = beyond the horizon.
        tail : how "beyond" spreads (:func:`~.tail.tail_mass`).
        """
        self.first_, self.pooled_ = habits.first, pooled
        none = np.zeros(0)
        self.tail_ = tail_mass(none, none, self.horizon) if tail is None else tail
        self.encoder_ = Encoder.fit(X)
        paid = np.nan_to_num(days_late, nan=np.inf)
        begin = np.maximum(-X["days_to_due"].to_numpy(dtype=np.int64), self.first_)
        end = np.minimum(np.minimum(paid, seen), self.horizon).astype(np.int64)
        asked = daily.at_risk(begin, end)
        label = paid[asked.row] == asked.day
        weight = np.ones(len(label))
        if self.unpaid_share < 1:
            rng = np.random.default_rng(self.seed)
            kept = label | (rng.random(len(label)) < self.unpaid_share)
            asked, label = daily.Days(asked.row[kept], asked.day[kept]), label[kept]
            weight = np.where(label, 1.0, 1 / self.unpaid_share)
        data = lgb.Dataset(
            self._matrix(X, habits, asked),
            label=label,
            weight=weight,
            init_score=self._start[asked.day - self.first_],
            feature_name=[*self.encoder_.columns, *(f"day_{name}" for name in daily.NAMES)],
            categorical_feature=self.encoder_.category_positions,
            params={"verbose": -1, "max_bin": 127},
        )
        self.booster_ = lgb.train(self._lightgbm(), data, num_boost_round=self.rounds)
        self.n_features_in_ = X.shape[1]
        return self

    def predict_distribution(self, X: pd.DataFrame, habits: Habits) -> DaysLate:
        """Distributions of days late of feature rows, each unpaid at the start of its as_of."""
        check_is_fitted(self, "booster_")
        shares = np.zeros((len(X), len(self.pooled_)))
        for start in range(0, len(X), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            shares[chunk] = self._shares(X.iloc[chunk], habits.take(chunk))
        return spread(self.first_, shares, self.tail_)

    def _shares(self, X: pd.DataFrame, habits: Habits) -> Floats:
        begin = np.maximum(-X["days_to_due"].to_numpy(dtype=np.int64), self.first_)
        asked = daily.at_risk(begin, np.full(len(X), self.horizon))
        column = asked.day - self.first_
        hazard = np.zeros((len(X), len(self.pooled_) - 1))
        if len(column):
            raw = self.booster_.predict(self._matrix(X, habits, asked), raw_score=True, num_threads=self.threads)
            hazard[asked.row, column] = 1 / (1 + np.exp(-(np.asarray(raw) + self._start[column])))
        still = np.cumprod(1 - hazard, axis=1)
        before = np.concatenate([np.ones((len(X), 1)), still], axis=1)
        return np.concatenate([before[:, :-1] - still, still[:, -1:]], axis=1)

    @property
    def _start(self) -> Floats:
        """(days - 1,) logit of everybody's hazard on each day."""
        still = np.cumsum(self.pooled_[::-1])[::-1]
        hazard = np.clip((self.pooled_ / still)[:-1], 1e-4, 1 - 1e-4)
        return np.log(hazard / (1 - hazard))

    def _matrix(self, X: pd.DataFrame, habits: Habits, asked: daily.Days) -> NDArray[np.float32]:
        facts = self.encoder_.transform(X).astype(np.float32)
        return np.concatenate([facts[asked.row], daily.columns(X, habits, self.pooled_, asked)], axis=1)

    def _lightgbm(self) -> dict[str, Any]:
        return {
            "objective": "binary",
            "learning_rate": self.learning_rate,
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.min_leaf,
            "feature_fraction": self.feature_share,
            "bagging_fraction": self.bagging,
            "bagging_freq": 1,
            "lambda_l2": self.ridge,
            "cat_smooth": 20.0,
            "extra_trees": self.extra,
            "seed": self.seed,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": self.threads,
            "verbose": -1,
        }
