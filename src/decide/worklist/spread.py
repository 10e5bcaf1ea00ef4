"""The contacts of a channel between the collectors who may make them, so that all days are equally full."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from .accounts import Flags, Floats, Ints, Slot


def spread(place: Ints, takes: Flags, slots: Sequence[Slot], capacity: Ints) -> Ints:
    """The same plan, with each channel's contacts laid on its collectors evenly for what each can do.

    Even = the least sum of (contacts squared / capacity), as far as languages, countries and own customers allow; large
    and small accounts are dealt out in turn.

    Parameters
    ----------
    place : (m,) slots of a plan, customers in the order of who comes first among equals. takes : (m, s) whom each slot
        takes. slots : in the order of their numbers. capacity : (s,) what may be used of theirs.
    """
    new = place.copy()
    for channel in dict.fromkeys(slot.channel for slot in slots):
        mine = np.array(
            [s for s, slot in enumerate(slots) if slot.channel == channel and capacity[s] > 0], dtype=np.int64
        )
        rows = np.flatnonzero(np.isin(place, mine))
        if len(mine) < 2 or not len(rows):
            continue
        # Customers whom the same collectors may contact are alike: only their numbers have to be moved.
        kinds, kind = np.unique(takes[np.ix_(rows, mine)], axis=0, return_inverse=True)
        loads = np.zeros(kinds.shape, dtype=np.int64)
        np.add.at(loads, (kind.ravel(), np.searchsorted(mine, place[rows])), 1)
        whole = np.array([slots[s].capacity for s in mine], dtype=np.float64)
        _even(loads, kinds, whole, capacity[mine])
        for k in range(len(kinds)):
            new[rows[kind.ravel() == k]] = mine[dealt(loads[k])]
    return new


def _even(loads: Ints, kinds: Flags, capacity: Floats, most: Ints) -> None:
    """Move contacts along paths of collectors while that lowers the sum, in place.

    Then it is the least: a semi-matching without a path that lowers its cost is the best (Harvey, Ladner, Lovász and
    Tamir 2006).

    Parameters
    ----------
    loads : (q, h) contacts with customers of each kind by each collector. kinds : (q, h) whom each may contact.
    capacity : (h,) of a day. most : (h,) what may be used of it.
    """
    while True:
        filled = loads.sum(axis=0)
        over, under = (2 * filled - 1) / capacity, np.where(filled < most, (2 * filled + 1) / capacity, np.inf)
        # edge[a, b]: a kind of which a has a contact that b may make; -1 = none
        possible = (loads > 0)[:, :, None] & kinds[:, None, :]
        edge = np.where(possible.any(axis=0), possible.argmax(axis=0), -1)
        best, path = 1e-9, []
        for start in np.argsort(-over, kind="stable").tolist():
            for end, way in _paths(edge, start).items():
                if over[start] - under[end] > best and filled[start]:
                    best, path = over[start] - under[end], way
        if not path:
            return
        for a, b in pairwise(path):
            loads[edge[a, b], a] -= 1
            loads[edge[a, b], b] += 1


def _paths(edge: Ints, start: int) -> dict[int, list[int]]:
    """The shortest path from a node to each that can be reached."""
    found, queue = {start: [start]}, [start]
    for a in queue:
        for b in np.flatnonzero(edge[a] >= 0).tolist():
            if b not in found:
                found[b] = [*found[a], b]
                queue.append(b)
    return found


def dealt(counts: Ints) -> Ints:
    """(sum of counts,) numbers 0 .. h-1, each as often as its count, spread evenly over the row.

    Examples
    --------
    >>> dealt(np.array([2, 4])).tolist()
    [1, 0, 1, 1, 0, 1]
    """
    owner = np.repeat(np.arange(len(counts)), counts)
    nth = np.concatenate([np.arange(n) for n in counts.tolist()]) if len(counts) else owner
    return owner[np.lexsort([owner, (nth + 0.5) / np.maximum(counts[owner], 1)])]
