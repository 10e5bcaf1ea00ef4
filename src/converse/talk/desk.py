"""The desk of a book: messages come in, answers go out, and what was agreed is entered in the ledger.

Every turn is recorded first, then entered in the ledger, then sent; each of these leaves a mark when it is done, and is
finished by the next turn where it was cut short. Nothing is entered or sent twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ...errors import PaybenchError
from ..channels import Inbound
from ..negotiate import Conversation, Decision, Facts, clicked
from ..negotiate.standing import STOPPED
from .paying import PAYMENTS, rows_of_payment
from .people import People
from .record import Event
from .room import CHAT, Standing, aged
from .rows import Rows, consent_row, message_row, rows_of
from .thread import conversation_of, taken_by, told, with_today
from .turn import answer, understanding
from .views import Thread

TAKE = ("accept", "refuse")


class Desk(People):
    """Answers the customers of a book; its parameters are those of :class:`~.room.Room`."""

    def receive(
        self,
        customer_id: str,
        text: str,
        channel: str,
        now: datetime,
        source: str = CHAT,
        source_id: str | None = None,
        automatic: str = "",
        reply_to: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """A message: understood, decided, recorded, entered and answered.

        Parameters
        ----------
        source, source_id : who brought it and its number there; a number that came before changes nothing.
        automatic : what the provider says of a machine's message: out_of_office, bounce, automatic.
        reply_to : where an answer goes: address, subject, number and thread of the message.

        Returns
        -------
        The turn, as in :meth:`thread`; of a message that came before, its turn then.
        """
        with self._turn():
            if source_id is not None and (before := self.record.seen(source, source_id)) is not None:
                return self._turn_of(before)
            here = self._standing(customer_id, now)
            number = f"{source}-{source_id}" if source_id is not None else f"{customer_id}-{len(here.events) + 1}"
            if automatic:
                said = [self._noted(here, text, channel, number, automatic)]
            else:
                said = self._decided(here, text, channel, number, reply_to or {})
            said[0] = replace(said[0], source=source, source_id=source_id)
            added = self.record.add(*said)
            if added is None:
                raise PaybenchError("This message was recorded by somebody else a moment ago; read the conversation.")
            self._finish(customer_id, here.now)
            return self._turn_of(added[0])

    def choose(self, customer_id: str, choice: str, now: datetime, source_id: str | None = None) -> dict[str, Any]:
        """A click below a proposal of ours: ``accept`` or ``refuse``.

        Raises
        ------
        PaybenchError
            If no proposal waits for an answer.
        """

        def decide(stands: Conversation, facts: Facts) -> tuple[Conversation, Decision]:
            turn = clicked(stands, choice, facts, self.policy, CHAT)
            return turn.conversation, turn.decision

        return self._acted(customer_id, now, "clicked", {"choice": choice}, decide, source_id)

    def inbound(self, message: Inbound, customer_id: str, now: datetime) -> dict[str, Any] | None:
        """A message from a webhook; a sender whom nobody knows is recorded for a person, and gets no answer."""
        if not customer_id:
            self.record.add(
                Event(
                    "",
                    now,
                    "unknown_sender",
                    message.channel,
                    {"sender": message.sender, "text": message.text},
                    message.provider,
                    message.id,
                )
            )
            return None
        if message.button in TAKE:
            return self.choose(customer_id, message.button, now, f"{message.provider}/{message.id}")
        where = {"address": message.sender, "subject": message.subject, "number": message.id,
                 "references": list(message.references)}  # fmt: skip
        text = message.text or message.subject
        return self.receive(
            customer_id, text, message.channel, now, message.provider, message.id, message.automatic, where
        )

    def unsubscribe(self, token: str, now: datetime) -> bool:
        """One click on a link in a letter: no more letters by that channel. False where the token is none of ours."""
        offered = self.record.seen("unsubscribe", token)
        if offered is None:
            return False
        with self._turn():
            customer, channel, at = offered.customer_id, offered.channel, self.at(now)
            stands = conversation_of(self.record.of(customer))
            said = {
                "day": at.date().isoformat(),
                "conversation": told(replace(stands, state=STOPPED)),
                "rows": {"consents": [consent_row(customer, channel, at.date(), False)]},
            }
            self.record.add(Event(customer, at, "unsubscribed", channel, said, "unsubscribed", token))
            self._finish(customer, at)
        return True

    def webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> dict[str, Any] | None:
        """A payment that the provider reports; recorded once, however often it comes. None = it is about nothing new.

        Raises
        ------
        PaybenchError
            If the provider has not signed it, or nobody made the link.
        """
        at = self.at(now)
        found = self._paying.paid(headers, body, at)
        if found is None:
            return None
        paid, customer, link = found
        with self._turn():
            here = self._standing(customer, now, paid.paid_on)
            said = {
                "day": paid.paid_on.isoformat(),
                "link": paid.link_id,
                "amount": str(paid.amount),
                "currency": paid.currency,
                "rows": rows_of_payment(paid, link, customer, self.known.ledger()),
            }
            event = Event(customer, at, "paid", CHAT, said, PAYMENTS, paid.event_id)
            stands = aged(here.conversation, with_today(here.facts, [event]))
            if self.record.add(replace(event, body={**said, "conversation": told(stands)})) is None:
                return None
            self._finish(customer, at)
        return {"customer_id": customer, "amount": str(paid.amount), "currency": paid.currency}

    def _decided(
        self, here: Standing, text: str, channel: str, number: str, reply_to: Mapping[str, Any]
    ) -> list[Event]:
        """What a message says, and what is decided about it."""
        customer = here.facts.customer_id
        made = answer(
            text,
            here.facts,
            self.known.model(),
            self.policy,
            conversation=here.conversation,
            channel=channel,
            link=lambda decision, said: self._paying.url(here.facts, decision, said, here.now),
            company=self._company,
            sender=self._sender,
            language_model=self._language_model,
        )
        who = taken_by(here.events)
        stays_stopped = here.conversation.state == STOPPED and made.after.state != STOPPED
        rows: Rows = {"messages": [message_row(number, customer, here.today, channel, made.understood)]}
        decided = {
            "day": here.today.isoformat(),
            "about": number,
            "understood": understanding(made.understood),
            "decision": made.decision.as_dict,
            "conversation": told(made.after),
            "draft": None if made.draft.empty else made.draft.as_dict,
            "faults": list(made.faults),
            "note": made.note,
            "goes": made.goes and not who and not stays_stopped,
            "held_by": who,
            "rows": rows | rows_of(made.decision, number, customer, here.today, made.quote),
            "reply_to": dict(reply_to),
        }
        received = {"text": made.understood.text, "number": number}
        return [
            Event(customer, here.now, "received", channel, received),
            Event(customer, here.now, "decided", channel, decided),
        ]

    @staticmethod
    def _noted(here: Standing, text: str, channel: str, number: str, automatic: str) -> Event:
        """A machine's message, which is kept and not answered."""
        row = {
            "message_id": number,
            "customer_id": here.facts.customer_id,
            "received_on": here.today.isoformat(),
            "channel": channel,
            "text": text.strip() or "(no text)",
            "meaning": automatic if automatic in ("bounce", "out_of_office") else "none",
        }
        said = {
            "text": text,
            "number": number,
            "automatic": automatic,
            "day": here.today.isoformat(),
            "rows": {"messages": [row]},
            "conversation": told(here.conversation),
        }
        return Event(here.facts.customer_id, here.now, "received", channel, said)

    def _turn_of(self, received: Event) -> dict[str, Any]:
        after = self.record.of(received.customer_id, received.number - 1)
        decided = next(
            (e for e in after if e.what == "decided" and e.body.get("about") == received.body.get("number")), None
        )
        return Thread.turn(received, decided)
