"""The pictures of a backtest."""

from __future__ import annotations

import base64

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ..models.judge.rivals import DUE_MEAN, EMPIRICAL, MODEL
from .canvas import GRID, INK, OTHER, OURS, THEIRS, Picture, date_axis, panels
from .numbers import DASH

TARGETS = {
    "late": "paid late",
    "late_30": "more than 30 days late",
    "late_60": "more than 60 days late",
    "late_90": "more than 90 days late",
}
LOSSES = {"log_loss": "late or not (log loss)", "mae": "days late (MAE)", "crps": "whole distribution (CRPS)"}
COLOURS = {MODEL: OURS, EMPIRICAL: THEIRS, DUE_MEAN: OTHER}


def png(picture: Picture) -> bytes:
    """A picture as a file."""
    return picture._repr_png_()[0]


def address(picture: Picture) -> str:
    """A picture as a data address, to stand inside a page."""
    return "data:image/png;base64," + base64.b64encode(png(picture)).decode("ascii")


def skill_by_origin(table: pd.DataFrame) -> Picture:
    """Skill against the customer's own distribution at each origin, with intervals; one panel per loss.

    Parameters
    ----------
    table : ``Backtest.skill_by_origin``.
    """
    picture, row = panels(len(LOSSES), 3.1, "Skill of the model at each origin, with 95 % intervals, by loss.")
    for axes, (loss, title) in zip(row, LOSSES.items(), strict=True):
        for when, colour, move in (("at issue", OURS, -1.5), ("open", OTHER, 1.5)):
            if when in table.index.get_level_values("when"):
                part = table.loc[[when]].droplevel("when")
                if loss in part.index.get_level_values("loss"):
                    _interval(axes, _of(part, loss, "loss"), colour, when, move)
        axes.axhline(0, color=INK, lw=0.9)
        axes.set_title(title, fontsize=10, color=INK, loc="left")
        date_axis(axes, 2, 4)
    row[0].set_ylabel("skill, %", fontsize=9, color=INK)
    picture.legend(*row[-1].get_legend_handles_labels(), frameon=False, fontsize=9, ncols=2, loc="outside upper right")
    return picture


def _of(table: pd.DataFrame, value: str, level: str) -> pd.DataFrame:
    return table[table.index.get_level_values(level) == value].droplevel(level)


def _interval(axes: Axes, part: pd.DataFrame, colour: str, label: str, move: float) -> None:
    at = pd.to_datetime(part.index) + pd.Timedelta(days=move)
    axes.vlines(at, 100 * part["low"], 100 * part["high"], color=colour, lw=1.6, alpha=0.75)
    axes.plot(at, 100 * part["skill"], "o", color=colour, ms=4.5, label=label)


def calibration(table: pd.DataFrame) -> Picture | None:
    """Said and observed shares of every question; None where there is none.

    Parameters
    ----------
    table : ``Backtest.reliability``.
    """
    if table.empty:
        return None
    targets = [t for t in TARGETS if t in table.index.get_level_values("target")]
    picture, row = panels(len(targets), 2.9, "Said against observed shares, by tenth of the invoices.")
    for axes, target in zip(row, targets, strict=True):
        part = table.loc[target]
        most = 0.0
        for name in (EMPIRICAL, MODEL):
            bins = part.loc[name]
            axes.plot(100 * bins["predicted"], 100 * bins["observed"], "o", ms=4.2, color=COLOURS[name], label=name)
            most = max(most, 100 * float(bins[["predicted", "observed"]].to_numpy().max()))
        axes.plot([0, most], [0, most], color=INK, lw=0.8, ls=(0, (4, 3)))
        base = 100 * float(part["base_rate"].iloc[0])
        axes.set_title(f"{TARGETS[target]}\nbase rate {base:.1f} %", fontsize=9.5, color=INK, loc="left")
        axes.set_xlabel("said, %", fontsize=9, color=INK)
    row[0].set_ylabel("came true, %", fontsize=9, color=INK)
    picture.legend(*row[0].get_legend_handles_labels(), frameon=False, fontsize=8.5, ncols=2, loc="outside upper right")
    return picture


