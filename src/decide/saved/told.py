"""A forecast in words and figures for a terminal."""

from __future__ import annotations

import pandas as pd

from ...explain.numbers import date, plural
from ..cash.forecast import BILLING, OPEN, TOTAL, Forecast
from .terminal import Money, line, paragraph, period, plain

SHOWN = {"week": 8, "month": 3, "quarter": 2}
"""Periods of each length that are shown."""
ENOUGH = 8
"""Past weeks below which the reader is told that the bands rest on few."""


def told(forecast: Forecast, without: Forecast | None = None) -> str:
    """A forecast: by currency the next weeks, months and quarters.

    Parameters
    ----------
    without : the same forecast without its scenario, to tell the difference.
    """
    about, items = forecast.about, forecast.items
    table, other = forecast.table(tuple(SHOWN)), None if without is None else without.table(tuple(SHOWN))
    lines = paragraph(
        f"Cash of {about['book']} that is expected from {date(forecast.at)} on, {about['weeks']} weeks ahead, "
        f"by {about['model']}, on {plural(len(items), 'open invoice')}."
    )
    if about["scenario"]:
        lines += paragraph(f"Supposed: {about['scenario']}. The last column is what that changes in the sum of both.")
    for currency in forecast.currencies:
        lines += _currency(forecast, currency, table, other)
    return "\n".join([*lines, "", *paragraph(_rests_on(int(about["past_weeks"])))])


def _currency(forecast: Forecast, currency: str, table: pd.DataFrame, other: pd.DataFrame | None) -> list[str]:
    mine = forecast.items.amount[forecast.items.currency == currency]
    rows = table[table["currency"] == currency]
    money = Money(mine.sum(), rows["expected"].max(), rows["high_80"].max())
    lines = ["", plain(f"{currency}: {money(mine.sum())} open on {plural(len(mine), 'invoice')}{money.said}")]
    head = ["open book", "80 % from", "to", "new billing", "sum" if other is None else "change"]
    for by, most in SHOWN.items():
        some = {name: _rows(table, currency, name, by).head(most) for name in (OPEN, BILLING, TOTAL)}
        last = some[TOTAL]["expected"].to_numpy()
        if other is not None:
            last = last - _rows(other, currency, TOTAL, by).head(most)["expected"].to_numpy()
        if by == "week" or len(last):
            lines.append(line(f"by {by}", head if by == "week" else ()))
        own, billed = some[OPEN].to_dict("records"), some[BILLING]["expected"]
        for row, new, end in zip(own, billed, last, strict=True):
            cells = [money(row[name]) for name in ("expected", "low_80", "high_80")]
            cells += [money(new), money(end, signed=other is not None)]
            lines.append(line(f"  {period(by, row['start'], row['end'])}", cells))
    return lines


def _rows(table: pd.DataFrame, currency: str, name: str, by: str) -> pd.DataFrame:
    return table[(table["currency"] == currency) & (table["line"] == name) & (table["period"] == by)]


def _rests_on(weeks: int) -> str:
    few = f", which is few: {ENOUGH} or more tell how wide they have to be" if weeks < ENOUGH else ""
    return (
        f"The 80 % bands are those of the open book; they rest on {plural(weeks, 'past week')}{few}. New billing "
        "supposes that as much is billed as in the past year. Currencies are never added together."
    )
