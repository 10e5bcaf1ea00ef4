"""Traps in simulated worlds: a placebo does nothing, and what goes along with lateness is no cause of it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from paybench.decide.uplift import (
    MeanEffect,
    Money,
    Uplift,
    Valued,
    choose,
    decision_features,
    decisions,
    expected_value,
    learn,
    outcome,
    shares,
)
from paybench.decide.uplift.learn import HORIZON
from paybench.features import open_rows
from paybench.ledger import as_of, settle
from paybench.simulate import simulate
from paybench.simulate.policies import Confounded, Randomised
from paybench.simulate.settings import Effects, Settings
from paybench.simulate.world import World

END = "2025-03-01"
ACTIONS = ("email:firm", "email:friendly", "phone:reminder")


@cache
def world(kind: str) -> World:
    """14 months of an experiment, or of collectors who call whom they know to be in trouble."""
    settings = Settings(effects=Effects.none()) if kind == "placebo" else Settings()
    calls = Randomised(options=(("phone", "reminder"),))
    policy = {"placebo": Randomised(), "confounded": Confounded(), "calls": calls, "real": Randomised()}[kind]
    customers, seed = (500, 11) if kind in ("placebo", "real") else (400, 13)
    return simulate(customers, 14, seed=seed, policy=policy, settings=settings)


@cache
def learned(kind: str) -> Uplift:
    types = world(kind).oracle["truth_customers.parquet"].set_index("customer_id")["customer_type"]
    return learn(world(kind).ledger, END, world(kind).oracle["withheld.parquet"], groups=types, check=kind == "real")


def log(kind: str, horizon: int = HORIZON) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Mature decisions, what was known, and what came of them."""
    rows = decisions(world(kind).ledger, world(kind).oracle["withheld.parquet"], END)
    came = outcome(world(kind).ledger, rows, END, horizon)
    kept = came["mature"].to_numpy(dtype=bool)
    rows = rows[kept].reset_index(drop=True)
    return rows, decision_features(world(kind).ledger, rows), came[kept]


def naive(kind: str) -> float:
    """Days by which those who were called pay later than those who were not."""
    rows, _, came = log(kind, horizon=60)
    called = (rows["action"] != "nothing").to_numpy()
    return float(came["days_unpaid"][called].mean() - came["days_unpaid"][~called].mean())


def test_a_placebo_has_no_effect_and_is_not_sent() -> None:
    rows, X, came = log("placebo")
    learner = MeanEffect().fit(
        X, rows["action"], came["days_unpaid"], rows["propensity"], rows["customer_id"], shares(rows, ACTIONS)
    )
    assert learner.averages_ is not None
    # The interval of every action holds 0.
    assert ((learner.averages_.low < 0) & (learner.averages_.high > 0)).all()
    # As contacts cost something and save nothing, none is sent but by chance, however large the invoice.
    valued = expected_value(-learner.effect(X), np.zeros((len(X), 3)), np.full(len(X), 1e6), Money(), ACTIONS)
    chosen = choose(valued.total, np.ones((len(X), 3), dtype=bool), np.zeros(len(X)), explore=0.15)
    assert (chosen.action[~chosen.explored] == -1).all()
    assert (chosen.action >= 0).mean() < 0.15


def test_what_cannot_be_told_from_chance_declines_and_the_usual_action_is_taken() -> None:
    found = learned("placebo")
    assert "cannot be told from chance yet" in found.declined
    values = _valued(found, "placebo").total
    assert np.isnan(values).all()
    usual = np.full(len(values), 1)
    assert (choose(values, np.ones(values.shape, dtype=bool), usual, explore=0.0).action == 1).all()


def test_calls_go_along_with_late_payment_and_are_not_its_cause() -> None:
    # Collectors call whom they know to be in trouble, so the called pay later, although calls help.
    assert naive("confounded") > 1.0
    # Where chance decided who is called, the effect has the right sign, and its whole interval does.
    learner = learned("calls").averages.loc["phone:reminder"]
    assert learner["high"] < 0
    # So has the truth.
    assert world("confounded").oracle["truth_contacts.parquet"]["days_saved"].mean() > 0.5


def test_effects_of_an_experiment_are_found_and_told() -> None:
    found = learned("real")
    assert not found.declined
    assert found.learner is not None
    assert found.averages.index.tolist() == list(ACTIONS)
    # Every action is believed to save days; the truth (contacts that stay the only ones) is of that order.
    believed = -found.averages["believed"]
    truth = world("real").oracle["truth_contacts.parquet"]["days_saved"].mean()
    assert (believed > 0.3).all()
    assert believed.mean() < 2 * truth
    # The forgetful gain most from a contact: that is what the world does to them.
    assert found.by_group is not None
    said = found.by_group.groupby("group")["said"].mean()
    assert said["forgetful"] < said[["cash_strapped", "failing"]].max()
    lines = str(found).splitlines()
    assert max(map(len, lines)) <= 80
    assert "before 2025-03-01" in lines[0]


def test_values_are_known_for_what_was_tried() -> None:
    found = _valued(learned("real"), "real")
    # A letter was never sent: nothing is known of it, and everything of the others.
    assert np.isnan(found.total[:, 3]).all()
    assert np.isfinite(found.total[:, :3]).all()
    # A call costs 6 and more, and no interest on small change pays for that.
    assert found.table(0).index[-1] == "letter:final"
    assert (found.contact[:, 2] >= 6).all()


def test_too_few_decisions_decline() -> None:
    few = world("real").oracle["withheld.parquet"].head(40)
    found = learn(world("real").ledger, END, few)
    assert found.declined.startswith("Too little was left to chance: 40 decisions to send nothing")
    none = learn(world("real").ledger, "2024-02-01")
    assert none.declined.startswith("No decision left to chance is old enough")
    assert max(map(len, str(found).splitlines() + str(none).splitlines())) <= 80


def test_what_comes_later_teaches_nothing() -> None:
    # The law of time: the same is learned from the ledger as it was known at the day.
    ledger, withheld = world("real").ledger, world("real").oracle["withheld.parquet"]
    cut = learn(as_of(ledger, END), END, withheld[withheld["decided_on"] < pd.Timestamp(END)], check=False)
    pd.testing.assert_frame_equal(cut.averages, learned("real").averages)
    assert cut.lost_share == learned("real").lost_share


def _valued(found: Uplift, kind: str) -> Valued:
    ledger = world(kind).ledger
    rows = open_rows(ledger, END).head(50)
    facts = settle(as_of(ledger, END)).set_index("invoice_id")
    rows["amount_open"] = facts["amount_open"].reindex(rows["invoice_id"]).to_numpy()
    rows["currency"] = facts["currency"].reindex(rows["invoice_id"]).to_numpy()
    return found.valued(ledger, rows, ("email:firm", "email:friendly", "phone:reminder", "letter:final"), Money())
