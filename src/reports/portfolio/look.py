"""What to look at besides single invoices: customers who have changed, and exceptions, each with what to do."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...decide.exceptions import KINDS, REPORTED, Exceptions, Queue
from ...explain.numbers import DASH
from ...pages import Language
from .changed import EARLIER, FEWEST, RATE, RECENT
from .findings import Findings, currencies, name_of
from .queued import of_kind, sums
from .rows import remark
from .said import count, lateness, money

SHOWN = 15
"""Customers listed of those who pay later, and of those who pay earlier."""
NAMED = 8
"""Rows listed of each kind of exception."""


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
        "name": name_of(found.names, row["customer_id"]),
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
    """The exceptions by kind, what is most urgent first: those of every report, and what else is in the queue."""
    queue = None if found.decisions is None else found.decisions.queue
    more = [] if queue is None else [_queued(queue, kind, t) for kind in KINDS if kind not in REPORTED]
    told = [_kind(one, queue, found, t) for one in (*found.exceptions, *(one for one in more if len(one.rows)))]
    return sorted(told, key=lambda kind: (not kind["count"], KINDS[kind["kind"]].priority))


def _queued(queue: Queue, kind: str, t: Language) -> Exceptions:
    """What is in the queue of one kind; the sentence about each is English, and is said in English only."""
    rows = queue.to_do[queue.to_do["kind"] == kind].sort_values("since", kind="stable")
    return Exceptions(kind, rows.assign(detail="", why=rows["reason"] if t.code == "en" else ""))


def _kind(one: Exceptions, queue: Queue | None, found: Findings, t: Language) -> dict[str, Any]:
    kind, rows = KINDS[one.kind], one.rows
    return {
        "kind": one.kind,
        "name": t(kind.title),
        "what": t(kind.what),
        "do": t(kind.next_step),
        "none": t("None.") if one.recorded else t(kind.unknown),
        "number": t.number(len(rows)),
        "count": len(rows),
        "sums": sums(rows, currencies(found.table), t),
        "who": of_kind(queue, one.kind, t),
        "invoices": bool((rows["invoice_id"] != "").any()),
        "details": bool((rows["detail"] != "").any()),
        "rows": [
            {
                "customer": row["customer_id"],
                "name": name_of(found.names, row["customer_id"]),
                "invoice": row["invoice_id"],
                "currency": row["currency"],
                "amount": DASH if pd.isna(row["amount"]) else money(t, row["amount"], 2),
                "since": DASH if pd.isna(row["since"]) else t.date(row["since"]),
                "detail": row["detail"],
                "why": row.get("why", ""),
            }
            for row in rows.head(NAMED).to_dict("records")
        ],
        "left": max(len(rows) - NAMED, 0),
        "remark": remark(one.kind),
    }
