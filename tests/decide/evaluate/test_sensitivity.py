"""Bounds under hidden reasons: against all corners of a small problem, and against a log with such reasons."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.evaluate import Hidden, Log, balance, bounds, cross_fitted, sensitivity, snips
from paybench.errors import PaybenchError
from tests.decide.evaluate.bandits import bandit


@given(st.integers(0, 10**6), st.floats(1, 6), st.booleans())
def test_bounds_are_those_of_all_corners(seed: int, gamma: float, modelled: bool) -> None:
    rng = np.random.default_rng(seed)
    n = 8
    action, chance = rng.integers(0, 2, n), rng.uniform(0.1, 0.9, n)
    action[0] = 1
    reward = rng.integers(0, 5, n) / 2
    log = Log(rng.standard_normal((n, 1)), action, reward, chance, np.arange(n), ("a", "b"))
    q = rng.standard_normal((n, 2)) if modelled else np.zeros((n, 2))
    policy = np.tile([0.3, 0.7], (n, 1))
    found = Hidden(log, policy, "flat" if modelled else None, q=q, draws=5).bounds(gamma)
    # An extreme of a ratio of linear functions lies where each weight is at one of its ends: try all 2^8.
    share, odds = policy[np.arange(n), action], 1 / chance - 1
    ends = [(s * (1 + o / gamma), s * (1 + o * gamma)) for s, o in zip(share, odds, strict=True)]
    direct, error = (policy * q).sum(axis=1), reward - q[np.arange(n), action]
    all_ = [np.average(error, weights=w) for w in product(*ends)]
    base = direct.mean() - reward.mean()
    assert found.low == pytest.approx(base + min(all_), abs=1e-5)
    assert found.high == pytest.approx(base + max(all_), abs=1e-5)


def test_bounds_widen_and_begin_at_the_estimate() -> None:
    world = bandit(2, n=1000)
    log = world.log
    hidden = Hidden(log, world.good, None)
    each = [hidden.bounds(gamma) for gamma in (1.0, 1.2, 1.5, 2.0, 4.0)]
    # Without hidden reasons both ends are the estimate.
    advantage = snips(log, world.good).value - log.reward.mean()
    assert (each[0].low, each[0].high) == pytest.approx((advantage, advantage), abs=1e-5)
    # The stronger they may be, the wider; noise widens further.
    for less, more in pairwise(each):
        assert more.low < less.low
        assert more.high > less.high
    assert all(one.surely_low < one.low <= one.high < one.surely_high for one in each)
    # A policy that only does what was certain to be done has nothing hidden.
    sure = Log(log.context, log.action, log.reward, np.ones(1000), log.customer, log.actions)
    fixed = Hidden(sure, sure.action, None).bounds(9.0)
    assert (fixed.low, fixed.high) == pytest.approx((0, 0), abs=1e-6)
    with pytest.raises(PaybenchError, match=r"gamma is 0.5; give a factor of 1 \(no hidden reasons\) or more."):
        bounds(log, world.good, 0.5)


def test_the_truth_lies_within_the_bounds_of_true_reasons() -> None:
    # The trait moves the log odds of a call by 0.9 at most, so that true odds differ by a factor of e^0.9 at most.
    inside, off = 0, []
    for seed in range(20):
        world = bandit(seed, n=3000, hidden=0.9)
        log = world.log
        true = world.value(log.always("phone")) - float((world.true * log.propensities).sum(axis=1).mean())
        found = Hidden(log, log.always("phone"), q=cross_fitted(log), draws=100).bounds(np.exp(0.9))
        inside += found.surely_low <= true <= found.surely_high
        off.append(snips(log, log.always("phone")).value - log.reward.mean() - true)
    assert inside == 20
    # Taken at its word the log says too little of calls: who pays badly is called.
    assert np.mean(off) < -0.02
    # These reasons leave no trace in what is known, so that the propensities look right.
    assert balance(log).right


def test_how_much_overturns_it() -> None:
    world = bandit(3, n=6000, customers=600, lift=2.0)
    log = world.log
    found = sensitivity(log, world.good)
    # At the gamma that is told the bound is 0, and the noise of the sample makes it less.
    hidden = Hidden(log, world.good)
    assert 1 < found.surely < found.overturns < 3
    assert hidden.bounds(found.overturns).low <= 0 < hidden.bounds(found.overturns / 1.02).low
    assert f"by a factor of {found.overturns:.2f} could explain the advantage away" in str(found)
    # A disadvantage is overturned from below.
    bad = sensitivity(log, log.always("nothing"))
    assert bad.advantage < 0
    assert Hidden(log, log.always("nothing")).bounds(bad.overturns).high >= 0
    assert "the disadvantage away" in str(bad)
    # What is within the noise needs no hidden reason.
    small = bandit(0, n=300, lift=0.0)
    assert "within the noise of the sample" in str(sensitivity(small.log, small.log.always("email")))
