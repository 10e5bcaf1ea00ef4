"""The outbox keeps each message once, as it was put there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from paybench.converse.channels import Outbox, Outgoing, Sender, email_message, sms_payload
from paybench.errors import PaybenchError
from tests.converse.channels.payloads import NOW

SECRET = "not-a-secret"
SMS = Outgoing("+4930123456", "Grüße", "1")
LETTER = Outgoing("buyer@example.com", "Grüße", "2", "Invoice")


def filled(folder: Path | None) -> Outbox:
    outbox = Outbox(SECRET, folder)
    sender: Sender = outbox
    for _ in range(2):
        sender.send("sms", SMS, sms_payload(SMS, "Example"))
        sender.send("email", LETTER, email_message(LETTER, "accounts@example.org", NOW))
    return outbox


@pytest.fixture(params=["memory", "folder"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "out" if request.param == "folder" else None


def test_what_is_sent_twice_is_there_once(folder: Path | None) -> None:
    letter, sms = filled(folder).items()
    assert (sms["id"], sms["recipient"], sms["payload"]) == (SMS.id, SMS.recipient, sms_payload(SMS, "Example"))
    assert letter["payload"]["letter"].encode() == email_message(LETTER, "accounts@example.org", NOW).as_bytes()
    # What is there first stays.
    again = Outbox(SECRET, folder) if folder else filled(None)
    again.send("sms", SMS, {"Body": "other"})
    assert again.items() == [letter, sms]


def test_what_was_changed_since_is_not_given_out(tmp_path: Path) -> None:
    outbox = filled(tmp_path)
    file = tmp_path / f"sms-{SMS.id}.json"
    said = json.loads(file.read_text(encoding="utf-8"))
    other = said | {"item": said["item"] | {"recipient": "+49301"}}
    changes: list[Any] = [other, {"item": said["item"]}, [], said | {"signature": ""}]
    for change in changes:
        file.write_text(json.dumps(change), encoding="utf-8")
        with pytest.raises(PaybenchError, match="was not put there as it is"):
            outbox.items()
    # Nor what somebody else signed.
    filled(tmp_path / "other")
    with pytest.raises(PaybenchError, match="was not put there as it is"):
        Outbox("another", tmp_path / "other").items()


def test_a_recipient_is_erased(folder: Path | None) -> None:
    outbox = filled(folder)
    assert outbox.erase(SMS.recipient) == 1
    assert [item["channel"] for item in outbox.items()] == ["email"]
    assert outbox.erase(SMS.recipient) == 0


def test_files_are_for_their_owner(tmp_path: Path) -> None:
    filled(tmp_path / "out")
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "out").glob("*.json"))


def test_what_an_outbox_needs() -> None:
    with pytest.raises(PaybenchError, match="There is no secret of the outbox"):
        Outbox("")
    with pytest.raises(PaybenchError, match="is no channel"):
        Outbox(SECRET).send("../sms", SMS, {})
