"""Slack: messages in blocks, events and pressed buttons.

After docs.slack.dev: Block Kit (sections of 3000 characters, 50 blocks, labels of 75), chat.postMessage, the Events
API, ``block_actions`` payloads. Text is ``plain_text`` throughout, so that nothing a customer wrote becomes a mention,
a link or formatting; links are not unfurled, since that would open a payment page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...errors import PaybenchError
from .bodies import form, instant, json_object, malformed, objects_at, text_at
from .inbound import Inbound
from .outgoing import Button, Outgoing, length, pieces
from .signatures import Secret, header, verify_slack

SECTION, HEADER, FALLBACK, LABEL = 3000, 150, 4000, 75
"""Characters of a section, a header, the text of notifications, and a button's label."""
BLOCKS, BUTTONS = 50, 25
_NAME = "slack"
_PLACE = re.compile("[CDGUW][A-Z0-9]{2,30}")
_THREAD = re.compile(r"[0-9]{1,12}\.[0-9]{1,8}")
_TARGET = re.compile(r"<([^<>|]*)\|?([^<>]*)>")


def slack_payload(message: Outgoing) -> dict[str, Any]:
    """What ``chat.postMessage`` takes.

    Parameters
    ----------
    message : its recipient is the identifier of a channel or person (C024BE91L), ``reply_to`` the ``ts`` of a message
        in whose thread it belongs.

    Raises
    ------
    PaybenchError
        If the recipient or the thread is none, or the message is longer than Slack takes.
    """
    if not _PLACE.fullmatch(message.recipient):
        raise PaybenchError("The recipient is no channel or person of Slack; give an identifier such as C024BE91L.")
    if message.reply_to and not _THREAD.fullmatch(message.reply_to):
        raise PaybenchError("The message answered is none of Slack; give its ts, such as 1700000000.000100.")
    blocks: list[dict[str, Any]] = []
    if message.subject:
        if length(message.subject) > HEADER:
            raise PaybenchError(f"The subject has more than the {HEADER} characters of a Slack header; shorten it.")
        blocks.append({"type": "header", "text": _plain(message.subject)})
    texts = (piece.strip("\n") for piece in pieces(message.text, SECTION))
    blocks += [{"type": "section", "text": _plain(text)} for text in texts if text.strip()]
    if message.buttons:
        if len(message.buttons) > BUTTONS:
            raise PaybenchError(
                f"The message has {len(message.buttons)} buttons, and Slack takes {BUTTONS}; use fewer."
            )
        elements = [_button(number, button) for number, button in enumerate(message.buttons)]
        blocks.append({"type": "actions", "block_id": message.id, "elements": elements})
    if len(blocks) > BLOCKS:
        raise PaybenchError(f"The message needs {len(blocks)} blocks, and Slack takes {BLOCKS}; shorten the text.")
    payload: dict[str, Any] = {
        "channel": message.recipient,
        "text": _escaped(pieces(message.subject or message.text, FALLBACK)[0].strip()),
        "mrkdwn": False,
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": blocks,
        "metadata": {"event_type": "paybench_message", "event_payload": {"id": message.id}},
    }
    return payload | ({"thread_ts": message.reply_to} if message.reply_to else {})


def read_slack(headers: Mapping[str, str], body: bytes, secret: Secret, now: datetime) -> tuple[Inbound, ...]:
    """The message or pressed button in a request; empty where it is about something else (our own messages included).

    Parameters
    ----------
    headers, body : of the request as it came. secret : the app's signing secret. now : with a zone.

    Raises
    ------
    Unverified
        If Slack has not signed it within five minutes. PaybenchError: if it is not what Slack sends.
    """
    verify_slack(headers, body, secret, now)
    if header(headers, "content-type").partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        fields = dict(form(body, _NAME))
        if "payload" not in fields:
            raise malformed(_NAME)
        return _pressed(json_object(fields["payload"], _NAME), now)
    said = json_object(body, _NAME)
    retry = header(headers, "x-slack-retry-num")
    return _written(said, int(retry) if re.fullmatch("[0-9]{1,3}", retry) else 0, now)


def slack_challenge(headers: Mapping[str, str], body: bytes, secret: Secret, now: datetime) -> str | None:
    """What to answer, as text, when Slack asks whether the address is ours; None where it asks for something else.

    Raises
    ------
    Unverified, PaybenchError
        As :func:`read_slack`.
    """
    verify_slack(headers, body, secret, now)
    if not body.lstrip().startswith(b"{"):
        return None
    said = json_object(body, _NAME)
    return text_at(said, "challenge")[:200] if said.get("type") == "url_verification" else None


def _written(said: dict[str, Any], retry: int, now: datetime) -> tuple[Inbound, ...]:
    if said.get("type") == "url_verification":
        return ()
    event, number = said.get("event"), text_at(said, "event_id")
    if said.get("type") != "event_callback" or not isinstance(event, dict) or not number:
        raise malformed(_NAME)
    of_a_person = event.get("type") in ("message", "app_mention") and "bot_id" not in event
    user = text_at(event, "user")
    if not of_a_person or not user or event.get("subtype") not in (None, "file_share", "thread_broadcast"):
        return ()
    names = tuple(text_at(file, "name") for file in objects_at(event, "files"))
    text = _plain_words(text_at(event, "text"))
    thread = text_at(event, "thread_ts")
    when = instant(event.get("ts"), now)
    return (Inbound(_NAME, number, _NAME, user, text, when, reply_to=thread, attachments=names, retry=retry),)


def _pressed(said: dict[str, Any], now: datetime) -> tuple[Inbound, ...]:
    if not isinstance(said.get("type"), str):
        raise malformed(_NAME)
    if said["type"] != "block_actions":
        return ()
    user, place = text_at(said, "user", "id"), text_at(said, "container", "message_ts")
    found = []
    for action in objects_at(said, "actions"):
        value, when = text_at(action, "value"), text_at(action, "action_ts")
        if not value:  # a link: Slack tells of it, but nobody has said anything
            continue
        if not user or not when:
            raise malformed(_NAME)
        number = f"{place}:{text_at(action, 'action_id')}:{user}:{when}"
        label = text_at(action, "text", "text")
        found.append(Inbound(_NAME, number, _NAME, user, label, instant(when, now), button=value, reply_to=place))
    return tuple(found)


def _button(number: int, button: Button) -> dict[str, Any]:
    if length(button.label) > LABEL:
        raise PaybenchError(f"The button '{button.label}' has more than the {LABEL} characters of Slack; shorten it.")
    kind = "url" if button.is_link else "value"
    return {"type": "button", "action_id": f"button-{number}", "text": _plain(button.label), kind: button.target}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain_words(text: str) -> str:
    """What a person typed: links by their label, mentions left out, entities undone."""

    def shown(found: re.Match[str]) -> str:
        return "" if found[1][:1] in ("@", "!", "#") else found[2] or found[1].removeprefix("mailto:")

    plain = _TARGET.sub(shown, text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
