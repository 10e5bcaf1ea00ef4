"""Leaves in groups that share a table of what each pattern of satisfied conditions contributes.

The *state* of a row in a group is a number that says which conditions of the group's leaves it satisfies. It is linear
in the answers to "is the code above the bound?", each with a weight, so a row finds its line of the table by adding.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .leaves import Forest, Leaf, Tree

Arrays = dict[str, NDArray[Any]]
WIDE = 4
"""Features looked up together: lines of 32 bytes are copied at once."""
DENSE, SPARSE, STATELESS = range(3)
"""Kinds of groups: with a table; computed for the states that occur; with more states than a number can tell."""
NEIGHBOURS = 6
"""Groups further apart than this in the order of a tree are not tried together."""


@dataclass(frozen=True)
class Group:
    """Leaves that share a table.

    Attributes
    ----------
    labels : per column, the cells' classes: rows from cells of one class satisfy the same conditions of these leaves.
    states : how many combinations of classes there are. features : all on the leaves' paths.
    """

    leaves: list[Leaf]
    labels: dict[int, tuple[int, ...]]
    states: int
    features: frozenset[int]
    cost: float

    @classmethod
    def of(cls, leaves: list[Leaf], labels: dict[int, tuple[int, ...]], states: int, features: frozenset[int]) -> Group:
        """With its cost in nanoseconds a row, roughly: codes to compare, features to look up and add."""
        steps = sum(a != b for cells in labels.values() for a, b in pairwise(cells))
        return cls(leaves, labels, states, features, 1 + 0.4 * steps + 0.5 * len(features))


def groups(tree: Tree, states: int) -> list[Group]:
    """Groups of a tree's leaves, each of at most so many states; a leaf that has more by itself is alone.

    Whole subtrees come first; then neighbours, those first that save most.
    """
    subtrees = {place: [_alone(leaf, tree)] for place, leaf in enumerate(tree.leaves)}
    for new, left, right in tree.joins:
        a, b = subtrees.pop(left), subtrees.pop(right)
        both = _together(a[0], b[0], states) if len(a) == len(b) == 1 else None
        subtrees[new] = [both] if both else a + b
    (order,) = subtrees.values()
    found = dict(enumerate(order))
    gains: dict[tuple[int, int], tuple[float, Group]] = {}
    pairs = _pairs(list(found))
    while True:
        for i, j in pairs:
            if both := _together(found[i], found[j], states):
                gains[i, j] = (found[i].cost + found[j].cost - both.cost, both)
        if not gains:
            return list(found.values())
        i, j = max(gains, key=lambda pair: (gains[pair][0], -pair[0], -pair[1]))
        new, both = max(found) + 1, gains[i, j][1]
        found = {new if n == i else n: both if n == i else group for n, group in found.items() if n != j}
        gains = {pair: gain for pair, gain in gains.items() if not {i, j} & set(pair)}
        pairs = [pair for pair in _pairs(list(found)) if new in pair]


def _pairs(order: list[int]) -> list[tuple[int, int]]:
    return [(i, j) for n, i in enumerate(order) for j in order[n + 1 : n + 1 + NEIGHBOURS]]


def _alone(leaf: Leaf, tree: Tree) -> Group:
    labels = {c: _numbered(_bits(mask, len(tree.bounds[c]) + 1)) for c, mask in leaf.masks.items()}
    labels = {column: cells for column, cells in labels.items() if max(cells)}
    return Group.of([leaf], labels, 1 << len(labels), frozenset(leaf.ratios))


def _together(a: Group, b: Group, states: int) -> Group | None:
    """One group of both, or None where it has too many states; leaves that have too many join without adding states."""
    if (a.states > states) != (b.states > states):
        return None
    limit = max(states, a.states, b.states)
    labels, product = dict(a.labels), 1
    for column, cells in b.labels.items():
        labels[column] = _numbered(zip(labels[column], cells, strict=True)) if column in labels else cells
    for cells in labels.values():
        product *= max(cells) + 1
        if product > limit:
            return None
    return Group.of(a.leaves + b.leaves, labels, product, a.features | b.features)


def _bits(mask: int, cells: int) -> list[int]:
    return [mask >> cell & 1 for cell in range(cells)]


def _numbered(cells: Iterable[Hashable]) -> tuple[int, ...]:
    """Equal ones get equal numbers, from 0 in the order in which they first appear."""
    numbers: dict[Hashable, int] = {}
    return tuple(numbers.setdefault(cell, len(numbers)) for cell in cells)


def plan(forest: Forest, states: int) -> Arrays:
    """Groups, steps and paths as flat arrays; ``*_at`` say where the entries of each column, group, leaf, part begin.

    Returns
    -------
    dict: columns (feature, kind) and thresholds; values_at per tree; groups (tree, kind, states); per group its steps
    (column, bound, weight), looks (numbers of blocks), and leaves (places in the values); blocks (four features, or
    -1); per leaf its players (features), their ratios, and parts (player, column, stride); per part its members, which
    say by class whether the condition is satisfied.
    """
    flat = {name: _Ragged(width) for name, width in _WIDTHS.items()}
    flat["columns"].add(forest.columns)
    for thresholds in forest.thresholds:
        flat["thresholds"].add(thresholds.tolist())
    values_at = np.cumsum([0, *(len(tree.values) for tree in forest.trees)])
    for t, tree in enumerate(forest.trees):
        found = groups(tree, states)
        blocks = _blocks([group.features for group in found])
        for group in found:
            kind = DENSE if group.states <= states else SPARSE if group.states < 2**62 else STATELESS
            flat["groups"].add([(t, kind, 0 if kind == STATELESS else group.states)])
            strides, stride = {}, 1
            for column, cells in group.labels.items():
                strides[column] = stride
                stride *= 1 if kind == STATELESS else max(cells) + 1
            flat["steps"].add(
                (column, bound, strides[column] * (after - before))
                for column, cells in group.labels.items()
                for bound, (before, after) in zip(tree.bounds[column], pairwise(cells), strict=True)
                if before != after
            )
            flat["looks"].add(
                len(flat["blocks"].entries) + b for b, block in enumerate(blocks) if group.features & set(block)
            )
            flat["leaves"].add(int(values_at[t]) + leaf.place for leaf in group.leaves)
            for leaf in group.leaves:
                players = list(leaf.ratios)
                flat["players"].add(players)
                flat["ratios"].add(leaf.ratios.values())
                flat["parts"].add((players.index(forest.columns[c][0]), c, strides.get(c, 0)) for c in leaf.masks)
                for column, mask in leaf.masks.items():
                    cells = group.labels.get(column, (0,))
                    flat["members"].add(mask >> cells.index(label) & 1 for label in range(max(cells) + 1))
        flat["blocks"].add([*block, *[-1] * (WIDE - len(block))] for block in blocks)
    arrays = {"values_at": values_at}
    for name, ragged in flat.items():
        arrays |= ragged.arrays(name)
    return arrays


_WIDTHS = {
    "columns": 2,
    "thresholds": 0,
    "groups": 3,
    "steps": 3,
    "looks": 0,
    "leaves": 0,
    "blocks": WIDE,
    "players": 0,
    "ratios": 0,
    "parts": 3,
    "members": 0,
}


class _Ragged:
    """Lists of different lengths, one after the other."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.entries: list[Any] = []
        self.at = [0]

    def add(self, entries: Iterable[Any]) -> None:
        self.entries.extend(entries)
        self.at.append(len(self.entries))

    def arrays(self, name: str) -> Arrays:
        kinds = {"thresholds": np.float64, "ratios": np.float64, "members": np.bool_}
        arrays: NDArray[Any] = np.array(self.entries, dtype=kinds.get(name, np.int64))
        return {name: arrays.reshape(-1, self.width) if self.width else arrays, f"{name}_at": np.array(self.at)}


def _blocks(features: Sequence[frozenset[int]]) -> list[list[int]]:
    """A tree's features in blocks of four, such that few blocks hold those of a group."""
    users = {f: {g for g, own in enumerate(features) if f in own} for f in sorted(frozenset().union(*features))}
    left, blocks = list(users), []
    while left:
        block = [max(left, key=lambda f: len(users[f]))]
        left.remove(block[0])
        together = set(users[block[0]])
        while left and len(block) < WIDE:
            block.append(max(left, key=lambda f: len(users[f] & together) - len(users[f] - together)))
            left.remove(block[-1])
            together |= users[block[-1]]
        blocks.append(block)
    return blocks
