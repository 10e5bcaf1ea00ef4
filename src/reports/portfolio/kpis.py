"""Key figures of receivables: what each is, how it stands, how it came there; and what is owed by age."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...decide.kpi import KPIS, ageing, kpi_history
from ...decide.kpi.ageing import BALANCE, REST, UNALLOCATED
from ...decide.kpi.ages import ENDS, Ages
from ...explain.numbers import DASH, MINUS, rounded_to_sum
from ...ledger import Ledger
from ...pages import Language
from .drawn import spark
from .said import money

SHOWN = ("dso", "bpdso", "payment_delay", "cei")
"""Measures that have a tile."""
BACK, AGO = 12, 3
"""Months of the small line, and months ago that a measure is compared with."""
WINDOW = 90
"""Days over which the measures look; before so many days of a book there are none."""
UNITS = {"days": ("{n} days", "{n} days"), "percent": ("{n} %", "{n} points")}
"""By unit: a value in words, and a change."""
LIKE = "the same as {months} months ago"
CHANGES = {
    1: "{change} against {months} months ago: better",
    -1: "{change} against {months} months ago: worse",
    0: "{change} against {months} months ago",
}
_NOT_DUE, *_OVERDUE = Ages(ENDS).names
NAMES = {_NOT_DUE: "not due"} | {name: f"{name} days overdue".replace("-", DASH) for name in _OVERDUE}
"""Classes of age in words."""


def measured(ledger: Ledger, at: pd.Timestamp, since: pd.Timestamp) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The measures of the last year, monthly up to a day, and what was owed by age on that day.

    Parameters
    ----------
    ledger : the whole book. at : as_of; each date of the history is looked at as it was known then.
    since : the day of the first invoice.

    Returns
    -------
    Of :func:`~paybench.decide.kpi.kpi_history` and :func:`~paybench.decide.kpi.ageing`.
    """
    months = [at - pd.DateOffset(months=k) for k in range(BACK, 0, -1)]
    dates = [*(day for day in months if day >= since + pd.Timedelta(days=WINDOW)), at]
    return kpi_history(ledger, at, dates=dates, days=WINDOW, dso_days=WINDOW), ageing(ledger, at)


def tiles(history: pd.DataFrame, currency: str, at: pd.Timestamp, t: Language) -> list[dict[str, Any]]:
    """One tile per measure of :data:`SHOWN`."""
    mine = history[history["currency"] == currency]
    return [_tile(name, mine[mine["kpi"] == name].set_index("as_of")["value"], at, t) for name in SHOWN]


def _tile(name: str, values: pd.Series, at: pd.Timestamp, t: Language) -> dict[str, Any]:
    kpi = KPIS[name]
    whole, moved = UNITS[kpi.unit]
    now, before = (float(values.get(day, np.nan)) for day in (at, at - pd.DateOffset(months=AGO)))
    change, good = round(now - before, 1), {"lower": -1, "higher": 1}[kpi.good]
    verdict = 0 if np.isnan(change) else int(np.sign(change)) * good
    if np.isnan(change):
        said = t("no figure {months} months ago", months=AGO)
    elif change == 0:
        said = t(LIKE, months=AGO)
    else:
        signed = (MINUS if change < 0 else "+") + t.number(abs(change), 1)
        said = t(CHANGES[verdict], change=_tied(t(moved, n=signed)), months=AGO)
    return {
        "title": t(kpi.title),
        "value": DASH if np.isnan(now) else _in_words(now, whole, t),
        "spark": spark(values.to_numpy(np.float64)),
        "drawn": _drawn(t(kpi.title), values.dropna(), whole, t),
        "change": said,
        "verdict": {1: "good", -1: "bad", 0: "even"}[verdict],
        "sentence": t(kpi.sentence),
    }


def _drawn(title: str, known: pd.Series, whole: str, t: Language) -> str:
    """The small line in words."""
    if len(known) < 2:
        return ""
    first, last = (_in_words(float(known.iloc[k]), whole, t) for k in (0, -1))
    since = t.date(known.index[0])
    return t(
        "{title} month by month: from {first} on {since} to {last}", title=title, first=first, since=since, last=last
    )


def ages(table: pd.DataFrame, currency: str, t: Language) -> dict[str, Any]:
    """What is owed by age as parts of one bar, adding up to the balance; what belongs to no invoice lies below zero.

    Parameters
    ----------
    table : of :func:`~paybench.decide.kpi.ageing`; rests within the tolerance are shown with what is unallocated.
    """
    mine = table[table["currency"] == currency]
    names = Ages(ENDS).names
    amounts = [float(mine[name].sum()) for name in names]
    loose = float(mine[REST].sum() + mine[UNALLOCATED].sum())
    shown = rounded_to_sum([*amounts, loose], round(float(mine[BALANCE].sum())))
    whole, left = sum(amounts) or 1.0, max(-loose, 0.0)
    reach = whole + left
    starts = [left + sum(amounts[:k]) for k in range(len(amounts))]
    parts = [
        {
            "kind": f"age{k}",
            "name": t(NAMES[name]),
            "amount": _signed(amount, t),
            "share": t.percent(exact / whole),
            "start": round(100 * start / reach, 2),
            "width": round(100 * exact / reach, 2),
        }
        for k, (name, exact, amount, start) in enumerate(zip(names, amounts, shown, starts, strict=False))
    ]
    unallocated = {
        "kind": "loose",
        "name": t("unallocated"),
        "amount": _signed(shown[-1], t),
        "share": "",
        "start": 0.0,
        "width": round(100 * left / reach, 2),
    }
    return {
        "parts": [*parts, unallocated],
        "balance": _signed(sum(shown), t),
        "sentence": t(KPIS["unallocated"].sentence),
    }


def _in_words(value: float, whole: str, t: Language) -> str:
    """'43.0 days'."""
    return _tied(t(whole, n=(MINUS if round(value, 1) < 0 else "") + t.number(abs(value), 1)))


def _signed(amount: float, t: Language) -> str:
    return (MINUS if amount < 0 else "") + money(t, abs(amount))


def _tied(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}")
