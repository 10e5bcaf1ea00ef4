"""Sums over "everything of this group that holds at this day", for many rows at once.

What holds from one day to another is a span. A sum over the spans that hold at t is what began before t minus what
ended before t: beginnings and ends are sorted once by (group, day), and a sum is the difference of two prefix sums,
found by binary search. Counts, days and money are integers, so those sums are exact and do not depend on which other
groups are there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...ledger.names import ordered
from ...ledger.schema import NO_DAY

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

Known = TypeVar("Known")

_SPAN = 1 << 22  # days between the keys of two groups: more than any calendar here has
_ZERO = 1 << 21  # day 0 in the middle of a span, so that days before 1970 sort as well

Trace = Callable[[str, Ints], None]
"""Told what went into a number: the name of a stream, and the places of its items."""


class Rows:
    """The decision rows of one block, by one grouping: row i asks about group[i] at the start of day[i].

    Parameters
    ----------
    group : (n,) from 0. day : (n,) as_of. groups : how many groups there are.
    """

    def __init__(self, group: Ints, day: Ints, groups: int) -> None:
        self.group, self.day, self.groups = group, day, groups
        self.key = keys(group, day)

    @cached_property
    def first(self) -> Ints:
        """(n,) key before all days of each row's group."""
        return keys(self.group, -_ZERO)

    @cached_property
    def order(self) -> Ints:
        """Places of the rows by group and day."""
        return np.argsort(self.key, kind="stable")

    def __len__(self) -> int:
        return len(self.group)


