"""Hard rules: what must not be missed, and what takes it back."""

from __future__ import annotations

import pytest

from paybench.converse.intents import INTENTS, RULES, SAFETY, hard_rules


def names(text: str) -> set[str]:
    return {intent.name for intent in hard_rules(text)}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("STOP", "unsubscribe"),
        ("Arrêt", "unsubscribe"),
        ("BAJA", "unsubscribe"),
        ("Please take me off your mailing list.", "unsubscribe"),
        ("Bitte löschen Sie meine Nummer aus dem Verteiler", "unsubscribe"),
        ("Ne m'envoyez plus de SMS", "unsubscribe"),
        ("No me llamen más", "unsubscribe"),
        ("The company went into administration on 3 May", "insolvency"),
        ("Über unser Vermögen wurde das Insolvenzverfahren eröffnet", "insolvency"),
        ("Nous sommes en redressement judiciaire", "insolvency"),
        ("Estamos en concurso de acreedores", "insolvency"),
        ("You will hear from our solicitors", "legal"),
        ("Wir haben Widerspruch gegen den Mahnbescheid eingelegt", "legal"),
        ("Adressez-vous à mon avocat", "legal"),
        ("Nos veremos en el juzgado", "legal"),
        ("Our bank details have changed", "change_bank_details"),
        ("Bitte nutzen Sie ab sofort unser neues Konto", "change_bank_details"),
        ("Veuillez noter notre nouveau RIB", "change_bank_details"),
        ("Tenemos una nueva cuenta bancaria", "change_bank_details"),
        ("Refund it to DE89 3704 0044 0532 0130 00", "change_bank_details"),
        ("take it off 4111 1111 1111 1111 exp 12/29", "card_data_sent"),
    ],
)
def test_each_safety_intent_is_found_in_four_languages(text: str, intent: str) -> None:
    assert intent in names(text)


@pytest.mark.parametrize(
    "text",
    [
        "No need to unsubscribe me, the reminders help",
        "We are not insolvent, only late",
        "The rumours about our insolvency are untrue",
        "Our legally registered name is Brook & Daughters Ltd",
        "We stopped the shipment on Monday",
        "Keine Sorge, wir gehen nicht zum Anwalt",
        "Pouvez-vous m'envoyer un relevé de compte ?",
        "¿Me mandan un estado de cuenta?",
        "card ending 4242",
        "invoice 4111111111111112",
    ],
)
def test_negations_and_other_meanings_of_the_words_are_none(text: str) -> None:
    assert names(text) == set()


def test_what_is_quoted_says_nothing() -> None:
    assert names("We pay on Friday.\n\nOn 3 May 2025, A. Clerk wrote:\n> Our lawyers will sue\n") == set()


def test_a_quote_is_part_of_the_message_and_a_card_number_is_in_none() -> None:
    text = "Bitte SCHREIBEN Sie mir nie wieder eine SMS! 4111 1111 1111 1111"
    found = {intent.name: intent for intent in hard_rules(text)}
    for quote in found["unsubscribe"].quotes:
        assert quote in text
    assert found["card_data_sent"].quotes == ("[card]",)


def test_rules_alone_are_a_model() -> None:
    assert RULES.meaning("Wir zahlen Rechnung 4711 am 3.4.").intents[0].name == "promise_to_pay"

    # It says nothing of what it does not know, and knows only its own names.
    unknown = RULES.meaning("Der Mond ist aus Käse")
    assert unknown.abstained
    assert not unknown.intents
    assert set(unknown.p) == set(INTENTS) >= SAFETY
