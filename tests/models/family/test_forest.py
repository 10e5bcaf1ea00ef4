"""A forest with a histogram per leaf."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest

from paybench.models.family.distribution import shrunk, spread
from paybench.models.family.forest import Forest
from paybench.models.family.histogram_forest import HistogramForest
from paybench.models.family.tail import tail_mass
from paybench.models.learn.folds import Book, Rows

NONE = np.zeros(0)


@pytest.fixture(scope="module")
def model(book: Book, rows: Rows) -> HistogramForest:
    return HistogramForest(horizon=book.H, trees=12).fit(rows.X, rows.y, tail=book.tail(book.at))


@pytest.fixture(scope="module")
def forest(model: HistogramForest) -> Forest:
    return model.forest_


@pytest.fixture(scope="module")
def matrix(model: HistogramForest, rows: Rows) -> np.ndarray:
    return model.encoder_.transform(rows.X)[:200]


def test_a_prediction_is_the_mean_of_its_leaves(forest: Forest, matrix: np.ndarray) -> None:
    leaf = np.asarray(lgb.Booster(model_str=forest.structure).predict(matrix[:25], pred_leaf=True), dtype=np.int64)
    said = forest.predict(matrix[:25])
    for row in range(25):
        histograms = [forest.leaves[forest.offsets[tree] + leaf[row, tree]] for tree in range(forest.trees)]
        mean = np.mean(histograms, axis=0)
        # Up to the horizon: what the leaves hold, tree by tree.
        assert said.mass[row, : len(mean) - 1] == pytest.approx(mean[:-1])
        # Beyond it: their last bin, spread over the tail.
        assert said.mass[row, len(mean) - 1 :] == pytest.approx(mean[-1] * forest.tail)


def test_a_leaf_keeps_what_fell_into_it(book: Book, rows: Rows) -> None:
    model = HistogramForest(horizon=book.H, trees=3, prior=1e-9).fit(rows.X, rows.y)
    forest = model.forest_
    matrix = model.encoder_.transform(rows.X)
    leaf = np.asarray(forest.booster.predict(matrix, pred_leaf=True), dtype=np.int64)
    for tree in range(3):
        for number in np.unique(leaf[:, tree])[:10]:
            mine = rows.y[leaf[:, tree] == number].astype(np.int64) - forest.first
            counted = np.bincount(mine, minlength=forest.leaves.shape[1]) / len(mine)
            # The share of training rows per day late; with next to no prior, nothing else.
            assert forest.leaves[forest.offsets[tree] + number] == pytest.approx(counted, abs=1e-6)


def test_it_is_a_distribution(forest: Forest, matrix: np.ndarray) -> None:
    said = forest.predict(matrix)
    # Every day is possible, all together are at most one (leaves are stored in single precision).
    assert (said.mass > 0).all()
    assert (said.mass.sum(axis=1) <= 1 + 1e-6).all()
    # Each leaf's shares sum to one.
    assert forest.leaves.sum(axis=1) == pytest.approx(np.ones(len(forest.leaves)), abs=1e-6)


def test_no_rows_are_predicted(forest: Forest, matrix: np.ndarray) -> None:
    # Nobody to predict for is no error, and keeps the days.
    assert forest.predict(matrix[:0]).mass.shape == (0, forest.predict(matrix[:1]).mass.shape[1])


def test_one_row_is_predicted_as_among_many(forest: Forest, matrix: np.ndarray) -> None:
    alone = np.concatenate([forest.predict(matrix[i : i + 1]).mass for i in range(10)])
    # A row's prediction does not depend on the company that it is in.
    np.testing.assert_array_equal(alone, forest.predict(matrix[:10]).mass)


def test_a_row_that_is_all_missing(forest: Forest, matrix: np.ndarray) -> None:
    said = forest.predict(np.full((1, matrix.shape[1]), np.nan))
    # A customer of whom nothing is known still gets a distribution.
    assert 0 < said.later_than(0)[0] < 1


def test_an_unseen_category_is_a_missing_one(model: HistogramForest, rows: Rows) -> None:
    some = rows.X.head(20)
    unseen = model.predict_distribution(some.assign(country="XX"))
    missing = model.predict_distribution(some.assign(country=pd.Series(None, index=some.index, dtype="str")))
    # A country that training did not know says nothing.
    np.testing.assert_array_equal(unseen.mass, missing.mass)


def test_features_that_never_vary_leave_what_everybody_does(rows: Rows, book: Book) -> None:
    numbers = {c: 1.0 for c in rows.X.columns if c != "country"}
    same = rows.X.assign(**numbers, country="NL")
    model = HistogramForest(horizon=book.H, trees=5).fit(same, rows.y)
    said = model.predict_distribution(same.head(3))
    counted = np.bincount((rows.y - said.first).astype(np.int64)) / len(rows)
    # Without anything to split on, each prediction is the share of all rows per day.
    assert said.mass[0, : book.H + 1 - said.first] == pytest.approx(counted[:-1], abs=1e-3)


def test_two_rows_are_enough_to_grow(rows: Rows) -> None:
    said = HistogramForest(horizon=30, trees=3).fit(rows.X.head(2), rows.y[:2]).predict_distribution(rows.X.head(5))
    # Hardly any evidence, still a distribution.
    assert (said.mass.sum(axis=1) <= 1 + 1e-6).all()


def test_the_last_bin_is_spread_over_the_tail() -> None:
    tail = tail_mass(NONE, NONE, 2)
    said = spread(0, np.array([[0.5, 0.2, 0.1, 0.2]]), tail)
    # Up to the horizon as it was, beyond it as payment goes on, the rest never.
    assert said.later_than(2) == pytest.approx([0.2])
    assert said.never == pytest.approx([0.2 * (1 - tail.sum())])
    assert said.last == 365


def test_counts_are_shrunk_toward_everybody() -> None:
    pooled = np.array([0.5, 0.3, 0.2])
    counts = np.array([[0.0, 0.0, 0.0], [2.0, 0.0, 0.0], [8000.0, 0.0, 0.0]])
    said = shrunk(counts, 0, pooled, 8.0, np.array([1.0]))
    # By hand: (counts + 8 x pooled) / (number + 8).
    assert said.mass[0] == pytest.approx(pooled)
    assert said.mass[1] == pytest.approx([(2 + 4) / 10, 2.4 / 10, 1.6 / 10])
    # With much evidence only that is left.
    assert said.mass[2] == pytest.approx([1.0, 0.0, 0.0], abs=1e-3)
