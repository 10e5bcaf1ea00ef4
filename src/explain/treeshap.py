"""Exact path-dependent TreeSHAP of LightGBM models from tables of patterns, with numpy alone.

On a row a leaf is a game: its value is paid if the row satisfies every condition on the leaf's path, and a feature that
is left out counts as the share of training rows that its conditions let through. What each feature contributes depends
only on *which* conditions are satisfied. So leaves that lie close together share one table, computed once, with a line
for every combination of answers; a row looks up one line per group of leaves (``docs/treeshap.md``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import lightgbm as lgb
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import PaybenchError
from .leaves import CATEGORIES, NAN_IS_MISSING, NO_MISSING, Forest, Group, groups, read_forest

Floats = NDArray[np.float64]

STATES = 1024
"""Lines of a table; a leaf that needs more is computed row by row."""
TILE = 4096
"""Rows at a time: what they need stays in the processor's cache."""
WIDE = 4
"""Features looked up together: lines of 32 bytes are copied at once."""
ZERO = float(np.float32(1e-35))
"""What LightGBM takes for zero."""
FORMAT = 1


def shapley(satisfied: NDArray[np.bool_], ratios: Sequence[float]) -> Floats:
    """Shapley values of the game on a leaf of value 1.

    A feature joins at a random time t, so a feature's value is the integral over t of what it adds to the product of
    the others at t. The integrand is a polynomial, and a Gauss-Legendre sum of (k + 1) // 2 terms is exact.

    Parameters
    ----------
    satisfied : (k, n) whether a row satisfies a feature's conditions. ratios : (k,) their training shares.

    Returns
    -------
    (k, n) array.
    """
    k, n = satisfied.shape
    values = np.zeros((k, n))
    r = np.asarray(ratios, dtype=np.float64)[:, None]
    gain = satisfied - r
    for time, weight in zip(*_gauss(max(1, (k + 1) // 2)), strict=True):
        factors = r + time * gain
        product = np.full(n, weight)
        for factor in factors:
            product *= factor
        factors[factors == 0] = 1.0  # only where the gain is 0, too
        values += product / factors
    values *= gain
    return values


@lru_cache
def _gauss(points: int) -> tuple[Floats, Floats]:
    at, weights = np.polynomial.legendre.leggauss(points)
    return (at + 1) / 2, weights / 2
