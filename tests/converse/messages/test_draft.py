"""Drafts say what was decided, and only that; they fit their channel."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.messages import LANGUAGES, SMS_LETTERS, Draft, Style, draft, grounded
from paybench.converse.messages.texts import texts
from paybench.converse.negotiate.decision import ACCEPT, COUNTER, HAND_OVER, NOTE, REASONS, WAIVER, Decision
from paybench.converse.negotiate.facts import Facts
from paybench.errors import PaybenchError
from tests.converse.messages.made import LINK, PAIRS, decisions, facts, known_customer, understood

CHANNELS = ("email", "letter", "sms", "whatsapp", "slack", "teams", "chat")


def drafted(decision: Decision, known: Facts, channel: str, **more: str) -> Draft:
    said = {"link": LINK, "company": "Nordlicht Handel AG", "sender": "Jo Kern", "phone": "+49 40 5550"} | more
    return draft(decision, understood(known.language), known, channel=channel, **said)  # type: ignore[arg-type]


@given(st.data())
def test_every_draft_is_grounded(data: st.DataObject) -> None:
    known = data.draw(facts())
    decision = data.draw(decisions(known))
    for channel in CHANNELS:
        made = drafted(decision, known, channel, tone=data.draw(st.sampled_from(("", "courtesy", "firm", "final"))))
        assert grounded(made, known, decision) == (), made.body


@given(st.data())
def test_what_is_decided_is_said(data: st.DataObject) -> None:
    known = data.draw(facts())
    decision = data.draw(decisions(known))
    made, style = drafted(decision, known, "email"), Style(known.language, known.country)
    # A note sends nothing, and everything else says something.
    assert made.empty == (decision.action == NOTE)
    if decision.action in (ACCEPT, COUNTER) and decision.proposal is not None:
        for day, amount in decision.proposal.instalments:
            # Every day and every amount of the proposal are in the text; a waiver is not paid on a day.
            assert style.day(day) in made.body or decision.proposal.kind == WAIVER
            assert style.money(amount, decision.proposal.currency) in made.body
    # Who has sent a card number is told not to.
    assert (texts(known.language)("card") in made.body) == (decision.card_warning and not made.empty)
    # An e-mail bears its subject on one line.
    assert made.empty or ("\n" not in made.subject and made.subject)


@given(st.data())
def test_a_short_message_is_short(data: st.DataObject) -> None:
    known = data.draw(facts())
    decision = data.draw(decisions(known))
    made = drafted(decision, known, "sms", link=LINK + "a" * data.draw(st.integers(0, 100)), company="Very Long " * 9)
    assert len(made.body) <= SMS_LETTERS
    # The link is never cut.
    assert "pay.example" not in made.body or LINK in made.body


def test_each_reason_has_its_words_in_each_language() -> None:
    told = {reason for _, reason, _ in PAIRS}
    for language in LANGUAGES:
        said = texts(language)
        for action, reason, kind in PAIRS:
            # What is granted or proposed has a text by its kind, and a proposal a sentence that says why.
            if action in (ACCEPT, COUNTER):
                assert said.has("granted" if action == ACCEPT else "offered", kind)
                assert action == ACCEPT or said.has("because", reason)
            elif action != NOTE:
                assert said.has(action, reason), (language, action, reason)
        # The languages have the same places.
        assert places(said.said) - {"dunning"} == places(texts("en").said)
    # No reason of the negotiation is left out.
    assert set(REASONS) <= told


def places(said: object, path: str = "") -> set[str]:
    if not isinstance(said, dict):
        return {path}
    return (
        {"dunning"}
        if path == "dunning"
        else {p for key, value in said.items() for p in places(value, str(key) if not path else f"{path}.{key}")}
    )


def test_a_person_takes_over_in_a_tone_of_its_own() -> None:
    made = drafted(Decision(HAND_OVER, "escalate"), known_customer(broken=9), "email", tone="final")
    assert made.tone == "person"
    # Nothing is pressed, and no link asks for money.
    assert LINK not in made.body


def test_hardship_is_spoken_to_softly() -> None:
    decision = Decision("ask", "which_day")
    made = draft(decision, understood("en", "hardship"), known_customer(broken=9), channel="email", tone="final")
    assert made.tone == "friendly"
    assert "difficult" in made.body


def test_a_large_customer_gets_its_account_manager() -> None:
    decision = Decision("ask", "which_day")
    large = drafted(decision, known_customer(value="large", account_manager="Ana Berg"), "email")
    small = drafted(decision, known_customer(account_manager="Ana Berg"), "email")
    # The manager signs to a large customer, and is named to the others.
    assert "Grüßen\nAna Berg\n" in large.body
    assert "Grüßen\nJo Kern\n" in small.body
    assert "Ana Berg" in small.body


def test_each_draft_says_why_this_time_channel_and_tone() -> None:
    made = drafted(Decision("ask", "which_day"), known_customer(), "email")
    assert [reason.split(":")[0] for reason in made.reasons] == ["Time", "Channel", "Tone"]


def test_nothing_in_a_name_is_read_as_a_text() -> None:
    made = drafted(
        Decision("ask", "which_day"), known_customer(name="{{ 7 * 7 }} {% if x %}\r\nBcc: a@b.example"), "email"
    )
    assert "Guten Tag {{ 7 * 7 }} {% if x %} Bcc: a@b.example," in made.body


def test_what_is_wrong_is_said() -> None:
    known, decision = known_customer(), Decision("ask", "which_day")
    with pytest.raises(PaybenchError, match="not written in 'it'; give one of en, de, fr, es"):
        draft(decision, None, known, language="it")
    with pytest.raises(PaybenchError, match="no tone 'rude'; give one of courtesy"):
        draft(decision, None, known, tone="rude")
    with pytest.raises(PaybenchError, match="no consequence 'bailiff'; give some of interest"):
        draft(decision, None, known, consequences=("bailiff",))
    with pytest.raises(PaybenchError, match="too many for a short message"):
        draft(Decision("answer", "how_to_pay"), None, known, channel="sms", link="https://pay.example/" + "a" * 200)
