"""What people of the book do in a conversation: remind, take over, write, sign, give back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ...errors import PaybenchError
from ..messages.drafted import bills
from ..messages.reminder import reminder
from ..messages.tones import tone_of
from ..negotiate import Conversation, Decision, Facts, happened, signed
from ..negotiate.standing import PERSON, STOPPED
from ..negotiate.states import RELEASED, REMIND
from ..text import cleaned
from .record import Event
from .room import CHAT, Room
from .rows import contact_row
from .thread import told, way_to

_OWED = Decision("answer", "what_is_owed")


class People(Room):
    """A room in which people act; each says who it is."""

    def remind(self, customer_id: str, now: datetime, channel: str = CHAT, address: str = "") -> dict[str, Any]:
        """Send a reminder of what is open, with a link.

        Raises
        ------
        PaybenchError
            If nothing is open, the customer forbade the channel, or all dunning of it is paused.
        """
        with self._turn():
            here = self._standing(customer_id, now)
            if here.facts.open_invoices.empty:
                raise PaybenchError(
                    f"Customer '{customer_id}' owes nothing on {here.today}; there is nothing to remind of."
                )
            _check_allowed(here.facts, channel)
            _check_paused(here.events, customer_id)
            link = self._paying.url(here.facts, None, None, here.now)
            tone, why = tone_of(_OWED, None, here.facts, bills(here.facts))
            made = reminder(
                here.facts, tone=tone, channel=channel, link=link, company=self._company, sender=self._sender
            )
            said: dict[str, Any] = {
                "day": here.today.isoformat(),
                "draft": {**made.as_dict, "reasons": [*made.reasons, why]},
                "conversation": told(happened(here.conversation, REMIND)),
                "goes": True,
                "reply_to": {"address": address},
            }
            said["rows"] = {"contacts": [contact_row(self._number(here), here.facts, channel, tone)]}
            self.record.add(Event(customer_id, here.now, "reminded", channel, said))
            self._finish(customer_id, here.now)
        return self.thread(customer_id, now)

    def take_over(self, customer_id: str, who: str, now: datetime) -> dict[str, Any]:
        """A person has the conversation; until it is given back nothing is answered by itself."""
        return self._handled(customer_id, who, now, "taken", PERSON)

    def give_back(self, customer_id: str, who: str, now: datetime) -> dict[str, Any]:
        """The conversation is answered by policy again; what the customer has stopped stays so."""
        return self._handled(customer_id, who, now, "released", "")

    def say(self, customer_id: str, who: str, text: str, now: datetime, channel: str = CHAT) -> dict[str, Any]:
        """A person's own words.

        Raises
        ------
        PaybenchError
            If there are none, or the customer forbade the channel.
        """
        _named(who)
        if not text.strip():
            raise PaybenchError("There is nothing to send; write something.")
        with self._turn():
            here = self._standing(customer_id, now)
            _check_allowed(here.facts, channel)
            _, where = way_to(here.events, channel)
            draft = {"subject": _subject(here.events), "body": cleaned(text).strip()}
            said = {"who": cleaned(who), "draft": draft, "goes": True, "reply_to": where}
            self.record.add(Event(customer_id, here.now, "answered", channel, said))
            self._finish(customer_id, here.now)
        return self.thread(customer_id, now)

    def sign(self, customer_id: str, who: str, now: datetime) -> dict[str, Any]:
        """A person's signature under a draft that waits for one: it is granted, or proposed to the customer.

        Raises
        ------
        PaybenchError
            If no draft waits.
        """
        _named(who)

        def decide(stands: Conversation, facts: Facts, channel: str) -> tuple[Conversation, Decision]:
            turn = signed(stands, facts, self.policy, channel)
            return turn.conversation, turn.decision

        return self._acted(customer_id, now, "signed", {"who": cleaned(who)}, decide)

    def _handled(self, customer_id: str, who: str, now: datetime, what: str, state: str) -> dict[str, Any]:
        _named(who)
        with self._turn():
            here = self._standing(customer_id, now)
            stands = here.conversation
            stopped = stands.state == STOPPED
            after = stands if stopped else replace(stands, state=state) if state else happened(stands, RELEASED)
            self.record.add(
                Event(customer_id, here.now, what, CHAT, {"who": cleaned(who), "conversation": told(after)})
            )
        return self.thread(customer_id, now)


def _check_allowed(facts: Facts, channel: str) -> None:
    if not facts.allowed.get(channel, True):
        raise PaybenchError(f"Customer '{facts.customer_id}' forbade {channel}; write by another way, or let it be.")


def _check_paused(events: Sequence[Event], customer_id: str) -> None:
    """See that no message since a person last gave the conversation back has paused all dunning."""
    for event in reversed(events):
        if event.what == "released":
            return
        for move in (event.body.get("decision") or {}).get("moves", []):
            if move["what"] == "pause" and move.get("customer"):
                raise PaybenchError(
                    f"All dunning of customer '{customer_id}' is paused ({move['why']}); give the conversation back "
                    "first, if that is over."
                )


def _subject(events: Sequence[Event]) -> str:
    """Of a letter that answers none: what the last one of ours was about."""
    subjects = [str((event.body.get("draft") or {}).get("subject", "")) for event in events]
    return next((subject for subject in reversed(subjects) if subject), "")


def _named(who: str) -> None:
    if not who.strip():
        raise PaybenchError("Nobody is named; say who acts.")
