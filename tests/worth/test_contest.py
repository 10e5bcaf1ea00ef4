"""Arms keep the rules, are judged alike, and cannot win where there is nothing to win."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from paybench.decide.dunning.audit import Audit
from paybench.decide.dunning.policy import Policy
from paybench.decide.dunning.situation import Situation
from paybench.simulate import simulate
from paybench.worth import ARMS, Case, Contest, Experiment, contest, outcome, policies
from paybench.worth.contest import AVERAGE, LADDER, NOBODY, ORACLE, UPLIFT

Ints = np.ndarray


@cache
def _small(effect: float = 1.0) -> tuple[Contest, int]:
    broken: list[str] = []
    sent = 0

    def audit(policy: Policy, now: Situation, rows: Ints, option: Ints) -> None:
        nonlocal sent
        audited = Audit(policy, now)
        for row, one in zip(rows.tolist(), option.tolist(), strict=True):
            if one >= 0:
                sent += 1
                broken.extend(audited.violations(row, policy.options[one]))

    found = contest(Case(effect=effect), [3], 50, (160, 1), months=7, audit=audit)
    # No arm, the oracle included, ever sends what the policy forbids.
    assert broken == []
    return found, sent


def test_no_arm_sends_anything_against_the_policy() -> None:
    assert _small()[1] > 200


def test_the_ladder_closes_nothing_and_the_oracle_everything() -> None:
    found, _ = _small()
    assert found.closed(LADDER) == 0.0
    assert found.closed(ORACLE) == 1.0
    assert set(found.outcomes) == set(ARMS)


def test_costs_are_the_sum_of_their_terms_and_of_what_was_sent() -> None:
    found, _ = _small()
    for arm, outcomes in found.outcomes.items():
        for one in outcomes:
            terms = one.financing + one.lost + one.contact_cost + one.strain_cost
            assert one.cost == pytest.approx(terms)
            assert one.without_loss == pytest.approx(terms - one.lost)
            assert 0 <= one.calls <= one.contacts
            # The cash curve rises to what is not lost.
            assert (np.diff(one.curve) >= 0).all()
            assert one.curve[-1] <= 1 - one.bad_debt + 1e-12
            assert one.contacts == 0 or arm != NOBODY


def test_what_contacts_cost_depends_on_the_case_and_what_they_do_does_not() -> None:
    ladder, _ = policies()
    dear = Case(call=60.0).priced(ladder).money
    assert dear.contact_cost["phone"] == 60.0
    assert dear.contact_cost["email"] == ladder.money.contact_cost["email"]


def test_where_contacts_do_nothing_those_who_learned_it_spend_almost_nothing() -> None:
    found, _ = _small(effect=0.0)
    table = found.table()
    spent = table["contact_cost"] + table["strain_cost"]
    assert spent[UPLIFT] < 0.1 * spent[LADDER]
    assert spent[AVERAGE] < 0.1 * spent[LADDER]
    # Who knows that nothing helps sends nothing, and nothing changes when the money comes.
    assert table.loc[ORACLE, "contacts"] == 0
    assert table.loc[LADDER, "days"] == pytest.approx(table.loc[NOBODY, "days"])


def test_the_experiment_logs_the_chances_that_it_took() -> None:
    _, choice = policies()
    arm = Experiment(choice, share=0.6, calls=None)
    world = simulate(150, 8, seed=9, policy=arm, settings=Case().settings, truth="none")
    log = pd.concat(arm.log, ignore_index=True)
    logged = pd.concat(
        [
            world.ledger.contacts[["invoice_id", "propensity"]],
            world.oracle["withheld.parquet"][["invoice_id", "propensity"]],
        ]
    )
    # What the ledger holds is what the arm wrote down (it goes on after the ledger ends).
    assert sorted(logged["propensity"].round(12)) == sorted(
        log.loc[log["day"] < (pd.Timestamp("2024-09-01") - pd.Timestamp(0)).days, "propensity"].round(12)
    )
    # As often as it says: the share of decisions to send nothing is the mean of its chances.
    nothing = (log["action"] == "nothing").to_numpy()
    chance = log["propensity_nothing"].to_numpy()
    error = np.sqrt((chance * (1 - chance)).sum()) / len(log)
    assert abs(nothing.mean() - chance.mean()) < 4 * error


def test_contacts_are_counted_as_the_ledger_counts_them() -> None:
    from paybench.worth import FixedLadder

    ladder, _ = policies()
    arm = FixedLadder(ladder)
    world = simulate(100, 8, seed=2, policy=arm, settings=Case().settings, truth="none")
    sent = pd.concat(arm.sent, ignore_index=True)
    end = (pd.Timestamp("2024-09-01") - pd.Timestamp(0)).days
    assert (sent["day"] < end).sum() == len(world.ledger.contacts)
    assert outcome(world, arm, ladder.money).contacts == len(sent)
