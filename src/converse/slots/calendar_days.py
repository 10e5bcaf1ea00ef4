"""The calendar that phrases speak of: weekdays, weeks, parts of months, seen from a day, ahead or back."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, date, timedelta

DAY = timedelta(days=1)
FRIDAY = 4
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
"""Days beyond these are slips of the pen, and keep arithmetic within the calendar."""


@dataclass(frozen=True)
class Span:
    """Days from ``first`` to ``last``; None where none can be known.

    Attributes
    ----------
    written : whether a year is written. whole : whether it is the end of a period, which "before" does not shorten.
    weak : whether it gives way to any other day of the message. ask : whether to ask back.
    of : "date" (with its month), "week", "month", "duration", "today", "now", "day", where that matters.
    again : the same words seen from another day, for the second of two days.
    """

    first: date | None
    last: date | None
    ask: bool = False
    written: bool = False
    whole: bool = False
    weak: bool = False
    of: str = ""
    again: Callable[[date], Span | None] | None = None

    @classmethod
    def day(cls, day: date, *, written: bool = False, of: str = "") -> Span:
        """A single day."""
        return cls(day, day, written=written, of=of)

    @classmethod
    def open(cls, *, weak: bool = False) -> Span:
        """Words that leave the day open."""
        return cls(None, None, ask=True, weak=weak)

    @classmethod
    def none(cls) -> Span:
        """Words that look like a day and are none."""
        return cls(None, None)

    def seen_from(self, again: Callable[[date], Span | None]) -> Span:
        """The same span, which can be seen from another day."""
        return replace(self, again=again)


def plus(day: date, days: int) -> date:
    """``days`` later, within the calendar."""
    number = day.toordinal() + days
    return date.fromordinal(min(max(number, EARLIEST.toordinal()), LATEST.toordinal()))


def weekday(number: int, today: date, past: bool = False) -> date:
    """The first such weekday (Monday 0) after today, or the last before it."""
    if past:
        return plus(today, -((today.weekday() - number - 1) % 7 + 1))
    return plus(today, (number - today.weekday() - 1) % 7 + 1)


def monday(today: date, weeks: int = 0) -> date:
    """The Monday of the calendar week so many weeks ahead."""
    return plus(today, 7 * weeks - today.weekday())


def workdays(today: date, days: int) -> date:
    """So many days ahead (or back) of Monday to Friday."""
    step, left, day = (1 if days >= 0 else -1), min(abs(days), 2000), today
    while left:
        day = plus(day, step)
        left -= day.weekday() < 5
    return day


def months(day: date, number: int) -> date:
    """The same day so many months ahead, clipped to the end of that month."""
    count = day.year * 12 + day.month - 1 + max(min(number, 1200), -1200)
    year, month = divmod(count, 12)
    year = min(max(year, MINYEAR), MAXYEAR)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def exists(year: int, month: int, day: int) -> bool:
    """Whether the calendar has that day."""
    return MINYEAR <= year <= MAXYEAR and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def month_day(month: int, day: int, today: date, past: bool) -> date | None:
    """The next such day not before today, or the last not after it; None if no year has it."""
    for step in range(9):
        year = today.year - step if past else today.year + step
        if exists(year, month, day):
            found = date(year, month, day)
            if found <= today if past else found >= today:
                return found
    return None


def day_of_month(day: int, today: date, past: bool) -> date | None:
    """The next such day after today, or the last before it."""
    start = today.replace(day=1)
    for step in range(13):
        month = months(start, -step if past else step)
        if exists(month.year, month.month, day):
            found = month.replace(day=day)
            if found < today if past else found > today:
                return found
    return None


def part_of_month(year: int, month: int, part: str) -> tuple[date, date]:
    """First and last day of a part of a month: begin 1..10, middle 11..20, late 21.., end its last day, '' all."""
    first, last = date(year, month, 1), month_end(year, month)
    parts = {
        "": (first, last),
        "begin": (first, first.replace(day=10)),
        "middle": (first.replace(day=11), first.replace(day=20)),
        "late": (first.replace(day=21), last),
        "end": (last, last),
        "last_workday": (workdays(last + DAY, -1),) * 2,
        "week 1": (first, first.replace(day=7)),
        "week 2": (first.replace(day=8), first.replace(day=14)),
        "week 3": (first.replace(day=15), first.replace(day=21)),
        "week 4": (first.replace(day=22), first.replace(day=28)),
        "week last": (last - 6 * DAY, last),
        "half 1": (first, first.replace(day=15)),
        "half 2": (first.replace(day=16), last),
    }
    return parts[part]


def part_of_week(start: date, part: str) -> tuple[date, date]:
    """First and last day of a part of the week that begins on the Monday ``start``."""
    first, last = {
        "": (0, 4),
        "rest": (0, 4),
        "begin": (0, 1),
        "middle": (2, 2),
        "late": (4, 4),
        "end": (4, 4),
        "last_workday": (4, 4),
    }[part]
    return plus(start, first), plus(start, last)


def quarter(year: int, number: int) -> tuple[date, date]:
    """First and last day of a calendar quarter, 1 to 4."""
    return date(year, 3 * number - 2, 1), month_end(year, 3 * number)


def iso_week(number: int, today: date, past: bool, year: int | None) -> date | None:
    """The Monday of an ISO week: of a year, else the next that is not over (its Friday), or the last that has begun."""
    for step in (-1, 0, 1, 2) if not past else (1, 0, -1, -2):
        of = year if year is not None else today.year + step
        try:
            found = date.fromisocalendar(of, number, 1)
        except ValueError:
            continue
        if year is not None or (found <= today if past else plus(found, FRIDAY) >= today):
            return found
    return None
