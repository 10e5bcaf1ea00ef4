"""Sums over "everything of this group before this day", for millions of rows at once.

Events are sorted once by (group, day); what lies before a day is then a range of positions found by binary search, and
a sum over it is the difference of two prefix sums. Counts, days and money are integers, so those sums are exact and
do not depend on which other groups are there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_SPAN = 1 << 21  # days between the keys of two groups: more than any calendar here has
_ZERO = 1 << 20  # day 0 in the middle of a span, so that days before 1970 sort as well


class Stream:
    """Dated events of groups.

    Parameters
    ----------
    group : (m,) group number of each event, from 0.
    day : (m,) day number of each event.
    ties : further sort keys for events of one group and day, the weightiest first.

    Attributes
    ----------
    order : (m,) positions of the events in their sorted order.
    """

    def __init__(self, group: Ints, day: Ints, *ties: NDArray[np.generic]) -> None:
        self.order: Ints = np.lexsort((*reversed(ties), day, group)).astype(np.int64)
        self._key = _key(group, day)[self.order]

    def between(self, group: Ints, since: Ints | int | None, before: Ints) -> tuple[Ints, Ints]:
        """Positions [lo, hi) of each row's events with since <= day < before (None = from the beginning)."""
        first = np.full_like(before, -_ZERO) if since is None else np.broadcast_to(since, before.shape)
        lo = np.searchsorted(self._key, _key(group, first))
        hi = np.searchsorted(self._key, _key(group, before))
        return lo.astype(np.int64), np.maximum(lo, hi).astype(np.int64)

    def sums(self, values: Ints) -> Ints:
        """Prefix sums (m + 1,) of integer values given in the events' own order."""
        return np.concatenate([[0], np.cumsum(values[self.order], dtype=np.int64)])

    def total(self, values: Ints, group: Ints, before: Ints, since: Ints | int | None = None) -> Ints:
        """Per row the sum of integer values over its events before a day."""
        lo, hi = self.between(group, since, before)
        prefix = self.sums(values)
        total: Ints = prefix[hi] - prefix[lo]
        return total

    def count(self, group: Ints, before: Ints) -> Ints:
        """Per row the number of its events before a day."""
        lo, hi = self.between(group, None, before)
        return hi - lo


class History:
    """Events of each row's customer before as_of, and statistics over them.

    Parameters
    ----------
    stream : the events by day.
    values : integer columns (m,) in the events' own order.
    group, before : (n,) customer and as_of day of each row.
    own : (n,) place in the stream of an event that a row's means leave out, -1 = none.
    """

    def __init__(
        self, stream: Stream, values: dict[str, Ints], group: Ints, before: Ints, own: Ints | None = None
    ) -> None:
        self._own = own
        self._stream = stream
        self._values = {name: v[stream.order] for name, v in values.items()}
        self._prefix: dict[str, Ints] = {}
        self._group, self._before = group, before
        self.lo, self.hi = stream.between(group, None, before)

    def column(self, name: str) -> Ints:
        """A column (m,) in the order of the stream; row i's events are those at positions lo[i] to hi[i] - 1."""
        return self._values[name]

    def count(self) -> Floats:
        """How many (n,)."""
        return (self.hi - self.lo).astype(np.float64)

    def mean(self, name: str, within: int | None = None, last: int | None = None) -> Floats:
        """Mean of a column over all, those of the last ``within`` days, or the ``last`` so many; NaN without any."""
        lo = self.lo
        if within is not None:
            lo, _ = self._stream.between(self._group, self._before - within, self._before)
        own = np.full_like(lo, -1) if self._own is None else self._own
        if last is not None:
            lo = np.maximum(lo, self.hi - last - ((own >= self.hi - last) & (own < self.hi)))
        mine = (own >= lo) & (own < self.hi)
        values = self._values[name]
        less = np.where(mine, values[np.where(mine, own, 0)], 0) if values.size else np.zeros_like(lo)
        return ratio(self._sum(name, lo) - less, self.hi - lo - mine)

    def sd(self, name: str) -> Floats:
        """Standard deviation (ddof 1) of a column; NaN below two."""
        n = self.hi - self.lo
        total, squares = self._sum(name, self.lo), self._sum(name, self.lo, power=2)
        spread = n * squares - total * total  # exact in integers
        return np.sqrt(ratio(spread, n * (n - 1)))

    def latest(self, name: str) -> Floats:
        """The column's value at the last settled; NaN without any."""
        values = self._values[name]
        if values.size == 0:
            return np.full(self.lo.shape, np.nan)
        return np.where(self.hi > self.lo, values[np.maximum(self.hi - 1, 0)], np.nan)

    def decayed_mean(self, name: str, day: str, half_life: float) -> Floats:
        """Mean weighted by 0.5 ** (age / half_life); NaN without any.

        Each group's weights grow from its own first event, so that long spans and other groups cost no precision.
        """
        values, days = self._values[name], self._values[day]
        weight = np.zeros(values.size + 1)
        weighted = np.zeros(values.size + 1)
        starts = np.unique(self.lo[self.hi > self.lo])
        ends = np.append(starts[1:], values.size)[: len(starts)]
        for start, end in zip(starts, ends, strict=True):
            w = np.exp2((days[start:end] - days[start]) / half_life)
            weight[start + 1 : end + 1] = np.cumsum(w)
            weighted[start + 1 : end + 1] = np.cumsum(w * values[start:end])
        some = self.hi > self.lo
        return np.where(some, ratio(weighted[self.hi], np.where(some, weight[self.hi], 0.0)), np.nan)

    def mode(self, name: str, kinds: int) -> Floats:
        """The most frequent of the values 0..kinds-1 of a column, the smallest at ties; NaN without any."""
        best = np.full(self.lo.shape, np.nan)
        most = np.zeros(self.lo.shape, dtype=np.int64)
        for kind in range(kinds):
            prefix = np.concatenate([[0], np.cumsum(self._values[name] == kind)])
            often = prefix[self.hi] - prefix[self.lo]
            best[often > most] = kind
            most = np.maximum(most, often)
        return best

    def _sum(self, name: str, lo: Ints, power: int = 1) -> Ints:
        label = f"{name}^{power}"
        if label not in self._prefix:
            self._prefix[label] = np.concatenate([[0], np.cumsum(self._values[name] ** power, dtype=np.int64)])
        prefix = self._prefix[label]
        total: Ints = prefix[self.hi] - prefix[lo]
        return total


def ratio(part: Ints | Floats, whole: Ints | Floats) -> Floats:
    """part / whole as float64, NaN where whole is 0."""
    result = np.full(np.shape(whole), np.nan)
    np.divide(part, whole, out=result, where=np.asarray(whole) != 0)
    return result


def _key(group: Ints, day: Ints) -> Ints:
    key: Ints = group.astype(np.int64) * _SPAN + (np.clip(day, -_ZERO, _ZERO - 1) + _ZERO)  # "never" comes last
    return key
