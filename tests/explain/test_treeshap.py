"""TreeSHAP by tables: what any right implementation obeys, and that it is the same as others'."""

from __future__ import annotations

import io
import re
from fractions import Fraction
from itertools import combinations
from math import comb, factorial
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest
import shap
from hypothesis import given
from hypothesis import strategies as st

from paybench.errors import PaybenchError
from paybench.explain.treeshap import Tables, build, grouped, read_tables
from paybench.explain.treeshap.games import shapley
from paybench.explain.treeshap.leaves import Floats
from tests.explain.forests import FEATURES, Drawn, rows, trained_models, tree_text, written, written_models

CLOSE: dict[str, Any] = {"rtol": 1e-9, "atol": 1e-9}

models = st.one_of(written_models(), trained_models())


@given(models, st.sampled_from([2, 16, 1024]))
def test_equals_lightgbm(drawn: Drawn, states: int) -> None:
    # the contributions are those of LightGBM's own recursion, whatever fits into a table
    np.testing.assert_allclose(build(drawn.booster, states=states).contributions(drawn.X), drawn.contributions, **CLOSE)


@pytest.mark.filterwarnings("ignore:LightGBM binary classifier with TreeExplainer:UserWarning")
@given(trained_models())
def test_equals_shap(drawn: Drawn) -> None:
    # and those of the shap package
    values = build(drawn.booster).contributions(drawn.X)
    explainer = shap.TreeExplainer(drawn.booster)
    theirs = np.asarray(explainer.shap_values(drawn.X))
    np.testing.assert_allclose(by_output(values, drawn)[:, :, :-1], outputs_first(theirs), **CLOSE)


def by_output(values: Floats, drawn: Drawn) -> Floats:
    return values.reshape(len(values), drawn.booster.num_model_per_iteration(), drawn.X.shape[1] + 1)


def outputs_first(values: Floats) -> Floats:
    return values[:, None, :] if values.ndim == 2 else np.moveaxis(values, 2, 1)


@given(written_models(most_leaves=10, features=5))
def test_equals_the_definition(drawn: Drawn) -> None:
    # a Shapley value is the mean, over all orders in which features become known, of what this one adds when it does
    x, width = drawn.X[:2], drawn.X.shape[1]
    ours = by_output(build(drawn.booster).contributions(x), Drawn(drawn.booster, x))
    trees = [tree["tree_structure"] for tree in drawn.booster.dump_model()["tree_info"]]
    subsets = [frozenset(known) for size in range(width + 1) for known in combinations(range(width), size)]
    share = [factorial(s) * factorial(width - s - 1) / factorial(width) for s in range(width)]
    for i, row in enumerate(x):
        for output in range(ours.shape[1]):
            own = trees[output :: ours.shape[1]]
            value = {known: sum(expectation(tree, row, known) for tree in own) for known in subsets}
            for j in range(width):
                adds = [share[len(s)] * (value[s | {j}] - value[s]) for s in subsets if j not in s]
                assert ours[i, output, j] == pytest.approx(sum(adds), rel=1e-9, abs=1e-9)
            assert ours[i, output, -1] == pytest.approx(value[frozenset()], rel=1e-9, abs=1e-9)


def expectation(node: dict[str, Any], row: Floats, known: frozenset[int]) -> float:
    """The value of a tree of which only some features are known: elsewhere the training rows' mean of both sides."""
    if "split_feature" not in node:
        return float(node["leaf_value"])
    left, right = node["left_child"], node["right_child"]
    if node["split_feature"] in known:
        return expectation(left if goes_left(node, row[node["split_feature"]]) else right, row, known)
    n = {id(child): child.get("internal_count", child.get("leaf_count")) for child in (left, right)}
    total = sum(n.values())
    return sum(n[id(child)] / total * expectation(child, row, known) for child in (left, right))


def goes_left(node: dict[str, Any], x: float) -> bool:
    """LightGBM's rules, as its documentation tells them."""
    if node["decision_type"] == "==":
        return -1 < x < 2**31 and str(int(x)) in node["threshold"].split("||")
    if abs(x) <= 1.0000000180025095e-35 or (np.isnan(x) and node["missing_type"] != "NaN"):
        x = 0.0
    if np.isnan(x) or (node["missing_type"] == "Zero" and x == 0):
        return bool(node["default_left"])
    return bool(x <= node["threshold"])


