"""A conversation as a page shows it: plain values, days and amounts as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from ..messages.times import Choice
from ..negotiate import Conversation, Facts
from ..negotiate.decision import plain
from ..negotiate.standing import DISPUTED, KEPT, PERSON, PROPOSED
from .known import Known
from .record import Event, Record
from .thread import conversation_of, taken_by

_OURS = ("reminded", "decided", "clicked", "signed", "answered")
"""Events that may bear an answer."""
_RULES = ("decided", "clicked", "signed")


@dataclass(frozen=True)
class Thread:
    """One customer's conversation.

    Attributes
    ----------
    facts : of the customer now. stands : where the conversation stands now. events : all of it.
    best : by which channel and when the customer most likely responds. became : state of each promise by number, as
        the ledger knows at the start of the day.
    """

    facts: Facts
    stands: Conversation
    events: Sequence[Event]
    best: Choice | None = None
    became: Mapping[str, str] = field(default_factory=dict)

    @property
    def as_dict(self) -> dict[str, Any]:
        """Everything; the keys are told in ``docs/conversation.md``."""
        f = self.facts
        made = self.stands.proposal
        waits = self.stands.state == PROPOSED and made is not None
        draft = self.stands.state == PERSON and made is not None and bool(self.stands.would)
        return {
            "customer": {
                "id": f.customer_id, "name": f.name, "country": f.country, "language": f.language,
                "segment": f.segment, "value": f.value, "broken": f.broken, "account_manager": f.account_manager,
            },
            "today": f.today.isoformat(),
            "best_time": None if self.best is None else {
                "channel": self.best.channel, "on": f"{self.best.send_on:%Y-%m-%d}", "hour": self.best.hour,
                "reason": self.best.reason,
            },
            "state": self.stands.state,
            "taken_by": taken_by(self.events),
            "needs_person": self.queue,
            "invoices": self._invoices(),
            "messages": self._messages(),
            "turns": self._turns(),
            "proposal": made.as_dict if waits and made else None,
            "to_sign": made.as_dict if draft and made else None,
            "link": self._link(),
            "promises": self._promises(),
            "payments": [row for event in self.events for row in _rows(event, "payments")],
            "consents": dict(f.allowed),
            "entered": [row for event in self.events if event.what == "entered" for row in event.body["lines"]],
        }  # fmt: skip

    @property
    def queue(self) -> str:
        """Whose turn it is among people; empty where nobody has to see to it."""
        return _queue(self.events, self.stands)

    @staticmethod
    def turn(received: Event, decided: Event | None) -> dict[str, Any]:
        """A message and what was decided about it."""
        if decided is None:
            return {"number": received.number, "at": received.at.isoformat(), "message": received.number,
                    "automatic": received.body.get("automatic", ""), "decision": None, "draft": None}  # fmt: skip
        said = decided.body.get("understood") or {}
        return {
            "number": decided.number, "at": decided.at.isoformat(), "message": received.number, **said,
            "decision": decided.body["decision"], "draft": decided.body.get("draft"),
            "faults": decided.body.get("faults", []), "goes_out": bool(decided.body.get("goes")),
            "held_by": decided.body.get("held_by", ""), "state": decided.body["conversation"]["state"],
            "note": decided.body.get("note", ""),
        }  # fmt: skip

    @staticmethod
    def listed(known: Known, record: Record, today: date, most: int) -> list[dict[str, Any]]:
        """Customers for a list: those who wait for a person, then by how long and how much they owe."""
        open_, names = known.open(today), known.names()
        latest = {event.customer_id: event for event in record.latest(most) if event.customer_id}
        late = (np.datetime64(today) - open_["due_on"].to_numpy().astype("datetime64[D]")).astype(np.int64)
        ranked = open_.assign(late=late).groupby("customer_id", sort=True)["late"].max()
        ranked = ranked.sort_values(ascending=False, kind="stable")
        wanted = list(dict.fromkeys([*latest, *ranked.index]))[:most]
        sums = open_[open_["customer_id"].isin(wanted)].groupby(["customer_id", "currency"])["amount_open"].sum()
        found = []
        for customer in wanted:
            mine = sums.loc[customer] if customer in ranked.index else {}
            events = record.of(customer) if customer in latest else []
            stands = conversation_of(events)
            texts = [e.body.get("text", "") for e in events if e.what == "received"]
            found.append(
                {
                    "customer_id": customer,
                    "name": names.get(customer, ""),
                    "open": [
                        {"currency": str(c), "amount": f"{Decimal(str(round(a, 4))):.2f}"} for c, a in mine.items()
                    ],
                    "overdue_days": max(int(ranked.get(customer, 0)), 0),
                    "state": stands.state if events else "",
                    "last": texts[-1][:120] if texts else "",
                    "waits": bool(_queue(events, stands)),
                    "at": latest[customer].at.isoformat() if customer in latest else "",
                }
            )
        return sorted(found, key=lambda row: (not row["waits"], not row["state"]))

    def _invoices(self) -> list[dict[str, Any]]:
        found = []
        for row in self.facts.open_invoices.to_dict("records"):
            late = row["p_late"]
            found.append(
                {
                    **{str(k): plain(v) for k, v in row.items()},
                    "p_late": None if late is None or np.isnan(late) else round(float(late), 3),
                    "days_overdue": (self.facts.today - row["due_on"]).days,
                }
            )
        return found

    def _messages(self) -> list[dict[str, Any]]:
        done = {event.body["of"]: event for event in self.events if event.what in ("sent", "unsent")}
        found = []
        for event in self.events:
            head = {"number": event.number, "at": event.at.isoformat(), "channel": event.channel, "subject": ""}
            if event.what == "received":
                found.append({**head, "from": "customer", "by": "", "text": event.body["text"], "status": "received"})
            elif event.what == "clicked":
                found.append({**head, "from": "customer", "by": "", "text": event.body["choice"], "status": "clicked"})
            if event.what in _OURS:
                said = event.body.get("draft") or {}
                text = said.get("body", "")
                if not text:
                    continue
                status = done[event.number].what if event.number in done else "held"
                who = "person" if event.what == "answered" else "book"
                found.append({**head, "from": who, "by": event.body.get("who", ""), "text": text, "status": status,
                              "subject": said.get("subject", ""), "why": done[event.number].body.get("why", "")
                              if event.number in done else ""})  # fmt: skip
        return found

    def _turns(self) -> list[dict[str, Any]]:
        received = {event.body["number"]: event for event in self.events if event.what == "received"}
        found = []
        for event in self.events:
            if event.what not in _RULES:
                continue
            about = received.get(event.body.get("about"), event)
            found.append({"what": event.what, "by": event.body.get("who", ""), **self.turn(about, event)})
        return found

    def _link(self) -> dict[str, Any] | None:
        made = [event for event in self.events if event.what == "link"]
        if not made:
            return None
        link = dict(made[-1].body)
        paid = sum(
            (
                Decimal(e.body["amount"])
                for e in self.events
                if e.what == "paid" and (e.body["link"], e.body["currency"]) == (link["id"], link["currency"])
            ),
            Decimal(0),
        )
        over = self.facts.today.isoformat() > link["expires_on"]
        state = "paid" if paid >= Decimal(link["amount"]) else "expired" if over else "open"
        return {**link, "state": state, "paid": str(paid)}

    def _promises(self) -> list[dict[str, Any]]:
        still = set(self.facts.open_invoices["invoice_id"])
        currency = dict(zip(self.facts.open_invoices["invoice_id"], self.facts.open_invoices["currency"], strict=True))
        found = []
        for event in self.events:
            for row in _rows(event, "promises"):
                # What was promised today is not in the ledger of this morning.
                state = self.became.get(row["promise_id"], "active" if row["invoice_id"] in still else KEPT)
                if state == "active" and row["invoice_id"] not in still:
                    state = KEPT
                found.append({**{k: v for k, v in row.items() if k != "customer_id"}, "state": state,
                              "currency": currency.get(row["invoice_id"], "")})  # fmt: skip
        return found


def _money(amount: float) -> str:
    return f"{Decimal(str(round(amount, 4))):.2f}"


def _rows(event: Event, table: str) -> list[dict[str, Any]]:
    return list((event.body.get("rows") or {}).get(table, []))


def _queue(events: Sequence[Event], stands: Conversation) -> str:
    """Who has to see to a conversation: the queue of the last decision that handed over, until a person has acted.

    A draft that waits for a signature waits for it whatever was said since.
    """
    if stands.state == PERSON and stands.would:
        return "credit manager"
    for event in reversed(events):
        if event.what in ("answered", "signed", "released"):
            return ""
        if event.what == "unsent":
            return "collections"
        decision = event.body.get("decision") or {}
        moves = [move for move in decision.get("moves", []) if move["what"] == "take_over"]
        if moves:
            return str(moves[0].get("queue", "collections"))
        if event.what == "decided":
            held = event.body.get("draft") and not event.body.get("goes")
            return "collections" if held or event.body.get("faults") else ""
        if event.what == "taken":
            return "collections"
    return "collections" if stands.state in (PERSON, DISPUTED) else ""
