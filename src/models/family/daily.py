"""What one day says of an unpaid invoice: the columns that a daily hazard sees beside the invoice's features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...features import Habits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NAMES = (
    *("day", "elapsed", "weekday", "weekday_share", "month_day", "month_day_share", "to_month_end", "since_payment"),
    *("usual", "usual_about", "usual_week", "lately", "lately_about", "lately_week"),
)
"""Columns, one row per invoice and day: days late if paid then; days since as_of; the day's weekday and the customer's
share of settlements on it; the day of the month, the customer's share on it and the days beside, days to the month's
end; days since the customer's last payment if none comes before; the customer's own hazard on that day: exactly, with
the days beside on average, and of the week around it in all; over its whole past and lately."""

CALENDAR = ("elapsed", "weekday", "month_day", "to_month_end")
"""Of these what is the same for all customers on a date."""

DATED = (*CALENDAR, "weekday_share", "month_day_share", "since_payment")
"""Columns that need a date."""

USUAL = NAMES[-6:]
"""Columns of the customer's own hazards, by days late."""

_USUAL = {"days_late": "usual", "lately": "lately"}
_ENDINGS = ("", "_about", "_week")
_STRENGTH = {"days_late": 4.0, "lately": 2.0}
_WEEK = np.array([1, 1, 1, 1, 1, 0.3, 0.3]) / 5.6


@dataclass(frozen=True)
class Days:
    """Invoices on days: row i asks whether invoice ``row[i]`` is paid ``day[i]`` days late, being unpaid until then."""

    row: Ints
    day: Ints


def overdue(X: pd.DataFrame) -> Ints | None:
    """(n,) as_of - due_on of feature rows; None if the table does not say."""
    return days_overdue(X) if "days_to_due" in X else None


def days_overdue(X: pd.DataFrame) -> Ints:
    """(n,) as_of - due_on of feature rows."""
    return -X["days_to_due"].to_numpy(dtype=np.int64)


def at_risk(begin: Ints, end: Ints) -> Days:
    """Every row on each of its days from begin to end, both included."""
    size = np.maximum(end - begin + 1, 0)
    row = np.repeat(np.arange(len(begin)), size)
    return Days(row, np.arange(len(row)) - np.repeat(np.cumsum(size) - size - begin, size))


def columns(X: pd.DataFrame, habits: Habits, pooled: Floats, asked: Days) -> NDArray[np.float32]:
    """(m, :data:`NAMES`) of invoices on days.

    Parameters
    ----------
    X, habits : (n,) feature rows and their customers' past. What needs a column that X does not have is missing; as_of
        may be one, or a level of the index.
    pooled : (days,) everybody's shares per day late.
    asked : (m,) which rows on which days; days lie within the columns of ``pooled`` but the last.
    """
    table = np.empty((len(NAMES), len(asked.row)), dtype=np.float32)
    own = dict(zip(NAMES, table, strict=True))
    own["day"][:] = asked.day
    for name, values in _dated(X, habits, asked).items():
        own[name][:] = values
    for name, column in _USUAL.items():
        hazards = _hazards(getattr(habits, name), pooled, _STRENGTH[name])
        for ending, hazard in zip(_ENDINGS, hazards, strict=True):
            own[column + ending][:] = hazard[asked.row, asked.day - habits.first]
    return table.T


def _dated(X: pd.DataFrame, habits: Habits, asked: Days) -> dict[str, NDArray[np.float32]]:
    """(m,) columns of what a date says, of rows on days."""
    own = {name: np.full(len(asked.row), np.nan, dtype=np.float32) for name in DATED}
    begin = overdue(X)
    if begin is not None:
        elapsed = asked.day - begin[asked.row]
        own["elapsed"][:] = elapsed
        if "days_since_payment" in X:
            own["since_payment"][:] = X["days_since_payment"].to_numpy(dtype=np.float64)[asked.row] + elapsed
        at = as_of(X)
        if at is not None:
            _of_date(at[asked.row] + elapsed, asked.row, habits, own)
    return own


def as_of(X: pd.DataFrame) -> Ints | None:
    """(n,) as_of of feature rows as day numbers; None if the table does not say."""
    if "as_of" not in X and "as_of" not in X.index.names:
        return None
    at = X["as_of"] if "as_of" in X else X.index.get_level_values("as_of")
    return np.asarray(at.to_numpy().astype("datetime64[D]").astype(np.int64))


def laid_out(
    X: pd.DataFrame, habits: Habits, pooled: Floats, begin: Ints, before: int, after: int
) -> dict[str, NDArray[np.float32]]:
    """The same columns but "day", laid out: by days from each row's ``begin``, and by days late.

    Parameters
    ----------
    X, habits, pooled : as in :func:`columns`. begin : (n,) days late.
    before, after : so many days before ``begin``, and from it on.

    Returns
    -------
    (n, before + after) arrays of what a date says, (n, days - 1) of the customer's own hazards.
    """
    row = np.repeat(np.arange(len(begin)), before + after)
    day = (begin[:, None] + np.arange(-before, after)).ravel()
    dated = _dated(X, habits, Days(row, day))
    found = {name: values.reshape(len(begin), before + after) for name, values in dated.items()}
    for name, column in _USUAL.items():
        hazards = _hazards(getattr(habits, name), pooled, _STRENGTH[name])
        found |= {column + ending: own.astype(np.float32) for ending, own in zip(_ENDINGS, hazards, strict=True)}
    return found


def _of_date(date: Ints, row: Ints, habits: Habits, own: dict[str, NDArray[np.float32]]) -> None:
    first = date.astype("datetime64[D]").astype("datetime64[M]")
    weekday = (date + 3) % 7
    month_day = date - first.astype("datetime64[D]").astype(np.int64)
    own["weekday"][:], own["month_day"][:] = weekday, month_day
    own["to_month_end"][:] = (first + 1).astype("datetime64[D]").astype(np.int64) - date
    share = (habits.weekday + 5 * _WEEK) / (habits.weekday.sum(axis=1, keepdims=True) + 5)
    own["weekday_share"][:] = share[row, weekday]
    beside = np.roll(habits.month_day, 1, axis=1) + habits.month_day + np.roll(habits.month_day, -1, axis=1)
    share = (beside + 5 * 3 / 31) / (habits.month_day.sum(axis=1, keepdims=True) + 5)
    own["month_day_share"][:] = share[row, month_day]


def _hazards(counts: NDArray[np.float32], pooled: Floats, strength: float) -> tuple[Floats, Floats, Floats]:
    """(n, days - 1) the customer's own hazard on each day, of three days on average, and of seven days in all."""
    share = (counts + strength * pooled) / (counts.sum(axis=1, keepdims=True) + strength)
    still = np.maximum(np.cumsum(share[:, ::-1], axis=1)[:, ::-1], 1e-9)
    return (share / still)[:, :-1], (_around(share, 1) / 3 / still)[:, :-1], (_around(share, 3) / still)[:, :-1]


def _around(share: Floats, days: int) -> Floats:
    """(n, days) sums of each day and so many days on either side."""
    upto = np.pad(np.cumsum(share, axis=1), ((0, 0), (1, 0)))
    day = np.arange(share.shape[1])
    return np.asarray(upto[:, np.minimum(day + days + 1, len(day))] - upto[:, np.maximum(day - days, 0)])
