"""The choice of a day as a transportation problem: customers on one side, room for contacts on the other.

Everything is in integers (hundredths of a currency unit). What need not be decided is settled first, without loss: of a
customer's accounts and of the actions that use the same channel only the best counts, and channels without a limit are
what a customer gets anyway, so that only what a scarce channel adds to that has to be decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .accounts import HUNDREDTHS, Accounts, Flags, Floats, Ints, Slot

FREE = -1
"""The place of who gets no scarce contact."""


@dataclass(frozen=True)
class Problem:
    """m customers, the first among equals first, and s slots.

    Attributes
    ----------
    base : (m,) what the best unlimited channel brings, 0 where none brings anything.
    gain : (m, s) what a slot brings more than that; 0 where it brings nothing more, or may not be used.
    capacity : (s,). waited : (m,) days.
    base_cell, slot_cell : (m,), (m, s) row and action behind them, as row * k + action; -1 where none is.
    """

    base: Ints
    gain: Ints
    capacity: Ints
    waited: Ints
    base_cell: Ints
    slot_cell: Ints

    def with_capacity(self, capacity: Ints) -> Problem:
        """The same with other capacities."""
        return Problem(self.base, self.gain, capacity, self.waited, self.base_cell, self.slot_cell)

    def used(self, place: Ints) -> Ints:
        """(s,) contacts in each slot of a plan, which has the slot of each customer or :data:`FREE`."""
        return np.bincount(place[place != FREE], minlength=len(self.capacity))

    def worth(self, place: Ints) -> int:
        """What a plan brings, in hundredths."""
        some = place != FREE
        return int(self.base.sum()) + int(self.gain[np.flatnonzero(some), place[some]].sum())

    def cells(self, place: Ints) -> Ints:
        """(m,) row and action of each customer in a plan; -1 = none."""
        found = self.base_cell.copy()
        some = np.flatnonzero(place != FREE)
        found[some] = self.slot_cell[some, place[some]]
        return found


def hundredths(value: Floats, permitted: Flags, rate: Floats) -> Ints:
    """(n, k) values as integers after a rate per row; 0 where not permitted or not worth it."""
    counted = np.where(permitted, value, 0.0) * rate[:, None]
    return np.maximum(np.rint(counted * HUNDREDTHS), 0).astype(np.int64)


def problem_of(cents: Ints, channel: Sequence[str], slots: Sequence[Slot], accounts: Accounts, order: Ints) -> Problem:
    """What has to be decided.

    Parameters
    ----------
    cents : (n, k) of :func:`hundredths`. channel : of each action. order : positions of the rows that take part, the
        first among equals first; the rows of one customer are one customer of the problem.
    """
    k = cents.shape[1]
    channels = np.array(channel, dtype=np.str_)
    scarce = list(dict.fromkeys(slot.channel for slot in slots))
    groups = [np.flatnonzero(channels == name) for name in scarce]
    groups.append(np.flatnonzero(~np.isin(channels, np.array(scarce, dtype=np.str_))))
    _, first, of = np.unique(accounts.customer_id[order], return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))[of]  # number of each row's customer, in the order of its first row
    m = len(first)
    best = np.zeros((len(groups), m), dtype=np.int64)
    cell = np.full((len(groups), m), -1, dtype=np.int64)
    for g, actions in enumerate(groups):
        if not len(actions) or not len(order):
            continue
        mine = cents[np.ix_(order, actions)]
        at = mine.argmax(axis=1)
        top = mine[np.arange(len(order)), at]
        chosen = np.lexsort(
            [np.arange(len(order)), -top, rank]
        )  # of each customer the best row, the first among equals
        chosen = chosen[np.unique(rank[chosen], return_index=True)[1]]
        some = top[chosen] > 0
        best[g, some] = top[chosen][some]
        cell[g, some] = (order[chosen] * k + actions[at[chosen]])[some]
    base = best[-1]
    takes = np.array([slot.takes(accounts.take(order[np.sort(first)])) for slot in slots], dtype=bool).reshape(
        len(slots), m
    )
    which = np.array([scarce.index(slot.channel) for slot in slots], dtype=np.int64)
    gain = np.where(takes, np.maximum(best[which] - base, 0), 0).T if slots else np.zeros((m, 0), dtype=np.int64)
    waited = np.zeros(m, dtype=np.int64)
    np.maximum.at(waited, rank, accounts.waited[order])
    return Problem(
        base,
        np.ascontiguousarray(gain),
        np.array([slot.capacity for slot in slots], dtype=np.int64),
        waited,
        cell[-1],
        np.ascontiguousarray(cell[which].T) if slots else np.full((m, 0), -1, dtype=np.int64),
    )
