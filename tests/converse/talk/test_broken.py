"""What could be broken: turns cut short, books imported anew, numbers that collide, money counted twice, wrong ways."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from paybench.converse.channels import Inbound, Outbox
from paybench.converse.links import FakeProvider
from paybench.converse.promises import became
from paybench.converse.talk import Desk, Senders, finish
from paybench.decide.dunning import situation_of
from paybench.decide.dunning.policy import default_policy
from paybench.decide.dunning.steps import decide
from paybench.errors import PaybenchError
from paybench.files import locked_file
from paybench.ledger import Ledger, as_of, read_ledger, write_ledger
from paybench.ledger.add import add_rows
from paybench.ledger.schema import conform
from paybench.ledger.store import LOCK

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ASKS = "I need more time to pay INV-00001, until 9 March 2026."
LEAVES = "Please stop all contact with us, by any channel."


def written(folder: Path, big: float = 1200.0) -> Path:
    """A book as an export gives it: no word of any conversation."""
    invoices = pd.DataFrame(
        {
            "invoice_id": ["INV-00001", "INV-00002", "INV-00003"], "customer_id": ["C1", "C1", "C2"],
            "issued_on": ["2026-01-10"] * 3, "due_on": ["2026-02-20", "2026-03-20", "2026-02-20"],
            "amount": [big, 300.5, 80.0], "currency": ["EUR"] * 3,
        }
    )  # fmt: skip
    names = pd.DataFrame({"customer_id": ["C1", "C2"], "name": ["Weber", "Linden"], "country": ["GB", "GB"]})
    write_ledger(Ledger.of("Rhein Tools", invoices=invoices, customers=names), folder)
    return folder


def paid(book: Path, amount: float, day: str) -> None:
    row = {"payment_id": "P1", "customer_id": "C1", "invoice_id": "INV-00001", "paid_on": day, "amount": amount,
           "currency": "EUR", "kind": "payment"}  # fmt: skip
    add_rows(book, {"payments": pd.DataFrame([row])})


def state(book: Path, day: str, invoice: str = "INV-00001") -> str:
    situation = situation_of(read_ledger(book), day)
    return str(decide(default_policy(), situation).state[list(situation.invoice_id).index(invoice)])


def letter(number: str, text: str = ASKS) -> Inbound:
    return Inbound("email", number, "email", "ap@weber.example", text, NOW, subject="INV-00001")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return written(tmp_path / "book")


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider("not a real secret", "http://127.0.0.1:8642")


@pytest.fixture
def outbox() -> Outbox:
    return Outbox("not a real secret")


@pytest.fixture
def desk(book: Path, provider: FakeProvider, outbox: Outbox) -> Desk:
    senders = Senders({"email": outbox, "slack": outbox}, {"email": "ar@rhein.example"}, "Rhein Tools")
    return Desk(book, book.parent / "store", provider=provider, senders=senders)


@pytest.fixture
def report(desk: Desk, provider: FakeProvider) -> Callable[..., dict[str, object] | None]:
    """Delivers the report of a payment by the link of a reminder."""
    desk.remind("C1", NOW)
    link = desk.thread("C1", NOW)["link"]["id"]

    def deliver(amount: str, day: str = "2026-03-02", currency: str = "EUR", payment: str = "pay_00000001") -> object:
        data = {"link": link, "payment": payment, "amount": amount, "currency": currency, "paid_on": day}
        sent = provider.report("payment.succeeded", data, NOW)
        return desk.webhook(sent.headers, sent.body, NOW)

    return deliver  # type: ignore[return-value]


def cut_short(monkeypatch: pytest.MonkeyPatch, turn: Callable[[], object]) -> None:
    def fails(*_: object) -> None:
        raise PaybenchError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(finish, "add_rows", fails)
        with pytest.raises(PaybenchError, match="the disk is full"):
            turn()


def test_who_delivers_again_finishes_what_was_cut_short(
    desk: Desk, book: Path, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An opt-out is not lost because the ledger could not be written when it came first.
    cut_short(monkeypatch, lambda: desk.receive("C1", LEAVES, "whatsapp", NOW, "meta", "1"))
    desk.receive("C1", LEAVES, "whatsapp", NOW, "meta", "1")
    assert state(book, "2026-03-12") == "opted_out"
    # A payment neither.
    desk.remind("C2", NOW)
    sent = provider.pay(desk.thread("C2", NOW)["link"]["id"], NOW)
    cut_short(monkeypatch, lambda: desk.webhook(sent.headers, sent.body, NOW))
    assert desk.webhook(sent.headers, sent.body, NOW) is None
    assert read_ledger(book).payments["amount"].tolist() == [80.0]


def test_a_turn_that_the_ledger_refuses_for_good_stops_no_later_one(
    desk: Desk, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_short(monkeypatch, lambda: desk.receive("C1", ASKS, "chat", NOW, source_id="1"))
    whole = read_ledger(book)
    write_ledger(whole.with_tables({"invoices": whole.invoices.iloc[1:].reset_index(drop=True)}), book)
    desk.receive("C1", LEAVES, "chat", NOW, source_id="2")
    assert state(book, "2026-03-12", "INV-00002") == "opted_out"


def test_a_book_imported_anew_has_what_conversations_left_in_it(desk: Desk, book: Path) -> None:
    desk.receive("C1", LEAVES, "chat", NOW, source_id="1")
    desk.receive("C2", "We will pay INV-00003 on 9 March 2026.", "chat", NOW, source_id="2")
    written(book)
    desk.restore()
    assert [state(book, "2026-03-03", name) for name in ("INV-00001", "INV-00003")] == ["opted_out", "promised"]
    # A desk that goes on does so by itself, whoever's turn it is.
    written(book)
    desk.receive("C2", "Thanks", "chat", NOW, source_id="3")
    assert state(book, "2026-03-03") == "opted_out"


def test_an_import_and_rows_added_at_once_lose_nothing_of_the_import(book: Path) -> None:
    paid(book, 1.0, "2026-03-01")
    done = threading.Event()

    def adds() -> None:
        k = 0
        while not done.is_set():
            row = {"customer_id": "C1", "channel": f"c{(k := k + 1)}", "changed_on": "2026-03-01", "allowed": False}
            add_rows(book, {"consents": pd.DataFrame([row])})

    other = threading.Thread(target=adds)
    other.start()
    empty = read_ledger(book)
    lost = 0
    for k in range(12):
        rows = pd.DataFrame([{"customer_id": "C2", "channel": f"erp{k}", "changed_on": "2026-03-01", "allowed": True}])
        write_ledger(empty.with_tables({"consents": conform("consents", rows)}), book)
        with locked_file(book / LOCK):
            lost += f"erp{k}" not in set(read_ledger(book).consents["channel"])
    done.set()
    other.join()
    assert lost == 0


def test_legal_steps_pause_all_dunning_until_a_person_ends_it(desk: Desk, book: Path) -> None:
    desk.receive("C1", "Our lawyer will contact you, we will see you in court.", "chat", NOW, source_id="1")
    assert state(book, "2026-04-20") != "due_now"
    assert state(book, "2026-04-20", "INV-00002") != "due_now"
    # Nor does a click on 'remind' do what dunning may not.
    with pytest.raises(PaybenchError, match="paused"):
        desk.remind("C1", NOW)
    desk.give_back("C1", "Anna", NOW)
    assert desk.remind("C1", NOW)["messages"][-1]["status"] == "sent"


def test_a_number_belongs_to_one_message(desk: Desk, book: Path) -> None:
    # One customer never gets another's turn.
    desk.receive("C1", ASKS, "chat", NOW, source_id="m1")
    with pytest.raises(PaybenchError, match="somebody else"):
        desk.receive("C2", "hello", "chat", NOW, source_id="m1")
    # Letters whose numbers look like cards stay different letters, and the ledger has both promises.
    for number, text in (("4111111111111111", "We will pay INV-00001 on 9 March 2026."),
                         ("4012888888881881", "We will pay INV-00002 on 20 March 2026.")):  # fmt: skip
        desk.inbound(letter(f"<{number}@weber.example>", text), "C1", NOW + timedelta(days=1))
    ledger = read_ledger(book)
    assert len(ledger.messages) == 3
    assert set(ledger.promises["invoice_id"]) == {"INV-00001", "INV-00002"}
    assert b"4111111111111111" not in desk.record.file.read_bytes()


def test_a_store_begun_anew_changes_nothing_of_an_older_one(desk: Desk, book: Path) -> None:
    desk.receive("C1", ASKS, "chat", NOW)
    Desk(book, book.parent / "other").receive("C1", "Thanks", "chat", NOW + timedelta(days=1))
    assert len(as_of(read_ledger(book), "2026-03-10").messages) == 2


def test_money_is_counted_once_in_its_currency_and_from_the_day_it_was_reported(
    desk: Desk, book: Path, report: Callable[..., dict[str, object] | None]
) -> None:
    # One payment in two reports is one payment.
    assert report("1000.00") is not None
    assert report("1000.00") is None
    # Other currencies pay nothing of a link.
    assert report("1200.00", currency="USD", payment="pay_00000002") is not None
    assert desk.thread("C1", NOW)["link"]["state"] == "open"
    # Of an earlier day, it was not known before it was reported, and counts at once.
    assert report("50.00", day="2026-02-21", payment="pay_00000003") is not None
    assert as_of(read_ledger(book), "2026-03-02").payments.empty
    assert Decimal(desk.thread("C1", NOW)["invoices"][0]["amount_open"]) == 150
    payments = read_ledger(book).payments
    assert payments.groupby("currency")["amount"].sum().to_dict() == {"EUR": 1050.0, "USD": 1200.0}


def test_the_next_payment_covers_what_is_left_after_one_that_was_cut_short(
    desk: Desk, book: Path, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.remind("C1", NOW)
    link = desk.thread("C1", NOW)["link"]["id"]
    first, second = (provider.pay(link, NOW, Decimal("800")) for _ in range(2))
    cut_short(monkeypatch, lambda: desk.webhook(first.headers, first.body, NOW))
    desk.webhook(second.headers, second.body, NOW)
    payments = read_ledger(book).payments
    assert payments.loc[payments["invoice_id"] == "INV-00001", "amount"].sum() == 1200


def test_a_plan_is_kept_by_each_of_its_instalments(desk: Desk, book: Path) -> None:
    desk.receive("C1", "Can we pay INV-00001 in 3 monthly instalments?", "chat", NOW, source_id="1")
    assert desk.thread("C1", NOW)["state"] == "promised"
    paid(book, 400.0, "2026-03-12")
    # The first one's money keeps the first one, and the page says what the ledger says.
    assert [p["state"] for p in desk.thread("C1", NOW + timedelta(days=20))["promises"]] == ["kept", "active", "active"]
    assert desk.thread("C1", NOW + timedelta(days=20))["state"] == "promised"
    at = int(pd.Timestamp("2026-04-20").timestamp() // 86_400)
    assert became(as_of(read_ledger(book), "2026-04-20"), at)["state"].tolist() == ["kept", "broken", "active"]
    assert desk.thread("C1", NOW + timedelta(days=49))["state"] == "broken"
    assert desk.known.facts("C1", date(2026, 4, 20)).broken == 1


def test_late_money_mends_no_promise_and_three_days_of_grace_do(desk: Desk, book: Path) -> None:
    desk.receive("C1", ASKS, "chat", NOW)
    assert desk.thread("C1", NOW + timedelta(days=9))["state"] == "promised"
    paid(book, 1200.0, "2026-03-25")
    late = desk.thread("C1", NOW + timedelta(days=28))
    assert (late["state"], [p["state"] for p in late["promises"]]) == ("broken", ["broken"])


def test_what_a_person_signs_or_says_reaches_the_customer_where_it_wrote(tmp_path: Path, outbox: Outbox) -> None:
    book = written(tmp_path / "big", big=50_000.0)
    senders = Senders({"email": outbox}, {"email": "ar@rhein.example"}, "Rhein Tools")
    desk = Desk(book, tmp_path / "store", senders=senders)
    desk.inbound(letter("<a1@weber.example>"), "C1", NOW)
    assert outbox.items() == []
    assert desk.sign("C1", "Anna", NOW)["state"] == "promised"
    assert len(outbox.items()) == 1
    # A reminder in the chat between does not change where a letter goes.
    desk.remind("C1", NOW)
    desk.say("C1", "Anna", "It is all settled.", NOW, channel="email")
    assert [item["recipient"] for item in outbox.items()] == ["ap@weber.example"] * 2


def test_a_button_takes_the_proposal_that_it_is_below(desk: Desk, book: Path, outbox: Outbox) -> None:
    def press(number: str, button: str) -> None:
        desk.inbound(Inbound("slack", number, "slack", "C0123", "", NOW, button=button), "C1", NOW)

    def buttons() -> list[str]:
        return sorted(set(re.findall(r"accept-\d+", str(outbox.items()))))

    wishes = (
        "I need more time to pay INV-00001, until 30 June 2026.",
        "Could we pay INV-00001 in 12 monthly instalments?",
    )
    for number, text in enumerate(wishes):
        desk.inbound(Inbound("slack", f"170000000{number}.000100", "slack", "C0123", text, NOW), "C1", NOW)
    first, second = sorted(buttons(), key=lambda word: int(word.split("-")[1]))
    press("E7", first)
    assert read_ledger(book).promises.empty
    # A press that takes nothing is no error that a platform would repeat for ever, and a person sees it.
    assert desk.thread("C1", NOW)["state"] != "promised"
    assert second != first


@pytest.mark.parametrize("between", ["\u200b", ".", "\n", "/"])
def test_no_door_lets_a_card_number_in(desk: Desk, book: Path, between: str) -> None:
    card = between.join(["4111", "1111", "1111", "1111"])
    desk.say("C1", f"Anna {card}", card, NOW)
    desk.inbound(Inbound("email", "<u@x.example>", "email", "x@x.example", card, NOW), "", NOW)
    desk.receive("C1", f"away {card}", "email", NOW, "email", "a1", automatic="out_of_office")
    desk.inbound(Inbound("email", "<a2@x.example>", "email", "ap@weber.example", card, NOW, subject=card), "C1", NOW)
    kept = [str(event.body) for who in ("", "C1") for event in desk.record.of(who)]
    assert not any(repr(card)[1:-1] in text for text in kept)
    assert not any(card in text for text in read_ledger(book).messages["text"])


def test_addresses_of_somebody_who_is_gone_are_for_a_person(desk: Desk) -> None:
    assert desk.inbound(letter("<g1@weber.example>"), "C9", NOW) is None
    assert [event.body["customer"] for event in desk.record.of("")] == ["C9"]
