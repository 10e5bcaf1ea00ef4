"""A daily hazard's trees on invoices times days, answered customer by customer.

LightGBM walks each tree from the root for every invoice on every day. But a split asks about the invoice, or about a
day; and what it asks about a day is the same for all invoices of a customer. So each split is answered once for each
invoice, or once for each customer and day (:mod:`.trees`), and what is left to do for an invoice on a day is to join
the answers and to look the leaf up. Values are added tree by tree, so that scores equal LightGBM's to the last bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ...features import Habits
from . import daily
from .encode import Encoder
from .trees import Ruled, Trees

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NEAR = 96  # days to the horizon up to which rows are laid out together
_STEP = 8  # days by which the first days of rows that lie side by side may differ


def raw_scores(trees: Trees, encoder: Encoder, X: pd.DataFrame, habits: Habits, pooled: Floats, begin: Ints) -> Floats:
    """(n, days - 1) sums of the trees' values on each row's days; 0 on days before its ``begin``, or of no meaning.

    Parameters
    ----------
    X, habits, pooled : as in :func:`.daily.columns`; rows of one customer had better follow each other.
    begin : (n,) first day late of each row.
    """
    scores = np.zeros((len(X), len(pooled) - 1))
    left = habits.first + len(pooled) - 1 - begin
    for some in (np.flatnonzero((left > 0) & (left <= _NEAR)), np.flatnonzero(left > _NEAR)):
        if len(some):
            _add(trees, encoder, X.iloc[some], habits.take(some), pooled, begin[some], scores, some)
    return scores


def _add(
    trees: Trees,
    encoder: Encoder,
    X: pd.DataFrame,
    habits: Habits,
    pooled: Floats,
    begin: Ints,
    scores: Floats,
    places: NDArray[np.intp],
) -> None:
    end, zero = habits.first + len(pooled) - 1, int(begin.min())
    customer, first = _runs(X, habits, begin)
    laid = daily.laid_out(X.iloc[first], habits.take(first), pooled, begin[first], _STEP, end - zero)
    date, calendar = _dates(X.iloc[first], begin[first])
    number = {name: len(encoder.columns) + i for i, name in enumerate(daily.NAMES)}
    usual = slice(zero - habits.first, None)
    facts = encoder.transform(X).astype(np.float32).T.copy()
    own = Ruled(trees, dict(enumerate(facts)))
    by_day = Ruled(trees, {number["day"]: np.arange(zero, end).astype(np.float32)})
    by_date = Ruled(trees, {number[c]: laid[c][calendar] for c in daily.CALENDAR})
    dated = Ruled(trees, {number[c]: laid[c] for c in daily.DATED if c not in daily.CALENDAR})
    late = Ruled(trees, {number[c]: laid[c][:, usual].copy() for c in daily.USUAL})
    of_late = np.empty((len(first), end - zero), trees.word)
    of_dated = np.empty((len(first), _STEP + end - zero), trees.word)
    parts = [_Part(rows, customer[rows], begin[rows], zero, of_late, of_dated) for rows in _steps(begin)]
    for t, tree in enumerate(trees.trees):
        of_row = own.into(t, np.zeros(len(X), trees.word))
        of_late[:] = by_day.into(t, np.zeros(end - zero, trees.word))
        late.into(t, of_late)
        by_date.into(t, np.zeros((len(calendar), _STEP + end - zero), trees.word)).take(date, 0, of_dated, "clip")
        dated.into(t, of_dated)
        for part in parts:
            part.add(tree.values, of_row)
    for part in parts:
        scores[places[part.rows], part.begin - habits.first :] = part.scores


class _Part:
    """Rows whose first days are nearly the same, so that their days lie side by side.

    Parameters
    ----------
    rows, customer, begin : (n,) their places, customers, and first days. zero : day late of the first column of
        ``of_late``, and _STEP of ``of_dated``: what the splits rule out, filled anew for every tree.
    """

    def __init__(
        self,
        rows: NDArray[np.intp],
        customer: Ints,
        begin: Ints,
        zero: int,
        of_late: NDArray[Any],
        of_dated: NDArray[Any],
    ) -> None:
        self.rows, self.begin = rows, int(begin.min())
        self._customer, self._elapsed = customer, _STEP + self.begin - begin
        self._late = of_late[:, self.begin - zero :]
        shape = (len(rows), self._late.shape[1])
        self._dates = sliding_window_view(of_dated, shape[1], axis=1)
        self.scores, self._value = np.zeros(shape), np.empty(shape)
        self._gone, self._next = np.empty(shape, of_late.dtype), np.empty(shape, of_late.dtype)
        self._count, self._leaf = np.empty(shape, np.uint8), np.empty(shape, np.intp)

    def add(self, values: Floats, of_row: NDArray[Any]) -> None:
        """Add a tree's values."""
        gone, after = self._gone, self._next
        np.bitwise_or(self._late[self._customer], self._dates[self._customer, self._elapsed], out=gone)
        np.bitwise_or(gone, of_row[self.rows, None], out=gone)
        np.add(gone, gone.dtype.type(1), out=after)
        np.bitwise_xor(gone, after, out=gone)
        np.bitwise_count(gone, out=self._count)  # one more than the leaves that are ruled out before the one reached
        np.copyto(self._leaf, self._count)
        values.take(self._leaf, 0, self._value, "clip")
        np.add(self.scores, self._value, out=self.scores)


def _runs(X: pd.DataFrame, habits: Habits, begin: Ints) -> tuple[Ints, NDArray[np.intp]]:
    """Rows that follow each other and are the same day by day: the number of each row's run, and its first row."""
    keys = [np.zeros(len(X)) if begin_ is None else begin_ for begin_ in (daily.as_of(X), _beyond(X, begin))]
    if "days_since_payment" in X:
        keys.append(np.nan_to_num(X["days_since_payment"].to_numpy(dtype=np.float64), nan=-1.0))
    new = np.ones(len(X), dtype=bool)
    new[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    for counts in (habits.days_late, habits.lately, habits.weekday, habits.month_day):
        new[1:] |= (counts[1:] != counts[:-1]).any(axis=1)
    return np.cumsum(new) - 1, np.flatnonzero(new)


def _dates(X: pd.DataFrame, begin: Ints) -> tuple[Ints, NDArray[np.intp]]:
    """Which of the different first dates each row has, and a row with each."""
    at = daily.as_of(X)
    keys = np.stack([np.zeros(len(X), np.int64) if at is None else at, _beyond(X, begin)], axis=1)
    _, first, which = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return which.ravel(), first


def _beyond(X: pd.DataFrame, begin: Ints) -> Ints:
    """(n,) days from as_of to ``begin``; more than 0 where an invoice is not due for long."""
    overdue = daily.overdue(X)
    return np.zeros(len(X), np.int64) if overdue is None else begin - overdue


def _steps(begin: Ints) -> list[NDArray[np.intp]]:
    """Rows whose first days lie in the same step."""
    step = (begin - begin.min()) // _STEP
    order = np.argsort(step, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(step[order])) + 1)
