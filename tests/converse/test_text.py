"""What is kept of a message, what of it is new, and in which language it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.text import LANGUAGES, cleaned, language_of, new_text, plain_letters
from paybench.decide.messages import meanings

NASTY = st.text(st.sampled_from("aé\u0301\u200b\u202e\ufeff\u00ad\r\n\u2028\x00 1234-:=.>passwordIBAN"), max_size=120)


@given(st.one_of(NASTY, st.text(max_size=200)))
def test_cleaning_is_done_once(text: str) -> None:
    clean = cleaned(text)
    assert cleaned(clean) == clean
    assert unicodedata.is_normalized("NFC", clean)
    assert not set(clean) & set("\r\u200b\u202e\ufeff\u2028\x00")


@pytest.mark.parametrize("card", ["4111 1111 1111 1111", "4111\u200b1111\u200b1111\u200b1111", "4242-4242-4242-4242"])
def test_cards_do_not_stay(card: str) -> None:
    assert cleaned(f"my card is {card}, thanks") == "my card is [card], thanks"


def test_accounts_and_secrets_do_not_stay() -> None:
    assert cleaned("IBAN DE89 3704 0044 0532 0130 00") == "IBAN [account]"
    assert cleaned("password: not-a-real-one") == "password: [secret]"


def test_long_rows_of_numbers_hide_no_card() -> None:
    row = "1 2 3 " * 300
    assert "[card]" in cleaned(f"{row}4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 {row}")
    numbers = " ".join(str(4711 + k) for k in range(300))
    assert "4711" in cleaned(numbers)


NEW = "Thanks, we will pay on Friday."
THREADS = [
    "{}\n\nOn Mon, 3 May 2025 at 10:00, A. Clerk <a@example.com> wrote:\n\n> Please pay.\n> Regards",
    "{}\n\nOn Mon, 3 May 2025 at 10:00, A. Clerk\n<a@example.com> wrote:\nPlease pay.",
    "{}\n\nAm 03.05.2025 um 10:00 schrieb A. Clerk <a@example.com>:\n> Bitte zahlen",
    "{}\n\nLe lun. 3 mai 2025 à 10:00, A. Clerk <a@example.com> a écrit :\n> Merci de payer",
    "{}\n\nEl lun, 3 may 2025 a las 10:00, A. Clerk (<a@example.com>) escribió:\n> Pague",
    "{}\n\n-----Original Message-----\nFrom: A. Clerk\nSent: Monday\nTo: B\nSubject: Reminder\n\nPlease pay",
    "{}\n\n-----Ursprüngliche Nachricht-----\nVon: A\nGesendet: Montag\n\nBitte zahlen",
    "{}\n\n____________________\nFrom: A. Clerk <a@example.com>\nSent: Monday\nTo: B\nSubject: Reminder\n\nPlease pay",
    "{}\n\nVon: A <a@example.com>\nGesendet: Montag, 3. Mai\nAn: B\nBetreff: Mahnung\n\nBitte zahlen",
    "{}\n\nDe : A <a@example.com>\nEnvoyé : lundi\nÀ : B\nObjet : Rappel\n\nMerci",
    "{}\n\nDe: A <a@example.com>\nEnviado el: lunes\nPara: B\nAsunto: Recordatorio\n\nPague",
    "{}\n\nBegin forwarded message:\n\nFrom: A\nSubject: x\n\nPlease pay",
    "{}\n-- \nB. Payer\nExample Ltd",
    "{}\n\nSent from my iPhone",
    "{}\n\nVon meinem iPhone gesendet",
    "> Please pay.\n> Regards\n\n{}",
    "On 3 May 2025, A. Clerk <a@example.com> wrote:\n> Please pay.\n\n{}",
]


@pytest.mark.parametrize("thread", THREADS)
def test_the_thread_beneath_is_left_out(thread: str) -> None:
    assert new_text(thread.format(NEW)) == NEW


@pytest.mark.parametrize(
    "text",
    [
        NEW,
        "From: the bottom of my heart, thank you.\nWe pay on Friday.",
        "On Friday we pay.\nI wrote: the invoice is wrong",
        "To: whom it may concern\nWe pay.",
        "We pay 500 -- the rest follows.",
    ],
)
def test_what_only_looks_like_a_thread_stays(text: str) -> None:
    assert new_text(text) == text


@given(st.text(max_size=300))
def test_the_new_text_is_of_the_text(text: str) -> None:
    lines = {line.strip() for line in text.split("\n")}
    assert all(line.strip() in lines or not line.strip() for line in new_text(text).split("\n"))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "We will pay the invoice next week."),
        ("en", "pls send copy of inv"),
        ("de", "Wir zahlen die Rechnung nächste Woche."),
        ("de", "Können wir in Raten zahlen?"),
        ("fr", "Nous réglerons la facture la semaine prochaine."),
        ("fr", "Je ne peux pas payer, désolé"),
        ("es", "Pagaremos la factura la semana que viene."),
        ("es", "¿Podemos pagar a plazos?"),
        ("es", "no puedo pagar hasta el viernes"),
    ],
)
def test_languages_are_told_apart(language: str, text: str) -> None:
    assert language_of(text, default="") == language


@pytest.mark.parametrize("text", ["", "ok", "4711", "👍", "INV-4711 500.00"])
def test_where_it_cannot_tell_it_says_the_default(text: str) -> None:
    assert language_of(text, default="fr") == "fr"


@given(st.text(max_size=200))
def test_any_text_has_a_language(text: str) -> None:
    assert language_of(text) in LANGUAGES


def test_plain_letters_are_those_of_the_first_look() -> None:
    assert plain_letters is meanings.plain_letters
