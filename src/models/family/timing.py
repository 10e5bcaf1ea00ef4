"""Timing: the distribution of days late, by a daily hazard that agrees with a classifier of late payment."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone

from ...features import Habits
from .checked import Checked
from .daily import overdue
from .distribution import EARLIEST, DaysLate, pooled_shares, together
from .hazard import Hazard
from .late import LateDirect

Floats = NDArray[np.float64]

LEAST_ROWS = 2


class Timing(Checked, BaseEstimator):
    """One distribution of days late for each invoice, from which every question is answered.

    A daily hazard gives its shape, before and after the end of grace. How much lies on either side it says together
    with a classifier, which looks at that question alone, learns from every invoice whose grace is over, and has exact
    SHAP values: half each, in log-odds, because their errors differ.

    Parameters
    ----------
    horizon : H in days after due; later payments are one bin, spread by a pooled Kaplan-Meier tail.
    grace_days : days after due that do not count as late.
    hazard, late : the parts' estimators; clones of them are fitted. seed : of both.

    Attributes
    ----------
    hazard_, late_ : the fitted parts; late_ is None where only one class was seen.
    """

    def __init__(
        self,
        horizon: int = 60,
        grace_days: int = 0,
        hazard: Hazard | None = None,
        late: LateDirect | None = None,
        seed: int = 0,
    ) -> None:
        self.horizon = horizon
        self.grace_days = grace_days
        self.hazard = hazard
        self.late = late
        self.seed = seed

    def fit(
        self,
        X: pd.DataFrame,
        y: pd.Series | Floats,
        seen: Floats | None = None,
        habits: Habits | None = None,
        pooled: Floats | None = None,
        tail: Floats | None = None,
    ) -> Timing:
        """Fit both parts.

        Parameters
        ----------
        X : feature rows, at issue or at landmarks; each was unpaid at its as_of.
        y : (n,) days late; above ``horizon`` = beyond it; with ``seen``, NaN where not paid so far.
        seen : (n,) days late up to which each was watched; by default each was watched until it was paid.
        habits : of the rows' customers; by default nobody has any.
        pooled : (days,) everybody's shares per day late from ``habits.first`` on, the last = beyond; by default those
            of ``y``.
        tail : how "beyond" spreads (:func:`~.tail.tail_mass`).

        Raises
        ------
        ValueError
            If there are fewer than two rows, or something is missing that has to be there.
        """
        if seen is None:
            X, outcome = self._learn(X, y, least=LEAST_ROWS)
            days, seen = outcome.astype(np.float64), np.full(len(X), np.inf)
        else:
            X, days = self._table(X, reset=True, least=LEAST_ROWS), np.asarray(y, dtype=np.float64)
        habits = no_habits(len(X), self.horizon) if habits is None else habits
        if pooled is None:
            pooled = pooled_shares(np.nan_to_num(days, nan=np.inf), habits.first, self.horizon)
        hazard = clone(self.hazard or Hazard()).set_params(horizon=self.horizon, seed=self.seed)
        self.hazard_ = hazard.fit(X, days, seen, habits, pooled, tail)
        self.late_ = self.fit_late(X, days, seen)
        return self

    def predict_distribution(self, X: pd.DataFrame, habits: Habits | None = None) -> DaysLate:
        """Distributions of days late of feature rows, each unpaid at the start of its as_of."""
        X = self._table(X)
        said = self.hazard_.predict_distribution(X, no_habits(len(X), self.horizon) if habits is None else habits)
        if self.late_ is None or X.empty:
            return said
        both = together(self.late_.predict_proba(X)[:, 1], said.later_than(self.grace_days))
        return said.with_later_than(self.grace_days, both)

    def predict(self, X: pd.DataFrame) -> Floats:
        """(n,) median days late, at most the horizon."""
        return np.fmin(self.predict_distribution(X).quantile(0.5), float(self.horizon))

    def fit_late(self, X: pd.DataFrame, days: Floats, seen: Floats) -> LateDirect | None:
        """The classifier alone, on rows whose question was open at as_of and whose grace is over by the calendar."""
        begin = overdue(X)
        asked = seen >= self.grace_days
        if begin is not None:
            asked &= begin <= self.grace_days
        late = ~(days[asked] <= self.grace_days)
        if late.all() or not late.any():
            return None
        return clone(self.late or LateDirect()).set_params(seed=self.seed).fit(X[asked], late.astype(np.float64))


def no_habits(n: int, horizon: int) -> Habits:
    """Of customers of whom nothing is known."""
    days = horizon + 2 - EARLIEST
    return Habits(EARLIEST, *(np.zeros((n, width), dtype=np.float32) for width in (days, days, 7, 31)))
