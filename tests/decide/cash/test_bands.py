"""Bands: they move as far as past outcomes fell beside past forecasts, and then hold what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import ndtr

from paybench.decide.cash.bands import LEVELS, Bands, Place, learn_bands, placed
from paybench.decide.cash.items import WEEK
from paybench.decide.cash.paths import Paths
from paybench.decide.cash.periods import STEPS

Floats = NDArray[np.float64]
AT = pd.Timestamp("2024-09-02")
BYS = ("week", "month", "quarter")
DAYS = 91


def weekly(totals: Floats) -> Floats:
    """(..., days) of (..., weeks): all of a week comes on its third day."""
    by_day = np.zeros((*totals.shape, WEEK))
    by_day[..., 2] = totals
    return by_day.reshape(*totals.shape[:-1], -1)


def place(share: float, step: str) -> Place:
    return Place(AT, "EUR", step, share, share, 1.0, 0.5, 1.5, 1.0)


def every_step(shares: Floats) -> list[Place]:
    return [place(float(share), step) for share in shares for step in STEPS]


def uniform(n: int) -> Floats:
    return (np.arange(n) + 0.5) / n


@given(st.floats(-1, 1), st.floats(0.7, 2.5), st.sampled_from(["day", *BYS]), st.integers(0, 100))
def test_quantiles_rise(shift: float, scale: float, by: str, seed: int) -> None:
    totals = np.random.default_rng(seed).gamma(0.5, size=(3, 40)) * (seed % 3)
    bands = Bands(dict.fromkeys(BYS, shift), dict.fromkeys(BYS, scale))
    found = bands.quantiles(totals, by)
    assert list(found) == list(LEVELS)
    stacked = np.stack(list(found.values()))
    # In the order of the levels, and never beyond what was drawn.
    assert (np.diff(stacked, axis=0) >= 0).all()
    assert (stacked >= totals.min(axis=-1)).all()
    assert (stacked <= totals.max(axis=-1)).all()


@given(st.floats(-1, 1), st.floats(0.7, 2.5), st.floats(0.0, 1.0), st.sampled_from(BYS))
def test_a_wider_scale_is_a_wider_band(shift: float, scale: float, more: float, by: str) -> None:
    totals = np.random.default_rng(0).gamma(2.0, size=500)
    narrow, wide = (Bands({by: shift}, {by: s}).quantiles(totals, by) for s in (scale, scale + more))
    for low, high in (("low_95", "high_95"), ("low_80", "high_80"), ("low_50", "high_50")):
        # Its lower end is lower, its upper one higher.
        assert wide[low] <= narrow[low] <= narrow[high] <= wide[high]
        assert more < 0.2 or wide[high] - wide[low] > narrow[high] - narrow[low] or narrow[high] == totals.max()
    # The middle stays where it is, up to the distance between neighbouring draws.
    near = np.diff(np.sort(totals)).max()
    assert abs(wide["median"] - narrow["median"]) <= near


def test_bands_that_learned_nothing_are_the_draws_quantiles() -> None:
    totals = np.random.default_rng(0).gamma(2.0, size=500)
    for bands in (Bands(), learn_bands([])):
        for by in ("day", *BYS):
            assert list(bands.quantiles(totals, by).values()) == pytest.approx(np.quantile(totals, [*LEVELS.values()]))


def test_days_move_as_weeks() -> None:
    totals = np.random.default_rng(0).gamma(2.0, size=500)
    bands = Bands({"week": 0.3, "month": -1.0}, {"week": 1.4, "month": 0.8})
    assert bands.quantiles(totals, "day") == bands.quantiles(totals, "week")


def test_calibrated_places_move_nothing() -> None:
    bands = learn_bands(every_step(uniform(200)))
    for by in BYS:
        assert bands.shift[by] == pytest.approx(0, abs=1e-9)
        assert bands.scale[by] == pytest.approx(1, abs=0.03)


def test_bands_follow_where_outcomes_fell() -> None:
    # Outcomes of twice, and of half the spread that was drawn; and outcomes above what was drawn.
    score = np.sqrt(2) * np.linspace(-1.5, 1.5, 200)
    narrow, wide = (learn_bands(every_step(ndtr(score * factor))) for factor in (2.0, 0.3))
    above = learn_bands(every_step(ndtr(score / score.std() + 0.8)))
    for by in BYS:
        # Forecasts that were too narrow are widened, too wide ones narrowed,
        assert narrow.scale[by] > 1.2 > 1 > wide.scale[by]
        # and too low ones are raised.
        assert narrow.shift[by] == pytest.approx(0, abs=1e-9)
        assert above.shift[by] > 0.2
        assert above.quantiles(np.arange(100.0), by)["median"] > 55


def test_a_few_outcomes_move_little() -> None:
    low = [learn_bands(every_step(np.full(n, 0.02))) for n in (0, 1, 4, 26)]
    for by in BYS:
        shifts = [bands.shift[by] for bands in low]
        # From no move at all toward where outcomes fell, the farther the more there are, and never past it.
        assert shifts == sorted(shifts, reverse=True)
        assert shifts[0] == 0
        assert shifts[-1] > place(0.02, "week 1").score
    # One week's outcomes say more of weeks than of quarters.
    assert low[1].shift["week"] < low[1].shift["quarter"] < 0


def test_the_order_of_places_changes_nothing() -> None:
    places = every_step(np.random.default_rng(0).random(30))
    ours, theirs = learn_bands(places), learn_bands(places[::-1])
    assert ours.shift == pytest.approx(theirs.shift)
    assert ours.scale == pytest.approx(theirs.scale)


def test_places_are_counted() -> None:
    rng = np.random.default_rng(1)
    cash = np.round(rng.gamma(1.0, size=(2, 60, DAYS)) * (rng.random((2, 60, DAYS)) < 0.05))
    actual = {"EUR": np.round(rng.gamma(1.0, size=DAYS) * 0.1, 0), "USD": np.zeros(DAYS)}
    found = placed(Paths(AT, ("EUR", "USD"), cash), actual, weeks=9, since=2)
    by_name = {(one.currency, one.step): one for one in found}
    assert len(by_name) == len(found)
    for currency, drawn in (("EUR", cash[0]), ("USD", cash[1])):
        for step, period in STEPS.items():
            one = by_name.get((currency, step))
            total, came = drawn[:, period.first : period.stop].sum(axis=1), actual[currency]
            # Periods that are over by now and were not before have a place, unless nothing was expected and came.
            over = 2 * WEEK < period.stop <= 9 * WEEK
            assert (one is not None) == (over and bool(total.any() or came[period.first : period.stop].any()))
            if one is not None:
                assert one.came == came[period.first : period.stop].sum()
                # It is the share of futures below what came, and of those at most it.
                assert one.below == np.mean(total < one.came)
                assert one.upto == np.mean(total <= one.came)
                assert one.expected == pytest.approx(total.mean())
                assert (one.low_80, one.high_80) == pytest.approx(tuple(np.quantile(total, [0.1, 0.9])))
                assert one.origin == AT


def test_a_score_is_the_middle_of_its_place() -> None:
    assert Place(AT, "EUR", "week 1", 0.2, 0.8, 0.0, 0.0, 0.0, 0.0).score == pytest.approx(0.0)
    assert place(float(ndtr(1.3)), "week 1").score == pytest.approx(1.3)
    # Outside all that was drawn it is far out, and no farther.
    assert place(0.0, "week 1").score == -place(1.0, "week 1").score < -2.5


PAST, FUTURES = 26, 200


def coverage(true_spread: float, learning: bool, worlds: int = 60) -> dict[str, float]:
    """The share of outcomes in 80 % bands, of forecasts whose spread is 1 in worlds of another spread."""
    rng, hits = np.random.default_rng(0), {by: [0, 0] for by in BYS}
    for _ in range(worlds):
        places: list[Place] = []
        for origin in range(PAST + 1) if learning else [PAST]:
            drawn = Paths(AT, ("EUR",), weekly(rng.normal(20, 1, (1, FUTURES, 13))))
            came = weekly(rng.normal(20, true_spread, 13))
            if origin < PAST:
                places += placed(drawn, {"EUR": came}, 13)
                continue
            bands = learn_bands(places)
            for period in STEPS.values():
                found = bands.quantiles(period.of(drawn.cash[0]), period.by)
                hits[period.by][0] += bool(found["low_80"] <= period.of(came) <= found["high_80"])
                hits[period.by][1] += 1
    return {by: hit / count for by, (hit, count) in hits.items()}


def test_bands_that_were_half_as_wide_learn_to_hold() -> None:
    before, after = coverage(2.0, learning=False), coverage(2.0, learning=True)
    # With half the true spread, 80 % bands hold about 48 %; after 26 past weeks those of weeks hold what they say.
    assert before["week"] == pytest.approx(0.48, abs=0.05)
    assert after["week"] == pytest.approx(0.8, abs=0.05)
    # Of longer periods fewer outcomes are at hand: they come nearer.
    for by in ("month", "quarter"):
        assert before[by] + 0.03 < after[by] < 0.86


def test_bands_that_hold_go_on_holding() -> None:
    after = coverage(1.0, learning=True)
    # What was right stays right: learning costs nothing where there is nothing to learn.
    assert after["week"] == pytest.approx(0.8, abs=0.05)
    assert after["month"] == pytest.approx(0.8, abs=0.08)
