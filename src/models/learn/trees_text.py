"""Whether LightGBM's text of a model is whole, asked before LightGBM reads it.

LightGBM trusts what it reads: a text that was cut short, or a child that points nowhere, takes the process down. A
digest does not help against whoever can write one, so the text itself is read here, strictly: every tree lies where the
header says, has as many numbers as it has nodes and leaves, and is a tree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isfinite

_INTEGER = re.compile(r"-?\d{1,10}")
_NUMBER = re.compile(r"-?\d+(\.\d*)?(e[+-]?\d{1,3})?")
_THRESHOLD = re.compile(rf"{_NUMBER.pattern}|inf")
"""A split that only asks what is missing has no finite threshold."""
_AFTER = re.compile(
    r"end of trees\n\nfeature_importances:\n([^=\n]+=\d+\n)*\n"
    r"(parameters:\n(\[\w+: [^\n]*\]\n)*\nend of parameters\n)?(\npandas_categorical:null\n)?"
)
_OBJECTIVES = ("binary sigmoid:1", "regression")

_INTEGERS = {
    "nodes": ("split_feature", "decision_type", "left_child", "right_child", "internal_count"),
    "leaves": ("leaf_count",),
}
_NUMBERS = {
    "nodes": ("split_gain", "internal_value", "internal_weight"),
    "leaves": ("leaf_value", "leaf_weight"),
}


def check_trees(text: str, features: int) -> None:
    """See that a text is a whole LightGBM model that can be read and evaluated.

    Parameters
    ----------
    text : as ``Booster.model_to_string()`` gives it. features : columns that the model is to be given.

    Raises
    ------
    ValueError
        If it is cut short, has other columns, more than one output, linear trees, or a tree that is none.
    """
    head, separated, _ = text.partition("\n\n")
    if not (separated and text.isascii()):
        raise ValueError("the trees have no header")
    said = _fields(head, "the header")
    expected = {"num_class": "1", "num_tree_per_iteration": "1", "max_feature_idx": str(features - 1), "version": "v4"}
    for name, value in expected.items():
        if said.get(name) != value:
            raise ValueError(f"the header's {name} is {said.get(name, 'missing')}, not {value}")
    if said.get("objective") not in _OBJECTIVES:
        raise ValueError(f"the header's objective is none of {', '.join(_OBJECTIVES)}")
    for name in ("feature_names", "feature_infos"):
        if len(said.get(name, "").split(" ")) != features:
            raise ValueError(f"the header has not {features} {name}")
    place = len(head) + 2
    for number, size in enumerate(_integers(said.get("tree_sizes", ""), None, "the header's tree_sizes")):
        block = text[place : place + size]
        place += size
        name, _, body = block.partition("\n")
        if name != f"Tree={number}" or not block.endswith("\n\n\n"):
            raise ValueError(f"tree {number} is not where the header says")
        _check_tree(_fields(body[:-3], f"tree {number}"), features, f"tree {number}")
    if not _AFTER.fullmatch(text, place):
        raise ValueError("the text does not end as it should after its trees")


def _check_tree(tree: dict[str, str], features: int, where: str) -> None:
    (leaves,) = _integers(tree.get("num_leaves", ""), 1, f"{where}'s num_leaves")
    (sets,) = _integers(tree.get("num_cat", ""), 1, f"{where}'s num_cat")
    if leaves < 1 or sets < 0 or tree.get("is_linear") != "0":
        raise ValueError(f"{where} has {leaves} leaves, {sets} sets of categories, or leaves that are no constants")
    _numbers(tree.get("shrinkage", ""), 1, f"{where}'s shrinkage")
    size = {"nodes": leaves - 1, "leaves": leaves}
    if leaves == 1:  # a constant: LightGBM writes and reads its value, and leaves the rest empty
        _numbers(tree.get("leaf_value", ""), 1, f"{where}'s leaf_value")
        return
    found = {
        name: _integers(tree.get(name, ""), size[of], f"{where}'s {name}") for of in size for name in _INTEGERS[of]
    }
    for of, names in _NUMBERS.items():
        for name in names:
            _numbers(tree.get(name, ""), size[of], f"{where}'s {name}")
    if not all(0 <= feature < features for feature in found["split_feature"]):
        raise ValueError(f"{where} splits by a column that there is not")
    _check_children(found["left_child"], found["right_child"], leaves, where)
    thresholds = [
        float(word) for word in _words(tree.get("threshold", ""), leaves - 1, f"{where}'s threshold", _THRESHOLD)
    ]
    if sets:
        starts = _integers(tree.get("cat_boundaries", ""), sets + 1, f"{where}'s cat_boundaries")
        words = _integers(tree.get("cat_threshold", ""), starts[-1], f"{where}'s cat_threshold")
        if starts[0] != 0 or starts != sorted(set(starts)) or not all(0 <= word < 2**32 for word in words):
            raise ValueError(f"{where}'s sets of categories do not follow each other")
    for kind, threshold in zip(found["decision_type"], thresholds, strict=True):
        by_set = kind & 1
        if not 0 <= kind < 12 or (by_set and not (threshold.is_integer() and 0 <= threshold < sets)):
            raise ValueError(f"{where} has a decision of type {kind} with threshold {threshold:g}")


def _check_children(left: Sequence[int], right: Sequence[int], leaves: int, where: str) -> None:
    """Every node but the first and every leaf is the child of exactly one node, which comes before it."""
    if sorted([*left, *right]) != [k for k in range(-leaves, leaves - 1) if k != 0]:
        raise ValueError(f"{where} has a node or leaf that is nobody's child, or several nodes'")
    if any(0 <= child <= node for side in (left, right) for node, child in enumerate(side)):
        raise ValueError(f"{where} has a node that comes before its parent")


def _fields(text: str, where: str) -> dict[str, str]:
    """The lines ``name=value``, or a name only, each name once."""
    pairs = [line.partition("=") for line in text.split("\n")]
    found = {name: value for name, _, value in pairs}
    if len(found) != len(pairs) or "" in found:
        raise ValueError(f"{where} has an empty line, or one twice")
    return found


def _integers(text: str, count: int | None, where: str) -> list[int]:
    return [int(word) for word in _words(text, count, where, _INTEGER)]


def _numbers(text: str, count: int | None, where: str) -> list[float]:
    found = [float(word) for word in _words(text, count, where, _NUMBER)]
    if not all(map(isfinite, found)):
        raise ValueError(f"{where} has a number that is not finite")
    return found


def _words(text: str, count: int | None, where: str, shape: re.Pattern[str]) -> list[str]:
    words = text.split(" ") if text else []
    if count is not None and len(words) != count:
        raise ValueError(f"{where} has {len(words)} numbers instead of {count}")
    if not all(map(shape.fullmatch, words)):
        raise ValueError(f"{where} has something that is no number")
    return words
