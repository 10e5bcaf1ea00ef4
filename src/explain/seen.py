"""Pictures of features, for notebooks: what they see and do not see, how they are spread, what they tell apart.

Each function returns one matplotlib figure, its title says the finding.
"""

from __future__ import annotations

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from ..features import all_features, missing_flags
from ..features.proof import LEAK
from .canvas import INK, OTHER, OURS, THEIRS, Picture, date_axis, panels, tidy

COLOURS = {
    "terms": OTHER, "calendar": "#b9a24a", "age": "#7d5ba6", "history": OURS, "exposure": "#5b9a68", "contacts": THEIRS
}  # fmt: skip
_PERCENT = PercentFormatter(1, decimals=0)


def numeric(X: pd.DataFrame) -> list[str]:
    """The features of a table that are numbers and take more than one value, in the order of the catalogue."""
    names = [f.name for f in all_features() if f.name in X and not f.category]
    return [name for name in names if X[name].nunique() > 1]


def law(found: dict[str, pd.DataFrame], place: int = 0, most: int = 20) -> Picture:
    """One invoice's features from several books; and of all, a leaking mean beside an honest one.

    Parameters
    ----------
    found : tables of the same rows, as :func:`~paybench.features.proof.side_by_side` gives them; the first one's rows
        give the scale.
    place : of the row to show. most : features to show.
    """
    first, *_ = found
    base = found[first].drop(columns=LEAK)
    picture = Picture(figsize=(9.6, 0.9 + 0.24 * most), layout="constrained")
    picture.alt = "The features of one invoice from three books lie on each other; the leaking mean does not"
    points, scatter = picture.subplots(1, 2, width_ratios=[1.35, 1])
    tidy(points)
    tidy(scatter)
    names = [name for name in numeric(base) if pd.notna(base[name].iloc[place])]
    # Spread over the families, in the order of the catalogue.
    names = [names[i] for i in np.unique(np.linspace(0, len(names) - 1, min(most, len(names))).astype(int))]
    largest = 0.0
    looks = ((15.0, OURS, False), (9.5, THEIRS, False), (4.0, INK, True))
    for (book, table), (size, colour, full) in zip(found.items(), looks, strict=True):
        here = np.array([_rank(base[n], table[n].iloc[place]) for n in names])
        points.plot(
            here, np.arange(len(names)), "o", ms=size, mfc=colour if full else "none", mec=colour, mew=1.8, label=book
        )  # fmt: skip
        apart = table[base.columns].select_dtypes("number") - base.select_dtypes("number")
        largest = max(largest, float(np.nanmax(apart.abs().to_numpy(), initial=0.0)))
    points.set_yticks(range(len(names)), names)
    points.invert_yaxis()
    points.set_title(f"Three books, the same features:\nlargest difference {largest:g}", fontsize=11)
    points.set_xlim(-0.06, 1.06)
    points.set_xlabel("rank among the open invoices (0 = lowest, 1 = highest)")
    points.tick_params(axis="y", labelsize=8)
    points.legend(frameon=True, edgecolor="none", fontsize=8, loc="best", markerscale=0.8)
    _leaking(scatter, found)
    return picture


def _leaking(axes: Axes, found: dict[str, pd.DataFrame]) -> None:
    """By how much an honest mean and a leaking one differ from the first book's, of every row that has both."""
    first, *others = found
    honest = found[first]["days_late_mean"].dropna()
    looks = ((LEAK, THEIRS, 16), ("days_late_mean", OURS, 10))
    moved = pd.DataFrame(
        {(name, book): (found[book][name] - found[first][name])[honest.index] for name, *_ in looks for book in others}
    )
    for name, colour, size in looks:
        for book in others:
            axes.scatter(honest, moved[name][book], s=size, color=colour, alpha=0.55, lw=0)
    leaking = moved[LEAK].abs()
    share, most = (leaking.to_numpy() > 0).any(axis=1).mean(), leaking.to_numpy().max(initial=0)
    axes.set_title(f"Another future moves {share:.0%} of careless\nmeans, by up to {most:.1f} days", fontsize=11)
    axes.set_xlabel("days_late_mean, days")
    axes.set_ylabel("other book - whole book, days")
    shown = [Patch(color=colour, label=name) for name, colour, _ in looks]
    axes.legend(handles=shown, frameon=True, edgecolor="none", framealpha=0.8, fontsize=8, loc="upper left")
    axes.margins(y=0.18)


def _rank(values: pd.Series, value: float) -> float:
    """Where a value lies among others, from 0 to 1."""
    less, same = (values < value).mean(), (values == value).mean()
    return float(less + same / 2)


def separation(X: pd.DataFrame, late: pd.Series) -> pd.DataFrame:
    """How well each numeric feature alone ranks late invoices above those paid in time.

    Parameters
    ----------
    X : (n,) feature table. late : (n,) 1 late, 0 in time; rows without an answer are left out.

    Returns
    -------
    DataFrame by feature, the one that tells most first: family, auc (above one half where high values are late ones,
    below where low ones are; on the rows where the feature is there), there (share of such rows).
    """
    known = late.notna().to_numpy()
    X, y = X[known], late[known].to_numpy() > 0
    of = {f.name: f.family for f in all_features()}
    table = pd.DataFrame(
        [(name, of[name], _auc(X[name], y), float(X[name].notna().mean())) for name in numeric(X)],
        columns=["feature", "family", "auc", "there"],
    ).dropna()
    order = (table["auc"] - 0.5).abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].set_index("feature")


