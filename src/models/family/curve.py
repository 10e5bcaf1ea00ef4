"""A fitted daily hazard: from invoices and their customers' habits to distributions. Needs LightGBM and numpy only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...features import Habits
from . import daily
from .by_customer import raw_scores
from .distribution import DaysLate, expit, logit, spread
from .encode import Encoder
from .trees import Trees, read_trees

Floats = NDArray[np.float64]

_CHUNK = 8_192  # rows whose days are predicted together
_FEW = 256  # rows up to which LightGBM is quicker; the scores are the same


@dataclass(frozen=True)
class Curve:
    """Trees that say how likely payment is on each day, given that it has not come before.

    Attributes
    ----------
    text : LightGBM's text of the trees, whose scores are added to everybody's log-odds of each day.
    encoder : of the features, which come before the columns of the day (:data:`~.daily.NAMES`).
    first, pooled : everybody's shares per day late, from this day on; the last = beyond the horizon.
    tail : how "beyond" spreads (:func:`~.tail.tail_mass`).
    """

    text: str
    encoder: Encoder
    first: int
    pooled: Floats
    tail: Floats

    @cached_property
    def booster(self) -> lgb.Booster:
        """The trees as LightGBM reads them."""
        return lgb.Booster(model_str=self.text)

    @property
    def horizon(self) -> int:
        """Days late of the last day that is told apart."""
        return self.first + len(self.pooled) - 2

    def predict(self, X: pd.DataFrame, habits: Habits, threads: int = 1) -> DaysLate:
        """Distributions of days late of feature rows, each unpaid at the start of its as_of."""
        shares = np.zeros((len(X), len(self.pooled)))
        for start in range(0, len(X), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            shares[chunk] = self._shares(X.iloc[chunk], habits.take(chunk), threads)
        return spread(self.first, shares, self.tail)

    def _shares(self, X: pd.DataFrame, habits: Habits, threads: int) -> Floats:
        first_day = begin(X, self.first)
        if len(X) <= _FEW or self._trees is None:
            scores = self.walked(X, habits, threads)
        else:
            scores = raw_scores(self._trees, self.encoder, X, habits, self.pooled, first_day)
        hazard = expit(scores + start(self.pooled))
        hazard[np.arange(self.first, self.horizon + 1) < first_day[:, None]] = 0
        still = np.cumprod(1 - hazard, axis=1)
        before = np.concatenate([np.ones((len(X), 1)), still], axis=1)
        return np.concatenate([before[:, :-1] - still, still[:, -1:]], axis=1)

    def walked(self, X: pd.DataFrame, habits: Habits, threads: int = 1) -> Floats:
        """(n, days) sums of the trees' values by LightGBM, which walks through every tree on every day."""
        scores = np.zeros((len(X), len(self.pooled) - 1))
        asked = daily.at_risk(begin(X, self.first), np.full(len(X), self.horizon))
        if len(asked.row):
            seen = matrix(self.encoder, X, habits, self.pooled, asked)
            raw = self.booster.predict(seen, raw_score=True, num_threads=threads)
            scores[asked.row, asked.day - self.first] = np.asarray(raw)
        return scores

    @cached_property
    def _trees(self) -> Trees | None:
        return read_trees(self.text)


def begin(X: pd.DataFrame, first: int) -> NDArray[np.int64]:
    """(n,) the first day late on which each row can be paid: its as_of's."""
    overdue = daily.overdue(X)
    return np.full(len(X), first) if overdue is None else np.maximum(overdue, first)


def start(pooled: Floats) -> Floats:
    """(days - 1,) log-odds of everybody's hazard on each day."""
    still = np.cumsum(pooled[::-1])[::-1]
    return logit(np.clip((pooled / still)[:-1], 1e-4, 1 - 1e-4))


def matrix(encoder: Encoder, X: pd.DataFrame, habits: Habits, pooled: Floats, asked: daily.Days) -> NDArray[np.float32]:
    """(m, columns) what the trees see of invoices on days."""
    facts = encoder.transform(X).astype(np.float32)
    return np.concatenate([facts[asked.row], daily.columns(X, habits, pooled, asked)], axis=1)
