"""A comparison in words and figures for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ...explain.numbers import date, plural
from ..cash.bands import COVERS
from ..cash.forecast import OPEN, TOTAL
from .terminal import Money, line, paragraph, period

if TYPE_CHECKING:
    from .compare import Comparison

SO_FAR = "so far"
"""The period from as_of to the day of the comparison."""
_DRIVERS = 5
_BANDS = f"{', '.join(map(str, COVERS[:-1]))} and {COVERS[-1]}"
_LEAST = 0.5  # of a currency unit; less is not shown


def told_comparison(found: Comparison) -> str:
    """By currency what was expected and what came, and who explains the difference."""
    about, table = found.about, found.table
    lines = paragraph(
        f"Cash of {about['book']} from {date(pd.Timestamp(about['as_of']))} on, as {about['model']} expected it that "
        f"day, and as it came by the start of {date(pd.Timestamp(about['date']))}. A star marks what is not over: "
        "there both sides are up to that day."
    )
    for note in about["notes"]:
        lines += paragraph(note)
    for currency, rows in table.groupby("currency", sort=False):
        money = Money(rows["high_80"].max(), rows["came"].max(), rows["expected"].max())
        lines += ["", f"{currency}{money.said}"]
        for name, some in rows[rows["line"] != TOTAL].groupby("line", sort=False):
            lines += _line(str(name), some, money)
        lines += _apart(found.apart[found.apart["currency"] == currency], money)
        lines += _drivers(found.drivers[found.drivers["currency"] == currency], money)
        lines += _summary(found.summary[found.summary["currency"] == currency])
    others = found.apart[~found.apart["currency"].isin(table["currency"])]
    for currency, rows in others.groupby("currency", sort=False):
        lines += ["", str(currency), *_apart(rows, Money(rows["came"].max()))]
    return "\n".join(lines)


def _line(name: str, rows: pd.DataFrame, money: Money) -> list[str]:
    lines = [line(name, ["expected", "80 % from", "to", "came", "difference"])]
    whole = rows[rows["period"] == SO_FAR]
    parts = rows[~rows["period"].isin([SO_FAR, "day"])].drop_duplicates(["start", "end"])
    parts = parts[parts["over"] | (parts["start"] > whole["start"].iloc[0])]  # else it is the same as "so far"
    for row in pd.concat([parts, whole]).to_dict("records"):
        label = SO_FAR if row["period"] == SO_FAR else period(row["period"], row["start"], row["end"])
        cells = [money(row[column]) for column in ("expected", "low_80", "high_80", "came")]
        star = "" if row["over"] else " *"
        lines.append(line(f"  {label}{star}", [*cells, money(row["difference"], signed=True)]))
    return lines


def _apart(rows: pd.DataFrame, money: Money) -> list[str]:
    return [line(f"apart, {row['what']}", [money(row["came"])]) for row in rows.to_dict("records")]


def _drivers(rows: pd.DataFrame, money: Money) -> list[str]:
    some = rows[(rows["what"] == "customer") & (rows["difference"].abs() >= _LEAST)].head(_DRIVERS)
    lines = [line("open book, largest differences", ["expected", "came", "difference"])] if len(some) else []
    for row in some.to_dict("records"):
        cells = [money(row["expected"]), money(row["came"]), money(row["difference"], signed=True)]
        lines.append(line(f"  {row['id']} {row.get('name', '')}".rstrip(), cells))
    return lines


def _summary(rows: pd.DataFrame) -> list[str]:
    lines = []
    for row in rows[rows["period"].isin(["week", "month"]) & (rows["line"] == OPEN)].to_dict("records"):
        counts = [str(row[f"covered_{k}"]) for k in COVERS]
        off = (
            f"off by {100 * row['wape']:.0f} % (WAPE), in sum {abs(100 * row['bias']):.0f} % too "
            f"{'much' if row['bias'] > 0 else 'little'} was expected"
        )
        inside = f"{', '.join(counts[:-1])} and {counts[-1]} of {row['n']} inside the bands of {_BANDS} %"
        what = plural(row["n"], row["period"])
        lines += paragraph(f"{what} of the open book: {off if row['came'] else 'nothing came'}; {inside}")
    return lines
