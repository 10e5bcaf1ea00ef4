"""Columns of tables from arrays: dates, words, and the order of events."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ..ledger.schema import NO_DAY


def shown_before(day: np.ndarray, invoice: np.ndarray, end: int) -> np.ndarray:
    """Positions of what lies before the end, by day and then in the order of the invoices."""
    order = np.lexsort((invoice, day))
    return order[day[order] < end]


def count_up(sorted_: np.ndarray) -> np.ndarray:
    """1, 2, 3, ... within each run of equal values."""
    starts = np.flatnonzero(np.r_[True, sorted_[1:] != sorted_[:-1]]) if sorted_.size else np.zeros(0, dtype=np.int64)
    return np.arange(sorted_.size) - np.repeat(starts, np.diff(np.r_[starts, sorted_.size])) + 1


def count_up_by(invoice: np.ndarray) -> np.ndarray:
    """1, 2, 3, ... for each invoice in the order given."""
    order = np.argsort(invoice, kind="stable")
    nth = np.empty(invoice.size, dtype=np.int64)
    nth[order] = count_up(invoice[order])
    return nth


def dates(numbers: np.ndarray, end: int = NO_DAY) -> pa.Array:
    """Days as dates; what lies on or after ``end`` has not happened yet."""
    numbers = np.asarray(numbers)
    return pa.array(np.where(numbers < end, numbers, 0).astype(np.int32), mask=numbers >= end).cast(pa.date32())


def named(names: tuple[str, ...] | list[str], positions: np.ndarray) -> pa.Array:
    """Names by their positions; -1 is the last."""
    return pa.array(list(names), pa.large_string()).take(pa.array(np.asarray(positions, dtype=np.int64) % len(names)))