def pit(table: pd.DataFrame) -> Picture:
    """Where outcomes lay in their predicted distributions.

    Parameters
    ----------
    table : ``Backtest.pit``.
    """
    whens = list(dict.fromkeys(table.index.get_level_values("when")))
    picture, row = panels(len(whens), 2.6, "Share of outcomes in each tenth of their predicted distributions.")
    for axes, when in zip(row, whens, strict=True):
        part = table.loc[when]
        x = np.arange(10)
        for name, move in ((MODEL, -0.2), (EMPIRICAL, 0.2)):
            axes.bar(x + move, 100 * part.loc[name].to_numpy(), 0.38, color=COLOURS[name], label=name)
        axes.axhline(10, color=INK, lw=0.9, ls=(0, (4, 3)))
        axes.set_xticks(x, [f"{10 * k}{DASH}{10 * k + 10}" for k in x], fontsize=8)
        axes.set_title(when, fontsize=10, color=INK, loc="left")
        axes.set_xlabel("tenth of the predicted distribution, %", fontsize=9, color=INK)
        axes.set_ylim(0, 1.3 * 100 * float(table.to_numpy().max()))
    row[0].set_ylabel("outcomes, %", fontsize=9, color=INK)
    row[0].legend(frameon=False, fontsize=8, loc="upper left", ncols=2)
    return picture


def cash(weeks: pd.DataFrame, currency: str) -> Picture:
    """Weekly cash of one currency's open invoices after each origin: what came, and what was expected.

    Parameters
    ----------
    weeks : ``Backtest.cash_weeks``.
    """
    mine = _of(weeks, currency, "currency")
    scale, unit = (1e6, "m") if mine["actual"].max() >= 2e6 else (1e3, "k") if mine["actual"].max() >= 2e3 else (1, "")
    picture, (axes,) = panels(1, 2.9, f"Weekly cash in {currency}: what came and what was expected.")
    for k, (_, part) in enumerate(mine.groupby(level="origin")):
        at = pd.DatetimeIndex(part.index.get_level_values("week"))
        hide = "_" * (k > 0)  # a legend leaves out what begins so
        came = part["actual"] / scale
        axes.bar(at, came, 5.5, color=GRID, edgecolor=OTHER, lw=0.6, align="edge", label=f"{hide}came")
        for name, colour in ((DUE_MEAN, THEIRS), (MODEL, OURS)):
            middle = at + pd.Timedelta(days=2.75)
            axes.plot(middle, part[name] / scale, "o-", color=colour, ms=4, lw=1.2, label=hide + name)
    axes.set_ylabel(f"{currency} {unit}".strip() + " per week", fontsize=9, color=INK)
    axes.legend(frameon=False, fontsize=8.5, ncols=3, loc="upper left")
    axes.set_ylim(0, 1.25 * float(mine[["actual", MODEL, DUE_MEAN]].to_numpy().max()) / scale or 1)
    date_axis(axes)
    return picture


def learning(table: pd.DataFrame) -> Picture:
    """Skill and CRPS by weeks of history.

    Parameters
    ----------
    table : ``Learning.table``.
    """
    picture, (left, right) = panels(2, 3.3, "Skill and CRPS by weeks of history.")
    part = _of(table, "crps", "loss")
    place = np.arange(len(part))
    left.vlines(place, 100 * part["low"], 100 * part["high"], color=OURS, lw=1.8)
    left.plot(place, 100 * part["skill"], "o-", color=OURS, ms=5, lw=1)
    left.axhline(0, color=INK, lw=0.9)
    left.set_ylabel("CRPS skill, %", fontsize=9, color=INK)
    right.plot(place, part["baseline"], "o-", color=THEIRS, ms=5, lw=1, label=EMPIRICAL)
    right.plot(place, part["ours"], "o-", color=OURS, ms=5, lw=1, label=MODEL)
    declined = part["declined"].fillna("").astype(str).to_numpy() != ""
    if declined.any():
        for axes in (left, right):
            axes.axvspan(-0.5, float(np.flatnonzero(declined).max()) + 0.5, color=GRID, zorder=0, lw=0)
        left.text(
            -0.42, 0.97, "training declines", fontsize=8.5, color=INK, va="top", transform=left.get_xaxis_transform()
        )
    right.set_ylabel("CRPS, days", fontsize=9, color=INK)
    right.legend(frameon=False, fontsize=8.5)
    for axes in (left, right):
        axes.set_xticks(place, [str(w) for w in part.index])
        axes.set_xlim(-0.5, len(part) - 0.5)
        axes.set_xlabel("weeks of history", fontsize=9, color=INK)
    return picture
