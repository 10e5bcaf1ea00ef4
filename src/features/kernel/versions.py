"""From when and until when each version of a row is the one that counts."""

from __future__ import annotations

import numpy as np

from ...ledger.schema import NO_DAY
from .streams import Ints

ALWAYS = -(1 << 20)
"""The day before every day: known since ever."""

_WIDE = 1 << 33  # more than the distance of any two day numbers


def in_force(key: Ints, known: Ints, version: Ints) -> tuple[Ints, np.ndarray]:
    """The end of each version's time, and whether it is the only one of its key.

    At the start of a day t the version counts that was recorded last among those known: a row is in force at t if
    ``known < t <= until``. A row that is known no earlier than a later version of it never is.

    Parameters
    ----------
    key : (m,) what the rows are versions of. known : (m,) day from which each is known.
    version : (m,) day on which it was recorded; of two of one day the lower row is the later.
    """
    until = np.full(len(key), NO_DAY, dtype=np.int64)
    if len(key) == 0:
        return until, np.zeros(0, dtype=bool)
    only = np.bincount(key)[key] == 1
    rows = np.flatnonzero(~only)
    if rows.size:
        order = rows[np.lexsort((rows, version[rows], key[rows]))]
        group = np.cumsum(np.r_[0, key[order][1:] != key[order][:-1]])
        # Walking back, the earliest day on which any later version is known; a new group starts below all before it.
        lifted = known[order] + group * _WIDE
        earliest = np.minimum.accumulate(lifted[::-1])[::-1] - group * _WIDE
        same = group[1:] == group[:-1]
        until[order[:-1][same]] = earliest[1:][same]
    return until, only


def united(group: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """Spans of each group that touch or overlap as one: group, start and end of each."""
    kept = np.flatnonzero(start < end)
    order = kept[np.lexsort((start[kept], group[kept]))]
    group, start, end = group[order], start[order], end[order]
    reach = np.maximum.accumulate(end + group * _WIDE) - group * _WIDE
    new = np.r_[np.ones(min(len(group), 1), dtype=bool), (group[1:] != group[:-1]) | (start[1:] > reach[:-1])]
    first = np.flatnonzero(new)
    return group[first], start[first], reach[np.r_[first[1:], len(group)][: len(first)] - 1]
