"""What a customer was asked for completes its wish; anything else is decided alone."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from paybench.converse.negotiate import Conversation, Facts, Turn, heard
from paybench.converse.negotiate.wish import Wish, wish_of
from paybench.converse.slots.found import PlanSlot
from paybench.converse.talk.record import Event
from paybench.converse.talk.thread import conversation_of, told
from tests.converse.negotiate.drawn import OWING, STANDARD, bill, customer, day, on, understood

TWO = customer(bill("A1", "1200.00"), bill("B1", "800.00", currency="USD"))


def then(first: Any, second: Any, who: Facts = OWING) -> Turn:
    """The second of two messages."""
    return heard(heard(Conversation(), first, who, STANDARD).conversation, second, who, STANDARD)


def test_a_day_completes_a_wish_for_time() -> None:
    unclear = understood("need_more_time", days=[on(0, ask=True, quote="03/04")])
    turn = then(unclear, understood(text="the 11th", days=[9]))
    assert (turn.decision.action, turn.decision.reason) == ("accept", "within_policy")
    assert turn.decision.proposal is not None
    assert turn.decision.proposal.instalments == ((day(9), Decimal("1200.00")),)
    # Nothing stays open once it is decided.
    assert turn.conversation.open_wish is None


@pytest.mark.parametrize("text", ["600", "EUR 600", "600 euros", "about 600,00"])
def test_an_amount_alone_completes_a_part(text: str) -> None:
    turn = then(understood("part_payment", days=[4]), understood("out_of_scope", text=text))
    assert turn.decision.reason == "rest_open"
    assert turn.decision.proposal is not None
    assert turn.decision.proposal.instalments == ((day(4), Decimal("600")), (day(14), Decimal("600.00")))


@pytest.mark.parametrize(("text", "name"), [("the euro one", "A1"), ("celle en dollars", "B1"), ("USD", "B1")])
def test_a_currency_completes_a_promise(text: str, name: str) -> None:
    turn = then(understood("promise_to_pay", days=[5], firmness="firm"), understood(text=text), TWO)
    assert (turn.decision.action, turn.decision.reason, turn.decision.invoices) == ("accept", "promise", (name,))


def test_an_invoice_completes_what_was_said_of_one_that_is_not_open() -> None:
    first = understood("instalment_plan", invoices=["X9"], plan=PlanSlot("three", 3))
    turn = then(first, understood(text="sorry, A1", invoices=["A1"]))
    assert (turn.decision.action, turn.decision.invoices) == ("accept", ("A1",))
    assert turn.decision.proposal is not None
    assert len(turn.decision.proposal.instalments) == 3


def test_a_release_with_a_day_is_a_promise() -> None:
    turn = then(understood("internal_approval"), understood(text="by the 11th", days=[9]))
    assert (turn.decision.action, turn.decision.reason) == ("accept", "promise")


def test_questions_in_between_leave_it_open_and_other_things_are_decided_alone() -> None:
    asked = heard(Conversation(), understood("part_payment", days=[4]), OWING, STANDARD).conversation
    assert asked.open_wish == Wish("amount", ("part_payment",), ((day(4), day(4)),))
    between = heard(asked, understood("send_invoice", text="please send us a copy"), OWING, STANDARD).conversation
    assert between.open_wish == asked.open_wish
    disputed = heard(
        asked, understood("dispute", text="600 of it are for goods that never came", amounts=["600"]), OWING, STANDARD
    )
    assert disputed.decision.reason == "dispute"
    assert disputed.conversation.open_wish is None


def test_a_wish_outlives_the_record() -> None:
    plan = (3, "monthly", Decimal("400.50"))
    wish = Wish("currency", ("instalment_plan",), ((day(1), day(2)),), ((Decimal(5), "EUR"),), ("A1",), plan, "soft")
    assert wish_of(json.loads(json.dumps(wish.as_dict))) == wish
    stands = replace(Conversation("engaged"), open_wish=wish)
    body = {"conversation": json.loads(json.dumps(told(stands)))}
    assert conversation_of([Event("C1", None, "decided", body=body)]) == stands  # type: ignore[arg-type]
    # What was recorded before there were wishes is read as well.
    del body["conversation"]["open_wish"]
    assert conversation_of([Event("C1", None, "decided", body=body)]) == Conversation("engaged")  # type: ignore[arg-type]
