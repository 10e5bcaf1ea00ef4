"""The trees of a LightGBM model as leaves with conditions.

A *column* is a feature as some of the splits see it: its sorted thresholds with one treatment of missing values, or one
set of categories. A row has a small *code* in every column: 0 where it is missing (or in the set), else one more than
the number of thresholds below it. Every split asks whether a code is above a *bound*; the bounds of one tree cut the
codes of a column into *cells*, and a leaf is reached from some of the cells of each of its columns.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import PaybenchError

Floats = NDArray[np.float64]

NO_MISSING, ZERO_IS_MISSING, NAN_IS_MISSING, CATEGORIES = range(4)
"""Kinds of columns; the first three are LightGBM's types of missing values."""


class Split(NamedTuple):
    """A split: left go the values up to the threshold, or the categories of a set; and maybe what is missing."""

    feature: int
    kind: int
    thresholds: tuple[float, ...]
    missing_left: bool


@dataclass(frozen=True)
class Leaf:
    """What a row has to satisfy to reach a leaf.

    Attributes
    ----------
    place : number of the leaf in its tree. masks : per column on its path, the cells it is reached from, as bits.
    ratios : per feature on its path, the share of training rows that the feature's splits let through.
    """

    place: int
    masks: dict[int, int]
    ratios: dict[int, float]


@dataclass(frozen=True)
class Tree:
    """One tree.

    Attributes
    ----------
    values : of the leaves, in LightGBM's order. leaves : from left to right. bounds : per column, ascending from 0.
    joins : (new, left, right) from the bottom up; leaves are numbered from left to right, subtrees after them.
    """

    values: list[float]
    leaves: list[Leaf]
    bounds: dict[int, list[int]]
    joins: list[tuple[int, int, int]]


@dataclass(frozen=True)
class Forest:
    """All trees of a model; ``columns`` are (feature, kind), and ``thresholds`` of a set are its categories."""

    features: int
    outputs: int
    averaged: bool
    columns: list[tuple[int, int]]
    thresholds: list[Floats]
    trees: list[Tree]


def read_forest(text: str) -> Forest:
    """Read the trees of a model from its text (``Booster.model_to_string()``), whose numbers are exact.

    Raises
    ------
    PaybenchError
        If the text is not a whole LightGBM model, its trees are linear, or no training row reached a split.
    """
    head, *parts = text.split("\nTree=")
    said = _fields(head)
    whole = text.startswith("tree\n") and "\nend of trees" in text
    if not whole or len(parts) != len(said.get("tree_sizes", "").split()):
        raise PaybenchError("This is not the whole text of a LightGBM model; give what model_to_string() returns.")
    raw = [_fields(part) for part in parts]
    if any(tree.get("is_linear", "0") != "0" for tree in raw):
        raise PaybenchError("Linear trees have no constant leaves, so no TreeSHAP tables; train without linear_tree.")
    splits = [_splits(tree) for tree in raw]
    columns, thresholds, number = _columns(split for own in splits for split in own)
    trees = [_tree(tree, own, thresholds, number) for tree, own in zip(raw, splits, strict=True)]
    outputs = int(said["num_tree_per_iteration"])
    return Forest(int(said["max_feature_idx"]) + 1, outputs, "average_output" in said, columns, thresholds, trees)


def _fields(part: str) -> dict[str, str]:
    """The lines ``name=value`` of a part of the text up to a blank one; a line may be a name only."""
    return {name: value for name, _, value in (line.partition("=") for line in part.split("\n\n")[0].split("\n"))}


def _integers(text: str) -> list[int]:
    return [int(number) for number in text.split()]


def _splits(tree: dict[str, str]) -> list[Split]:
    """The splits of a tree in LightGBM's order."""
    words, starts = _integers(tree.get("cat_threshold", "")), _integers(tree.get("cat_boundaries", ""))
    found = []
    for feature, kind, threshold in zip(
        _integers(tree["split_feature"]),
        _integers(tree["decision_type"]),
        map(float, tree["threshold"].split()),
        strict=True,
    ):
        if kind & 1:
            own = words[starts[int(threshold)] : starts[int(threshold) + 1]]
            members = tuple(float(32 * i + bit) for i, word in enumerate(own) for bit in range(32) if word >> bit & 1)
            found.append(Split(feature, CATEGORIES, members, True))
        else:
            missing = kind >> 2 & 3
            found.append(Split(feature, missing, (threshold,), bool(kind & 2) or missing == NO_MISSING))
    return found


def _columns(splits: Iterable[Split]) -> tuple[list[tuple[int, int]], list[Floats], dict[Hashable, int]]:
    """Feature and kind of each column, its sorted thresholds, and the number of a split's column."""
    found: dict[Any, set[float]] = {}
    for split in splits:
        found.setdefault(_column_of(split), set()).update(split.thresholds)
    keys = sorted(found)
    return [key[:2] for key in keys], [np.array(sorted(found[key])) for key in keys], {k: i for i, k in enumerate(keys)}


def _column_of(split: Split) -> Hashable:
    return split.feature, split.kind, split.thresholds if split.kind == CATEGORIES else ()


def _tree(raw: dict[str, str], splits: list[Split], thresholds: list[Floats], number: dict[Hashable, int]) -> Tree:
    values = [float(value) for value in raw["leaf_value"].split()]
    leaf_counts, counts = _integers(raw.get("leaf_count", "")), _integers(raw.get("internal_count", ""))
    if 0 in counts:
        raise PaybenchError("No training row reached a split of the model, so TreeSHAP has no weights for its sides.")
    columns = [number[_column_of(split)] for split in splits]
    codes = [
        0 if split.kind == CATEGORIES else 1 + int(np.searchsorted(thresholds[column], split.thresholds[0]))
        for split, column in zip(splits, columns, strict=True)
    ]
    bounds = {c: sorted({0, *(k for k, own in zip(codes, columns, strict=True) if own == c)}) for c in set(columns)}
    children = list(zip(_integers(raw["left_child"]), _integers(raw["right_child"]), strict=True))
    leaves: list[Leaf] = []
    places: dict[int, int] = {}
    order: list[int] = []
    stack: list[tuple[int, dict[int, int], dict[int, float]]] = [(0 if splits else -1, {}, {})]
    while stack:
        node, masks, ratios = stack.pop()
        if node < 0:
            places[node] = len(leaves)
            leaves.append(Leaf(~node, masks, ratios))
            continue
        order.append(node)
        split, column = splits[node], columns[node]
        cells = len(bounds[column]) + 1
        above = bounds[column].index(codes[node]) + 1
        left = (1 << above) - 1 if split.missing_left else (1 << above) - 2
        for child, side in zip(children[node][::-1], ((1 << cells) - 1 - left, left), strict=True):
            share = (counts[child] if child >= 0 else leaf_counts[~child]) / counts[node]
            mask = masks.get(column, (1 << cells) - 1) & side
            ratio = ratios.get(split.feature, 1.0) * share
            stack.append((child, masks | {column: mask}, ratios | {split.feature: ratio}))
    numbers = places | {node: len(leaves) + node for node in order}
    joins = [(numbers[node], *(numbers[child] for child in children[node])) for node in reversed(order)]
    return Tree(values, leaves, bounds, joins)  # type: ignore[arg-type]
