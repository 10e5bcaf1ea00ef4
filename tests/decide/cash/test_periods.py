"""Days, weeks, months and quarters: no gap, no overlap, and those of the calendar."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from paybench.decide.cash.items import WEEK
from paybench.decide.cash.periods import BY, STEPS, Period, periods

DATES = st.dates(dt.date(1999, 1, 1), dt.date(2101, 12, 31))


@given(DATES, st.integers(0, 400))
@example(dt.date(2024, 2, 29), 182)
@example(dt.date(2023, 12, 31), 182)
@example(dt.date(2024, 1, 1), 91)
@example(dt.date(2024, 1, 31), 29)
@example(dt.date(2024, 2, 1), 29)
@example(dt.date(2100, 2, 28), 60)
@example(dt.date(2024, 4, 1), 1)
def test_periods_partition_the_days(date: dt.date, days: int) -> None:
    at = pd.Timestamp(date)
    found = periods(at, days)
    assert {p.by for p in found} <= set(BY)
    for by in BY:
        spans = [p for p in found if p.by == by]
        # From as_of on without a gap or an overlap, and not past the last day.
        assert [p.first for p in spans[:1]] == [0] * len(spans[:1])
        assert all(one.stop == other.first for one, other in pairwise(spans))
        assert all(p.first < p.stop <= days for p in spans)
    assert [(p.first, p.stop) for p in found if p.by == "day"] == [(k, k + 1) for k in range(days)]
    assert [(p.first, p.stop) for p in found if p.by == "week"] == [
        (WEEK * k, WEEK * (k + 1)) for k in range(days // WEEK)
    ]


def part(date: dt.date, months: int) -> tuple[int, int]:
    """Year, and which part of so many months."""
    return date.year, (date.month - 1) // months


@given(DATES, st.integers(0, 400))
@example(dt.date(2024, 2, 29), 182)
@example(dt.date(2023, 12, 31), 1)
@example(dt.date(2024, 10, 1), 92)
def test_months_and_quarters_are_the_calendars(date: dt.date, days: int) -> None:
    at = pd.Timestamp(date)
    dates = [date + dt.timedelta(days=k) for k in range(days + 1)]
    for by, months in (("month", 1), ("quarter", 3)):
        # By a walk over the days: a period ends where the next day is of another one.
        last = [k for k in range(days) if part(dates[k], months) != part(dates[k + 1], months)]
        spans = [p for p in periods(at, days) if p.by == by]
        assert [p.stop - 1 for p in spans] == last
        for period in spans:
            begins, ends = period.begins(at), period.ends(at)
            assert part(begins.date(), months) == part(ends.date(), months)
            # All but the first one are whole.
            assert begins == at or begins.day == 1
            assert (ends + pd.Timedelta(days=1)).day == 1


def test_a_period_is_the_sum_of_its_days() -> None:
    by_day = np.arange(24.0).reshape(2, 12)
    np.testing.assert_array_equal(Period("week", 3, 10).of(by_day), [sum(range(3, 10)), sum(range(15, 22))])
    at = pd.Timestamp("2024-02-26")
    assert (Period("week", 3, 10).begins(at), Period("week", 3, 10).ends(at)) == (
        pd.Timestamp("2024-02-29"),
        pd.Timestamp("2024-03-06"),
    )


@pytest.mark.parametrize("by", ["week", "month", "quarter"])
def test_steps_are_equally_long(by: str) -> None:
    spans = [p for p in STEPS.values() if p.by == by]
    # Steps of one kind follow each other from as_of on, and are the same length at every origin.
    assert [p.first for p in spans] == [0, *[p.stop for p in spans[:-1]]]
    assert {p.stop - p.first for p in spans} == {{"week": 7, "month": 28, "quarter": 91}[by]}
