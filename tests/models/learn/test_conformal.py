"""The conformal correction: calibrated distributions stay, others become so, group by group."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paybench.models.family.distribution import DaysLate
from paybench.models.learn.conformal import LEVELS, Conformal, conformal_map, fit_conformal, groups
from paybench.models.learn.metrics import coverage

H = 40


def drawn(n: int, claimed: float, true: float, seed: int) -> tuple[DaysLate, np.ndarray]:
    """Distributions on days 0 to H about a known middle: their claimed spread, and outcomes of the true one."""
    rng = np.random.default_rng(seed)
    middle = rng.integers(15, 26, n)
    day = np.arange(H + 1)
    shape = np.exp(-0.5 * ((day - middle[:, None]) / claimed) ** 2)
    outcome = np.clip(np.rint(rng.normal(middle, true)), 0, H)
    return DaysLate(0, shape / shape.sum(axis=1, keepdims=True)), outcome


def rows(n: int, settled: float) -> pd.DataFrame:
    return pd.DataFrame({"n_settled": np.full(n, settled)})


def test_groups_by_settled_invoices() -> None:
    X = pd.DataFrame({"n_settled": [0, 2, 3, 20, 21, 5000]})
    assert groups(X).tolist() == ["new"] * 2 + ["some history"] * 2 + ["long history"] * 2


def test_a_calibrated_distribution_is_hardly_moved() -> None:
    predicted, outcome = drawn(20_000, 3.0, 3.0, 0)
    assert conformal_map(predicted, outcome, H) == pytest.approx(LEVELS, abs=0.015)


@pytest.mark.parametrize("claimed", [1.5, 6.0])
def test_too_narrow_and_too_wide_are_set_right(claimed: float) -> None:
    parts = [(*drawn(2_000, claimed, 3.0, seed), rows(2_000, 9)) for seed in (1, 2, 3)]
    fitted = fit_conformal([(p, X, y) for p, y, X in parts], H)
    assert set(fitted.maps) == {"some history"}
    later, outcome = drawn(4_000, claimed, 3.0, 4)
    right = fitted.apply(later, rows(4_000, 9))
    assert abs(coverage(outcome, later, 0.8, H).mean() - 0.8) > 0.09
    assert coverage(outcome, right, 0.8, H).mean() == pytest.approx(0.8, abs=0.03)
    assert right.crps(outcome, H).mean() < later.crps(outcome, H).mean()


def test_another_group_and_the_whole_stay() -> None:
    predicted, _ = drawn(50, 2.0, 3.0, 5)
    moved = Conformal({"new": tuple(level**2 for level in LEVELS)})
    assert np.array_equal(moved.apply(predicted, rows(50, 30)).mass, predicted.mass)
    new = moved.apply(predicted, rows(50, 0))
    assert new.mass.sum(axis=1) == pytest.approx(1.0)
    assert (new.mass >= 0).all()
    assert not np.allclose(new.mass, predicted.mass)


def test_what_does_no_good_or_is_few_is_not_kept() -> None:
    # The last fold is the other way round than those before it.
    folds = [(2_000, 1.5, 9), (2_000, 1.5, 9), (2_000, 6.0, 9)]
    parts = [(*drawn(n, claimed, 3.0, k), rows(n, settled)) for k, (n, claimed, settled) in enumerate(folds)]
    assert fit_conformal([(p, X, y) for p, y, X in parts], H).maps == {}
    few = [(*drawn(100, 1.5, 3.0, k), rows(100, 0)) for k in range(3)]
    assert fit_conformal([(p, X, y) for p, y, X in few], H).maps == {}
    assert fit_conformal([], H).maps == {}
