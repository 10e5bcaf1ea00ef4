"""Every model and every baseline on the same later rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .baseline import Baseline
from .days import DaysDirect
from .distribution import DaysLate
from .folds import Book, Rows
from .histogram_forest import HistogramForest
from .late import LateDirect
from .metrics import coverage, days_metrics, late_metrics, log_loss, skill

Floats = NDArray[np.float64]

MODEL = "Timing"
EMPIRICAL = "customer's own distribution"
"""The name of the strongest simple baseline."""
RATIO, LOGISTIC = "customer's late ratio", "logistic regression"

DIRECT_LATE, DIRECT_DAYS = "LightGBM classifier", "LightGBM regressor (L1)"
FOREST = "LightGBM forest of histograms"


@dataclass(frozen=True)
class Prediction:
    """What one model says of n rows, and how it scored on each; what it does not speak of is None.

    Attributes
    ----------
    p_late : (n,) probability. days : (n,) days late, at most the horizon.
    crps, covered, width : (n,) of the whole distribution: CRPS in days, the part of the outcome inside the central
        80 % interval, the interval's width in days.
    """

    name: str
    p_late: Floats | None = None
    days: Floats | None = None
    crps: Floats | None = None
    covered: Floats | None = None
    width: Floats | None = None

    @classmethod
    def of(cls, name: str, distribution: DaysLate, rows: Rows, grace_days: int, horizon: int) -> Prediction:
        """All of it from one distribution."""
        low, median, high = (np.fmin(distribution.quantile(q), float(horizon)) for q in (0.1, 0.5, 0.9))
        return cls(
            name,
            distribution.later_than(grace_days),
            median,
            distribution.crps(rows.y, horizon),
            coverage(rows.y, distribution, 0.8, horizon),
            high - low,
        )


def joined(parts: list[Prediction]) -> Prediction:
    """One model's predictions on several sets of rows, one after the other."""
    columns: dict[str, Floats | None] = {}
    for name in ("p_late", "days", "crps", "covered", "width"):
        values = [getattr(part, name) for part in parts]
        columns[name] = None if any(v is None for v in values) else np.concatenate(values)
    return Prediction(parts[0].name, **columns)


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
        Prediction(RATIO, ratio),
        Prediction(LOGISTIC, _logistic(train, test)),
        Prediction.of(EMPIRICAL, empirical, test, book.ledger.grace_days, book.H),
    ]


def for_open(name: str, said: DaysLate, rows: Rows, grace_days: int, horizon: int) -> Prediction:
    """Of invoices that are open at their rows' as_of, given that they are unpaid."""
    return Prediction.of(
        name, said.given_unpaid(-rows.X["days_to_due"].to_numpy(dtype=np.int64)), rows, grace_days, horizon
    )


def challengers(book: Book, train: Rows, test: Rows, seed: int) -> list[Prediction]:
    """The plain LightGBM models that people know, and a forest that gives a distribution, on rows at issue."""
    paid = ~train.labels["written_off"].to_numpy()
    late = LateDirect(seed=seed).fit(train.X, train.late)
    forest = HistogramForest(book.H, seed=seed).fit(train.X, train.y)
    days = DaysDirect(seed=seed).fit(train.X[paid], np.minimum(train.y[paid], book.H))
    return [
        Prediction(DIRECT_LATE, late.predict_proba(test.X)[:, 1]),
        Prediction(DIRECT_DAYS, None, days.predict(test.X)),
        Prediction.of(FOREST, forest.predict_distribution(test.X), test, book.ledger.grace_days, book.H),
    ]


def table(predictions: list[Prediction], late: Floats, y: Floats, horizon: int) -> pd.DataFrame:
    """Every metric of every prediction: one row per model, NaN where it does not speak of that.

    Parameters
    ----------
    late, y : (n,) the outcomes: 0/1, and days late with horizon + 1 = beyond.
    """
    rows = {}
    days_late = np.minimum(y, horizon)
    for p in predictions:
        row: dict[str, float] = {"n": len(y)}
        if p.p_late is not None:
            row |= late_metrics(late, p.p_late)
        if p.days is not None:
            row |= days_metrics(days_late, p.days)
        for name, values in (("crps", p.crps), ("coverage_80", p.covered), ("width_80", p.width)):
            if values is not None:
                row[name] = float(values.mean())
        rows[p.name] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def skills(
    ours: Prediction, theirs: Prediction, late: Floats, y: Floats, customers: pd.Index, horizon: int
) -> dict[str, tuple[float, float, float]]:
    """Skill (1 - ours / theirs) with its interval clustered by customer, for each loss that both speak of."""
    losses = [_losses(p, late, y, horizon) for p in (ours, theirs)]
    return {name: skill(losses[0][name], losses[1][name], customers) for name in losses[0] if name in losses[1]}


def _losses(p: Prediction, late: Floats, y: Floats, horizon: int) -> dict[str, Floats]:
    losses = {}
    if p.p_late is not None:
        losses["log_loss"] = log_loss(late, p.p_late)
    if p.days is not None:
        losses["mae"] = np.abs(p.days - np.minimum(y, horizon))
    if p.crps is not None:
        losses["crps"] = p.crps
    return losses


_FAR = 4.0
"""Standard deviations from the mean beyond which a straight line is not believed."""


def _logistic(train: Rows, test: Rows) -> Floats:
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    numeric = [c for c in train.X.columns if pd.api.types.is_numeric_dtype(train.X[c])]
    model = make_pipeline(
        SimpleImputer(add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        FunctionTransformer(np.clip, kw_args={"a_min": -_FAR, "a_max": _FAR}),
        LogisticRegression(C=0.1, max_iter=1000),
    )
    p: Floats = model.fit(train.X[numeric], train.late).predict_proba(test.X[numeric])[:, 1]
    return p