class Spans:
    """Items that hold from one day to another: at t if ``start < t <= end``.

    Parameters
    ----------
    rows : who asks.
    group : (m,) group of each item, -1 = of none. start, end : (m,) days; NO_DAY = never ends.
    values : integer columns (m,).
    """

    def __init__(self, rows: Rows, group: Ints, start: Ints, end: Ints, name: str = "", **values: Ints) -> None:
        kept = np.flatnonzero((group >= 0) & (start < end))
        if len(kept) < len(group):
            group, start, end = group[kept], start[kept], end[kept]
            values = {column: v[kept] for column, v in values.items()}
        self._rows, self.name = rows, name
        self.group, self.start, self.end, self.values = group, start, end, values
        ends = np.flatnonzero(end != NO_DAY)
        key = keys(group, start)
        if ends.size or not (key[1:] >= key[:-1]).all():
            key = np.concatenate([key, keys(group[ends], end[ends])])
            order = np.argsort(key, kind="stable")
            self._key, self._sign = key[order], np.where(order < len(group), 1, -1)
            self._item: Ints | slice = np.concatenate([np.arange(len(group)), ends])[order]
        else:  # in order, and for good
            self._key, self._sign, self._item = key, np.ones(len(group), dtype=np.int64), slice(None)
        self._known: dict[str, Any] = {}
        self.trace: Trace | None = None
        self.table = ""

    def count(self) -> Ints:
        """(n,) how many hold."""
        return self._once("", lambda: self._sum(self._sign))

    def total(self, column: str) -> Ints:
        """(n,) sum of a column over those that hold."""
        return self._once(column, lambda: self._sum(self._changes(column)))

    def most(self, column: str, kinds: int) -> tuple[Ints, Ints]:
        """(n,) the most frequent of the values 0..kinds-1 among those that hold, the smallest at ties; how often."""
        return self._once(f"{column} {kinds}", lambda: self._most(column, kinds))

    def _most(self, column: str, kinds: int) -> tuple[Ints, Ints]:
        self._tell()
        kind, group = self.values[column][self._item], self.group[self._item]
        begin = self._begin[self._rows.group]
        if not len(kind):
            return np.zeros_like(begin), np.zeros_like(begin)
        if (self._sign < 0).any():
            held = self._counts(kind, kinds)
            kind = held.argmax(axis=1)
            return kind, held[np.arange(len(kind)), kind]
        # Counts only grow, so that the most frequent one is the highest so far of (count, lowest value first).
        alike = group * kinds + kind
        order = ordered(alike)
        alike = alike[order]
        first = np.flatnonzero(np.r_[True, alike[1:] != alike[:-1]])
        count = np.empty(len(kind), dtype=np.int64)
        count[order] = np.arange(1, len(kind) + 1) - np.repeat(first, np.diff(first, append=len(kind)))
        apart = (len(kind) + 1) * kinds  # more than any count of a value
        best = np.maximum.accumulate(group * apart + count * kinds + (kinds - 1 - kind)) - group * apart
        found = np.where(self._place > begin, best[self._place - 1], kinds - 1)
        return kinds - 1 - found % kinds, found // kinds

    def _counts(self, kind: Ints, kinds: int) -> Ints:
        m = len(self._key)
        seen = np.zeros((m + 1, kinds), dtype=np.int32)
        seen[np.arange(1, m + 1), kind] = self._sign
        np.cumsum(seen, axis=0, out=seen)
        held = seen[self._place]
        held -= seen[self._begin[self._rows.group]]
        return held.astype(np.int64)

    def counts_by_group(self, kind: Ints, kinds: int, weight: Floats | None = None) -> NDArray[Any]:
        """(n, kinds) how many of each kind (m,) hold, or the sums of their weights (m,): one group after the other."""
        change = self._sign if weight is None else weight[self._item] * self._sign
        if (self._rows.day == self._rows.day[:1]).all():
            return self._counts_at_once(kind[self._item], kinds, change)
        held: NDArray[Any] = np.zeros((len(self._rows), kinds), dtype=change.dtype)
        rows = self._rows.order
        edges = np.searchsorted(self._rows.group[rows], np.arange(self._rows.groups + 1))
        for group in np.flatnonzero((np.diff(edges) > 0) & (self._size > 0)):
            mine = rows[edges[group] : edges[group + 1]]
            begin = self._begin[group]
            some = slice(begin, begin + self._size[group])
            seen = np.zeros((self._size[group] + 1, kinds), dtype=np.int32 if weight is None else np.float64)
            seen[np.arange(1, self._size[group] + 1), kind[self._item][some]] = change[some]
            np.cumsum(seen, axis=0, out=seen)
            held[mine] = seen[self._place[mine] - begin]
        return held

    def _counts_at_once(self, kind: Ints, kinds: int, change: NDArray[Any]) -> NDArray[Any]:
        """The same where all ask at one day: what changed before it, added up in the same order."""
        asked, row = np.unique(self._rows.group, return_inverse=True)
        until = np.zeros(self._rows.groups, dtype=np.int64)
        until[self._rows.group] = self._place
        number = np.zeros(self._rows.groups, dtype=np.int64)
        number[asked] = np.arange(len(asked))
        group = self.group[self._item]
        before = np.flatnonzero(np.arange(len(group)) < until[group])
        cell = number[group[before]] * kinds + kind[before]
        held = np.bincount(cell, weights=change[before], minlength=len(asked) * kinds)  # adds one after the other
        return held.astype(change.dtype).reshape(len(asked), kinds)[row]

    def weighted(self, day: str, value: str, half_life: float) -> tuple[Floats, Floats]:
        """(n,) sums of 2 ** (day / half_life), and of the same times a value, over those that hold.

        Days count from the day on which the group's first item began, so that long spans cost no precision. Each
        group's sums are made one after the other by itself: other groups change no bit of them.
        """
        begin, size = self._begin[self._holders], self._size[self._holders]
        first = np.repeat(self.start[self._item][begin], size)
        weight = np.exp2((self.values[day][self._item] - first) / half_life) * self._sign
        self._tell()
        sums = []
        for summand in (weight, weight * self.values[value][self._item]):
            total = np.concatenate([[0.0], _by_group(summand, begin, size)])
            sums.append(np.where(self._place > self._begin[self._rows.group], total[self._place], 0.0))
        return sums[0], sums[1]

    def _changes(self, column: str) -> Ints:
        values = self.values[column][self._item]
        return values if isinstance(self._item, slice) else values * self._sign

    def _sum(self, change: Ints) -> Ints:
        if not len(change):
            return np.zeros(len(self._rows), dtype=np.int64)
        prefix = np.concatenate([[0], np.cumsum(change)])
        self._tell()
        sums: Ints = prefix[self._place] - prefix[self._begin][self._rows.group]
        return sums

    def _once(self, what: str, make: Callable[[], Known]) -> Known:
        """What several features ask for is computed once."""
        if what not in self._known:
            self._known[what] = make()
        known: Known = self._known[what]
        return known

    @cached_property
    def _place(self) -> Ints:
        return np.searchsorted(self._key, self._rows.key)

    @cached_property
    def _begin(self) -> Ints:
        return np.searchsorted(self._key, keys(np.arange(self._rows.groups), -_ZERO))

    @cached_property
    def _size(self) -> Ints:
        return np.diff(self._begin, append=len(self._key))

    @property
    def _holders(self) -> Ints:
        return np.flatnonzero(self._size)

    def _tell(self) -> None:
        if self.trace is not None:
            rows = self._rows
            holds = np.isin(self.group, rows.group) & (self.start < rows.day[0]) & (self.end >= rows.day[0])
            self.trace(self.name, np.flatnonzero(holds))


