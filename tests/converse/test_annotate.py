"""Messages without a meaning are read, each different text once, and nothing else changes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paybench.converse.annotate import annotate, annotated, meaning_of
from paybench.converse.intents import INTENTS, Intent, Meaning
from paybench.errors import PaybenchError
from paybench.features import all_features, at_issue
from paybench.ledger import Ledger, as_of, conform, data_hash, read_ledger, write_ledger
from paybench.simulate import simulate


class Listener:
    """Hears two things, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def meaning(self, text: str) -> Meaning:
        self.asked[text] += 1
        heard = {"time": "need_more_time", "short": "hardship", "dispute": "dispute"}
        return Meaning(tuple(Intent(name) for word, name in heard.items() if word in text))


@pytest.fixture(scope="module")
def book() -> Ledger:
    return simulate(40, 12, seed=7).ledger


def letters(*texts: str, meaning: list[str | None] | None = None) -> Ledger:
    table = pd.DataFrame({"text": texts, "customer_id": "A", "received_on": pd.Timestamp("2025-01-01")})
    table = table.assign(message_id=[f"M{k}" for k in range(len(texts))], channel="email")
    return Ledger.of(messages=conform("messages", table.assign(meaning=meaning) if meaning else table))


def test_every_message_is_read_and_each_text_once(book: Ledger) -> None:
    listener = Listener()
    read = annotated(book, listener)
    assert read.messages["meaning"].notna().all()
    assert set(listener.asked.values()) == {1}
    assert len(listener.asked) <= book.messages["text"].nunique()
    # No other value of any table changes, and types are those of the contract.
    pd.testing.assert_frame_equal(read.messages.drop(columns="meaning"), book.messages.drop(columns="meaning"))
    pd.testing.assert_frame_equal(read.messages, conform("messages", read.messages))
    for name in ("invoices", "payments", "promises"):
        assert read.table(name) is book.table(name)
    # Reading twice is reading once: the second time nobody is asked, and the book is the same.
    again = Listener()
    assert data_hash(annotated(read, again)) == data_hash(read)
    assert not again.asked


def test_what_was_read_stays_and_what_is_empty_is_read() -> None:
    book = letters("time", "time", "time", "dispute", meaning=["legal", None, " ", "none"])
    # A person's word stands, and so does that nothing was understood.
    assert list(annotated(book, Listener()).messages["meaning"]) == [
        "legal", "need_more_time", "need_more_time", "none"
    ]  # fmt: skip


def test_only_what_the_customer_wrote_now_counts() -> None:
    listener = Listener()
    thread = "Thanks.\n\nOn 3 May 2025, A. Clerk wrote:\n> We dispute the time\n"
    read = annotated(letters(thread, "Thanks.", "time\u200b, money is short"), listener)
    # Our own words beneath are nobody's answer, and what is the same without them is read once.
    assert list(read.messages["meaning"]) == ["none", "none", "need_more_time,hardship"]
    assert listener.asked["Thanks."] == 1


def test_a_book_without_messages_is_left_alone() -> None:
    book = Ledger.of()
    assert annotated(book, Listener()) is book


def test_what_is_no_intent_is_refused() -> None:
    with pytest.raises(PaybenchError, match="A message was read to mean 'cash', which is none of need_more_time"):
        meaning_of(["cash"])
    # All intents in one cell are told apart again.
    assert meaning_of([*INTENTS, "legal"]).split(",") == list(INTENTS)


def test_reading_a_cut_book_is_cutting_a_read_one(book: Ledger) -> None:
    date = "2024-09-01"
    one, two = annotated(as_of(book, date), Listener()), as_of(annotated(book, Listener()), date)
    # What a message means follows from its text: it is known when the text is, and no earlier.
    pd.testing.assert_frame_equal(one.messages, two.messages)


def test_a_folder_is_read_as_the_ledger_is(book: Ledger, tmp_path: Path) -> None:
    write_ledger(book, tmp_path / "book")
    invoices = (tmp_path / "book" / "invoices.parquet").read_bytes()
    annotate(tmp_path / "book", Listener())
    assert data_hash(read_ledger(tmp_path / "book")) == data_hash(annotated(book, Listener()))
    # No other table is written.
    assert (tmp_path / "book" / "invoices.parquet").read_bytes() == invoices


def test_what_was_said_becomes_columns(book: Ledger) -> None:
    names = [f.name for f in all_features() if f.family == "conversations"]
    before, after = at_issue(book, names), at_issue(annotated(book, Listener()), names)
    assert before.isna().all().all()
    # Who asked for time has the days since, and a count where that is at most 90 days ago.
    asked = after["days_since_ask"].to_numpy()
    assert np.isfinite(asked).any()
    np.testing.assert_array_equal(after["asks_90"].to_numpy() > 0, asked <= 90)
