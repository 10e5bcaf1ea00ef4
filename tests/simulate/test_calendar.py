"""Laws of the calendar, and days that can be looked up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from paybench.simulate.calendar import Calendar

CALENDAR = Calendar.of(pd.Timestamp("2024-01-01"), 12)


def dates(flags: np.ndarray, month: str) -> list[int]:
    """The days of a month of 2024 that bear a flag."""
    chosen = CALENDAR.dates[flags]
    return list(chosen[chosen.strftime("%Y-%m") == month].day)


def number(*written: str) -> np.ndarray:
    return pd.DatetimeIndex(written).to_numpy().astype("datetime64[D]").astype(np.int64)


def test_window_is_whole_months() -> None:
    # A window of twelve months from January on ends with the first day of the next year.
    assert [CALENDAR.first, CALENDAR.end] == list(number("2024-01-01", "2025-01-01"))


def test_banks_rest_on_weekends_and_holidays() -> None:
    # In the last week of 2024, banks worked on Monday, Tuesday, Friday and the Monday and Tuesday after.
    assert [d for d in dates(CALENDAR.workdays, "2024-12") if d >= 23] == [23, 24, 27, 30, 31]


def test_pay_runs_move_forward_to_working_days() -> None:
    # The 1st and the 15th of June 2024 were Saturdays, May Day 2024 a Wednesday.
    assert dates(CALENDAR.monthly((1, 15)), "2024-06") == [3, 17]
    assert dates(CALENDAR.weekly(2), "2024-05") == [2, 8, 15, 22, 29]

    # Every run is on a working day.
    assert not (CALENDAR.weekly(2) & ~CALENDAR.workdays).any()


def test_month_ends_are_the_last_working_days() -> None:
    # The 30th and 31st of March 2024 were a weekend.
    assert dates(CALENDAR.month_ends, "2024-03") == [29]


def test_nearest_working_days() -> None:
    friday, saturday, monday = number("2024-03-15", "2024-03-16", "2024-03-18")

    # A working day is its own next and last one; a Saturday lies between two.
    assert list(CALENDAR.next_workday(np.array([friday, saturday]))) == [friday, monday]
    assert list(CALENDAR.last_workday(np.array([monday, saturday]))) == [monday, friday]
