"""Estimators: exact expectations of tiny logs, slow loops, and how often intervals hold the truth."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.evaluate import Estimate, Log, cross_fitted, dm, dr, ips, observed, snips
from paybench.errors import PaybenchError
from tests.decide.evaluate.bandits import bandit

CHANCES = np.array([[0.5, 0.5], [0.2, 0.8], [0.9, 0.1]])
TRUE = np.array([[0.3, 0.6], [0.1, 0.9], [0.5, 0.2]])
POLICY = np.array([[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]])


def every_log() -> list[tuple[float, Log]]:
    """All logs of three decisions between two actions with rewards of 0 or 1, and the chance of each."""
    logs = []
    for action, reward in product(product((0, 1), repeat=3), product((0.0, 1.0), repeat=3)):
        took = np.array(action)
        chance, mean = CHANCES[np.arange(3), took], TRUE[np.arange(3), took]
        p = float((chance * np.where(np.array(reward) == 1, mean, 1 - mean)).prod())
        logs.append((p, Log(np.zeros((3, 1)), took, reward, chance, np.arange(3), ("a", "b"), CHANCES)))
    return logs


@given(st.lists(st.floats(-3, 3), min_size=6, max_size=6))
def test_estimates_are_right_on_average(predicted: list[float]) -> None:
    # Over all logs that there can be, IPS has the true value as its mean, and DR has it whatever its model says.
    q = np.array(predicted).reshape(3, 2)
    true = float((POLICY * TRUE).sum(axis=1).mean())
    logs = every_log()
    assert sum(p for p, _ in logs) == pytest.approx(1)
    assert sum(p * ips(log, POLICY).value for p, log in logs) == pytest.approx(true)
    assert sum(p * dr(log, POLICY, q=q).value for p, log in logs) == pytest.approx(true)
    # What a perfect model predicts needs no correction on average, and the direct method is then right at once.
    assert all(dm(log, POLICY, q=TRUE).value == pytest.approx(true) for _, log in logs)


@given(st.integers(0, 10**6))
def test_estimates_are_those_of_loops(seed: int) -> None:
    world = bandit(seed, n=30, customers=8, explore=0.5)
    log, rng = world.log, np.random.default_rng(seed)
    policy, q = rng.dirichlet(np.ones(4), 30), rng.standard_normal((30, 4))
    weighted, corrected, direct, whole = 0.0, 0.0, 0.0, 0.0
    for i in range(30):
        w = policy[i, log.action[i]] / log.propensity[i]
        v = sum(policy[i, a] * q[i, a] for a in range(4))
        weighted, whole, direct = weighted + w * log.reward[i], whole + w, direct + v
        corrected += v + w * (log.reward[i] - q[i, log.action[i]])
    assert ips(log, policy).value == pytest.approx(weighted / 30)
    assert snips(log, policy).value == pytest.approx(weighted / whole)
    assert dm(log, policy, q=q).value == pytest.approx(direct / 30)
    assert dr(log, policy, q=q).value == pytest.approx(corrected / 30)
    # Whatever each decision adds has the estimate as its mean.
    for one in (ips(log, policy), snips(log, policy), dm(log, policy, q=q), dr(log, policy, q=q)):
        assert one.influence.mean() == pytest.approx(one.value)
    # A model of nothing leaves IPS; adding the same to all rewards adds it to SNIPS.
    assert dr(log, policy, q=np.zeros((30, 4))).value == pytest.approx(ips(log, policy).value)
    more = Log(log.context, log.action, log.reward + 5, log.propensity, log.customer, log.actions)
    assert snips(more, policy).value == pytest.approx(snips(log, policy).value + 5)


def test_the_log_against_itself_is_the_observed_mean() -> None:
    world = bandit(3, n=3000, explore=0.3)
    log = world.log
    assert log.propensities is not None
    mean = log.reward.mean()
    # A/A: weights are 1, so that both weighted estimates are what was observed.
    assert observed(log).value == mean
    assert ips(log, log.propensities).value == pytest.approx(mean, abs=1e-12)
    assert snips(log, log.propensities).value == pytest.approx(mean, abs=1e-12)
    # DR puts the chances of the actions in the place of those that fell, and differs by that noise only.
    gap = dr(log, log.propensities) - observed(log)
    low, high = gap.interval()
    assert low < 0 < high
    assert high - low < 0.02


@pytest.mark.parametrize("model", ["ridge", "trees", "flat"])
def test_a_model_never_sees_the_customer_that_it_speaks_of(model: str) -> None:
    log = bandit(5, n=400, customers=40).log
    before = cross_fitted(log, model)
    turned = log.reward.copy()
    turned[log.code == 7] = 1 - turned[log.code == 7]
    after = cross_fitted(Log(log.context, log.action, turned, log.propensity, log.customer, log.actions), model)
    # What one customer's decisions brought changes what is predicted for others, and nothing for itself.
    np.testing.assert_array_equal(before[log.code == 7], after[log.code == 7])
    assert (before != after).any()


def test_the_order_of_the_decisions_decides_nothing() -> None:
    log = bandit(6, n=500).log
    by = np.random.default_rng(0).permutation(500)
    np.testing.assert_allclose(cross_fitted(log.take(by)), cross_fitted(log)[by], atol=1e-9)


def test_models_find_what_there_is() -> None:
    world = bandit(7, n=8000, customers=800)
    # Ridge and trees explain what the context tells; missing columns, constant ones and outliers do no harm.
    context = np.c_[world.log.context, np.ones(8000), np.full(8000, np.nan), np.where(np.arange(8000) % 3, np.nan, 1.0)]
    context[0, 0] = 1e9
    log = world.log
    hard = Log(context, log.action, log.reward, log.propensity, log.customer, log.actions)
    flat = ((cross_fitted(hard, "flat") - world.known) ** 2).mean()
    for model in ("ridge", "trees"):
        q = cross_fitted(hard, model)
        assert np.isfinite(q).all()
        assert ((q - world.known) ** 2).mean() < 0.4 * flat


def test_intervals_hold_the_truth() -> None:
    names, worlds = ("ips", "snips", "dr", "dm"), 80
    hits, off = dict.fromkeys(names, 0), {name: np.zeros(worlds) for name in names}
    for seed in range(worlds):
        world = bandit(seed, explore=0.6)
        true, q = world.value(world.good), cross_fitted(world.log)
        told = [ips(world.log, world.good), snips(world.log, world.good)]
        told += [dr(world.log, world.good, q=q), dm(world.log, world.good, q=q)]
        for name, one in zip(names, told, strict=True):
            low, high = one.interval()
            hits[name] += low <= true <= high
            off[name][seed] = one.value - true
    # Intervals clustered by customer hold the truth as often as they say, but for the direct method's.
    for name in ("ips", "snips", "dr"):
        assert hits[name] >= 0.88 * worlds
        assert abs(off[name].mean()) < 3 * off[name].std() / np.sqrt(worlds)
    assert hits["dm"] < 0.7 * worlds
    # DR errs least of those without bias.
    error = {name: float(np.sqrt((values**2).mean())) for name, values in off.items()}
    assert error["dr"] < 0.75 * error["ips"]


def test_what_cannot_be_estimated() -> None:
    log = bandit(0, n=20, customers=5).log
    with pytest.raises(PaybenchError, match=r"model is 'forest'; give one of ridge, trees, flat, or a function .*"):
        dr(log, log.always("phone"), "forest")
    alone = log.take(log.code == log.code[0])
    with pytest.raises(PaybenchError, match=r"A log of one customer has no others to learn from; .*"):
        dr(alone, alone.always("phone"))
    # Where nothing was done that the policy does, SNIPS is nothing.
    assert np.isnan(snips(log.take(log.action == 0), log.take(log.action == 0).always("phone")).value)


def test_differences_are_paired() -> None:
    world = bandit(1)
    log = world.log
    both, apart = (dr(log, log.always(a)) for a in ("phone", "nothing"))
    # What both have in common does not count: a policy against itself differs by nothing at all.
    assert (both - both).interval() == (0.0, 0.0)
    assert (both - apart).value == pytest.approx(both.value - apart.value)
    other = Estimate.mean("dr", both.influence[:-1], both.code[:-1])
    with pytest.raises(PaybenchError, match=r"Two estimates are of different decisions; compare .* on the same log."):
        _ = both - other
