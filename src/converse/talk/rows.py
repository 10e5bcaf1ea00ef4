"""What a turn of a conversation leaves in the ledger: rows of its tables, for the moves that were made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from ..annotate import meaning_of
from ..negotiate import Decision, Facts
from ..understand.understood import Understood

DESK = "desk"
"""The policy of contacts that people of the book chose."""
Rows = dict[str, list[dict[str, Any]]]
"""By table, what is to be added: plain values, so that the record can hold them."""


def message_row(number: str, customer_id: str, day: date, channel: str, understood: Understood) -> dict[str, Any]:
    """A customer's message as a row of ``messages``; its text bears no card or account number."""
    meaning = meaning_of(intent.name for intent in understood.meaning.intents)
    return {
        "message_id": number, "customer_id": customer_id, "received_on": day.isoformat(), "channel": channel,
        "text": understood.text.strip() or "(no text)", "meaning": meaning,
    }  # fmt: skip


def rows_of(decision: Decision, number: str, customer_id: str, day: date, quote: str = "") -> Rows:
    """The rows that a decision's moves become.

    Parameters
    ----------
    number : of what was decided about; the rows' own numbers begin with it, so that a turn leaves its rows once.
    day : on which it was decided; the rows are known from the next one on. quote : the customer's own words.

    Returns
    -------
    Rows of ``promises``, ``disputes`` and ``consents``. Pauses follow from these when dunning is next decided;
    proposals, contacts to check, waivers and take-overs are in the record of conversations only.
    """
    said = day.isoformat()
    found: Rows = {}
    for place, move in enumerate(decision.moved("promise"), 1):
        row = {
            "promise_id": f"{number}/P{place}", "customer_id": customer_id, "invoice_id": move["invoice_id"],
            "made_on": said, "promised_on": move["promised_on"].isoformat(), "amount": str(move["amount"]),
            "source_quote": quote,
        }  # fmt: skip
        found.setdefault("promises", []).append(row)
    for place, move in enumerate(decision.moved("dispute"), 1):
        row = {
            "dispute_id": f"{number}/D{place}", "invoice_id": move["invoice_id"], "opened_on": said,
            "reason": str(move.get("reason", "")).replace("_", " "), "amount": str(move["amount"]),
        }  # fmt: skip
        found.setdefault("disputes", []).append(row)
    for move in decision.moved("consent"):
        found.setdefault("consents", []).append(
            consent_row(customer_id, str(move["channel"]), day, bool(move["allowed"]))
        )
    return found


def consent_row(customer_id: str, channel: str, day: date, allowed: bool) -> dict[str, Any]:
    """A consent given or withdrawn, as a row of ``consents``."""
    return {"customer_id": customer_id, "channel": channel, "changed_on": day.isoformat(), "allowed": allowed}


def contact_row(number: str, facts: Facts, channel: str, tone: str) -> dict[str, Any]:
    """A reminder of the desk's, as a row of ``contacts``: dunning counts it among its own."""
    return {
        "contact_id": number, "customer_id": facts.customer_id, "sent_on": facts.today.isoformat(),
        "channel": channel, "tone": tone, "policy": DESK,
    }  # fmt: skip


def frames(rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, pd.DataFrame]:
    """Rows as tables that :func:`~paybench.ledger.add.add_rows` takes."""
    return {name: pd.DataFrame(list(some)) for name, some in rows.items() if some}


def keys(rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> list[dict[str, str]]:
    """What was entered, a line each: table, key, what."""
    return [{"table": name, "key": _key(name, row), "what": _WHAT[name].format(**row)}
            for name, some in rows.items() for row in some]  # fmt: skip


_WHAT = {
    "messages": "message of {received_on}: {meaning}",
    "promises": "{amount} of {invoice_id} promised for {promised_on}",
    "disputes": "{amount} of {invoice_id} disputed",
    "consents": "{channel} allowed: {allowed}",
    "payments": "{amount} {currency} for {invoice_id}",
    "contacts": "reminder by {channel}, {tone}",
}


def _key(name: str, row: Mapping[str, Any]) -> str:
    column = {
        "messages": "message_id", "promises": "promise_id", "disputes": "dispute_id", "payments": "payment_id",
        "contacts": "contact_id",
    }  # fmt: skip
    return str(row[column[name]] if name in column else f"{row['customer_id']}/{row['channel']}")
