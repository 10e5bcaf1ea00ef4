"""Attributions are exact, and the words follow their sign."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shap

from paybench.explain import reasons
from paybench.explain.attributions import attributions
from paybench.explain.reasons import LEAST, with_overdue
from paybench.features import at_issue, labels, open_on
from paybench.ledger import Ledger, as_of
from paybench.models.family.distribution import expit, logit
from paybench.models.family.late import LateDirect
from paybench.models.learn.bundle import DAY_BY_DAY, Bundle
from paybench.models.learn.calibrate import Calibrator
from tests.explain.conftest import AS_OF


@pytest.fixture(scope="module")
def X(book: Ledger) -> pd.DataFrame:
    return open_on(book, AS_OF)


def shapley(tree: dict[str, Any], row: np.ndarray) -> np.ndarray:
    """Shapley values of one tree for one row by their definition: every coalition of features, one by one.

    Features outside a coalition are averaged out along the tree, by how many training rows went each way.
    """
    n = len(row)
    value = {s: expected(tree, row, s) for k in range(n + 1) for s in combinations(range(n), k)}
    values = np.zeros(n)
    for s in value:
        for j in set(range(n)) - set(s):
            weight = factorial(len(s)) * factorial(n - len(s) - 1) / factorial(n)
            values[j] += weight * (value[tuple(sorted((*s, j)))] - value[s])
    return values


def expected(node: dict[str, Any], row: np.ndarray, known: tuple[int, ...]) -> float:
    """The mean of a tree's leaves that a row reaches, knowing only some of its features."""
    if "leaf_value" in node:
        return float(node["leaf_value"])
    sides = [node["left_child"], node["right_child"]]
    if node["split_feature"] in known:
        return expected(sides[not goes_left(node, row[node["split_feature"]])], row, known)
    counts = [side.get("internal_count", side.get("leaf_count")) for side in sides]
    means = [expected(side, row, known) for side in sides]
    return float(np.average(means, weights=counts))


def goes_left(node: dict[str, Any], value: float) -> bool:
    """LightGBM's rule for numbers, missing values and categories."""
    if node["decision_type"] == "==":
        return bool(value >= 0) and str(int(value)) in node["threshold"].split("||")
    if np.isnan(value):
        return bool(node["default_left"]) if node["missing_type"] == "NaN" else node["threshold"] >= 0.0
    return bool(value <= node["threshold"])


def test_attributions_are_shapley_values(book: Ledger, X: pd.DataFrame) -> None:
    # Numbers, missing values and categories.
    names = ["late_share", "days_since_payment", "country", "amount", "overdue_count"]
    rows = at_issue(as_of(book, AS_OF))
    facts = labels(book, rows, AS_OF)
    ripe = facts["days_late_capped"].notna().to_numpy()
    model = LateDirect(rounds=4, leaves=12).fit(rows.loc[ripe, names], facts.loc[ripe, "late"])
    late = model.booster_
    matrix = model.encoder_.transform(pd.concat([X[names].head(6), rows[names].head(6)]))
    assert np.isnan(matrix).any()
    assert any("==" in str(tree) for tree in late.dump_model()["tree_info"])

    # What the bundle calls an attribution is the Shapley value by its definition, tree by tree.
    trees = [info["tree_structure"] for info in late.dump_model()["tree_info"]]
    by_definition = [np.sum([shapley(tree, row) for tree in trees], axis=0) for row in matrix]
    exact = np.asarray(late.predict(matrix, pred_contrib=True))
    np.testing.assert_allclose(exact[:, :-1], by_definition, rtol=0, atol=1e-9)
    np.testing.assert_allclose(exact.sum(axis=1), late.predict(matrix, raw_score=True), rtol=0, atol=1e-9)


