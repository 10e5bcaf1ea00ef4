"""What was said between us and the customer, and what followed: promises, contacts, disputes, messages, money."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...pages import Language
from .events import lines_of
from .said import NONE, count, rows, word
from .subject import Subject

LISTED = 10
"""Rows of a list, the latest."""
AFTER = 14
"""Days after a contact in which what the customer did is put beside it; that it followed does not say it was caused."""


def promises(s: Subject, t: Language) -> dict[str, Any]:
    """Promises, and whether they were kept: the invoice was settled by the promised day."""
    table = s.own.promises[s.own.promises["customer_id"] == s.customer]
    table = table.sort_values(["made_on", "promise_id"], kind="stable")
    settled = table["invoice_id"].map(s.state.set_index("invoice_id")["settled_on"])
    ends = [_outcome(row, done, s) for row, done in zip(rows(table), settled, strict=True)]
    counted = {kind: ends.count(kind) for kind in ("kept", "broken", "open", "unclear")}
    lines = [
        {
            "made": t.date(row.made_on),
            "invoice": NONE if pd.isna(row.invoice_id) else str(row.invoice_id),
            "promised": t.date(row.promised_on),
            "amount": NONE if pd.isna(row.amount) else t.number(row.amount, 2),
            "end": t(_ENDS[end]) if end not in ("kept", "broken") else _came(end, done, t),
            "kind": end,
            "words": _free(row.source_quote, s, t),
        }
        for row, done, end in zip(rows(table), settled, ends, strict=True)
    ]
    return {"lines": lines[::-1][:LISTED], "left": max(len(lines) - LISTED, 0), **counted}


def _came(end: str, settled: Any, t: Language) -> str:
    if end == "kept":
        return t("kept, paid {date}", date=t.date(settled))
    return t("broken, not paid yet") if pd.isna(settled) else t("broken, paid {date}", date=t.date(settled))


_ENDS = {
    "open": "its day has not passed",
    "unclear": "names no invoice of its own",
}


def _outcome(row: Any, settled: Any, s: Subject) -> str:
    if pd.isna(row.invoice_id) or row.invoice_id not in set(s.state["invoice_id"]):
        return "unclear"
    if not pd.isna(settled) and settled <= row.promised_on:
        return "kept"
    return "broken" if row.promised_on < s.at else "open"


def contacts(s: Subject, t: Language) -> dict[str, Any]:
    """Contacts, the latest first, each with what the customer did in the days after."""
    table = s.own.contacts[s.own.contacts["customer_id"] == s.customer]
    table = table.sort_values(["sent_on", "contact_id"], kind="stable")
    lines = [
        {
            "sent": t.date(row.sent_on),
            "channel": word(t, row.channel),
            "tone": word(t, row.tone),
            "invoice": NONE if pd.isna(row.invoice_id) else str(row.invoice_id),
            "after": _followed(row, s, t),
        }
        for row in rows(table.tail(LISTED).iloc[::-1])
    ]
    return {"lines": lines, "left": max(len(table) - LISTED, 0)}


def _followed(row: Any, s: Subject, t: Language) -> str:
    end = row.sent_on + pd.Timedelta(AFTER, "D")
    own = s.own
    paid = own.payments[(own.payments["kind"] == "payment") & (own.payments["amount"] > 0)]
    about = paid["invoice_id"] == row.invoice_id if not pd.isna(row.invoice_id) else paid["customer_id"] == s.customer
    days = {
        "promised later": own.promises.loc[own.promises["customer_id"] == s.customer, "made_on"],
        "wrote later": own.messages.loc[own.messages["customer_id"] == s.customer, "received_on"],
        "paid later": paid.loc[about, "paid_on"],
    }
    found = []
    for what, on in days.items():
        after = on[(on >= row.sent_on) & (on <= end)]
        if what == "paid later":
            after = after[after > row.sent_on]  # a payment of the same day was under way before
        if len(after):
            found.append((int((after.min() - row.sent_on).days), what))
    if found:
        return "; ".join(_later(t, days, what) for days, what in sorted(found))
    return t("nothing in {days} days", days=AFTER) if end < s.at else t("nothing yet")


_SAME_DAY = {"promised later": "promised the same day", "wrote later": "wrote the same day"}


def _later(t: Language, days: int, what: str) -> str:
    return t(_SAME_DAY[what]) if days == 0 else count(t, days, what)


def disputes(s: Subject, t: Language) -> dict[str, Any]:
    """Disputes of the customer's invoices, the latest first."""
    table = s.own.disputes[s.own.disputes["invoice_id"].isin(s.state["invoice_id"])]
    return _listed(table, "opened_on", s, t)


def messages(s: Subject, t: Language) -> dict[str, Any]:
    """What the customer wrote, as it is stored (redacted), the latest first."""
    table = s.own.messages[s.own.messages["customer_id"] == s.customer].sort_values(
        ["received_on", "message_id"], kind="stable"
    )
    lines = [
        {"received": t.date(row.received_on), "channel": word(t, row.channel), "words": _free(row.text, s, t)}
        for row in rows(table.tail(LISTED).iloc[::-1])
    ]
    return {"lines": lines, "left": max(len(table) - LISTED, 0)}


def unapplied(s: Subject, t: Language) -> dict[str, Any]:
    """Money that names no invoice, the latest first."""
    payments = s.own.payments
    return _listed(payments[payments["invoice_id"].isna() & (payments["customer_id"] == s.customer)], "paid_on", s, t)


def _listed(table: pd.DataFrame, by: str, s: Subject, t: Language) -> dict[str, Any]:
    latest = table.sort_values(by, kind="stable").tail(LISTED).iloc[::-1]
    plain = latest.drop(columns=["customer_id"], errors="ignore")
    return {"left": max(len(table) - LISTED, 0), **lines_of(plain, s.texts, t)}


def _free(text: Any, s: Subject, t: Language) -> str:
    if text is None or pd.isna(text):
        return NONE
    return str(text) if s.texts else t("(left out)")
