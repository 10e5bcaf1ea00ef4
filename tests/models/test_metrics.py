"""Metrics equal scikit-learn's where it has them, and their own definition where it has not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as theirs

from paybench.models.compare import Prediction
from paybench.models.distribution import DaysLate
from paybench.models.folds import Rows
from paybench.models.metrics import (
    calibration_error,
    coverage,
    days_metrics,
    late_metrics,
    log_loss,
    reliability,
    skill,
)


def drawn(n: int = 500, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.02, 0.98, n)
    return (rng.random(n) < p).astype(np.float64), p


def test_late_metrics_equal_scikit_learns() -> None:
    late, p = drawn()
    ours = late_metrics(late, p)
    # The same numbers by another hand.
    assert ours["auc"] == pytest.approx(theirs.roc_auc_score(late, p))
    assert ours["pr_auc"] == pytest.approx(theirs.average_precision_score(late, p))
    assert ours["log_loss"] == pytest.approx(theirs.log_loss(late, p))
    assert ours["brier"] == pytest.approx(theirs.brier_score_loss(late, p))
    assert log_loss(late, p).mean() == pytest.approx(ours["log_loss"])


def test_one_class_has_no_rank() -> None:
    ours = late_metrics(np.ones(10), np.linspace(0.1, 0.9, 10))
    # Where nobody is on time nothing can be ranked; what can be said is said.
    assert np.isnan(ours["auc"])
    assert np.isnan(ours["pr_auc"])
    assert np.isfinite(ours["log_loss"])


def test_certainty_costs_a_finite_price() -> None:
    # A probability of exactly 0 or 1 that was wrong costs much, and not everything.
    assert np.isfinite(log_loss(np.array([1.0, 0.0]), np.array([0.0, 1.0]))).all()
    # One that was right costs next to nothing.
    assert log_loss(np.array([1.0, 0.0]), np.array([1.0, 0.0])) == pytest.approx([0.0, 0.0], abs=1e-5)


def test_days_metrics_equal_scikit_learns() -> None:
    rng = np.random.default_rng(2)
    y, predicted = rng.integers(-5, 30, 400).astype(np.float64), rng.normal(5, 6, 400)
    ours = days_metrics(y, predicted)
    assert ours["mae"] == pytest.approx(theirs.mean_absolute_error(y, predicted))
    assert ours["median_ae"] == pytest.approx(theirs.median_absolute_error(y, predicted))
    # Bias is above zero where days are predicted that did not come.
    assert days_metrics(y, y + 2)["bias"] == pytest.approx(2.0)
    # The share within more days is never smaller, and an exact prediction is within one.
    assert ours["within_1"] <= ours["within_3"] <= ours["within_5"] <= ours["within_7"]
    assert days_metrics(y, y)["within_1"] == 1.0


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("seed", range(4))
def test_a_calibrated_distribution_covers_exactly_its_level(level: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    mass = rng.dirichlet(np.full(9, 0.4))[None, :]
    day = np.arange(-3, 6, dtype=np.float64)
    covered = coverage(day, DaysLate(-3, np.repeat(mass, 9, axis=0)), level)
    # Outcomes drawn from the prediction itself are covered with the level, however coarse the days are.
    assert float(mass[0] @ covered) == pytest.approx(level)


def test_an_overconfident_distribution_covers_less() -> None:
    truth = np.full(21, 1 / 21)
    narrow = np.where(np.abs(np.arange(-10, 11)) <= 2, 0.2, 0.0)
    covered = coverage(np.arange(-10, 11, dtype=np.float64), DaysLate(-10, np.repeat(narrow[None, :], 21, axis=0)), 0.8)
    # Outcomes that are wider than the prediction fall outside.
    assert float(truth @ covered) < 0.5


@pytest.mark.parametrize("beyond", [0.02, 0.3])
def test_beyond_the_horizon_is_one_outcome(beyond: float) -> None:
    horizon = 4
    tail = np.full(100, beyond / 100)
    mass = np.concatenate([np.full(5, (1 - beyond) / 5), tail])
    outcomes = np.arange(0.0, horizon + 2)
    chance = np.append(np.full(5, (1 - beyond) / 5), beyond)
    labels = pd.DataFrame({"days_late_capped": outcomes, "late": (outcomes > 0).astype(np.float64)})
    said = Prediction.of("", DaysLate(0, np.repeat(mass[None, :], 6, axis=0)), Rows(pd.DataFrame(), labels), 0, horizon)
    assert said.covered is not None
    # A calibrated distribution covers its level where late outcomes are not told apart, too.
    assert float(chance @ said.covered) == pytest.approx(0.8)


def test_the_calibration_error_of_the_truth_is_zero() -> None:
    late = np.repeat([0.0, 1.0], 50)
    # Whoever knows every outcome is calibrated.
    assert calibration_error(late, late) == 0.0
    # Whoever says the opposite is wrong by one.
    assert calibration_error(late, 1 - late) == 1.0


def test_bins_hold_every_row_once() -> None:
    late, p = drawn(103)
    bins = reliability(late, p)
    # Equal counts, the predicted share rising, the means adding up to the whole.
    assert bins["n"].sum() == 103
    assert bins["n"].max() - bins["n"].min() <= 1
    assert bins["predicted"].is_monotonic_increasing
    assert np.average(bins["observed"], weights=bins["n"]) == pytest.approx(late.mean())
    # Fewer rows than bins make fewer bins.
    assert len(reliability(late[:3], p[:3])) == 3


def test_the_order_of_rows_has_no_calibration_error() -> None:
    late, p = np.repeat([0.0, 1.0], 50), np.full(100, 0.5)
    mixed_up = np.random.default_rng(0).permutation(100)
    # The same rows in another order are as well calibrated, equal predictions included.
    assert calibration_error(late[mixed_up], p) == pytest.approx(calibration_error(late, p))
    # A constant that equals the base rate is calibrated.
    assert calibration_error(late, p) == pytest.approx(0.0)


def test_skill_is_the_part_of_the_loss_that_is_gone() -> None:
    rng = np.random.default_rng(0)
    loss, customers = rng.exponential(1.0, 300), pd.Index(rng.integers(0, 30, 300).astype(str))
    # No better is zero, with nothing to doubt.
    assert skill(loss, loss, customers) == pytest.approx((0.0, 0.0, 0.0))
    # Half of the loss on every row is half, with nothing to doubt either.
    assert skill(loss / 2, loss, customers) == pytest.approx((0.5, 0.5, 0.5))
    # Twice the loss is minus one.
    assert skill(2 * loss, loss, customers)[0] == pytest.approx(-1.0)


def test_the_interval_holds_the_estimate_and_repeats() -> None:
    rng = np.random.default_rng(0)
    ours, loss = rng.exponential(0.9, 400), rng.exponential(1.0, 400)
    customers = pd.Index(rng.integers(0, 40, 400).astype(str))
    estimate, low, high = skill(ours, loss, customers)
    assert low < estimate < high
    # The same losses give the same interval, whatever customers are called and in which order rows come.
    assert skill(ours, loss, customers) == (estimate, low, high)
    assert skill(ours, loss, customers.map("c{}".format)) == (estimate, low, high)


def test_invoices_of_one_customer_count_as_what_they_are() -> None:
    rng = np.random.default_rng(3)
    gain = np.repeat(rng.normal(0.2, 0.5, 20), 50)
    loss = np.full(1000, 2.0)
    customers = pd.Index(np.repeat(np.arange(20), 50).astype(str))
    rows = pd.Index(np.arange(1000).astype(str))
    _, low, high = skill(loss - gain, loss, customers)
    _, row_low, row_high = skill(loss - gain, loss, rows)
    # Fifty copies of twenty customers tell no more than twenty: drawn by row the interval is far too narrow.
    assert high - low > 4 * (row_high - row_low)
    by_hand = 1.96 * np.std(gain[::50]) / 2.0 / np.sqrt(20)
    # Drawn by customer it is as wide as the standard error of twenty means says.
    assert (high - low) / 2 == pytest.approx(by_hand, rel=0.15)
