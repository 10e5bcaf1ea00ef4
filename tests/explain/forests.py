"""LightGBM models by draw: trained ones, and ones written down directly, which reach what training seldom does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import lightgbm as lgb
import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEATURES = 7
SET = FEATURES - 1
"""The last feature's splits are sets of categories."""
TOUCHY = [
    np.nan,
    0.0,
    -0.0,
    np.inf,
    -np.inf,
    1e-36,
    -1e-36,
    1e-35,
    3e-35,
    1e300,
    -1e300,
    -0.5,
    2.5,
    -3.0,
    4e9,
    63.0,
    64.0,
]
NUMBERS = np.array([-2.0, -1.0, -0.25, -1.0000000180025095e-35, 1.0000000180025095e-35, 0.1, 1 / 3, 1.0, 2.0])


@dataclass(frozen=True)
class Drawn:
    """A model and rows to explain."""

    booster: lgb.Booster
    X: Floats = field(repr=False)

    @property
    def contributions(self) -> Floats:
        """What LightGBM says."""
        if not len(self.X):
            return np.zeros((0, self.booster.num_model_per_iteration() * (self.X.shape[1] + 1)))
        return np.asarray(self.booster.predict(self.X, pred_contrib=True, num_threads=1))


def written(trees: list[str], outputs: int = 1, features: int = FEATURES, more: str = "") -> str:
    """The text of a model of these trees."""
    parts = [f"Tree={i}\n{tree}\n\n\n" for i, tree in enumerate(trees)]
    names, infos = (" ".join([x] * features) for x in ("{}", "none"))
    head = [
        "tree",
        "version=v4",
        f"num_class={outputs}",
        f"num_tree_per_iteration={outputs}",
        "label_index=0",
        f"max_feature_idx={features - 1}",
        f"objective={'regression' if outputs == 1 else f'multiclass num_class:{outputs}'}",
        *([more] if more else []),
        "feature_names=" + names.format(*(f"f{i}" for i in range(features))),
        "feature_infos=" + infos,
        "tree_sizes=" + " ".join(str(len(part)) for part in parts),
    ]
    return (
        "\n".join(head)
        + "\n\n"
        + "".join(parts)
        + "end of trees\n\nfeature_importances:\n\nparameters:\nend of parameters\n"
    )


def tree_text(rng: np.random.Generator, leaves: int, deep: float, features: int = FEATURES) -> str:
    """A tree grown by splitting leaves at random; ``deep`` is the chance that the newest leaf is split."""
    values = rng.normal(size=leaves).round(3)
    if leaves == 1:
        return f"num_leaves=1\nnum_cat=0\nleaf_value={values[0]}\nleaf_count=9\nis_linear=0\nshrinkage=1"
    left: list[int] = []
    right: list[int] = []
    parent = {0: (-1, 0)}
    for node in range(leaves - 1):
        leaf = node if rng.random() < deep else int(rng.integers(node + 1))
        above, side = parent[leaf]
        if above >= 0:
            (left, right)[side][above] = node
        left.append(~leaf)
        right.append(~(node + 1))
        parent[leaf], parent[node + 1] = (node, 0), (node, 1)
    kinds, thresholds, bounds, words = [], [], [0], []
    split = rng.integers(features, size=leaves - 1)
    for feature in split:
        if feature == features - 1:
            kinds.append(1)
            thresholds.append(len(bounds) - 1)
            words += [int(w) for w in rng.integers(2**32, size=rng.integers(1, 4))]
            bounds.append(len(words))
        else:
            kinds.append(int(rng.integers(3)) << 2 | int(rng.integers(2)) << 1)
            thresholds.append(float(rng.choice(NUMBERS)))
    counts = rng.integers(1, 50, size=leaves)
    inside = np.zeros(leaves - 1, dtype=int)
    for node in reversed(range(leaves - 1)):
        inside[node] = sum(inside[child] if child >= 0 else counts[~child] for child in (left[node], right[node]))
    lines: dict[str, Any] = {
        "split_feature": split,
        "split_gain": np.ones(leaves - 1),
        "threshold": thresholds,
        "decision_type": kinds,
        "left_child": left,
        "right_child": right,
        "leaf_value": values,
        "leaf_weight": counts,
        "leaf_count": counts,
        "internal_value": np.zeros(leaves - 1),
        "internal_weight": inside,
        "internal_count": inside,
    }
    if words:
        lines |= {"cat_boundaries": bounds, "cat_threshold": words}
    said = "\n".join(f"{name}=" + " ".join(format(x, ".17g") for x in entries) for name, entries in lines.items())
    return f"num_leaves={leaves}\nnum_cat={len(bounds) - 1}\n{said}\nis_linear=0\nshrinkage=1"


