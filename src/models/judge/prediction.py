"""What a model says of rows, and how it scored on each: everything that a comparison is made from."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...features.labels import THRESHOLDS
from ..family.distribution import DaysLate
from ..learn.folds import Rows
from ..learn.metrics import coverage, pinball

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BUCKETS = ("on time", "to 30 days late", "31 to 60", "61 to 90", "over 90")
"""Kinds of outcome; what lies within the days of grace is on time."""


@dataclass(frozen=True)
class Prediction:
    """What one model says of n rows, and how it scored on each; what it does not speak of is None.

    Attributes
    ----------
    p_late : (n,) probability. days : (n,) days late, at most the horizon.
    crps, pinball, covered, width : (n,) of the whole distribution: CRPS and mean pinball loss over the deciles in days,
        the part of the outcome inside the central 80 % interval, the interval's width in days.
    bucket : (n,) the likeliest of :data:`BUCKETS`, by its number.
    beyond : (n, 3) P(more than 30, 60, 90 days late). pit : (n, 2) F(y - 1) and F(y) of the outcome.
    """

    name: str
    p_late: Floats | None = None
    days: Floats | None = None
    crps: Floats | None = None
    covered: Floats | None = None
    width: Floats | None = None
    pinball: Floats | None = None
    bucket: Ints | None = None
    beyond: Floats | None = None
    pit: Floats | None = None

    @classmethod
    def of(cls, name: str, distribution: DaysLate, rows: Rows, grace_days: int, horizon: int) -> Prediction:
        """All of it from one distribution."""
        low, median, high = (np.fmin(distribution.quantile(q), float(horizon)) for q in (0.1, 0.5, 0.9))
        beyond = np.stack([distribution.later_than(k) for k in THRESHOLDS], axis=1)
        p_late = distribution.later_than(grace_days)
        return cls(
            name,
            p_late,
            median,
            distribution.crps(rows.y, horizon),
            coverage(rows.y, distribution, 0.8, horizon),
            high - low,
            pinball(rows.y, distribution, horizon),
            likeliest(p_late, beyond),
            beyond,
            np.stack(distribution.pit(rows.y, horizon), axis=1),
        )


def joined(parts: list[Prediction]) -> Prediction:
    """One model's predictions on several sets of rows, one after the other."""
    columns: dict[str, NDArray[np.generic] | None] = {}
    for name in (f.name for f in fields(Prediction) if f.name != "name"):
        values = [getattr(part, name) for part in parts]
        columns[name] = None if any(v is None for v in values) else np.concatenate(values)
    return Prediction(parts[0].name, **columns)  # type: ignore[arg-type]


def joined_rows(parts: list[Rows]) -> Rows:
    """Several sets of rows, one after the other."""
    return Rows(pd.concat([p.X for p in parts]), pd.concat([p.labels for p in parts]))


def likeliest(p_late: Floats, beyond: Floats) -> Ints:
    """(n,) number of the likeliest bucket, from P(late) and (n, 3) P(more than 30, 60, 90 days late)."""
    still = np.column_stack([np.ones(len(p_late)), p_late, np.minimum(beyond, p_late[:, None]), np.zeros(len(p_late))])
    found: Ints = np.argmax(still[:, :-1] - still[:, 1:], axis=1)
    return found


def bucket_of(days: Floats, grace_days: int) -> Ints:
    """(n,) number of the bucket in which so many days late lie."""
    edges = np.maximum.accumulate([grace_days, *THRESHOLDS])
    found: Ints = (np.asarray(days)[:, None] > edges).sum(axis=1)
    return found


def true_bucket(rows: Rows, grace_days: int) -> Ints:
    """(n,) number of the bucket of each outcome; -1 where 90 days after due are not over, whatever came before.

    Counting the quick ones earlier than the slow would leave the quick ones only near the end of a book.
    """
    late = rows.labels["days_late"].to_numpy(dtype=np.float64)
    found = bucket_of(np.nan_to_num(late, nan=np.inf), grace_days)
    return np.where(rows.labels["late_90"].isna().to_numpy(), -1, found)
