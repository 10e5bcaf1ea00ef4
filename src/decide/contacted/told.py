"""The performance of communications for a terminal of 80 columns, in plain letters."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...explain.numbers import SPACE, date

if TYPE_CHECKING:
    from .performance import Performance

WIDTH = 80
DAYS = 14
"""Days of which the table for people tells."""
SHOWN = 7
"""Groups that are shown of each kind."""
_HEADS = {"channel": "by channel", "tone": "by tone", "step": "by step", "weekday": "by day", "policy": "by policy"}


def told(found: Performance) -> str:
    """Rates by group, and what contacts change."""
    table = found.table
    every = table.iloc[0]
    at = date(found.at).replace(SPACE, " ")
    if not every["sent"]:
        return f"No contact was sent before {at}."
    lines = _paragraph(
        f"{every['sent']:,} contacts with {every['customers']:,} customers before {at}. Answered and promised: within "
        f"{DAYS} days and before the next contact; paid: the invoice was settled within {DAYS} days. In brackets 95 % "
        "intervals, clustered by customer. Only contacts whose days have passed are counted; hours are not known."
    )
    head = f"{'':<18}{'sent':>7}{'answered':>10}{'promised':>10}{'kept':>7}   {'paid':<16}"
    lines += ["", head.rstrip(), _row("all", every)]
    for by, title in _HEADS.items():
        rows = table[table["by"] == by]
        lines.append(title)
        lines += [_row(f"  {row['group']}", row) for row in rows.head(SHOWN).to_dict("records")]
        if len(rows) > SHOWN:
            lines.append(f"  and {len(rows) - SHOWN} more in the table")
    return "\n".join([*lines, "", *_effect(found)])


def _row(name: str, row: Any) -> str:
    name = name if len(name) < 18 else f"{name[:15]}.."
    rates = "".join(
        f"{_percent(row[f'{rate}_rate']):>{w}}" for rate, w in (("answered", 10), ("promised", 10), ("kept", 7))
    )
    paid = row[f"paid_{DAYS}_rate"]
    interval = (
        "" if np.isnan(paid) else f" ({_percent(row[f'paid_{DAYS}_low'])}-{_percent(row[f'paid_{DAYS}_high'])} %)"
    )
    return f"{name:<18}{row['sent']:>7,}{rates}   {_percent(paid)}{interval}".rstrip()


def _effect(found: Performance) -> list[str]:
    rows = found.effects[found.effects["days"] == DAYS]
    if not found.withheld:
        return _paragraph(
            "The log holds no decision in which nothing was sent by chance, so this says nothing about what contacts "
            "change: who is contacted is late already, and some would have paid without."
        )
    if not (rows["by"] == "all").any():
        return _paragraph(
            f"The log holds {found.withheld:,} decisions in which nothing was sent by chance and whose days have "
            "passed or not; that is too few to say what contacts change."
        )
    every = rows[rows["by"] == "all"].iloc[0]
    lines = _paragraph(
        f"What contacts change, by {every['decisions']:,} decisions that chance had a part in, of which "
        f"{every['withheld']:,} sent nothing: {_points(every)} of the invoices settled within {DAYS} days "
        f"({every['paid_sent']:.0%} of those contacted, {every['paid_withheld']:.0%} of those left alone)."
    )
    if every["low"] <= 0 <= every["high"]:
        lines += _paragraph("The interval holds 0: on these decisions an effect cannot be told from chance.")
    if every["doubtful"]:
        lines += _paragraph(
            f"Take it with care: the logged probabilities do not fit the log (their weights come to "
            f"{every['weights']:.2f} instead of 1)."
        )
    for by in ("channel", "tone", "step"):
        mine = rows[rows["by"] == by]
        if len(mine) > 1:
            lines.append(_HEADS[by])
            lines += [f"  {row['group']:<16}{_points(row)}" for row in mine.to_dict("records")]
    return lines


def _points(row: Any) -> str:
    return f"{100 * row['effect']:+.1f} points ({100 * row['low']:+.1f} to {100 * row['high']:+.1f})"


def _percent(value: float) -> str:
    return "-" if pd.isna(value) else f"{100 * value:.0f}"


def _paragraph(text: str) -> list[str]:
    return wrap(text, WIDTH - 1, break_on_hyphens=False)
