"""Hours, days and zones of a policy's YAML."""

from __future__ import annotations

import re

from .ladder import read_zone
from .nodes import At, did_you_mean, listed
from .policy import CHANNELS, OTHER
from .zones import MAIN

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
ALL = "all"
_USUAL = (8 * 60, 21 * 60)
_HOURS = re.compile(r"\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*")


def read_hours(at: At) -> dict[str, tuple[int, int]]:
    """By channel the minutes of the day between which something may be sent."""
    if not at.is_map():
        return dict.fromkeys(CHANNELS, _hours(at))
    found = at.known((ALL, *CHANNELS), "hours")
    rest = _hours(found[ALL]) if ALL in found else _USUAL
    return {channel: _hours(found[channel]) if channel in found else rest for channel in CHANNELS}


def read_days(at: At) -> tuple[int, ...]:
    """Weekdays, 0 = Monday, from 'mon-fri' or [mon, tue]."""
    if not at.is_list():
        first, dash, last = at.raw().partition("-")
        if first in WEEKDAYS and (not dash or last in WEEKDAYS):
            start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
            return tuple(sorted((start + k) % 7 for k in range((end - start) % 7 + 1)))
        at.wrong(f"'days' is '{at.raw()}'; give weekdays, for example mon-fri or [mon, tue, wed].")
        return (0,)
    days = [_weekday(one) for one in at.list()]
    if not days:
        at.wrong("'days' holds no day, so that nothing could ever be sent; give weekdays, for example mon-fri.")
    return tuple(sorted(set(days)))


def read_zones(at: At) -> dict[str, tuple[str, ...]]:
    """Time zones by country; several where hours have to hold in each."""
    found: dict[str, tuple[str, ...]] = {}
    for country, value in at.items().items():
        if country != OTHER and not re.fullmatch(r"[A-Z]{2}", country):
            near = did_you_mean(country, list(MAIN))
            value.wrong(f"'{country}' is no country; give an ISO code like DE, or other{near}.")
        found[country] = tuple(map(read_zone, value.list() if value.is_list() else [value]))
        if not found[country]:
            value.wrong(f"'{country}' has no time zone; give an IANA name like Europe/Berlin.")
    return found


def _hours(at: At) -> tuple[int, int]:
    match = _HOURS.fullmatch(at.raw())
    start, end = (int(h) * 60 + int(m) for h, m in zip(*[iter(match.groups())] * 2, strict=True)) if match else (0, 0)
    if not match or max(int(match[2]), int(match[4])) > 59 or not start < end <= DAY:
        at.wrong(f"'{at.key}' is '{at.raw()}'; give hours of one day like \"8:00-21:00\", the earlier first.")
        return _USUAL
    return start, end


def _weekday(at: At) -> int:
    name = at.raw()
    if name not in WEEKDAYS:
        at.wrong(f"'{name}' is no weekday; give {listed(WEEKDAYS, 'or')}{did_you_mean(name[:3], WEEKDAYS)}.")
        return 0
    return WEEKDAYS.index(name)
