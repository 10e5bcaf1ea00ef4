"""The plan of a day: the best one, with whoever has waited too long first, and equals in a stated order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import PaybenchError
from .accounts import Flags, Ints
from .problem import FREE, Problem
from .transport import prices, short, solve


@dataclass(frozen=True)
class Floor:
    """Who has waited is served first, whatever it is worth, so that nobody is left out for good.

    Attributes
    ----------
    days : for which an account was ripe without a contact, from which on it has the right. share : of each slot's
        capacity (rounded up) that is kept for such accounts; 0 = no such right.
    """

    days: int = 30
    share: float = 0.25

    def __post_init__(self) -> None:
        if self.days < 0 or not 0 <= self.share <= 1:
            raise PaybenchError(
                f"The floor is {self.share} of the capacity from {self.days} days on; give a share between 0 and 1, "
                "and days from 0 on."
            )


@dataclass(frozen=True)
class Plan:
    """What is done.

    Attributes
    ----------
    place : (m,) slot of each customer, or FREE. price : (s,) what one more contact would bring, in hundredths.
    first : (m,) served because of the floor. given_up : what the floor costs, in hundredths.
    short : by how much at most the plan falls short of the best, in hundredths; 0 = proven the best.
    whole : whether every solution of HiGHS was whole by itself.
    """

    place: Ints
    price: Ints
    first: Flags
    given_up: int
    short: int
    whole: bool


def best_plan(problem: Problem, floor: Floor) -> Plan:
    """The plan of greatest value among those that serve whom the floor names.

    Among plans of equal value the one that serves whoever comes first among equals; what is equal even then is settled
    by the solver on customers in that same order, so that the order of the rows changes nothing.
    """
    gain, capacity = problem.gain, problem.capacity
    nobody = np.zeros(len(gain), dtype=bool)
    if not gain.any():
        return Plan(np.full(len(gain), FREE), np.zeros_like(capacity), nobody, 0, 0, True)
    open_ = gain > 0
    must, whole = _named(problem, open_, floor)
    place, one = solve(gain, open_, capacity, nobody)
    whole &= one
    given_up = 0
    if (place[must] == FREE).any():
        free = problem.worth(place)
        place, one = solve(gain, open_, capacity, must)
        whole &= one
        given_up = free - problem.worth(place)
    price = prices(gain, open_, capacity, must, place)
    off = short(gain, open_, capacity, must, place, price)
    if off == 0:
        place, one = _first_among_equals(problem, open_, must, place, price)
        whole &= one
    return Plan(place, price, must, given_up, off, whole)


def _named(problem: Problem, open_: Flags, floor: Floor) -> tuple[Flags, bool]:
    """Whom the floor serves: the longest waiting that fit into its share of the slots together.

    Sets that fit together are the independent sets of a matroid (a transversal one), in which any weights in this order
    lead to the same best set: the one that serves the longest waiting first, then who comes first among equals.
    """
    waits = (problem.base == 0) & open_.any(axis=1) & (problem.waited >= max(floor.days, 1))
    named = np.zeros(len(waits), dtype=bool)
    rows = np.flatnonzero(waits)
    if not len(rows) or floor.share == 0:
        return named, True
    weight = np.empty(len(rows), dtype=np.int64)
    weight[np.lexsort([-rows, problem.waited[rows]])] = np.arange(1, len(rows) + 1)
    kept = np.ceil(np.round(floor.share * problem.capacity, 9)).astype(np.int64)
    place, whole = solve(
        np.repeat(weight[:, None], len(kept), axis=1), open_[rows], kept, np.zeros(len(rows), dtype=bool)
    )
    named[rows[place != FREE]] = True
    return named, whole


def _first_among_equals(problem: Problem, open_: Flags, must: Flags, place: Ints, price: Ints) -> tuple[Ints, bool]:
    """Among the best plans (those on tight cells only) the one that serves the first among equals."""
    m = len(place)
    left = np.where(open_, problem.gain - price, np.iinfo(np.int64).min // 4)
    top = left.max(axis=1)
    each = np.where(must, top, np.maximum(top, 0))
    tight = open_ & (left == each[:, None])
    doubtful = tight.any(axis=1) & (each == 0) & ~must
    if not doubtful.any():
        return place, True
    weight = np.repeat(np.arange(m, 0, -1, dtype=np.int64)[:, None], problem.gain.shape[1], axis=1)
    served = must | (each > 0)
    return solve(weight, tight, problem.capacity, served, price > 0)
