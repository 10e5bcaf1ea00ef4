"""The peer of the best plan: the most valuable contact first, while there is room."""

from __future__ import annotations

import numpy as np

from .plan import Plan
from .problem import FREE, Problem
from .transport import prices, short


def greedy_plan(problem: Problem) -> Plan:
    """What taking contacts by value, the largest first, leads to; equals in the order of the customers, then of slots.

    It takes no account of a floor; its prices prove nothing but by how much it falls short at most.
    """
    m, s = problem.gain.shape
    total = np.column_stack(
        [problem.base[:, None], np.where(problem.gain > 0, problem.gain + problem.base[:, None], 0)]
    )
    unit, option = np.nonzero(total > 0)
    place = np.full(m, FREE)
    done = np.zeros(m, dtype=bool)
    room = [m, *problem.capacity.tolist()]
    for at in np.lexsort([option, unit, -total[unit, option]]).tolist():
        u, o = int(unit[at]), int(option[at])
        if not done[u] and room[o] > 0:
            done[u], place[u] = True, o - 1
            room[o] -= 1
    nobody, open_ = np.zeros(m, dtype=bool), problem.gain > 0
    if not s:
        return Plan(place, np.zeros(0, dtype=np.int64), nobody, 0, 0, True)
    price = prices(problem.gain, open_, problem.capacity, nobody, place)
    return Plan(place, price, nobody, 0, short(problem.gain, open_, problem.capacity, nobody, place, price), True)
