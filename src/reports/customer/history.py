"""How the customer has paid: in numbers, as a picture and as a list."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...pages import Language
from .said import NONE, count, date, lateness, money, month, rows, word
from .subject import Subject

DRAWN = 400
"""Invoices in the picture, the last that fell due."""
LISTED = 60
"""Invoices in the list."""
TOP, BOTTOM = 14, 206
"""Edges of the picture's inside, in pixels from its upper edge."""
_LATEST, _EARLIEST = 120, -60
"""Days late at which the picture ends; what lies beyond is drawn at its edge."""
_TICKS = 6


def profile(s: Subject, t: Language) -> list[tuple[str, str]]:
    """Who it is: names and values."""
    invoices, terms = s.state, (s.state["due_on"] - s.state["issued_on"]).dt.days
    usual = int(terms.mode().iloc[0])
    closed = s.state["days_late"].notna()
    late = s.state["days_late"] > s.grace_days
    facts = {
        t("Customer since"): t("{date} (first invoice)", date=t.date(invoices["issued_on"].min())),
        t("Country"): s.country or NONE,
        t("Terms"): t(
            "{days} from issue on {share} of its invoices",
            days=count(t, usual, "day"),
            share=t.percent(float((terms == usual).mean())),
        ),
        t("Invoices so far"): t(
            "{n}, of which {settled} settled and {late} of these late",
            n=t.number(len(invoices)), settled=t.number(int(closed.sum())), late=t.number(int((closed & late).sum())),
        ),
    }  # fmt: skip
    if s.person:
        facts[t("Legal form")] = t("natural person: no decision by a machine alone (GDPR, Art. 22)")
    said = s.own.consents.sort_values("changed_on", kind="stable").drop_duplicates("channel", keep="last")
    refused = said.loc[~said["allowed"], ["channel", "changed_on"]]
    if len(refused):
        facts[t("Not to be contacted by")] = ", ".join(
            t("{channel} (since {date})", channel=word(t, c), date=t.date(d)) for c, d in rows(refused)
        )
    return list(facts.items())


def open_by_currency(s: Subject, t: Language) -> list[dict[str, str]]:
    """What is open, per currency; unapplied money beside it."""
    payments = s.own.payments
    free = payments[payments["invoice_id"].isna() & (payments["customer_id"] == s.customer)]
    still = s.state[s.state["amount_open"] > 0]
    lines = []
    for currency in sorted({*still["currency"], *free["currency"]}):
        mine = still[still["currency"] == currency]
        overdue = mine[mine["due_on"] < s.at]
        unapplied = float(free.loc[free["currency"] == currency, "amount"].sum())
        oldest = int((s.at - overdue["due_on"].min()).days) if len(overdue) else 0
        lines.append(
            {
                "currency": str(currency),
                "invoices": t.number(len(mine)),
                "open": t.number(mine["amount_open"].sum(), 2),
                "overdue": t.number(overdue["amount_open"].sum(), 2) if len(overdue) else NONE,
                "oldest": count(t, oldest, "day") if oldest else NONE,
                "unapplied": t.number(unapplied, 2) if unapplied else NONE,
            }
        )
    return lines


