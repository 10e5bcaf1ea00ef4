"""What the model is compared with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import parametrize_with_checks

from paybench.models.family.extra_trees import ExtraTreesHistograms
from paybench.models.family.quantiles import QuantileDays
from paybench.models.judge.rivals import EXTRA_TREES, QUANTILES, Rival, challenging, simple
from paybench.models.learn.folds import Book, Rows
from tests.models.books import planted


@pytest.fixture(scope="module")
def rivals(book: Book, rows: Rows) -> list[Rival]:
    return [*challenging(book, rows, 0, every=True), *simple(book, book.at, rows)]


@parametrize_with_checks([QuantileDays(), ExtraTreesHistograms(trees=10)])  # type: ignore[untyped-decorator]
def test_they_are_estimators_of_scikit_learn(estimator: BaseEstimator, check: Callable[[Any], None]) -> None:
    check(estimator)


def test_quantiles_rise_and_hold_what_they_say() -> None:
    X, y = planted(1200)
    y = y + np.random.default_rng(1).normal(0, 4, 1200)
    model = QuantileDays(seed=1).fit(X[:800], y[:800])
    said = model.predict_quantiles(X[800:])
    assert (np.diff(said, axis=1) >= 0).all()
    # Each quantile of the slow lies above that of the prompt, by about the 21 days that were planted.
    slow = (X["kind"] == "slow").to_numpy()[800:]
    assert np.median(said[slow], axis=0) - np.median(said[~slow], axis=0) == pytest.approx(21.0, abs=4.0)
    # The middle one is the prediction, and the outer ones hold about what they say.
    np.testing.assert_array_equal(model.predict(X[800:]), said[:, 1])
    held = (said[:, 0] <= y[800:]) & (y[800:] <= said[:, 2])
    assert 0.65 < held.mean() < 0.92
    # The same seed gives the same trees.
    np.testing.assert_array_equal(QuantileDays(seed=1).fit(X[:800], y[:800]).predict(X[800:]), said[:, 1])


def test_leaves_hold_the_days_of_their_kind() -> None:
    X, y = planted(800)
    y[::50] = 61.0
    model = ExtraTreesHistograms(60, trees=20).fit(X[:600], y[:600])
    said = model.predict_distribution(X[600:])
    # Shares add up to one, beyond the horizon and never included, and no day is impossible.
    np.testing.assert_allclose(said.mass.sum(axis=1) + said.never, 1.0)
    assert (said.mass[:, :61] > 0).all()
    # The planted kinds are told apart.
    slow = (X["kind"] == "slow").to_numpy()[600:]
    assert said.later_than(10)[slow].min() > 0.8
    assert np.median(said.later_than(10)[~slow]) < 0.1
    # Of nobody, nothing.
    assert len(model.predict_distribution(X[:0]).mass) == 0


def test_a_tree_of_one_leaf_is_everybody() -> None:
    X, y = planted(100)
    model = ExtraTreesHistograms(60, trees=3, min_leaf=100, prior=0.0).fit(X, y)
    shares = np.bincount(y.astype(int), minlength=62) / 100
    # Where nothing is split, everybody's shares per day late are what is said of each.
    np.testing.assert_allclose(model.predict_distribution(X).mass[:, :61], np.tile(shares[:61], (100, 1)), atol=1e-12)


def test_open_invoices_are_never_paid_before_today(book: Book, rivals: list[Rival]) -> None:
    origin = "2025-01-15"
    opened = book.open_at(origin)
    overdue = -opened.X["days_to_due"].to_numpy()
    assert (overdue > 0).any()
    for rival in rivals:
        said = rival.when_open(opened, 0, book.H)
        # Whoever says days says none that is over, and P(late) is a question of whole distributions only.
        assert said.days is None or (said.days >= np.minimum(overdue, book.H)).all(), rival.name
        assert (said.p_late is None) == (rival.distribution is None)


def test_days_beyond_the_horizon_are_capped_as_the_outcomes_are(book: Book, rows: Rows) -> None:
    slow = Rival("slow", days=lambda X: np.full(len(X), 75.0))
    for said in (slow.at_issue(rows, 0, book.H), slow.when_open(rows, 0, book.H)):
        assert said.days is not None
        assert (said.days == book.H).all()
        # Buckets reach farther than the horizon: 61 to 90 is the fourth.
        assert said.bucket is not None
        assert (said.bucket == 3).all()


def test_training_asks_the_quick_ones_only(book: Book, rows: Rows, rivals: list[Rival]) -> None:
    quick = {r.name for r in challenging(book, rows, 0)}
    # The rest is for the backtest, which has the time.
    assert {r.name for r in rivals} - quick >= {EXTRA_TREES, QUANTILES}
    assert quick.isdisjoint({EXTRA_TREES, QUANTILES})
