"""Dated items of a group's past: windows of days, the last few, and what was not known yet or no longer held."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from ...ledger.schema import NO_DAY
from .streams import Floats, Ints, Rows, Spans, keys, ranges, ratio

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
            return ratio(self.few(column, last).sum(axis=0), (self.recent[:last] >= 0).sum(axis=0))
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
        self._tell_some(self.newest)
        values = self.values[column]
        return np.where(self.newest >= 0, values[self.newest], np.nan) if len(values) else np.full(len(self.lo), np.nan)

    def highest(self, column: str) -> Floats:
        """(n,) the highest of the last :data:`LAST`; NaN without any."""
        lowest = np.iinfo(np.int64).min
        top = np.where(self.recent >= 0, self.few(column), lowest).max(axis=0)
        return np.where(top == lowest, np.nan, top)

    def median(self, column: str) -> Floats:
        """(n,) the median of the last :data:`LAST`; NaN without any."""
        there = self.recent >= 0
        n = there.sum(axis=0)
        sorted_ = np.sort(np.where(there, self.few(column), NO_DAY).astype(np.int32), axis=0)
        column_of = np.arange(sorted_.shape[1])
        pair = sorted_[np.maximum(n - 1, 0) // 2, column_of] + sorted_[np.minimum(n // 2, LAST - 1), column_of]
        return np.where(n > 0, pair / 2, np.nan)

    def few(self, column: str, k: int = LAST) -> Ints:
        """(k, n) a column of the last k, the newest first; 0 where there are fewer."""
        recent, values = self.recent[:k], self.values[column]
        self._tell_some(recent)
        return np.where(recent >= 0, values[recent], 0) if len(values) else np.zeros(recent.shape, dtype=np.int64)

    @cached_property
    def recent(self) -> Ints:
        """(LAST, n) positions of the last items that hold, the newest first; -1 where there are fewer."""
        return self._last(LAST)

    @cached_property
    def newest(self) -> Ints:
        """(n,) position of the last item that holds; -1 without any."""
        return self._last(1)[0]

    def _last(self, k: int) -> Ints:
        """(k, n) positions of the last k items that hold, the newest first; -1 where there are fewer."""
        place = self.hi - 1 - np.arange(k)[:, None]
        found = np.where(place >= self.lo, place, -1)
        some, width = self._doubtful(found), 4 * k
        while some.size:
            found[:, some], lacking = self._back(some, k, width)
            some = some[lacking]
            width *= 4
        return found

    def _doubtful(self, found: Ints) -> Ints:
        """The rows among whose last items one may not hold, or be the row's own."""
        doubtful = np.zeros(found.shape[1], dtype=bool)
        if len(self.day) and not self._exact:
            odd = np.concatenate([[0], np.cumsum((self.start > self.day) | (self.end != NO_DAY))])
            doubtful |= odd[self.hi] > odd[np.maximum(self.hi - len(found), self.lo)]
        if len(self.day) and self._skip is not None:
            doubtful |= ((self.values["invoice"][found] == self._skip) & (found >= 0)).any(axis=0)
        return np.flatnonzero(doubtful)

    def _back(self, rows: Ints, k: int, width: int) -> tuple[Ints, Ints]:
        """The last k that hold among ``width`` positions back, and the places of the rows for which these are few."""
        place = self.hi[rows] - 1 - np.arange(width)[:, None]
        there = place >= self.lo[rows]
        place = np.where(there, place, 0)
        at = self._rows.day[rows]
        holds = there & (self.start[place] < at) & (at <= self.end[place])
        if self._skip is not None:
            holds &= self.values["invoice"][place] != self._skip[rows]
        found = np.full((k, len(rows)), -1)
        rank = np.cumsum(holds, axis=0) - 1
        chosen, row = np.nonzero(holds & (rank < k))
        found[rank[chosen, row], row] = place[chosen, row]
        return found, np.flatnonzero((rank[-1] < k - 1) & there[-1])

    def _window(self, column: str, within: int) -> Ints:
        """(n,) sum of a column ("" = number) over those of the last ``within`` days."""
        return self._once(f"{column} {within} days", lambda: self._windowed(column, within))

    def _windowed(self, column: str, within: int) -> Ints:
        if within not in self._first:
            self._first[within] = np.maximum(np.searchsorted(self._days, self._rows.key - within), self.lo)
        first = self._first[within]
        if column and column not in self._running:
            self._running[column] = np.concatenate([[0], np.cumsum(self.values[column])])
        inside = self._running[column][self.hi] - self._running[column][first] if column else self.hi - first
        if self.trace is not None:
            self._tell_some(np.arange(first[0], self.hi[0]))
        row, item = self._absent
        if row.size:
            mine = self.day[item] >= self._rows.day[row] - within
            less = np.zeros_like(inside)
            np.add.at(less, row[mine], self.values[column][item[mine]] if column else 1)
            inside = inside - less
        return inside

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


def _ordered(group: Ints, day: Ints, ties: tuple[Ints, ...]) -> Ints:
    """Places sorted by group, day, and the ties; only what is tied is sorted again."""
    key = keys(group, day)
    order = np.argsort(key, kind="stable")
    if ties and len(order) > 1:
        same = key[order][1:] == key[order][:-1]
        tied = np.flatnonzero(np.r_[same, False] | np.r_[False, same])
        some = order[tied]
        order[tied] = some[np.lexsort((*(t[some] for t in reversed(ties)), key[some]))]
    return order
