"""One message of every kind, and the payload that it makes. Golden files are written anew by

    python -m tests.converse.channels.payloads

in the project's folder; look at what has changed before it is committed.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from paybench.converse.channels import (
    Button,
    Outgoing,
    email_message,
    slack_payload,
    sms_payload,
    teams_payload,
    twilio_whatsapp_payload,
    whatsapp_payload,
    whatsapp_template,
)
from paybench.converse.links import FakeProvider

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LINK = "https://pay.example.com/pay/AAECAwQFBgcICQoLDA0ODw"
TEXT = (
    "Dear Müller & Söhne <GmbH>,\n\nthank you for writing. Invoice A-17 over 1.234,50 € may be paid by 16 March 2026.\n"
    "*Please* tell us whether that suits you.\n\nKind regards\nYour accounts team"
)
PAY = Button("Pay now", LINK)
YES, NO = Button("That suits us", "accept:A-17"), Button("Another day", "other:A-17")


def outgoing(recipient: str, **more: Any) -> Outgoing:
    """The message of the golden files."""
    said: dict[str, Any] = {"text": TEXT, "seed": "C1/2026-03-02/reply", "subject": "Invoice A-17"}
    return Outgoing(recipient, **said | more)


def made() -> dict[str, Any]:
    """What every kind of payload is, by the name of its golden file."""
    phone, three = "+4930123456", (YES, NO, PAY)
    letter = outgoing(
        "buyer@example.com",
        subject="Rechnung A-17: Zahlung bis 16. März",
        buttons=three,
        reply_to="<two@mail.example.com>",
        references=("<one@mail.example.com>",),
        unsubscribe="https://pay.example.com/unsubscribe/QkJCQkJC",
        language="de",
    )
    sent = email_message(letter, "accounts@example.org", NOW, "Example Söhne, Accounts")
    provider = FakeProvider("not-a-secret", "https://pay.example.com", iter_bytes())
    link = provider.create({"A-17": Decimal("1234.50")}, Decimal("1234.50"), "EUR", NOW.date(), now=NOW)
    paid = provider.pay(link.id, NOW)
    return {
        "email": {"lines": sent.as_bytes().decode("ascii").split("\r\n")},
        "sms": sms_payload(outgoing(phone, buttons=three), "+4930654321", "https://pay.example.com/twilio/status"),
        "sms_service": sms_payload(outgoing(phone), "MG" + "0" * 32),
        "twilio_whatsapp": twilio_whatsapp_payload(outgoing(phone, buttons=three), "+4930654321"),
        "whatsapp_text": whatsapp_payload(outgoing(phone, reply_to="wamid.HBgLMTY1")),
        "whatsapp_buttons": whatsapp_payload(outgoing(phone, buttons=three)),
        "whatsapp_link": whatsapp_payload(outgoing(phone, buttons=(PAY,))),
        "whatsapp_template": whatsapp_template(
            outgoing(phone, buttons=(YES, NO)), "payment_reminder", "de", ["Müller", "A-17"], link.id
        ),
        "slack": slack_payload(outgoing("C024BE91L", buttons=three, reply_to="1700000000.000100")),
        "slack_text": slack_payload(outgoing("U2147483697", subject="")),
        "teams": teams_payload(outgoing("19:abc@thread.v2", buttons=three, reply_to="1700000000001")),
        "teams_text": teams_payload(outgoing("19:abc@thread.v2", subject="")),
        "payment_report": {"headers": paid.headers, "body": json.loads(paid.body), "url": link.url},
    }


def iter_bytes() -> Any:
    """Ids that are not at random: 16 bytes from 0, 16 from 16, and so on."""
    start = -16

    def more(count: int) -> bytes:
        nonlocal start
        start += 16
        return bytes(range(start, start + count))

    return more


def as_file(payload: Any) -> bytes:
    """The bytes of a golden file."""
    return (json.dumps(payload, indent=2, ensure_ascii=False) + "\n").encode()


if __name__ == "__main__":
    for name, payload in made().items():
        (GOLDEN / f"{name}.json").write_bytes(as_file(payload))
