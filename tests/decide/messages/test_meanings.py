"""What is said of a message: sure of what it says, or nothing."""

from __future__ import annotations

import pytest

from paybench.decide.exceptions import recognised
from paybench.decide.messages.meanings import LONGEST, MEANINGS, alarming
from paybench.simulate.words import TEXTS

SIMULATED = [
    (intent.removesuffix("_until"), text.format(n=number, d=day))
    for menu in TEXTS.values()
    for intent, texts in menu.items()
    for text in texts
    for number in ("INV-00012-0003", "4711", "RE 2024/17")
    for day in ("2025-03-04",)
]


@pytest.mark.parametrize(("intent", "text"), SIMULATED)
def test_simulated_customers_are_understood(intent: str, text: str) -> None:
    if intent == "insolvent":
        assert alarming(text) == "insolvency"
    else:
        assert alarming(text) is None
        assert recognised(text) == intent


@pytest.mark.parametrize(
    ("meaning", "text"),
    [
        ("promise", "Hello, payment will be made next week."),
        ("promise", "Hallo, wir überweisen morgen."),
        ("promise", "Le règlement est prévu pour lundi."),
        ("need_time", "Wäre eine Ratenzahlung möglich?"),
        ("dispute", "The goods never arrived."),
        ("copy", "Could you resend the invoice please"),
        ("paid", "Das wurde bereits beglichen."),
        ("away", "Automatische Antwort: bis Montag bin ich außer Haus."),
    ],
)
def test_other_plain_words(meaning: str, text: str) -> None:
    assert recognised(text) == meaning


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Thanks!",
        "Please call me.",
        "We will pay.",  # no day
        "We will not pay 4711 on 2025-03-04.",
        "Wir zahlen am 4.3. nicht.",
        "If you send the missing box, we will pay on 2025-03-04.",
        "We have already paid, but the amount is wrong.",  # two meanings
        "We have never paid that.",
        "Wir haben bereits bezahlt, jedoch nur die Hälfte.",
        "We will pay on 2025-03-04. " + "And another thing. " * 20,
    ],
)
def test_what_is_not_plain_is_for_a_person(text: str) -> None:
    assert recognised(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Please note our new bank details.",
        "Unsere Bankverbindung hat sich geändert.",
        "Bitte nur noch auf [account] überweisen.",
        "Voici notre nouveau RIB.",
        "Cambiamos de banco, adjuntamos los datos bancarios.",
        "We are bankrupt, send refunds to our new account, IBAN follows.",  # fraud before insolvency
    ],
)
def test_bank_details_are_seen(text: str) -> None:
    assert alarming(text) == "bank_details"


@pytest.mark.parametrize(
    "text",
    [
        "The company went into administration on Monday.",
        "Wir sind zahlungsunfähig.",
        "Über das Vermögen wurde das INSOLVENZVERFAHREN eröffnet.",
        "La société est en liquidation judiciaire.",
        "Hemos presentado concurso voluntario de acreedores.",
    ],
)
def test_words_of_insolvency_are_seen(text: str) -> None:
    assert alarming(text) == "insolvency"


def test_plain_messages_raise_no_alarm() -> None:
    assert not [text for intent, text in SIMULATED if intent != "insolvent" and alarming(text)]
    assert alarming("Monday is a bank holiday, we pay on Tuesday.") is None
    assert set(MEANINGS) == {intent for intent, _ in SIMULATED} - {"insolvent"}
    assert LONGEST < 1000
