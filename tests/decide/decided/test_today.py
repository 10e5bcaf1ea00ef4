"""What is chosen today: within policy and room, with the chance that is logged."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from paybench.decide.decided.today import Today, asked, chances, plan_today, waiting
from paybench.decide.dunning import Policy, Situation, decide, held_out, situation_of
from paybench.decide.dunning.audit import violations
from paybench.decide.dunning.steps import Decided
from paybench.decide.uplift import expected_value
from paybench.decide.uplift.value import Valued
from paybench.ledger import Ledger
from paybench.simulate import simulate

DATE = "2024-11-05"
POLICY = Policy.of(
    """
steps:
  - {after_due: 1, by: email, tone: reminder}
  - {after_last: 7, by: phone, tone: firm}
options: [sms:friendly, email:friendly]
caps: {in_7_days: none, in_30_days: none}
thresholds: 0
explore: 0.4
capacity: {phone: 3}
"""
)


@cache
def _book() -> Ledger:
    return simulate(120, 12, seed=6, policy=None, truth="none").ledger


@cache
def _parts() -> tuple[Situation, Decided, Valued, np.ndarray]:
    ledger = _book()
    situation = situation_of(ledger, DATE, POLICY)
    decided = decide(POLICY, situation)
    rows, claim = asked(POLICY, situation, decided)
    # Some effects, drawn once: so that the plan has something to choose by, and what is best differs.
    days = np.random.default_rng(1).normal(2.0, 2.0, (len(rows), len(POLICY.options)))
    valued = expected_value(days, np.zeros_like(days), claim[rows], POLICY.money, POLICY.options)
    return situation, decided, valued, np.full(len(situation), 20.0)


def _plan(policy: Policy = POLICY) -> Today:
    situation, decided, valued, wait = _parts()
    return plan_today(policy, situation, decided, valued, wait)


def test_nothing_is_chosen_against_the_policy_or_beyond_the_room_of_the_day() -> None:
    situation, *_ = _parts()
    for seed in range(25):
        today = _plan(replace(POLICY, seed=seed))
        done = np.flatnonzero(today.action >= 0)
        for k in done:
            assert violations(POLICY, situation, int(today.rows[k]), POLICY.options[today.action[k]]) == []
        calls = sum(POLICY.options[a].startswith("phone") for a in today.action[done])
        assert calls <= 3
        # One contact a day for each customer.
        assert max(Counter(situation.customer_id[today.rows[done]].tolist()).values()) == 1


def test_what_is_logged_is_how_often_it_is_chosen() -> None:
    # Over many seeds, each customer gets each action as often as the propensity says that was logged with it.
    plain = replace(POLICY, capacity={})
    n, k = len(_plan(plain)), len(POLICY.options)
    counts, logged = np.zeros((n, k + 1)), np.full((n, k + 1), np.nan)
    times = 400
    for seed in range(times):
        today = _plan(replace(plain, seed=seed))
        assert not np.isnan(today.propensity).any()
        counts[np.arange(n), today.action] += 1
        logged[np.arange(n), today.action] = today.propensity
    # A choice has one propensity, whatever the seed; together they make one.
    np.testing.assert_allclose(np.nansum(logged, axis=1), 1.0, atol=1e-9)
    share = counts / times
    error = np.sqrt(np.nan_to_num(logged) * (1 - np.nan_to_num(logged)) / times)
    assert (np.abs(share - np.nan_to_num(logged)) < 5 * error + 1e-12).all()


def test_without_exploring_the_plan_is_what_is_done() -> None:
    today = _plan(replace(POLICY, explore=0.0))
    np.testing.assert_array_equal(today.action, today.planned.action)
    decided = ~np.isnan(today.propensity)
    assert (today.propensity[decided] == 1.0).all()
    # Undecided is who found no room, and nobody else.
    assert set(today.state[~decided]) <= {"no room"}


def test_who_is_held_out_gets_the_usual_step_for_sure() -> None:
    policy = replace(POLICY, hold_out=0.5, capacity={})
    situation, _, _, wait = _parts()
    decided = decide(policy, situation)
    rows, claim = asked(POLICY, situation, decided)
    valued = expected_value(
        np.zeros((len(rows), len(policy.options))),
        np.zeros((len(rows), len(policy.options))),
        claim[rows],
        policy.money,
        policy.options,
    )
    today = plan_today(policy, situation, decided, valued, wait)
    held = held_out(situation.customer_id[today.rows], 0.5, policy.seed)
    assert 0.2 < held.mean() < 0.8
    np.testing.assert_array_equal(today.action[held], decided.usual[today.rows[held]])
    assert (today.propensity[held] == 1.0).all()
    # What is known to do nothing is not sent to the others, but where chance says so.
    assert (today.action[~held & ~today.drawn] == -1).all()


def test_where_nothing_is_known_of_effects_the_usual_step_is_taken() -> None:
    situation, decided, valued, wait = _parts()
    unknown = expected_value(
        np.full((len(valued.total), len(POLICY.options)), np.nan),
        np.zeros_like(valued.total),
        np.ones(len(valued.total)),
        POLICY.money,
        POLICY.options,
    )
    policy = replace(POLICY, explore=0.0, capacity={})
    today = plan_today(policy, situation, decided, unknown, wait)
    np.testing.assert_array_equal(today.action, decided.usual[today.rows])
    assert not today.known.any()


def test_chances_depend_on_the_customer_the_day_and_the_seed_alone() -> None:
    names = np.array(["a", "b", "c"])
    whole = chances(names, 20_000, 1)
    np.testing.assert_array_equal(chances(names[::-1], 20_000, 1), whole[::-1])
    np.testing.assert_array_equal(chances(names[1:2], 20_000, 1), whole[1:2])
    assert (chances(names, 20_001, 1) != whole).all()
    assert (chances(names, 20_000, 2) != whole).all()
    many = chances(np.arange(20_000).astype(str), 1, 0)
    assert abs(many.mean() - 0.5) < 0.01


def test_waiting_counts_from_the_day_on_which_the_step_could_be_taken() -> None:
    situation, decided, *_ = _parts()
    found = waiting(POLICY, situation, decided)
    first = decided.ripe & (situation.step == 0)
    np.testing.assert_array_equal(found[first], (situation.today - situation.due - 1)[first])
    assert (found[~decided.ripe] == 0).all()


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_the_log_has_every_decision_and_nothing_that_waits_for_room(share: float) -> None:
    situation, decided, *_ = _parts()
    policy = replace(POLICY, explore=share)
    today = _plan(policy)
    log = today.table(policy, situation, decided)
    assert len(log) == (~np.isnan(today.propensity)).sum()
    assert log["decision_id"].is_unique
    assert ((log["propensity"] > 0) & (log["propensity"] <= 1)).all()
    assert (log["step"] >= 1).all()
    assert pd.Series(log["decided_on"]).eq(pd.Timestamp(DATE)).all()
