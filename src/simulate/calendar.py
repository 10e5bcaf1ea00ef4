"""The days of a simulated world: its window, its working days, and the days on which customers pay."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..ledger.schema import days

EARLIEST, LATEST = -60, 240
"""The grid of days late: no term is longer than 60 days, and who has not paid 240 days after due never does."""

CLOSED = ((1, 1), (5, 1), (12, 25), (12, 26))
"""Month and day on which banks rest everywhere, besides weekends."""


@dataclass(frozen=True)
class Calendar:
    """The window [first, end) in days since 1970-01-01, on an axis wide enough for every possible payment.

    Flags over the axis are boolean arrays whose position 0 is the day ``origin``.
    """

    first: int
    end: int

    @classmethod
    def of(cls, start: pd.Timestamp, months: int) -> Calendar:
        """The calendar of a window of whole months."""
        first, end = days(pd.Series([start, start + pd.DateOffset(months=months)]))
        return cls(int(first), int(end))

    @property
    def origin(self) -> int:
        """The first day of the axis."""
        return self.first + EARLIEST

    @cached_property
    def dates(self) -> pd.DatetimeIndex:
        """The axis as dates."""
        axis = np.arange(self.origin, self.end - EARLIEST + LATEST + 1)
        return pd.DatetimeIndex(axis.astype("datetime64[D]").astype("datetime64[s]"))

    @cached_property
    def every_day(self) -> np.ndarray:
        """Flags that are all true."""
        return np.ones(len(self.dates), dtype=bool)

    @cached_property
    def workdays(self) -> np.ndarray:
        """Flags of the days on which banks work."""
        month, date = self.dates.month.to_numpy(), self.dates.day.to_numpy()
        rest = [(month == m) & (date == d) for m, d in CLOSED]
        return (self.dates.day_of_week.to_numpy() < 5) & ~np.any(rest, axis=0)

    @cached_property
    def month_ends(self) -> np.ndarray:
        """Flags of the last working day of each month."""
        at = np.flatnonzero(self.workdays)
        month = self.dates.month.to_numpy()[at]
        flags = np.zeros(len(self.dates), dtype=bool)
        flags[at[:-1][month[:-1] != month[1:]]] = True
        return flags

    def weekly(self, weekday: int) -> np.ndarray:
        """Flags of a weekly pay run (Monday = 0); one that falls on a closed day moves to the next working day."""
        return self._moved_forward(self.dates.day_of_week.to_numpy() == weekday)

    def monthly(self, dates: tuple[int, ...]) -> np.ndarray:
        """Flags of pay runs on dates of the month, moved forward like weekly ones."""
        return self._moved_forward(np.isin(self.dates.day.to_numpy(), dates))

    def next_workday(self, day: np.ndarray) -> np.ndarray:
        """Each day, or the first working day after it."""
        at = np.flatnonzero(self.workdays)
        nearest = np.minimum(np.searchsorted(at, day - self.origin), at.size - 1)
        return at[nearest] + self.origin

    def last_workday(self, day: np.ndarray) -> np.ndarray:
        """Each day, or the last working day before it."""
        at = np.flatnonzero(self.workdays)
        nearest = np.maximum(np.searchsorted(at, day - self.origin, side="right") - 1, 0)
        return at[nearest] + self.origin

    def _moved_forward(self, nominal: np.ndarray) -> np.ndarray:
        flags = np.zeros(len(self.dates), dtype=bool)
        flags[self.next_workday(np.flatnonzero(nominal) + self.origin) - self.origin] = True
        return flags
