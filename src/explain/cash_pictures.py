"""Pictures of cash and key figures, for notebooks: each function returns a figure and changes nothing else.

The tables are those of :mod:`paybench.decide`; every picture is of one currency, and none adds currencies together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from .canvas import GRID, INK, OTHER, OURS, THEIRS, Picture, date_axis, panels, tidy

PALE, LIGHT, MIDDLE = "#dbe5f2", "#b7cbe5", "#86a7d3"
"""Of bands that hold 95, 80 and 50 of 100."""
AGED = ("#b9c9de", "#8fa9cb", "#5f82b2", "#36598c", "#12305c")
"""Of classes of age, the youngest first."""
_COLOURS = (OURS, THEIRS, "#5b9a68", OTHER, "#8e2f2f")
_BINS = 10


def fan(table: pd.DataFrame, currency: str) -> Picture:
    """Weeks of the open book with their bands, and new billing as a line of its own.

    Parameters
    ----------
    table : of ``Forecast.table``: currency, line, period, start, expected, low_95 .. high_95.
    """
    mine = table[(table["currency"] == currency) & (table["period"] == "week")]
    book, billed = mine[mine["line"] == "open book"], mine[mine["line"] == "new billing"]
    picture, (axes,) = panels(1, 3.6, f"Expected {currency} by week with bands, and of new billing")
    middle = book["start"] + pd.Timedelta(days=3)
    for k, colour in ((95, PALE), (80, LIGHT), (50, MIDDLE)):
        axes.fill_between(middle, book[f"low_{k}"], book[f"high_{k}"], color=colour, lw=0, label=f"{k} of 100")
    axes.plot(middle, book["expected"], color=INK, lw=1.8, label="open book, expected")
    axes.plot(middle, billed["expected"], color=THEIRS, lw=1.6, ls=(0, (5, 3)), label="not issued yet, expected")
    _titled(axes, "The open book by week, and what is not issued yet")
    axes.legend(frameon=False, fontsize=8.5, ncols=2)
    money_axis(axes, currency)
    date_axis(axes)
    return picture


def side_by_side(tables: Mapping[str, pd.DataFrame], currency: str, line: str = "open book") -> Picture:
    """Several forecasts of one line: what is expected by week, and added up week by week.

    Parameters
    ----------
    tables : of ``Forecast.table``, by what is supposed. line : which of the forecasts' lines.
    """
    picture, (weekly, summed) = panels(2, 3.4, f"Forecasts of {currency} side by side: by week, and added up")
    for colour, (name, table) in zip(_COLOURS, tables.items(), strict=False):
        mine = table[(table["currency"] == currency) & (table["period"] == "week") & (table["line"] == line)]
        weekly.plot(mine["start"], mine["expected"], color=colour, lw=1.6, label=name)
        summed.plot(mine["end"], mine["expected"].cumsum(), color=colour, lw=1.6)
    _titled(weekly, f"Expected by week: {line}")
    _titled(summed, "Added up")
    weekly.legend(frameon=False, fontsize=8.5)
    for axes in (weekly, summed):
        money_axis(axes, currency)
        date_axis(axes, 2, 6)
    return picture


def widths(tables: Mapping[str, pd.DataFrame], currency: str) -> Picture:
    """Several forecasts of the open book: the 80 % bands of weeks and of months, one beside the other.

    Parameters
    ----------
    tables : of ``Forecast.table``, by what is supposed.
    """
    picture, row = panels(2, 3.2, f"80 % bands of {currency} by week and month, of several forecasts")
    for axes, by in zip(row, ("week", "month"), strict=True):
        for k, (colour, (name, table)) in enumerate(zip(_COLOURS, tables.items(), strict=False)):
            mine = table[(table["currency"] == currency) & (table["period"] == by) & (table["line"] == "open book")]
            mine = mine.head(8 if by == "week" else 3)
            place = np.arange(len(mine)) + (k - (len(tables) - 1) / 2) * (0.26 if by == "week" else 0.12)
            axes.vlines(place, mine["low_80"], mine["high_80"], color=colour, lw=5, label=name)
            axes.plot(place, mine["expected"], "_", color=INK, ms=9)
            axes.set_xticks(np.arange(len(mine)), [f"{day:%d %b}" for day in mine["start"]], fontsize=8)
        _titled(axes, f"80 % bands of {by}s, by their first day")
        axes.set_xlim(-0.7, (7 if by == "week" else 2) + 0.7)
        money_axis(axes, currency)
    row[0].legend(frameon=False, fontsize=8.5)
    return picture


def came(history: pd.DataFrame, currency: str, steps: Sequence[str] = ("week 1", "4 weeks 1")) -> Picture:
    """What forecasts of past days said, with their 80 % bands, and what came.

    Parameters
    ----------
    history : of ``Learned.history``: origin, currency, step, expected, low_80, high_80, came.
    """
    picture, row = panels(len(steps), 3.4, f"Forecast and actual {currency} of past weeks: {', '.join(steps)}")
    for axes, step in zip(row, steps, strict=True):
        said = history[(history["currency"] == currency) & (history["step"] == step)].sort_values("origin")
        inside = said["came"].between(said["low_80"], said["high_80"])
        axes.fill_between(said["origin"], said["low_80"], said["high_80"], color=LIGHT, lw=0, label="8 of 10")
        axes.plot(said["origin"], said["expected"], color=INK, lw=1.5, label="expected then")
        axes.plot(said["origin"][inside], said["came"][inside], "o", color=OURS, ms=5, label="came, in the band")
        axes.plot(said["origin"][~inside], said["came"][~inside], "s", color="#8d1c1c", ms=6, label="came, outside")
        _titled(axes, f"{step}: {int(inside.sum())} of {len(said)} in the band")
        low, high = said[["low_80", "came"]].to_numpy(), said[["high_80", "came"]].to_numpy()
        axes.set_ylim(min(0.0, low.min(initial=0.0)), 1.3 * high.max(initial=1.0))
        money_axis(axes, currency)
        date_axis(axes, 2, 6)
    row[0].legend(frameon=False, fontsize=8, ncols=2, loc="upper left")
    return picture


def places(history: pd.DataFrame, steps: Sequence[str] = ("week 1", "4 weeks 1")) -> Picture:
    """Where past outcomes fell in the futures that were drawn then (PIT), all currencies: flat if calibrated.

    Equal futures make an interval of an outcome's place, which is spread evenly over the bins that it meets.

    Parameters
    ----------
    history : of ``Learned.history``: step, below, upto (shares of the futures below an outcome, and at most it).
    """
    picture, row = panels(len(steps), 2.8, "Where outcomes of past weeks fell in their forecasts")
    edges = np.linspace(0, 1, _BINS + 1)
    for axes, step in zip(row, steps, strict=True):
        said = history[history["step"] == step]
        low, high = said["below"].to_numpy()[:, None], said["upto"].to_numpy()[:, None]
        held = np.diff(np.clip((edges - low) / np.maximum(high - low, 1e-9), 0, 1), axis=1)
        axes.bar(edges[:-1], 100 * held.mean(axis=0), 1 / _BINS, align="edge", color=OURS, alpha=0.7, edgecolor="white")
        axes.axhline(100 / _BINS, color=INK, lw=1, ls=":")
        _titled(axes, f"{step}: {len(said)} outcomes")
        axes.set(xlim=(0, 1), xlabel="share of the futures below what came")
    row[0].set_ylabel("outcomes, %", fontsize=9, color=INK)
    return picture


def measures(history: pd.DataFrame, currency: str, titles: Mapping[str, str]) -> Picture:
    """Key figures through time, one small panel each.

    Parameters
    ----------
    history : of ``kpi_history``: as_of, currency, kpi, value. titles : what is shown, and its heading.
    """
    across = 3
    picture = Picture(figsize=(9.6, 2.0 * -(-len(titles) // across)), layout="constrained")
    picture.alt = f"Key figures of {currency} through time: {', '.join(titles.values())}"
    grid = picture.subplots(-(-len(titles) // across), across, squeeze=False).ravel()
    mine = history[history["currency"] == currency]
    for axes, (name, title) in zip(grid, titles.items(), strict=False):
        tidy(axes)
        one = mine[mine["kpi"] == name]
        axes.plot(one["as_of"], one["value"], color=OURS, lw=1.8)
        axes.set_title(title, fontsize=9.5, color=INK)
        date_axis(axes, 2, 6)
    for axes in grid[len(titles) :]:
        axes.set_axis_off()
    return picture


def ages(ageings: pd.DataFrame, currency: str, names: Sequence[str]) -> Picture:
    """What was owed by age through time; what belonged to no invoice lies below zero.

    Parameters
    ----------
    ageings : rows of ``ageing`` at several dates, in a column ``as_of``. names : its classes of age.
    """
    mine = ageings[ageings["currency"] == currency].sort_values("as_of")
    picture, (axes,) = panels(1, 3.2, f"What was owed in {currency} by age, month by month")
    floor, width = np.zeros(len(mine)), 22
    for colour, name in zip(AGED, names, strict=False):
        axes.bar(mine["as_of"], mine[name], width, floor, color=colour, edgecolor="white", lw=0.4, label=name)
        floor += mine[name].to_numpy()
    loose = mine["unallocated"] + mine["rest"]
    axes.bar(mine["as_of"], loose, width, color="white", edgecolor=THEIRS, label="unallocated")
    axes.axhline(0, color=INK, lw=0.8)
    _titled(axes, "Owed by age, as it was known then: days overdue", None)
    axes.legend(frameon=False, fontsize=8, ncols=6, loc="upper left")
    axes.set_ylim(None, 1.2 * float(max(floor.max(initial=0.0), 1.0)))
    money_axis(axes, currency)
    date_axis(axes)
    return picture


def _titled(axes: Axes, title: str, floor: float | None = 0.0) -> None:
    axes.set_title(title, fontsize=10, color=INK)
    if floor is not None and np.isfinite(floor):
        axes.set_ylim(floor, None)


def money_axis(axes: Axes, currency: str) -> None:
    """Amounts upwards, in thousands where they are large."""
    axes.set_ylabel(currency, fontsize=9, color=INK)
    axes.grid(axis="x", color=GRID, lw=0.4)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v / 1e3:,.0f}k" if abs(v) >= 1e4 else f"{v:,.0f}"))
