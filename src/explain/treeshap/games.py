"""What the features contribute on a leaf, and the tables of groups of leaves."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .leaves import Floats
from .patterns import DENSE, WIDE, Arrays

Digits = Callable[[int, int, int], NDArray[Any]]
"""The classes of some rows in a column, from the column, its stride in the state, and the number of classes."""


def shapley(satisfied: NDArray[np.bool_], ratios: ArrayLike) -> Floats:
    """Shapley values of the game on a leaf of value 1.

    A feature joins at a random time t, so its value is the integral over t of what it adds to the product of the others
    at t. That is a polynomial, of which a Gauss-Legendre sum of (k + 1) // 2 terms is the exact integral.

    Parameters
    ----------
    satisfied : (k, n) whether rows satisfy a feature's conditions.
    ratios : (k,) shares of training rows that do, or (k, n) of n leaves.

    Returns
    -------
    (k, n) array.
    """
    k, n = satisfied.shape
    values = np.zeros((k, n))
    r = np.asarray(ratios, dtype=np.float64)
    r = r if r.ndim == 2 else r[:, None]
    gain = satisfied - r
    for time, weight in _gauss((k + 1) // 2):
        factors = r + time * gain
        product = np.full(n, weight)
        for factor in factors:
            product *= factor
        factors[factors == 0] = 1.0  # where the gain is 0, too
        values += product / factors
    values *= gain
    return values


@lru_cache
def _gauss(points: int) -> list[tuple[float, float]]:
    at, weights = np.polynomial.legendre.leggauss(max(1, points))
    return list(zip(((at + 1) / 2).tolist(), (weights / 2).tolist(), strict=True))


def starts(plan: Arrays) -> NDArray[np.int64]:
    """(looks + 1,) where the lines of each look-up begin among all lines."""
    _, kind, states = plan["groups"].T
    return np.concatenate([[0], np.cumsum(np.repeat(np.where(kind == DENSE, states, 0), np.diff(plan["looks_at"])))])


def lines(plan: Arrays, values: Floats) -> Floats:
    """(m, 4) the tables of all dense groups: group by group, block by block, a line per state."""
    begin = starts(plan)
    found = np.empty((begin[-1], WIDE))
    for group in np.flatnonzero(plan["groups"][:, 1] == DENSE):
        own = table(plan, values, group, digits_of(np.arange(plan["groups"][group, 2])), plan["groups"][group, 2])
        at = begin[plan["looks_at"][group]]
        found[at : at + own.size // WIDE] = own.reshape(-1, WIDE)
    return found


def digits_of(states: NDArray[np.int64]) -> Digits:
    """Classes from states."""
    return lambda column, stride, size: states // stride % size


def table(plan: Arrays, values: Floats, group: int, digits: Digits, n: int) -> Floats:
    """(blocks, n, 4) what a group contributes to its features on some rows, or in some states."""
    blocks = plan["blocks"][plan["looks"][plan["looks_at"][group] : plan["looks_at"][group + 1]]]
    found = np.zeros((len(blocks), n, WIDE))
    slots = {feature: found[b, :, s] for b, block in enumerate(blocks.tolist()) for s, feature in enumerate(block)}
    for leaf in range(plan["leaves_at"][group], plan["leaves_at"][group + 1]):
        players = slice(plan["players_at"][leaf], plan["players_at"][leaf + 1])
        features = plan["players"][players].tolist()
        satisfied = np.ones((len(features), n), bool)
        for part in range(plan["parts_at"][leaf], plan["parts_at"][leaf + 1]):
            player, column, stride = plan["parts"][part].tolist()
            members = plan["members"][plan["members_at"][part] : plan["members_at"][part + 1]]
            satisfied[player] &= members[digits(column, stride, len(members))] if stride else members[0]
        gained = _gained(satisfied, plan["ratios"][players])
        gained *= values[plan["leaves"][leaf]]
        for feature, own in zip(features, gained, strict=True):
            slots[feature] += own
    return found


def _gained(satisfied: NDArray[np.bool_], ratios: Floats) -> Floats:
    """:func:`shapley`, by pattern where there are fewer patterns than rows."""
    k, n = satisfied.shape
    if k > 16 or 1 << k >= n:
        return shapley(satisfied, ratios)
    bits = np.arange(k)[:, None]
    return shapley((np.arange(1 << k) >> bits & 1).astype(bool), ratios)[:, (satisfied << bits).sum(axis=0)]
