"""Pictures of dunning in a book: what a policy says, what contacts do, what they are worth, what a trial can show.

For notebooks: each function returns a figure and changes nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.dates import date2num
from matplotlib.ticker import FuncFormatter

from ..decide.dunning.steps import STATES
from ..decide.evaluate import Trial
from ..explain.canvas import INK, OTHER, OURS, THEIRS, Picture, date_axis, panels
from .pictures import RED, stacked, titled
from .trial import CAP

DARK = "#12305c"
VALUES = {
    "interest": ("interest", "#86a7d3"), "loss_avoided": ("loss avoided", RED), "contact_cost": ("contact", THEIRS),
    "strain": ("strain", "#5b9a68"),
}  # fmt: skip
"""What the value of a contact is made of, by column."""
HELD = {
    "something is due": (("due_now",), OURS),
    "between two steps": (("waiting", "gap"), "#b7cbe5"),
    "held by a cap, a threshold, a closed day": (("capped", "below_threshold", "quiet_day", "hold_out"), "#86a7d3"),
    "pauses by itself": (("plan", "disputed", "covered", "promised", "answer_waits"), THEIRS),
    "a person decides": (("finished", "stopped", "insolvent", "opted_out"), OTHER),
}
"""Groups of states, without what is not due."""


def states(counts: pd.DataFrame) -> Picture:
    """Open invoices past their due date by what a policy said of them, day after day.

    Parameters
    ----------
    counts : of :func:`paybench.decide.dunning.state_counts`.
    """
    picture, (axes,) = panels(1, 3.4, f"States of the invoices past due on {len(counts)} days: {', '.join(HELD)}")
    width = 0.75 * float(np.diff(date2num(counts.index)).min()) if len(counts) > 1 else 5.0
    floor = np.zeros(len(counts))
    for name, (members, colour) in HELD.items():
        of = counts[[state for state in STATES if state in members]].sum(axis=1).to_numpy(dtype=np.float64)
        axes.bar(counts.index, of, width, floor, color=colour, edgecolor="white", lw=0.4, label=name)
        floor += of
    titled(axes, "Invoices past due, by what the policy says of them")
    handles, names = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], names[::-1], frameon=False, fontsize=8.5, loc="center left", bbox_to_anchor=(1.0, 0.5))
    date_axis(axes)
    return picture


def replayed(sent: pd.DataFrame) -> Picture:
    """What a policy would have sent day by day, by channel; and about how old invoices at each step.

    Parameters
    ----------
    sent : of :func:`paybench.decide.dunning.replay`.
    """
    picture, (left, right) = panels(2, 3.0, f"{len(sent)} contacts that the policy would have sent, by day and step")
    days = pd.date_range(sent["date"].min(), sent["date"].max()) if len(sent) else pd.DatetimeIndex([])
    floor = np.zeros(len(days))
    colours = (OURS, THEIRS, "#5b9a68", OTHER)
    for channel, colour in zip(sorted(sent["channel"].unique()), colours, strict=False):
        of = sent[sent["channel"] == channel].groupby("date").size().reindex(days, fill_value=0).to_numpy()
        left.bar(days, of, 0.8, floor, color=colour, label=channel)
        floor = floor + of
    titled(left, "Contacts by day")
    left.set_ylim(0, 1.25 * max(float(floor.max(initial=0.0)), 1.0))
    if len(sent):
        left.legend(frameon=False, fontsize=8.5, ncols=4)
        date_axis(left, 2, 5)
    steps = sorted(sent["step"].unique())
    ages = [sent.loc[sent["step"] == step, "days_overdue"].to_numpy() for step in steps]
    for place, age in enumerate(ages):
        low, middle, high = np.quantile(age, [0.1, 0.5, 0.9])
        right.hlines(place, low, high, color="#b7cbe5", lw=6)
        right.plot(middle, place, "o", color=DARK, ms=5)
        right.annotate(f"{len(age)}", (high, place), (6, 0), "data", "offset points", va="center", fontsize=8.5)
    right.set_yticks(range(len(steps)), [f"step {step}" for step in steps])
    right.invert_yaxis()
    titled(right, "Days overdue by step: median, 8 of 10, how many", None)
    return picture


def effects(table: pd.DataFrame, unit: str, factor: float = 1.0) -> Picture:
    """Effects by action: estimate with its 95 % interval, and what of it is believed.

    Parameters
    ----------
    table : indexed by action: effect, low, high, believed, and decisions if they are known. unit : of the effects times
        ``factor``.
    """
    picture, (axes,) = panels(1, 0.9 + 0.3 * len(table), f"Effects of {len(table)} actions in {unit}")
    place = np.arange(len(table))
    low, high, at, held = (factor * table[name].to_numpy() for name in ("low", "high", "effect", "believed"))
    low, high = np.minimum(low, high), np.maximum(low, high)
    axes.axvline(0, color=INK, lw=0.8)
    axes.hlines(place, low, high, color="#b7cbe5", lw=5, label="95 % interval")
    axes.plot(at, place, "|", color=DARK, ms=11, mew=2, label="found")
    axes.plot(held, place, "D", color=THEIRS, ms=6, label="believed")
    counts = table["decisions"] if "decisions" in table else pd.Series(np.nan, index=table.index)
    axes.set_yticks(place, [str(name) if np.isnan(n) else f"{name} ({n:,.0f})" for name, n in counts.items()])
    axes.invert_yaxis()
    axes.set_xlabel(unit, fontsize=9, color=INK)
    axes.legend(frameon=False, fontsize=8.5, loc="center left", bbox_to_anchor=(1.0, 0.5))
    titled(axes, "What each contact changes" + (" (decisions)" if counts.notna().any() else ""), None)
    return picture


def choices(table: pd.DataFrame, currency: str, beside: str = "true_value", most: int = 12) -> Picture:
    """The most valuable contacts of a morning: the terms of their value, their sum, and another value of them.

    Parameters
    ----------
    table : of :meth:`.morning.Morning.table`. beside : its column ``true_value`` or ``believed``.
    """
    shown = table.head(most)
    picture, (axes,) = panels(1, 1.2 + 0.32 * max(len(shown), 1), f"Terms of the value of {len(shown)} contacts")
    stacked(axes, [shown[name].to_numpy() for name in VALUES], list(VALUES.values()))
    place = np.arange(len(shown))
    axes.plot(shown["value"], place, "D", color=INK, ms=5, label="value")
    name = "what it is truly worth" if beside == "true_value" else "what is believed"
    axes.plot(shown[beside], place, "o", mfc="white", mec=INK, ms=6, label=name)
    names = [f"{who}, {row['action']}" for who, row in shown.iterrows()]
    axes.set_yticks(place, names)
    axes.invert_yaxis()
    axes.set_xlabel(currency, fontsize=9, color=INK)
    axes.legend(frameon=False, fontsize=8.5, loc="center left", bbox_to_anchor=(1.0, 0.5))
    said = "is thought to be worth" if beside == "true_value" else "would truly be worth"
    titled(axes, f"What each contact {said}, term by term", None)
    return picture


def detectable(trials: Mapping[str, Trial], gains: Mapping[str, float], weeks: int = 104) -> Picture:
    """The least gain that a hold-out finds after so many weeks, beside gains that are claimed or hoped for.

    Parameters
    ----------
    trials : by name (the share held out). gains : days by which payment comes earlier, by name; 0 is left out.
    """
    picture, (axes,) = panels(1, 3.6, f"Least gain that a hold-out finds within {weeks} weeks")
    at = np.arange(1, weeks + 1)
    ways = (INK, OURS, THEIRS, "#5b9a68")
    for (name, one), colour, dashes in zip(trials.items(), ways, ("-", (0, (6, 2)), (0, (1, 1)), "-."), strict=False):
        axes.plot(at, [one.detectable(float(week)) for week in at], color=colour, lw=2, ls=dashes, label=name)
    for name, gain in gains.items():
        if round(abs(gain), 2) == 0:
            continue
        axes.axhline(abs(gain), color=RED, lw=0.9)
        axes.annotate(
            f"{name}: {abs(gain):.1f} days", (weeks, abs(gain)), (-2, -2), "data", "offset points", ha="right",
            va="top", fontsize=8.5, color=RED,
        )  # fmt: skip
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    axes.set_ylim(axes.get_ylim()[0] / 1.4, None)
    axes.set_xlim(0, weeks)
    axes.set_xlabel(f"weeks of invoices, each watched for {CAP} days", fontsize=9, color=INK)
    axes.set_ylabel("days sooner", fontsize=9, color=INK)
    axes.legend(frameon=False, fontsize=8.5, loc="center left", bbox_to_anchor=(1.0, 0.5))
    titled(axes, "What a hold-out in this book finds, 8 times of 10: what lies above a line", None)
    return picture
