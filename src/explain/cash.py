"""The open book by expected week of payment."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..models.family.distribution import DaysLate
from .numbers import rounded_to_sum, span

Floats = NDArray[np.float64]

WEEKS = 12
"""Weeks from as_of that are shown one by one."""


def paid_by_week(predicted: DaysLate, days_overdue: NDArray[np.int64], weeks: int = WEEKS) -> Floats:
    """P(paid in each week from as_of on) of open invoices.

    Parameters
    ----------
    predicted : distributions of n invoices, conditioned on being unpaid at as_of.
    days_overdue : (n,) as_of - due_on.

    Returns
    -------
    (n, weeks + 2) probabilities that add up to 1 in each row: week 0 = the 7 days from as_of on, and so on; then
    later than all of them, then never.
    """
    edges = [predicted.later_than(days_overdue - 1 + 7 * k) for k in range(weeks + 1)]
    still = np.stack([np.ones(len(days_overdue)), *edges[1:], predicted.never, np.zeros(len(days_overdue))], axis=1)
    shares: Floats = np.clip(-np.diff(still, axis=1), 0.0, 1.0)
    return shares


def cash_weeks(amount: Floats, days_overdue: NDArray[np.int64], by_week: Floats, at: pd.Timestamp) -> pd.DataFrame:
    """What falls due and what is expected, week by week, of one currency's open invoices.

    Parameters
    ----------
    amount : (n,) open amounts of one currency. days_overdue : (n,). by_week : (n, weeks + 2) of :func:`paid_by_week`.
    at : as_of.

    Returns
    -------
    DataFrame: label, due, expected (currency units), due_shown, expected_shown (whole units; both columns add up to
    the open amount in whole units). The first row is what was due before ``at``, the last ones are later and never.
    """
    weeks = by_week.shape[1] - 2
    bucket = np.where(days_overdue > 0, 0, np.minimum(-days_overdue // 7, weeks) + 1)
    due = np.bincount(bucket, amount, minlength=weeks + 3).astype(np.float64)
    expected = np.concatenate([[0.0], amount @ by_week])
    starts = [at + pd.Timedelta(days=7 * k) for k in range(weeks)]
    labels = ["overdue", *(span(s, s + pd.Timedelta(days=6)) for s in starts), "later", "not expected"]
    total = int(np.rint(amount.sum()))
    return pd.DataFrame(
        {
            "label": labels,
            "due": due,
            "expected": expected,
            "due_shown": rounded_to_sum(due, total),
            "expected_shown": [0, *rounded_to_sum(expected[1:], total)],
        }
    )
