"""Pictures of the tuning: what each trial gave, and what each parameter did to the loss."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..models.training.candidate import Candidate
from .canvas import INK, OTHER, OURS, THEIRS, Picture, panels, tidy

PARTS = {"late": ("classifier", "log loss on the folds"), "hazard": ("daily hazard", "CRPS on the folds, days")}
FEWEST = 3
"""Finished trials of a part below which nothing can be said of its parameters."""


def history(trials: pd.DataFrame) -> Picture:
    """Loss of each trial by part, the best so far, the defaults, and what was given up after the first folds.

    Of a part with one trial, its defaults, the picture says that it was not searched.

    Parameters
    ----------
    trials : part, number, value, state, as a candidate has them; the first of each part is the defaults.
    """
    picture, both = panels(2, height=3.0, alt="Loss of each trial of the tuning, and the best so far")
    for axes, (part, (name, loss)) in zip(both, PARTS.items(), strict=True):
        axes.set(title=f"Tuning of the {name}", xlabel="trial", ylabel=loss)
        mine = trials[trials["part"] == part]
        if mine.empty:
            text = "too few rows to tune on:\nthe defaults were taken"
            axes.text(0.5, 0.5, text, ha="center", transform=axes.transAxes)
            continue
        done = mine[mine["state"] == "complete"]
        pruned = mine[mine["state"] == "pruned"]
        axes.axhline(mine["value"].iloc[0], color=THEIRS, lw=1.2, ls="--", label="defaults (trial 0)")
        axes.scatter(done["number"], done["value"], color=OTHER, s=22, label="trial", zorder=2)
        if len(pruned):
            axes.scatter(
                pruned["number"],
                pruned["value"],
                color=OTHER,
                marker="x",
                s=22,
                label="given up (first folds only)",
                zorder=2,
            )
        best = done["value"].cummin()
        axes.step(
            [*done["number"], mine["number"].iloc[-1]], [*best, best.iloc[-1]],
            where="post", color=OURS, lw=2, label="best so far",
        )  # fmt: skip
        if len(mine) == 1:
            text = "not searched:\nits one trial is its defaults"
            axes.text(0.98, 0.04, text, ha="right", transform=axes.transAxes, color=INK)
        axes.set_xlim(-0.5, max(mine["number"].iloc[-1], 1) + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(frameon=False, fontsize=9)
    return picture


def parameters(trials: pd.DataFrame) -> Picture:
    """Loss against each parameter over the finished trials, one panel each, with their rank correlation.

    Parameters
    ----------
    trials : as in :func:`history`, with a column ``params_NAME`` per parameter.
    """
    done = trials[trials["state"] == "complete"]
    shown = {str(part): of for part, of in done.groupby("part", sort=False) if len(of) >= FEWEST}
    columns = {part: _names(of) for part, of in shown.items()}
    if not shown:
        picture, (axes,) = panels(1, height=1.2, alt="Too few trials to say what a parameter does")
        axes.set_axis_off()
        text = f"fewer than {FEWEST} finished trials of each part: nothing can be said of a parameter"
        axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes, color=INK)
        return picture
    across = max(len(names) for names in columns.values())
    picture = Picture(figsize=(9.6, 2.5 * len(shown)), layout="constrained")
    picture.alt = "Loss on the folds against each parameter that was tuned"
    grid = picture.subplots(len(shown), across, squeeze=False, sharey="row")
    for row, (part, of) in zip(grid, shown.items(), strict=True):
        for axes, column in zip(row, columns[part], strict=False):
            _slice(axes, of, column)
        for axes in row[len(columns[part]) :]:
            axes.set_axis_off()
        row[0].set_ylabel(f"{PARTS[part][0]}:\n{PARTS[part][1]}", fontsize=8, color=INK)
    return picture


def write_pictures(candidate: Candidate, folder: Path) -> dict[str, Path]:
    """history.png and parameters.png of a candidate's tuning, as artifacts for its run; none of a declined one.

    Returns
    -------
    Where they are by artifact folder, as :func:`paybench.models.release` takes it.
    """
    if candidate.declined:
        return {}
    place = folder / "tuning"
    place.mkdir(parents=True, exist_ok=True)
    for name, picture in (("history", history(candidate.trials)), ("parameters", parameters(candidate.trials))):
        picture.savefig(place / f"{name}.png", dpi=110)
    return {"tuning": place}


def _names(of: pd.DataFrame) -> list[str]:
    """The columns of the parameters that these trials have."""
    return [name for name in map(str, of.dropna(axis=1)) if name.startswith("params_")]


def _slice(axes: Axes, of: pd.DataFrame, column: str) -> None:
    tidy(axes)
    values, loss = of[column].astype(float), of["value"]
    together = values.rank().corr(loss.rank()) if values.nunique() > 1 and loss.nunique() > 1 else np.nan
    axes.scatter(values, loss, color=OTHER, s=18)
    axes.scatter(values.iloc[:1], loss.iloc[:1], color=THEIRS, s=30, zorder=3)
    best = int(np.argmin(loss.to_numpy()))
    axes.scatter(values.iloc[[best]], loss.iloc[[best]], color=OURS, s=36, zorder=4)
    if of[column].dtype.kind in "if" and values.max() > 10 * values.min() > 0:
        axes.set_xscale("log")
    said = "" if np.isnan(together) else f"\nrank correlation {together:+.2f}"
    axes.set_title(f"{column.removeprefix('params_')}{said}", fontsize=8)
    axes.tick_params(labelsize=7)
