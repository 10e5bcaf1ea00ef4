"""Laws of what customers write: words fit their meaning, promises their message, and answers follow contacts."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from paybench.ledger import settle
from paybench.simulate import Ladder, Settings, World, simulate
from paybench.simulate.messages import INTENTS
from paybench.simulate.settings import COUNTRIES
from paybench.simulate.words import LANGUAGES, TEXTS, written

END = pd.Timestamp("2025-01-01")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(700, 12, 2)


@pytest.fixture(scope="module")
def letters(world: World) -> pd.DataFrame:
    """Messages with what they mean and what they are about."""
    known = world.ledger.messages.merge(world.oracle["truth_messages.parquet"], on="message_id", validate="1:1")
    assert len(known) == len(world.ledger.messages)
    return known.merge(world.ledger.customers[["customer_id", "country"]], on="customer_id", validate="m:1")


def test_words_fit_their_meaning(letters: pd.DataFrame) -> None:
    # Every meaning occurs.
    assert set(letters["intent"]) == set(INTENTS)
    for intent, country, invoice, text in zip(
        letters["intent"], letters["country"], letters["invoice_id"], letters["text"], strict=True
    ):
        menu = TEXTS[LANGUAGES.get(country, "en")]
        phrases = menu[intent] + (menu["need_time_until"] if intent == "need_time" else ())
        day = "".join(DATE.findall(text))

        # A text is one of those for its meaning in the customer's language, about its own invoice.
        assert text in {phrase.format(n=invoice, d=day) for phrase in phrases}

    # Messages bear the customer of their invoice.
    owner = letters["invoice_id"].str.extract(r"INV-(\d+)-")[0]
    assert ("C" + owner == letters["customer_id"]).all()


def test_every_language_has_every_meaning() -> None:
    for texts in TEXTS.values():
        assert set(texts) == {*INTENTS, "need_time_until"}

        # Who names a day writes it down, and nobody else does.
        for intent, phrases in texts.items():
            assert all(("{d}" in p) == (intent in ("promise", "need_time_until")) for p in phrases)
    assert set(LANGUAGES) <= set(COUNTRIES)
    assert written("DE", "need_time", 0, "INV-1", "").startswith("Ich brauche")


def test_promises_quote_their_message(world: World, letters: pd.DataFrame) -> None:
    promises = world.ledger.promises
    source = letters.assign(promise_id=letters["message_id"].str.replace("MSG", "PRO"))
    found = promises.merge(source, on=["promise_id", "customer_id", "invoice_id"], validate="1:1")
    amounts = world.ledger.invoices.set_index("invoice_id")["amount"]

    # Each promise is a message of its day, in its words, with its day; only who promises or asks for time promises.
    assert len(found) == len(promises) > 0
    assert (found["source_quote"] == found["text"]).all()
    assert (found["made_on"] == found["received_on"]).all()
    assert set(found["intent"]) <= {"promise", "need_time"}
    named = found["text"].str.extract(f"({DATE.pattern})")[0]
    assert (pd.to_datetime(named) == found["promised_on"]).all()

    # Every message that names a day is a promise.
    assert letters["text"].str.contains(DATE.pattern).sum() == len(promises)

    # The day lies ahead, on a working day; the amount is above zero and at most the invoice.
    assert (promises["promised_on"] > promises["made_on"]).all()
    assert (promises["promised_on"].dt.day_of_week < 5).all()
    assert (promises["amount"] > 0).all()
    assert (promises["amount"].to_numpy() <= amounts[promises["invoice_id"]].to_numpy()).all()


def test_promised_days_do_not_know_the_end_of_the_window(world: World) -> None:
    promises = world.ledger.promises
    late, early = promises["made_on"] >= END - pd.Timedelta(days=4), promises["made_on"] < END - pd.Timedelta(days=40)
    ahead = (promises["promised_on"] - promises["made_on"]).dt.days

    # Who promises in the last days of the window looks as far ahead as who promises in its middle.
    assert ahead[late].mean() > 0.6 * ahead[early].mean()


def test_consents_follow_stop_messages(world: World, letters: pd.DataFrame) -> None:
    consents = world.ledger.consents
    stops = letters[(letters["intent"] == "stop") & (letters["channel"] != "letter")]
    first = stops.groupby(["customer_id", "channel"])["received_on"].min()
    told = consents.set_index(["customer_id", "channel"])["changed_on"]

    # Each forbids one channel, on the day of the first message that said so on it; letters cannot be forbidden.
    assert len(consents) > 0
    assert not consents["allowed"].any()
    pd.testing.assert_series_equal(told.sort_index(), first.sort_index(), check_names=False)


UNASKED = ("dispute", "need_time", "insolvent")


def test_answers_come_only_after_a_contact(world: World, letters: pd.DataFrame) -> None:
    contacts = world.ledger.contacts.assign(received_on=lambda c: c["sent_on"] + pd.Timedelta(days=1))
    asked = letters.merge(
        contacts[["invoice_id", "channel", "received_on", "sent_on"]], on=["invoice_id", "channel", "received_on"],
        how="left",
    )  # fmt: skip

    # Who answers does so the day after, on the channel of the contact; only some matters are written about unasked.
    assert len(asked) == len(letters)
    assert asked.loc[~asked["intent"].isin(UNASKED), "sent_on"].notna().all()

    # Without any contact nobody answers.
    quiet = simulate(300, 8, 2, policy=None)
    assert set(quiet.oracle["truth_messages.parquet"]["intent"]) <= set(UNASKED)
    assert not len(quiet.ledger.consents)


def test_messages_are_about_what_is_open(world: World, letters: pd.DataFrame) -> None:
    state = settle(world.ledger).set_index("invoice_id").reindex(letters["invoice_id"]).reset_index()
    done = (state["settled_on"] < letters["received_on"]) | (state["written_off_on"] < letters["received_on"])

    # What is paid needs no promise, no time and no copy: the customer says that it is paid.
    assert set(letters.loc[done, "intent"]) <= {"paid"}

    # Nothing is written before the invoice exists.
    assert (state["issued_on"] < letters["received_on"]).all()


def test_who_was_given_up_does_not_say_that_it_paid() -> None:
    policy = Ladder(days=(172, 179), channels=("email",) * 2, tones=("final",) * 2, gap=1, explore=0.0)
    world = simulate(300, 12, 4, policy=policy, settings=replace(Settings(), losing=8.0))
    known = world.oracle["truth_messages.parquet"].merge(world.ledger.messages, on="message_id")
    lost = settle(world.ledger).set_index("invoice_id")["written_off_on"].reindex(known["invoice_id"])
    after = lost.to_numpy() <= known["received_on"].to_numpy()

    # Reminders were sent until the end, but nobody answers about an invoice that was written off.
    assert len(known)
    assert not after.any()


def test_complaints_come_with_disputes(world: World, letters: pd.DataFrame) -> None:
    opened = world.ledger.disputes.set_index("invoice_id")["opened_on"].reindex(letters["invoice_id"]).to_numpy()
    asked = letters.merge(world.ledger.contacts, on=["invoice_id", "channel"])["message_id"]
    alone = (letters["intent"] == "dispute") & ~letters["message_id"].isin(asked)

    # Who writes unasked that an invoice is wrong has disputed it that day.
    assert alone.any()
    assert (opened[alone] == letters.loc[alone, "received_on"].to_numpy()).all()


def test_who_goes_out_of_business_writes_once(world: World, letters: pd.DataFrame) -> None:
    notices = letters[letters["intent"] == "insolvent"]
    gone = world.oracle["truth_customers.parquet"].set_index("customer_id")["gone_on"]

    # On the day it happens, once per customer.
    assert notices["customer_id"].is_unique
    assert (notices["received_on"].to_numpy() == gone[notices["customer_id"]].to_numpy()).all()


def test_some_promises_are_kept_and_some_are_not(world: World) -> None:
    promises = world.ledger.promises
    promises = promises[promises["promised_on"] < END]
    settled = settle(world.ledger).set_index("invoice_id")["settled_on"].reindex(promises["invoice_id"])
    kept = (settled.to_numpy() <= promises["promised_on"].to_numpy()).mean()

    # A promise is a sign, not a law.
    assert 0.1 < kept < 0.95
    assert np.isfinite(kept)