@given(models)
def test_adds_up_to_the_prediction(drawn: Drawn) -> None:
    # a row's contributions and the expected value are its raw score
    if len(drawn.X):
        values = by_output(build(drawn.booster).contributions(drawn.X), drawn).sum(axis=2)
        raw = np.asarray(drawn.booster.predict(drawn.X, raw_score=True, num_threads=1)).reshape(values.shape)
        np.testing.assert_allclose(values, raw, **CLOSE)


@given(models, st.randoms(use_true_random=False))
def test_nothing_but_the_row_counts(drawn: Drawn, random: Any) -> None:
    # tiles, threads, the order of rows and other rows beside them do not change a bit
    tables = build(drawn.booster, states=random.choice([2, 16, 1024]))
    order = random.sample(range(len(drawn.X)), len(drawn.X))
    whole = tables.contributions(drawn.X)
    assert (whole[order] == tables.contributions(drawn.X[order], tile=random.choice([1, 9, 101, 149]), threads=2)).all()
    if order:
        assert (whole[order[:1]] == tables.contributions(drawn.X[order[:1]])).all()


@given(models)
def test_unused_features_get_nothing(drawn: Drawn) -> None:
    # what no tree asks for contributes exactly 0
    values = by_output(build(drawn.booster).contributions(drawn.X), drawn)
    said = re.findall("^split_feature=(.*)$", drawn.booster.model_to_string(), re.MULTILINE)
    used = {int(feature) for line in said for feature in line.split()}
    assert (values[:, :, [f for f in range(drawn.X.shape[1]) if f not in used]] == 0).all()


@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.9]))
def test_features_alike_get_alike(seed: int, deep: float) -> None:
    # where the model treats two features alike and the row has the same of both, they contribute the same
    text = tree_text(np.random.default_rng(seed), 12, deep, 4)
    split = next(line for line in text.split("\n") if line.startswith("split_feature="))
    other = split.translate(str.maketrans("01", "10"))
    X = rows(np.random.default_rng(seed + 1), 30, 4)
    X[:, 1] = X[:, 0]
    values = build(written([text, text.replace(split, other)], features=4)).contributions(X)
    np.testing.assert_allclose(values[:, 0], values[:, 1], **CLOSE)


@given(models, st.integers(0, 2**32))
def test_other_leaves_same_paths(drawn: Drawn, seed: int) -> None:
    # tables with other leaf values are those of a model with these leaves
    tables = build(drawn.booster)
    values = np.random.default_rng(seed).normal(size=len(tables.values))
    new = tables.with_leaves(values)
    other = lgb.Booster(model_str=drawn.booster.model_to_string())
    given_out = iter(values)
    for tree, info in enumerate(drawn.booster.dump_model()["tree_info"]):
        for leaf in range(info["num_leaves"]):
            other.set_leaf_output(tree, leaf, next(given_out))
    np.testing.assert_allclose(new.contributions(drawn.X), Drawn(other, drawn.X).contributions, **CLOSE)
    # and contributions are linear in the leaf values
    both = tables.with_leaves(tables.values + 2 * values).contributions(drawn.X)
    np.testing.assert_allclose(both, tables.contributions(drawn.X) + 2 * new.contributions(drawn.X), **CLOSE)


@given(models)
def test_saved_tables_are_the_same(drawn: Drawn) -> None:
    # what was saved and read gives the same bits
    tables, file = build(drawn.booster), io.BytesIO()
    tables.save(file)
    file.seek(0)
    read = read_tables(file, drawn.booster.model_to_string())
    assert (read.contributions(drawn.X) == tables.contributions(drawn.X)).all()
    assert (read.averaged, read.outputs, read.features) == (tables.averaged, tables.outputs, tables.features)


@given(models)
def test_families_add_up(drawn: Drawn) -> None:
    # features in families: each family's share is the sum of its features'
    values = build(drawn.booster).contributions(drawn.X)
    odd, even = range(1, values.shape[1], 2), range(0, values.shape[1], 2)
    np.testing.assert_allclose(grouped(values, [odd, even]).sum(axis=1), values.sum(axis=1), **CLOSE)


@pytest.mark.parametrize("features", [3, 16, 40, 90])
def test_paths_of_any_length(features: int) -> None:
    # a tree that splits its newest leaf again and again, on a hundred levels; LightGBM's recursion loses digits there
    rng = np.random.default_rng(features)
    text = written([tree_text(rng, 101, 0.97, features)], features=features)
    drawn = Drawn(lgb.Booster(model_str=text), rows(rng, 150, features))
    tables = build(drawn.booster)
    values = tables.contributions(drawn.X)
    np.testing.assert_allclose(values, drawn.contributions, rtol=1e-9, atol=1e-9 if features < 90 else 1e-7)
    np.testing.assert_allclose(
        values.sum(axis=1), drawn.booster.predict(drawn.X, raw_score=True, num_threads=1), **CLOSE
    )
    assert (tables.contributions(drawn.X[:9]) == values[:9]).all()


