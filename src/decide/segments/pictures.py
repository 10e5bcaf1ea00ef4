"""Pictures of segments, for notebooks: each function returns a figure and changes nothing else."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from ...explain.canvas import INK, OTHER, OURS, THEIRS, Picture, date_axis, panels
from .migration import Migration
from .mixture import Mixture
from .segment import Segments
from .useful import Usefulness
from .words import FLAGS, NAMES, ORDER, RISKS, VALUES

_SHADES = LinearSegmentedColormap.from_list("shades", ["#ffffff", "#b7cbe5", "#1f5fa8"])
_LEVELS = {"low": OURS, "medium": THEIRS, "high": "#8e2f2f"}


def grid(segments: Segments, currency: str) -> Picture:
    """Risk by value: how many accounts of a currency are in each cell, and what they are billed a year."""
    found = segments.summary()
    mine = found[found["currency"] == currency].set_index("segment")
    picture, row = panels(2, 3.4, f"Accounts and yearly billing of {currency} by risk and value")
    for axes, column, title in zip(
        row, ("accounts", "billed_a_year"), ("Accounts", f"Billed a year, {currency}"), strict=True
    ):
        values = np.array([[float(mine[column].get(NAMES[v, r], 0.0)) for r in RISKS] for v in reversed(VALUES)])
        _cells(axes, values, RISKS, tuple(reversed(VALUES)), lambda x: f"{x / 1e3:,.0f}k" if x >= 1e4 else f"{x:,.0f}")
        for y, v in enumerate(reversed(VALUES)):
            for x, r in enumerate(RISKS):
                axes.text(x, y + 0.32, NAMES[v, r], ha="center", fontsize=7.5, color=_on(values, values[y, x]))
        axes.set_title(title, fontsize=10, color=INK)
        axes.set_xlabel("risk", fontsize=9, color=INK)
    row[0].set_ylabel("value", fontsize=9, color=INK)
    return picture


def accounts(segments: Segments, currency: str) -> Picture:
    """Every account of a currency by days overdue and yearly billing, with the borders of risk."""
    mine = segments.table[segments.table["currency"] == currency]
    picture, (axes,) = panels(1, 3.6, f"Accounts of {currency} by days overdue and yearly billing")
    for risk in RISKS:
        one = mine[mine["risk"] == risk]
        size = 8 + 40 * one["weight_of_own"]
        axes.scatter(
            one["billed_a_year"], one["days_overdue"], s=size, color=_LEVELS[risk], alpha=0.6, lw=0, label=risk
        )
    for border in (segments.settings.slow, segments.settings.risky):
        axes.axhline(border, color=INK, lw=0.8, ls=":")
    axes.set_xscale("log")
    axes.set_xlabel(f"billed a year, {currency}", fontsize=9, color=INK)
    axes.set_ylabel("days overdue", fontsize=9, color=INK)
    axes.set_title("Every account; the larger the dot, the more its own past weighs", fontsize=10, color=INK)
    axes.legend(title="risk", frameon=False, fontsize=8.5)
    return picture


def flags(segments: Segments) -> Picture:
    """How many customers bear each flag."""
    counts = segments.flags["flag"].value_counts().reindex(list(FLAGS), fill_value=0)
    picture, (axes,) = panels(1, 2.6, "Customers by flag: " + ", ".join(f"{k} {n}" for k, n in counts.items()))
    axes.barh(np.arange(len(counts)), counts, color=OURS, height=0.6)
    axes.set_yticks(np.arange(len(counts)), list(counts.index))
    axes.invert_yaxis()
    for place, number in enumerate(counts):
        axes.text(number, place, f" {number}", va="center", fontsize=9, color=INK)
    axes.set_title("Customers by flag", fontsize=10, color=INK)
    return picture


def moves(moved: Migration) -> Picture:
    """The matrix of moves, in percent of who was in each segment, and the shares that moved month by month."""
    picture = Picture(figsize=(9.6, 4.4), layout="constrained")
    picture.alt = (
        f"Moves between segments: {moved.moved:.1%} of accounts a month, "
        f"{moved.moved_without_event:.1%} without an event"
    )
    left, right = picture.subplots(1, 2, width_ratios=[1.5, 1])
    shares = 100 * moved.shares.to_numpy(dtype=np.float64)
    _cells(left, np.nan_to_num(shares), ORDER, ORDER, lambda x: f"{x:.0f}" if x >= 9.5 else f"{x:.1f}" if x else "")
    left.tick_params(axis="x", rotation=60)
    left.set_title("To (columns) from (rows), % a month", fontsize=10, color=INK)
    months = moved.months
    total = months["accounts"].clip(lower=1)
    right.bar(months["month"], 100 * months["moved"] / total, 20, color=OTHER, alpha=0.6, label="moved")
    right.bar(months["month"], 100 * months["without_event"] / total, 20, color=THEIRS, label="without an event")
    right.axhline(10, color=INK, lw=0.8, ls=":")
    right.spines[["top", "right"]].set_visible(False)
    right.tick_params(labelsize=9, colors=INK)
    right.set_title("Accounts that moved, %", fontsize=10, color=INK)
    right.legend(frameon=False, fontsize=8.5)
    if len(months):
        date_axis(right, 2, 5)
    return picture


def later(told: Usefulness) -> Picture:
    """What came of the invoices of each segment: share late, days overdue, share unpaid."""
    picture, row = panels(3, 3.0, "Share late, days overdue and share unpaid of later invoices, by segment")
    table = told.table
    colours = [_LEVELS[risk] for name in table["segment"] for (_, risk), said in NAMES.items() if said == name]
    heads = {"late": "Late, %", "days_overdue": "Days overdue, mean", "unpaid": "Unpaid after the last day, %"}
    for axes, (column, title) in zip(row, heads.items(), strict=True):
        values = table[column] * (1 if column == "days_overdue" else 100)
        axes.barh(np.arange(len(table)), values, color=colours, height=0.65)
        axes.set_yticks(np.arange(len(table)), list(table["segment"]) if axes is row[0] else [""] * len(table))
        axes.invert_yaxis()
        axes.set_title(title, fontsize=10, color=INK)
    return picture


def groups(found: Mixture) -> Picture:
    """BIC by number of groups, and how many customers of each group are in each segment's row."""
    picture, (left, right) = panels(2, 3.2, f"BIC by number of groups; {found.group.nunique()} were chosen")
    left.plot(found.bic.index, found.bic, "o-", color=OURS, lw=1.6)
    left.axvline(int(found.bic.to_numpy().argmin()) + 1, color=INK, lw=0.8, ls=":")
    left.set_title("BIC by number of groups", fontsize=10, color=INK)
    place = found.behaviour["days late"], found.behaviour["one weekday"]
    right.scatter(*place, c=found.group, cmap="tab10", s=14, alpha=0.75, lw=0, vmin=0.5, vmax=10.5)
    right.set_xlabel("days late, mean", fontsize=9, color=INK)
    right.set_ylabel("share on one weekday", fontsize=9, color=INK)
    right.set_title("Customers, by group", fontsize=10, color=INK)
    for number, one in found.behaviour.groupby(found.group):
        where = one[["days late", "one weekday"]].median()
        right.annotate(str(number), tuple(where), fontsize=11, weight="bold", color=INK, ha="center")
    return picture


def _cells(axes: Axes, values: np.ndarray, across: tuple[str, ...], down: tuple[str, ...], text: object) -> None:
    axes.imshow(values, cmap=_SHADES, aspect="auto", vmin=0, vmax=max(float(values.max(initial=0.0)), 1e-9))
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.set_xticks(np.arange(len(across)), across)
    axes.set_yticks(np.arange(len(down)), down)
    axes.tick_params(labelsize=8.5, colors=INK, length=0)
    size = 10 if len(across) < 5 else 7.5
    for (y, x), value in np.ndenumerate(values):
        axes.text(x, y, text(value), ha="center", va="center", fontsize=size, color=_on(values, value))  # type: ignore[operator]


def _on(values: np.ndarray, value: float) -> str:
    """Ink that can be read on the shade of a value."""
    return "white" if value > 0.6 * max(float(values.max(initial=0.0)), 1e-9) else INK
