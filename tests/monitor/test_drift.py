"""Drift: the index by hand, what chance alone gives, and what is planted is found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from paybench.monitor.drift import BINS, LOST, STRONG, binned, chance, design_effect, drift, psi


def table(seed: int, n: int = 2000, customers: int = 100, **more: np.ndarray) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    owner = rng.integers(customers, size=n)
    columns = {
        "amount": rng.lognormal(6, 1, n),
        "own": owner % 17 + rng.normal(0, 0.1, n),  # each customer's own level
        "country": rng.choice(["DE", "FR", "IT"], n, p=[0.6, 0.3, 0.1]),
        "rare": np.where(rng.random(n) < 0.3, np.nan, rng.random(n)),
        "constant": np.ones(n),
    }
    return pd.DataFrame(columns | more, pd.Index([f"C{c}" for c in owner], name="customer_id"))


def test_the_index_by_hand() -> None:
    # Shares 40/60 % against 70/30 %, half a row added to each bin of 1,000.
    a, b = np.array([400.5, 600.5]) / 1001, np.array([700.5, 300.5]) / 1001
    by_hand = (a[0] - b[0]) * np.log(a[0] / b[0]) + (a[1] - b[1]) * np.log(a[1] / b[1])
    assert psi(np.array([400, 600]), np.array([700, 300])) == pytest.approx(by_hand, rel=1e-12)
    assert by_hand == pytest.approx(0.375, abs=0.005)
    # The same is 0, order does not matter, an empty bin is finite, and bins that nobody is in do not count.
    assert psi(np.array([3, 7]), np.array([3, 7])) == 0
    assert psi(np.array([4, 6]), np.array([7, 3])) == psi(np.array([7, 3]), np.array([4, 6]))
    assert np.isfinite(psi(np.array([10, 0]), np.array([0, 10])))
    assert psi(np.array([4, 0, 6]), np.array([7, 0, 3])) == psi(np.array([4, 6]), np.array([7, 3]))
    # Of no rows nothing can be said.
    assert psi(np.array([0, 0]), np.array([3, 7])) == 0


def test_chance_is_the_quantile_of_chi_squared() -> None:
    then, now = np.full(10, 100), np.full(10, 40)
    assert chance(then, now) == pytest.approx((1 / 1000 + 1 / 400) * chi2.ppf(0.999, 9), rel=0.01)
    # Fewer rows: more by chance.
    assert chance(then, np.full(10, 4)) > chance(then, now)


def test_independent_rows_stay_below_chance() -> None:
    rng = np.random.default_rng(1)
    share = np.full(10, 0.1)
    over = 0
    for _ in range(1000):
        then, now = rng.multinomial(3000, share), rng.multinomial(300, share)
        over += psi(then, now) > chance(then, now)
    # One in a thousand is expected; ten would be another law.
    assert over < 10


def test_customers_whose_invoices_are_alike_are_fewer_than_their_invoices() -> None:
    rng = np.random.default_rng(2)
    over = {"as independent": 0, "as alike": 0}
    for _ in range(200):
        counts: list[np.ndarray] = []
        effects: list[float] = []
        for customers in (200, 50):  # each with twenty invoices in one bin of its own
            code = np.repeat(rng.integers(10, size=customers), 20)
            counts.append(np.bincount(code, minlength=10))
            effects.append(design_effect(code, np.repeat(np.arange(customers), 20)))
        then, now = counts
        over["as independent"] += psi(then, now) > chance(then, now)
        over["as alike"] += psi(then, now) > chance(then, now, (effects[0], effects[1]))
    assert over["as independent"] > 190
    assert over["as alike"] < 10
    # Where they are not alike, nothing is lost.
    assert design_effect(rng.integers(10, size=4000), np.repeat(np.arange(200), 20)) == pytest.approx(1, abs=0.1)


def test_bins_are_tenths_of_what_trained() -> None:
    (then, now), bins, unseen = binned(pd.Series(np.arange(1000.0)), pd.Series([-5.0, 50.0, 2000.0, 999.0]))
    assert bins == BINS
    assert np.bincount(then).tolist() == [100] * 10
    assert now.tolist() == [0, 0, 9, 9]
    assert unseen == 0.5


@pytest.mark.parametrize("seed", range(8))
def test_without_a_change_nothing_has_drifted(seed: int) -> None:
    found = drift(table(2 * seed), table(2 * seed + 1, 400))
    assert not found["drifted"].any(), found


def test_a_planted_change_is_found_and_nothing_else() -> None:
    then, now = table(0), table(1, 400)
    changes = {
        "amount": now.assign(amount=now["amount"] * 3),
        "country": now.assign(country=np.where(np.arange(400) < 160, "BR", now["country"])),
        "rare": now.assign(rare=np.where(np.arange(400) % 10 < 7, np.nan, 0.5)),
    }
    for name, changed in changes.items():
        found = drift(then, changed).set_index("feature")
        assert found.index[found["drifted"]].tolist() == [name]
    # The share that training never saw is told as it is.
    found = drift(then, changes["country"]).set_index("feature")
    assert found.loc["country", "unseen"] == 0.4
    # So are missing values, whose share may fall, and may not rise by much.
    found = drift(then, changes["rare"]).set_index("feature")
    assert found.loc["rare", "missing_now"] == 0.7
    assert found.loc["rare", "missing_now"] - found.loc["rare", "missing_then"] > LOST


def test_what_moved_as_much_before_is_no_alarm() -> None:
    # A season: the same three months of the year before were as different from the rest.
    rng = np.random.default_rng(4)
    season = np.concatenate([rng.normal(0, 1, 750), rng.normal(2, 1, 250), rng.normal(0, 1, 750)])
    now = rng.normal(2, 1, 250)
    owners = [pd.Index([f"C{i % 97}" for i in range(n)], name="customer_id") for n in (1750, 250)]
    found = drift(pd.DataFrame({"x": season}, owners[0]), pd.DataFrame({"x": now}, owners[1])).iloc[0]
    assert found["psi"] > STRONG
    assert not found["drifted"]


def test_empty_tables_and_columns_drift_nowhere() -> None:
    none = table(0).iloc[:0]
    assert not drift(table(0), none)["drifted"].any()
    assert not drift(none, table(0))["drifted"].any()
    assert not drift(none, none)["drifted"].any()
