"""Ranks and the ridge regression on them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.uplift.ranked import Line, Ranks, unseen


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60), st.lists(st.floats(-2e6, 2e6), min_size=2, max_size=20))
def test_ranks_keep_the_order_and_their_bounds(known: list[float], asked: list[float]) -> None:
    ranks = Ranks.of(np.array([*known, 3e6])[:, None], ())
    column = np.sort(np.array(asked))
    found = ranks.basis(column[:, None])[:, 0]
    assert (np.diff(found) >= -1e-12).all()
    assert (np.abs(found) <= 1).all()


def test_missing_is_the_middle_and_categories_are_columns() -> None:
    matrix = np.column_stack([np.arange(101.0), np.arange(101) % 3])
    matrix[7, 0] = np.nan
    basis = Ranks.of(matrix, (1,)).basis(matrix)
    assert basis.shape == (101, 4)
    assert basis[7, 0] == 0
    np.testing.assert_allclose(basis[[0, 50, 100], 0], [-1, 0, 1], atol=0.03)
    assert (basis[:, 1:].sum(axis=1) == 1).all()
    # A category that was not known, and one that is missing, is none of them.
    assert Ranks.of(matrix, (1,)).basis(np.array([[1.0, 9.0], [1.0, np.nan]]))[:, 1:].sum() == 0
    # A column without differences tells nothing.
    assert (
        Ranks.of(np.ones((5, 1)), ()).basis(np.ones((5, 1))).tolist() == [[0.0]] * 5
        or not Ranks.of(np.ones((5, 1)), ()).basis(np.ones((5, 1))).size
    )


def test_the_ridge_regression_is_that_of_scikit_learn() -> None:
    from sklearn.linear_model import Ridge

    rng = np.random.default_rng(0)
    basis, weight = rng.uniform(-1, 1, (200, 3)), rng.uniform(0.5, 2, 200)
    target = basis @ [1.0, -2.0, 0.5] + rng.normal(size=200)
    line = Line.fit(basis, target, weight, ridge=0.3)
    spread = sum(np.cov(column, aweights=weight, bias=True) for column in basis.T) * weight.sum()
    peer = Ridge(alpha=0.3 * float(spread)).fit(basis, target, sample_weight=weight)
    np.testing.assert_allclose(line.coefficients, peer.coef_)
    np.testing.assert_allclose(
        line.predict(basis), peer.predict(basis) - np.average(peer.predict(basis), weights=weight)
    )


def test_lines_of_folds_are_those_that_are_fitted_on_the_other_rows() -> None:
    rng = np.random.default_rng(1)
    basis, target = rng.uniform(-1, 1, (300, 4)), rng.normal(size=300)
    weight, fold = rng.uniform(0.5, 2, 300) * (rng.random(300) < 0.6), rng.integers(0, 5, 300)
    said, whole = unseen(basis, target, weight, fold, 0.3)
    for k in range(5):
        other = Line.fit(basis[fold != k], target[fold != k], weight[fold != k], 0.3)
        np.testing.assert_allclose(said[fold == k], other.predict(basis[fold == k]), atol=1e-12)
    np.testing.assert_allclose(whole.coefficients, Line.fit(basis, target, weight, 0.3).coefficients, atol=1e-12)


def test_of_a_single_fold_nothing_is_said_unseen() -> None:
    said, _ = unseen(np.ones((3, 1)), np.arange(3.0), np.ones(3), np.zeros(3, dtype=np.int64), 0.3)
    assert said.tolist() == [0.0] * 3
