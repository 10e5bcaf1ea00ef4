"""WhatsApp by Meta's Cloud API: texts, buttons and templates out, webhooks in.

After developers.facebook.com/docs/whatsapp: a text has 4096 characters, one with buttons 1024; three buttons of 20
characters whose labels differ. Links that do not become the one button of a message become lines of its text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ...errors import PaybenchError
from .bodies import at, instant, json_object, malformed, objects_at, text_at
from .inbound import Inbound, keyword
from .outgoing import Button, Outgoing, length
from .signatures import Secret, refusal, same_secret, secrets_of, verify_meta
from .twilio import NUMBER

TEXT, BODY, HEADER, LABEL, BUTTONS = 4096, 1024, 60, 20, 3
"""Characters of a text, of one with buttons, of its header and of a label; buttons of a message."""
_NAME = "meta"
_TEMPLATE = re.compile("[a-z0-9_]{1,512}")
_CODE = re.compile("[a-z]{2,3}(_[A-Z]{2})?")
_CHALLENGE = re.compile("[0-9A-Za-z_-]{1,100}")


def whatsapp_payload(message: Outgoing) -> dict[str, Any]:
    """A text, a text with reply buttons, or one with a link as its button.

    It is delivered within the 24 hours after the customer's last message; else :func:`whatsapp_template` is needed.

    Parameters
    ----------
    message : its recipient a number like +4930123456, ``reply_to`` a ``wamid...``. A subject is the header of a
        message with buttons, and the first line of one without.

    Raises
    ------
    PaybenchError
        If it is no number, or anything is longer or more than WhatsApp takes.
    """
    choices, links = message.choices, message.links
    if not choices and len(links) != 1:
        text = "\n\n".join(filter(None, [message.subject, message.with_links()]))
        return _addressed(message, "text", {"body": _within(text, TEXT, "text"), "preview_url": False})
    if len(choices) > BUTTONS:
        raise PaybenchError(f"The message has {len(choices)} buttons, and WhatsApp takes {BUTTONS}; use fewer.")
    labels = [_within(button.label, LABEL, f"button '{button.label}'") for button in choices or links]
    if len({label.casefold() for label in labels}) < len(labels):
        raise PaybenchError("Two buttons have the same label, which WhatsApp does not take; name them apart.")
    content: dict[str, Any] = {"type": "button" if choices else "cta_url"}
    if message.subject:
        content["header"] = {"type": "text", "text": _within(message.subject, HEADER, "subject")}
    text = message.with_links() if choices else message.text.strip("\n")
    content["body"] = {"text": _within(text, BODY, "text")}
    content["action"] = {"buttons": [_reply(button) for button in choices]} if choices else _link(links[0])
    return _addressed(message, "interactive", content)


def whatsapp_template(message: Outgoing, name: str, code: str, values: Sequence[str], link: str = "") -> dict[str, Any]:
    """A template that Meta has approved, which may begin a conversation.

    Parameters
    ----------
    message : for its recipient and its choices, in the order of the template's quick replies; the template has the
        text, which ``message.text`` should equal for the record.
    name, code : of the template, and its language ("de" or "en_US"). values : for ``{{1}}``, ``{{2}}`` and so on.
    link : what is put behind the fixed part of the template's link button, which comes after the quick replies.

    Raises
    ------
    PaybenchError
        If a name or a value is one that Meta does not take.
    """
    if not _TEMPLATE.fullmatch(name) or not _CODE.fullmatch(code):
        raise PaybenchError(
            "The template's name or language is none; give small letters, digits and _, and de or en_US."
        )
    for value in values:
        if not value.strip() or re.search(r"[\n\t\r]| {5,}", value) or length(value) > BODY:
            raise PaybenchError(
                f"A value of the template is empty, has line breaks, tabs, five blanks in a row or more than {BODY} "
                "characters; give one short line."
            )
    if link and not re.fullmatch(r"[\w.~-]{1,200}", link, re.ASCII):
        raise PaybenchError("The end of the template's link is none; give letters, digits, dots and dashes.")
    parts: list[dict[str, Any]] = []
    if values:
        parts.append({"type": "body", "parameters": [{"type": "text", "text": value} for value in values]})
    for index, choice in enumerate(message.choices):
        parts.append(_of_button("quick_reply", index, {"type": "payload", "payload": choice.target}))
    if link:
        parts.append(_of_button("url", len(message.choices), {"type": "text", "text": link}))
    return _addressed(message, "template", {"name": name, "language": {"code": code}, "components": parts})


def read_meta(headers: Mapping[str, str], body: bytes, secret: Secret, now: datetime) -> tuple[Inbound, ...]:
    """The messages in a request, and those of ours that are lost; other statuses are left out.

    Parameters
    ----------
    headers, body : of the request as it came. secret : the app's secret. now : with a zone.

    Raises
    ------
    Unverified
        If Meta has not signed it. PaybenchError: if it is not what Meta sends.
    """
    verify_meta(headers, body, secret)
    said = json_object(body, _NAME)
    if said.get("object") != "whatsapp_business_account" or not isinstance(said.get("entry"), list):
        raise malformed(_NAME)
    values = [change.get("value") for entry in objects_at(said, "entry") for change in objects_at(entry, "changes")]
    written = [_message(item, now) for value in values for item in objects_at(value, "messages")]
    lost = [_lost(item, now) for value in values for item in objects_at(value, "statuses")]
    return tuple(item for item in (*written, *lost) if item is not None)


def meta_challenge(query: Mapping[str, str], token: Secret) -> str:
    """What to answer, as text, when Meta asks (with GET) whether the address is ours.

    Parameters
    ----------
    query : of the address asked for. token : the word agreed on in Meta's console.

    Raises
    ------
    Unverified
        If it does not name the token. PaybenchError: if there is none.
    """
    keys = secrets_of(token, _NAME)
    named = sum(same_secret(query.get("hub.verify_token", ""), key.decode()) for key in keys)
    challenge = query.get("hub.challenge", "")
    if not named or query.get("hub.mode") != "subscribe" or not _CHALLENGE.fullmatch(challenge):
        raise refusal(_NAME)
    return challenge


def _message(said: dict[str, Any], now: datetime) -> Inbound | None:
    number, sender, kind = text_at(said, "id"), text_at(said, "from"), text_at(said, "type")
    if not number or not re.fullmatch("[0-9]{6,20}", sender):
        raise malformed(_NAME)
    if kind in ("system", "reaction"):
        return None
    reply = at(said, "interactive", text_at(said, "interactive", "type"))
    button = text_at(said, "button", "payload") or text_at(reply, "id")
    words = (text_at(said, "text", "body"), text_at(said, "button", "text"), text_at(reply, "title"))
    text = next(filter(None, words), text_at(said, kind, "caption"))
    name = text_at(said, kind, "filename") or kind
    names = () if kind in ("text", "button", "interactive") else (name,)
    return Inbound(
        _NAME, number, "whatsapp", f"+{sender}", text, instant(said.get("timestamp"), now), button=button,
        reply_to=text_at(said, "context", "id"), attachments=names, keyword=keyword(text),
    )  # fmt: skip


def _lost(said: dict[str, Any], now: datetime) -> Inbound | None:
    number, to = text_at(said, "id"), f"+{text_at(said, 'recipient_id')}"
    if text_at(said, "status") != "failed" or not number:
        return None
    when = instant(said.get("timestamp"), now)
    lost = f"{number}:failed"
    return Inbound(_NAME, lost, "whatsapp", to, "", when, automatic="bounce", reply_to=number, bounced=(to,))


def _addressed(message: Outgoing, kind: str, content: dict[str, Any]) -> dict[str, Any]:
    if not NUMBER.fullmatch(message.recipient):
        raise PaybenchError("The recipient is no telephone number; write it like +4930123456.")
    payload: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": message.recipient,
        "type": kind,
        kind: content,
        "biz_opaque_callback_data": message.id,
    }
    return payload | ({"context": {"message_id": message.reply_to}} if message.reply_to else {})


def _reply(button: Button) -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": button.target, "title": button.label}}


def _link(button: Button) -> dict[str, Any]:
    return {"name": "cta_url", "parameters": {"display_text": button.label, "url": button.target}}


def _of_button(kind: str, index: int, parameter: dict[str, str]) -> dict[str, Any]:
    return {"type": "button", "sub_type": kind, "index": str(index), "parameters": [parameter]}


def _within(text: str, most: int, what: str) -> str:
    if length(text) > most:
        raise PaybenchError(f"The {what} has {length(text)} characters, and WhatsApp takes {most}; shorten it.")
    return text
