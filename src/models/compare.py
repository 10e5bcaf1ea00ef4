"""Every model and every baseline on the same later rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .baseline import Baseline
from .days import DaysDirect
from .distribution import DaysLate
from .folds import Book, Rows
from .late import LateDirect
from .metrics import days_metrics, distribution_metrics, late_metrics, log_loss, skill

Floats = NDArray[np.float64]

EMPIRICAL = "customer's own distribution"
"""The name of the strongest simple baseline."""

DIRECT_LATE, DIRECT_DAYS = "LightGBM classifier", "LightGBM regressor (L1)"


@dataclass(frozen=True)
class Prediction:
    """What one model says of n rows; what it does not speak of is None."""

    name: str
    p_late: Floats | None = None
    days: Floats | None = None
    distribution: DaysLate | None = None

    @classmethod
    def of(cls, name: str, distribution: DaysLate, grace_days: int, horizon: int) -> Prediction:
        """All three from one distribution."""
        median = np.fmin(distribution.quantile(0.5), float(horizon))
        return cls(name, distribution.later_than(grace_days), median, distribution)


def simple_baselines(book: Book, origin: object, train: Rows, test: Rows) -> list[Prediction]:
    """What people predict without a model: base rate, due date, the customer's mean, ratio and distribution; logistic.

    Parameters
    ----------
    book, origin : where the training rows come from. train, test : rows known at ``origin``, and later ones.
    """
    base, typical = train.late.mean(), float(np.median(np.minimum(train.y, book.H)))
    n = test.X["n_settled"].to_numpy()
    ratio = (np.nan_to_num(test.X["late_share"].to_numpy()) * n + 8 * base) / (n + 8)
    mean = np.where(n > 0, test.X["days_late_mean"].to_numpy(), typical)
    empirical = Baseline(book.cut, book.H).fit(train.X, train.y, tail=book.tail(origin)).predict_distribution(test.X)
    return [
        Prediction("base rate, typical delay", np.full(len(test), base), np.full(len(test), typical)),
        Prediction("due date", None, np.zeros(len(test))),
        Prediction("due date + customer's mean delay", None, mean),
        Prediction("customer's late ratio", ratio),
        Prediction("logistic regression", _logistic(train, test)),
        Prediction.of(EMPIRICAL, empirical, book.ledger.grace_days, book.H),
    ]


def challengers(book: Book, train: Rows, test: Rows, seed: int) -> list[Prediction]:
    """The plain LightGBM models that people know."""
    paid = ~train.labels["written_off"].to_numpy()
    late = LateDirect(seed=seed).fit(train.X, train.late)
    days = DaysDirect(seed=seed).fit(train.X[paid], np.minimum(train.y[paid], book.H))
    return [
        Prediction(DIRECT_LATE, late.predict_proba(test.X)[:, 1]),
        Prediction(DIRECT_DAYS, None, days.predict(test.X)),
    ]


def table(predictions: list[Prediction], test: Rows, horizon: int) -> pd.DataFrame:
    """Every metric of every prediction: one row per model, NaN where it does not speak of that."""
    rows = {}
    days_late = np.minimum(test.y, horizon)
    for p in predictions:
        row: dict[str, float] = {"n": len(test)}
        if p.p_late is not None:
            row |= late_metrics(test.late, p.p_late)
        if p.days is not None:
            row |= days_metrics(days_late, p.days)
        if p.distribution is not None:
            row |= distribution_metrics(test.y, p.distribution, horizon)
        rows[p.name] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


LOSSES: dict[str, Callable[[Prediction, Rows, int], Floats]] = {
    "log_loss": lambda p, rows, horizon: log_loss(rows.late, _given(p.p_late)),
    "mae": lambda p, rows, horizon: np.abs(_given(p.days) - np.minimum(rows.y, horizon)),
    "crps": lambda p, rows, horizon: p.distribution.crps(rows.y, horizon) if p.distribution else np.zeros(0),
}
"""Losses per row that skill is measured with."""


def skills(ours: Prediction, theirs: Prediction, test: Rows, horizon: int) -> dict[str, tuple[float, float, float]]:
    """Skill (1 - ours / theirs) with its interval clustered by customer, for each loss that both speak of."""
    result = {}
    for name, loss in LOSSES.items():
        needed = {"log_loss": "p_late", "mae": "days", "crps": "distribution"}[name]
        if getattr(ours, needed) is not None and getattr(theirs, needed) is not None:
            result[name] = skill(loss(ours, test, horizon), loss(theirs, test, horizon), test.customers)
    return result


def _given(values: Floats | None) -> Floats:
    if values is None:
        raise ValueError("This prediction does not speak of that.")
    return values


def _logistic(train: Rows, test: Rows) -> Floats:
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    numeric = [c for c in train.X.columns if pd.api.types.is_numeric_dtype(train.X[c])]
    model = make_pipeline(
        SimpleImputer(add_indicator=True, keep_empty_features=True), StandardScaler(), LogisticRegression(max_iter=1000)
    )
    p: Floats = model.fit(train.X[numeric], train.late).predict_proba(test.X[numeric])[:, 1]
    return p
