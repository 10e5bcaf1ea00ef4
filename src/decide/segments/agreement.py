"""How far two ways to put the same things into groups agree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.generic]


def adjusted_rand(one: Labels, other: Labels) -> float:
    """Adjusted Rand index (Hubert and Arabie 1985): 1 = the same groups, 0 = as much as chance would make agree.

    Parameters
    ----------
    one, other : (n,) labels of the same things; what the labels are called does not matter.
    """
    a, b = (np.unique(labels, return_inverse=True)[1].reshape(-1) for labels in (one, other))
    table = np.zeros((int(a.max(initial=-1)) + 1, int(b.max(initial=-1)) + 1))
    np.add.at(table, (a, b), 1.0)
    together, rows, columns = (_pairs(counts) for counts in (table, table.sum(axis=1), table.sum(axis=0)))
    all_pairs = _pairs(np.array([float(len(a))]))
    chance = rows * columns / all_pairs if all_pairs else 0.0
    most = (rows + columns) / 2
    return 1.0 if most == chance else float((together - chance) / (most - chance))


def jaccard(one: Labels, other: Labels, label: object) -> float:
    """Of the things that either way puts under a label, the share that both do; NaN where neither does."""
    a, b = one == label, other == label
    either = int((a | b).sum())
    return float((a & b).sum() / either) if either else float("nan")


def _pairs(counts: NDArray[np.float64]) -> float:
    return float((counts * (counts - 1) / 2).sum())
