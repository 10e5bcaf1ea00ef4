"""The page for finance: from tables to one self-contained HTML text.

Everything that stands in the page passes through Jinja2's escaping in ``report.html``; it has no script, and a policy
that would let none run.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .cash import cash_weeks
from .drivers import FAMILIES, Example, importance
from .numbers import DASH, date, money, percent, plural, short, tenths, tied
from .trust import Evaluation, trust

Floats = NDArray[np.float64]

LISTED = 25
"""Invoices in the list."""
CURRENCIES = 3
"""Currencies with a picture and a list: those with the most open invoices."""
TOP = 10
"""Characteristics in the picture of drivers."""

SYMBOLS = {"high": "\N{BLACK UP-POINTING TRIANGLE}", "medium": "\N{BLACK DIAMOND}", "low": "\N{WHITE CIRCLE}"}
FLAGS = {
    "cold_start": "hardly known yet",
    "unseen_value": "has a value never seen in training",
    "thin_tail": "few such cases in the past",
}


@dataclass(frozen=True)
class Findings:
    """Everything that the page tells.

    Attributes
    ----------
    book : its name. at : as_of.
    table : the score table, with ``name`` (of the customer, may be missing).
    by_week : (rows of ``table``, weeks + 2) P(paid in each week), of :func:`~.cash.paid_by_week`.
    about : of the bundle that serves. kind : "timing" or "baseline".
    evaluation : how it was judged, None where nothing was.
    X, attributions : a sample of recent invoices at issue, and their SHAP values; None where the Baseline serves.
    example : one worked example, or None.
    why_baseline : why no trained model serves, empty if one does. provenance : names and values.
    """

    book: str
    at: pd.Timestamp
    table: pd.DataFrame
    by_week: Floats
    about: dict[str, Any]
    kind: str
    evaluation: Evaluation | None = None
    X: pd.DataFrame | None = None
    attributions: pd.DataFrame | None = None
    example: Example | None = None
    why_baseline: str = ""
    provenance: tuple[tuple[str, str], ...] = ()


def render(found: Findings) -> str:
    """The page.

    Raises
    ------
    ImportError
        If Jinja2, shap or matplotlib is not installed.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    folder = files(__package__ or "paybench.explain")
    template = environment.from_string(folder.joinpath("report.html").read_text(encoding="utf-8"))
    style = Markup(folder.joinpath("report.css").read_text(encoding="utf-8"))
    return template.render(style=style, **context(found)) + "\n"


def context(found: Findings) -> dict[str, Any]:
    """What the template says, as text and plain numbers."""
    table = found.table
    order = currencies(table)
    shown = order[:CURRENCIES]
    low, high = found.about["risk_limits"]
    return {
        "book": found.book,
        "at": date(found.at),
        "kind": found.kind,
        "version": str(found.about.get("version") or f"{found.kind} (not registered)"),
        "invoices": plural(len(table), "invoice"),
        "customers": plural(table["customer_id"].nunique(), "customer"),
        "empty": table.empty,
        "totals": [_totals(found, c) for c in order],
        "books": [_currency(found, c) for c in shown],
        "other_currencies": ", ".join(order[CURRENCIES:]),
        "limits": {"low": percent(low), "high": percent(high)},
        "late_share": None if found.about["late_share"] is None else percent(found.about["late_share"]),
        "horizon": found.about["horizon"],
        "grace_days": found.about["grace_days"],
        "drivers": _drivers(found),
        "example": _example(found),
        "trust": trust(found.evaluation) if found.evaluation else None,
        "why_baseline": found.why_baseline,
        "thin": _thin(found.about),
        "cold": _cold(table),
        "rows": f"{found.about['rows']:,}",
        "provenance": found.provenance,
    }


def currencies(table: pd.DataFrame) -> list[str]:
    """The currencies of a score table, the one with the most invoices first."""
    counts = table["currency"].value_counts()
    return sorted(map(str, counts.index), key=lambda c: (-int(counts[c]), c))


def _totals(found: Findings, currency: str) -> dict[str, str]:
    mine = (found.table["currency"] == currency).to_numpy()
    table = found.table[mine]
    amount = table["amount_open"].to_numpy()
    overdue = (table["days_overdue"] > 0).to_numpy()
    high = (table["risk"] == "high").to_numpy()
    whole = amount.sum() or 1.0
    weekly = _weeks(found, mine)["expected_shown"].to_numpy()[1:]
    return {
        "currency": currency,
        "open": money(amount.sum()),
        "short": short(amount.sum()),
        "invoices": plural(len(table), "invoice"),
        "customers": plural(table["customer_id"].nunique(), "customer"),
        "overdue": money(amount[overdue].sum()),
        "overdue_share": percent(amount[overdue].sum() / whole),
        "overdue_invoices": plural(int(overdue.sum()), "invoice"),
        "week": money(weekly[0]),
        "week_share": percent(weekly[0] / whole),
        "month": money(weekly[:4].sum()),
        "month_share": percent(weekly[:4].sum() / whole),
        "high": money(amount[high].sum()),
        "high_short": short(amount[high].sum()),
        "high_share": percent(amount[high].sum() / whole),
        "high_invoices": plural(int(high.sum()), "invoice"),
    }


def _weeks(found: Findings, mine: NDArray[np.bool_]) -> pd.DataFrame:
    table = found.table[mine]
    overdue = table["days_overdue"].to_numpy(np.int64)
    return cash_weeks(table["amount_open"].to_numpy(np.float64), overdue, found.by_week[mine], found.at)


