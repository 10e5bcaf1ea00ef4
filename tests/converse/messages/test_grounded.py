"""What is not so is found: a digit, an invoice, a link or a name that was changed, a threat, a grant nobody decided."""

from __future__ import annotations

import dataclasses
import random
import string
from collections import Counter
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.messages import Draft, draft, grounded
from paybench.converse.negotiate.decision import ANSWER, ASK, COUNTER, EXTENSION, NOTE, PLAN, Decision, Proposal
from paybench.converse.negotiate.facts import COLUMNS, Facts
from tests.converse.messages.made import IDS, LINK, decisions, facts, understood

VOICE = {"link": LINK, "company": "Nordlicht Handel AG", "sender": "Jo Kern"}
STRANGERS = ("Meyer Transporte GmbH", "Acme Holdings Ltd", "Erika Musterfrau", "Pedro Ruiz")
LINKS = (
    "https://pay.example.evil.test/l/1",
    "http://pay.example/l/x8Yw2kQ9",
    LINK + "/x",
    LINK[:-1] + "r",
    "www.payme.com",
)


def changed(made: Draft, known: Facts, how: str, pick: random.Random) -> str | None:
    """The body with one thing changed; None where there is nothing of the kind."""
    body = made.body
    if how == "digit":
        places = [n for n, letter in enumerate(body) if letter in string.digits]
        if not places:
            return None
        n = pick.choice(places)
        return body[:n] + pick.choice([d for d in string.digits if d != body[n]]) + body[n + 1 :]
    olds = {
        "invoice": [name for name in known.known_ids if f" {name}" in body and not name.isdecimal()],
        "link": [LINK],
        "name": [name for name in (known.name, "Jo Kern", "Nordlicht Handel AG", "Ana Berg") if name],
    }[how]
    news = {"invoice": [*IDS, "INV-9999", "RE2026/1"], "link": LINKS, "name": STRANGERS}[how]
    there = [old for old in olds if old in body]
    if not there:
        return None
    old = pick.choice(there)
    return body.replace(old, pick.choice([new for new in news if new != old]), 1)


def test_what_was_changed_is_found() -> None:
    tried: Counter[str] = Counter()
    missed: list[str] = []

    @given(st.data())
    def try_one(data: st.DataObject) -> None:
        known = data.draw(facts())
        decision = data.draw(decisions(known))
        channel = data.draw(st.sampled_from(("email", "sms", "chat")))
        made = draft(decision, understood(known.language), known, channel=channel, **VOICE)  # type: ignore[arg-type]
        pick = random.Random(data.draw(st.integers(0, 10**6)))
        for how in [*["digit"] * 15, *["invoice"] * 5, *["link", "name"] * 3]:
            body = changed(made, known, how, pick)
            if body is not None:
                tried[how] += 1
                if not grounded(dataclasses.replace(made, body=body), known, decision):
                    missed.append(f"{how}: {body}")

    try_one()
    # At least 99 % of all changes are found; what is missed is a number that is true of something else.
    share = 1 - len(missed) / tried.total()
    print(f"{share:.4f} of {tried.total()} changes are found: {dict(tried)}")  # noqa: T201
    assert share >= 0.99, missed