def _auc(x: pd.Series, y: np.ndarray) -> float:
    there = x.notna().to_numpy()
    rank, late = x[there].rank().to_numpy(), y[there]
    n, m = int(late.sum()), int((~late).sum())
    return (float(rank[late].sum()) - n * (n + 1) / 2) / (n * m) if n and m else float("nan")


def ranking(told: pd.DataFrame, most: int = 24) -> Picture:
    """The features that alone tell late from in time best, coloured by family.

    Parameters
    ----------
    told : :func:`separation`. most : features to show.
    """
    picture, (axes,) = panels(1, height=1.1 + 0.2 * most, alt="AUC of single features")
    top = told.head(most)
    for row, (family, auc) in enumerate(zip(top["family"], top["auc"], strict=True)):
        axes.barh(row, auc - 0.5, 0.7, 0.5, color=COLOURS.get(family, INK))
    axes.set_yticks(range(len(top)), list(top.index))
    axes.tick_params(axis="y", labelsize=8.5, length=0)
    axes.invert_yaxis()
    axes.axvline(0.5, color=INK, lw=1)
    families = [Patch(color=COLOURS.get(family, INK), label=family) for family in dict.fromkeys(top["family"])]
    axes.legend(handles=families, frameon=False, fontsize=9, loc="lower right")
    axes.set_xlim(min(0.45, top["auc"].min() - 0.02), max(0.55, top["auc"].max() + 0.02))
    axes.set_xlabel("AUC alone: right of 0.5 high values are late ones, left of it low ones")
    if len(top):
        theme, ten = top["family"].iloc[0], top["family"].head(10)
        best = f"Alone, {top.index[0]} ranks best (AUC {top['auc'].iloc[0]:.2f})"
        axes.set_title(f"{best}; {(ten == theme).sum()} of the first {len(ten)} are of the family {theme}")
    return picture


def tenths(X: pd.DataFrame, late: pd.Series, names: list[str]) -> Picture:
    """Share of late invoices by tenths of some features, with 95 % intervals.

    Parameters
    ----------
    X, late : as in :func:`separation`. names : of six features or fewer.
    """
    known = late.notna().to_numpy()
    X, y = X[known], late[known]
    picture, grid = _grid(len(names), "Share late by tenths of some features")
    for axes, name in zip(grid, names, strict=False):
        tenth = pd.qcut(X[name], 10, duplicates="drop")
        of = pd.DataFrame({"x": X[name], "late": y}).groupby(tenth, observed=True)
        x, share, n = of["x"].median(), of["late"].mean(), of.size()
        spread = 1.96 * np.sqrt(share * (1 - share) / n)
        axes.errorbar(x, share, spread, color=OURS, marker="o", ms=4, lw=1.6, elinewidth=0.8)
        axes.axhline(y.mean(), color=INK, lw=0.8, ls=":")
        axes.set_title(f"{name}: {share.iloc[0]:.0%} to {share.iloc[-1]:.0%}", fontsize=9.5)
        axes.set_xlabel(_unit(name), fontsize=8.5)
        axes.set_ylim(0, 1)
        axes.yaxis.set_major_formatter(_PERCENT)
    picture.supylabel("share late, by tenths (dotted: of all)", fontsize=9, color=INK)
    return picture


def spread(X: pd.DataFrame, late: pd.Series, names: list[str]) -> Picture:
    """How some features are spread among late invoices, and among those paid in time.

    Parameters
    ----------
    X, late : as in :func:`separation`. names : of the features.
    """
    known = late.notna().to_numpy()
    X, y = X[known], late[known].to_numpy() > 0
    picture, grid = _grid(len(names), "Distributions of some features among late invoices and those paid in time", 4)
    for axes, name in zip(grid, names, strict=False):
        x = X[name]
        low, high = x.quantile([0.01, 0.99])
        whole = bool((x.dropna() % 1 == 0).all()) and high - low <= 31
        edges = np.arange(low - 0.5, high + 1) if whole else np.linspace(low, max(high, low + 1e-9), 22)
        for rows, colour in ((~y, OURS), (y, THEIRS)):
            some = x[rows].dropna().clip(low, high)
            if len(some):
                axes.hist(some, edges.tolist(), weights=np.full(len(some), 1 / len(some)), color=colour, alpha=0.55)
        missing = x.isna().mean()
        axes.set_title(name + (f" ({missing:.0%} missing)" if missing else ""), fontsize=8.5)
        axes.set_xlabel(_unit(name), fontsize=8)
        axes.set_yticks([])
        axes.tick_params(labelsize=8)
    looks = [
        Patch(color=colour, alpha=0.55, label=label) for colour, label in ((OURS, "paid in time"), (THEIRS, "late"))
    ]
    picture.legend(handles=looks, loc="outside upper right", frameon=False, fontsize=9, ncols=2)
    return picture


