"""At what times of a day something may be sent, in the customer's own zone."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from .policy import CHANNELS, OTHER, Policy
from .situation import Ints, Names, Situation
from .zones import MAIN, zone

UTC = zone("UTC")
Times = NDArray[np.datetime64]


def send_at(policy: Policy, situation: Situation, rows: Ints, channels: Names) -> tuple[Times, Times]:
    """The window of today in which each row's contact may be sent, in UTC.

    Parameters
    ----------
    rows : (k,) rows. channels : (k,) by which channel.

    Returns
    -------
    start, end : (k,) ``datetime64[m]``. The hours are those of the customer's day, which need not be the day of UTC.
    """
    cache: dict[tuple[tuple[str, ...], str], tuple[np.datetime64, np.datetime64]] = {}
    start, end = np.empty((2, len(rows)), dtype="datetime64[m]")
    for k, (row, channel) in enumerate(zip(rows, channels, strict=True)):
        key = (zones_of(policy, situation, int(row)), str(channel))
        if key not in cache:
            cache[key] = window(policy, situation.today, *key)
        start[k], end[k] = cache[key]
    return start, end


def zones_of(policy: Policy, situation: Situation, row: int) -> tuple[str, ...]:
    """The time zones that count for a row: the override's, the country's, else the book's."""
    for said, key in ((policy.customers, situation.customer_id), (policy.segments, situation.segment)):
        override = said.get(str(key[row]))
        if override is not None and override.zone:
            return (override.zone,)
    country = str(situation.country[row])
    if country in policy.zones:
        return policy.zones[country]
    if country in MAIN:
        return (MAIN[country],)
    return policy.zones.get(OTHER, (situation.home,))


def window(policy: Policy, day: int, zones: tuple[str, ...], channel: str) -> tuple[np.datetime64, np.datetime64]:
    """From when to when (UTC) a channel's hours hold on a day in every one of some zones."""
    first, last = policy.hours[channel]
    starts = [_instant(day, first, name) for name in zones]
    ends = [_instant(day, last, name) for name in zones]
    return max(starts), min(ends)


def in_no_hour(policy: Policy) -> dict[str, str]:
    """Countries whose zones in the policy have no hour in common, and a channel of which that is so."""
    winter, summer = (int(np.datetime64(day, "D").astype(np.int64)) for day in ("2026-01-15", "2026-07-15"))

    def closed(names: tuple[str, ...], channel: str) -> bool:
        windows = [window(policy, day, names, channel) for day in (winter, summer)]
        return any(start >= end for start, end in windows)

    found = {name: [c for c in CHANNELS if closed(zones, c)] for name, zones in policy.zones.items()}
    return {country: channels[0] for country, channels in found.items() if channels}


def _instant(day: int, minute: int, name: str) -> np.datetime64:
    local = datetime(1970, 1, 1, tzinfo=zone(name) or UTC) + timedelta(days=day, minutes=minute)
    return np.datetime64(local.astimezone(UTC).replace(tzinfo=None), "m")
