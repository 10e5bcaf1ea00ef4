"""When a log says too little of a policy, and how many more random decisions would do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from paybench.decide.evaluate import Estimate, Log, Refused, balance, evaluate, overlap, refusal
from paybench.decide.evaluate.overlap import LARGEST, LEAST, LEAST_SHARE
from tests.decide.evaluate.bandits import bandit


def of_weights(weight: np.ndarray, customers: int | None = None) -> Log:
    """A log between two actions on which the policy of always the second has these weights, each 0 or at least 1."""
    n = len(weight)
    done = weight > 0
    chance = np.where(done, 1 / np.where(done, weight, 1.0), 0.5)
    who = np.arange(n) if customers is None else np.arange(n) % customers
    return Log(np.zeros((n, 1)), done.astype(int), np.zeros(n), chance, who, ("a", "b"))


@given(st.lists(st.floats(1, 50), min_size=1, max_size=30), st.integers(0, 30))
def test_what_weights_are_like(positive: list[float], none: int) -> None:
    weight = np.r_[positive, np.zeros(none)]
    log = of_weights(weight)
    found = overlap(log, log.always("b"))
    # The effective number is at most that of decisions with a weight, and equals it if all weigh alike.
    assert found.effective == pytest.approx(sum(positive) ** 2 / sum(w * w for w in positive))
    assert found.effective <= len(positive) * (1 + 1e-9)
    assert found.largest == pytest.approx(max(positive) / sum(positive))
    assert found.counts.sum() == len(weight)
    assert found.counts[0] == none


def test_a_policy_is_refused_below_the_limits() -> None:
    # 250 decisions of weight 2, and as many of none: 250 effective ones of 500 are enough.
    enough = of_weights(np.repeat([2.0, 0.0], 250))
    assert refusal(overlap(enough, enough.always("b"))) is None
    assert isinstance(evaluate(enough, enough.always("b")), Estimate)
    # 199 are not; 200 are.
    for count, refused in ((199, True), (200, False)):
        log = of_weights(np.repeat([2.0, 0.0], count))
        assert (refusal(overlap(log, log.always("b"))) is not None) is refused
    # Of a log of 10,000 it takes 5 %: 480 are refused, and the sentence says what is lacking and what to do.
    few = of_weights(np.repeat([10.0, 0.0], [480, 9520]))
    said = evaluate(few, few.always("b"))
    assert isinstance(said, Refused)
    assert str(said).startswith(
        "Nothing is said of this policy: 10,000 decisions say as much of it as 480 of its own would, and 500 are "
        f"needed; about {said.more:,} more decisions made at random among the 2 actions would do."
    )
    # One decision with more than 5 % of the weight is refused, though there are enough of them.
    heavy = of_weights(np.r_[np.full(600, 2.0), np.full(600, 0.0), 70.0])
    assert "one of its decisions has 6 % of the weight, and 5 % is allowed" in str(evaluate(heavy, heavy.always("b")))
    # Few customers say nothing of others.
    narrow = of_weights(np.repeat([2.0, 0.0], 500), customers=20)
    assert "are of 20 customers in effect, and 30 are needed" in str(evaluate(narrow, narrow.always("b")))
    # Weights that are not 1 on average are none.
    false = of_weights(np.repeat([4.0, 0.0], 500))
    assert "its mean weight is 2.00, and it would be 1" in str(evaluate(false, false.always("b")))


def test_what_was_never_tried_is_refused() -> None:
    log = bandit(0, explore=0.0).log
    assert log.propensities is not None
    said = evaluate(log, log.always("letter"))
    assert "100 % of what it does the log never does" in str(said)
    # A policy that keeps to what was tried is not.
    assert isinstance(evaluate(log, log.propensities), Estimate)


@given(st.integers(20, 3000), st.floats(1.0, 60.0), st.floats(0.0, 300.0), st.integers(0, 10**6))
def test_so_many_more_decisions_are_enough_and_no_fewer(n: int, mean: float, top: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weight = np.where(rng.random(n) < 1 / mean, mean, 0.0)
    weight[0] = max(top, 1.0)
    log = of_weights(weight)
    found = overlap(log, log.always("b"))
    assume(0.7 < found.mean_weight < 1.4)

    def enough(m: int) -> bool:
        # m random decisions among two actions: half of them of weight 2. What is there is taken as of mean weight 1.
        total, square = n + m, n * n / found.effective + 2 * m
        sizes = total**2 / square >= max(LEAST, LEAST_SHARE * total)
        return sizes and max(found.top, 2.0) / total <= LARGEST

    assert enough(found.more)
    assert found.more == 0 or not enough(found.more - 1)


def test_so_many_more_decisions_are_enough_in_earnest() -> None:
    world = bandit(4, n=1500, explore=0.1)
    more = overlap(world.log, world.log.always("letter")).more
    assert more > 100
    random, n = bandit(5, n=int(1.15 * more)), len(world.log)
    both = [np.concatenate([getattr(one.log, name) for one in (world, random)]) for name in (
        "context", "action", "reward", "propensity", "propensities")]  # fmt: skip
    who = np.r_[world.log.customer, random.log.customer + 1000]
    log = Log(both[0], both[1], both[2], both[3], who, world.log.actions, both[4])
    # With the further decisions that were said to be enough (and a sixth on top for chance) it is told.
    assert isinstance(evaluate(world.log, world.log.always("letter")), Refused)
    assert isinstance(evaluate(log, log.always("letter")), Estimate)
    assert len(log) > n


def test_propensities_that_are_wrong_are_found() -> None:
    wrong, clean = 0, 0
    for seed in range(40):
        log = bandit(seed, n=1200, explore=0.5).log
        clean += balance(log).right
        # The log says a coin, and in truth the first column decided.
        assert log.propensities is not None
        false = np.full((1200, 4), 0.25)
        wrong += not balance(
            Log(log.context, log.action, log.reward, false[:, 0], log.customer, log.actions, false)
        ).right
    # Right propensities are called so, and wrong ones that follow what is known are found.
    assert clean == 40
    assert wrong == 40
    found = balance(Log(log.context, log.action, log.reward, false[:, 0], log.customer, log.actions, false))
    assert "The logged propensities are wrong: '" in str(found)
    # A log that does not tell the chances of all actions is not judged.
    alone = balance(Log(log.context, log.action, log.reward, false[:, 0], log.customer, log.actions))
    assert alone.right
    assert "cannot be judged" in str(alone)


def test_choices_by_customer_are_no_contradiction() -> None:
    # One coin for all decisions of a customer is a fair coin.
    for seed in range(20):
        rng = np.random.default_rng(seed)
        who = np.repeat(np.arange(60), rng.integers(1, 60, 60))
        action = rng.integers(0, 2, 60)[who]
        trait = rng.standard_normal((60, 1))[who]
        n = len(who)
        log = Log(trait, action, np.zeros(n), np.full(n, 0.5), who, ("a", "b"), np.full((n, 2), 0.5))
        assert balance(log).right
