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
from ..annotate import meaning_of
from ..channels import Inbound
from ..intents import INTENTS
from ..negotiate import Conversation, Decision, Facts, clicked
from ..negotiate.standing import STOPPED
from ..text import cleaned
from .paying import PAYMENTS, rows_of_payment
from .people import People
from .record import Event, kept_id
from .room import CHAT, Standing, aged
from .rows import Rows, consent_row, message_row, rows_of
from .thread import conversation_of, proposed_by, taken_by, told, with_today
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
        source, source_id : who brought it and its number there; a number that came before changes nothing, but what
            was cut short then is finished now: who gets no answer delivers again.
        automatic : what the provider says of a machine's message: out_of_office, bounce, automatic.
        reply_to : where an answer goes: address, subject, number and thread of the message.

        Returns
        -------
        The turn, as in :meth:`thread`; of a message that came before, its turn then.

        Raises
        ------
        PaybenchError
            If nobody in the ledger is that customer, the number is that of another customer's message, or what was
            agreed cannot be entered.
        """
        source_id = None if source_id is None else kept_id(source_id)
        with self._turn():
            if source_id is not None and (before := self.record.seen(source, source_id)) is not None:
                self._check_whose(before, customer_id)
                self._finish(customer_id, self.at(now))
                return self._turn_of(before)
            here = self._standing(customer_id, now)
            number = f"{source}-{source_id}" if source_id is not None else self._number(here)
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

    def choose(
        self,
        customer_id: str,
        choice: str,
        now: datetime,
        source_id: str | None = None,
        below: int = 0,
        way: tuple[str, Mapping[str, Any]] = (CHAT, {}),
    ) -> dict[str, Any]:
        """A click below a proposal of ours: ``accept`` or ``refuse``.

        Parameters
        ----------
        below : number of the event whose proposal it is below; 0 = the one that waits. way : channel and ``reply_to``
            by which the customer is answered.

        Raises
        ------
        PaybenchError
            If no proposal waits for an answer, or it is another one than that below which was clicked.
        """

        def decide(stands: Conversation, facts: Facts, channel: str) -> tuple[Conversation, Decision]:
            if below and below != proposed_by(self.record.of(customer_id)):
                raise PaybenchError("The click is below a proposal that waits no more; look at the latest one.")
            turn = clicked(stands, choice, facts, self.policy, channel)
            return turn.conversation, turn.decision

        return self._acted(customer_id, now, "clicked", {"choice": choice}, decide, source_id, way)

    def inbound(self, message: Inbound, customer_id: str, now: datetime) -> dict[str, Any] | None:
        """A message from a webhook; a sender whom nobody knows is recorded for a person, and gets no answer."""
        if not customer_id or not self._in_ledger(customer_id, now):
            self.record.add(
                Event(
                    "",
                    now,
                    "unknown_sender",
                    message.channel,
                    {"sender": cleaned(message.sender), "text": cleaned(message.text), "customer": customer_id},
                    message.provider,
                    message.id,
                )
            )
            return None
        where = {"address": message.sender, "subject": cleaned(message.subject), "number": message.id,
                 "references": list(message.references), "provider": message.provider}  # fmt: skip
        text = message.text or message.subject
        choice, _, below = message.button.partition("-")
        if choice in TAKE and (not below or below.isdecimal()):
            try:
                return self.choose(customer_id, choice, now, f"{message.provider}/{message.id}", int(below or 0),
                                   (message.channel, where))  # fmt: skip
            except PaybenchError:  # below an older proposal, or none waits: it takes nothing, and a person sees it
                text = f"(pressed below an earlier proposal: {choice})"
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
            if self._paying.before(paid, customer, self.known.ledger()):
                self._finish(customer, at)
                return None
            self._finish(customer, at)  # what an earlier payment has covered is open no more
            here = self._standing(customer, now)
            said = {
                "day": max(here.today, paid.paid_on).isoformat(),
                "link": paid.link_id,
                "payment": paid.payment_id,
                "amount": str(paid.amount),
                "currency": paid.currency,
                "rows": rows_of_payment(paid, link, customer, self.known.ledger(), here.today),
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

    def _in_ledger(self, customer_id: str, now: datetime) -> bool:
        """Whether there is anybody of that number; a list of addresses may be older than an erasure."""
        try:
            self.known.facts(customer_id, self.at(now).date())
        except PaybenchError:
            return False
        return True

    @staticmethod
    def _noted(here: Standing, text: str, channel: str, number: str, automatic: str) -> Event:
        """A machine's message, which is kept and not answered."""
        row = {
            "message_id": number,
            "customer_id": here.facts.customer_id,
            "received_on": here.today.isoformat(),
            "channel": channel,
            "text": cleaned(text).strip() or "(no text)",
            "meaning": meaning_of([automatic] if automatic in INTENTS else []),
        }
        said = {
            "text": cleaned(text),
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
