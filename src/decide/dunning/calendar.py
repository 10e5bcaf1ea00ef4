"""On which days something may be sent to a customer of a country."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...features.families.calendar import public_holidays
from ...ledger.schema import NO_DAY
from .policy import Policy

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_AHEAD = 400
"""Days behind the last asked for among which an open one is looked for; a policy has at least one weekday."""
_THURSDAY = 3
"""Weekday of 1970-01-01."""


def next_open(policy: Policy, country: NDArray[np.generic], day: Ints) -> Ints:
    """(n,) for each day the first open one on or after it, in the country of each; NO_DAY stays.

    Open are the policy's weekdays without public holidays of the country (package ``holidays``; of a country that it
    does not know, without any).
    """
    found = np.full(len(day), NO_DAY, dtype=np.int64)
    some = day != NO_DAY
    if not some.any():
        return found
    first, last = _year(int(day[some].min())), _year(int(day[some].max()))
    numbers, names = pd.factorize(np.asarray(country, dtype=object))
    for number, name in enumerate(names):
        rows = np.flatnonzero(some & (numbers == number))
        if rows.size:
            table = _table(str(name) if policy.holidays else "", policy.days, first, last)
            found[rows] = table[day[rows] - _new_year(first)]
    return found


def is_open(policy: Policy, country: str, day: int) -> bool:
    """Whether something may be sent on a day."""
    return bool(next_open(policy, np.array([country]), np.array([day]))[0] == day)


def month_end(day: Ints) -> Ints:
    """(n,) the last day of each day's month."""
    months = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1
    ends: Ints = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - 1
    return ends


def _year(day: int) -> int:
    return int(np.datetime64(day, "D").astype("datetime64[Y]").astype(np.int64)) + 1970


def _new_year(year: int) -> int:
    return int(np.datetime64(f"{year:04d}-01-01", "D").astype(np.int64))


@lru_cache(maxsize=1024)
def _table(country: str, weekdays: tuple[int, ...], first: int, last: int) -> Ints:
    """The next open day of each day of some years."""
    start, end = _new_year(first), _new_year(last + 1)
    every = np.arange(start, end + _AHEAD)
    open_ = np.isin((every + _THURSDAY) % 7, weekdays)
    for year in range(first, _year(int(every[-1])) + 1):
        closed = public_holidays(country, year)
        closed = closed[(closed >= start) & (closed < end + _AHEAD)]
        open_[closed - start] = False
    ahead = np.where(open_, every, NO_DAY)
    found: Ints = np.minimum.accumulate(ahead[::-1])[::-1][: end - start]
    return found
