"""Scores of cash forecasts: against slow computations, by hand, and as tables over ledgers."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from paybench.decide.backtest.score_tables import LEVELS, RESULTS, coverage_table, score_table, skill_table
from paybench.decide.backtest.scores import bias, coverage, crps, inside, interval_score, wape
from paybench.errors import PaybenchError

amounts = st.lists(st.integers(-1000, 1000).map(lambda k: k / 4), min_size=1, max_size=12).map(np.array)


def slow_crps(draws: np.ndarray, actual: float, fair: bool) -> float:
    """By the definition, over all pairs of draws."""
    n = len(draws)
    pairs = n * (n - 1) if fair and n > 1 else n * n
    return sum(abs(x - actual) for x in draws) / n - sum(abs(x - z) for x in draws for z in draws) / pairs / 2


@given(amounts, st.integers(-1000, 1000), st.booleans())
def test_crps_is_that_of_all_pairs(draws: np.ndarray, actual: int, fair: bool) -> None:
    # The score from sorted draws is the one by definition, whatever the order of the draws.
    said = float(crps(draws, actual, fair))
    assert said == pytest.approx(slow_crps(draws, actual, fair), abs=1e-9)
    assert float(crps(draws[::-1], actual, fair)) == said
    # Many forecasts at once are scored like each alone.
    np.testing.assert_array_equal(crps(np.stack([draws, draws + 7]), np.array([actual, actual]), fair)[0], said)
    # It moves with the unit, and not with the place.
    assert float(crps(draws * 4, actual * 4, fair)) == pytest.approx(4 * said, abs=1e-9)
    assert float(crps(draws + 64, actual + 64, fair)) == pytest.approx(said, abs=1e-9)
    # A forecast scored as it is never earns anything; only one that is sure of what came pays nothing.
    plain = float(crps(draws, actual))
    assert plain >= 0
    assert (plain == 0) == bool((draws == actual).all())


def test_crps_by_hand() -> None:
    # 0 and 1, when 0 comes: 1/2 off on average, and half of the mean difference of 1/2 (or of 1, of different draws).
    assert float(crps(np.array([0.0, 1.0]), 0.0)) == 0.25
    assert float(crps(np.array([0.0, 1.0]), 0.0, fair=True)) == 0.0
    # One draw is a point, and its score the absolute error.
    assert crps(np.array([3.0]), 5.0) == crps(np.array([3.0]), 5.0, fair=True) == 2.0
    with pytest.raises(PaybenchError, match=r"A forecast has no draws; give at least one number."):
        crps(np.array([]), 1.0)


def test_the_fair_score_does_not_depend_on_how_many_are_drawn() -> None:
    # The fair scores of all samples of three have the mean of that of all seven; plain ones pay for being few.
    whole, actual = np.array([1.0, 2.0, 4.0, 4.5, 9.0, 12.0, 30.0]), 5.0
    some = np.array(list(combinations(whole, 3)))
    assert crps(some, actual, fair=True).mean() == pytest.approx(float(crps(whole, actual, fair=True)))
    assert crps(some, actual).mean() > float(crps(whole, actual)) + 0.5


def test_points_and_bands_by_hand() -> None:
    said, came = np.array([8.0, 12.0]), np.array([10.0, 10.0])
    # Errors of opposite signs: 4 of 20, and no bias.
    assert (wape(said, came), bias(said, came)) == (0.2, 0.0)
    assert bias(said + 1, came) == 0.1
    assert np.isnan(bias(said, came * 0))
    # Inside, the width; outside, 2 / 0.2 = 10 times the distance on top.
    low, high = np.array([1.0, 1.0, 1.0]), np.array([3.0, 3.0, 3.0])
    np.testing.assert_allclose(interval_score(low, high, np.array([2.0, 0.5, 5.0]), 0.8), [2, 7, 22])
    # Ends belong to a band, and who gave none is not counted.
    assert inside(low, high, np.array([1.0, 3.0, 3.1])).tolist() == [1, 1, 0]
    assert coverage(np.array([1.0, 1.0, np.nan]), high, np.array([3.0, 4.0, 2.0])) == 0.5
    assert np.isnan(coverage(np.array([np.nan]), np.array([1.0]), np.array([1.0])))
    with pytest.raises(PaybenchError, match=r"level is 80; give a probability above 0 and below 1, like 0.8."):
        interval_score(low, high, low, 80)


def drawn(seed: int, ledgers: int = 6, origins: int = 9) -> pd.DataFrame:
    """Results of two forecasts in two currencies and two horizons, some without bands."""
    rng = np.random.default_rng(seed)
    names, horizons = ("model", "due date"), ("week 1", "13 weeks")
    keys = product(range(ledgers), range(origins), ("EUR", "USD"), names, horizons)
    rows = []
    for ledger, origin, currency, forecast, horizon in keys:
        if currency == "USD" and ledger % 2:
            continue
        scale = (100.0 if currency == "EUR" else 3.0) * (1 + ledger)
        draws = scale * rng.gamma(4, 0.25, 20) * (1.5 if forecast == "due date" else 1)
        actual = scale * rng.gamma(4, 0.25)
        bands: dict[str, float] = {}
        for level in LEVELS:
            ends = np.quantile(draws, [0.5 - level / 200, 0.5 + level / 200])
            bands |= dict(zip((f"low_{level}", f"high_{level}"), ends if origin else (np.nan, np.nan), strict=True))
        point = {"actual": actual, "expected": draws.mean(), "median": np.median(draws)}
        score = {"crps": float(crps(draws, actual))}
        key = dict(zip(RESULTS[:5], (f"L{ledger}", origin, currency, forecast, horizon), strict=True))
        rows.append({**key, **point, **bands, **score})
    return pd.DataFrame(rows)


def test_tables_are_those_of_loops() -> None:
    results = drawn(0)
    table = score_table(results)
    assert table.index.tolist() == list(product(("model", "due date"), ("week 1", "13 weeks")))
    for key, row in table.iterrows():
        mine = results[(results["forecast"] == key[0]) & (results["horizon"] == key[1])]
        assert (row["n"], row["ledgers"]) == (len(mine), 6)
        ledgers: dict[str, list[list[float]]] = {}
        for (ledger, _), cell in mine.groupby(["ledger", "currency"]):
            came, banded = cell["actual"], cell.dropna()
            score = interval_score(banded["low_80"], banded["high_80"], banded["actual"], 0.8).sum()
            own = [
                wape(cell["expected"].to_numpy(), came.to_numpy()),
                wape(cell["median"].to_numpy(), came.to_numpy()),
                bias(cell["expected"], came),
                cell["crps"].sum() / came.sum(),
                score / banded["actual"].sum(),
            ]
            ledgers.setdefault(ledger, []).append(own)
        # A ratio of sums within each currency of each ledger, the mean over currencies, the mean over ledgers.
        means = np.mean([np.mean(own, axis=0) for own in ledgers.values()], axis=0)
        np.testing.assert_allclose(row[["wape", "wape_median", "bias", "crps", "interval_80"]].astype(float), means)
        for level in LEVELS:
            seen = [
                coverage(own[f"low_{level}"], own[f"high_{level}"], own["actual"]) for _, own in mine.groupby("ledger")
            ]
            low, high = stats.t.interval(0.95, 5, np.mean(seen), stats.sem(seen))
            # Each ledger counts once, and the interval is Student's over ledgers, within 0 and 1.
            assert row[f"coverage_{level}"] == pytest.approx(np.mean(seen))
            assert row[f"coverage_{level}_low"] == pytest.approx(max(low, 0))
            assert row[f"coverage_{level}_high"] == pytest.approx(min(high, 1))


def test_the_unit_of_a_currency_of_one_ledger_decides_nothing() -> None:
    results = drawn(1)
    mine = (results["ledger"] == "L2") & (results["currency"] == "USD")
    other = results.copy()
    other.loc[mine, list(RESULTS[5:])] *= 256.0
    # Amounts are never added over ledgers or currencies.
    pd.testing.assert_frame_equal(score_table(results), score_table(other))
    pd.testing.assert_frame_equal(skill_table(results, "model"), skill_table(other, "model"))
    # Nor does the order of the rows, but for that of the tables.
    back = score_table(results.iloc[::-1]).reindex(score_table(results).index)
    pd.testing.assert_frame_equal(back, score_table(results), check_dtype=False)


def test_coverage_of_dependent_origins() -> None:
    # All origins of a ledger share their luck, so that 40 ledgers of 10 are 40 observations: the interval over
    # ledgers holds the truth as often as it says.
    rng, hits = np.random.default_rng(3), 0
    for _ in range(60):
        key = pd.DataFrame(list(product(range(40), range(10))), columns=["ledger", "origin"])
        shock = np.repeat(rng.standard_normal(40), 10)
        actual = np.sqrt(0.7) * shock + np.sqrt(0.3) * rng.standard_normal(400)
        results = key.assign(
            currency="EUR", forecast="f", horizon="h", actual=actual, expected=0.0, median=0.0, crps=0.0
        )
        for level in LEVELS:
            end = stats.norm.ppf(0.5 + level / 200)
            results[f"low_{level}"], results[f"high_{level}"] = -end, end
        row = coverage_table(results).loc[0.8].iloc[0]
        hits += row["low"] <= 0.8 <= row["high"]
        # Taken as 400 independent observations it would be too narrow.
        assert row["high"] - row["low"] > 2 * 1.96 * np.sqrt(0.16 / 400)
    assert stats.binomtest(hits, 60, 0.95).pvalue > 0.01


def test_skill_is_against_the_best_other_of_each_ledger() -> None:
    key = pd.DataFrame(list(product("ABC", range(4), ("ours", "x", "y"))), columns=["ledger", "origin", "forecast"])
    other = dict.fromkeys([name for name in RESULTS if name not in ("ledger", "origin", "forecast")], 1.0)
    results = key.assign(**other).assign(currency="EUR", horizon="week 1", actual=10.0)
    scores = {
        ("A", "ours"): 1.0,
        ("A", "x"): 2.0,
        ("A", "y"): 4.0,
        ("B", "ours"): 3.0,
        ("B", "x"): 5.0,
        ("B", "y"): 4.0,
    }
    scores |= {("C", "ours"): 6.0, ("C", "x"): 5.0, ("C", "y"): 8.0}
    results["crps"] = [scores[k] for k in zip(results["ledger"], results["forecast"], strict=True)]
    row = skill_table(results, "ours").loc["week 1"]
    # 1 - 1/2, 1 - 3/4, 1 - 6/5.
    each = [0.5, 0.25, -0.2]
    low, high = stats.t.interval(0.95, 2, np.mean(each), stats.sem(each))
    np.testing.assert_allclose(row[["skill", "low", "high", "least"]].astype(float), [np.mean(each), low, high, -0.2])
    assert (row["ledgers"], row["rival"]) == (3, "x")
    # Whoever is left out does not count; against itself nothing is gained.
    assert skill_table(results, "ours", ["y"]).loc["week 1", "least"] == pytest.approx(0.25)
    twin = pd.concat([results, results[results["forecast"] == "ours"].assign(forecast="twin")])
    assert skill_table(twin, "ours", ["twin"]).loc["week 1", "skill"] == 0
    # Only rows that both have are compared: where the rival is silent, our worst week does not count.
    results.loc[(results["ledger"] == "C") & (results["origin"] == 3) & (results["forecast"] == "ours"), "crps"] = 100.0
    silent = results[(results["origin"] < 3) | (results["forecast"] == "ours")]
    assert skill_table(silent, "ours").loc["week 1", "least"] == pytest.approx(-0.2)
    # A rival without error cannot be beaten.
    results.loc[results["forecast"] == "y", "crps"] = 0.0
    assert skill_table(results, "ours").loc["week 1", "least"] == -np.inf


def test_what_cannot_be_scored() -> None:
    results = drawn(2, ledgers=2, origins=2)
    with pytest.raises(PaybenchError, match=r"Results have no column 'median', 'crps'; give ledger, origin, .*"):
        score_table(results.drop(columns=["median", "crps"]))
    with pytest.raises(
        PaybenchError, match=r"Results have L0, 0, EUR, model, week 1 twice; give one row per ledger, .*"
    ):
        coverage_table(pd.concat([results, results.iloc[:1]]))
    with pytest.raises(PaybenchError, match=r"Results have the forecasts 'model', 'due date'; skill needs 'x', too."):
        skill_table(results, "model", ["x"])
    with pytest.raises(PaybenchError, match=r"skill needs another one, too."):
        skill_table(results[results["forecast"] == "model"], "model")
    # One ledger says nothing of others, and a book to which nothing came has no ratio.
    alone = score_table(results[results["ledger"] == "L1"])
    assert alone[["coverage_80_low", "coverage_80_high"]].isna().all(axis=None)
    assert score_table(results.assign(actual=0.0))[["wape", "bias", "crps"]].isna().all(axis=None)
