"""Pictures of contests, for notebooks: each function returns a figure and changes nothing else.

Colours can be told apart by the colour-blind, and lines differ in their dashes, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..explain.canvas import GRID, INK, OTHER, OURS, THEIRS, Picture, panels, tidy
from .contest import AVERAGE, LADDER, NOBODY, ORACLE, RISK, UPLIFT, Contest

RED = "#8e2f2f"
COLOURS = {NOBODY: OTHER, LADDER: INK, RISK: THEIRS, AVERAGE: "#5b9a68", UPLIFT: OURS, ORACLE: RED}
DASHES = {NOBODY: ":", LADDER: "-", RISK: (0, (6, 2)), AVERAGE: (0, (4, 1, 1, 1)), UPLIFT: "-", ORACLE: (0, (1, 1))}
"""Of the arms."""
SHORT = {NOBODY: "nobody", LADDER: "ladder", RISK: "by risk", AVERAGE: "average", UPLIFT: "uplift", ORACLE: "oracle"}
TERMS = {
    "financing": ("financing", "#86a7d3"), "lost": ("lost", RED), "contact_cost": ("contacts", THEIRS),
    "strain_cost": ("strain", "#5b9a68"),
}  # fmt: skip
"""What receivables cost, by attribute of an outcome: name and colour."""
FAR_OFF = -1.0
"""Parts of a gap below it are drawn there, with their number."""


def curves(contests: Mapping[str, Contest], weeks: int = 20) -> Picture:
    """How much more of what was billed has come by the end of each week after issue, against the fixed ladder.

    Parameters
    ----------
    contests : by mode. weeks : after issue.
    """
    picture, row = panels(len(contests), 3.4, f"Cash after issue against the fixed ladder: {', '.join(contests)}")
    at = np.arange(1, weeks + 1)
    for axes, (mode, one) in zip(row, contests.items(), strict=True):
        mean = {arm: 100 * np.mean([o.curve[:weeks] for o in found], axis=0) for arm, found in one.outcomes.items()}
        axes.axhline(0, color=INK, lw=1.2)
        for arm in sorted(set(mean) - {LADDER}, key=lambda arm: -float((mean[arm] - mean[LADDER]).sum())):
            axes.plot(
                at, mean[arm] - mean[LADDER], color=COLOURS[arm], ls=DASHES[arm], lw=2.4 if arm == UPLIFT else 1.8,
                label=SHORT[arm],
            )  # fmt: skip
        axes.annotate("ladder", (1, 0), (0, 3), "data", "offset points", fontsize=8.5, color=INK)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("weeks after issue", fontsize=9, color=INK)
        low, high = axes.get_ylim()
        axes.set_ylim(low - 0.35 * (high - low), high)
        axes.legend(frameon=False, fontsize=8.5, ncols=3, loc="lower center", title="from the top", title_fontsize=8.5)
        titled(axes, f"{mode} world: points of the amount billed", None)
    return picture


def costs(contests: Mapping[str, Contest]) -> Picture:
    """What receivables cost more or less than under the fixed ladder, by term, per 1,000 billed.

    Parameters
    ----------
    contests : by mode, each with the fixed ladder.
    """
    rows = max(len(one.outcomes) - 1 for one in contests.values())
    picture, row = panels(len(contests), 1.7 + 0.35 * rows, f"Costs against the fixed ladder: {', '.join(contests)}")
    for axes, (mode, one) in zip(row, contests.items(), strict=True):
        arms = [arm for arm in one.outcomes if arm != LADDER]
        per = {arm: {name: _per_thousand(one, arm, name) for name in TERMS} for arm in one.outcomes}
        parts = [np.array([per[arm][name] - per[LADDER][name] for arm in arms]) for name in TERMS]
        stacked(axes, parts, list(TERMS.values()))
        total = np.sum(parts, axis=0)
        axes.plot(total, np.arange(len(arms)), "D", color=INK, ms=5, label="sum")
        reach = np.sum([np.maximum(part, 0) for part in parts], axis=0)
        for place, value in enumerate(total):
            axes.annotate(
                f"{value:+.2f}", (reach[place], place), (7, 0), "data", "offset points", va="center", fontsize=8.5
            )
        axes.set_yticks(np.arange(len(arms)), [SHORT[arm] for arm in arms])
        axes.invert_yaxis()
        axes.margins(x=0.14)
        titled(axes, f"{mode} world: the ladder costs {sum(per[LADDER].values()):.2f} per 1,000", None)
    row[0].set_xlabel("per 1,000 billed, less (left) or more (right) than the ladder", fontsize=9, color=INK)
    handles, names = row[0].get_legend_handles_labels()
    picture.legend(handles, names, frameon=False, fontsize=8.5, ncols=5, loc="outside lower center")
    return picture


def contacts(contests: Mapping[str, Contest]) -> Picture:
    """Contacts with and without a person, and goodwill that they cost, by arm.

    Parameters
    ----------
    contests : by mode.
    """
    told = ", ".join(contests)
    picture = Picture(figsize=(9.6, 0.9 + 0.32 * sum(len(c.outcomes) for c in contests.values())), layout="constrained")
    picture.alt = f"Contacts and strain by arm: {told}"
    grid = picture.subplots(len(contests), 2, squeeze=False)
    for (left, right), (mode, one) in zip(grid, contests.items(), strict=True):
        table, place = one.table(), np.arange(len(one.outcomes))
        names = [SHORT[arm] for arm in table.index]
        calls = table["calls"].to_numpy(dtype=np.float64)
        plain = table["contacts"].to_numpy(dtype=np.float64) - calls
        left.barh(place, plain, 0.62, color="#86a7d3", label="by itself")
        left.barh(place, calls, 0.62, plain, color=THEIRS, label="by a person")
        for k, arm in enumerate(table.index):
            sent = plain[k] + calls[k]
            share = f", {100 * table.loc[arm, 'automated']:.0f} % by itself" if sent else ""
            left.annotate(f" {sent:,.0f}{share}", (sent, k), va="center", fontsize=8.5, color=INK)
        left.set_xlim(0, 1.55 * max(float((plain + calls).max()), 1.0))
        lost = 100 * (1 - table["goodwill"].to_numpy(dtype=np.float64))
        right.barh(place, lost, 0.62, color="#5b9a68")
        for k, value in enumerate(lost):
            right.annotate(f" {value:.1f}", (value, k), va="center", fontsize=8.5, color=INK)
        right.set_xlim(0, 1.2 * max(float(lost.max()), 0.1))
        for axes in (left, right):
            tidy(axes)
            axes.grid(axis="y", visible=False)
            axes.set_yticks(place, names)
            axes.invert_yaxis()
        titled(left, f"{mode} world: contacts of a world", None)
        titled(right, f"{mode} world: goodwill lost, % (mean of customers)", None)
    handles, names = grid[0][0].get_legend_handles_labels()
    picture.legend(handles, names, frameon=False, fontsize=8.5, ncols=2, loc="outside lower left")
    return picture


def closed(cases: Mapping[str, Contest], what: str = "cost", arms: Sequence[str] = (RISK, AVERAGE, UPLIFT)) -> Picture:
    """Part of the gap from the fixed ladder (0) to the oracle (1) that arms close, case by case.

    Parameters
    ----------
    cases : by their name. what : ``cost``, or ``without_loss``, which leaves out what a few large invoices decide.
        arms : those that a case has are shown; with several worlds with the 95 % interval over them.
    """
    picture, (axes,) = panels(1, 1.1 + 0.55 * len(cases), f"Part of the gap closed: {', '.join(cases)}")
    markers = {RISK: "s", AVERAGE: "^", UPLIFT: "o", NOBODY: "v"}
    for place, one in enumerate(cases.values()):
        axes.axhline(place, color=GRID, lw=6, zorder=0)
        shown = [arm for arm in arms if arm in one.outcomes]
        for k, arm in enumerate(shown):
            y = place + 0.22 * (k - (len(shown) - 1) / 2)
            value = one.closed(arm, what)
            at = max(value, FAR_OFF)
            if len(one.outcomes[arm]) > 1:
                low, high = np.clip(one.interval(arm, what), FAR_OFF, 1.0)
                axes.hlines(y, low, high, color=COLOURS[arm], lw=1.4)
            axes.plot(at, y, markers.get(arm, "o"), color=COLOURS[arm], ms=7)
            said = f"{SHORT[arm]} {value:.2f}" if np.isfinite(value) else f"{SHORT[arm]}: nothing to gain"
            axes.annotate(
                said, (at if np.isfinite(at) else 0.0, y), (8, 0), "data", "offset points", va="center", fontsize=8,
                color=COLOURS[arm], bbox={"fc": "white", "ec": "none", "pad": 0.6, "alpha": 0.85},
            )  # fmt: skip
    for x, name in ((0, "ladder"), (1, "oracle")):
        axes.axvline(x, color=INK, lw=0.9)
        axes.annotate(name, (x, 1.0), (0, 2), ("data", "axes fraction"), "offset points", ha="center", fontsize=8.5)
    axes.set_yticks(np.arange(len(cases)), list(cases))
    axes.set_ylim(len(cases) - 0.5, -0.5)
    axes.set_xlim(FAR_OFF - 0.08, 1.35)
    axes.set_title(f"Part of the gap that is closed, {what.replace('_', ' ')}", fontsize=10, color=INK, pad=18)
    axes.set_xlabel(f"what is below {FAR_OFF:g} is drawn there", fontsize=9, color=INK)
    return picture


def _per_thousand(one: Contest, arm: str, what: str) -> float:
    found = one.outcomes[arm]
    return 1000.0 * sum(getattr(o, what) for o in found) / sum(o.billed for o in found)


def stacked(axes: Axes, parts: Sequence[np.ndarray], named: Sequence[tuple[str, str]]) -> None:
    """Horizontal bars of parts, above each other, each to its own side of 0; named: name and colour of each part."""
    place = np.arange(len(parts[0]))
    right, left = np.zeros(len(place)), np.zeros(len(place))
    for part, (name, colour) in zip(parts, named, strict=True):
        values = np.nan_to_num(np.asarray(part, dtype=np.float64))
        start = np.where(values >= 0, right, left)
        axes.barh(place, values, 0.62, start, color=colour, edgecolor="white", lw=0.4, label=name)
        right, left = right + np.maximum(values, 0), left + np.minimum(values, 0)
    axes.axvline(0, color=INK, lw=0.9)
    axes.grid(axis="y", visible=False)


def titled(axes: Axes, title: str, floor: float | None = 0.0) -> None:
    """A title in small ink, and a y axis that begins at ``floor``."""
    axes.set_title(title, fontsize=10, color=INK)
    if floor is not None:
        axes.set_ylim(floor, None)