def one(language: str = "en", country: str = "GB") -> Facts:
    rows = [
        ("INV-7", "EUR", Decimal("1200.00"), date(2026, 2, 3), "low", 0.5, None, 0, Decimal(0)),
        ("INV-8", "EUR", Decimal("800.00"), date(2026, 2, 20), "low", 0.5, None, 0, Decimal(0)),
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return Facts("C1", date(2026, 3, 2), "Acme Widgets Ltd", language, country, table, account_manager="Ana Berg")


PLANNED = Decision(COUNTER, "default_plan", ("Why.",), Proposal(PLAN, "EUR", ("INV-7",), (
    (date(2026, 3, 10), Decimal("500.00")), (date(2026, 4, 10), Decimal("700.00")))))  # fmt: skip
ASKED = Decision(ASK, "which_day")
OFFERED = Decision(COUNTER, "beyond_policy", ("Why.",), Proposal(EXTENSION, "EUR", ("INV-7",), (
    (date(2026, 3, 16), Decimal("1200.00")),)))  # fmt: skip


def faults(body: str, decision: Decision = ASKED, language: str = "en", tone: str = "friendly") -> tuple[str, ...]:
    made = draft(decision, None, one(language), language=language, tone=tone, **VOICE)  # type: ignore[arg-type]
    return grounded(dataclasses.replace(made, body=body), one(language), decision)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("We wait for 1,300.00 EUR.", "The sum '1,300.00 eur'"),
        ("We wait for €1,200.", ""),
        ("We wait for 1.200,00 EUR.", "not written as it should be"),
        ("We wait for 1200 EUR and 5 USD.", "The sum '5 usd'"),
        ("We wait for 2k.", "2k"),
        ("We wait for half of it.", "The share or sum 'half'"),
        ("We take 3 % off.", "The share or sum '3 %'"),
        ("Please pay by 3 February 2027.", "The day '3 february 2027'"),
        ("It was due on 3 February.", ""),
        ("It was due on Tuesday, 3 February 2026.", ""),
        ("It was due on Friday, 3 February 2026.", "wrong day of the week"),
        ("Please pay by tomorrow.", "write the day out"),
        ("Please pay within two weeks.", "write the day out"),
        ("Please pay on Friday.", "write the day out"),
        ("Please pay in May 2026.", "The day 'may 2026'"),
        ("It was due on 03/02/2026.", ""),
        ("It was due on 04/02/2026.", "The day '04/02/2026'"),
        ("Invoice INV-9 is open.", "'INV-9' is no invoice"),
        ("Invoice INV-7 is 800.00 EUR.", "does not belong to invoice INV-7"),
        ("Invoice INV-7 was due on 20 February 2026.", "does not belong to invoice INV-7"),
        ("Pay at https://evil.example/l.", "is no link of ours"),
        ("Pay at evil.com today.", "is no link of ours"),
        (f"Pay at {LINK}.", ""),
        (f"Pay at {LINK}?to=1.", "is no link of ours"),
        ("Write to boss@acme.example.", "is no e-mail address of ours"),
        ("Call +49 40 1234567.", "The number '1234567'"),
        ("Pay to DE89 3704 0044 0532 0130 00.", "card or account number"),
        ("Your card 4111 1111 1111 1111 was charged.", "card or account number"),
        ("Dear Maria,\nthank you.", "'maria' is a name"),
        ("Dear Acme Widgets Ltd,\nthank you.", ""),
        ("Please ask Maria Lopez for it.", "'Maria' is a name"),
        ("Please ask Ana Berg for it.", ""),
        ("Thank you.\n\nKind regards\nPeter", "'peter' is a name"),
        ("We will take you to court.", "legal steps"),
        ("We will charge interest.", "speaks of interest"),
        ("You will regret this.", "consequences that nothing allows"),
        ("We waive it all.", "money that is forgiven"),
        ("We have received your payment.", "money that came in"),
        ("Agreed, you have until then.", "an agreement"),
        ("Please use our new bank account.", "details of bank accounts"),
        ("Pay\u200b now.", "cannot be seen"),
        ("Three invoices are open.", "The number 'three'"),
        ("Two invoices are open.", ""),
        ("On which day will you pay?", ""),
    ],
)
def test_each_kind_of_claim(body: str, what: str) -> None:
    found = faults(body)
    assert (not found) if not what else any(what in fault for fault in found), found


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("de", "Wir gehen vor Gericht."), ("de", "Zahlen Sie bis morgen."), ("de", "Wir erlassen Ihnen alles."),
        ("de", "Es sind 1,200.00 EUR."), ("de", "Sehr geehrte Frau Krause,\nvielen Dank."),
        ("fr", "Nous irons au tribunal."), ("fr", "Payez avant demain."), ("fr", "Payez 900,00 EUR."),
        ("fr", "Bonjour Marie,\nmerci."), ("es", "Iremos al juzgado."), ("es", "Pague dentro de dos semanas."),
        ("es", "Le perdonamos todo."), ("es", "Pague antes del 4 de marzo de 2026."), ("es", "Hola, Lucía:\ngracias."),
    ],
)  # fmt: skip
def test_in_each_language(language: str, body: str) -> None:
    assert faults(body, language=language)


def test_instalments_stay_with_their_days() -> None:
    # The right pairs are fine, turned round they are not.
    assert not faults("We propose:\n10 March 2026: 500.00 EUR\n10 April 2026: 700.00 EUR", PLANNED)
    assert faults("We propose:\n10 March 2026: 700.00 EUR\n10 April 2026: 500.00 EUR", PLANNED)
    assert faults("We propose 700.00 EUR on 10 March 2026 and 500.00 EUR on 10 April 2026.", PLANNED)


def test_what_is_decided_has_to_be_said() -> None:
    assert "It does not say 16 March 2026, which was decided." in faults("We propose a later day.", OFFERED)
    assert not faults("We propose 16 March 2026. Would that suit you?", OFFERED)


def test_a_decision_about_one_invoice_names_no_other() -> None:
    assert faults("We propose 16 March 2026 for INV-8.", OFFERED)


def test_a_note_sends_nothing() -> None:
    made = draft(Decision(NOTE, "bounce"), None, one())
    assert grounded(made, one(), Decision(NOTE, "bounce")) == ()
    assert grounded(dataclasses.replace(made, body="Hello"), one(), Decision(NOTE, "bounce"))


def test_enabled_consequences_are_for_the_last_tone() -> None:
    made = draft(OFFERED, None, one(), tone="final", consequences=("interest",), **VOICE)  # type: ignore[arg-type]
    assert "statutory interest" in made.body
    assert grounded(made, one(), OFFERED) == ()
    # In a milder tone, or another consequence, it is a fault.
    assert grounded(dataclasses.replace(made, tone="firm"), one(), OFFERED)
    assert grounded(dataclasses.replace(made, body=made.body + "\nWe go to court."), one(), OFFERED)


def test_money_found_may_be_named() -> None:
    known = dataclasses.replace(one(), unapplied={"EUR": Decimal("2000.00")}, settled_ids=frozenset({"INV-1"}))
    made = draft(Decision(ANSWER, "payment_found"), None, known)
    body = "We have found your payment of 2,000.00 EUR for INV-1."
    assert not grounded(dataclasses.replace(made, body=body), known, Decision(ANSWER, "payment_found"))
    assert grounded(dataclasses.replace(made, body=body), known, ASKED)
