"""What a trial can show, and what logs and mornings say, held against what is true in the simulator."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from paybench import PaybenchError
from paybench.decide.evaluate import Refused, evaluate
from paybench.ledger import Ledger, as_of, settle
from paybench.simulate import simulate
from paybench.worth import Case, experiment, policies
from paybench.worth.floor import forecast_floor
from paybench.worth.learned import Learned, learn
from paybench.worth.logged import Logged, effects_table, logged
from paybench.worth.measure import Past
from paybench.worth.morning import Morning, morning
from paybench.worth.trial import CAP, hold_out

AT = "2025-04-01"


@cache
def book() -> Ledger:
    return simulate(90, 18, seed=4, truth="none").ledger


@cache
def past() -> Past:
    return Past.of(book(), AT, weeks=40)


@cache
def learned() -> Learned:
    return learn(experiment(Case(), 120, 1), policies()[1].options, 60)


@cache
def log() -> Logged:
    return logged(Case(), 100, 0.5, months=8)


@cache
def one() -> Morning:
    return morning(Case(), learned(), 80)


def test_days_to_payment_are_those_of_a_slow_count() -> None:
    cut = as_of(book(), AT)
    facts = settle(cut).set_index("invoice_id")["settled_on"]
    end = pd.Timestamp(AT) - pd.Timedelta(days=CAP)
    begin = end - pd.Timedelta(weeks=40)
    waited = []
    for row in cut.invoices.to_dict("records"):
        if begin <= row["issued_on"] < end:
            on = facts[row["invoice_id"]]
            waited.append(CAP if pd.isna(on) else min(max((on - row["issued_on"]).days, 0), CAP))
    assert sorted(past().table["days"]) == sorted(waited)


def test_what_comes_later_has_no_influence() -> None:
    again = Past.of(as_of(book(), AT), AT, weeks=40)
    pd.testing.assert_frame_equal(again.table, past().table)
    assert again.explained == past().explained


def test_a_larger_gain_takes_no_longer_and_a_hold_out_nearer_a_half_is_quicker() -> None:
    table = past().needed({f"{days}": float(days) for days in (2, 5, 10, 20)}, held=(0.1, 0.5))
    weeks = table.drop(columns="days").map(lambda text: 999 if text == "out of reach" else int(text.split()[0]))
    assert (weeks.diff().dropna() <= 0).all().all()
    assert (weeks["50 % held out"] <= weeks["10 % held out"]).all()
    assert len(past().needed({"nothing": 0.0})) == 0


def test_a_book_of_few_customers_is_refused() -> None:
    with pytest.raises(PaybenchError, match="a trial takes 40 or more"):
        Past.of(simulate(20, 12, seed=1, truth="none").ledger, "2024-12-01")


def test_a_hold_out_finds_nothing_where_contacts_do_nothing() -> None:
    found = hold_out(Case(effect=0.0), learned(), 60, months=6, before=3)
    assert found.true == 0.0
    assert (found.table["days"] == found.table["other"]).all()
    assert found.found.low <= 0 <= found.found.high
    assert found.table.index.is_unique
    assert max(len(line) for line in str(found).splitlines()) <= 80


def test_the_log_tells_the_chances_by_which_it_was_made() -> None:
    made = log().log
    assert made.propensities is not None
    assert made.propensities.sum(axis=1) == pytest.approx(1.0)
    # Nothing outside the policy ever had a chance.
    may = np.append(log().permitted, np.ones((len(made), 1), dtype=bool), axis=1)
    assert (made.propensities[~may] == 0).all()
    # Each action was taken as often as its chances say.
    for k in range(made.k):
        chance = made.propensities[:, k]
        error = np.sqrt((chance * (1 - chance)).sum())
        assert abs((made.action == k).sum() - chance.sum()) <= 4 * error + 1e-9


def test_candidates_do_what_is_permitted_and_the_usual_step_can_be_judged() -> None:
    may = np.append(log().permitted, np.ones((len(log().log), 1), dtype=bool), axis=1)
    candidates = log().candidates(learned())
    for policy in candidates.values():
        assert may[np.arange(len(policy)), policy].all()
    # What half of the log did can be told; what it hardly ever did is refused.
    assert not isinstance(evaluate(log().log, candidates["the usual step"]), Refused)
    assert isinstance(evaluate(log().log, candidates["send nothing"]), Refused)


def test_a_log_without_chance_is_refused() -> None:
    with pytest.raises(PaybenchError, match="explore is 0"):
        logged(Case(), 50, 0)


def test_the_terms_of_a_choice_add_up_and_no_plan_is_truly_worth_more_than_that_of_who_knows() -> None:
    plan, best = one().plan({"phone": 1}), one().plan({"phone": 1}, knowing=True)
    for planned, knowing in ((plan, False), (best, False), (best, True)):
        table = one().table(planned, knowing)
        assert (table["value"] == table["true_value" if knowing else "believed"]).all()
        terms = table[["interest", "loss_avoided", "contact_cost", "strain"]].sum(axis=1)
        assert list(terms) == pytest.approx(list(table["value"]))
        assert table["action"].str.startswith("phone").sum() <= 1
        assert table.index.is_unique
    assert one().table(plan)["true_value"].sum() <= one().table(best)["true_value"].sum() + 1e-9
    assert (one().table(plan)["value"] > 0).all()
    # The truth is told of what is permitted, and of nothing else.
    assert (np.isnan(one().true.total) == ~one().permitted).all()


def test_effects_are_told_by_action_with_their_intervals() -> None:
    table = effects_table(learned())
    assert set(table.index) <= set(policies()[1].options)
    assert ((table["low"] < table["effect"]) & (table["effect"] < table["high"])).all()


def test_even_who_knows_every_distribution_errs_and_less_in_larger_books() -> None:
    small, large = (forecast_floor(Case(), n, seeds=(1, 2)) for n in (30, 300))
    assert 0 < large < small < 1
