"""The first of many spans that still holds: which unpaid invoice is overdue for longest."""

from __future__ import annotations

import numpy as np

from ...ledger.schema import NO_DAY
from .streams import Ints, Rows, keys


def first_held(rows: Rows, some: Ints, group: Ints, day: Ints, start: Ints, end: Ints, owner: Ints, skip: Ints) -> Ints:
    """Per row the item of its group with the earliest day that holds at as_of; -1 if none does.

    Parameters
    ----------
    rows : who asks. some : (k,) places of the rows for which it is asked.
    group, day, start, end : (m,) items; one holds at t if ``start < t <= end``, and day <= start.
    owner, skip : (m,) and (n,): an item whose owner is the row's ``skip`` is passed over.

    Returns
    -------
    (k,) places of items.

    Notes
    -----
    In the order of (group, day) the next item whose end is not before t is found by doubling steps over blocks of which
    the latest end is known.
    """
    order = np.argsort(keys(group, day), kind="stable")
    group, day, start, end, owner = group[order], day[order], start[order], end[order], owner[order]
    m = len(order)
    found = np.full(len(some), -1)
    if m == 0:
        return found
    latest = [end]
    while 2 ** len(latest) <= m:
        half = 2 ** (len(latest) - 1)
        latest.append(np.maximum(latest[-1][:-half], latest[-1][half:]))
    key = keys(group, day)
    at = rows.day[some]
    place = np.searchsorted(key, keys(rows.group[some], np.full(len(some), -NO_DAY)))
    stop = np.searchsorted(key, rows.key[some])
    looking = np.arange(len(some))
    while looking.size:
        here, t = place[looking], at[looking]
        for level in reversed(range(len(latest))):
            table = latest[level]
            inside = here < len(table)
            ends = np.where(inside, table[np.where(inside, here, 0)], NO_DAY)
            here = here + np.where(ends < t, 2**level, 0)
        there = here < stop[looking]
        looking, here, t = looking[there], here[there], t[there]
        holds = (start[here] < t) & (owner[here] != skip[some[looking]])
        found[looking[holds]] = order[here[holds]]
        looking, here = looking[~holds], here[~holds]
        place[looking] = here + 1
    return found
