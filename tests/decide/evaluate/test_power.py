"""How large a trial has to be, against simulated trials."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.evaluate import Trial, customers_for, gain, icc, share_spread
from paybench.errors import PaybenchError


def found(seed: int, trial: Trial, weeks: int, effect: float, share: float | None) -> bool:
    """Whether a simulated trial of this plan finds a gain: days if ``share`` is None, else shares with this mean."""
    rng = np.random.default_rng(seed)
    held = np.arange(trial.customers) < round(trial.held * trial.customers)
    mean = trial.per_week * weeks / trial.customers
    shape = 1 / trial.uneven**2
    count = rng.poisson(mean * rng.gamma(shape, 1 / shape, trial.customers))
    who = np.repeat(np.arange(trial.customers), count)
    if share is None:
        own = rng.normal(0, trial.spread * np.sqrt(trial.icc), trial.customers)
        y = own[who] + rng.normal(0, trial.spread * np.sqrt(1 - trial.icc), len(who)) + effect * ~held[who]
    else:
        # Beta-binomial: its intra-class correlation is 1 / (a + b + 1).
        both = 1 / trial.icc - 1
        own = rng.beta(share * both, (1 - share) * both, trial.customers)
        y = (rng.random(len(who)) < own[who] + effect * ~held[who]).astype(float)
    one = gain(y, held[who], who)
    return one.low > 0 or one.high < 0


@pytest.mark.parametrize("share", [None, 0.6])
def test_trials_find_what_they_were_planned_for(share: float | None) -> None:
    spread = 18.0 if share is None else share_spread(share)
    # The number of outcomes per customer is uneven by itself (Poisson) and by customer.
    trial = Trial(spread, 0.1, 400, 300.0, uneven=0.8, held=0.3)
    weeks = 8
    uneven = np.sqrt(0.8**2 + 400 / (300 * weeks))
    planned = Trial(spread, 0.1, 400, 300.0, uneven=uneven, held=0.3)
    effect = planned.detectable(weeks)
    times = 300
    hits = sum(found(seed, trial, weeks, effect, share) for seed in range(times))
    # 80 % of them find the least gain that 80 % were to find (three standard errors of 300 trials are 7 points).
    assert hits / times == pytest.approx(0.8, abs=0.07)
    # Without a gain one in twenty finds one.
    assert sum(found(seed, trial, weeks, 0.0, share) for seed in range(times)) / times < 0.09


@given(st.floats(0.001, 0.4), st.floats(1, 30), st.floats(0, 1.5), st.floats(0.05, 0.5))
def test_weeks_are_the_least_that_do(correlation: float, spread: float, uneven: float, held: float) -> None:
    trial = Trial(spread, correlation, 500, 200.0, uneven, held)
    for wanted in (0.05 * spread, 0.3 * spread, spread):
        told = trial.weeks(wanted)
        if told.weeks is None:
            # Out of reach: as long as one likes, and the floor is the gain that would be found then.
            assert trial.detectable(520) > wanted
            assert trial.detectable(10**9) == pytest.approx(told.floor, rel=1e-3)
            assert "cannot be shown with 500 customers" in str(told)
            continue
        assert trial.detectable(told.weeks) <= wanted
        assert told.weeks == 1 or trial.detectable(told.weeks - 1) > wanted
        # After these weeks the gain is found with 80 % (the chance to find it the wrong way round is nothing).
        assert trial.power(wanted, told.weeks) >= 0.8 - 1e-9
        assert f"after {told.weeks:,} week" in str(told)
        assert told.floor <= wanted


def test_the_textbook() -> None:
    # Each customer once: 16 s^2 / d^2 per arm is the rule of thumb; here exactly 2 x (1.96 + 0.8416)^2 / 0.5^2 x 2.
    assert customers_for(0.5, 1.0, 0.0, 1.0) == 126
    # Ten outcomes of a customer with a correlation of 0.1 weigh like 10 / 1.9.
    assert customers_for(0.5, 1.0, 0.1, 10.0) == pytest.approx(126 * 1.9 / 10, abs=1)
    # More customers than that find less; whoever is always alike is one outcome, however often.
    assert Trial(1.0, 1.0, 126, 126.0).detectable(50) == pytest.approx(0.5, abs=0.002)
    # A past that explains three quarters of the variance halves the gain that can be found.
    plain, past = Trial(1.0, 0.2, 300, 50.0, held=0.2), Trial(1.0, 0.2, 300, 50.0, held=0.2, explained=0.75)
    assert past.detectable(9) == pytest.approx(plain.detectable(9) / 2)
    assert past.weeks(0.01).floor == pytest.approx(plain.weeks(0.01).floor / 2)
    # Holding out a tenth needs 25 / 9 of the customers that a half needs.
    assert customers_for(0.1, 1.0, 0.0, 1.0, held=0.1) == pytest.approx(
        customers_for(0.1, 1.0, 0.0, 1.0) * 25 / 9, rel=0.01
    )


def test_the_past_tells_the_plan() -> None:
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(3000), rng.integers(1, 10, 3000))
    y = rng.normal(0, 3, 3000)[who] + rng.normal(0, 4, len(who))
    trial = Trial.of_past(y, who, weeks=26, customers=1500, held=0.2)
    # Spread 5, of its variance 9 / 25 between customers; half as many customers bring half as much.
    assert trial.spread == pytest.approx(5, rel=0.03)
    assert trial.icc == pytest.approx(0.36, abs=0.03)
    assert trial.per_week == pytest.approx(len(who) / 26 / 2)
    assert trial.uneven == pytest.approx(np.std(np.arange(1, 10)) / 5, rel=0.05)
    # Who are all alike have no correlation, whose outcomes never differ have all.
    assert icc(rng.normal(size=9000), np.arange(9000) // 3) < 0.03
    assert icc(np.repeat(rng.normal(size=300), 3), np.repeat(np.arange(300), 3)) == pytest.approx(1)


def test_what_is_no_plan() -> None:
    with pytest.raises(PaybenchError, match=r"spread is 0; give a number above 0."):
        Trial(0, 0.1, 100, 10)
    with pytest.raises(PaybenchError, match=r"held is 1.0; give a number above 0 and below 1."):
        Trial(1, 0.1, 100, 10, held=1.0)
    with pytest.raises(PaybenchError, match=r"icc is 2; give a share from 0 to 1."):
        Trial(1, 2, 100, 10)
    with pytest.raises(PaybenchError, match=r"explained is 1; give a share from 0 to below 1."):
        Trial(1, 0.1, 100, 10, explained=1)
    with pytest.raises(PaybenchError, match=r"gain is 0; give the gain that is to be found, not 0."):
        Trial(1, 0.1, 100, 10).weeks(0)
    with pytest.raises(PaybenchError, match=r"power is 80; give a probability above 0 and below 1."):
        Trial(1, 0.1, 100, 10).weeks(1, power=80)
    with pytest.raises(PaybenchError, match=r"Give outcomes of two customers or more, some of whom have two .*"):
        icc([1.0, 2.0], [1, 2])
    with pytest.raises(PaybenchError, match=r"share is 60; give a share above 0 and below 1."):
        share_spread(60)
