"""Answers end where they are carried on: in the response to a webhook, or as a signed payload, once each."""

from __future__ import annotations

from pathlib import Path

import pytest

from paybench.converse.channels import Inbound, Outbox
from paybench.converse.talk import Desk, Senders
from tests.converse.talk.test_desk import ASKS, NOW, book

__all__ = ["book"]
NUMBER = "+447700900123"


@pytest.mark.parametrize(
    ("provider", "channel", "address", "kept", "holds"),
    [
        ("slack", "slack", "U0FAKE123", 1, "blocks"),
        ("meta", "whatsapp", NUMBER, 1, "messaging_product"),
        ("twilio", "sms", NUMBER, 0, "Body"),
        ("teams", "teams", "fake-aad-id", 0, "attachments"),
    ],
)
def test_what_the_machine_and_a_person_answer(
    book: Path, provider: str, channel: str, address: str, kept: int, holds: str
) -> None:
    outbox = Outbox("not a real secret")
    senders = Senders(dict.fromkeys(("slack", "whatsapp", "sms", "teams"), outbox), {"sms": "+447700900999"})
    desk = Desk(book, book.parent / "store", senders=senders)
    number = "1700000000.000100" if channel == "slack" else "wamid.1" if provider == "meta" else "m1"
    message = Inbound(provider, number, channel, address, ASKS, NOW)
    # The same delivery twice is one answer: in the response of the webhook, or in the outbox.
    for _ in range(2):
        turn = desk.inbound(message, "C1", NOW)
        assert turn is not None
        assert turn["goes_out"]
    assert len(outbox.items()) == kept
    # A person's own words come later than any response: they are always carried.
    told = desk.say("C1", "Anna", "I am on it.", NOW, channel)
    items = outbox.items()
    assert len(items) == kept + 1
    assert all(item["recipient"] == address and holds in item["payload"] for item in items)
    assert told["messages"][-1]["status"] == "sent"
