"""Twilio: SMS and WhatsApp out, and the forms in which both come in.

After twilio.com/docs: the Messages resource (a body of at most 1600 characters), webhooks of incoming messages and of
statuses. Buttons that carry a value have no place in an SMS: the text itself asks; links become lines of the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from ...errors import PaybenchError
from .bodies import form, malformed
from .inbound import Inbound, keyword
from .outgoing import Outgoing, check_address, length
from .signatures import Secret, verify_twilio
from .sms import plain

LONGEST = 1600
"""Characters of a body."""
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
"""A telephone number as E.164 writes it."""
_SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|MG[0-9a-f]{32}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_SID = re.compile("(SM|MM)[0-9a-f]{32}")
_NAME = "twilio"
_LOST = ("failed", "undelivered")


def sms_payload(message: Outgoing, sender: str, status_url: str = "") -> dict[str, str]:
    """Fields of a new SMS.

    Parameters
    ----------
    message : its recipient a number like +4930123456; typographic signs become those of every phone.
    sender : a number, a short code, a name of at most 11 letters, or the identifier of a messaging service (MG...).
    status_url : where Twilio tells what became of it; '' = nowhere.

    Raises
    ------
    PaybenchError
        If a number is none, or the text with its links is too long.
    """
    if not _SENDER.fullmatch(sender):
        raise PaybenchError(
            "The sender of an SMS is no number, name or messaging service (MG...); see Twilio's console."
        )
    fields = _fields(message, plain(message.with_links()), status_url)
    return {"To": _number(message.recipient), "MessagingServiceSid" if sender[:2] == "MG" else "From": sender, **fields}


def twilio_whatsapp_payload(message: Outgoing, sender: str, status_url: str = "") -> dict[str, str]:
    """Fields of a new WhatsApp message within the 24 hours after the customer's last one; else a template is needed.

    Raises
    ------
    PaybenchError
        If a number is none, or the text with its links is too long.
    """
    fields = _fields(message, message.with_links(), status_url)
    to = _number(message.recipient)
    return {"To": f"whatsapp:{to}", "From": f"whatsapp:{_number(sender)}", **fields}


def read_twilio(
    url: str, headers: Mapping[str, str], body: bytes, secret: Secret, now: datetime
) -> tuple[Inbound, ...]:
    """The message in a request, or that one of ours is lost; empty where it tells another status.

    Parameters
    ----------
    url : our address as it stands in Twilio's console. headers, body : of the request as it came. secret : the auth
        token. now : with a zone; Twilio's forms bear no time.

    Raises
    ------
    Unverified
        If Twilio has not signed it. PaybenchError: if it is not what Twilio sends.
    """
    pairs = form(body, _NAME)
    verify_twilio(url, pairs, headers, secret)
    said = dict(pairs)
    number, status = said.get("MessageSid", ""), said.get("MessageStatus", "")
    if not _SID.fullmatch(number):
        raise malformed(_NAME)
    if status not in ("", "received", "receiving"):
        to, channel = _address(said.get("To", ""))
        if status not in _LOST:
            return ()
        lost = f"{number}:{status}"
        return (Inbound(_NAME, lost, channel, to, "", now, automatic="bounce", reply_to=number, bounced=(to,)),)
    sender, channel = _address(said.get("From", ""))
    text = said.get("Body", "")
    media = [value for name, value in sorted(said.items()) if re.fullmatch("MediaContentType[0-9]{1,2}", name)]
    return (
        Inbound(
            _NAME, number, channel, sender, text, now,
            button=said.get("ButtonPayload", ""), reply_to=said.get("OriginalRepliedMessageSid", ""),
            attachments=tuple(media), keyword=_keyword(said.get("OptOutType", ""), text),
        ),
    )  # fmt: skip


def _fields(message: Outgoing, text: str, status_url: str) -> dict[str, str]:
    if length(text) > LONGEST:
        raise PaybenchError(f"The text has {length(text)} characters, and Twilio takes {LONGEST}; shorten it.")
    if status_url:
        check_address(status_url, "The address for statuses")
    return {"Body": text} | ({"StatusCallback": status_url} if status_url else {})


def _number(text: str) -> str:
    if not NUMBER.fullmatch(text):
        raise PaybenchError("The recipient or sender is no telephone number; write it like +4930123456.")
    return text


def _address(text: str) -> tuple[str, str]:
    """A number, and the channel that its prefix says."""
    number = text.removeprefix("whatsapp:")
    if not re.fullmatch(r"\+?[0-9A-Za-z .]{2,20}", number):
        raise malformed(_NAME)
    return number, "whatsapp" if number != text else "sms"


def _keyword(said: str, text: str) -> str:
    """What Twilio has taken a message for, else what its one word says."""
    return said.lower() if said.lower() in ("stop", "start", "help") else keyword(text)
