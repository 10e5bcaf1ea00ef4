"""Answers on their way: the payload of each channel, handed to whoever carries it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ...errors import PaybenchError
from ..channels import (
    Button,
    Outgoing,
    email_message,
    slack_payload,
    sms_payload,
    teams_payload,
    twilio_whatsapp_payload,
    whatsapp_payload,
)
from ..channels.outbox import Payload, Sender
from .record import Event

SENT, UNSENT = "sent", "unsent"
"""Events: it was handed over; it could not be, and a person has to see to it."""
_IN_RESPONSE = ("twilio", "teams")
"""Providers that take the answer to a message in the response to its webhook."""
_ACCEPT = {
    "en": ("Accept", "Not possible"), "de": ("Annehmen", "Nicht möglich"), "fr": ("Accepter", "Pas possible"),
    "es": ("Aceptar", "No es posible"),
}  # fmt: skip


@dataclass(frozen=True)
class Senders:
    """Who carries answers.

    Attributes
    ----------
    carriers : by channel (email, sms, whatsapp, slack, teams); a channel without one is read where it is recorded.
    addresses : by channel, the address that answers come from (an e-mail address, a number). name : who writes.
    unsubscribe : address to which the token of a letter is added, ``https://.../unsubscribe``; '' = letters bear none.
    """

    carriers: Mapping[str, Sender] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    unsubscribe: str = ""

    def send(self, event: Event, now: datetime) -> list[Event]:
        """Hand over the answer of an event, once: its number is what tells the message apart.

        Returns
        -------
        Events that say what became of it.
        """
        said = event.body["draft"]
        text, subject = str(said["body"]), str(said.get("subject", ""))
        where = event.body.get("reply_to") or {}
        carrier, address = self.carriers.get(event.channel), str(where.get("address", ""))
        body = {"of": event.number, "subject": subject, "text": text}
        if event.what == "decided" and where.get("provider") in _IN_RESPONSE:
            return [Event(event.customer_id, now, SENT, event.channel, {**body, "by": "response"})]
        if carrier is None or not address:
            return [Event(event.customer_id, now, SENT, event.channel, {**body, "by": "record"})]
        found: list[Event] = []
        token = ""
        if event.channel == "email" and self.unsubscribe:
            token = secrets.token_urlsafe(16)
            found.append(Event(event.customer_id, now, "offered", event.channel, {}, "unsubscribe", token))
        try:
            message = self._message(event, text, subject, where, token)
            payload = self._payload(event.channel, message, now, str(where.get("provider", "")))
            carrier.send(event.channel, message, payload)
        except PaybenchError as error:
            return [Event(event.customer_id, now, UNSENT, event.channel, {**body, "why": str(error)})]
        return [*found, Event(event.customer_id, now, SENT, event.channel, {**body, "by": event.channel})]

    def _message(self, event: Event, text: str, subject: str, where: Mapping[str, Any], token: str) -> Outgoing:
        language = str(event.body["draft"].get("language", "en"))
        waits = (event.body.get("conversation") or {}).get("state") == "proposed"
        buttons: tuple[Button, ...] = ()
        if waits and event.channel in ("whatsapp", "slack", "teams"):
            yes, no = _ACCEPT.get(language, _ACCEPT["en"])
            buttons = (Button(yes, f"accept-{event.number}"), Button(no, f"refuse-{event.number}"))
        asked = str(where.get("subject", ""))
        if asked and event.channel == "email":
            subject = asked if asked.lower().startswith(("re:", "aw:", "sv:")) else f"Re: {asked}"
        threaded = event.channel in ("email", "slack")
        return Outgoing(
            str(where["address"]), text, f"{event.customer_id}/{event.number}", subject, buttons,
            reply_to=str(where.get("number", "")) if threaded else "",
            references=tuple(where.get("references", ())) if event.channel == "email" else (),
            unsubscribe=f"{self.unsubscribe}/{token}" if token else "", language=language,
        )  # fmt: skip

    def _payload(self, channel: str, message: Outgoing, now: datetime, provider: str) -> Payload:
        own = self.addresses.get(channel, "")
        if channel == "email":
            return email_message(message, own, now, self.name)
        if channel == "sms":
            return sms_payload(message, own)
        if channel == "whatsapp":
            return whatsapp_payload(message) if provider == "meta" else twilio_whatsapp_payload(message, own)
        made: Callable[[Outgoing], dict[str, Any]] = {"slack": slack_payload, "teams": teams_payload}[channel]
        return made(message)
