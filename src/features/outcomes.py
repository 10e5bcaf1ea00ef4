"""The customer's own past at each decision point: what the strongest simple baseline predicts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..ledger import Ledger
from .build import moments
from .kernel.book import Book
from .kernel.moment import Moment
from .kernel.streams import Floats
from .points import named

HALF_LIFE = 45
"""Days after which an invoice counts half among those paid lately."""


@dataclass(frozen=True)
class Habits:
    """How each row's customer had paid before as_of: counts of its settled invoices.

    Attributes
    ----------
    first : days late of the first column of ``days_late`` and ``lately``.
    days_late : (n, days) by days late; what lies outside is counted in the outermost.
    lately : the same, half the weight every :data:`HALF_LIFE` days back.
    weekday : (n, 7) by weekday of settlement, Monday first. month_day : (n, 31) by day of the month.
    """

    first: int
    days_late: NDArray[np.float32]
    lately: NDArray[np.float32]
    weekday: NDArray[np.float32]
    month_day: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.days_late)

    def take(self, rows: NDArray[np.generic] | slice) -> Habits:
        """Those of some of the rows."""
        return Habits(
            self.first, self.days_late[rows], self.lately[rows], self.weekday[rows], self.month_day[rows]
        )  # fmt: skip


def habits(ledger: Ledger, rows: pd.DataFrame, first: int, last: int) -> Habits:
    """How each row's customer had paid before its as_of.

    Parameters
    ----------
    ledger, rows : as in :func:`~.build.features_at`; a feature table, whose index holds the rows, will do as well.
    first, last : days late of the first and the last bin; what lies outside is counted in them.
    """
    rows = _plain(rows)
    book = Book(ledger, rows)
    days = last - first + 1
    found = Habits(first, *(np.zeros((len(rows), width), dtype=np.float32) for width in (days, days, 7, 31)))
    for at, places in moments(book, named(book, rows)):
        own = habits_at(at, first, last)
        for name in ("days_late", "lately", "weekday", "month_day"):
            getattr(found, name)[places] = getattr(own, name)
    return found


def habits_at(at: Moment, first: int, last: int) -> Habits:
    """The same of the rows of a moment."""
    settled, days = at.settled, last - first + 1
    bins = _bins(at, first, last)
    weight = np.exp2((settled.values["day"] - at.at.min()) / HALF_LIFE)
    lately = settled.counts_by_group(bins, days, weight)
    lately = np.maximum(lately, 0) * np.exp2((at.at.min() - at.at) / HALF_LIFE)[:, None]
    weekday = settled.counts_by_group(settled.values["weekday"], 7)
    month_day = settled.counts_by_group(settled.values["month_day"], 31)
    counted = (settled.counts_by_group(bins, days), lately, weekday, month_day)
    return Habits(first, *(counts.astype(np.float32) for counts in counted))


def joined(parts: Sequence[Habits]) -> Habits:
    """Those of rows that follow each other."""
    names = ("days_late", "lately", "weekday", "month_day")
    return Habits(parts[0].first, *(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def past_days_late(ledger: Ledger, rows: pd.DataFrame, first: int, last: int) -> Floats:
    """How often each customer had settled so many days late before as_of.

    Parameters
    ----------
    ledger, rows, first, last : as in :func:`habits`.

    Returns
    -------
    (n, last - first + 1) counts.
    """
    rows = _plain(rows)
    book = Book(ledger, rows)
    counts = np.zeros((len(rows), last - first + 1))
    for at, places in moments(book, named(book, rows)):
        counts[places] = at.settled.counts_by_group(_bins(at, first, last), counts.shape[1])
    return counts


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    return rows if "invoice_id" in rows else rows.index.to_frame(index=False)


def _bins(at: Moment, first: int, last: int) -> NDArray[np.int64]:
    return np.clip(at.settled.values["days_late"], first, last) - first