def history(s: Subject, t: Language) -> dict[str, Any]:
    """The picture of all invoices by due date, and the list behind it."""
    state = s.state.sort_values(["due_on", "invoice_id"], kind="stable")
    drawn = state.tail(DRAWN)
    begin = drawn["due_on"].min()
    end = max(s.at, drawn["due_on"].max())
    span = max((end - begin).days, 1)
    days = _days(drawn, s.at)
    low = float(np.clip(min(-(drawn["due_on"] - drawn["issued_on"]).dt.days.max(), days.min()), _EARLIEST, -10))
    high = float(np.clip(days.max(), 15, _LATEST))

    def across(day: pd.Timestamp) -> float:
        return round(8 + 90 * (day - begin).days / span, 2)

    def down(value: float) -> float:
        return round(TOP + (BOTTOM - TOP) * (high - float(np.clip(value, low, high))) / (high - low), 1)

    marks = [
        {
            "x": across(row.due_on),
            "issued": down(-(row.due_on - row.issued_on).days),
            "y": down(value),
            "kind": _kind(row, s),
            "text": _told(row, t),
        }
        for row, value in zip(rows(drawn), days.tolist(), strict=True)
    ]
    median = float(state["days_late"].median())
    return {
        "marks": marks,
        "due": down(0),
        "median": None if np.isnan(median) else down(median),
        "median_text": lateness(t, median),
        "book": None if np.isnan(s.book_median) else down(s.book_median),
        "book_text": lateness(t, s.book_median),
        "today": across(s.at) if s.at < end else None,
        "levels": [{"y": down(v), "text": _level(v, t)} for v in _levels(low, high)],
        "ticks": _ticks(begin, end, across, t),
        "clipped": bool((days > _LATEST).any() or (days < _EARLIEST).any()),
        "left": len(state) - len(drawn),
        "kinds": _kinds(drawn, s, t),
        "rows": [_row(row, s, t) for row in rows(state.tail(LISTED).iloc[::-1])],
        "unlisted": max(len(state) - LISTED, 0),
    }


def _days(state: pd.DataFrame, at: pd.Timestamp) -> pd.Series:
    """Days late; of what is not settled, how many it is past due by now, or was when it was written off."""
    until = state["written_off_on"].fillna(at)
    return state["days_late"].fillna((until - state["due_on"]).dt.days.astype("float64"))


def _kind(row: Any, s: Subject) -> str:
    if not pd.isna(row.settled_on):
        return "late" if row.days_late > s.grace_days else "in-time"
    return "lost" if not pd.isna(row.written_off_on) else "open"


def _kinds(state: pd.DataFrame, s: Subject, t: Language) -> list[dict[str, str]]:
    found = [_kind(row, s) for row in rows(state)]
    names = {
        "in-time": t("paid in time"), "late": t("paid late"), "open": t("open, as of today"), "lost": t("written off"),
    }  # fmt: skip
    return [
        {"kind": kind, "name": name, "n": t.number(found.count(kind))} for kind, name in names.items() if kind in found
    ]


def _told(row: Any, t: Language) -> str:
    return t(
        "{invoice}: issued {issued}, due {due}, {end}",
        invoice=row.invoice_id,
        issued=t.date(row.issued_on),
        due=t.date(row.due_on),
        end=_end(row, t),
    )


def _end(row: Any, t: Language) -> str:
    if not pd.isna(row.settled_on):
        return t("paid {date}, {lateness}", date=t.date(row.settled_on), lateness=lateness(t, row.days_late))
    if not pd.isna(row.written_off_on):
        return t("written off {date}", date=t.date(row.written_off_on))
    return t("open")


def _row(row: Any, s: Subject, t: Language) -> dict[str, str]:
    kind = _kind(row, s)
    return {
        "invoice": str(row.invoice_id),
        "amount": money(t, row.amount, row.currency),
        "issued": t.date(row.issued_on),
        "due": t.date(row.due_on),
        "paid": date(t, row.settled_on),
        "late": {"open": t("open"), "lost": t("written off")}.get(kind, lateness(t, row.days_late)),
    }


def _levels(low: float, high: float) -> list[int]:
    step = 30 if high - low > 60 else 15
    return [v for v in range(-90, 181, step) if low <= v <= high]


def _level(value: int, t: Language) -> str:
    return t("due") if value == 0 else f"{value:+d}".replace("-", "\N{MINUS SIGN}")


def _ticks(begin: pd.Timestamp, end: pd.Timestamp, across: Any, t: Language) -> list[dict[str, Any]]:
    """First days of months, few enough to be read."""
    months = pd.date_range(begin, end, freq="MS")
    if not len(months):
        return [{"x": across(begin), "text": t.date(begin), "minor": False, "end": False}]
    some = months[:: max(1, -(-len(months) // _TICKS))]
    return [
        {"x": across(m), "text": month(t, m), "minor": k % 2 == 1, "end": across(m) > 90} for k, m in enumerate(some)
    ]
