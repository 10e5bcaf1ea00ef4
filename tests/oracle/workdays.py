"""The days on which banks work: Monday to Friday, less the public holidays of the country."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays

_EPOCH = date(1970, 1, 1)


def workdays(country: str, first: int, last: int) -> list[int]:
    """Those from ``first`` to ``last``, as days since 1970-01-01; a country nobody knows has no holidays."""
    years = range((_EPOCH + timedelta(days=first)).year, (_EPOCH + timedelta(days=last)).year + 1)
    return [number for year in years for number in _of_year(country, year) if first <= number <= last]


@cache
def _of_year(country: str, year: int) -> list[int]:
    known = country in holidays.list_supported_countries()
    free = holidays.country_holidays(country, years=[year]) if known else {}
    found = []
    current = date(year, 1, 1)
    while current.year == year:
        if current.weekday() < 5 and current not in free:
            found.append((current - _EPOCH).days)
        current += timedelta(days=1)
    return found