def gone(X: pd.DataFrame, month: pd.Series) -> Picture:
    """How often features are missing, by reason, and how that changes as the book grows.

    Parameters
    ----------
    X : (n,) features at issue. month : (n,) the day of each row.
    """
    flags = missing_flags(X)
    share = flags.mean().sort_values(ascending=False)
    share = share[share > 0]
    reason = {f"{f.name}_missing": f.missing for f in all_features() if f.missing}
    picture = Picture(figsize=(9.6, 1.4 + 0.3 * max(len(share), 3)), layout="constrained")
    picture.alt = "Share of rows in which features are missing, by reason, and over time"
    bars, lines = picture.subplots(1, 2, width_ratios=[1, 1.25])
    tidy(bars)
    tidy(lines)
    bars.barh(range(len(share)), share, 0.7, color=OURS, alpha=0.8)
    bars.set_yticks(range(len(share)), [fill(reason[name], 36) for name in share.index], fontsize=7.5)
    bars.invert_yaxis()
    bars.set_title("Why values are missing, and how often", fontsize=11)
    bars.set_xlabel("share of rows at issue")
    when = pd.to_datetime(pd.Series(month.to_numpy())).dt.to_period("Q").dt.to_timestamp()
    for name, colour in zip([n for n in _FADING if n in flags], (OURS, THEIRS, OTHER), strict=False):
        by = pd.Series(flags[name].to_numpy()).groupby(when.to_numpy()).mean()
        lines.plot(by.index, by, color=colour, lw=2, marker="o", ms=4, label=_short(reason[name]))
    cold = pd.Series(flags["late_share_missing"].to_numpy()).groupby(when.to_numpy()).mean()
    lines.set_title(
        f"No history: {cold.iloc[0]:.0%} in the first quarter, {cold.iloc[-1]:.0%} in the last", fontsize=11
    )
    lines.set(xlabel="quarter of issue", ylabel="share of rows", ylim=(0, 1.02))
    lines.legend(frameon=False, fontsize=8)
    for axis in (bars.xaxis, lines.yaxis):
        axis.set_major_formatter(_PERCENT)
    date_axis(lines, 3, 6)
    return picture


_FADING = ("late_share_missing", "late_share_90_missing", "oldest_overdue_missing")


def stages(rows: pd.DataFrame) -> Picture:
    """How the chance of being more than 30 days late grows while an invoice stays open.

    Parameters
    ----------
    rows : age_days, days_to_due of landmarks, and their label late_30.
    """
    picture, (axes,) = panels(1, height=3.3, alt="Share more than 30 days late by landmark")
    table = by_stage(rows)
    axes.bar(range(len(table)), table["late_30"], 0.6, color=OURS)
    for place, (share, n) in enumerate(zip(table["late_30"], table["rows"], strict=True)):
        axes.text(place, share + 0.015, f"{share:.0%}\n{n:,} rows", ha="center", fontsize=8.5, color=INK)
    axes.set_xticks(range(len(table)), list(table.index))
    axes.set(ylabel="share more than 30 days late", ylim=(0, 1.18), xlabel="decision point, days from the due date")
    axes.yaxis.set_major_formatter(_PERCENT)
    if len(table) > 1:
        first, last = table["late_30"].iloc[[0, -1]]
        axes.set_title(f"At issue {first:.0%} will be more than 30 days late; at {table.index[-1]} it is {last:.0%}")
    return picture


def by_stage(rows: pd.DataFrame) -> pd.DataFrame:
    """Landmark rows by decision point: how many, and the share more than 30 days late of those with an answer.

    Parameters
    ----------
    rows : as in :func:`stages`.
    """
    point = -rows["days_to_due"].where(rows["age_days"] > 0)
    of = rows.assign(point=point).groupby("point", dropna=False)["late_30"]
    table = pd.DataFrame({"rows": of.size(), "late_30": of.mean()}).reset_index()
    table = table[(table["rows"] >= 10) & table["late_30"].notna()].sort_values("point", na_position="first")
    names = ["at issue" if pd.isna(days) else f"due {days:+.0f}" for days in table["point"] + 0.0]
    return table.set_axis(pd.Index(names, name="decision point")).drop(columns="point")


def _grid(n: int, alt: str, across: int = 3) -> tuple[Picture, list[Axes]]:
    down = max(-(-n // across), 1)
    picture = Picture(figsize=(9.6, 1.9 * down + 0.4), layout="constrained")
    picture.alt = alt
    grid = list(picture.subplots(down, across, squeeze=False).ravel())
    for axes in grid[:n]:
        tidy(axes)
    for axes in grid[n:]:
        axes.set_axis_off()
    return picture, grid


def _unit(name: str) -> str:
    return next(f.unit for f in all_features() if f.name == name)


def _short(text: str) -> str:
    return text.replace("of the customer ", "").replace("the customer has ", "").replace("the customer ", "")
