"""A transportation problem by linear programming, and what proves its plan the best.

A plan gives each customer at most one slot and each slot at most its capacity. The matrix of these limits is that of a
bipartite graph, hence totally unimodular: with whole capacities every corner of the set of plans is whole, and HiGHS's
simplex ends at a corner (Hoffman and Kruskal 1956). That is not taken on trust: :func:`settled` makes a feasible whole
plan of whatever comes, and :func:`prices` finds integer prices from the plan alone, by which it is best or is not.
"""

from __future__ import annotations

import numpy as np

from ...errors import PaybenchError
from .accounts import Flags, Floats, Ints
from .problem import FREE

NONE = np.iinfo(np.int64).min // 4
"""Less than any sum of gains: there is no such move."""


def solve(gain: Ints, open_: Flags, capacity: Ints, must: Flags, full: Flags | None = None) -> tuple[Ints, bool]:
    """The best plan.

    Parameters
    ----------
    gain : (m, s). open_ : (m, s) cells that may be used. capacity : (s,). must : (m,) customers who have to get one.
    full : (s,) slots that have to be full; None = none.

    Returns
    -------
    (m,) slot of each customer or ``FREE``, and whether HiGHS's solution was whole.

    Raises
    ------
    PaybenchError
        If SciPy is missing, or HiGHS ends without a solution.
    """
    try:
        from scipy.optimize import linprog
        from scipy.sparse import csr_array
    except ImportError:
        raise PaybenchError(
            "A worklist needs SciPy, which is not installed: pip install 'paybench[workbench]'."
        ) from None
    unit, slot = np.nonzero(open_)
    if not len(unit):
        return np.full(len(gain), FREE), True
    cells = np.arange(len(unit))
    choices = np.bincount(unit, minlength=len(gain))
    tight = np.zeros(len(capacity), dtype=bool) if full is None else full
    # One cell alone is held to 1 by its bound, and a slot with room for all who want it by nothing.
    rows = np.flatnonzero((choices > 1) & ~must)
    slots = np.flatnonzero((np.bincount(slot, minlength=len(capacity)) > capacity) & ~tight)
    forced, filled = np.flatnonzero(must), np.flatnonzero(tight)

    def limits(of: Ints, among: Ints) -> csr_array:
        at = np.full(int(of.max()) + 1, -1)
        at[among[among < len(at)]] = np.flatnonzero(among < len(at))
        kept = at[of] >= 0
        return csr_array((np.ones(kept.sum()), (at[of[kept]], cells[kept])), shape=(len(among), len(cells)))

    from scipy.sparse import vstack

    most = vstack([limits(unit, rows), limits(slot, slots)], format="csr")
    just = vstack([limits(unit, forced), limits(slot, filled)], format="csr")
    found = linprog(
        -gain[unit, slot].astype(np.float64),
        A_ub=most if most.shape[0] else None,
        b_ub=np.concatenate([np.ones(len(rows)), capacity[slots]]) if most.shape[0] else None,
        A_eq=just if just.shape[0] else None,
        b_eq=np.concatenate([np.ones(len(forced)), capacity[filled]]) if just.shape[0] else None,
        bounds=(0, 1),
        method="highs",
    )
    if found.x is None:
        raise PaybenchError(f"HiGHS found no plan ({found.message}); please report this with the policy and the book.")
    share = np.zeros(gain.shape)
    share[unit, slot] = found.x
    whole = bool(np.abs(found.x - np.rint(found.x)).max() < 1e-6)
    return settled(share, gain, capacity), whole


def settled(share: Floats, gain: Ints, capacity: Ints) -> Ints:
    """A whole plan from shares of customers in slots: the largest first, then the larger gain; itself if whole."""
    unit, slot = np.nonzero(share > 1e-6)
    place = np.full(len(share), FREE)
    room = capacity.copy()
    first = np.lexsort([slot, unit, -gain[unit, slot], -np.round(share[unit, slot], 6)])
    for u, s in zip(unit[first].tolist(), slot[first].tolist(), strict=True):
        if place[u] == FREE and room[s] > 0:
            place[u], room[s] = s, room[s] - 1
    return place


def prices(gain: Ints, open_: Flags, capacity: Ints, must: Flags, place: Ints) -> Ints:
    """What one more contact in each slot would bring, (s,), in the unit of ``gain``, exactly.

    One more contact brings either a customer who gets none, or one from another slot, whose place is then free for a
    third: the longest path in a graph whose nodes are the slots (Bellman and Ford). In a best plan it has no cycle that
    gains, and the prices are the least of those that prove it the best (:func:`short`).
    """
    count = len(capacity)
    enter = np.zeros(count, dtype=np.int64)
    move = np.full((count, count), NONE)
    left = (place == FREE) & ~must
    if left.any():
        enter = np.maximum(np.where(open_[left], gain[left], 0).max(axis=0), 0)
    for a in range(count):
        mine = np.flatnonzero(place == a)
        if len(mine):
            move[a] = np.where(open_[mine], gain[mine] - gain[mine, a][:, None], NONE).max(axis=0)
    price = enter
    for _ in range(count):
        price = np.maximum(enter, (move + price[:, None]).max(axis=0, initial=0))
    used = np.bincount(place[place != FREE], minlength=count)
    return np.where(used < capacity, 0, price)


def short(gain: Ints, open_: Flags, capacity: Ints, must: Flags, place: Ints, price: Ints) -> int:
    """By how much at most a plan falls short of the best, in the unit of ``gain``; 0 proves it the best.

    Any prices from 0 on bound what any plan brings: the capacity at these prices, and for each customer what its best
    slot brings beyond its price (weak duality).
    """
    most = np.where(open_, gain - price, NONE).max(axis=1, initial=NONE)
    each = np.where(must, most, np.maximum(most, 0))
    some = np.flatnonzero(place != FREE)
    return int(each.sum()) + int(price @ capacity) - int(gain[some, place[some]].sum())
