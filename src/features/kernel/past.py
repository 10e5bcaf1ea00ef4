"""Dated items of a group's past: windows of days, the last few, and what was not known yet or no longer held."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...ledger.names import ordered
from ...ledger.schema import NO_DAY
from .streams import Flags, Floats, Ints, Rows, Spans, keys, ranges, ratio

Said = Callable[[NDArray[Any], Flags], NDArray[Any]]
"""What is said (m,) of items (k, m), the newest first, and which of them there are."""

LONGEST = 365
"""Days that a window may look back."""

LAST = 10
"""Items that the last few may be."""


class Past(Spans):
    """Items with a day of their own, that are known and hold from ``start`` to ``end``.

    Nearly always an item is known the day after its own day and for good; then a window is a range of positions. The
    few that became known later, or stopped being true, are taken out of the windows of the rows that they concern.

    Parameters
    ----------
    rows : who asks.
    group : (m,) from 0, -1 = of none. day : (m,) own day; items come in its order. start, end : (m,) as in
        :class:`~.streams.Spans`; start >= day.
    ties : what orders items of one day, the weightiest first.
    invoice, skip : (m,) and (n,): items of a row's own invoice are not among its last few.
    """

    def __init__(
        self,
        rows: Rows,
        group: Ints,
        day: Ints,
        start: Ints,
        end: Ints,
        name: str,
        ties: tuple[Ints, ...] = (),
        invoice: Ints | None = None,
        skip: Ints | None = None,
        **values: Ints,
    ) -> None:
        order = _ordered(group, day, ties)
        values = {column: v[order] for column, v in values.items()} | {"day": day[order]}
        if invoice is not None:
            values["invoice"] = invoice[order]
        super().__init__(rows, group[order], start[order], end[order], name, **values)
        self.day = self.values["day"]
        self._skip = skip
        self._exact = bool((self.start == self.day).all() and (self.end == NO_DAY).all())
        self._first: dict[int, Ints] = {}
        self._running: dict[str, Ints] = {}

    @cached_property
    def _days(self) -> Ints:
        return self._key if self._exact else keys(self.group, self.day)

    @cached_property
    def hi(self) -> Ints:
        """(n,) position behind the row's last item before as_of."""
        return self._place if self._exact else np.searchsorted(self._days, self._rows.key)

    @cached_property
    def lo(self) -> Ints:
        """(n,) position of the first item of the row's group."""
        return self._begin[self._rows.group] if self._exact else np.searchsorted(self._days, self._rows.first)

    def mean(self, column: str, within: int | None = None, last: int | None = None) -> Floats:
        """Mean of a column over all, those of the last ``within`` days, or the ``last`` so many; NaN without any."""
        if last is not None:
            return ratio(*self._lately(column, last))
        if within is not None:
            return ratio(self.sum(column, within), self.number(within))
        return ratio(self.total(column), self.count())

    def sd(self, column: str) -> Floats:
        """Standard deviation (ddof 1) of a column; NaN below two."""
        n, total = self.count(), self.total(column)
        squares = self._sum(self.values[column][self._item] * self._changes(column))
        spread = n * squares - total * total  # exact in integers
        return np.sqrt(ratio(spread, n * (n - 1)))

    def number(self, within: int) -> Ints:
        """(n,) how many of the last ``within`` days."""
        return self._window("", within)

    def sum(self, column: str, within: int) -> Ints:
        """(n,) sum of a column over those of the last ``within`` days."""
        return self._window(column, within)

    def latest(self, column: str) -> Floats:
        """(n,) a column of the last item; NaN without any."""
        return self._of_newest(self.values[column], lambda few, there: few[0])

    def highest(self, column: str) -> Floats:
        """(n,) the highest of the last :data:`LAST`; NaN without any. Values are days."""
        return self._of_few(column, lambda few, there: np.where(there, few, -NO_DAY).max(axis=0))

    def median(self, column: str) -> Floats:
        """(n,) the median of the last :data:`LAST`; NaN without any. Values are days."""
        return self._of_few(column, _median)

    def _lately(self, column: str, k: int) -> tuple[Ints, Ints]:
        """(n,) sum of a column over the last k, and how many these are."""
        begin, running = np.maximum(self.hi - k, self.lo), self._summed(column)
        total, number = running[self.hi] - running[begin], self.hi - begin
        rows, places = self._uneven
        if rows.size:
            there = places[:k] >= 0
            total[rows] = np.where(there, self.values[column][places[:k]], 0).sum(axis=0)
            number[rows] = there.sum(axis=0)
        if self.trace is not None:
            self._tell_some(self.recent[:k])
        return total, number

    def _of_few(self, column: str, what: Said) -> Floats:
        """(n,) what the last :data:`LAST` (LAST, m), and which of them there are, say of each row."""
        few, there = self._once(f"few {column}", lambda: self._trail(column))
        if self.trace is not None:
            self._tell_some(self.recent)
        return self._of_newest(what(few, there), what, self.values[column])

    def _trail(self, column: str) -> tuple[NDArray[np.int32], Flags]:
        """(LAST, m) a column of each item and those before it, and which of these are of its group."""
        values, m = self.values[column], len(self.day)
        few, there = np.zeros((LAST, m), dtype=np.int32), np.zeros((LAST, m), dtype=bool)
        for back in range(min(LAST, m)):
            few[back, back:] = values[: m - back]
            there[back, back:] = self.group[back:] == self.group[: m - back]
        return few, there

    def _of_newest(self, ends: NDArray[Any], what: Said, values: Ints | None = None) -> Floats:
        """(n,) what is said (m,) of the items up to each, as of the last of each row; NaN without any."""
        found = np.full(len(self.hi), np.nan)
        some = np.flatnonzero(self.hi > self.lo)
        found[some] = ends[self.hi[some] - 1]
        rows, places = self._uneven
        if rows.size:
            there = places >= 0
            said = what(np.where(there, (ends if values is None else values)[places], 0), there)
            found[rows] = np.where(there[0], said, np.nan)
        if self.trace is not None and values is None:
            self._tell_some(self.recent[0])
        return found

    @cached_property
    def recent(self) -> Ints:
        """(LAST, n) positions of the last items that hold, the newest first; -1 where there are fewer."""
        place = self.hi - 1 - np.arange(LAST)[:, None]
        found = np.where(place >= self.lo, place, -1)
        rows, places = self._uneven
        found[:, rows] = places
        return found

    @cached_property
    def _uneven(self) -> tuple[Ints, Ints]:
        """The rows whose last items do not follow each other, and the positions (LAST, k) of these."""
        some = np.flatnonzero(self._doubtful())
        places, looking, width = np.full((LAST, len(some)), -1), np.arange(len(some)), 4 * LAST
        while looking.size:
            places[:, looking], lacking = self._back(some[looking], width)
            looking = looking[lacking]
            width *= 4
        return some, places

    def _doubtful(self) -> Flags:
        """(n,) whether among a row's last items one may not hold, or be the row's own."""
        doubtful = np.zeros(len(self.hi), dtype=bool)
        m = len(self.day)
        if not m:
            return doubtful
        begin = np.maximum(self.hi - LAST, self.lo)
        if not self._exact:
            odd = np.concatenate([[0], np.cumsum((self.start > self.day) | (self.end != NO_DAY))])
            doubtful |= odd[self.hi] > odd[begin]
        if self._skip is not None:
            invoice = self.values["invoice"] + 2  # negative ones are none
            first, last = np.full((2, max(int(invoice.max()), int(self._skip.max(initial=0)) + 2) + 1), -1)
            last[invoice] = np.arange(m)
            first[invoice[::-1]] = np.arange(m)[::-1]
            doubtful |= (last[self._skip + 2] >= begin) & (first[self._skip + 2] < self.hi)
        return doubtful

    def _back(self, rows: Ints, width: int) -> tuple[Ints, Ints]:
        """The last :data:`LAST` that hold, of ``width`` positions back, and places of the rows with fewer, if any."""
        place = self.hi[rows] - 1 - np.arange(width)[:, None]
        there = place >= self.lo[rows]
        place = np.where(there, place, 0)
        at = self._rows.day[rows]
        holds = there & (self.start[place] < at) & (at <= self.end[place])
        if self._skip is not None:
            holds &= self.values["invoice"][place] != self._skip[rows]
        found = np.full((LAST, len(rows)), -1)
        rank = np.cumsum(holds, axis=0) - 1
        chosen, row = np.nonzero(holds & (rank < LAST))
        found[rank[chosen, row], row] = place[chosen, row]
        return found, np.flatnonzero((rank[-1] < LAST - 1) & there[-1])

    def _window(self, column: str, within: int) -> Ints:
        """(n,) sum of a column ("" = number) over those of the last ``within`` days."""
        return self._once(f"{column} {within} days", lambda: self._windowed(column, within))

    def _windowed(self, column: str, within: int) -> Ints:
        if within not in self._first:
            self._first[within] = np.maximum(np.searchsorted(self._days, self._rows.key - within), self.lo)
        first = self._first[within]
        running = self._summed(column) if column else None
        inside = self.hi - first if running is None else running[self.hi] - running[first]
        if self.trace is not None:
            self._tell_some(np.arange(first[0], self.hi[0]))
        row, item = self._absent
        if row.size:
            mine = self.day[item] >= self._rows.day[row] - within
            less = np.zeros_like(inside)
            np.add.at(less, row[mine], self.values[column][item[mine]] if column else 1)
            inside = inside - less
        return inside

    def _summed(self, column: str) -> Ints:
        """(m + 1,) running sum of a column."""
        if column not in self._running:
            self._running[column] = np.concatenate([[0], np.cumsum(self.values[column])])
        return self._running[column]

    @cached_property
    def _absent(self) -> tuple[Ints, Ints]:
        """Pairs (row, item): items of the longest window before a row that were not known at it, or held no more."""
        if self._exact:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        late, gone = np.flatnonzero(self.start > self.day), np.flatnonzero(self.end != NO_DAY)
        item = np.concatenate([late, gone])
        day = self.day[item]
        after = np.concatenate([day[: len(late)], np.maximum(self.end[gone], self.start[gone])])
        until = np.minimum(np.concatenate([self.start[late], np.full(len(gone), NO_DAY)]), day + LONGEST)
        asked = self._rows.key[self._rows.order]
        lo = np.searchsorted(asked, keys(self.group[item], after + 1))
        hi = np.searchsorted(asked, keys(self.group[item], np.maximum(until, after) + 1))
        which, row = ranges(lo, hi - lo)
        return self._rows.order[row], item[which]

    def _tell_some(self, places: Ints) -> None:
        if self.trace is not None:
            places = places[places >= 0]
            at = self._rows.day[0]
            self.trace(self.name, places[(self.start[places] < at) & (at <= self.end[places])])


def _median(few: NDArray[Any], there: Flags) -> Floats:
    """(m,) the median of each column of (k, m); what is not there comes last in its column, if anything is."""
    in_order = np.sort(np.where(there, few, NO_DAY).astype(np.int32), axis=0)
    n, column = there.sum(axis=0), np.arange(few.shape[1])
    lower, upper = in_order[np.maximum(n - 1, 0) // 2, column], in_order[np.minimum(n // 2, len(few) - 1), column]
    return (lower.astype(np.int64) + upper) / 2


def _ordered(group: Ints, day: Ints, ties: tuple[Ints, ...]) -> Ints:
    """Places sorted by group, day, and the ties; only what is tied is sorted again."""
    key = keys(group, day)
    order = np.argsort(key, kind="stable")  # nearly in order, where merging is quick
    if ties and len(order) > 1:
        same = key[order][1:] == key[order][:-1]
        tied = np.flatnonzero(np.r_[same, False] | np.r_[False, same])
        some = order[tied]
        for by in (*reversed(ties), key):
            some = some[ordered(by[some])]
        order[tied] = some
    return order
