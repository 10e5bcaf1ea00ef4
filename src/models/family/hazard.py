"""Hazard: the chance that an invoice is paid on each day, given that it is unpaid until then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ...features import Habits
from . import daily
from .curve import Curve, begin, matrix, start
from .distribution import DaysLate
from .encode import Encoder
from .tail import tail_mass

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_CHUNK = 20_000  # rows whose days are laid out together


class Hazard(BaseEstimator):
    """Discrete-time hazard of payment by boosted LightGBM trees on invoices and days.

    What is still unpaid trains as long as it was watched, so no payer is dropped for being slow (Singer and Willett
    1993; Tutz and Schmid 2016). The trees start from everybody's hazard on each day.

    Parameters
    ----------
    horizon : H in days after due; later payments are one bin, spread by a pooled Kaplan-Meier tail.
    rounds, learning_rate, leaves, min_leaf, feature_share, bagging, ridge : as LightGBM knows them.
    most_days : invoices times days that train; of more days without payment some are drawn, each counting for as many
        as it stands for, but at least as many as there are days with payment.
    extra : whether split thresholds are drawn at random.
    landmarks : whether rows of an invoice's life after its issue train, too; they say the same days again.
    seed, threads : the same data and seed grow the same trees.

    Attributes
    ----------
    curve_ : :class:`~.curve.Curve`.
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
        most_days: int = 300_000,
        extra: bool = False,
        landmarks: bool = True,
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
        self.most_days = most_days
        self.extra = extra
        self.landmarks = landmarks
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
        X : feature rows, each at risk from its as_of on; those with an ``age_days`` above 0 are landmarks.
        days_late : (n,) NaN where not paid. seen : (n,) days late up to which each was watched.
        habits : of the rows' customers, its first day that of ``pooled``.
        pooled : (days,) everybody's shares per day late, the last = beyond the horizon.
        tail : how "beyond" spreads (:func:`~.tail.tail_mass`).
        """
        if not self.landmarks and "age_days" in X:
            kept = np.flatnonzero(X["age_days"].to_numpy() == 0)
            X, days_late, seen, habits = X.iloc[kept], days_late[kept], seen[kept], habits.take(kept)
        none = np.zeros(0)
        tail = tail_mass(none, none, self.horizon) if tail is None else tail
        encoder, first = Encoder.fit(X), habits.first
        paid = np.maximum(np.nan_to_num(days_late, nan=np.inf), first)  # what is paid before is paid by then
        end = np.minimum(np.minimum(paid, seen), self.horizon).astype(np.int64)
        parts = list(self._asked(begin(X, first), end, paid))
        trained = np.concatenate([matrix(encoder, X.iloc[k], habits.take(k), pooled, asked) for k, asked, *_ in parts])
        day, label, weight = (
            np.concatenate(c) for c in zip(*((asked.day, *known) for _, asked, *known in parts), strict=True)
        )
        data = lgb.Dataset(
            trained,
            label=label,
            weight=weight,
            init_score=start(pooled)[day - first],
            feature_name=[*encoder.columns, *(f"day_{name}" for name in daily.NAMES)],
            categorical_feature=encoder.category_positions,
            params={"verbose": -1, "max_bin": 127},
        )
        booster = lgb.train(self._lightgbm(), data, num_boost_round=self.rounds)
        self.curve_ = Curve(booster.model_to_string(), encoder, first, pooled, tail)
        self.n_features_in_ = X.shape[1]
        return self

    def _asked(self, begin: Ints, end: Ints, paid: Floats) -> Iterator[tuple[slice, daily.Days, Flags, Floats]]:
        """Some rows at a time: on which days they train, whether each was paid on it, for how many days it stands."""
        events = int(((paid >= begin) & (paid <= end)).sum())
        days = int(np.maximum(end - begin + 1, 0).sum())
        share = min(max(self.most_days - events, events) / max(days - events, 1), 1.0)
        rng = np.random.default_rng(self.seed)
        for some in (slice(i, i + _CHUNK) for i in range(0, len(paid), _CHUNK)):
            asked = daily.at_risk(begin[some], end[some])
            label = paid[some][asked.row] == asked.day
            kept = label | (rng.random(len(label)) < share)
            asked, label = daily.Days(asked.row[kept], asked.day[kept]), label[kept]
            yield some, asked, label, np.where(label, 1.0, 1 / share)

    def predict_distribution(self, X: pd.DataFrame, habits: Habits) -> DaysLate:
        """Distributions of days late of feature rows, each unpaid at the start of its as_of."""
        check_is_fitted(self, "curve_")
        return self.curve_.predict(X, habits, self.threads)

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
