"""A short answer takes a proposal or refuses it, whatever it may seem to mean besides; anything new is no answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.intents.meaning import INTENTS
from paybench.converse.negotiate import Conversation, Proposal, accepted, heard
from paybench.converse.negotiate.consent import REFUSES, TAKES, made_of
from paybench.converse.slots.found import PlanSlot
from tests.converse.negotiate.drawn import OWING, STANDARD, day, understood

LATER = Conversation("proposed", Proposal("extension", "EUR", ("A1",), ((day(14), Decimal("1200.00")),)), 1)
PARTS = Conversation(
    "proposed",
    Proposal("plan", "EUR", ("A1",), tuple((day(10 + 30 * n), Decimal("400.00")) for n in range(3))),
    1,
)
YES = [
    "ok", "deal", "Yes, that works for us.", "passt", "so machen wir das", "d'accord", "ça me va", "vale",
    "de acuerdo", "sounds good, thank you", "fine by me", "einverstanden", "Bueno, vale", "no problem", "👍",
]  # fmt: skip
NO = [
    "no", "sorry, can't do that", "that's not enough", "geht leider nicht", "nein", "non, impossible",
    "no nos sirve", "Unfortunately we are not able to agree to that.", "no, I need longer",
    "Das reicht uns nicht.", "no deal",
]  # fmt: skip


def reason(stands: Conversation, *names: str, **more: Any) -> str:
    return heard(stands, understood(*names, **more), OWING, STANDARD).decision.reason


@pytest.mark.parametrize("text", YES)
def test_words_of_consent_take_a_proposal(text: str) -> None:
    assert reason(LATER, text=text) == "agreed"


@pytest.mark.parametrize("text", NO)
def test_words_of_refusal_are_for_a_person(text: str) -> None:
    turn = heard(LATER, understood(text=text), OWING, STANDARD)
    assert (turn.decision.action, turn.decision.reason, turn.decision.queue) == ("hand_over", "refused", "collections")
    assert turn.decision.invoices == ("A1",)
    assert turn.conversation.state == "person"
    assert not turn.decision.moved("promise")


@given(st.sampled_from(YES + NO), st.sets(st.sampled_from([i for i in INTENTS if i != "card_data_sent"]), max_size=3))
def test_so_few_words_decide_whatever_the_model_takes_them_for(text: str, names: set[str]) -> None:
    assert reason(LATER, *sorted(names), text=text) == ("agreed" if text in YES else "refused")


def test_what_a_rule_found_is_no_mere_answer() -> None:
    assert reason(LATER, "unsubscribe", text="no", by="rule") == "unsubscribe"
    assert reason(LATER, "insolvency", text="ok", by="rule") == "insolvency"


def test_no_text_is_both_and_neither_is_made_of_other_words() -> None:
    def words(text: str) -> tuple[str, ...]:
        return tuple(text.lower().replace(",", "").split())

    assert made_of(words("yes please"), TAKES)
    assert not made_of(words("yes please"), REFUSES)
    assert made_of(words("that is not ok"), REFUSES)
    assert not made_of(words("that is not ok"), TAKES)
    # Neither courtesy alone nor anything beside it.
    assert not made_of(words("thank you"), TAKES)
    assert not made_of(words("ok the goods were broken"), TAKES)


def test_what_repeats_the_proposal_takes_it() -> None:
    assert reason(LATER, "promise_to_pay", text="We confirm payment on the 16th as proposed", days=[14]) == "agreed"
    assert reason(PARTS, "instalment_plan", text="yes, 400 a month", amounts=["400"],
                  plan=PlanSlot("400 a month", None, "monthly", Decimal(400))) == "agreed"  # fmt: skip
    assert reason(PARTS, "instalment_plan", text="ok, three it is", plan=PlanSlot("three", 3)) == "agreed"


def test_what_names_something_else_is_decided_anew() -> None:
    assert reason(LATER, "need_more_time", text="ok, but can we do the 11th instead?", days=[9]) == "within_policy"
    assert reason(LATER, "instalment_plan", text="fine, in two parts", plan=PlanSlot("two parts", 2)) == "within_policy"
    assert reason(PARTS, "instalment_plan", text="ok, weekly", plan=PlanSlot("weekly", 3, "weekly")) == "within_policy"
    # A question takes nothing.
    assert not accepted(LATER, understood("acknowledgement", text="ok?"), OWING, STANDARD)


def test_another_day_or_number_alone_is_a_wish_for_it() -> None:
    assert reason(LATER, "question", text="What about the 11th then?", days=[9]) == "within_policy"
    assert reason(PARTS, "question", text="What if we do 4?") == "within_policy"
    # What is more than policy allows is proposed once more at most.
    assert reason(LATER, "question", text="And the 1st of May?", days=[60]) == "beyond_policy"


def test_time_asked_for_once_more_without_a_day_is_a_refusal() -> None:
    assert reason(LATER, "need_more_time", text="we really need more time than you offer us here") == "refused"
