"""Metrics equal scikit-learn's where it has them, and their own definition where it has not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as theirs

from paybench.models.family.distribution import DaysLate
from paybench.models.judge.compare import Prediction
from paybench.models.learn.folds import Rows
from paybench.models.learn.metrics import (
    calibration_error,
    coverage,
    days_metrics,
    late_metrics,
    log_loss,
    pinball,
    pit_histogram,
    reliability,
    skill,
    wape,
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


def test_pinball_by_hand() -> None:
    certain = DaysLate(0, np.eye(11)[[4]])
    # Whoever says day 4 for sure says it at every level. Two days too early each level costs its share of two days,
    # two days too late the rest of it; the mean over nine deciles is half of two days either way.
    assert pinball(np.array([6.0]), certain, 30) == pytest.approx([1.0])
    assert pinball(np.array([2.0]), certain, 30) == pytest.approx([1.0])
    assert pinball(np.array([4.0]), certain, 30) == pytest.approx([0.0])
    # Half on day 0 and half on day 10: the deciles to .5 are 0, the others 10. Paid on day 0, the four upper ones are
    # ten days too late: (.4 + .3 + .2 + .1) x 10 / 9. Paid on day 10, the five lower ones are as much too early.
    coin = DaysLate(0, np.where(np.isin(np.arange(11), (0, 10)), 0.5, 0.0)[None, :])
    assert pinball(np.array([0.0]), coin, 30) == pytest.approx([10 / 9])
    assert pinball(np.array([10.0]), coin, 30) == pytest.approx([15 / 9])
    # Beyond the horizon nothing is told apart.
    assert pinball(np.array([6.0]), certain, 3) == pytest.approx([0.0])


def test_pinball_is_scikit_learns_over_the_deciles() -> None:
    rng = np.random.default_rng(1)
    said = DaysLate(-5, rng.dirichlet(np.full(40, 0.5), 60))
    y = rng.integers(-5, 35, 60).astype(np.float64)
    by_hand = [theirs.mean_pinball_loss(y, said.quantile(q / 10), alpha=q / 10) for q in range(1, 10)]
    assert pinball(y, said, 34).mean() == pytest.approx(np.mean(by_hand))


def test_pinball_is_least_where_the_distribution_is_true() -> None:
    rng = np.random.default_rng(2)
    true = DaysLate(0, np.repeat(rng.dirichlet(np.ones(20))[None, :], 4000, axis=0))
    y = rng.choice(20, 4000, p=true.mass[0]).astype(np.float64)
    flat = DaysLate(0, np.full((4000, 20), 0.05))
    # Outcomes that were drawn from a distribution are told best by it.
    assert pinball(y, true, 30).mean() < pinball(y, flat, 30).mean()


def test_a_pit_histogram_by_hand() -> None:
    # The first outcome lies in the lower quarter of its distribution, the second is its fourth fifth.
    shares = pit_histogram(np.array([[0.0, 0.25], [0.6, 0.8]]))
    assert shares == pytest.approx(np.array([0.4, 0.4, 0.2, 0, 0, 0, 0.5, 0.5, 0, 0]) / 2)
    # One that was impossible lies at its edge, and is counted once.
    for edge in (0.0, 0.5, 1.0):
        assert pit_histogram(np.array([[edge, edge]])).sum() == 1.0


@pytest.mark.parametrize("seed", range(3))
def test_a_calibrated_distribution_has_a_flat_pit_histogram(seed: int) -> None:
    chance = np.random.default_rng(seed).dirichlet(np.full(7, 0.6))
    edges = np.concatenate([[0.0], np.cumsum(chance)])
    each = np.stack([edges[:-1], edges[1:]], axis=1)
    # Every outcome as often as was said, however coarse: a tenth in each tenth.
    parts = np.stack([pit_histogram(row[None, :]) for row in each])
    assert chance @ parts == pytest.approx(np.full(10, 0.1))


def test_wape_by_hand() -> None:
    actual = np.array([[100.0, 0.0], [50.0, 50.0]])
    # (20 + 10 + 0 + 30) of 200.
    assert wape(np.array([[80.0, 10.0], [50.0, 20.0]]), actual) == pytest.approx(0.3)
    # The truth has no error, and nothing at all is wrong by all of it.
    assert wape(actual, actual) == 0.0
    assert wape(0 * actual, actual) == 1.0
    # Of nothing that came, no share can be given.
    assert np.isnan(wape(actual, 0 * actual))


def test_one_customer_is_not_certainty() -> None:
    rng = np.random.default_rng(0)
    theirs = rng.uniform(1, 2, 80)
    ours = theirs * rng.uniform(0.5, 1.4, 80)
    gain, low, high = skill(ours, theirs, pd.Index(["C"] * 80))
    assert low < gain < high
