"""The open book by week: what falls due, what is expected, and between which amounts 8 of 10 such weeks lie."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...decide.cash.forecast import OPEN, Forecast
from ...explain.numbers import DASH, rounded_to_sum
from ...pages import Language
from .said import band, money, span

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WEEKS = 12
"""Weeks from as_of that are shown one by one."""
MONTH = 4
"""Weeks of the nearest future, by which what drives the cash is measured."""


def shares(forecast: Forecast, invoices: pd.Series) -> Floats:
    """The share of each open invoice that is expected as money in each week.

    Parameters
    ----------
    invoices : (n,) numbers of invoices of the forecast.

    Returns
    -------
    (n, WEEKS + 2) shares that add up to 1 in each row: week 0 = the 7 days from as_of on, and so on; then the later
    weeks of the forecast together, then the rest: not paid within the forecast, or credited instead of paid.
    """
    place = pd.Index(forecast.items.invoice_id).get_indexer(pd.Index(invoices))
    paid = forecast.learned.kept * forecast.paid_in[place]
    later, rest = paid[:, WEEKS:].sum(axis=1), np.clip(1 - paid.sum(axis=1), 0, 1)
    return np.column_stack([paid[:, :WEEKS], later, rest])


def cash_weeks(amount: Floats, days_overdue: Ints, by_week: Floats) -> pd.DataFrame:
    """What falls due and what is expected, week by week, of one currency's open invoices.

    Parameters
    ----------
    amount : (n,) open amounts of one currency. days_overdue : (n,). by_week : (n, weeks + 2) of :func:`shares`.

    Returns
    -------
    DataFrame of weeks + 3 rows: due, expected (currency units), due_shown, expected_shown (whole units; both columns
    add up to the open amount in whole units). The first row is what was due before as_of, the last ones are later and
    the rest.
    """
    weeks = by_week.shape[1] - 2
    bucket = np.where(days_overdue > 0, 0, np.minimum(-days_overdue // 7, weeks) + 1)
    due = np.bincount(bucket, amount, minlength=weeks + 3).astype(np.float64)
    expected = np.concatenate([[0.0], amount @ by_week])
    total = int(np.rint(amount.sum()))
    return pd.DataFrame(
        {
            "due": due,
            "expected": expected,
            "due_shown": rounded_to_sum(due, total),
            "expected_shown": [0, *rounded_to_sum(expected[1:], total)],
        }
    )


def lines(
    weeks: pd.DataFrame, cash: pd.DataFrame, currency: str, at: pd.Timestamp, t: Language
) -> list[dict[str, Any]]:
    """The rows of the table by week, with the places of their bars in percent.

    Parameters
    ----------
    weeks : of :func:`cash_weeks`. cash : of :meth:`~paybench.decide.cash.forecast.Forecast.table`. at : as_of.
    """
    mine = (cash["currency"] == currency) & (cash["line"] == OPEN) & (cash["period"] == "week")
    bands = cash.loc[mine, ["low_80", "high_80"]].to_numpy()[: len(weeks) - 3]
    most = max(float(weeks[["due", "expected"]].iloc[1:].to_numpy().max()), float(bands.max(initial=0.0)), 1e-9)
    starts = [at + pd.Timedelta(days=7 * k) for k in range(len(bands))]
    labels = [span(t, s, s + pd.Timedelta(days=6)) for s in starts]
    edges = [None, *bands.tolist(), None, None]
    return [
        {
            "label": label,
            "due": money(t, w["due_shown"]) if w["due_shown"] else DASH,
            "expected": money(t, w["expected_shown"]) if w["expected_shown"] else DASH,
            "band": band(t, *edge) if edge else "",
            "due_width": _percent(w["due"], most),
            "expected_width": _percent(w["expected"], most),
            "reach": (_percent(edge[0], most), _percent(edge[1], most)) if edge else None,
        }
        for label, w, edge in zip(
            [t("overdue"), *labels, t("later"), t("not expected")], weeks.to_dict("records"), edges, strict=True
        )
    ]


def _percent(amount: float, most: float) -> float:
    return round(100 * amount / most, 2)
