"""Every model and every baseline on the same later rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..learn.folds import Book, Rows
from ..learn.metrics import days_metrics, late_metrics, log_loss, skill
from .prediction import Prediction, joined
from .rivals import (
    BASE,
    DIRECT_DAYS,
    DIRECT_LATE,
    DUE,
    DUE_MEAN,
    EMPIRICAL,
    FOREST,
    LOGISTIC,
    MODEL,
    RATIO,
    challenging,
    simple,
)

Floats = NDArray[np.float64]

__all__ = [
    "BASE",
    "DIRECT_DAYS",
    "DIRECT_LATE",
    "DUE",
    "DUE_MEAN",
    "EMPIRICAL",
    "FOREST",
    "LOGISTIC",
    "MODEL",
    "RATIO",
    "Prediction",
    "challengers",
    "joined",
    "simple_baselines",
    "skill_table",
    "skills",
    "table",
]

LOSSES = ("log_loss", "mae", "crps")
"""What a gain is measured by."""
EVERY_LOSS = ("log_loss", "brier", "mae", "crps", "pinball")


def simple_baselines(book: Book, origin: object, train: Rows, test: Rows) -> list[Prediction]:
    """What people predict without a model: base rate, due date, the customer's mean, ratio and distribution; logistic.

    Parameters
    ----------
    book, origin : where the training rows come from. train, test : rows known at ``origin``, and later ones.
    """
    return [r.at_issue(test, book.ledger.grace_days, book.H) for r in simple(book, origin, train)]


def challengers(book: Book, train: Rows, test: Rows, seed: int) -> list[Prediction]:
    """The plain LightGBM models that people know, and a forest that gives a distribution, on rows at issue."""
    return [r.at_issue(test, book.ledger.grace_days, book.H) for r in challenging(book, train, seed)]


def table(
    predictions: list[Prediction], late: Floats, y: Floats, horizon: int, bucket: NDArray[np.int64] | None = None
) -> pd.DataFrame:
    """Every metric of every prediction: one row per model, NaN where it does not speak of that.

    Parameters
    ----------
    late, y : (n,) the outcomes: 0/1, and days late with horizon + 1 = beyond.
    bucket : (n,) :func:`~.prediction.true_bucket`; with it the share of rows whose bucket was told, among those where
        it is known.
    """
    rows = {}
    days_late = np.minimum(y, horizon)
    for p in predictions:
        row: dict[str, float] = {"n": len(y)}
        if p.p_late is not None:
            row |= late_metrics(late, p.p_late)
        if p.days is not None:
            row |= days_metrics(days_late, p.days)
        scores = {"crps": p.crps, "pinball": p.pinball, "coverage_80": p.covered, "width_80": p.width}
        row |= {name: float(values.mean()) for name, values in scores.items() if values is not None}
        if bucket is not None and p.bucket is not None and (bucket >= 0).any():
            row["bucket_accuracy"] = float((p.bucket == bucket)[bucket >= 0].mean())
        rows[p.name] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def skills(
    ours: Prediction,
    theirs: Prediction,
    late: Floats,
    y: Floats,
    customers: pd.Index,
    horizon: int,
    among: tuple[str, ...] = LOSSES,
) -> dict[str, tuple[float, float, float]]:
    """Skill (1 - ours / theirs) with its interval clustered by customer, for each loss that both speak of."""
    mine, other = (losses(p, late, y, horizon) for p in (ours, theirs))
    return {name: skill(mine[name], other[name], customers) for name in among if name in mine and name in other}


def skill_table(found: dict[str, tuple[float, float, float]]) -> pd.DataFrame:
    """What :func:`skills` gives as a table indexed by loss: skill, low, high."""
    return pd.DataFrame.from_dict(found, orient="index", columns=["skill", "low", "high"]).rename_axis("loss")


def losses(p: Prediction, late: Floats, y: Floats, horizon: int) -> dict[str, Floats]:
    """(n,) of each of :data:`EVERY_LOSS` that a prediction has."""
    found = {}
    if p.p_late is not None:
        found["log_loss"] = log_loss(late, p.p_late)
        found["brier"] = (late - p.p_late) ** 2
    if p.days is not None:
        found["mae"] = np.abs(p.days - np.minimum(y, horizon))
    if p.crps is not None:
        found["crps"] = p.crps
    if p.pinball is not None:
        found["pinball"] = p.pinball
    return found