def _currency(found: Findings, currency: str) -> dict[str, Any]:
    mine = (found.table["currency"] == currency).to_numpy()
    table = found.table[mine]
    weeks = _weeks(found, mine)
    most = max(float(weeks[["due", "expected"]].iloc[1:].to_numpy().max()), 1e-9)
    lines = [
        {
            "label": w["label"],
            "due": money(w["due_shown"]) if w["due_shown"] else DASH,
            "expected": money(w["expected_shown"]) if w["expected_shown"] else DASH,
            "due_width": round(100 * w["due"] / most, 2),
            "expected_width": round(100 * w["expected"] / most, 2),
        }
        for w in weeks.to_dict("records")
    ]
    stake = waiting(table)
    count = max(round(LISTED * len(table) / len(found.table)), 5)
    places = 0 if np.allclose(table["amount_open"], table["amount_open"].round()) else 2
    order = table.assign(stake=stake).sort_values(
        ["stake", "customer_id", "invoice_id"], ascending=[False, True, True], kind="stable"
    )
    listed = [_invoice(row, places, found) for row in order.head(count).to_dict("records")]
    whole = float(stake.sum())
    return {
        "currency": currency,
        "weeks": lines,
        "total": money(int(weeks["due_shown"].sum())),
        "listed": listed,
        "left": len(table) - len(listed),
        "covered": percent(float(order["stake"].head(count).sum()) / whole) if whole > 0 else None,
    }


def waiting(table: pd.DataFrame) -> pd.Series:
    """What waiting for each invoice costs, up to an interest rate: open amount x expected days late, 0 if early."""
    return table["amount_open"] * table["expected_days_late"].clip(lower=0.0)


def _invoice(row: dict[Any, Any], places: int, found: Findings) -> dict[str, Any]:
    days, expected = int(row["days_overdue"]), round(row["expected_days_late"])
    name = row["name"]
    low, middle, high = (row[f"pay_on_p{q}"] for q in (10, 50, 90))
    return {
        "customer": row["customer_id"],
        "name": "" if name is None or pd.isna(name) or name == row["customer_id"] else str(name),
        "invoice": row["invoice_id"],
        "amount": money(row["amount_open"], places),
        "due": date(row["due_on"]),
        "when": f"{plural(days, 'day')} overdue"
        if days > 0
        else "due today"
        if days == 0
        else f"due in {plural(-days, 'day')}",
        "late": "late already" if days > found.about["grace_days"] else percent(row["p_late"]),
        "delay": "about on the due date"
        if abs(expected) < 1
        else f"about {plural(abs(expected), 'day')} {'late' if expected > 0 else 'early'}",
        "expected": "not within a year" if pd.isna(middle) else date(middle),
        "range": "no date can be given"
        if pd.isna(low)
        else f"from {date(low)}, open end"
        if pd.isna(high)
        else f"{date(low, year=low.year != high.year)} {DASH} {date(high)}",
        "risk": row["risk"],
        "symbol": SYMBOLS[row["risk"]],
        "reasons": [tied(r) for r in (row["reason_1"], row["reason_2"], row["reason_3"]) if r],
        "flags": [FLAGS.get(f, f) for f in row["flags"].split()],
    }


def _drivers(found: Findings) -> dict[str, Any] | None:
    if found.X is None or found.attributions is None or found.X.empty:
        return None
    from .pictures import beeswarm

    table = importance(found.attributions)
    top = table.head(TOP)
    known = top[[bool(found.X[n].notna().any()) for n in top["name"]]]
    names = list(known["name"])
    total = table["effect"].sum() or 1.0
    families = (table.groupby("family")["effect"].sum() / total).sort_values(ascending=False)
    most = max(float(top["effect"].max()), 1e-9)
    return {
        "rows": [
            {
                "label": r["label"],
                "effect": tenths(round(1000 * r["effect"])) if r["effect"] >= 0.0005 else "under 0.1",
                "width": round(100 * r["effect"] / most, 2),
            }
            for r in top.to_dict("records")
        ],
        "left": len(table) - len(top),
        "families": [{"name": FAMILIES.get(str(k), str(k)), "share": percent(v)} for k, v in families.items()],
        "invoices": plural(len(found.X), "invoice"),
        "picture": beeswarm(found.X[names], found.attributions[names], list(known["label"])),
    }


def _example(found: Findings) -> dict[str, Any] | None:
    if found.example is None:
        return None
    at = 0
    lines = []
    for step in found.example.steps:
        before, at = at, step.value if step.total else at + step.value
        first, last = (0, at) if step.total else sorted((before, at))
        start, end = (min(max(edge / 10, 0), 100) for edge in (first, last))
        lines.append(
            {
                "label": tied(step.label),
                "value": tenths(step.value, signed=not step.total),
                "total": step.total,
                "start": start,
                "width": round(max(end - start, 0.4), 2),
            }
        )
    example = found.example
    shown = found.table.loc[found.table["invoice_id"] == example.invoice_id, "p_late"].iloc[0]
    late = found.table.loc[found.table["invoice_id"] == example.invoice_id, "days_overdue"].iloc[0]
    return {
        "invoice": example.invoice_id,
        "customer": example.customer_id,
        "steps": lines,
        "in_list": "late already" if late > found.about["grace_days"] else percent(shown),
    }


def _thin(about: dict[str, Any]) -> list[dict[str, str]]:
    beyond = about.get("beyond", {})
    return [{"days": str(k), "cases": f"{int(beyond.get(str(k), 0)):,}"} for k in about["thin"]]


def _cold(table: pd.DataFrame) -> dict[str, str] | None:
    cold = table["flags"].astype("str").str.split().map(lambda flags: "cold_start" in flags).to_numpy(dtype=bool)
    return {"invoices": plural(int(cold.sum()), "invoice"), "share": percent(cold.mean())} if cold.any() else None
