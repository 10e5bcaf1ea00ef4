"""LightGBM's trees as what each split rules out: bits, one per leaf.

A split that sends a row to the right rules out the leaves on its left, and the leaf reached is the leftmost one that no
split rules out (QuickScorer: Lucchese et al. 2015). So splits may be answered in any order, and each where its answer
is the same for many rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_LEAVES = 64
"""Leaves of a tree at most: one bit each."""

_ZERO = float(np.float32(1e-35))
"""Up to here LightGBM takes a number for zero."""

_NO_MISSING, _ZERO_IS_MISSING, _NAN_IS_MISSING = range(3)


class Question(NamedTuple):
    """What a column is asked: how its values become codes, so that a split only compares a code with a bound.

    ``categories`` of a split that sends these to the left; otherwise numbers, ``missing`` by LightGBM's type, which go
    to the left or to the right.
    """

    column: int
    missing: int
    missing_left: bool
    categories: tuple[int, ...] | None


class Split(NamedTuple):
    """Codes above ``bound`` go to the right, which rules out the leaves ``left`` (bits)."""

    question: int
    bound: int
    left: int


@dataclass(frozen=True)
class Tree:
    """A tree: its splits, and (leaves + 1,) the values of its leaves from left to right after one that is not used."""

    splits: list[Split]
    values: Floats


@dataclass(frozen=True)
class Trees:
    """All trees of a model of one output, and what they ask.

    Attributes
    ----------
    thresholds : of each question, ascending; of categories none.
    """

    questions: list[Question]
    thresholds: list[Floats]
    trees: list[Tree]

    @cached_property
    def word(self) -> type[np.unsignedinteger[Any]]:
        """Integers with a bit for each leaf."""
        return np.uint32 if max((len(t.values) for t in self.trees), default=0) <= 33 else np.uint64

    def codes(self, question: int, values: NDArray[Any]) -> NDArray[np.unsignedinteger[Any]]:
        """The codes of values of a question's column, in their shape."""
        asked, thresholds = self.questions[question], self.thresholds[question]
        x = values.astype(np.float64)
        if asked.categories is not None:
            known = np.ones(max(asked.categories, default=-1) + 2, np.uint8)
            known[np.array(asked.categories, dtype=np.intp) + 1] = 0
            with np.errstate(invalid="ignore"):
                return known[np.where((x > -1) & (x < len(known) - 1), x, -1.0).astype(np.intp) + 1]
        code = np.uint8 if len(thresholds) < 2**8 - 2 else np.uint16 if len(thresholds) < 2**16 - 2 else np.uint32
        nothing = ~(np.abs(x) > _ZERO)
        found: NDArray[np.unsignedinteger[Any]] = (np.searchsorted(thresholds, np.where(nothing, 0.0, x)) + 1).astype(
            code
        )
        if asked.missing != _NO_MISSING:
            missing = np.isnan(x) if asked.missing == _NAN_IS_MISSING else nothing
            found[missing] = 0 if asked.missing_left else np.iinfo(code).max
        return found


def read_trees(text: str) -> Trees | None:
    """Read the trees of a LightGBM model of one output; None if they are not such as can be told by bits."""
    head, *parts = text.split("\nTree=")
    raw = [_fields(part) for part in parts]
    if _fields(head).get("num_tree_per_iteration") != "1" or "average_output" in _fields(head):
        return None
    if any(t.get("is_linear", "0") != "0" or int(t["num_leaves"]) > MOST_LEAVES for t in raw):
        return None
    asked = [_asked(tree) for tree in raw]
    known: dict[Question, set[float]] = {}
    for own in asked:
        for question, threshold in own:
            known.setdefault(question, set()).update([] if question.categories is not None else [threshold])
    questions = sorted(known, key=lambda q: (q.column, q.missing, q.missing_left, q.categories or ()))
    thresholds = [np.array(sorted(known[q])) for q in questions]
    number = {q: i for i, q in enumerate(questions)}
    return Trees(questions, thresholds, [_tree(t, own, number, thresholds) for t, own in zip(raw, asked, strict=True)])


def _fields(part: str) -> dict[str, str]:
    """The lines ``name=value`` of a part of the text up to a blank one."""
    return {name: value for name, _, value in (line.partition("=") for line in part.split("\n\n")[0].split("\n"))}


def _integers(text: str) -> list[int]:
    return [int(number) for number in text.split()]


def _asked(tree: dict[str, str]) -> list[tuple[Question, float]]:
    """What each split of a tree asks, and its threshold."""
    words, starts = _integers(tree.get("cat_threshold", "")), _integers(tree.get("cat_boundaries", ""))
    found = []
    for column, kind, threshold in zip(
        _integers(tree.get("split_feature", "")),
        _integers(tree.get("decision_type", "")),
        map(float, tree.get("threshold", "").split()),
        strict=True,
    ):
        if kind & 1:
            own = words[starts[int(threshold)] : starts[int(threshold) + 1]]
            members = tuple(32 * i + bit for i, word in enumerate(own) for bit in range(32) if word >> bit & 1)
            found.append((Question(column, _NO_MISSING, True, members), 0.0))
        else:
            missing = kind >> 2 & 3
            left = bool(kind & 2) or missing == _NO_MISSING
            found.append((Question(column, missing, left, None), threshold))
    return found


def _tree(
    raw: dict[str, str], asked: list[tuple[Question, float]], number: dict[Question, int], thresholds: list[Floats]
) -> Tree:
    leaf_values = [float(value) for value in raw["leaf_value"].split()]
    left, right = _integers(raw.get("left_child", "")), _integers(raw.get("right_child", ""))
    order: list[int] = []
    lefts: dict[int, int] = {}

    def walk(node: int) -> None:
        if node < 0:
            order.append(~node)
            return
        begin = len(order)
        walk(left[node])
        lefts[node] = ((1 << len(order) - begin) - 1) << begin
        walk(right[node])

    walk(0 if asked else -1)
    splits = []
    for node, (question, threshold) in enumerate(asked):
        q = number[question]
        bound = 0 if question.categories is not None else 1 + int(np.searchsorted(thresholds[q], threshold))
        splits.append(Split(q, bound, lefts[node]))
    return Tree(splits, np.array([np.nan, *(leaf_values[leaf] for leaf in order)]))


class Ruled:
    """The leaves that the splits on some columns rule out, tree by tree.

    Parameters
    ----------
    trees : all trees. columns : values of each column by its number, all of one shape.
    """

    def __init__(self, trees: Trees, columns: Mapping[int, NDArray[Any]]) -> None:
        asked = {
            q: columns[question.column] for q, question in enumerate(trees.questions) if question.column in columns
        }
        codes = {q: trees.codes(q, values) for q, values in asked.items()}
        self._splits = [
            [
                (codes[s.question], codes[s.question].dtype.type(s.bound), trees.word(s.left))
                for s in tree.splits
                if s.question in codes
            ]
            for tree in trees.trees
        ]
        shape = next(iter(columns.values())).shape
        self._above, self._gone = np.empty(shape, np.bool_), np.empty(shape, trees.word)

    def into(self, tree: int, out: NDArray[Any]) -> NDArray[Any]:
        """Join to ``out`` (of the columns' shape) what a tree's splits on these columns rule out."""
        for codes, bound, left in self._splits[tree]:
            np.greater(codes, bound, out=self._above)
            np.multiply(self._above.view(np.uint8), left, out=self._gone)
            np.bitwise_or(out, self._gone, out=out)
        return out
