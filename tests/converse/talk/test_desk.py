"""A desk answers each message once, enters what was agreed once, and keeps still where it has to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from paybench.converse.channels import Inbound, Outbox
from paybench.converse.links import FakeProvider
from paybench.converse.talk import Desk, Senders
from paybench.decide.dunning import situation_of
from paybench.errors import PaybenchError
from paybench.ledger import Ledger, as_of, read_ledger, write_ledger
from paybench.ledger.schema import NO_DAY

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ASKS = "I need more time to pay INV-00001, until 9 March 2026."


@pytest.fixture
def book(tmp_path: Path) -> Path:
    invoices = pd.DataFrame(
        {
            "invoice_id": ["INV-00001", "INV-00002", "INV-00003"], "customer_id": ["C1", "C1", "C2"],
            "issued_on": ["2026-01-10"] * 3, "due_on": ["2026-02-20", "2026-03-20", "2026-02-20"],
            "amount": [1200.0, 300.5, 80.0], "currency": ["EUR"] * 3,
        }
    )  # fmt: skip
    names = pd.DataFrame(
        {"customer_id": ["C1", "C2"], "name": ["Weber Metals", "Linden Foods"], "country": ["GB", "GB"]}
    )
    write_ledger(Ledger.of("Rhein Tools", invoices=invoices, customers=names), tmp_path / "book")
    return tmp_path / "book"


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider("not a real secret", "http://127.0.0.1:8642")


@pytest.fixture
def desk(book: Path, provider: FakeProvider) -> Desk:
    return Desk(book, book.parent / "store", provider=provider)


def texts(desk: Desk, customer: str = "C1") -> list[tuple[str, str]]:
    return [(m["from"], m["status"]) for m in desk.thread(customer, NOW)["messages"]]


def test_more_time_is_granted_entered_and_pauses_dunning(desk: Desk, book: Path) -> None:
    turn = desk.receive("C1", ASKS, "chat", NOW, source_id="m1")
    assert (turn["decision"]["action"], turn["decision"]["reason"]) == ("accept", "within_policy")
    assert turn["decision"]["proposal"]["date"] == "2026-03-09"
    assert texts(desk) == [("customer", "received"), ("book", "sent")]

    # The ledger has the message with its meaning, and the promise with the customer's own words.
    ledger = read_ledger(book)
    assert ledger.messages[["message_id", "meaning"]].to_numpy().tolist() == [["chat-m1", "need_more_time"]]
    promise = ledger.promises.iloc[0]
    assert (promise["invoice_id"], promise["amount"]) == ("INV-00001", 1200.0)
    assert promise["promised_on"].date() == date(2026, 3, 9)
    assert promise["source_quote"] == ASKS

    # Nothing of that is known on the day itself; from the next one on dunning waits for the promised day.
    assert as_of(ledger, "2026-03-02").promises.empty
    known = situation_of(ledger, "2026-03-03")
    assert dict(zip(known.invoice_id, known.promised_on != NO_DAY, strict=True)) == {
        "INV-00001": True, "INV-00002": False, "INV-00003": False,
    }  # fmt: skip


def test_a_message_that_comes_again_changes_nothing(desk: Desk, book: Path) -> None:
    first = desk.receive("C1", ASKS, "chat", NOW, source_id="m1")
    before = {file.name: file.read_bytes() for file in book.glob("*.parquet")}
    again = desk.receive("C1", "something else under the same number", "chat", NOW, source_id="m1")
    assert again == first
    assert {file.name: file.read_bytes() for file in book.glob("*.parquet")} == before
    assert len(texts(desk)) == 2


def test_a_counter_is_accepted_by_a_click_and_paid_by_its_link(desk: Desk, book: Path, provider: FakeProvider) -> None:
    desk.remind("C1", NOW)
    turn = desk.receive("C1", "I need more time to pay INV-00001, until 30 June 2026.", "chat", NOW, source_id="m1")
    assert (turn["decision"]["action"], turn["state"]) == ("counter", "proposed")
    waits = desk.thread("C1", NOW)
    assert waits["proposal"]["date"] == turn["decision"]["proposal"]["date"]
    # Nothing is promised while the customer has not said yes.
    assert read_ledger(book).promises.empty

    after = desk.choose("C1", "accept", NOW, "click1")
    assert after["state"] == "promised"
    assert [p["state"] for p in after["promises"]] == ["active"]
    assert desk.choose("C1", "accept", NOW, "click1")["state"] == "promised"  # the same click, once more
    with pytest.raises(PaybenchError, match="No proposal waits"):
        desk.choose("C1", "accept", NOW, "click2")

    link = after["link"]
    report = provider.pay(link["id"], NOW)
    assert desk.webhook(report.headers, report.body, NOW) == {
        "customer_id": "C1",
        "amount": "1200.00",
        "currency": "EUR",
    }
    assert desk.webhook(report.headers, report.body, NOW) is None
    paid = read_ledger(book).payments
    assert paid[["invoice_id", "amount"]].to_numpy().tolist() == [["INV-00001", 1200.0]]
    done = desk.thread("C1", NOW)
    assert (done["state"], done["link"]["state"]) == ("kept", "paid")
    assert [row["invoice_id"] for row in done["invoices"]] == ["INV-00002"]
    assert [p["state"] for p in done["promises"]] == ["kept"]


def test_a_promise_that_was_not_kept_is_told(desk: Desk) -> None:
    desk.receive("C1", ASKS, "chat", NOW)
    later = NOW + timedelta(days=11)  # three days of grace are over, too
    assert desk.thread("C1", later)["state"] == "broken"
    assert [p["state"] for p in desk.thread("C1", later)["promises"]] == ["broken"]


def test_opting_out_wins_at_once_and_for_good(desk: Desk, book: Path) -> None:
    turn = desk.receive("C1", "Unsubscribe", "chat", NOW)
    assert not turn["goes_out"]
    assert read_ledger(book).consents[["channel", "allowed"]].to_numpy().tolist() == [["chat", False]]
    # Within the same day, before any cut of the ledger knows of it.
    assert not desk.receive("C1", ASKS, "chat", NOW)["goes_out"]
    assert not desk.thread("C1", NOW)["consents"]["chat"]
    with pytest.raises(PaybenchError, match="forbade chat"):
        desk.remind("C1", NOW)
    with pytest.raises(PaybenchError, match="forbade chat"):
        desk.say("C1", "Anna", "just one more thing", NOW)
    desk.take_over("C1", "Anna", NOW)
    desk.give_back("C1", "Anna", NOW)
    assert not desk.receive("C1", ASKS, "chat", NOW + timedelta(days=1))["goes_out"]
    assert {m["status"] for m in desk.thread("C1", NOW)["messages"] if m["from"] == "book"} <= {"held"}


def test_while_a_person_has_the_conversation_the_machine_is_silent(desk: Desk) -> None:
    taken = desk.take_over("C1", "Anna", NOW)
    assert (taken["taken_by"], taken["needs_person"]) == ("Anna", "collections")
    turn = desk.receive("C1", ASKS, "chat", NOW)
    assert (turn["goes_out"], turn["held_by"]) == (False, "Anna")
    assert turn["decision"]["action"] == "hand_over"
    said = desk.say("C1", "Anna", "I have looked into it, the 9th is fine.", NOW)
    assert said["messages"][-1] | {"at": ""} == {
        "number": said["messages"][-1]["number"], "at": "", "channel": "chat", "subject": "", "from": "person",
        "by": "Anna", "text": "I have looked into it, the 9th is fine.", "status": "sent", "why": "",
    }  # fmt: skip
    desk.give_back("C1", "Anna", NOW)
    assert desk.receive("C1", ASKS, "chat", NOW)["goes_out"]


def test_one_customer_hears_nothing_of_another(desk: Desk) -> None:
    desk.receive("C1", ASKS, "chat", NOW)
    other = str(desk.thread("C2", NOW)) + str(desk.export("C2"))
    assert "INV-00001" not in other
    assert "C1" not in other
    assert desk.export("C2")["events"] == []


def test_what_was_cut_short_is_finished_by_the_next_turn(
    desk: Desk, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The ledger cannot be written: the turn is recorded, nothing is entered or sent.
    from paybench.converse.talk import finish

    def fails(*_: object) -> None:
        raise PaybenchError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(finish, "add_rows", fails)
        with pytest.raises(PaybenchError, match="the disk is full"):
            desk.receive("C1", ASKS, "chat", NOW, source_id="m1")
    assert read_ledger(book).promises.empty
    assert texts(desk) == [("customer", "received"), ("book", "held")]
    desk.receive("C1", "Thanks", "chat", NOW, source_id="m2")
    assert read_ledger(book).promises["promise_id"].tolist() == ["chat-m1/P1"]
    assert next(m["status"] for m in desk.thread("C1", NOW)["messages"] if m["from"] == "book") == "sent"


def test_an_email_is_answered_in_its_thread_and_unsubscribed_by_one_click(book: Path) -> None:
    outbox = Outbox("not a real secret")
    senders = Senders(
        {"email": outbox}, {"email": "ar@rhein.example"}, "Rhein Tools", "https://pay.example/unsubscribe"
    )
    desk = Desk(book, book.parent / "store", senders=senders)
    mail = Inbound("email", "<a1@weber.example>", "email", "ap@weber.example", ASKS, NOW, subject="INV-00001")
    turn = desk.inbound(mail, "C1", NOW)
    assert turn is not None
    assert turn["goes_out"]
    [item] = outbox.items()
    letter = item["payload"]["letter"]
    assert "Subject: Re: INV-00001" in letter
    assert "In-Reply-To: <a1@weber.example>" in letter
    token = letter.split("https://pay.example/unsubscribe/")[1].split(">")[0]
    assert desk.unsubscribe(token, NOW)
    assert not desk.unsubscribe("no token of ours", NOW)
    assert not desk.inbound(Inbound("email", "<a2@weber.example>", "email", "ap@weber.example", ASKS, NOW), "C1", NOW)[
        "goes_out"
    ]
    assert len(outbox.items()) == 1
    # Nobody answers a machine, or somebody whom nobody knows.
    away = Inbound("email", "<a3@x.example>", "email", "x@x.example", "away", NOW, automatic="out_of_office")
    assert desk.inbound(away, "C2", NOW)["decision"] is None
    assert desk.inbound(Inbound("email", "<a4@x.example>", "email", "y@y.example", "hello", NOW), "", NOW) is None
    assert len(outbox.items()) == 1


def test_amounts_that_are_granted_are_what_is_open(desk: Desk, book: Path, provider: FakeProvider) -> None:
    desk.remind("C1", NOW)
    link = desk.thread("C1", NOW)["link"]
    part = provider.pay(link["id"], NOW, Decimal("200.00"))
    desk.webhook(part.headers, part.body, NOW)
    turn = desk.receive("C1", ASKS, "chat", NOW)
    assert Decimal(turn["decision"]["proposal"]["amount"]) == 1000
    assert read_ledger(book).promises["amount"].tolist() == [1000.0]


def test_nobody_in_the_ledger_is_told_in_a_sentence(desk: Desk) -> None:
    with pytest.raises(PaybenchError, match="Customer 'C9' is not in the ledger"):
        desk.receive("C9", "hello", "chat", NOW)
    with pytest.raises(PaybenchError, match="has no zone"):
        desk.receive("C1", "hello", "chat", datetime(2026, 3, 2))
    with pytest.raises(PaybenchError, match="Nobody is named"):
        desk.take_over("C1", " ", NOW)


def test_a_reminder_of_the_desk_is_counted_by_dunning(desk: Desk, book: Path) -> None:
    desk.remind("C1", NOW)
    known = situation_of(read_ledger(book), "2026-03-03")
    assert dict(zip(known.customer_id, known.contacts_7, strict=True)) == {"C1": 1, "C2": 0}
