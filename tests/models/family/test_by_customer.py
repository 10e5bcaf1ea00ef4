"""Trees that are looked up customer by customer say what LightGBM says, to the last bit."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest

from paybench.features import Habits
from paybench.models.family import curve, daily
from paybench.models.family.by_customer import raw_scores
from paybench.models.family.curve import Curve, begin
from paybench.models.family.encode import Encoder
from paybench.models.family.trees import MOST_LEAVES, read_trees

FIRST, HORIZON = -20, 60
DAYS = HORIZON + 2 - FIRST


def rows(n: int, seed: int, dates: int = 1) -> tuple[pd.DataFrame, Habits]:
    """Invoices of customers who have some each, and their habits."""
    rng = np.random.default_rng(seed)
    customer = np.sort(rng.integers(0, max(n // 4, 1), n))
    each = int(customer.max()) + 1
    at = pd.Timestamp("2025-03-30") + pd.to_timedelta(rng.integers(0, dates, each)[customer] * 11, unit="D")
    paid = np.where(rng.random(each) < 0.2, np.nan, rng.integers(0, 90, each))[customer]
    X = pd.DataFrame(
        {
            "amount": np.where(rng.random(n) < 0.1, np.nan, rng.normal(0, 2, n).round(1)),
            "zero": rng.choice([0.0, 1e-40, -1.0, 1.0], n),
            "country": pd.array(rng.choice(["DE", "FR", "IT", "XX", None], n), dtype="str"),
            "days_to_due": rng.integers(-80, 90, n).astype(float),
            "days_since_payment": paid,
        },
        index=pd.MultiIndex.from_arrays([np.arange(n), customer, at], names=["invoice_id", "customer_id", "as_of"]),
    )
    counts = [rng.poisson(0.3, (each, width)).astype(np.float32)[customer] for width in (DAYS, DAYS, 7, 31)]
    counts[1] *= rng.random(each).astype(np.float32)[customer, None]
    return X, Habits(FIRST, *counts)


def grown(leaves: int, trees: int = 12, seed: int = 0) -> Curve:
    """A hazard whose trees have learned noise: they split on everything there is."""
    X, habits = rows(400, seed, dates=9)
    X = X[X["country"] != "XX"]
    habits = habits.take(np.flatnonzero(np.isin(np.arange(400), X.index.get_level_values("invoice_id"))))
    pooled = np.full(DAYS, 1 / DAYS)
    encoder = Encoder.fit(X)
    asked = daily.at_risk(begin(X, FIRST), np.full(len(X), HORIZON))
    seen = curve.matrix(encoder, X, habits, pooled, asked)
    rng = np.random.default_rng(seed)
    data = lgb.Dataset(
        seen,
        label=(rng.random(len(seen)) < 0.3).astype(float),
        feature_name=[*encoder.columns, *(f"day_{name}" for name in daily.NAMES)],
        categorical_feature=encoder.category_positions,
        params={"verbose": -1, "min_data_in_bin": 1},
    )
    settings = {"objective": "binary", "num_leaves": leaves, "min_data_in_leaf": 5, "seed": seed, "verbose": -1}
    settings |= {"num_threads": 1, "feature_fraction": 0.4, "min_sum_hessian_in_leaf": 0.0, "cat_smooth": 1.0}
    settings |= {"min_data_per_group": 1}
    text = lgb.train(settings, data, trees).model_to_string()
    return Curve(text, encoder, FIRST, pooled, np.zeros(5))


@pytest.mark.parametrize("leaves", [2, 32, 33, 64])
@pytest.mark.parametrize("dates", [1, 9])
def test_scores_equal_lightgbm_to_the_bit(leaves: int, dates: int) -> None:
    model = grown(leaves)
    trees = read_trees(model.text)
    assert trees is not None
    assert max(len(tree.values) - 1 for tree in trees.trees) == leaves
    X, habits = rows(500, 1, dates)
    looked = raw_scores(trees, model.encoder, X, habits, model.pooled, begin(X, FIRST))
    walked = model.walked(X, habits)
    # On every day on which an invoice may be paid; categories, missing values and zeros of all kinds among them.
    possible = np.arange(FIRST, HORIZON + 1) >= begin(X, FIRST)[:, None]
    assert possible.any(axis=1).any()
    assert not possible.all(axis=1).all()
    assert (looked[possible] == walked[possible]).all()


def test_trees_with_more_leaves_than_bits_are_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    model = grown(MOST_LEAVES + 20)
    X, habits = rows(200, 2)
    # LightGBM does it, and the numbers are what they are for few rows, which it does as well.
    assert read_trees(model.text) is None
    monkeypatch.setattr(curve, "_FEW", 10_000)
    few = model.predict(X, habits).mass
    monkeypatch.setattr(curve, "_FEW", 0)
    assert (model.predict(X, habits).mass == few).all()


@pytest.mark.parametrize("few", [0, 10_000])
def test_distributions_depend_on_their_own_row_alone(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model, (X, habits) = grown(32), rows(300, 3)
    monkeypatch.setattr(curve, "_FEW", 10_000)
    whole = model.predict(X, habits).mass
    monkeypatch.setattr(curve, "_FEW", few)
    for chunk in (1, 37, 300):
        monkeypatch.setattr(curve, "_CHUNK", chunk)
        some = np.random.default_rng(chunk).permutation(300)[:120]
        # Whatever rows stand beside it, in whatever order, whoever computes it.
        assert (model.predict(X.iloc[some], habits.take(some)).mass == whole[some]).all()


def test_a_table_without_dates_has_its_distributions_too() -> None:
    model, (X, habits) = grown(32), rows(100, 4)
    bare = X.reset_index(drop=True)
    trees = read_trees(model.text)
    assert trees is not None
    for table in (bare, bare.assign(days_since_payment=np.nan)):
        looked = raw_scores(trees, model.encoder, table, habits, model.pooled, begin(table, FIRST))
        walked = model.walked(table, habits)
        possible = np.arange(FIRST, HORIZON + 1) >= begin(table, FIRST)[:, None]
        assert (looked[possible] == walked[possible]).all()
