"""Each platform's limits: what fits, goes; what does not, is said in one sentence before anything is sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.channels import (
    Button,
    Outgoing,
    slack_payload,
    sms_payload,
    teams_payload,
    twilio_whatsapp_payload,
    whatsapp_payload,
    whatsapp_template,
)
from paybench.errors import PaybenchError
from tests.converse.channels.payloads import NO, PAY, YES, outgoing

PHONE = "+4930123456"


def values(count: int) -> tuple[Button, ...]:
    return tuple(Button(f"Choice {number}", f"v{number}") for number in range(count))


@given(st.text(st.sampled_from("ab \n💶<&*"), min_size=1, max_size=9000).filter(str.strip))
def test_slack_blocks_hold_the_whole_text_within_their_limits(text: str) -> None:
    payload = slack_payload(Outgoing("C024BE91L", text, "1"))
    sections = [block["text"] for block in payload["blocks"]]
    assert all(0 < len(part["text"]) <= 3000 and part["text"].strip() for part in sections)
    assert "".join(part["text"] for part in sections).replace("\n", "") == text.replace("\n", "")
    # Nothing is formatted, and the notification's text holds no sign of a mention or a link.
    assert {part["type"] for part in sections} == {"plain_text"}
    assert not set(payload["text"]) & set("<>")


def test_slack_limits() -> None:
    assert len(slack_payload(outgoing("C024BE91L", buttons=values(25)))["blocks"][-1]["elements"]) == 25
    for change in (
        {"buttons": values(26)},
        {"subject": "s" * 151},
        {"text": "a" * 3000 * 51},
        {"buttons": (Button("b" * 76, "v"),)},
        {"reply_to": "one"},
        {"recipient": "#general"},
    ):
        with pytest.raises(PaybenchError):
            slack_payload(outgoing(**{"recipient": "C024BE91L"} | change))


def test_whatsapp_limits() -> None:
    assert whatsapp_payload(outgoing(PHONE, subject="", text="a" * 4096))["text"]["body"] == "a" * 4096
    assert len(whatsapp_payload(outgoing(PHONE, buttons=values(3)))["interactive"]["action"]["buttons"]) == 3
    twenty = Button("b" * 20, "v")
    whatsapp_payload(outgoing(PHONE, text="a" * 1024, subject="s" * 60, buttons=(twenty,)))
    bad: list[dict[str, Any]] = [
        {"subject": "", "text": "a" * 4097},
        {"text": "a" * 1025, "buttons": (YES,)},
        {"text": "a" * 1025, "buttons": (PAY,)},
        {"subject": "s" * 61, "buttons": (YES,)},
        {"buttons": values(4)},
        {"buttons": (Button("b" * 21, "v"),)},
        {"buttons": (Button("Yes", "a"), Button("yes", "b"))},
        {"recipient": "4930123456"},
    ]
    for change in bad:
        with pytest.raises(PaybenchError):
            whatsapp_payload(outgoing(**{"recipient": PHONE} | change))


def test_links_beside_reply_buttons_are_lines_of_the_text() -> None:
    # Reply buttons and a link button cannot stand in one message, and two link buttons in none.
    both = whatsapp_payload(outgoing(PHONE, buttons=(YES, PAY)))["interactive"]
    assert both["type"] == "button"
    assert both["body"]["text"].endswith(f"Pay now: {PAY.target}")
    two = whatsapp_payload(outgoing(PHONE, buttons=(PAY, Button("See", "https://example.com/a"))))
    assert two["text"]["body"].endswith(f"Pay now: {PAY.target}\nSee: https://example.com/a")


@pytest.mark.parametrize(
    ("name", "code", "given", "link"),
    [
        ("Reminder", "de", ["a"], ""),
        ("reminder", "german", ["a"], ""),
        ("reminder", "de", ["a\nb"], ""),
        ("reminder", "de", [""], ""),
        ("reminder", "de", ["a     b"], ""),
        ("reminder", "de", ["a"], "../other?x=1"),
    ],
)
def test_templates_take_single_lines_only(name: str, code: str, given: list[str], link: str) -> None:
    with pytest.raises(PaybenchError):
        whatsapp_template(outgoing(PHONE), name, code, given, link)


def test_the_parts_of_a_template_are_in_its_order() -> None:
    parts = whatsapp_template(outgoing(PHONE, buttons=(YES, NO)), "reminder", "en_US", ["a"], "x")["template"]
    kinds = [(part["type"], part.get("sub_type"), part.get("index")) for part in parts["components"]]
    assert kinds == [
        ("body", None, None), ("button", "quick_reply", "0"), ("button", "quick_reply", "1"), ("button", "url", "2"),
    ]  # fmt: skip


def test_teams_limits() -> None:
    teams_payload(outgoing("19:x", text="ü" * 12_000, buttons=values(6)))
    for change in ({"text": "ü" * 14_400}, {"text": "a\n" * 1000}, {"buttons": values(7)}):
        with pytest.raises(PaybenchError):
            teams_payload(outgoing("19:x", **change))


def test_teams_shows_every_line_and_no_markdown() -> None:
    text = "Dear [you](https://evil.example)\n\n**bold**\n<at>everyone</at>"
    card = teams_payload(outgoing("19:x", text=text, subject=""))["attachments"][0]["content"]
    runs = [run for block in card["body"] for run in block["inlines"]]
    # TextRun does not know Markdown; mentions need an entry in `entities`, which there is not.
    assert {run["type"] for run in runs} == {"TextRun"}
    assert [run["text"] for run in runs] == [line for line in text.split("\n") if line]
    assert "entities" not in json.dumps(card)


@pytest.mark.parametrize("make", [sms_payload, twilio_whatsapp_payload])
def test_twilio_limits(make: Any) -> None:
    assert make(outgoing(PHONE, text="a" * 1600), PHONE)["Body"] == "a" * 1600
    for message in (
        outgoing(PHONE, text="a" * 1601),
        outgoing(PHONE, text="a" * 1590, buttons=(PAY,)),
        outgoing("030 1"),
    ):
        with pytest.raises(PaybenchError):
            make(message, PHONE)
    for sender in ("a name too long", "", "+1;2", "MG12"):
        with pytest.raises(PaybenchError):
            make(outgoing(PHONE), sender if sender != "MG12" else "MG12\n")


def test_choices_have_no_place_in_an_sms() -> None:
    body = sms_payload(outgoing(PHONE, buttons=(YES, PAY)), "Example")["Body"]
    assert YES.target not in body
    assert PAY.target in body


def test_errors_name_neither_recipient_nor_text() -> None:
    with pytest.raises(PaybenchError) as said:
        whatsapp_payload(outgoing("0301234secret", text="private " * 700))
    assert "secret" not in str(said.value)
    assert "private" not in str(said.value)
