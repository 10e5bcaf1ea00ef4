"""Laws of the calendar, and days that can be looked up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paybench.simulate.calendar import (
    AFTER,
    ANY_DAY,
    FIRST_MONTHLY,
    FIRST_WEEKLY,
    MONTH_END,
    MONTHLY,
    RULES,
    WEEKLY,
    Calendar,
)

CALENDAR = Calendar.of(pd.Timestamp("2024-01-01"), 12)


def dates(flags: np.ndarray, month: str) -> list[int]:
    """The days of a month of 2024 that bear a flag."""
    chosen = CALENDAR.dates[flags]
    return list(chosen[chosen.strftime("%Y-%m") == month].day)


def number(*written: str) -> np.ndarray:
    return pd.DatetimeIndex(written).to_numpy().astype("datetime64[D]").astype(np.int64)


def full(rule: int) -> np.ndarray:
    """The full pay days of a rule."""
    return CALENDAR.shares[rule] == 1.0


def test_window_is_whole_months() -> None:
    # A window of twelve months from January on ends with the first day of the next year.
    assert [CALENDAR.first, CALENDAR.end] == list(number("2024-01-01", "2025-01-01"))

    # The axis begins with the window and goes on past it.
    assert CALENDAR.dates[0] == pd.Timestamp("2024-01-01")
    assert len(CALENDAR.dates) == 366 + AFTER


def test_banks_rest_on_weekends_and_holidays() -> None:
    # In the last week of 2024, banks worked on Monday, Tuesday, Friday and the Monday and Tuesday after.
    assert [d for d in dates(CALENDAR.workdays, "2024-12") if d >= 23] == [23, 24, 27, 30, 31]

    # Good Friday 2024 was the 29th of March, Easter Monday the 1st of April; May Day a Wednesday.
    assert [d for d in dates(CALENDAR.workdays, "2024-03") if d >= 25] == [25, 26, 27, 28]
    assert dates(CALENDAR.workdays, "2024-04")[0] == 2
    assert 1 not in dates(CALENDAR.workdays, "2024-05")

    # 2024 had 366 days, of them 104 on weekends, and six closing days on weekdays.
    assert CALENDAR.workdays[:366].sum() == 366 - 104 - 6


def test_pay_runs_move_forward_to_working_days() -> None:
    # The 1st and the 15th of June 2024 were Saturdays, May Day 2024 a Wednesday.
    assert dates(full(FIRST_MONTHLY + MONTHLY.index((1, 15))), "2024-06") == [3, 17]
    assert dates(full(FIRST_WEEKLY + 2), "2024-05") == [2, 8, 15, 22, 29]

    # Good Friday's run leaves on the Tuesday after Easter.
    assert dates(full(FIRST_WEEKLY + 4), "2024-03") == [1, 8, 15, 22]
    assert dates(full(FIRST_WEEKLY + 4), "2024-04") == [2, 5, 12, 19, 26]

    # Every full pay day is a working day.
    for rule in range(RULES):
        assert not (full(rule) & ~CALENDAR.workdays).any()


def test_shares_are_shares() -> None:
    shares = CALENDAR.shares

    # One row per rule, each value between nothing and all.
    assert shares.shape == (RULES, len(CALENDAR.dates)) == (2 + len(WEEKLY) + len(MONTHLY), len(CALENDAR.dates))
    assert ((shares >= 0) & (shares <= 1)).all()

    # Who pays on any day pays on every working day, a weekend's backlog until Wednesday; on closed days only that one
    # pays at all.
    assert ((shares[ANY_DAY] > 0.5) == CALENDAR.workdays).all()
    assert np.array_equal(full(ANY_DAY), CALENDAR.workdays & (CALENDAR.dates.day_of_week >= 2))
    assert (shares[MONTH_END:, ~CALENDAR.workdays] == 0).all()

    # Every rule has a full pay day within any 45 days.
    for rule in range(RULES):
        assert np.diff(np.flatnonzero(full(rule))).max() <= 45


def test_month_ends_are_the_last_working_days() -> None:
    # Of March 2024 the 29th was Good Friday, the 30th and 31st a weekend; of June 2024 the last two days.
    assert dates(CALENDAR.month_ends, "2024-03") == [28]
    assert dates(CALENDAR.month_ends, "2024-06") == [28]

    # There is one in every month of the window.
    assert CALENDAR.month_ends[:366].sum() == 12


def test_next_working_days() -> None:
    friday, saturday, monday, good_friday, tuesday = number(
        "2024-03-15", "2024-03-16", "2024-03-18", "2024-03-29", "2024-04-02"
    )
    found = CALENDAR.next_workdays[np.array([friday, saturday, good_friday]) - CALENDAR.first]

    # A working day is its own next one; after a Saturday comes Monday, after Good Friday the Tuesday after Easter.
    assert list(found) == [friday, monday, tuesday]


@pytest.mark.parametrize("start", ["2024-01-01", "2024-02-29", "2023-10-01", "2021-08-07"])
def test_weeks_begin_on_mondays_and_count_up(start: str) -> None:
    calendar = Calendar.of(pd.Timestamp(start), 2)
    axis = calendar.first + np.arange(len(calendar.dates))
    week = np.asarray(calendar.week(axis))

    # The window's first day lies in week 0, the last day of the axis in the last week.
    assert week[0] == 0
    assert week[-1] == calendar.weeks - 1

    # A week's number rises by one on Mondays and on no other day.
    assert np.array_equal(np.diff(week), (calendar.dates.day_of_week[1:] == 0).astype(np.int64))

    # The Monday of a week is its first day.
    mondays = axis[1:][np.diff(week) == 1]
    assert [calendar.monday(int(w)) for w in calendar.week(mondays)] == list(mondays)
