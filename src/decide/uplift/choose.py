"""Which action is taken: the one worth most, and now and then one by chance, its propensity known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import PaybenchError
from .sample import NONE

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Chosen:
    """Choices of n rows among k actions and nothing.

    Attributes
    ----------
    action : (n,) position of the action, -1 = nothing. propensity : (n,) chance with which just this was chosen.
    explored : (n,) whether chance chose. propensities : (n, k + 1) of every action, the last column of nothing, so
        that ``propensities[row, action]`` is right for -1 too; each row sums to 1.
    """

    action: NDArray[np.int64]
    propensity: Floats
    explored: NDArray[np.bool_]
    propensities: Floats


def choose(
    values: object,
    permitted: object,
    usual: object,
    explore: float,
    seed: int = 0,
    uniform: object = None,
) -> Chosen:
    """Choose for each row, never what is not permitted.

    Parameters
    ----------
    values : (n, k) expected value of each action against nothing, in money; NaN = not known, None = none is known.
    permitted : (n, k) bool. usual : (n,) position of the policy's own action, -1 = nothing.
    explore : share of rows whose choice is uniform over what is permitted and nothing; in [0, 1).
    seed : of the numbers drawn. uniform : (n, 2) numbers in [0, 1) to be used instead.

    Returns
    -------
    Chosen. Without exploring it is the action of the greatest known value if that is above 0, the first of several
    equal ones; otherwise the usual action if its value is not known; otherwise nothing. Where nothing is permitted, it
    is nothing with propensity 1.

    Raises
    ------
    PaybenchError
        If shapes differ, or ``explore`` is outside [0, 1).
    """
    may = np.asarray(permitted, dtype=bool)
    if may.ndim != 2:
        raise PaybenchError(f"'permitted' has the shape {may.shape}; give one row per decision, one column per action.")
    n, k = may.shape
    worth = np.full((n, k), np.nan) if values is None else np.asarray(values, dtype=np.float64)
    own = np.asarray(usual, dtype=np.int64)
    draws = np.random.default_rng(seed).random((n, 2)) if uniform is None else np.asarray(uniform, dtype=np.float64)
    if worth.shape != (n, k) or own.shape != (n,) or draws.shape != (n, 2):
        raise PaybenchError(
            f"For {n} rows and {k} actions, values have the shape {worth.shape}, usual actions {own.shape} and uniform "
            f"numbers {draws.shape}; they have to be {(n, k)}, {(n,)} and {(n, 2)}."
        )
    if not 0 <= explore < 1:
        raise PaybenchError(f"explore is {explore}; give a share from 0 up to, but not including, 1.")
    if own.size and not (own.min() >= NONE and own.max() < k):
        raise PaybenchError(f"A usual action is none of the {k} positions and not -1 for nothing; give its position.")
    rows = np.arange(n)
    wanted = np.append(may, np.ones((n, 1), dtype=bool), axis=1)
    best = _best(worth, may, own)
    options = wanted.sum(axis=1)
    chance = wanted * (explore / options)[:, None]
    chance[rows, best] += 1.0 - explore
    idle = options == 1
    chance[idle, NONE] = 1.0
    explored = (draws[:, 0] < explore) & ~idle
    nth = np.minimum((draws[:, 1] * options).astype(np.int64), options - 1)
    # The nth of what is wanted, in the order of the columns; nothing is the last.
    place = (np.cumsum(wanted, axis=1) <= nth[:, None]).sum(axis=1)
    drawn = np.where(place == k, NONE, place)
    action = np.where(explored, drawn, best)
    return Chosen(action, chance[rows, action], explored, chance)


def _best(worth: Floats, may: NDArray[np.bool_], usual: NDArray[np.int64]) -> NDArray[np.int64]:
    """Position of what would be done without chance."""
    n, k = may.shape
    rows = np.arange(n)
    if not k:
        return np.full(n, NONE)
    known = may & ~np.isnan(worth)
    held = np.where(known, worth, -np.inf)
    first = held.argmax(axis=1)
    best = np.where(held[rows, first] > 0, first, NONE)
    # Nothing is known to be worth its cost. The usual action, if nothing is known about it, is the policy's business.
    unknown = (usual != NONE) & may[rows, usual] & ~known[rows, usual]
    return np.where((best == NONE) & unknown, usual, best)
