"""The days of a simulated world: its window, its working days, and the days on which customers pay."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from dateutil.easter import easter

from ..errors import PaybenchError
from ..ledger import day
from ..ledger.schema import days

AFTER = 420
"""Days of the axis past the window: the longest term, the wait for a write-off, and some more."""

CLOSED = ((1, 1), (5, 1), (12, 25), (12, 26))
"""Month and day on which the euro's banks rest, besides weekends, Good Friday and Easter Monday: the closing days of
TARGET (European Central Bank, "TARGET Working Days" of 14 December 2000)."""

EARLIEST_START, LAST_YEAR = pd.Timestamp("1971-01-01"), 2190
"""Limits of a window: days are counted from 1970, and day 0 stands for never."""

WEEK = 7
_FIRST_MONDAY = 4  # 1970-01-05

WEEKLY = tuple(range(5))
MONTHLY = ((1, 15), (5, 20), (10, 25), (15,), (28,))
"""Pay runs: on a weekday (Monday = 0), or on dates of the month; moved forward to a working day."""

BACKLOG = (0.65, 0.8)
"""What was to be paid since Friday leaves by these shares on Monday and Tuesday, the rest on Wednesday."""

ANY_DAY, MONTH_END = 0, 1
FIRST_WEEKLY = 2
FIRST_MONTHLY = FIRST_WEEKLY + len(WEEKLY)
RULES = FIRST_MONTHLY + len(MONTHLY)
"""Pay-day rules by number: any day, month end, five weekly runs, five monthly ones."""


@dataclass(frozen=True)
class Calendar:
    """The window [first, end) in days since 1970-01-01; arrays by day start at ``first`` and go on past its end.

    Attributes
    ----------
    first, end : the window.
    weekend_share : how readily who pays on any day pays on a weekend or holiday, against a working day.
    off_run : the same for who pays in runs on a working day without one; ``off_month_end`` at the month's end.
    """

    first: int
    end: int
    weekend_share: float = 0.01
    off_run: float = 0.01
    off_month_end: float = 0.25

    @classmethod
    def of(cls, start: pd.Timestamp, months: int, weekend_share: float = 0.01) -> Calendar:
        """The calendar of a window of whole months."""
        first, end = days(pd.Series([start, start + pd.DateOffset(months=months)]))
        return cls(int(first), int(end), weekend_share)

    @cached_property
    def dates(self) -> pd.DatetimeIndex:
        """The axis as dates."""
        axis = np.arange(self.first, self.end + AFTER)
        return pd.DatetimeIndex(axis.astype("datetime64[D]").astype("datetime64[s]"))

    @cached_property
    def workdays(self) -> np.ndarray:
        """Flags of the days on which banks work."""
        month, date = self.dates.month.to_numpy(), self.dates.day.to_numpy()
        rest = [(month == m) & (date == d) for m, d in CLOSED]
        sundays = [pd.Timestamp(easter(year)) for year in np.unique(self.dates.year)]
        rest += [self.dates.isin([s + pd.Timedelta(days=move) for s in sundays]) for move in (-2, 1)]
        return (self.dates.day_of_week.to_numpy() < 5) & ~np.any(rest, axis=0)

    @cached_property
    def month_ends(self) -> np.ndarray:
        """Flags of the last working day of each month."""
        at = np.flatnonzero(self.workdays)
        month = self.dates.month.to_numpy()[at]
        flags = np.zeros(len(self.dates), dtype=bool)
        flags[at[:-1][month[:-1] != month[1:]]] = True
        return flags

    @cached_property
    def shares(self) -> np.ndarray:
        """How much of what was meant to be paid since the last full pay day leaves, (RULES, days), 0 to 1.

        1 is a full pay day of the rule; 0 a day on which nothing leaves.
        """
        work = self.workdays
        table = np.empty((RULES, len(self.dates)))
        table[ANY_DAY] = np.where(work, 1.0, self.weekend_share)
        for on, share in enumerate(BACKLOG):
            # Where weekends are working days there is no backlog.
            table[ANY_DAY, work & (self.dates.day_of_week == on)] = 1.0 - (1.0 - share) * (1.0 - self.weekend_share)
        table[MONTH_END] = np.where(self.month_ends, 1.0, np.where(work, self.off_month_end, 0.0))
        weekday, date = self.dates.day_of_week.to_numpy(), self.dates.day.to_numpy()
        runs = [weekday == day for day in WEEKLY] + [np.isin(date, dates) for dates in MONTHLY]
        for rule, nominal in enumerate(runs, start=FIRST_WEEKLY):
            table[rule] = np.where(self._moved_forward(nominal), 1.0, np.where(work, self.off_run, 0.0))
        return table

    @cached_property
    def next_workdays(self) -> np.ndarray:
        """For each day of the axis the first working day on or after it, in days since 1970-01-01."""
        at = np.flatnonzero(self.workdays)
        axis = np.arange(len(self.dates))
        return at[np.minimum(np.searchsorted(at, axis), at.size - 1)] + self.first

    def share(self, rule: np.ndarray, day: int | np.ndarray) -> np.ndarray:
        """:attr:`shares` of some pay-day rules on a day, or on one day each, (n,)."""
        return self.shares.ravel().take(rule * len(self.dates) + (day - self.first))

    @property
    def weeks(self) -> int:
        """Weeks of the axis, the first one begun before the window."""
        return int(self.week(self.first + len(self.dates) - 1)) + 1

    def week(self, day: int | np.ndarray) -> int | np.ndarray:
        """The number of a day's week; weeks begin on Mondays and count from that of the window's first day."""
        return (day - _FIRST_MONDAY) // WEEK - (self.first - _FIRST_MONDAY) // WEEK

    def monday(self, week: int) -> int:
        """The first day of a week, in days since 1970-01-01."""
        return ((self.first - _FIRST_MONDAY) // WEEK + week) * WEEK + _FIRST_MONDAY

    def _moved_forward(self, nominal: np.ndarray) -> np.ndarray:
        flags = np.zeros(len(self.dates), dtype=bool)
        flags[self.next_workdays[nominal] - self.first] = True
        return flags


def check_window(months: int, start: str) -> None:
    """See that a world can have a window.

    Raises
    ------
    PaybenchError
        If ``start`` is no date or too early, or the window is too long.
    """
    if day(start) < EARLIEST_START:
        raise PaybenchError(f"start is {start}; give a day from {EARLIEST_START:%Y-%m-%d} on, after 1970.")
    if day(start).year + months / 12 > LAST_YEAR:
        raise PaybenchError(f"{months} months from {start} go on past {LAST_YEAR}; give fewer, or an earlier start.")
