"""The pictures of a calibration, as data addresses of vector graphics, and their captions in words."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .comparison import Comparison, shown, tied
from .figures import Calibration
from .measures import WEEKDAYS

WORLD, LIKE, GRID, INK = "#173f73", "#d9822b", "#e4e8ec", "#333c46"
"""Dark and light enough to be told apart in grey, besides solid and dashed."""


@dataclass(frozen=True)
class Picture:
    """One picture of the page; ``source`` is a data address, ``caption`` how to read it and what it says."""

    title: str
    source: str
    caption: str


def pictures(made: Comparison) -> list[Picture]:
    """The pictures for which at least one of the ledgers has something to draw.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    found = []
    for key, title, draw, caption in _PICTURES:
        curves = [None if c is None else c.curves[key] for c in (made.world, made.like)]
        drawn = [None if c is None or c.empty else c for c in curves]
        if any(c is not None for c in drawn):
            found.append(Picture(title, _picture(draw, drawn), tied(caption(made))))
    return found


def _picture(draw: Callable[[Any, list[pd.Series | None]], None], curves: list[pd.Series | None]) -> str:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "paybench", "font.size": 11, "hatch.linewidth": 0.8, "axes.labelcolor": INK}):
        figure = Figure(figsize=(5.6, 3.5), layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color=GRID, lw=0.8)
        axes.set_axisbelow(True)
        axes.tick_params(colors=INK)
        draw(axes, curves)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


_STYLES: tuple[dict[str, Any], ...] = (
    {"color": WORLD, "lw": 2.4, "ls": "-", "zorder": 3},
    {"color": LIKE, "lw": 2.2, "ls": (0, (4, 1.6)), "zorder": 2},
)


def _steps(axes: Any, curves: list[pd.Series | None]) -> None:
    for curve, style in zip(curves, _STYLES, strict=True):
        if curve is not None:
            axes.plot(curve.index, 100 * curve, **style)
    axes.set(ylim=(0, 101), ylabel="paid by then, % of invoices")


def _late(axes: Any, curves: list[pd.Series | None]) -> None:
    _steps(axes, curves)
    axes.axvline(0, color=INK, lw=0.9, ls=":")
    axes.set(xlim=(-45, 90), xticks=range(-30, 91, 30), xlabel="days after the due day")


def _to_pay(axes: Any, curves: list[pd.Series | None]) -> None:
    _steps(axes, curves)
    axes.set(xlim=(0, 150), xticks=range(0, 151, 30), xlabel="days after issue")


def _bars(axes: Any, curves: list[pd.Series | None]) -> None:
    both = all(c is not None for c in curves)
    width = 0.4 if both else 0.7
    for number, curve in enumerate(curves):
        if curve is None:
            continue
        x = np.arange(7) + ((number - 0.5) * width if both else 0.0)
        style = {"color": WORLD} if number == 0 else {"facecolor": "#fff", "edgecolor": LIKE, "hatch": "////"}
        axes.bar(x, 100 * curve, width * 0.94, **style)
        for at, value in zip(x, curve, strict=True):
            text = f"{100 * value:.{1 if 0 < value < 0.01 else 0}f}"
            axes.text(at, 100 * value + 0.4, text, ha="center", va="bottom", fontsize=9, color=INK)
    axes.margins(y=0.09)
    axes.set_xticks(range(7), [day[:3] for day in WEEKDAYS])
    axes.grid(axis="x", visible=False)
    axes.set(ylabel="% of payments")


def _month_end(axes: Any, curves: list[pd.Series | None]) -> None:
    axes.axhline(1, color=INK, lw=0.9, ls=":")
    for curve, style, mark in zip(curves, _STYLES, "os", strict=True):
        if curve is not None:
            axes.plot(curve.index, curve, marker=mark, ms=4, **style)
    axes.invert_xaxis()
    axes.set_xticks([20, 15, 10, 5, 0], ["20", "15", "10", "5", "last"])
    axes.set_ylim(bottom=0)
    axes.set(xlabel="working days left in the month", ylabel="times a usual working day")


def _memory(axes: Any, curves: list[pd.Series | None]) -> None:
    axes.axhline(0, color=INK, lw=0.9, ls=":")
    for curve, style, mark in zip(curves, _STYLES, "os", strict=True):
        if curve is not None:
            axes.plot(curve.index, curve, marker=mark, ms=5, **style)
    low = min([-0.1, *(float(c.min()) for c in curves if c is not None)])
    high = max([0.3, *(float(c.max()) for c in curves if c is not None)])
    axes.set(ylim=(low - 0.03, high + 0.05), xlim=(0.7, 10.3), xticks=range(1, 11))
    axes.set(xlabel="invoices apart, of one customer", ylabel="correlation of days late")


