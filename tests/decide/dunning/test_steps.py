"""What is decided equals a slow computation row by row, and keeps the laws of dunning."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.dunning import (
    CHANNELS,
    STATES,
    TONES,
    Audit,
    Decided,
    Policy,
    Situation,
    decide,
    held_out,
    one_per_customer,
)
from paybench.decide.dunning.policy import Caps
from paybench.decide.evaluate.hold_out import held_out as measured_out
from paybench.errors import PaybenchError
from paybench.ledger.schema import NO_DAY
from tests.decide.dunning import slow
from tests.decide.dunning.drawn import policies, situations
from tests.decide.dunning.small import FIVE_LINES, number, one, several

POLICY = Policy.of(FIVE_LINES)
ACTIONS = [f"{channel}:{tone}" for channel in CHANNELS for tone in TONES]


def same(found: Decided, wanted: Decided) -> None:
    for part in fields(Decided):
        np.testing.assert_array_equal(getattr(found, part.name), getattr(wanted, part.name), part.name)


@given(policies(), situations())
def test_equals_the_slow_computation(policy: Policy, situation: Situation) -> None:
    found = decide(policy, situation)
    for row in range(len(situation)):
        assert found.state[row] == slow.state(policy, situation, row)
        may = [option for option, yes in zip(policy.options, found.permitted[row], strict=True) if yes]
        assert may == slow.permitted(policy, situation, row)
        if found.state[row] in slow.ENDS_WITH:
            assert found.until[row] == slow.until(policy, situation, row)


@given(policies(), situations())
def test_what_is_ripe_has_a_usual_action_and_what_is_not_has_none(policy: Policy, situation: Situation) -> None:
    found, audit = decide(policy, situation), Audit(policy, situation)
    assert set(found.state) <= set(STATES)
    assert (found.ripe == (found.state == "due_now")).all()
    assert (found.permitted.any(axis=1) == found.ripe).all()
    for row in range(len(situation)):
        assert (found.usual[row] >= 0) == found.ripe[row]
        if found.ripe[row]:
            assert found.permitted[row, found.usual[row]]
            step = policy.ladders[found.ladder[row]][found.step[row]]
            tones = [TONES.index(option.split(":")[1]) for option in policy.options]
            # The usual action is in the step's tone, or in the nearest milder one that is left.
            strength = max(t for t, may in zip(tones, found.permitted[row], strict=True) if may)
            assert tones[found.usual[row]] == strength <= TONES.index(step.tone)
            if policy.hold_out == 0:
                # No action beside the options is allowed by any rule.
                others = [action for action in ACTIONS if action not in policy.options]
                assert all(audit.violations(row, action) for action in others)


@given(policies(), situations(), st.randoms(use_true_random=False))
def test_neither_order_nor_other_customers_matter(policy: Policy, situation: Situation, random: object) -> None:
    whole = decide(policy, situation)
    order = np.random.default_rng(len(situation)).permutation(len(situation))
    same(decide(policy, situation.take(order)), whole.take(order))
    for name in np.unique(situation.customer_id):
        rows = np.flatnonzero(situation.customer_id == name)
        same(decide(policy, situation.take(rows)), whole.take(rows))


@given(policies(), situations())
def test_what_waits_is_sent_on_the_day_that_is_told_if_nothing_happens(policy: Policy, situation: Situation) -> None:
    # Caps count contacts of past days, and are left out: a hand-made situation does not forget them.
    policy = replace(policy, caps=replace(policy.caps, in_7_days=None, in_30_days=None, calls_in_7_days=None))
    found = decide(policy, situation)
    for row in np.flatnonzero((found.next_on != NO_DAY) & ~found.ripe):
        days = range(situation.today, int(found.next_on[row]))
        for day in days:
            assert not decide(policy, replace(situation, today=day)).ripe[row]


@given(situations())
def test_one_contact_per_customer_on_the_oldest_account_s_greatest_stake(s: Situation) -> None:
    rows = np.flatnonzero(np.arange(len(s)) % 4 != 1)
    chosen = one_per_customer(s, rows, s.amount_open[rows])
    assert sorted(s.customer_id[chosen]) == sorted(set(s.customer_id[rows]))
    for row in chosen:
        of = [r for r in rows if s.customer_id[r] == s.customer_id[row]]
        account = [r for r in of if s.currency[r] == s.currency[row]]
        assert min(s.due[of]) == min(s.due[account])
        assert s.amount_open[row] == max(s.amount_open[account])
    # It does not depend on the order in which rows are given.
    back = one_per_customer(s, rows[::-1], s.amount_open[rows[::-1]])
    np.testing.assert_array_equal(back, chosen)


@given(policies(), situations())
def test_a_part_payment_skips_nothing(policy: Policy, situation: Situation) -> None:
    plain = replace(policy, thresholds={})
    before = replace(situation, disputed=np.zeros(len(situation)), unapplied=np.zeros(len(situation)))
    after = replace(before, amount_open=before.amount_open / 2)
    same(decide(plain, after), decide(plain, before))


def test_a_promise_holds_until_its_grace_is_over_and_then_the_same_step_follows() -> None:
    promised = number("2025-03-20")
    for day, state in (("2025-03-18", "promised"), ("2025-03-23", "promised"), ("2025-03-24", "due_now")):
        found = decide(POLICY, one(day, 12, promised_on=promised, step=1, step_on=number("2025-03-04")))
        assert (found.state[0], found.step[0]) == (state, 1)
        if state == "promised":
            assert found.until[0] == found.next_on[0] == number("2025-03-24")


def test_of_a_dispute_the_rest_goes_on_if_it_reaches_the_threshold() -> None:
    policy = Policy.of(FIVE_LINES + "thresholds: {EUR: 25}")
    states = {part: decide(policy, one(disputed=part)).state[0] for part in (0.0, 75.0, 75.01, 100.0)}
    assert states == {0.0: "due_now", 75.0: "due_now", 75.01: "below_threshold", 100.0: "disputed"}
    whole = Policy.of(FIVE_LINES + "pause: {dispute: invoice}")
    assert decide(whole, one(disputed=0.01)).state[0] == "disputed"


def test_thresholds_are_about_the_account_in_its_own_currency() -> None:
    policy = Policy.of(FIVE_LINES + "thresholds: {EUR: 150, other: 50}")
    due = number("2025-03-13")
    rows = [
        {"invoice_id": "1"},
        {"invoice_id": "2", "due": due + 1},
        {"invoice_id": "3", "currency": "USD", "due": due - 1},
        {"invoice_id": "4", "customer_id": "C2"},
        {"invoice_id": "5", "customer_id": "C2", "due": number("2025-03-19")},
    ]
    found = decide(policy, several("2025-03-18", rows))
    # Two overdue invoices together; one alone in USD; and what is not due yet does not count.
    assert found.state.tolist() == ["due_now", "due_now", "due_now", "below_threshold", "not_due"]


def test_unapplied_money_is_laid_on_the_oldest_invoices_first_and_on_one_of_its_amount() -> None:
    due = number("2025-03-13")
    rows = [{"invoice_id": str(k), "due": due - k, "unapplied": 150.0} for k in range(3)]
    # 150 cover the oldest, and half of the next.
    assert decide(POLICY, several("2025-03-18", rows)).state.tolist() == ["due_now", "covered", "covered"]
    wanted = Policy.of(FIVE_LINES + "pause: {unapplied: 0.6}")
    assert decide(wanted, several("2025-03-18", rows)).state.tolist() == ["due_now", "due_now", "covered"]
    rows[0] |= {"amount_open": 150.0}
    assert decide(wanted, several("2025-03-18", rows)).reason.tolist() == ["same_amount", "", "oldest"]


def test_unapplied_money_counts_against_the_threshold() -> None:
    policy = Policy.of(FIVE_LINES + "thresholds: {EUR: 75}")
    states = {money: decide(policy, one(unapplied=money)).state[0] for money in (25.0, 25.01, 50.0)}
    assert states == {25.0: "due_now", 25.01: "below_threshold", 50.0: "covered"}


def test_what_is_due_today_is_not_overdue_on_the_account() -> None:
    policy = Policy.of(FIVE_LINES + "thresholds: {EUR: 150}")
    today = number("2025-03-18")
    for due, state in ((today, "below_threshold"), (today - 1, "due_now")):
        rows = [{"invoice_id": "1"}, {"invoice_id": "2", "due": due}]
        assert decide(policy, several("2025-03-18", rows)).state[0] == state


def test_an_instalment_is_left_alone_until_its_grace_is_over() -> None:
    policy = Policy.of(FIVE_LINES.replace("after_due: 3,", "after_due: 1,"))
    states = {k: decide(policy, one("2025-03-18", k, instalment=True)).state[0] for k in (-1, 3, 4)}
    assert states == {-1: "plan", 3: "plan", 4: "due_now"}


def test_caps_and_gap_are_counted_in_days_in_a_row() -> None:
    def state(**known: object) -> str:
        return str(decide(POLICY, one("2025-03-18", 40, step=1, **known)).state[0])

    # The last step a week ago is long enough, six days ago is not.
    assert state(step_on=number("2025-03-11")) == "due_now"
    assert state(step_on=number("2025-03-12")) == "gap"
    assert state(step_on=number("2025-03-01"), contacts_7=1) == "capped"
    assert state(step_on=number("2025-03-01"), contacts_30=3) == "due_now"
    assert state(step_on=number("2025-03-01"), contacts_30=4) == "capped"


def test_a_step_waits_for_the_next_open_day_of_the_customer_s_country() -> None:
    # Maundy Thursday 2025-04-17; Good Friday and Easter Monday are holidays in Germany, only the Friday in the US (no).
    days = ("2025-04-17", "2025-04-18", "2025-04-19", "2025-04-21", "2025-04-22")
    states = {c: [decide(POLICY, one(day, 5, country=c)).state[0] for day in days] for c in ("DE", "US")}
    assert states["DE"] == ["due_now", "quiet_day", "quiet_day", "quiet_day", "due_now"]
    assert states["US"] == ["due_now", "due_now", "quiet_day", "due_now", "due_now"]
    assert decide(POLICY, one("2025-04-18", 5, country="DE")).until[0] == number("2025-04-22")
    # The day after_due 3 is Good Friday: the sentence names Tuesday.
    assert decide(POLICY, one("2025-04-16", 1, country="DE")).until[0] == number("2025-04-22")


def test_steps_are_counted_from_due_date_month_end_and_last_step() -> None:
    text = "steps:\n- {after_month_end: 5, by: email, tone: friendly}\n- {after_last: 10, by: email, tone: reminder}"
    policy = Policy.of(text + "\ncaps: {gap: 0}\ndays: mon-sun")
    due = number("2025-02-10")
    assert decide(policy, one("2025-03-01", due=due)).until[0] == number("2025-03-05")
    sent = {"due": due, "step": 1, "step_on": number("2025-03-06")}
    assert decide(policy, one("2025-03-07", **sent)).until[0] == number("2025-03-16")
    assert decide(policy, one("2025-03-16", **sent)).state[0] == "due_now"


def test_a_step_before_the_due_date_lapses_with_it() -> None:
    policy = Policy.of("steps:\n- {after_due: -3, by: email, tone: courtesy}\n- {after_due: 5, by: email, tone: firm}")
    assert [decide(policy, one("2025-03-18", k)).step[0] for k in (-3, 0, 1)] == [0, 0, 1]
    # A step three days ago leaves it no day either.
    assert decide(policy, one("2025-03-18", -1, step_on=number("2025-03-15"))).step[0] == 1
    # Due on a Sunday: on Saturday no open day is left.
    assert [decide(policy, one(day, due=number("2025-03-23"))).step[0] for day in ("2025-03-21", "2025-03-22")] == [
        0,
        1,
    ]


def test_it_never_jumps() -> None:
    # Long overdue, nothing sent yet: the first step comes first.
    found = decide(POLICY, one(overdue=90))
    assert (found.step[0], POLICY.options[found.usual[0]]) == (0, "email:friendly")


def test_who_forbids_a_channel_is_contacted_by_another_or_not_at_all() -> None:
    def usual(policy: Policy, *allowed: bool) -> str:
        found = decide(policy, one(allowed=np.array([allowed]).ravel()))
        return policy.options[found.usual[0]] if found.ripe[0] else str(found.state[0])

    assert usual(POLICY, True, True, True, True) == "email:friendly"
    assert usual(POLICY, False, True, True, True) == "letter:friendly"
    assert usual(POLICY, False, False, True, True) == "opted_out"
    assert usual(Policy.of(FIVE_LINES + "instead: []"), False, True, True, True) == "opted_out"
    only = Policy.of(FIVE_LINES + "customers: {C1: {channel: phone}}")
    assert usual(only, True, True, True, True) == "phone:friendly"
    assert usual(only, True, True, False, True) == "opted_out"


def test_calls_have_a_cap_of_their_own() -> None:
    text = "steps: [{after_due: 3, by: phone, tone: firm}]\ncaps: {in_7_days: none, calls_in_7_days: 7}\ninstead: "
    for instead, usual in (("[letter]", "letter:firm"), ("[]", "capped")):
        policy = Policy.of(text + instead)
        for calls, wanted in ((6, "phone:firm"), (7, usual)):
            found = decide(policy, one(contacts_7=calls, contacts_30=calls, calls_7=calls))
            state = policy.options[found.usual[0]] if found.ripe[0] else found.state[0]
            assert state == ("capped" if calls > 3 and policy.caps.in_30_days == 4 else wanted)
        free = replace(policy, caps=Caps(None, None, 7))
        assert decide(free, one(calls_7=7)).ripe[0] == (instead != "[]")


def test_calls_that_are_not_told_apart_are_all_contacts() -> None:
    assert one(contacts_7=3).calls_7[0] == 3


def test_hold_outs_are_a_share_that_stays_and_get_no_choice() -> None:
    names = np.array([f"C{k}" for k in range(4000)])
    kept = held_out(names, 0.2, seed=1)
    assert 0.17 < kept.mean() < 0.23
    # A larger share keeps those of the smaller one; another seed has others; customers are drawn one by one.
    assert (held_out(names, 0.3, seed=1) | ~kept).all()
    assert (held_out(names, 0.2, seed=2) != kept).any()
    np.testing.assert_array_equal(held_out(names[:10], 0.2, seed=1), kept[:10])
    # Who measures the difference by the same seed has the same customers.
    np.testing.assert_array_equal(measured_out(names, 0.2, "1"), kept)
    text = FIVE_LINES + "options: [phone:friendly]\nhold_out: {share: 0.5, gets: %s}\ndays: mon-sun"
    rows = [{"invoice_id": name, "customer_id": name} for name in names[:40]]
    situation = several("2025-03-18", rows)
    kept = held_out(names[:40], 0.5)
    usual = decide(Policy.of(text % "usual"), situation)
    assert usual.permitted.sum(axis=1).tolist() == np.where(kept, 1, 2).tolist()
    assert (decide(Policy.of(text % "nothing"), situation).state[kept] == "hold_out").all()


def test_an_invoice_s_override_counts_before_a_customer_s_and_a_stop_wherever_it_stands() -> None:
    text = FIVE_LINES + (
        "segments: {big: {channel: phone}}\ncustomers: {C1: {channel: letter}}\ninvoices: {INV-1: {channel: sms}}"
    )
    assert Policy.of(text).options[decide(Policy.of(text), one(segment="big")).usual[0]] == "sms:friendly"
    stops = FIVE_LINES + (
        "customers: {C1: {stop: true, until: 2025-03-20}}\ninvoices: {INV-1: {stop: true, until: 2025-03-19}}"
    )
    found = decide(Policy.of(stops), one("2025-03-18"))
    assert (found.state[0], found.reason[0], found.until[0]) == ("stopped", "customers", number("2025-03-20"))
    assert decide(Policy.of(stops), one("2025-03-20")).state[0] == "due_now"


def test_no_open_invoice_is_no_decision() -> None:
    empty = one().take(np.zeros(0, dtype=np.int64))
    assert len(decide(POLICY, empty)) == 0
    assert one_per_customer(empty, np.zeros(0, dtype=np.int64), np.zeros(0)).size == 0


def test_arrays_of_another_length_are_refused() -> None:
    with pytest.raises(PaybenchError, match="^A situation of 1 invoices has 2 values of 'due'; give one of each"):
        one(due=0).__class__(**{**vars(one()), "due": np.array([1, 2])})
