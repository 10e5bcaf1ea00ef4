"""Attributions as vector pictures: a beeswarm, and dependence on a feature's value."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from .vector import PLANE, Scale, dots, scale, stroke, upright

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

THIRDS = ("low", "middle", "high", "none")
"""Classes of dots: lowest, middle, highest third of a feature's values; missing, or a name."""
_COLUMNS, _LANES = 150, 13
"""Places beside and above each other in a strip."""


def thirds(values: Floats) -> Ints:
    """(n,) number of each value's class in :data:`THIRDS`; equal values share theirs, NaN has none.

    Examples
    --------
    >>> thirds(np.array([1.0, 2.0, 3.0, np.nan])).tolist()
    [0, 1, 2, 3]
    """
    known = np.isfinite(values)
    found = np.full(len(values), 3)
    if known.any():
        rank = (rankdata(values[known]) - 0.5) / known.sum()
        found[known] = np.minimum((3 * rank).astype(np.int64), 2)
    return found


def swarm(moved: Floats, level: Ints, across: Scale) -> dict[str, str]:
    """One strip of a beeswarm: paths by class of :data:`THIRDS`; the more dots at a place, the wider the swarm.

    Parameters
    ----------
    moved : (n,) attributions. level : (n,) :func:`thirds`. across : of the strip.
    """
    x = across(moved)
    column = x * _COLUMNS // (PLANE + 1)
    order = np.lexsort((level, column))
    first = np.searchsorted(column[order], column[order], side="left")
    rank = np.arange(len(order)) - first
    count = np.bincount(column, minlength=_COLUMNS)[column[order]]
    most = max(int(count.max(initial=1)), _LANES)
    y = np.empty(len(x), dtype=np.int64)
    y[order] = np.rint(PLANE / 2 + (rank - (count - 1) / 2) * 0.94 * PLANE / (most + 1)).astype(np.int64)
    return {name: dots(x[level == k], y[level == k]) for k, name in enumerate(THIRDS) if (level == k).any()}


def span(values: Floats, share: float = 0.01) -> tuple[float, float]:
    """Ends of what is shown of a feature's values: without the outermost hundredth on either side, if they are many."""
    known = values[np.isfinite(values)]
    if len(np.unique(known)) <= 12:
        return (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    low, high = np.quantile(known, [share, 1 - share])
    return float(low), float(high)


def cloud(x: Floats, y: Floats, across: Scale, up: Scale) -> str:
    """Dots of a dependence; what lies outside of the scale is left out."""
    inside = np.isfinite(x) & (x >= across.low) & (x <= across.high)
    return dots(across(x[inside]), upright(up(y[inside])))


def curve(x: Floats, y: Floats, across: Scale, up: Scale) -> str:
    """A line of dependence; of a single value a dot."""
    inside = (x >= across.low) & (x <= across.high)
    draw = stroke if inside.sum() > 1 else dots
    return draw(across(x[inside]), upright(up(y[inside])))


def room(*parts: Floats, count: int = 4) -> Scale:
    """A scale that holds all values of some arrays and 0, with a little room."""
    whole = np.concatenate([np.zeros(1), *parts])
    low, high = float(whole.min()), float(whole.max())
    margin = 0.04 * max(high - low, 0.5)
    return scale(low - margin, high + margin, count)
