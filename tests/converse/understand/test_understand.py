"""One message put together."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from paybench.converse.intents import RULES, IntentModel, read_corpus
from paybench.converse.understand import mood, understand
from paybench.converse.understand.understood import SENTIMENTS, URGENCIES
from tests.converse.conftest import FROZEN

TODAY = date(2025, 3, 3)


def test_a_message_has_meaning_slots_language_and_mood(intents_model: IntentModel) -> None:
    said = understand("Können wir Rechnung 4711 erst am 20. März bezahlen?", TODAY, intents_model, known_ids={"4711"})
    assert said.language == "de"
    assert said.has("need_more_time")
    assert [slot.last for slot in said.slots.dates] == [date(2025, 3, 20)]
    assert [slot.invoice_id for slot in said.slots.invoices] == ["4711"]


def test_days_of_what_was_paid_lie_in_the_past(intents_model: IntentModel) -> None:
    said = understand("We already paid this on Friday, please check your bank.", TODAY, intents_model)
    assert said.has("already_paid")
    assert said.slots.dates[0].first == date(2025, 2, 28)


def test_no_card_number_is_left_and_what_is_quoted_says_nothing() -> None:
    said = understand("Card 4111 1111 1111 1111\n\nOn 3 May 2025, A wrote:\n> our lawyers\n", TODAY, RULES)
    assert "4111" not in said.text + said.new
    assert said.names == {"card_data_sent"}
    assert said.urgency == "high"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This is a disgrace, I am furious!!", ("normal", "negative")),
        ("Not urgent at all", ("normal", "neutral")),
        ("Bitte umgehend zurückrufen", ("high", "neutral")),
        ("Merci beaucoup, c'est parfait", ("normal", "positive")),
        ("Muchas gracias", ("normal", "positive")),
    ],
)
def test_words_of_mood_and_their_negation(text: str, expected: tuple[str, str]) -> None:
    assert mood(text) == expected


def test_mood_of_the_frozen_replies_is_right_more_often_than_the_commonest_would_be(intents_model: IntentModel) -> None:
    corpus = read_corpus(FROZEN / "test_general.jsonl", FROZEN / "test_safety.jsonl")
    rows = pd.DataFrame(corpus.rows)[["sentiment", "urgent"]]
    moods = [mood(text, {intent.name for intent in intents_model.meaning(text).intents}) for text in corpus.texts]
    said = pd.DataFrame(moods, columns=["urgency", "sentiment"])
    assert set(said["urgency"]) <= set(URGENCIES)
    assert set(said["sentiment"]) <= set(SENTIMENTS)
    assert (said["sentiment"] == rows["sentiment"]).mean() > (rows["sentiment"] == "neutral").mean()
    assert ((said["urgency"] == "high") == rows["urgent"]).mean() > (~rows["urgent"].astype(bool)).mean()