def test_attributions_are_those_of_shap(book: Ledger, forest: Bundle, X: pd.DataFrame) -> None:
    assert forest.late is not None
    assert forest.late_encoder is not None
    plain = replace(forest, late_calibrator=Calibrator())
    rows = plain.seen(book, X)
    ours, base = attributions(plain, rows), attributions(plain, rows)["base"].to_numpy()
    explainer = shap.TreeExplainer(forest.late)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that older versions gave a list
        values = 0.5 * explainer.shap_values(forest.late_encoder.transform(X))
    in_time = X["days_to_due"].to_numpy() >= -forest.grace_days
    hazard = np.where(in_time, 0.5 * (logit(rows[DAY_BY_DAY].to_numpy()) - logit(np.array([forest.usual]))), 0.0)

    # shap sees the same classifier in log-odds, half of which counts; the hazard is the other half. (shap lets LightGBM
    # compute; the test above is a second opinion.) In probability each is its share of the way from base to P(late).
    parts = np.column_stack([values, hazard])
    start = 0.5 * explainer.expected_value + 0.5 * logit(np.array([forest.usual]))
    assert base == pytest.approx(expit(np.full(len(X), start[0])))
    way = plain.p_late(rows) - base
    share = parts / parts.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(ours.drop(columns="base"), share * way[:, None], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("calibrator", [Calibrator(), Calibrator(0.4, 0.8)])
def test_attributions_add_up(book: Ledger, forest: Bundle, X: pd.DataFrame, calibrator: Calibrator) -> None:
    bundle = replace(forest, late_calibrator=calibrator)
    grace = int(bundle.about["grace_days"])
    in_time = X["days_to_due"].to_numpy() >= -grace

    # Base and contributions are the P(late) that is served, wherever it is still a question.
    late = bundle.predict(book, X).later_than(grace)
    said = attributions(bundle, bundle.seen(book, X)).sum(axis=1)
    np.testing.assert_allclose(said[in_time], late[in_time], rtol=0, atol=1e-9)


def test_direction_of_the_words_is_that_of_the_sign(book: Ledger, forest: Bundle, X: pd.DataFrame) -> None:
    X = forest.seen(book, X)
    said = attributions(forest, X)
    table = reasons(X, said, forest.about["averages"])
    points = table.map(lambda text: float(re.search(r": ([+-][\d.]+) points?\.$", text)[1]) if text else 0.0)

    # The weightiest reason comes first, and small ones are not spoken of.
    size = points.abs().to_numpy()
    assert (np.diff(size, axis=1) <= 0).all()
    assert (size[size > 0] >= 100 * LEAST - 0.05).all()

    # One feature alone decides: the reason names its value and has its sign.
    for sign in (1, -1):
        alone = said.drop(columns="base") * 0.0
        alone["late_share"] = 0.2 * sign
        (reason,) = set(reasons(X.assign(late_share=0.75), alone, {"late_share": 0.5})["reason_1"])
        assert (
            reason == f"Share of its invoices paid late so far: 75 % (book: 50 %): {'+' if sign > 0 else '-'}20 points."
        )


def test_the_age_of_what_is_late_already_is_no_reason_besides(X: pd.DataFrame) -> None:
    alone = pd.DataFrame(0.0, index=X.index, columns=X.columns).drop(columns=["country", "currency"])
    alone = alone.assign(days_to_due=0.3, workdays_to_due=0.1, late_share=0.05)
    late = X["days_to_due"].to_numpy() < 0
    assert 0 < late.sum() < len(X)
    said = reasons(X, alone, {}, late)
    # One reason of two where the invoice is in time, and none where it is late.
    assert said["reason_1"].str.contains("40 points").to_numpy().tolist() == (~late).tolist()
    assert said["reason_1"][late].str.contains("5 points").all()
    assert (said["reason_2"][late] == "").all()


def test_being_overdue_is_said_first() -> None:
    table = pd.DataFrame({"reason_1": ["a", "a"], "reason_2": ["b", "b"], "reason_3": ["c", "c"]}).astype("str")

    # Only where the grace days are over, and the rest moves down.
    assert with_overdue(table, np.array([3, 1]), 1).to_numpy().tolist() == [
        ["Unpaid 3 days after its due date.", "a", "b"],
        ["a", "b", "c"],
    ]
