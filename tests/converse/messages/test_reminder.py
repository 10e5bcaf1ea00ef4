"""Reminders by chat, short message and e-mail: of what is overdue, with a link, and no threat that is not enabled."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from paybench.converse.messages import SMS_LETTERS, TONES, Style, grounded, reminder
from paybench.converse.messages.drafted import bills
from paybench.converse.messages.texts import CONSEQUENCES, dunning
from paybench.converse.negotiate.facts import Facts
from paybench.errors import PaybenchError
from tests.converse.messages.made import LINK, facts, known_customer


@given(facts(), st.sampled_from(TONES[:-1]), st.sampled_from(("chat", "sms", "email")), st.booleans())
def test_reminders_are_grounded(known: Facts, tone: str, channel: str, enabled: bool) -> None:
    assume(len(known.open_invoices))
    made = reminder(
        known, tone=tone, channel=channel, link=LINK, company="Nordlicht Handel AG", sender="Jo Kern",
        consequences=CONSEQUENCES if enabled else (),
    )  # fmt: skip
    assert grounded(made, known, None) == (), made.body
    # The link is in it, and the sum of what is overdue, or open where nothing is.
    assert LINK in made.body
    first = bills(known)[0]
    mine = [bill for bill in bills(known) if bill.currency == first.currency]
    late = [bill for bill in mine if bill.due < known.today] or mine
    total = Style(known.language, known.country).money(
        sum((bill.amount for bill in late), start=late[0].amount * 0), first.currency
    )
    assert total.replace("\N{NO-BREAK SPACE}", " ") in made.body.replace("\N{NO-BREAK SPACE}", " ")
    # What happens otherwise is said in the last tone only, and only where it is enabled.
    said = any(dunning(known.language)["consequences"][name] in made.body for name in CONSEQUENCES)
    overdue = late[0].due < known.today
    assert said == (enabled and tone == "final" and overdue and channel != "sms")
    assert channel != "sms" or len(made.body) <= SMS_LETTERS


@pytest.mark.parametrize(("language", "country"), [("en", "GB"), ("de", "DE"), ("fr", "FR"), ("es", "ES")])
def test_every_enabled_consequence_can_be_said(language: str, country: str) -> None:
    known = dataclasses.replace(known_customer(), language=language, country=country)
    for name in CONSEQUENCES:
        made = reminder(known, tone="final", channel="email", consequences=(name,))
        assert grounded(made, known, None) == ()
        # Each is found where it is not enabled, whatever else is.
        others = tuple(other for other in CONSEQUENCES if other != name)
        kept = dataclasses.replace(made, voice=dataclasses.replace(made.voice, consequences=others))
        assert grounded(kept, known, None)


@given(facts())
def test_a_threat_that_is_taken_back_is_a_fault(known: Facts) -> None:
    assume(any(bill.due < known.today for bill in bills(known)[:1]))
    made = reminder(known, tone="final", channel="email", consequences=CONSEQUENCES)
    # The same words without the policy's leave, or in a milder tone, are faults.
    quiet = dataclasses.replace(made, voice=dataclasses.replace(made.voice, consequences=()))
    assert len(grounded(quiet, known, None)) >= len(CONSEQUENCES)
    assert grounded(dataclasses.replace(made, tone="firm"), known, None)


@given(facts())
def test_a_forbidden_channel_is_not_used(known: Facts) -> None:
    with pytest.raises(PaybenchError, match="forbade messages by sms; choose a channel"):
        reminder(dataclasses.replace(known, allowed={"sms": False}), tone="firm", channel="sms")


def test_what_is_wrong_is_said() -> None:
    nobody = Facts("C1", __import__("datetime").date(2026, 3, 2))
    with pytest.raises(PaybenchError, match="Nothing of customer 'C1' is open; there is nothing to remind of"):
        reminder(nobody, tone="firm")
    with pytest.raises(PaybenchError, match="no tone 'person' of a reminder; give one of courtesy"):
        reminder(nobody, tone="person")
