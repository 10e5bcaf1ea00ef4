"""Events of the ledger as tables that finance reads: few columns, in words."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...pages import Language
from .said import NONE, lateness, word

COLUMNS = {
    "invoice_id": "Invoice",
    "issued_on": "Issued",
    "due_on": "Due",
    "settled_on": "Paid",
    "days_late": "Days late",
    "paid_on": "Paid",
    "sent_on": "Sent",
    "received_on": "Received",
    "made_on": "Made",
    "promised_on": "Promised for",
    "opened_on": "Opened",
    "closed_on": "Closed",
    "written_off_on": "Written off",
    "kind": "Kind",
    "channel": "Channel",
    "tone": "Tone",
    "amount": "Amount",
    "still_due": "Still open",
    "currency": "Currency",
    "reason": "Reason",
    "source_quote": "Words",
    "text": "Words",
}
"""Columns that are shown, in this order, and their headings; others say nothing to finance."""
FREE = ("reason", "source_quote", "text")
"""Columns of free text, in which a name may stand."""
_NUMBERS = ("amount", "still_due")


def lines_of(events: pd.DataFrame, texts: bool, t: Language) -> dict[str, Any]:
    """Headings and lines of a table of events.

    Parameters
    ----------
    events : as :func:`paybench.features.explain` gives them. texts : whether free text may be shown.
    """
    shown = [c for c in COLUMNS if c in events and events[c].notna().any() and (texts or c not in FREE)]
    return {
        "head": [{"text": t(COLUMNS[c]), "number": c in _NUMBERS} for c in shown],
        "lines": [[cell(c, row[c], t) for c in shown] for row in events[shown].to_dict("records")],
    }


def cell(column: str, value: Any, t: Language) -> dict[str, Any]:
    """One cell: its text, and whether it is a number."""
    return {"text": _text(column, value, t), "number": column in _NUMBERS}


def _text(column: str, value: Any, t: Language) -> str:
    if value is None or pd.isna(value):
        return NONE
    if isinstance(value, pd.Timestamp):
        return t.date(value)
    if column == "days_late":
        return lateness(t, float(value))
    if column in _NUMBERS:
        return t.number(float(value), 2)
    return word(t, value) if column in ("channel", "tone", "kind") else str(value)