@given(st.integers(1, 60), st.integers(0, 2**32))
def test_game_in_fractions(k: int, seed: int) -> None:
    # the sum over all coalitions, by their size, in exact arithmetic
    rng = np.random.default_rng(seed)
    satisfied, parts = rng.random(k) < 0.8, rng.integers(1, 64, size=k)
    ratios = [Fraction(int(part), 64) for part in parts]
    values = shapley(satisfied[:, None], parts / 64)[:, 0]
    j = int(rng.integers(k))
    by_size = [Fraction(1)]  # the summed products of the coalitions of each size, without j
    for known, r in [(known, r) for i, (known, r) in enumerate(zip(satisfied, ratios, strict=True)) if i != j]:
        without, with_it = [r * x for x in by_size] + [Fraction(0)], [Fraction(0)] + [int(known) * x for x in by_size]
        by_size = [a + b for a, b in zip(without, with_it, strict=True)]
    mean = sum(x / comb(k - 1, size) for size, x in enumerate(by_size)) / k
    assert values[j] == pytest.approx(float((int(satisfied[j]) - ratios[j]) * mean), rel=1e-12, abs=1e-300)


@given(st.integers(1, 24), st.integers(0, 2**32))
def test_game_on_a_leaf(k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    satisfied, ratios = rng.random((k, 50)) < 0.8, rng.random(k)
    values = shapley(satisfied, ratios)
    # what all features pay together is what knowing all of them changes
    np.testing.assert_allclose(values.sum(axis=0), satisfied.all(axis=0) - ratios.prod(), **CLOSE)
    # a satisfied condition never lowers a leaf's value, an unsatisfied one never raises it
    assert ((values >= 0) == satisfied).all()


def test_random_forests_are_sums() -> None:
    # LightGBM predicts the mean of a random forest's trees; contributions are of their sum, as pred_contrib's
    rng = np.random.default_rng(0)
    text = written([tree_text(rng, 9, 0.5) for _ in range(5)], more="average_output")
    tables, X = build(text), rows(rng, 20)
    assert tables.averaged
    mean = tables.contributions(X).sum(axis=1) / tables.iterations
    np.testing.assert_allclose(mean, lgb.Booster(model_str=text).predict(X), **CLOSE)


def tables_of(seed: int) -> tuple[Tables, str]:
    text = written([tree_text(np.random.default_rng(seed), 9, 0.5)])
    return build(text), text


def test_tables_belong_to_their_model(tmp_path: Path) -> None:
    tables, text = tables_of(0)
    tables.save(tmp_path / "tables.npz")
    with pytest.raises(PaybenchError, match="built from another model's text, or by another version; build them again"):
        read_tables(tmp_path / "tables.npz", tables_of(1)[1])
    assert read_tables(tmp_path / "tables.npz", text).sha256 == tables.sha256


def test_what_cannot_be_explained_is_refused() -> None:
    tables, text = tables_of(0)
    with pytest.raises(PaybenchError, match=f"shape \\(3, 2\\); give a table of {FEATURES} columns"):
        tables.contributions(np.zeros((3, 2)))
    with pytest.raises(PaybenchError, match=r"shape \(2,\); give 9, one per leaf"):
        tables.with_leaves([1.0, 2.0])
    with pytest.raises(PaybenchError, match="not the whole text of a LightGBM model"):
        build(text[: len(text) // 2])
    with pytest.raises(PaybenchError, match="train without linear_tree"):
        build(text.replace("is_linear=0", "is_linear=1"))
    counts = next(line for line in text.split("\n") if line.startswith("internal_count="))
    with pytest.raises(PaybenchError, match="No training row reached a split"):
        build(text.replace(counts, "internal_count=" + " ".join("0" * 8)))


def test_the_page_is_true() -> None:
    # the example of docs/treeshap.md runs as it stands
    page = (Path(__file__).parents[2] / "docs" / "treeshap.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"<!-- run -->\n```python\n(.*?)```", page, re.DOTALL)
    exec(compile(example, "docs/treeshap.md", "exec"), {})
