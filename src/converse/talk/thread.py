"""A conversation as its events tell it: where it stands, and what of today the ledger does not know yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ..negotiate import Conversation, Facts, Proposal
from ..negotiate.standing import PROPOSED
from ..negotiate.wish import wish_of
from .record import Event

YEAR = 365
TAKEN, RELEASED = "taken", "released"


def conversation_of(events: Sequence[Event]) -> Conversation:
    """Where a conversation stands after its events."""
    for event in reversed(events):
        said = event.body.get("conversation")
        if said:
            return Conversation(
                said["state"], proposal_of(said["proposal"]), int(said["rounds"]), said["would"], bool(said["signed"]),
                wish_of(said.get("open_wish")),
            )  # fmt: skip
    return Conversation()


def told(conversation: Conversation) -> dict[str, Any]:
    """The same as plain values, for an event."""
    made = conversation.proposal
    return {
        "state": conversation.state, "rounds": conversation.rounds, "would": conversation.would,
        "signed": conversation.signed,
        "open_wish": None if conversation.open_wish is None else conversation.open_wish.as_dict,
        "proposal": None if made is None else {
            "kind": made.kind, "currency": made.currency, "invoices": list(made.invoices),
            "instalments": [[day.isoformat(), str(amount)] for day, amount in made.instalments],
        },
    }  # fmt: skip


def proposal_of(said: Mapping[str, Any] | None) -> Proposal | None:
    """A proposal from an event's plain values."""
    if said is None:
        return None
    parts = tuple((date.fromisoformat(day), Decimal(amount)) for day, amount in said["instalments"])
    return Proposal(said["kind"], said["currency"], tuple(said["invoices"]), parts)


def taken_by(events: Sequence[Event]) -> str:
    """Who has taken the conversation over; empty where the machine answers."""
    for event in reversed(events):
        if event.what in (TAKEN, RELEASED):
            return str(event.body.get("who", "")) if event.what == TAKEN else ""
    return ""


def way_to(events: Sequence[Event], channel: str = "") -> tuple[str, dict[str, Any]]:
    """By which channel, and to which address there, the customer is answered.

    Parameters
    ----------
    channel : '' = the one by which the customer wrote last.

    Returns
    -------
    The channel, '' where the customer never wrote, and the latest ``reply_to`` of it that has an address, else {}.
    """
    wrote = [event.channel for event in events if event.what in ("received", "clicked")]
    by = channel or (wrote[-1] if wrote else "")
    known = [event.body["reply_to"] for event in events
             if event.channel == by and (event.body.get("reply_to") or {}).get("address")]  # fmt: skip
    return by, dict(known[-1]) if known else {}


def proposed_by(events: Sequence[Event]) -> int:
    """The number of the event that made the proposal which waits; 0 where none does."""
    found, made = 0, None
    for event in reversed(events):
        said = event.body.get("conversation")
        if not said:
            continue
        if said["state"] != PROPOSED or (found and said["proposal"] != made):
            break
        found, made = event.number, said["proposal"]
    return found


def waivers(events: Sequence[Event], today: date) -> int:
    """Waivers that were granted in the year before a day, and on it."""
    since = (today - timedelta(days=YEAR)).isoformat()
    return sum(
        move["what"] == "waiver"
        for event in events
        for move in (event.body.get("decision") or {}).get("moves", [])
        if str(event.body.get("day", "")) >= since
    )


def rows_since(events: Sequence[Event], today: date) -> dict[str, list[Mapping[str, Any]]]:
    """By table, the rows of a day and later, which a ledger cut at its start does not know."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for event in events:
        if str(event.body.get("day", "")) >= today.isoformat():
            for name, some in (event.body.get("rows") or {}).items():
                found.setdefault(name, []).extend(some)
    return found


def with_today(facts: Facts, events: Sequence[Event]) -> Facts:
    """The facts with what this conversation has brought since the start of the day.

    The customer's own words of an hour ago are no news from the future: what it has paid, promised, contested and
    forbidden today counts at once.
    """
    rows = rows_since(events, facts.today)
    table = facts.open_invoices.copy()
    paid: dict[str, Decimal] = {}
    unapplied = dict(facts.unapplied)
    for row in rows.get("payments", []):
        amount, invoice = Decimal(row["amount"]), row.get("invoice_id")
        if invoice:
            paid[invoice] = paid.get(invoice, Decimal(0)) + amount
        else:
            unapplied[row["currency"]] = unapplied.get(row["currency"], Decimal(0)) + amount
    promised, contested = _by_invoice(rows.get("promises", [])), _by_invoice(rows.get("disputes", []))
    names = table["invoice_id"].tolist()
    table["amount_open"] = [
        open_ - paid.get(name, Decimal(0)) for name, open_ in zip(names, table["amount_open"], strict=True)
    ]
    table["promises"] = [int(count) + (name in promised) for name, count in zip(names, table["promises"], strict=True)]
    table["disputed"] = [
        already + sum((Decimal(row["amount"]) for row in contested.get(name, [])), Decimal(0))
        for name, already in zip(names, table["disputed"], strict=True)
    ]
    still = table["amount_open"] > 0
    consents = {str(row["channel"]): bool(row["allowed"]) for row in rows.get("consents", [])}
    return replace(
        facts,
        open_invoices=table[still].reset_index(drop=True),
        settled_ids=facts.settled_ids | frozenset(table.loc[~still, "invoice_id"]),
        unapplied=unapplied,
        waivers=max(facts.waivers, waivers(events, facts.today)),
        allowed={**facts.allowed, **consents},
    )


def _by_invoice(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(str(row["invoice_id"]), []).append(row)
    return found
