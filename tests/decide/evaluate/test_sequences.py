"""Sequences: exact expectations over all episodes of a small decision process, and the case of one decision."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.evaluate import Estimate, Log, Refused, dr, evaluate, overlap, per_decision_dr
from paybench.decide.evaluate.outcomes import Predict
from paybench.errors import PaybenchError
from tests.decide.evaluate.bandits import bandit

Array = np.ndarray[Any, np.dtype[Any]]

# Three decisions at most: paid or not after each; who is called (1) pays more often, and less so if called before.
PAYS = np.array([[0.2, 0.5], [0.2, 0.3]])
LOGGED = np.array([0.7, 0.3])


def step(state: int, action: int) -> tuple[float, int]:
    """Chance that it ends with a reward of 1, and the state of those that go on: whether there was a call."""
    return PAYS[state, action], max(state, action)


def true_value(policy: Array, state: int = 0, left: int = 3) -> float:
    if not left:
        return 0.0
    total = 0.0
    for action in (0, 1):
        p, after = step(state, action)
        total += policy[state, action] * (p - 0.1 * action + (1 - p) * true_value(policy, after, left - 1))
    return total


def episode(actions: tuple[int, ...], ends: int, state: int = 0) -> tuple[float, list[tuple[int, int, float]]]:
    """The chance of an episode of these actions that is paid at a place (3 = never), and its rows."""
    chance, rows = 1.0, []
    for t, action in enumerate(actions):
        p, after = step(state, action)
        rows.append((state, action, float(t == ends) - 0.1 * action))
        chance *= LOGGED[action] * (p if t == ends else 1 - p)
        if t == ends:
            break
        state = after
    return chance, rows


def every_episode() -> list[tuple[float, list[tuple[int, int, float]]]]:
    kept = {}
    for actions, ends in product(product((0, 1), repeat=3), range(4)):
        chance, rows = episode(actions, ends)
        kept[tuple(rows)] = (chance, rows)
    return list(kept.values())


def log_of(rows: list[list[tuple[int, int, float]]], times: int = 1) -> Log:
    flat = [(i, t, *row) for i, one in enumerate(rows) for t, row in enumerate(one)] * times
    table = np.array(flat, dtype=float)
    copy = np.repeat(np.arange(times), len(flat) // times) * len(rows)
    who = table[:, 0].astype(int) + copy
    action = table[:, 3].astype(int)
    return Log(
        table[:, [2]], action, table[:, 4], LOGGED[action], who, ("nothing", "call"),
        propensities=np.tile(LOGGED, (len(flat), 1)), episode=who, order=table[:, 1].astype(int),
    )  # fmt: skip


@given(st.lists(st.floats(-2, 2), min_size=4, max_size=4), st.floats(0, 1), st.floats(0, 1))
def test_it_is_right_on_average_whatever_the_model(predicted: list[float], first: float, second: float) -> None:
    said = np.array(predicted).reshape(2, 2)

    def model(context: Array, action: Array, reward: Array, k: int) -> Predict:
        return lambda rows: said[rows[:, 0].astype(int)]

    policy = np.array([[1 - first, first], [1 - second, second]])
    found = every_episode()
    assert sum(chance for chance, _ in found) == pytest.approx(1)
    # The mean over all episodes, each with its chance, is the policy's true value. (The log has each episode twenty
    # times, so that there are others to learn from; the model says what it says anyway.)
    log = log_of([rows for _, rows in found], times=20)
    one = per_decision_dr(log, policy[log.context[:, 0].astype(int)], model)
    chances = np.tile([chance for chance, _ in found], 20)
    assert (one.influence * chances).sum() / 20 == pytest.approx(true_value(policy))


def drawn(seed: int, episodes: int = 600) -> Log:
    rng = np.random.default_rng(seed)
    found = every_episode()
    picks = rng.choice(len(found), episodes, p=np.array([chance for chance, _ in found]))
    return log_of([found[i][1] for i in picks])


@pytest.mark.parametrize("normalised", [False, True])
def test_intervals_hold_the_truth(normalised: bool) -> None:
    policy = np.array([[0.0, 1.0], [1.0, 0.0]])  # one call, then nothing
    hits, off = 0, []
    for seed in range(60):
        log = drawn(seed)
        one = per_decision_dr(log, policy[log.context[:, 0].astype(int)], "flat", normalised=normalised)
        low, high = one.interval()
        hits += low <= true_value(policy) <= high
        off.append(one.value - true_value(policy))
    assert hits >= 53
    assert abs(np.mean(off)) < 3 * np.std(off) / np.sqrt(60)


def test_one_decision_is_the_plain_estimate() -> None:
    world = bandit(1, n=800)
    log = world.log
    alone = Log(
        log.context, log.action, log.reward, log.propensity, log.customer, log.actions, log.propensities,
        np.arange(800), np.zeros(800, dtype=int),
    )  # fmt: skip
    one, plain = per_decision_dr(alone, world.good), dr(log, world.good)
    assert one.value == pytest.approx(plain.value)
    assert one.error == pytest.approx(plain.error)


def test_the_log_against_itself_is_what_was_observed() -> None:
    log = drawn(3)
    assert log.propensities is not None
    observed = log.reward.sum() / 600
    one = per_decision_dr(log, log.propensities)
    low, high = one.interval()
    # All weights are 1; what differs is the chance of the actions in the place of those that fell.
    assert low < observed < high
    assert one.value == pytest.approx(observed, abs=0.04)


def test_long_sequences_are_refused() -> None:
    log = drawn(5, 1500)
    policy = np.array([[0.0, 1.0], [1.0, 0.0]])[log.context[:, 0].astype(int)]
    found = overlap(log, policy, episodes=True)
    # The weight of an episode is the product of those of its decisions.
    weights = [log.weights(policy)[log.episode == name].prod() for name in np.unique(log.episode)]
    assert found.n == 1500
    assert found.effective == pytest.approx(np.sum(weights) ** 2 / np.square(weights).sum())
    assert found.effective < 0.6 * overlap(log, policy).effective
    # What can be told is; of fewer episodes it cannot.
    told = evaluate(log, policy, "sequence", "flat")
    assert isinstance(told, Estimate)
    assert told.value == pytest.approx(per_decision_dr(log, policy, "flat", normalised=True).value)
    few = np.flatnonzero(np.asarray(log.episode) < 300)
    said = evaluate(log.take(few), policy[few], "sequence")
    assert isinstance(said, Refused)
    assert "300 episodes say as much of it as" in str(said)
    assert f"about {said.more:,} more episodes made at random" in str(said)


def test_the_order_of_rows_and_names_of_episodes_decide_nothing() -> None:
    log = drawn(4, 100)
    by = np.random.default_rng(0).permutation(len(log))
    mixed = log.take(by)
    policy = np.tile([0.2, 0.8], (len(log), 1))
    assert per_decision_dr(mixed, policy, "flat").value == pytest.approx(per_decision_dr(log, policy, "flat").value)


def test_what_is_no_sequence() -> None:
    log = bandit(0, n=50).log
    with pytest.raises(
        PaybenchError, match=r"This log's decisions stand alone; give 'episode' and 'order', or use dr."
    ):
        per_decision_dr(log, log.always("phone"))
    with pytest.raises(PaybenchError, match=r"discount is 1.5; give a number above 0, up to 1."):
        per_decision_dr(drawn(0, 20), [0] * len(drawn(0, 20)), discount=1.5)
