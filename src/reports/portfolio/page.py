"""The portfolio report: from tables to one self-contained HTML text with one script."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...pages import Language, Page, language
from ...pages import render as in_frame
from .came import resting
from .cash import cash, table_of
from .decided import decided
from .findings import Findings, currencies, waiting
from .kpis import ages, tiles
from .look import behaviour, exceptional
from .rows import REMARKS, filters, rows_of, tied
from .said import count, delay, money, paid_between, short, when
from .weeks import cash_weeks, lines
from .why import drivers, example, limits, provenance, trust

LISTED = 25
"""Invoices in the list to look at."""
CURRENCIES = 3
"""Currencies with a picture and a list: those with the most open invoices."""
PARTS = ("cash", "decided")
"""Parts of the template, each where its name stands in that of the page; and their styles."""
SYMBOLS = {"high": "\N{BLACK UP-POINTING TRIANGLE}", "medium": "\N{BLACK DIAMOND}", "low": "\N{WHITE CIRCLE}"}


def render(found: Findings, spoken: Language | None = None) -> str:
    """The page.

    Raises
    ------
    ImportError
        If Jinja2 is not installed.
    """
    t = spoken or language("en")
    folder = files(__package__ or "paybench.reports.portfolio")
    template, style, script = (
        folder.joinpath(f"portfolio.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")
    )
    for part in PARTS:
        own, its_style = (folder.joinpath(f"{part}.{kind}").read_text(encoding="utf-8") for kind in ("html", "css"))
        template, style = template.replace(f"{{# {part}.html #}}\n", own), style + its_style
    title = t("{book}: expected payments as of {date}", book=found.book, date=t.date(found.at))
    data = None if found.table.empty else rows_of(found, t)
    return in_frame(Page(template, title, style, "" if data is None else script, data), t, **context(found, t)) + "\n"


def context(found: Findings, t: Language) -> dict[str, Any]:
    """What the template says, as text and plain numbers."""
    table = found.table
    order = currencies(table)
    shown = order[:CURRENCIES]
    drawn = None if found.cash is None else table_of(found.cash)
    low, high = found.about["risk_limits"]
    why, values = found.why_baseline
    if "as_of" in values:
        values = values | {"as_of": t.date(pd.Timestamp(values["as_of"]))}
    return {
        "book": found.book,
        "at": t.date(found.at),
        "kind": found.kind,
        "one": len(table) == 1,
        "invoices": count(t, len(table), "invoice"),
        "day": f"{found.at:%Y-%m-%d}",
        "customers": count(t, table["customer_id"].nunique(), "customer"),
        "empty": table.empty,
        "totals": [_totals(found, c, t) for c in order],
        "books": [] if drawn is None else [_currency(found, drawn, c, t) for c in shown],
        "resting": "" if drawn is None else resting(found, t),
        "decided": decided(found, shown, t),
        "undecided": found.undecided,
        "other_currencies": ", ".join(order[CURRENCIES:]),
        "limits": {"low": t.percent(low), "high": t.percent(high)},
        "late_share": None if found.about["late_share"] is None else t.percent(found.about["late_share"]),
        "grace": count(t, found.about["grace_days"], "day"),
        "behaviour": behaviour(found, t),
        "exceptions": exceptional(found, t),
        "filters": filters(t, found),
        "drivers": drivers(found, t),
        "example": example(found, t),
        "trust": trust(found.evaluation, t),
        "why_baseline": t(why, **values) if why else "",
        "known_limits": limits(found, t),
        "rows": t.number(found.about["rows"]),
        "provenance": provenance(found, t),
    }


def _totals(found: Findings, currency: str, t: Language) -> dict[str, str]:
    mine = (found.table["currency"] == currency).to_numpy()
    table = found.table[mine]
    amount = table["amount_open"].to_numpy()
    overdue = (table["days_overdue"] > 0).to_numpy()
    high = (table["risk"] == "high").to_numpy()
    whole = amount.sum() or 1.0
    weeks = _weeks(found, mine)
    weekly = weeks["expected_shown"].to_numpy()[1:]
    return {
        "currency": currency,
        "open": money(t, int(weeks["due_shown"].sum())),
        "short": short(t, amount.sum()),
        "invoices": count(t, len(table), "invoice"),
        "customers": count(t, table["customer_id"].nunique(), "customer"),
        "overdue": money(t, weeks["due_shown"].iloc[0]),
        "overdue_share": t.percent(amount[overdue].sum() / whole),
        "overdue_invoices": count(t, int(overdue.sum()), "invoice"),
        "week": money(t, weekly[0]),
        "week_share": t.percent(weekly[0] / whole),
        "month": money(t, weekly[:4].sum()),
        "month_share": t.percent(weekly[:4].sum() / whole),
        "high": money(t, amount[high].sum()),
        "high_short": short(t, amount[high].sum()),
        "high_share": t.percent(amount[high].sum() / whole),
        "high_invoices": count(t, int(high.sum()), "invoice"),
    }


def _weeks(found: Findings, mine: NDArray[np.bool_]) -> pd.DataFrame:
    table = found.table[mine]
    overdue = table["days_overdue"].to_numpy(np.int64)
    return cash_weeks(table["amount_open"].to_numpy(np.float64), overdue, found.by_week[mine])


def _currency(found: Findings, drawn: pd.DataFrame, currency: str, t: Language) -> dict[str, Any]:
    mine = (found.table["currency"] == currency).to_numpy()
    table = found.table[mine]
    weeks = _weeks(found, mine)
    stake = waiting(table)
    listed = max(round(LISTED * len(table) / len(found.table)), 5)
    places = 0 if np.allclose(table["amount_open"], table["amount_open"].round()) else 2
    order = table.assign(stake=stake).sort_values(
        ["stake", "customer_id", "invoice_id"], ascending=[False, True, True], kind="stable"
    )
    rows = [_invoice(row, places, found, t) for row in order.head(listed).to_dict("records")]
    whole = float(stake.sum())
    return {
        "currency": currency,
        "weeks": lines(weeks, drawn, currency, found.at, t),
        "cash": cash(found, drawn, currency, t),
        "kpis": [] if found.kpis is None else tiles(found.kpis, currency, found.at, t),
        "ages": None if found.ages is None else ages(found.ages, currency, t),
        "total": money(t, int(weeks["due_shown"].sum())),
        "listed": rows,
        "left": len(table) - len(rows),
        "of": t.number(len(table)),
        "covered": t.percent(float(order["stake"].head(listed).sum()) / whole) if whole > 0 else None,
    }


def _invoice(row: dict[Any, Any], places: int, found: Findings, t: Language) -> dict[str, Any]:
    days, middle = int(row["days_overdue"]), row["pay_on_p50"]
    name = row["name"]
    return {
        "customer": row["customer_id"],
        "name": "" if name is None or pd.isna(name) or name == row["customer_id"] else str(name),
        "invoice": row["invoice_id"],
        "amount": money(t, row["amount_open"], places),
        "due": t.date(row["due_on"]),
        "when": when(t, days),
        "late": t("late already") if days > found.about["grace_days"] else t.percent(row["p_late"]),
        "delay": delay(t, row["expected_days_late"]),
        "expected": t("not within a year") if pd.isna(middle) else t.date(middle),
        "range": paid_between(t, row["pay_on_p10"], row["pay_on_p90"]),
        "risk": row["risk"],
        "symbol": SYMBOLS[row["risk"]],
        "reasons": [tied(r) for r in (row["reason_1"], row["reason_2"], row["reason_3"]) if r],
        "flags": [t(REMARKS[f]) if f in REMARKS else f for f in row["flags"].split()],
    }