def _lorenz(axes: Any, curves: list[pd.Series | None]) -> None:
    axes.plot([0, 100], [0, 100], color=INK, lw=0.9, ls=":")
    for curve, style in zip(curves, _STYLES, strict=True):
        if curve is not None:
            axes.plot(100 * curve.index, 100 * curve, **style)
    axes.set(xlim=(0, 100), ylim=(0, 101), xlabel="% of customers, the largest first", ylabel="% of billing")


def _both(made: Comparison, say: Callable[[Calibration], str]) -> str:
    """What is to be said of each ledger, as 'this world: 46 %; like NAME: 36 %'."""
    text = f"this world: {say(made.world)}"
    return text if made.like is None else f"{text}; like {made.like.name}: {say(made.like)}"


def _at(curve: pd.Series, day: int) -> str:
    return "nothing yet" if curve.empty else f"{100 * float(curve[day]):.0f} %"


def _apart(made: Comparison, key: str, at: str) -> str:
    mine, other = made.world.curves[key], None if made.like is None else made.like.curves[key]
    if other is None or mine.empty or other.empty:
        return ""
    gap = (mine - other).abs().to_numpy()
    day = int(mine.index.to_numpy()[gap.argmax()])
    return f" The curves are furthest apart at {at.format(day)}: {100 * gap.max():.0f} points."


def _late_caption(made: Comparison) -> str:
    found = _both(
        made,
        lambda c: f"{_at(c.curves['days_late'], 0)} paid by the due day, {_at(c.curves['days_late'], 30)} 30 days on",
    )
    return (
        "How to read it: go along the bottom to a day after the due day (left of the dotted line: before it); the"
        " height is the share of invoices paid by then. Early and steep is good; what is missing to 100 % at the right"
        f" end is paid very late or never. Here: {found}.{_apart(made, 'days_late', 'day {}')}"
    )


def _to_pay_caption(made: Comparison) -> str:
    found = _both(
        made, lambda c: f"{_at(c.curves['days_to_pay'], 30)} after 30 days, {_at(c.curves['days_to_pay'], 60)} after 60"
    )
    return (
        "The same, counted from the day of issue: how long the seller waits for the money. Terms decide much of it."
        f" Here: {found}.{_apart(made, 'days_to_pay', 'day {}')}"
    )


def _weekday_caption(made: Comparison) -> str:
    def busiest(found: Calibration) -> str:
        shares = found.curves["paid_weekday"]
        if shares.empty:
            return "no payments"
        weekend = 100 * float(shares[[5, 6]].sum())
        return f"{WEEKDAYS[int(shares.to_numpy().argmax())]} is the busiest day, {weekend:.1f} % on weekends"

    return (
        "Of 100 payments, how many are booked on each day. Companies pay in runs on fixed days, and banks rest on"
        f" weekends: even bars over all seven days are not what a bank account looks like."
        f" Here: {_both(made, busiest)}."
    )


def _month_end_caption(made: Comparison) -> str:
    def last(found: Calibration) -> str:
        value = found.value("paid_month_end_lift")
        return "no payments" if np.isnan(value) else f"{value:.2f} times on the last three working days"

    return (
        "How many payments come on a working day, against a usual one (dotted line), as the month runs out to the"
        f" right. Here: {_both(made, last)}."
    )


def _memory_caption(made: Comparison) -> str:
    def habit(found: Calibration) -> str:
        curve = found.curves["memory"]
        return (
            "too few invoices"
            if curve.empty
            else f"{shown(float(curve.iloc[0]), 'correlation')} from one invoice to the next"
        )

    return (
        "After a customer's usual lateness is taken off: if one invoice came later than usual, does the next one too,"
        " and the one after that? 0 = no memory, 1 = the same again. A slow fall means good and bad times that last."
        f" Here: {_both(made, habit)}."
    )


def _lorenz_caption(made: Comparison) -> str:
    def top(found: Calibration) -> str:
        value = found.value("top_10")
        return "nothing billed" if np.isnan(value) else f"the largest 10 % make up {100 * value:.0f} %"

    return (
        "Customers in a row, the largest first: the height is their share of all that was billed. The dotted line is a"
        f" book whose customers are all alike. Here: {_both(made, top)}."
    )


_PICTURES: tuple[tuple[str, str, Callable[[Any, list[pd.Series | None]], None], Callable[[Comparison], str]], ...] = (
    ("days_late", "Days late", _late, _late_caption),
    ("days_to_pay", "Days to pay", _to_pay, _to_pay_caption),
    ("paid_weekday", "Payments by weekday", _bars, _weekday_caption),
    ("paid_month_end", "Payments towards the end of the month", _month_end, _month_end_caption),
    ("memory", "Memory of a customer", _memory, _memory_caption),
    ("lorenz", "Concentration of billing", _lorenz, _lorenz_caption),
)
