"""What comes in from each platform, as it documents its webhooks."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from paybench.converse.channels import (
    Inbound,
    Unverified,
    read_activity,
    read_meta,
    read_slack,
    read_teams,
    read_twilio,
    slack_challenge,
)
from paybench.errors import PaybenchError
from tests.converse.channels import test_signatures as signed

NOW, KEY, URL = signed.NOW, signed.KEY, signed.URL
AT = NOW - timedelta(seconds=20)
SID = "SM" + "a" * 32


def slack(said: dict[str, Any], retry: str = "") -> tuple[Inbound, ...]:
    body = json.dumps(said).encode()
    more = {"X-Slack-Retry-Num": retry} if retry else {}
    return read_slack(signed.slack(body) | more, body, KEY, NOW)


def slack_event(**event: Any) -> dict[str, Any]:
    ts = f"{AT.timestamp():.6f}"
    return {
        "type": "event_callback",
        "event_id": "Ev08MFMKH6",
        "event": {"type": "message", "channel": "C1", "user": "U1", "text": "We pay on Friday", "ts": ts} | event,
    }


def test_a_message_in_slack() -> None:
    (said,) = slack(
        slack_event(thread_ts="1700000000.000100", files=[{"name": "proof.pdf"}], subtype="file_share"), "2"
    )
    assert said == Inbound(
        "slack", "Ev08MFMKH6", "slack", "U1", "We pay on Friday", AT, reply_to="1700000000.000100",
        attachments=("proof.pdf",), retry=2,
    )  # fmt: skip
    # A retry has the number that the first delivery had.
    assert slack(slack_event())[0].id == said.id


def test_what_slack_adds_to_a_text_is_taken_out() -> None:
    text = "<@U0LAN0Z89> see <https://example.com|our page>, <mailto:a@b.com|a@b.com> &lt;5 &amp;amp; &gt;"
    assert slack(slack_event(text=text))[0].text == "see our page, a@b.com <5 &amp; >"


@pytest.mark.parametrize("event", [{"bot_id": "B1"}, {"subtype": "message_changed"}, {"type": "reaction_added"}])
def test_our_own_words_and_other_events_are_no_messages(event: dict[str, Any]) -> None:
    assert slack(slack_event(**event)) == ()


def test_a_button_in_slack() -> None:
    action = {
        "action_id": "button-0", "block_id": "b", "value": "accept:A-17", "action_ts": f"{AT.timestamp():.6f}",
        "text": {"type": "plain_text", "text": "That suits us"},
    }  # fmt: skip
    link = {"action_id": "button-1", "action_ts": "1.0", "text": {"type": "plain_text", "text": "Pay now"}}
    said = {
        "type": "block_actions", "user": {"id": "U1"}, "actions": [action, link],
        "container": {"message_ts": "1700000000.000100"},
    }  # fmt: skip
    body = urlencode({"payload": json.dumps(said)}).encode()
    headers = signed.slack(body) | {"Content-Type": "application/x-www-form-urlencoded"}
    # The link says nothing; the other button does.
    (pressed,) = read_slack(headers, body, KEY, NOW)
    assert (pressed.button, pressed.text, pressed.sender) == ("accept:A-17", "That suits us", "U1")
    assert pressed.reply_to == "1700000000.000100"
    # Delivered again it is the same; pressed again it is another.
    assert read_slack(headers, body, KEY, NOW)[0].id == pressed.id
    later = body.replace(f"{AT.timestamp():.6f}".encode(), b"1700000009.000000")
    assert (
        read_slack(signed.slack(later) | {"Content-Type": headers["Content-Type"]}, later, KEY, NOW)[0].id != pressed.id
    )


def test_slack_asks_whether_the_address_is_ours() -> None:
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aBm2rZgRNFdxV", "token": "x"}).encode()
    assert slack_challenge(signed.slack(body), body, KEY, NOW) == "3eZbrw1aBm2rZgRNFdxV"
    assert read_slack(signed.slack(body), body, KEY, NOW) == ()
    # Only who is Slack gets an answer.
    with pytest.raises(Unverified):
        slack_challenge({}, body, KEY, NOW)
    other = json.dumps(slack_event()).encode()
    assert slack_challenge(signed.slack(other), other, KEY, NOW) is None
    assert slack_challenge(signed.slack(b"payload=x"), b"payload=x", KEY, NOW) is None


def activity(**more: Any) -> dict[str, Any]:
    return {
        "type": "message", "id": "1485983408511", "timestamp": AT.isoformat(timespec="milliseconds"),
        "from": {"id": "29:1XJKJM", "name": "A", "aadObjectId": "ad-1"},
        "text": "<at>Paybench</at> we&nbsp;pay <b>now</b>",
        "attachments": [{"contentType": "text/html", "content": "<div></div>"}],
    } | more  # fmt: skip


def teams(said: dict[str, Any], now: datetime = NOW) -> tuple[Inbound, ...]:
    body = json.dumps(said).encode()
    return read_teams(signed.teams(body), body, KEY, now)


def test_a_message_in_teams() -> None:
    (said,) = teams(activity())
    assert " ".join(said.text.split()) == "we pay now"
    assert (said.sender, said.id, said.received_at, said.attachments) == ("ad-1", "1485983408511", AT, ())
    # Seven decimals, as Teams writes them.
    seven = AT.strftime("%Y-%m-%dT%H:%M:%S.1234567Z")
    assert teams(activity(timestamp=seven))[0].received_at.second == AT.second
    # The signed time has to be near: what was caught once cannot be sent again tomorrow.
    with pytest.raises(Unverified):
        teams(activity(), NOW + timedelta(minutes=10))
    with pytest.raises(PaybenchError):
        teams(activity(timestamp="yesterday"))
    assert teams(activity(type="conversationUpdate")) == ()


def test_a_button_in_teams() -> None:
    pressed = activity(text=None, value={"button": "accept:A-17", "message": "x"}, replyToId="17")
    (said,) = read_activity(pressed, NOW)
    assert (said.button, said.reply_to, said.text) == ("accept:A-17", "17", "")


def twilio(**fields: str) -> tuple[Inbound, ...]:
    body = urlencode({"MessageSid": SID, "From": "+4930123456", "To": "+4930654321", "Body": ""} | fields).encode()
    return read_twilio(URL, signed.twilio(body), body, KEY, NOW)


def test_a_text_message() -> None:
    (said,) = twilio(Body=" Wir zahlen am Freitag. Grüße ", NumMedia="1", MediaContentType0="image/png")
    assert said == Inbound(
        "twilio", SID, "sms", "+4930123456", "Wir zahlen am Freitag. Grüße", NOW, attachments=("image/png",)
    )
    (said,) = twilio(From="whatsapp:+4930123456", Body="Passt", ButtonPayload="accept:A-17", ButtonText="Passt")
    assert (said.channel, said.sender, said.button) == ("whatsapp", "+4930123456", "accept:A-17")


@pytest.mark.parametrize(
    ("fields", "keyword"),
    [
        ({"Body": "STOP"}, "stop"),
        ({"Body": " stop! "}, "stop"),
        ({"Body": "Arrêt"}, "stop"),
        ({"Body": "BAJA"}, "stop"),
        ({"Body": "nein danke", "OptOutType": "STOP"}, "stop"),
        ({"Body": "START"}, "start"),
        ({"Body": "help"}, "help"),
        # More than the word is a sentence, and a yes is an answer.
        ({"Body": "stop the clock please"}, ""),
        ({"Body": "yes"}, ""),
    ],
)
def test_words_that_end_or_begin_messages(fields: dict[str, str], keyword: str) -> None:
    assert twilio(**fields)[0].keyword == keyword


def test_statuses_of_twilio() -> None:
    (lost,) = twilio(MessageStatus="undelivered", ErrorCode="30003")
    assert (lost.automatic, lost.reply_to, lost.bounced) == ("bounce", SID, ("+4930654321",))
    assert lost.id != SID
    assert twilio(MessageStatus="delivered") == ()
    for fields in ({"MessageSid": "x"}, {"From": "a\nb"}, {"From": ""}):
        with pytest.raises(PaybenchError):
            twilio(**fields)


def meta(*messages: dict[str, Any], statuses: list[dict[str, Any]] | None = None) -> tuple[Inbound, ...]:
    value = {"messaging_product": "whatsapp", "messages": list(messages), "statuses": statuses or []}
    said = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
    }
    body = json.dumps(said).encode()
    return read_meta(signed.meta(body), body, KEY, NOW)


def whatsapp(kind: str, content: dict[str, Any], **more: Any) -> dict[str, Any]:
    stamp = str(int(AT.timestamp()))
    return {"from": "4930123456", "id": "wamid.1", "timestamp": stamp, "type": kind, kind: content} | more


def test_messages_of_whatsapp() -> None:
    text, document, reply, quick, stop = meta(
        whatsapp("text", {"body": "Wir zahlen morgen"}, context={"id": "wamid.0"}),
        whatsapp("document", {"filename": "beleg.pdf", "caption": "Beleg"}),
        whatsapp("interactive", {"type": "button_reply", "button_reply": {"id": "accept:A-17", "title": "Passt"}}),
        whatsapp("button", {"payload": "other:A-17", "text": "Anderer Tag"}),
        whatsapp("text", {"body": "STOP"}),
        whatsapp("reaction", {"emoji": "x"}),
    )
    assert text == Inbound("meta", "wamid.1", "whatsapp", "+4930123456", "Wir zahlen morgen", AT, reply_to="wamid.0")
    assert (document.text, document.attachments) == ("Beleg", ("beleg.pdf",))
    assert (reply.button, reply.text) == ("accept:A-17", "Passt")
    assert (quick.button, quick.text) == ("other:A-17", "Anderer Tag")
    assert stop.keyword == "stop"


def test_statuses_of_whatsapp() -> None:
    states = [
        {"id": "wamid.9", "status": status, "recipient_id": "4930123456"} for status in ("sent", "read", "failed")
    ]
    (lost,) = meta(statuses=states)
    assert (lost.automatic, lost.reply_to, lost.bounced) == ("bounce", "wamid.9", ("+4930123456",))


def test_a_message_is_never_from_the_future() -> None:
    assert meta(whatsapp("text", {"body": "x"}, timestamp="99999999999"))[0].received_at == NOW
    assert meta(whatsapp("text", {"body": "x"}, timestamp="nan"))[0].received_at == NOW


def test_cards_accounts_and_secrets_are_gone_before_anything_sees_a_message() -> None:
    said = Inbound("email", "1", "email", "a@b.c", "pay with 4242 4242 4242 4242 or DE89370400440532013000", NOW,
                   subject="4242424242424242", attachments=("4242424242424242.pdf",))  # fmt: skip
    assert said.text == "pay with [card] or [account]"
    assert "4242" not in repr(said)
