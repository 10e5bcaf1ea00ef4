"""Where conversations are held: what every turn needs, whoever's it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ...decide.segments.promises import GRACE
from ...errors import PaybenchError
from ...files import locked_file
from ...ledger import day as day_of
from ..links import PaymentProvider
from ..messages import draft, grounded
from ..messages.llm import LanguageModel
from ..negotiate import Conversation, Decision, Facts, Policy, happened, read_policy
from ..negotiate.standing import BROKEN, KEPT, PROMISED, PROPOSED
from ..negotiate.states import DAY_OVER, PAID
from .finish import finish
from .known import Known
from .paying import Paying
from .record import FILE, Event, Record
from .restore import restore
from .rows import rows_of
from .senders import Senders
from .thread import conversation_of, taken_by, told, waivers, way_to, with_today
from .views import Thread

CHAT = "chat"
_LOCK = "conversations.lock"


@dataclass(frozen=True)
class Standing:
    """A customer as a turn finds it.

    Attributes
    ----------
    now, today : the instant, and its day. events : so far. facts : known, those of today included.
    conversation : where it stands, money and days counted. became : state of each promise by number, as the ledger
        knows at the start of the day.
    """

    now: datetime
    today: date
    events: Sequence[Event]
    facts: Facts
    conversation: Conversation
    became: Mapping[str, str] = field(default_factory=dict)


class Room:
    """What every turn of a book needs.

    Parameters
    ----------
    ledger : its folder; rows are added to it. store : whose models score and understand, and where the record is.
    policy : of negotiation: None = the standard one, a file, or a :class:`~.negotiate.Policy`.
    provider : of payment links; None = answers bear no link. company, sender : who answers.
    language_model : may word drafts, and decides nothing; None = none is asked.
    senders : by channel, what hands an answer over; a channel without one is read from the record (the chat).
    as_of : a day on which the desk stands still; None = that of each call's ``now``, in the ledger's time zone.
    """

    def __init__(
        self,
        ledger: str | Path,
        store: str | Path,
        *,
        policy: Policy | str | Path | None = None,
        provider: PaymentProvider | None = None,
        company: str = "",
        sender: str = "",
        senders: Senders | None = None,
        language_model: LanguageModel | None = None,
        as_of: object = None,
    ) -> None:
        self._folder, self._store = Path(ledger), Path(store)
        self.known = Known(self._folder, self._store)
        self.policy = policy if isinstance(policy, Policy) else read_policy(policy)
        self._company, self._sender = company or self.known.ledger().name, sender
        self._senders = senders or Senders()
        self._language_model = language_model
        self._as_of = None if as_of is None else day_of(as_of).date()
        self.record = Record(self._store / FILE)
        self._paying = Paying(provider, self.record)
        self._restored: object = None

    def at(self, now: datetime) -> datetime:
        """An instant in the ledger's time zone; of a desk that stands still the same time of its day.

        Raises
        ------
        PaybenchError
            If it has no zone.
        """
        if now.tzinfo is None:
            raise PaybenchError("The time now has no zone; give a datetime with one, such as UTC.")
        there = now.astimezone(ZoneInfo(self.known.ledger().time_zone))
        return there if self._as_of is None else datetime.combine(self._as_of, there.timetz())

    def customers(self, now: datetime, most: int = 200) -> list[dict[str, Any]]:
        """Who owes something or has written, at most so many: who waits for a person first, then who is longest due."""
        return Thread.listed(self.known, self.record, self.at(now).date(), most)

    def thread(self, customer_id: str, now: datetime) -> dict[str, Any]:
        """A customer's conversation and what is known of it, for a page."""
        here = self._standing(customer_id, now)
        best = self.known.best_time(customer_id, here.today)
        return Thread(here.facts, here.conversation, here.events, best, here.became).as_dict

    def export(self, customer_id: str) -> dict[str, Any]:
        """Everything that was said and decided with a customer, with its reasons."""
        return {"customer_id": customer_id, "events": self.record.export(customer_id)}

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One turn at a time, whoever else serves the same store, in a ledger that lacks nothing of earlier ones."""
        with self._alone():
            self._restore()
            yield

    def _standing(self, customer_id: str, now: datetime) -> Standing:
        """Where a customer stands at an instant."""
        at = self.at(now)
        day, events = at.date(), self.record.of(customer_id)
        facts = with_today(self.known.facts(customer_id, day, waivers(events, day)), events)
        became = self.known.promises(customer_id, day)
        return Standing(at, day, events, facts, aged(conversation_of(events), facts, events, became), became)

    def _acted(
        self,
        customer_id: str,
        now: datetime,
        what: str,
        body: dict[str, Any],
        decide: Callable[[Conversation, Facts, str], tuple[Conversation, Decision]],
        source_id: str | None = None,
        way: tuple[str, Mapping[str, Any]] | None = None,
    ) -> dict[str, Any]:
        """A decision that no message asked for: recorded, entered and told; of one number once.

        Parameters
        ----------
        way : channel and ``reply_to`` by which the customer hears of it; None = as it wrote last.
        """
        with self._turn():
            if source_id is not None and (before := self.record.seen("clicks", source_id)) is not None:
                self._check_whose(before, customer_id)
                self._finish(customer_id, self.at(now))
                return self.thread(customer_id, now)
            here = self._standing(customer_id, now)
            by, where = way or way_to(here.events)
            channel = by or CHAT
            after, decision = decide(here.conversation, here.facts, channel)
            number = self._number(here)
            link = self._paying.url(here.facts, decision, None, here.now)
            made = draft(
                decision, None, here.facts, channel=channel, link=link, company=self._company, sender=self._sender
            )
            faults = () if made.empty else grounded(made, here.facts, decision)
            held = what == "clicked" and bool(taken_by(here.events))
            said = {
                **body,
                "day": here.today.isoformat(),
                "about": number,
                "decision": decision.as_dict,
                "conversation": told(after),
                "draft": None if made.empty else made.as_dict,
                "faults": list(faults),
                "goes": decision.sends and not made.empty and not faults and not held,
                "rows": rows_of(decision, number, customer_id, here.today, f"{what} {next(iter(body.values()))}"),
                "reply_to": dict(where),
            }
            self.record.add(Event(customer_id, here.now, what, channel, said, "clicks", source_id))
            self._finish(customer_id, here.now)
        return self.thread(customer_id, now)

    @staticmethod
    def _number(here: Standing) -> str:
        """A number of our own for what has none: another one in every store, since a ledger outlives them."""
        return f"{here.facts.customer_id}-{int(here.now.timestamp())}-{len(here.events) + 1}"

    @staticmethod
    def _check_whose(before: Event, customer_id: str) -> None:
        if before.customer_id != customer_id:
            raise PaybenchError("This number was another message's, of somebody else; give each message its own.")

    def restore(self) -> dict[str, int]:
        """Enter what conversations left that the ledger lacks; see :func:`.restore.restore`.

        A desk does it before its first turn, and whenever the ledger was imported anew.
        """
        with self._alone():
            return self._restore()

    def _alone(self) -> AbstractContextManager[None]:
        self._store.mkdir(parents=True, exist_ok=True)
        return locked_file(self._store / _LOCK)

    def _restore(self) -> dict[str, int]:
        imported = self.known.imported()
        if imported == self._restored:
            return {}
        found = restore(self.record, self._folder)
        self._restored = imported
        return found

    def _finish(self, customer_id: str, now: datetime) -> None:
        finish(self.record, self._folder, self._senders, customer_id, now)


def aged(
    stands: Conversation, facts: Facts, events: Sequence[Event] = (), became: Mapping[str, str] | None = None
) -> Conversation:
    """Where a conversation stands once money and days are counted.

    A promise is broken as soon as one of its instalments is, and stays so, as the ledger's own promises do.

    Parameters
    ----------
    events, became : the conversation's, and the state of each promise of the ledger by number.
    """
    made = stands.proposal
    if made is None or stands.state not in (PROMISED, PROPOSED):
        return stands
    if stands.state == PROMISED:
        rows: list[dict[str, Any]] = next(
            (some for event in reversed(events) if (some := (event.body.get("rows") or {}).get("promises"))), []
        )
        states = {(became or {}).get(row["promise_id"], "active") for row in rows}
        if BROKEN in states:
            return happened(stands, DAY_OVER)
        if states == {KEPT}:
            return happened(stands, PAID)
    if not set(facts.open_invoices["invoice_id"]) & set(made.invoices):
        return happened(stands, PAID)
    grace = timedelta(days=GRACE if stands.state == PROMISED else 0)
    over = max(day for day, _ in made.instalments) + grace < facts.today
    return happened(stands, DAY_OVER) if over else stands
