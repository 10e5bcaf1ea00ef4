"""What to look at besides single invoices: customers who have changed, and exceptions, each with what to do."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...pages import Language
from .changed import EARLIER, FEWEST, RATE, RECENT
from .exceptions import Exceptions
from .findings import Findings, currencies
from .rows import remark
from .said import count, lateness, money

SHOWN = 15
"""Customers listed of those who pay later, and of those who pay earlier."""
NAMED = 8
"""Rows listed of each kind of exception."""

KINDS = {
    "unapplied": (
        "Unapplied cash",
        "Money that came in without naming an invoice.",
        "Ask the customer what it pays, apply it, and send no reminder before that.",
        "The ledger records no payments.",
    ),
    "credit": (
        "Open credit notes",
        "Credit that has not been set off against an invoice.",
        "Set it off, or pay it out; reminders should name the difference only.",
        "The ledger records no payments.",
    ),
    "disputed": (
        "Disputes open",
        "Open invoices with a dispute that nobody has closed.",
        "Answer the dispute first; remind only of what is not disputed.",
        "The ledger records no disputes.",
    ),
    "broken": (
        "Promises broken",
        "Open invoices whose promised day has passed without the money.",
        "Call, ask what came in between, and have a new day confirmed in writing.",
        "The ledger records no promises.",
    ),
    "cold_start": (
        "Hardly known customers",
        "Open invoices of customers with fewer than 3 settled invoices: the average of the book speaks for them.",
        "Look at order, terms and credit limit yourself before the due date.",
        "",
    ),
    "unseen_value": (
        "Values never seen in training",
        "Open invoices with a country, currency or other code that the model has not met.",
        "See whether the entry is right; if so, take the figures as a rough guess until the next training.",
        "",
    ),
}
"""By kind of exception: its name, what it is, what to do, and what is said where the ledger records no such thing."""


def behaviour(found: Findings, t: Language) -> dict[str, Any]:
    """Customers who pay otherwise than in the year before."""
    table = found.changed
    later = table["days_now"] > table["days_before"]
    parts = ((t("Pay later than before"), table[later]), (t("Pay earlier than before"), table[~later]))
    owed = _owed(found, t)
    return {
        "asked": count(t, int(table.attrs.get("asked", 0)), "customer"),
        "recent": RECENT,
        "earlier": EARLIER,
        "fewest": FEWEST,
        "rate": t.percent(RATE),
        "parts": [
            {
                "title": title,
                "rows": [_customer(row, found, owed, t) for row in rows.head(SHOWN).to_dict("records")],
                "left": max(len(rows) - SHOWN, 0),
            }
            for title, rows in parts
        ],
    }


def _customer(row: dict[Any, Any], found: Findings, owed: dict[str, str], t: Language) -> dict[str, str]:
    return {
        "customer": row["customer_id"],
        "name": _name(found, row["customer_id"]),
        "now": lateness(t, row["days_now"]),
        "before": lateness(t, row["days_before"]),
        "invoices_now": count(t, row["invoices_now"], "invoice"),
        "invoices_before": count(t, row["invoices_before"], "invoice"),
        "late": f"{t.percent(row['late_before'])} \N{RIGHTWARDS ARROW} {t.percent(row['late_now'])}",
        "chance": t.percent(row["chance"]),
        "owed": owed.get(row["customer_id"], t("nothing")),
    }


def _owed(found: Findings, t: Language) -> dict[str, str]:
    """What each customer owes, by currency."""
    sums = found.table.groupby(["customer_id", "currency"])["amount_open"].sum().reset_index()
    owed: dict[str, list[str]] = {}
    for row in sums.to_dict("records"):
        amount = money(t, row["amount_open"])
        owed.setdefault(row["customer_id"], []).append(f"{row['currency']}\N{NO-BREAK SPACE}{amount}")
    return {customer: ", ".join(amounts) for customer, amounts in owed.items()}


def exceptional(found: Findings, t: Language) -> list[dict[str, Any]]:
    """The exceptions by kind."""
    return [_kind(one, found, t) for one in found.exceptions]


def _kind(one: Exceptions, found: Findings, t: Language) -> dict[str, Any]:
    name, what, do, unknown = KINDS[one.kind]
    rows = one.rows
    sums = rows.groupby("currency")["amount"].sum()
    order = [c for c in currencies(found.table) if c in sums.index]
    order += sorted(set(map(str, sums.index)) - set(order))
    invoices = bool((rows["invoice_id"] != "").any())
    return {
        "kind": one.kind,
        "name": t(name),
        "what": t(what),
        "do": t(do),
        "none": t("None.") if one.recorded else t(unknown),
        "number": t.number(len(rows)),
        "count": len(rows),
        "sums": ", ".join(f"{c}\N{NO-BREAK SPACE}{money(t, sums[c])}" for c in order),
        "invoices": invoices,
        "details": bool((rows["detail"] != "").any()),
        "rows": [
            {
                "customer": row["customer_id"],
                "name": _name(found, row["customer_id"]),
                "invoice": row["invoice_id"],
                "currency": row["currency"],
                "amount": money(t, row["amount"], 2),
                "since": t.date(row["since"]),
                "detail": row["detail"],
            }
            for row in rows.head(NAMED).to_dict("records")
        ],
        "left": max(len(rows) - NAMED, 0),
        "remark": remark(one.kind),
    }


def _name(found: Findings, customer: str) -> str:
    name = None if found.names is None else found.names.get(customer)
    return "" if name is None or pd.isna(name) or name == customer else str(name)
