"""What the model is compared with: what people predict without one, and the plain models that they know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..family.baseline import Baseline
from ..family.daily import days_overdue
from ..family.days import DaysDirect
from ..family.distribution import EARLIEST, DaysLate
from ..family.extra_trees import ExtraTreesHistograms
from ..family.histogram_forest import HistogramForest
from ..family.late import LateDirect
from ..family.quantiles import QuantileDays
from ..learn.bundle import Bundle
from ..learn.folds import Book, Rows
from .prediction import Prediction, bucket_of, true_bucket

Floats = NDArray[np.float64]

MODEL = "Timing"
EMPIRICAL = "customer's own distribution"
"""The name of the strongest simple baseline."""
BASE, DUE, DUE_MEAN = "base rate, typical delay", "due date", "due date + customer's mean delay"
RATIO, LOGISTIC = "customer's late ratio", "logistic regression"

DIRECT_LATE, DIRECT_DAYS = "LightGBM classifier", "LightGBM regressor (L1)"
FOREST = "LightGBM forest of histograms"
QUANTILES, EXTRA_TREES, HAZARD = "LightGBM quantile regressors", "extra-trees of histograms", "daily hazard alone"


@dataclass(frozen=True)
class Rival:
    """A fitted model as functions of a feature table; what it does not speak of is None.

    Attributes
    ----------
    distribution : X to distributions of days late. p_late : X to (n,) probabilities. days : X to (n,) days late.
    quantiles : X to (n, 3) the 10 %, 50 % and 90 % quantiles in days late.
    bucket : the bucket that it always says.
    """

    name: str
    distribution: Callable[[pd.DataFrame], DaysLate] | None = None
    p_late: Callable[[pd.DataFrame], Floats] | None = None
    days: Callable[[pd.DataFrame], Floats] | None = None
    quantiles: Callable[[pd.DataFrame], Floats] | None = None
    bucket: int | None = None

    def at_issue(self, rows: Rows, grace_days: int, horizon: int) -> Prediction:
        """What it says of invoices when they are issued."""
        if self.distribution is not None:
            return Prediction.of(self.name, self.distribution(rows.X), rows, grace_days, horizon)
        p_late = None if self.p_late is None else self.p_late(rows.X)
        return replace(self._in_days(rows, grace_days, horizon), p_late=p_late)

    def when_open(self, rows: Rows, grace_days: int, horizon: int) -> Prediction:
        """What it says of invoices that are open at their rows' as_of, given that they are unpaid: of days only."""
        overdue = days_overdue(rows.X)
        if self.distribution is not None:
            return Prediction.of(self.name, self.distribution(rows.X).given_unpaid(overdue), rows, grace_days, horizon)
        return self._in_days(rows, grace_days, horizon, overdue.astype(np.float64))

    def _in_days(self, rows: Rows, grace_days: int, horizon: int, least: Floats | None = None) -> Prediction:
        """Days and quantiles, none of them earlier than ``least``, and within what is told apart, as outcomes are."""
        said, edges = (None if f is None else f(rows.X) for f in (self.days, self.quantiles))
        covered = width = None
        if edges is not None:
            edges = edges if least is None else np.maximum(edges, least[:, None])
            low, said, high = np.minimum(edges, horizon).T
            # Three numbers have no PIT: what counts is whether the outcome lies in the closed interval.
            seen = np.minimum(rows.y, horizon)
            covered, width = ((low <= seen) & (seen <= high)).astype(np.float64), high - low
        if said is not None and least is not None:
            said = np.maximum(said, least)
        bucket = None if said is None else bucket_of(np.rint(said), grace_days)
        said = None if said is None else np.clip(said, EARLIEST, horizon)
        if self.bucket is not None:
            bucket = np.full(len(rows), self.bucket)
        return Prediction(self.name, None, said, covered=covered, width=width, bucket=bucket)


def simple(book: Book, origin: object, train: Rows) -> list[Rival]:
    """What people predict without a model; arguments as in :func:`~.compare.simple_baselines`."""
    base, typical = float(train.late.mean()), float(np.median(np.minimum(train.y, book.H)))
    told = true_bucket(train, book.ledger.grace_days)
    if not (told >= 0).any():  # of a young book nobody's 90 days are over
        told = bucket_of(train.y, book.ledger.grace_days)
    usual = np.bincount(told[told >= 0], minlength=1).argmax()
    empirical = Baseline(book.cut, book.H).fit(train.X, train.y, tail=book.tail(origin))

    def ratio(X: pd.DataFrame) -> Floats:
        n = X["n_settled"].to_numpy(dtype=np.float64)
        share: Floats = (np.nan_to_num(X["late_share"].to_numpy(dtype=np.float64)) * n + 8 * base) / (n + 8)
        return share

    def mean(X: pd.DataFrame) -> Floats:
        return np.where(X["n_settled"] > 0, X["days_late_mean"].to_numpy(dtype=np.float64), typical)

    return [
        Rival(
            BASE,
            p_late=lambda X: np.full(len(X), base),
            days=lambda X: np.full(len(X), typical),
            bucket=int(usual),
        ),
        Rival(DUE, days=lambda X: np.zeros(len(X))),
        Rival(DUE_MEAN, days=mean),
        Rival(RATIO, p_late=ratio),
        Rival(LOGISTIC, p_late=_logistic(train)),
        Rival(EMPIRICAL, empirical.predict_distribution),
    ]


def challenging(book: Book, train: Rows, seed: int, every: bool = False, tail: Floats | None = None) -> list[Rival]:
    """The plain LightGBM models that people know, and forests that give a distribution, fitted on rows at issue.

    Parameters
    ----------
    book : where the rows come from. every : also those that a training has no time for.
    tail : how payment goes on beyond the horizon (:func:`~.tail.tail_mass`).
    """
    paid = ~train.labels["written_off"].to_numpy()
    X, y = train.X[paid], np.minimum(train.y[paid], book.H)
    late = LateDirect(seed=seed).fit(train.X, train.late)
    forest = HistogramForest(book.H, seed=seed).fit(train.X, train.y, tail)
    found = [
        Rival(DIRECT_LATE, p_late=lambda X: late.predict_proba(X)[:, 1]),
        Rival(DIRECT_DAYS, days=DaysDirect(seed=seed).fit(X, y).predict),
        Rival(FOREST, forest.predict_distribution),
    ]
    if every:
        extra = ExtraTreesHistograms(book.H, seed=seed).fit(train.X, train.y, tail)
        quantiles = QuantileDays(seed=seed).fit(X, y)
        found += [
            Rival(QUANTILES, quantiles=quantiles.predict_quantiles),
            Rival(EXTRA_TREES, extra.predict_distribution),
        ]
    return found


def served(book: Book, bundle: Bundle) -> list[Rival]:
    """The model itself, and its daily hazard without the classifier."""
    alone = replace(bundle, late_text="", late_encoder=None)
    return [
        Rival(MODEL, lambda X: bundle.predict(book.cut, X)),
        Rival(HAZARD, lambda X: alone.predict(book.cut, X)),
    ]


_FAR = 4.0
"""Standard deviations from the mean beyond which a straight line is not believed."""


def _logistic(train: Rows) -> Callable[[pd.DataFrame], Floats]:
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
    model.fit(train.X[numeric], train.late)
    return lambda X: np.asarray(model.predict_proba(X[numeric])[:, 1], dtype=np.float64)
