"""Open invoices: when they are expected to be paid, how sure that is, why, and the events behind each reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...explain.reasons import OVERDUE, Reason
from ...features import all_features, explain
from ...models.learn.bundle import DAY_BY_DAY
from ...pages import Language
from .events import lines_of
from .said import between, count, lateness, money, month, when
from .subject import Subject

LISTED = 30
"""Open invoices that are shown one by one, those that cost most to wait for."""
EVENTS = 12
"""Events shown behind a reason, the last ones."""
_BEFORE, _AFTER = 60, 240
"""Days before and after as_of at which the time axis ends at the latest."""
_WEEKS = 100
"""Days below which the axis has Mondays instead of first days of months."""
TOLD = 6
"""Sentences for the customer on each side, the weightiest."""
_STANDS_FOR = {DAY_BY_DAY: "days_late_mean"}
"""What is no feature, and the feature with the same events."""

RISKS = {"high": "\N{BLACK UP-POINTING TRIANGLE}", "medium": "\N{BLACK DIAMOND}", "low": "\N{WHITE CIRCLE}"}
FLAGS = {
    "cold_start": "hardly known yet",
    "unseen_value": "has a value never seen in training",
    "thin_tail": "few such cases in the past",
}


def expected(s: Subject, t: Language) -> dict[str, Any]:
    """The open invoices on a common time axis."""
    table = s.table
    stake = table["amount_open"] * table["expected_days_late"].clip(lower=0.0)
    order = table.assign(stake=stake).sort_values(["due_on", "invoice_id"], kind="stable")
    kept = set(order.sort_values("stake", ascending=False, kind="stable").head(LISTED).index)
    places = [i for i in order.index if i in kept]
    axis = _Axis(table.loc[places], s.at)
    return {
        "invoices": [_invoice(s, i, axis, t) for i in places],
        "ticks": axis.ticks(t),
        "today": axis.across(s.at),
        "left": len(table) - len(places),
    }


class _Axis:
    """Time from left to right, in percent of the picture's width."""

    def __init__(self, table: pd.DataFrame, at: pd.Timestamp) -> None:
        dates = table[["due_on", "pay_on_p10", "pay_on_p50", "pay_on_p90"]].to_numpy().ravel()
        days = (pd.Series(dates).dropna() - at).dt.days
        before = int(np.clip(-days.min(), 0, _BEFORE)) if len(days) else 0
        after = int(np.clip(days.max(), 30, _AFTER)) if len(days) else 30
        self.first: pd.Timestamp = at - pd.Timedelta(before + 3, "D")
        self.last: pd.Timestamp = at + pd.Timedelta(after, "D")
        self.span = before + 3 + after

    def across(self, day: pd.Timestamp) -> float:
        """Where a day is; what lies outside is at the edge."""
        return round(1 + 97 * float(np.clip((day - self.first).days / self.span, 0, 1)), 2)

    def inside(self, day: pd.Timestamp) -> bool:
        """Whether a day is on the axis."""
        return bool(self.first <= day <= self.last)

    def ticks(self, t: Language) -> list[dict[str, Any]]:
        """First days of months; of a short time, Mondays."""
        weeks = self.span < _WEEKS
        days = pd.date_range(self.first, self.last, freq="W-MON" if weeks else "MS")
        some = days[:: max(1, -(-len(days) // 6))]
        return [
            {
                "x": self.across(d),
                "text": t.date(d, year=False) if weeks else month(t, d),
                "minor": k % 2 == 1,
                "end": self.across(d) > 90,
            }
            for k, d in enumerate(some)
        ]


def _invoice(s: Subject, place: int, axis: _Axis, t: Language) -> dict[str, Any]:
    row: Any = s.table.loc[place]
    low, middle, high = (row[f"pay_on_p{q}"] for q in (10, 50, 90))
    overdue = int(row["days_overdue"])
    reasons = s.reasons[place]
    open_end = pd.isna(high) or high > axis.last
    return {
        "invoice": str(row["invoice_id"]),
        "amount": money(t, row["amount_open"], row["currency"]),
        "due": t.date(row["due_on"]),
        "when": when(t, overdue),
        "late_already": overdue > s.grace_days,
        "late": t.percent(row["p_late"]),
        "expected": t("not within a year") if pd.isna(middle) else t.date(middle),
        "range": between(t, low, high),
        "dated": not pd.isna(low),
        "delay": lateness(t, row["expected_days_late"]),
        "risk": str(row["risk"]),
        "risk_text": f"{RISKS[row['risk']]} {t(row['risk'])}",
        "flags": [t(FLAGS[f]) for f in str(row["flags"]).split() if f in FLAGS],
        "due_x": axis.across(row["due_on"]) if axis.inside(row["due_on"]) else None,
        "low_x": None if pd.isna(low) else axis.across(low),
        "middle_x": None if pd.isna(middle) or not axis.inside(middle) else axis.across(middle),
        "high_x": axis.across(axis.last if open_end else high),
        "open_end": open_end,
        "reasons": [_reason(s, str(row["invoice_id"]), r, float(s.gap[place]), t) for r in reasons],
    }


def _reason(s: Subject, invoice: str, reason: Reason, gap: float, t: Language) -> dict[str, Any]:
    return {
        "text": reason.text.replace(" %", "\N{NO-BREAK SPACE}%"),
        "days": _in_days(reason.change * gap, t),
        "internal": not reason.told,
        "behind": behind(s, invoice, reason.feature, t),
    }


def _in_days(days: float, t: Language) -> str:
    whole = 0 if np.isnan(days) else round(days)
    sign = "+" if whole > 0 else "\N{MINUS SIGN}"
    return f"{sign}{count(t, abs(whole), 'day')}" if whole else ""


def behind(s: Subject, invoice: str, feature: str, t: Language) -> list[dict[str, Any]]:
    """The events that a feature's number comes from: what they are, how many, and the last of them as a table."""
    if feature == OVERDUE:
        return []
    name = _STANDS_FOR.get(feature, feature)
    if name not in {f.name for f in all_features()}:
        return []
    found = explain(s.own, name, invoice, s.at).events
    return [
        {
            "what": t(what),
            "n": t.number(len(events)),
            "few": t.number(EVENTS) if len(events) > EVENTS else "",
            **lines_of(events.tail(EVENTS).iloc[::-1], s.texts, t),
        }
        for what, events in found
        if len(events)
    ]


def told(s: Subject, t: Language) -> dict[str, list[dict[str, str]]]:
    """What the customer may be told: sentences about itself and its invoices, by the side they speak for."""
    texts: dict[str, list[tuple[str, float]]] = {}
    for place, some in enumerate(s.reasons):
        for reason in some:
            if reason.told and reason.feature != OVERDUE:
                texts.setdefault(reason.told, []).append((str(s.table.loc[place, "invoice_id"]), reason.change))
    sides: dict[str, list[dict[str, str]]] = {"later": [], "sooner": [], "facts": []}
    weight = {text: sum(change for _, change in invoices) for text, invoices in texts.items()}
    for text in sorted(texts, key=lambda x: 0.0 if np.isnan(weight[x]) else -abs(weight[x])):
        side = "facts" if np.isnan(weight[text]) else "later" if weight[text] > 0 else "sooner"
        if len(sides[side]) < TOLD:
            sides[side].append({"text": text, "about": _about([i for i, _ in texts[text]], len(s.table), t)})
    return sides


def overdue(s: Subject, t: Language) -> list[str]:
    """The invoices that are late already, the oldest first."""
    late = s.table[s.table["days_overdue"] > s.grace_days].sort_values("due_on", kind="stable")
    return [
        f"{invoice} ({money(t, amount, currency)}, {when(t, days)})"
        for invoice, amount, currency, days in zip(
            late["invoice_id"], late["amount_open"], late["currency"], late["days_overdue"].tolist(), strict=True
        )
    ]


def _about(invoices: list[str], n: int, t: Language) -> str:
    if len(invoices) == n:
        return t("all open invoices") if n > 1 else invoices[0]
    return ", ".join(invoices[:3]) + (t(" and {n} more", n=len(invoices) - 3) if len(invoices) > 3 else "")
