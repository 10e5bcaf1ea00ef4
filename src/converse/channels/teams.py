"""Microsoft Teams: Adaptive Cards, and what comes back.

After learn.microsoft.com: Adaptive Cards 1.5 in the attachment of a message, at most 28 kB; outgoing webhooks. Text
stands in ``TextRun``, which knows no Markdown, so that nothing a customer wrote becomes a link. An outgoing webhook may
answer with cards whose only actions are links; a pressed ``Action.Submit`` comes back to a bot, whose requests bear a
token of the Bot Framework that is not checked here: put its check in front and use :func:`read_activity`.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ...errors import PaybenchError
from .bodies import json_object, malformed, objects_at, text_at
from .inbound import Inbound
from .outgoing import Button, Outgoing
from .signatures import Secret, is_recent, refusal, verify_teams

BYTES, BUTTONS = 28 * 1024, 6
"""Bytes of a message, and actions of a card."""
CARD = "application/vnd.microsoft.card.adaptive"
_NAME = "teams"
_MENTION = re.compile("<at[^>]{0,200}>[^<]{0,200}</at>")
_TAG = re.compile("<[^<>]{1,500}>")


def teams_payload(message: Outgoing) -> dict[str, Any]:
    """A message with one card, for a bot or an incoming webhook (whose address, the recipient, is not in it).

    Raises
    ------
    PaybenchError
        If it is larger than Teams takes, or has too many buttons.
    """
    if len(message.buttons) > BUTTONS:
        raise PaybenchError(f"The message has {len(message.buttons)} buttons, and Teams takes {BUTTONS}; use fewer.")
    body = [_line(message.subject, "None", size="Medium", weight="Bolder")] if message.subject else []
    spacing = "Medium"
    for line in message.text.strip("\n").split("\n"):
        if line.strip():
            body.append(_line(line, spacing))
        spacing = "None" if line.strip() else "Medium"
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "lang": message.language,
        "body": body,
    }
    if message.buttons:
        card["actions"] = [_action(button, message.id) for button in message.buttons]
    payload = {
        "type": "message",
        "summary": message.subject or message.text.strip().split("\n")[0][:200],
        "attachments": [{"contentType": CARD, "contentUrl": None, "content": card}],
    }
    if message.reply_to:
        payload["replyToId"] = message.reply_to
    size = len(json.dumps(payload, ensure_ascii=False).encode())
    if size > BYTES:
        raise PaybenchError(f"The card has {size:,} bytes, and Teams takes {BYTES:,}; shorten the text.")
    return payload


def read_teams(headers: Mapping[str, str], body: bytes, secret: Secret, now: datetime) -> tuple[Inbound, ...]:
    """The message in a request of an outgoing webhook.

    Parameters
    ----------
    headers, body : of the request as it came. secret : the webhook's security token. now : with a zone; the time in the
        signed body has to be within five minutes of it.

    Raises
    ------
    Unverified
        If Teams has not signed it, or long ago. PaybenchError: if it is not what Teams sends.
    """
    verify_teams(headers, body, secret)
    said = json_object(body, _NAME)
    when = _instant(text_at(said, "timestamp"))
    if when is None:
        raise malformed(_NAME)
    if not is_recent(str(max(0, int(when.timestamp()))), now):
        raise refusal(_NAME)
    return read_activity(said, now)


def read_activity(said: Mapping[str, Any], now: datetime) -> tuple[Inbound, ...]:
    """The message or pressed button in an activity whose sender is proven already; empty where it is something else.

    Raises
    ------
    PaybenchError
        If it is no activity.
    """
    said = dict(said)
    number, sender = text_at(said, "id"), text_at(said, "from", "aadObjectId") or text_at(said, "from", "id")
    if not number or not sender:
        raise malformed(_NAME)
    if said.get("type") != "message":
        return ()
    files = (item for item in objects_at(said, "attachments") if not text_at(item, "contentType").startswith("text/"))
    names = tuple(text_at(item, "name") or text_at(item, "contentType") for item in files)
    when = _instant(text_at(said, "timestamp")) or now
    text = html.unescape(_TAG.sub(" ", _MENTION.sub("", text_at(said, "text")))).replace("\u00a0", " ")
    button, answered = text_at(said, "value", "button"), text_at(said, "replyToId")
    at = min(when, now)
    return (Inbound(_NAME, number, _NAME, sender, text, at, button=button, reply_to=answered, attachments=names),)


def _line(text: str, spacing: str, **look: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "spacing": spacing, "inlines": [{"type": "TextRun", "text": text, **look}]}


def _action(button: Button, number: str) -> dict[str, Any]:
    if button.is_link:
        return {"type": "Action.OpenUrl", "title": button.label, "url": button.target}
    return {"type": "Action.Submit", "title": button.label, "data": {"button": button.target, "message": number}}


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