def rows(rng: np.random.Generator, n: int, features: int = FEATURES) -> Floats:
    """Rows at, beside and far from thresholds, and of all that is no number."""
    X = rng.choice(NUMBERS, size=(n, features))
    X = np.where(rng.random(X.shape) < 0.2, np.nextafter(X, rng.choice([-9, 9], size=X.shape)), X)
    X = np.where(rng.random(X.shape) < 0.3, rng.normal(size=X.shape), X)
    X[:, -1] = rng.integers(-2, 100, size=n)
    return np.where(rng.random(X.shape) < 0.2, rng.choice(TOUCHY, size=X.shape), X)


@st.composite
def written_models(draw: st.DrawFn, most_leaves: int = 40, features: int = FEATURES) -> Drawn:
    """Trees of any shape and any kinds of splits, one or more outputs, from one row on (or none)."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    outputs = draw(st.sampled_from([1, 1, 1, 3]))
    sizes = draw(st.lists(st.integers(1, most_leaves), min_size=1, max_size=4))
    deep = draw(st.sampled_from([0.0, 0.5, 0.9, 1.0]))
    trees = [tree_text(rng, leaves, deep, features) for leaves in sizes for _ in range(outputs)]
    more = draw(st.sampled_from(["", "average_output"]))
    text = written(trees, outputs, features, more)
    return Drawn(lgb.Booster(model_str=text), rows(rng, draw(st.sampled_from([0, 1, 7, 150])), features))


@st.composite
def trained_models(draw: st.DrawFn) -> Drawn:
    """Small models as LightGBM trains them, on columns of all sorts, one of them constant."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n = 300
    X = rng.normal(size=(n, FEATURES)).round(1)
    X[:, 2] = 1.0
    X[:, 3] = rng.poisson(0.7, size=n)
    X[:, SET] = rng.integers(0, draw(st.sampled_from([3, 60])), size=n)
    X[rng.random(X.shape) < draw(st.sampled_from([0.0, 0.2]))] = np.nan
    signal = np.nan_to_num(X[:, 0] * X[:, 1] + X[:, 3]) + (np.nan_to_num(X[:, SET]) % 3 == 1)
    objective = draw(st.sampled_from(["regression", "binary", "multiclass"]))
    cuts = {"regression": [], "binary": [1.0], "multiclass": [0.0, 1.5]}[objective]
    noisy = signal + rng.normal(size=n) * 0.5
    parameters = {
        "objective": objective,
        "num_leaves": draw(st.sampled_from([2, 8, 31])),
        "max_depth": draw(st.sampled_from([-1, 3])),
        "min_data_in_leaf": draw(st.sampled_from([1, 20, 200])),
        "min_data_per_group": 5,
        "cat_smooth": 1.0,
        "max_cat_to_onehot": draw(st.sampled_from([1, 4])),
        "use_missing": draw(st.booleans()),
        "zero_as_missing": draw(st.booleans()),
        "extra_trees": draw(st.booleans()),
        "boosting": draw(st.sampled_from(["gbdt", "rf", "dart"])),
        "bagging_freq": 1,
        "bagging_fraction": 0.7,
        "learning_rate": 0.3,
        "seed": 1,
        "num_threads": 1,
        "verbose": -1,
    } | ({"num_class": 3} if objective == "multiclass" else {})
    label = np.digitize(noisy, cuts) if cuts else noisy
    data = lgb.Dataset(X, label, categorical_feature=[SET], params={"verbose": -1})
    booster = lgb.train(parameters, data, draw(st.integers(1, 6)))
    other = rows(rng, draw(st.sampled_from([5, 120])))
    return Drawn(booster, np.vstack([X[: draw(st.integers(1, 20))], other]))
