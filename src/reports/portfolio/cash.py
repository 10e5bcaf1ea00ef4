"""The cash that will come: the forecast by week, month and quarter, and what drives it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...decide.cash.forecast import BILLING, OPEN, TOTAL, Forecast
from ...pages import Language
from .came import came
from .drawn import fan
from .findings import Findings
from .said import band, count, money, span, when
from .weeks import MONTH

Floats = NDArray[np.float64]

NAMED = 8
"""Customers and invoices that are named as what drives the cash."""
BY = {"month": "Months", "quarter": "Quarters"}


def table_of(forecast: Forecast) -> pd.DataFrame:
    """The forecast by week, month and quarter."""
    return forecast.table(("week", *BY))


def cash(found: Findings, table: pd.DataFrame, currency: str, t: Language) -> dict[str, Any]:
    """Everything about the cash of one currency.

    Parameters
    ----------
    table : of :func:`table_of`.
    """
    mine = table[table["currency"] == currency]
    weeks = mine[mine["period"] == "week"]
    open_weeks, billed = (weeks[weeks["line"] == line].reset_index(drop=True) for line in (OPEN, BILLING))
    return {
        "weeks": t.number(len(open_weeks)),
        "first": t.date(found.at),
        "last": t.date(open_weeks["end"].iloc[-1]),
        "fan": fan(open_weeks, billed["expected"].to_numpy(np.float64), t),
        "periods": _periods(mine, t),
        "customers": _customers(found, currency, t),
        "invoices": _invoices(found, currency, t),
        "past": came(found, currency, t),
    }


def _periods(mine: pd.DataFrame, t: Language) -> list[dict[str, Any]]:
    """Months and quarters: the open book and new billing apart, and both together."""
    groups = []
    for by, name in BY.items():
        one = mine[mine["period"] == by]
        lines = (one[one["line"] == line].to_dict("records") for line in (OPEN, BILLING, TOTAL))
        rows = []
        for open_book, billed, total in zip(*lines, strict=True):
            parts = round(open_book["expected"]), round(billed["expected"])
            rows.append(
                {
                    "label": span(t, open_book["start"], open_book["end"]),
                    "open": money(t, parts[0]),
                    "open_band": band(t, open_book["low_80"], open_book["high_80"]),
                    "billed": money(t, parts[1]),
                    "total": money(t, sum(parts)),
                    "total_band": band(t, total["low_80"], total["high_80"]),
                }
            )
        if rows:
            groups.append({"name": t(name), "rows": rows})
    return groups


def _near(found: Findings, currency: str) -> pd.DataFrame:
    """The open invoices of a currency with P(paid within the next weeks), what is expected of them, and its spread."""
    mine = (found.table["currency"] == currency).to_numpy()
    p = np.clip(found.by_week[mine, :MONTH].sum(axis=1), 0.0, 1.0)
    table = found.table[mine]
    amount = table["amount_open"]
    return table.assign(p=p, expected=amount * p, spread=amount * np.sqrt(p * (1 - p)))


def _customers(found: Findings, currency: str, t: Language) -> dict[str, Any]:
    """Those of whom most is expected within the next weeks."""
    near = _near(found, currency)
    by = near.groupby("customer_id").agg(
        name=("name", "first"), expected=("expected", "sum"), amount=("amount_open", "sum"), n=("amount_open", "size")
    )
    first = by.sort_values("expected", ascending=False, kind="stable").head(NAMED)
    whole = float(by["expected"].sum()) or 1.0
    return {
        "rows": [
            {
                "customer": customer,
                "name": _named(row["name"], customer),
                "expected": money(t, row["expected"]),
                "amount": money(t, row["amount"]),
                "invoices": count(t, int(row["n"]), "invoice"),
            }
            for customer, row in zip(first.index, first.to_dict("records"), strict=True)
        ],
        "share": t.percent(float(first["expected"].sum()) / whole),
        "left": len(by) > len(first),
    }


def _invoices(found: Findings, currency: str, t: Language) -> list[dict[str, Any]]:
    """Those that make the sum of the next weeks least sure."""
    near = _near(found, currency)
    first = near.sort_values(["spread", "invoice_id"], ascending=[False, True], kind="stable").head(NAMED)
    return [
        {
            "customer": row["customer_id"],
            "name": _named(row["name"], row["customer_id"]),
            "invoice": row["invoice_id"],
            "amount": money(t, row["amount_open"]),
            "when": when(t, int(row["days_overdue"])),
            "chance": t.percent(row["p"]),
            "spread": money(t, row["spread"]),
        }
        for row in first.to_dict("records")
        if row["spread"] > 0
    ]


def _named(name: Any, customer: str) -> str:
    return "" if name is None or pd.isna(name) or name == customer else str(name)