def _by_group(values: Floats, begin: Ints, size: Ints) -> Floats:
    """Running sums (m,) that begin anew with each group, added one after the other within it.

    All small groups advance together, each large one by itself: the order of additions is the same either way.
    """
    out = values.copy()
    small = np.flatnonzero(size <= _SMALL)
    small = small[np.argsort(-size[small], kind="stable")]
    for step in range(1, int(size[small].max(initial=0))):
        small = small[: np.searchsorted(-size[small], -step)]
        at = begin[small] + step
        out[at] += out[at - 1]
    for one in np.flatnonzero(size > _SMALL):
        part = slice(begin[one], begin[one] + size[one])
        out[part] = np.cumsum(values[part])
    return out


_SMALL = 48


def active(group: Ints, start: Ints, end: Ints, asked: Ints, day: Ints) -> Ints:
    """(n,) place of the one item of the asked group that holds at the day, -1 = none.

    Items of a group do not overlap and are sorted by (group, start).
    """
    if len(group) == 0:
        return np.full(len(asked), -1)
    place = np.searchsorted(keys(group, start), keys(asked, day)) - 1
    found = np.maximum(place, 0)
    there = (place >= 0) & (group[found] == asked) & (start[found] < day) & (day <= end[found])
    return np.where(there, found, -1)


def ratio(part: Ints | Floats, whole: Ints | Floats) -> Floats:
    """part / whole as float64, NaN where whole is 0."""
    result = np.full(np.shape(whole), np.nan)
    np.divide(part, whole, out=result, where=np.asarray(whole) != 0)
    return result


def keys(group: Ints, day: Ints | int) -> Ints:
    """One number that sorts by group, then by day."""
    key: Ints = group * _SPAN + (np.clip(day, -_ZERO, _ZERO - 1) + _ZERO)  # "never" comes last
    return key


def unpacked(key: Ints) -> tuple[Ints, Ints]:
    """Group and day of such numbers."""
    group: Ints = key // _SPAN
    return group, key - group * _SPAN - _ZERO


def ranges(begin: Ints, size: Ints) -> tuple[Ints, Ints]:
    """The places of ranges of positions, one range after the other: of each its range's number, and its position."""
    number = np.repeat(np.arange(len(begin)), size)
    return number, np.repeat(begin - np.cumsum(size) + size, size) + np.arange(size.sum())
