"""A conversation reaches only the states that its events lead to, and a proposal is taken once, as it was made."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.negotiate import (
    EVENTS,
    STATES,
    Conversation,
    Facts,
    Policy,
    accepted,
    clicked,
    happened,
    heard,
    signed,
)  # fmt: skip
from paybench.converse.negotiate.policy import of_currency
from paybench.converse.understand import Understood
from paybench.errors import PaybenchError
from tests.converse.negotiate.drawn import OWING, STANDARD, bill, customer, day, facts, messages, policies, understood

NEW = Conversation()
LARGE = customer(bill("A1", "12000.00"))


def after(*said: Understood, who: Facts = OWING, start: Conversation = NEW) -> Conversation:
    for one in said:
        start = heard(start, one, who, STANDARD).conversation
    return start


PROPOSED = after(understood("need_more_time", days=[60]))


@pytest.mark.parametrize(
    ("names", "more", "state"),
    [
        ("need_more_time", {"days": [9]}, "promised"),
        ("need_more_time", {"days": [60]}, "proposed"),
        ("already_paid", {}, "engaged"),
        ("send_invoice", {}, "engaged"),
        ("dispute", {}, "disputed"),
        ("insolvency", {}, "person"),
        ("unsubscribe", {}, "stopped"),
        ("out_of_office", {}, "reminded"),
        ("acknowledgement", {}, "reminded"),
    ],
)
def test_a_reply_to_a_reminder_leads_to_its_state(names: str, more: Any, state: str) -> None:
    assert after(understood(*names.split(), **more)).state == state


def test_thanks_and_promises_that_say_nothing_else_take_a_proposal() -> None:
    def takes(*names: str, **more: Any) -> bool:
        return accepted(PROPOSED, understood(*names, **more), OWING, STANDARD)

    assert takes("acknowledgement", text="Ok, thank you")
    assert takes("acknowledgement", text="no problem, that works")
    assert takes("promise_to_pay")
    assert takes("promise_to_pay", days=[14], amounts=["1200"])
    # Another day, another amount, a doubt, or anything else beside it is no consent.
    assert not takes("promise_to_pay", days=[15])
    assert not takes("promise_to_pay", amounts=["600"])
    assert not takes("promise_to_pay", firmness="aspirational")
    assert not takes("acknowledgement", text="Received, we will look into it")
    assert not takes("acknowledgement", text="Danke, das geht leider nicht")
    assert not takes("acknowledgement", days=[20], text="ok")
    assert not takes("acknowledgement", "question", text="ok, and how is it paid")
    assert not takes("acknowledgement", text="ok?")
    # Where nothing is proposed there is nothing to take.
    assert not accepted(NEW, understood("acknowledgement", text="ok"), OWING, STANDARD)


def test_what_is_taken_is_promised_by_message_as_by_click() -> None:
    written = heard(PROPOSED, understood("acknowledgement", text="agreed"), OWING, STANDARD)
    click = clicked(PROPOSED, "accept", OWING, STANDARD)
    assert written.conversation == click.conversation
    assert click.conversation.state == "promised"
    assert written.decision.moved("promise") == click.decision.moved("promise")
    [promise] = click.decision.moved("promise")
    assert (promise["promised_on"], promise["amount"]) == (day(14), Decimal("1200.00"))
    # A click counts once.
    with pytest.raises(PaybenchError, match=r"No proposal waits .* 'promised'"):
        clicked(click.conversation, "accept", OWING, STANDARD)
    with pytest.raises(PaybenchError, match=r"'maybe' cannot be clicked"):
        clicked(PROPOSED, "maybe", OWING, STANDARD)


def test_a_part_is_not_promised_twice() -> None:
    turn = heard(NEW, understood("part_payment", days=[3], amounts=["600"]), OWING, STANDARD)
    taken = clicked(turn.conversation, "accept", OWING, STANDARD).decision
    both = [*turn.decision.moved("promise"), *taken.moved("promise")]
    assert [(p["promised_on"], p["amount"]) for p in both] == [(day(3), Decimal(600)), (day(14), Decimal("600.00"))]
    # Nor if it has come in the meantime.
    left = customer(bill("A1", "600.00"))
    taken = clicked(turn.conversation, "accept", left, STANDARD).decision
    assert [p["amount"] for p in taken.moved("promise")] == [Decimal("600.00")]


def test_a_refusal_is_for_a_person() -> None:
    turn = clicked(PROPOSED, "refuse", OWING, STANDARD)
    assert (turn.conversation.state, turn.decision.action, turn.decision.reason) == ("person", "hand_over", "refused")
    assert not turn.decision.moved("promise")


def test_after_two_counters_a_person_goes_on() -> None:
    ask = understood("need_more_time", days=[60])
    states, reasons, now = [], [], NEW
    for _ in range(4):
        turn = heard(now, ask, OWING, STANDARD)
        now = turn.conversation
        states.append(now.state)
        reasons.append(turn.decision.reason)
    assert states == ["proposed", "proposed", "person", "person"]
    assert reasons == ["beyond_policy", "beyond_policy", "no_agreement", "with_person"]
    # A question in between changes nothing.
    assert after(understood("send_invoice"), start=PROPOSED) == PROPOSED


def test_a_proposal_that_does_not_hold_any_more_is_for_a_person() -> None:
    for who in (
        replace(OWING, today=day(15)),  # its day has passed
        customer(bill("A1", "900.00")),  # something was paid
        customer(bill("A2", "1200.00")),  # all of it was paid
        customer(bill("A1", "1200.00", risk="high")),  # policy would not propose it any more
        replace(OWING, broken=2),
    ):
        turn = clicked(PROPOSED, "accept", who, STANDARD)
        assert (turn.conversation.state, turn.decision.reason) == ("person", "proposal_lapsed")
        assert not turn.decision.moved("promise")


def test_a_person_signs_what_is_granted_or_proposed() -> None:
    waits = after(understood("need_more_time", days=[9]), who=LARGE)
    assert (waits.state, waits.would) == ("person", "accept")
    granted = signed(waits, LARGE, STANDARD)
    assert (granted.conversation.state, len(granted.decision.moved("promise"))) == ("promised", 1)
    # A signed counter-proposal can be taken without another signature.
    offered = signed(after(understood("need_more_time", days=[90]), who=LARGE), LARGE, STANDARD)
    assert offered.conversation.state == "proposed"
    assert clicked(offered.conversation, "accept", LARGE, STANDARD).conversation.state == "promised"
    assert (
        clicked(replace(offered.conversation, signed=False), "accept", LARGE, STANDARD).conversation.state == "person"
    )
    with pytest.raises(PaybenchError, match=r"No draft waits for a signature"):
        signed(PROPOSED, OWING, STANDARD)


def test_while_a_person_has_it_nothing_is_granted() -> None:
    now = after(understood("change_bank_details"))
    turn = heard(now, understood("promise_to_pay", days=[5], firmness="firm"), OWING, STANDARD)
    assert (turn.decision.action, turn.decision.reason, turn.conversation.state) == (
        "hand_over",
        "with_person",
        "person",
    )
    assert not turn.decision.moved("promise")
    # Until that person gives it back.
    assert after(understood("promise_to_pay", days=[5]), start=happened(now, "released")).state == "promised"


def test_money_and_days_end_a_promise() -> None:
    promised = after(understood("need_more_time", days=[9]))
    assert happened(promised, "paid").state == "kept"
    assert happened(promised, "day_over").state == "broken"
    assert happened(happened(promised, "day_over"), "remind").state == "reminded"
    # What is broken stays so when money comes, and a proposal that nobody took has lapsed.
    assert happened(happened(promised, "day_over"), "paid").state == "broken"
    assert happened(PROPOSED, "day_over") == Conversation("engaged")
    with pytest.raises(PaybenchError, match="'rain' is no event"):
        happened(promised, "rain")


@st.composite
def histories(draw: st.DrawFn) -> tuple[Facts, Policy, list[Understood | str]]:
    who = draw(facts(True))
    message = messages(who, ("need_more_time", "promise_to_pay", "instalment_plan", "acknowledgement", "part_payment",
                             "insolvency", "unsubscribe", "dispute"), 2)  # fmt: skip
    event = st.sampled_from(["accept", "refuse", "sign", *EVENTS])
    return who, draw(policies()), draw(st.lists(st.one_of(message, message, event), min_size=1, max_size=6))


@given(histories())
def test_no_history_reaches_what_policy_forbids(history: tuple[Facts, Policy, list[Understood | str]]) -> None:
    who, policy, steps = history
    now, by_person = NEW, False
    for step in steps:
        before, decision = now, None
        if isinstance(step, Understood):
            now, decision = (turn := heard(now, step, who, policy)).conversation, turn.decision
        elif step in EVENTS:
            now = happened(now, step)
        elif step == "sign" and now.state == "person" and now.would:
            now, decision = (turn := signed(now, who, policy)).conversation, turn.decision
            by_person = True
        elif step in ("accept", "refuse") and now.state == "proposed":
            now, decision = (turn := clicked(now, step, who, policy)).conversation, turn.decision
        assert now.state in STATES
        assert now.rounds <= 2
        # While a person has it, only that person changes anything.
        if before.state == "person" and isinstance(step, Understood):
            assert now.state in ("person", "disputed", "stopped")
        # Out of stopped no message leads but to a person.
        if before.state == "stopped" and isinstance(step, Understood):
            assert now.state in ("stopped", "person")
        if now.state == "promised" and before.state != "promised":
            assert now.proposal is not None
        if decision is None or not decision.moved("promise"):
            continue
        # Above the threshold promises come from a person's signature, or are for the next days, or the due date.
        rows = who.open_invoices
        owed = sum(rows["amount_open"][rows["invoice_id"].isin(decision.proposal.invoices)], Decimal(0))
        soon = all(p["promised_on"] <= day(7) for p in decision.moved("promise"))
        due = min(rows["due_on"][rows["invoice_id"].isin(decision.proposal.invoices)])
        by_due = all(p["promised_on"] <= due for p in decision.moved("promise"))
        assert owed <= of_currency(policy.approval, decision.proposal.currency) or by_person or soon or by_due
