"""Laws of the truth: it is coherent, it is what the ledger was drawn from, and it is worth knowing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paybench.ledger import settle
from paybench.simulate import TYPES, World, simulate
from paybench.simulate.delays import DAYS_LATE
from paybench.simulate.truth import CAP, MEANINGS, QUANTILES, summarise

END = pd.Timestamp("2026-01-01")


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(customers=300, months=24, seed=11)


def late_by(world: World, threshold: int) -> tuple[np.ndarray, np.ndarray]:
    """Whether days_late > threshold, and for which invoices the window shows it."""
    state = settle(world.ledger)
    limit = state["due_on"] + pd.Timedelta(days=threshold)
    return ~(state["settled_on"] <= limit).to_numpy(), (limit < END).to_numpy()


def auc(score: np.ndarray, late: np.ndarray) -> float:
    rank = pd.Series(score).rank().to_numpy()
    n = late.sum()
    return float((rank[late].sum() - n * (n + 1) / 2) / (n * (late.size - n)))


def test_truth_is_coherent(world: World) -> None:
    truth = world.truth
    falling = truth[["p_late", "p_late_30", "p_late_60", "p_late_90", "p_never"]].to_numpy()
    rising = truth[list(QUANTILES)]

    # One row per invoice, in their order, with the columns that the menu explains.
    assert list(truth.columns) == list(MEANINGS)
    assert (truth["invoice_id"] == world.ledger.invoices["invoice_id"]).all()
    assert set(truth["customer_type"]) == {t.name for t in TYPES}

    # Probabilities lie between 0 and 1 and fall as the threshold grows; nobody is certain to pay.
    assert (falling <= 1).all()
    assert (truth["p_never"] > 0).all()
    assert (np.diff(falling, axis=1) <= 0).all()

    # Quantiles rise; one is empty exactly where "never" is more likely than what lies above it.
    assert (rising["days_late_p10"] <= rising["days_late_p50"]).all()
    assert not (rising["days_late_p50"] > rising["days_late_p90"]).any()
    assert (rising["days_late_p90"].isna() == (truth["p_never"] > 0.1)).all()

    # The mean is at most the cap, and above what paying on the first possible day would give.
    assert (truth["expected_days_late"] <= CAP).all()
    assert (truth["expected_days_late"] >= DAYS_LATE[0]).all()


@pytest.mark.parametrize(
    ("threshold", "column"), [(0, "p_late"), (30, "p_late_30"), (60, "p_late_60"), (90, "p_late_90")]
)
def test_as_many_are_late_as_the_truth_says(world: World, threshold: int, column: str) -> None:
    late, matured = late_by(world, threshold)
    p = world.truth[column].to_numpy()[matured]
    z = (late[matured].sum() - p.sum()) / np.sqrt((p * (1 - p)).sum())

    # Given the truth, lateness is independent from invoice to invoice: the count is Poisson-binomial.
    assert abs(z) < 4


def test_truth_is_calibrated_in_every_group(world: World) -> None:
    late, matured = late_by(world, 0)
    frame = world.truth.assign(late=late)[matured]
    deciles = pd.qcut(frame["p_late"], 10, labels=False)

    # In each decile of p_late and in each type of customer the count of late invoices fits.
    for groups in (deciles, frame["customer_type"]):
        for _, group in frame.groupby(groups):
            error = group["late"].sum() - group["p_late"].sum()
            assert abs(error) < 4 * np.sqrt((group["p_late"] * (1 - group["p_late"])).sum())


def test_days_late_fit_the_quantiles_and_the_mean(world: World) -> None:
    truth = world.truth
    days_late = (truth["settled_on"] - world.ledger.invoices["due_on"]).dt.days.fillna(np.inf)
    n = len(truth)

    # Days are whole, so at least the level lies at or below a quantile, and less than the level below it.
    for name, level in QUANTILES.items():
        quantile = truth[name].fillna(np.inf)
        allowed = 4 * np.sqrt(level * (1 - level) / n)
        assert (days_late <= quantile).mean() > level - allowed
        assert (days_late < quantile).mean() < level + allowed

    # The mean of capped days late is the mean of what was expected.
    capped = days_late.clip(upper=CAP)
    error = (capped - truth["expected_days_late"]).mean()
    assert abs(error) < 4 * (capped - truth["expected_days_late"]).std() / np.sqrt(n)


def test_the_customer_alone_does_not_tell(world: World) -> None:
    late, matured = late_by(world, 0)
    truth = world.truth["p_late"]
    mean = truth.groupby(world.ledger.invoices["customer_id"]).transform("mean").to_numpy()
    oracle, customer = auc(truth.to_numpy()[matured], late[matured]), auc(mean[matured], late[matured])

    # The truth ranks well but not perfectly, and even the true mean of each customer ranks worse.
    assert 0.80 < oracle < 0.92
    assert customer < oracle - 0.03


def test_summary_of_a_distribution_that_can_be_checked_by_hand() -> None:
    # Paid 2 days early with 0.5, 40 days late with 0.3, never with 0.2.
    distribution = (0.5 * (DAYS_LATE >= -2) + 0.3 * (DAYS_LATE >= 40))[None, :]
    summary = {name: float(values[0]) for name, values in summarise(distribution).items()}

    assert summary["p_late"] == summary["p_late_30"] == pytest.approx(0.5)
    assert summary["p_late_60"] == summary["p_late_90"] == summary["p_never"] == pytest.approx(0.2)
    assert summary["expected_days_late"] == pytest.approx(0.5 * -2 + 0.3 * 40 + 0.2 * 180)
    assert (summary["days_late_p10"], summary["days_late_p50"]) == (-2, -2)
    assert np.isnan(summary["days_late_p90"])

    # With 40 days of grace only who never pays is late.
    assert summarise(distribution, grace_days=40)["p_late"][0] == pytest.approx(0.2)
