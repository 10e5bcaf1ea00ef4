"""The record keeps everything once, in order, without secrets, and forgets a customer whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from paybench.converse.talk.record import Event, Record
from paybench.errors import PaybenchError

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def said(customer: str, text: str, number: str | None = None) -> Event:
    return Event(customer, NOW, "received", "email", {"text": text}, "mail", number)


def test_events_come_back_as_they_were_in_their_order(tmp_path: Path) -> None:
    record = Record(tmp_path / "new" / "conversations.db")
    assert record.of("A") == []
    first = record.add(said("A", "one"), said("B", "two"))
    second = record.add(
        Event("A", NOW + timedelta(hours=1), "decided", "email", {"why": ["a", "b"], "amount": "10.50"})
    )
    assert first is not None
    assert second is not None
    assert record.of("A") == [first[0], second[0]]
    assert record.of("A", after=first[0].number) == second
    assert [event.customer_id for event in record.latest()] == ["A", "B"]


def test_what_comes_twice_is_recorded_once_and_nothing_beside_it(tmp_path: Path) -> None:
    record = Record(tmp_path / "c.db")
    assert record.add(said("A", "one", "m1"))
    # All or none: the second event of a group that was seen leaves no trace of the first.
    assert record.add(said("A", "other"), said("A", "one again", "m1")) is None
    assert [event.body["text"] for event in record.of("A")] == ["one"]
    found = record.seen("mail", "m1")
    assert found is not None
    assert found.body == {"text": "one"}
    # Many at once: one wins.
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: record.add(said("A", "race", "m2")), range(16)))
    assert sum(events is not None for events in done) == 1


def test_card_numbers_and_secrets_never_reach_the_file(tmp_path: Path) -> None:
    record = Record(tmp_path / "c.db")
    record.add(Event("A", NOW, "received", body={"deep": [{"text": "my card 4111 1111 1111 1111, password=hunter2!"}]}))
    assert record.of("A")[0].body["deep"][0]["text"] == "my card [card], password=[secret]"
    assert b"4111" not in (tmp_path / "c.db").read_bytes()


def test_a_customer_is_exported_and_erased_whole(tmp_path: Path) -> None:
    record = Record(tmp_path / "c.db")
    for k in range(50):
        record.add(said("A", f"a very particular sentence {k}"), said("B", "kept"))
    assert [row["text"] for row in record.export("A")][:2] == [
        "a very particular sentence 0", "a very particular sentence 1",
    ]  # fmt: skip
    assert record.erase("A") == 50
    assert record.erase("A") == 0
    assert record.export("A") == []
    assert len(record.of("B")) == 50
    # No free page of the file remembers either.
    assert b"particular" not in (tmp_path / "c.db").read_bytes()


def test_a_file_that_is_no_record_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "c.db").write_text("no data base at all, but long enough to be looked at " * 20)
    with pytest.raises(PaybenchError, match="The record of conversations at .* cannot be used"):
        Record(tmp_path / "c.db").of("A")
