"""Where the due date lies among months, quarters, weekends and public holidays."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from ..catalogue import feature
from ..kernel.moment import Moment, by_day, weekday
from ..kernel.streams import Flags, Ints

_AHEAD = 40
"""Days behind the last due date among which a working day is looked for; no country rests longer."""


@feature("0 = Monday", "calendar")
def due_weekday(at: Moment) -> Ints:
    """Weekday of the due date."""
    return weekday(at.own.due)


@feature("days", "calendar")
def due_to_month_end(at: Moment) -> Ints:
    """Days from the due date to the end of its month."""
    return by_day(lambda day: _to_end(day, 1), at.own.due)


@feature("days", "calendar")
def due_to_quarter_end(at: Moment) -> Ints:
    """Days from the due date to the end of its quarter."""
    return by_day(lambda day: _to_end(day, 3), at.own.due)


@feature("days", "calendar")
def due_to_workday(at: Moment) -> Ints:
    """Days from the due date to the next day on which banks work in the customer's country, 0 if it is one.

    Monday to Friday without the country's public holidays; weekends only where the country is not known
    """

    def until_open(before: Ints, first: int, due: Ints, _: Ints) -> Ints:
        # The next working day is the first at whose end more of them have passed than before the due date.
        return np.searchsorted(before, before[due - first], side="right") - 1 + first - due

    return _by_country(at, until_open)


@feature("working days", "calendar")
def workdays_to_due(at: Moment) -> Ints:
    """Days on which banks work in the customer's country until the invoice is due, 0 when it is.

    number of working days d with as_of <= d < due_on
    """

    def between(before: Ints, first: int, due: Ints, day: Ints) -> Ints:
        return before[np.maximum(due, day) - first] - before[day - first]

    return _by_country(at, between)


def _to_end(day: Ints, months: int) -> Ints:
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    following = (month // months + 1) * months
    return following.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - 1 - day


def _by_country(at: Moment, count: Callable[[Ints, int, Ints, Ints], Ints]) -> Ints:
    """Count on the running number of working days (by day from ``first`` on) of each row's country."""
    found = np.zeros(len(at.at), dtype=np.int64)
    names = at.book.countries.to_pylist()
    years = _year(np.array([min(at.own.due.min(), at.at.min()), max(at.own.due.max(), at.at.max()) + _AHEAD]))
    for number in np.flatnonzero(np.bincount(at.country + 1)) - 1:
        rows = np.flatnonzero(at.country == number)
        before = _running(names[number] if number >= 0 else "", int(years[0]), int(years[1]))
        found[rows] = count(before, _new_year(int(years[0])), at.own.due[rows], at.at[rows])
    return found


@lru_cache(maxsize=256)
def _running(country: str, first: int, last: int) -> Ints:
    works = workdays(country, _new_year(first), _new_year(last + 1) - 1)
    return np.concatenate([[0], np.cumsum(works)])


def workdays(country: str, first: int, last: int) -> Flags:
    """Whether banks work on each day from first to last (day numbers): Monday to Friday without public holidays.

    Source of the holidays: the package ``holidays``; of a country that it does not know, weekends only.
    """
    works: Flags = weekday(np.arange(first, last + 1)) < 5
    from_year, to_year = _year(np.array([first, last]))
    for year in range(from_year, to_year + 1):
        closed = public_holidays(country, year)
        works[closed[(closed >= first) & (closed <= last)] - first] = False
    return works


def _year(day: Ints) -> Ints:
    return day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def _new_year(year: int) -> int:
    return int(np.datetime64(f"{year:04d}-01-01", "D").astype(np.int64))


@lru_cache(maxsize=4096)
def public_holidays(country: str, year: int) -> Ints:
    """Public holidays of a year as day numbers, ascending; none of a country that the package ``holidays`` lacks."""
    import holidays

    if country not in _supported():
        return np.zeros(0, dtype=np.int64)
    found = holidays.country_holidays(country, years=year)
    return np.array(sorted(np.datetime64(day, "D").astype(np.int64) for day in found), dtype=np.int64)


@lru_cache(maxsize=1)
def _supported() -> frozenset[str]:
    from holidays.registry import EntityLoader  # list_supported_countries imports every country first

    return frozenset(EntityLoader.get_country_codes())
