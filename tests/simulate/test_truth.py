"""Laws of the truth: it is coherent, it is what the ledger was drawn from, and it is worth knowing."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from paybench.ledger import settle
from paybench.simulate import TYPES, Ladder, Settings, World, simulate
from paybench.simulate.truth import CAP, DAYS_LATE, LATEST, MEANINGS, QUANTILES, TRUTH_FILES, summarise

MODES = pytest.mark.parametrize("mode", ["easy", "hard"])
AFTER = {"p_late": 0, "p_late_30": 30, "p_late_60": 60, "p_late_90": 90, "p_never": LATEST}
SEEDS = range(20)
LIMIT = 5.0
"""Standard errors over twenty worlds that are as rare as four of a normal law (Student's t, 19 degrees of freedom)."""


def lived(world: World, seed: int) -> pd.DataFrame:
    """The truth of each invoice beside what became of it, past the end of the window too."""
    late = (world.truth["settled_on"] - world.ledger.invoices["due_on"]).dt.days
    return world.truth.assign(seed=seed, days_late=late.fillna(np.inf))


@cache
def pooled(mode: str) -> pd.DataFrame:
    """Many small worlds of a mode in which nobody is contacted."""
    worlds = (lived(simulate(120, 3, seed, policy=None, settings=mode), seed) for seed in SEEDS)
    return pd.concat(worlds, ignore_index=True)


def z(error: pd.Series, seed: pd.Series, chance: pd.Series | None = None) -> float:
    """Standard errors by which the mean error misses zero.

    Invoices of one customer and of one time share what comes after their issue; only worlds are independent. Where
    hardly anything happens, worlds look alike by chance: they vary at least as independent invoices of the given
    ``chance`` would.
    """
    sums = error.groupby(seed.to_numpy()).sum().reindex(SEEDS).fillna(0.0)
    least = 0.0 if chance is None else float(np.sqrt((chance * (1 - chance)).sum() / len(sums)))
    return float(sums.mean() / (max(sums.std(), least) / np.sqrt(len(sums))))


@MODES
@pytest.mark.parametrize(("column", "threshold"), AFTER.items())
def test_as_many_are_late_as_the_truth_says(mode: str, column: str, threshold: int) -> None:
    all_ = pooled(mode)

    # The count of those who are later than a threshold is the sum of their probabilities.
    assert abs(z((all_["days_late"] > threshold) - all_[column], all_["seed"])) < LIMIT


@MODES
@pytest.mark.parametrize("groups", ["decile", "type"])
def test_truth_is_calibrated_in_every_group(mode: str, groups: str) -> None:
    all_ = pooled(mode)
    error = (all_["days_late"] > 0) - all_["p_late"]
    by = pd.qcut(all_["p_late"], 10, labels=False) if groups == "decile" else all_["customer_type"]
    for _, rows in error.groupby(by.to_numpy()):
        # In each decile of p_late and in each type of customer the count of late invoices fits.
        assert abs(z(rows, all_["seed"][rows.index], all_["p_late"][rows.index])) < LIMIT


def test_who_contests_everything_fits_too() -> None:
    disputers = tuple(replace(t, disputes=0.8) for t in TYPES if t.name == "disputer")
    errors = []
    for seed in range(10):
        world = simulate(80, 2, seed, policy=None, settings=replace(Settings(), types=disputers))
        all_ = lived(world, seed)
        errors.append(((all_["days_late"] > 0) - all_["p_late"]).mean())

    # Disputes are in the truth with the chance with which they are opened.
    assert abs(np.mean(errors)) < 6 * np.std(errors, ddof=1) / np.sqrt(len(errors))


@MODES
def test_days_late_fit_the_quantiles_and_the_mean(mode: str) -> None:
    all_ = pooled(mode)
    seed = all_["seed"]

    # Days are whole, so at least the level lies at or below a quantile, and less than the level below it.
    for name, level in QUANTILES.items():
        quantile = all_[name].fillna(np.inf)
        assert z((all_["days_late"] <= quantile) - level, seed) > -LIMIT
        assert z((all_["days_late"] < quantile) - level, seed) < LIMIT

    # The mean of capped days late is the mean of what was expected.
    assert abs(z(all_["days_late"].clip(upper=CAP) - all_["expected_days_late"], seed)) < LIMIT


@MODES
def test_truth_is_coherent(mode: str) -> None:
    truth = pooled(mode)
    falling = truth[["p_late", "p_late_30", "p_late_60", "p_late_90", "p_never"]].to_numpy()

    # Probabilities lie between 0 and 1 and fall as the threshold grows; nobody is certain to pay.
    assert (falling <= 1).all()
    assert (truth["p_never"] > 0).all()
    assert (np.diff(falling, axis=1) <= 0).all()

    # Quantiles rise; one is empty exactly where "never" is more likely than what lies above it.
    assert not (truth["days_late_p10"] > truth["days_late_p50"]).any()
    assert not (truth["days_late_p50"] > truth["days_late_p90"]).any()
    assert (truth["days_late_p90"].isna() == (truth["p_never"] > 0.1)).all()

    # The mean is at most the cap, and above what paying on the first possible day would give.
    assert (truth["expected_days_late"] <= CAP).all()
    assert (truth["expected_days_late"] >= DAYS_LATE[0]).all()


@MODES
def test_the_truth_has_one_row_per_invoice(mode: str) -> None:
    world = simulate(150, 6, 1, settings=mode)
    settings = Settings.mode(mode)

    # In the ledger's order, with the columns that the menu explains.
    assert list(world.truth.columns) == list(MEANINGS)
    assert (world.truth["invoice_id"] == world.ledger.invoices["invoice_id"]).all()
    assert set(world.truth["customer_type"]) <= {t.name for t in settings.types}
    assert set(world.oracle) == set(TRUTH_FILES)
    for name, frame in world.oracle.items():
        assert list(frame.columns) == list(TRUTH_FILES[name])

    # One row per customer and contact too.
    customers = world.oracle["truth_customers.parquet"]["customer_id"]
    assert (customers == world.ledger.customers["customer_id"]).all()
    assert set(world.oracle["truth_contacts.parquet"]["contact_id"]) == set(world.ledger.contacts["contact_id"])


@MODES
def test_distributions_are_what_the_columns_summarise(mode: str) -> None:
    world = simulate(60, 5, 2, settings=mode, truth="full")
    full, truth = world.distributions, world.truth
    assert full is not None

    # P(days_late <= d) rises over the grid and agrees with the columns, up to single precision.
    assert full.shape == (len(truth), DAYS_LATE.size)
    assert (np.diff(full, axis=1) >= 0).all()
    for column, threshold in AFTER.items():
        assert np.allclose(1 - full[:, np.searchsorted(DAYS_LATE, threshold)], truth[column], atol=1e-6)
    mean = CAP - full[:, DAYS_LATE < CAP].sum(axis=1, dtype=np.float64)
    assert np.allclose(mean, truth["expected_days_late"], atol=1e-3)

    # Nothing is paid before the day after issue.
    term = (world.ledger.invoices["due_on"] - world.ledger.invoices["issued_on"]).dt.days.to_numpy()
    assert (full[DAYS_LATE[None, :] <= -term[:, None]] == 0).all()


@MODES
def test_lateness_stays_exact_under_the_ladder(mode: str) -> None:
    without, world = (simulate(150, 6, 3, policy=p, settings=mode) for p in (None, Ladder()))
    due = world.ledger.invoices["due_on"]

    # The ladder begins after the due date: exactly the same invoices are late with it and without it.
    late = [~(w.truth["settled_on"] <= due) for w in (without, world)]
    assert (late[0] == late[1]).all()

    # What it changes comes later.
    assert not (without.truth["settled_on"].fillna(due) == world.truth["settled_on"].fillna(due)).all()

    # No word of the truth at issue depends on it.
    assert_frame_equal(without.truth.drop(columns="settled_on"), world.truth.drop(columns="settled_on"))


@MODES
def test_forks_are_the_distribution_of_what_is_still_to_come(mode: str) -> None:
    # The truth of what was issued before the fork is that of the world without one.
    told = simulate(400, 1, 6, start="2024-06-01", policy=None, settings=mode).truth.set_index("invoice_id")
    errors = []
    for key in range(1, 13):
        fork = ("2024-06-28", key)
        world = simulate(400, 1, 6, start="2024-06-01", policy=None, settings=mode, fork=fork, truth="none")
        all_ = lived(world, key)[world.ledger.invoices["issued_on"] == "2024-06-27"].set_index("invoice_id")
        assert len(all_) > 10
        errors.append([((all_["days_late"] > d) - told.loc[all_.index, c]).sum() for c, d in AFTER.items()])
    mean, spread = np.mean(errors, axis=0), np.std(errors, axis=0, ddof=1) / np.sqrt(len(errors))

    # One past, many futures: invoices issued on the eve are late as often as their truth says.
    assert (np.abs(mean) < 6 * spread + 1e-3).all()


def test_the_ledger_settles_as_the_truth_says() -> None:
    for seed in range(3):
        world = simulate(150, 10, seed)
        settled = settle(world.ledger)["settled_on"]
        known = world.truth["settled_on"].where(world.truth["settled_on"] < "2024-11-01")

        # Up to the end of the window the derived settlement day is the one that was drawn.
        pd.testing.assert_series_equal(settled, known, check_names=False)


def auc(score: np.ndarray, late: np.ndarray) -> float:
    rank = pd.Series(score).rank().to_numpy()
    n = late.sum()
    return float((rank[late].sum() - n * (n + 1) / 2) / (n * (late.size - n)))


@MODES
def test_the_customer_alone_does_not_tell(mode: str) -> None:
    all_ = pooled(mode)
    late = (all_["days_late"] > 0).to_numpy()
    owner = all_["invoice_id"].str.slice(0, 9) + all_["seed"].astype(str)
    customer = all_["p_late"].groupby(owner).transform("mean")

    # The truth ranks well but not perfectly, and even the true mean of each customer ranks worse.
    assert 0.75 < auc(all_["p_late"].to_numpy(), late) < 0.97
    assert auc(customer.to_numpy(), late) < auc(all_["p_late"].to_numpy(), late) - 0.01


def test_summary_of_a_distribution_that_can_be_checked_by_hand() -> None:
    # Terms of ten days; paid 2 days early with 0.5, 40 days late with 0.3, never with 0.2.
    after_issue = np.arange(10 + LATEST + 1)
    settled = (0.5 * (after_issue >= 8) + 0.3 * (after_issue >= 50))[:, None]
    summary = {name: float(values[0]) for name, values in summarise(settled, np.array([10])).items()}

    assert summary["p_late"] == summary["p_late_30"] == pytest.approx(0.5)
    assert summary["p_late_60"] == summary["p_late_90"] == summary["p_never"] == pytest.approx(0.2)
    assert summary["expected_days_late"] == pytest.approx(0.5 * -2 + 0.3 * 40 + 0.2 * CAP)
    assert (summary["days_late_p10"], summary["days_late_p50"]) == (-2, -2)
    assert np.isnan(summary["days_late_p90"])
