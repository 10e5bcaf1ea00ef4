"""Reliability of every question that is read from one distribution."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from ..features.labels import THRESHOLDS
from ..models.family.distribution import DaysLate
from ..models.learn.metrics import reliability
from .canvas import INK, OTHER, OURS, Picture, panels

Floats = NDArray[np.float64]

FEWEST = 20
"""Invoices beyond a threshold, and not beyond it, below which no curve is drawn."""


def reliability_by_target(said: DaysLate, y: Floats, grace_days: int, horizon: int) -> Picture:
    """Predicted against observed share of invoices later than grace, and than 30, 60, 90 days as far as the horizon.

    Parameters
    ----------
    said : (n,) distributions. y : (n,) days late, horizon + 1 = beyond. grace_days : that do not count as late.
    horizon : H in days, beyond which outcomes are not told apart.
    """
    targets = {"late": grace_days} | {f"more than {k} days late": k for k in THRESHOLDS if grace_days < k <= horizon}
    picture, row = panels(len(targets), height=3.2, alt="Predicted against observed share of invoices, by target")
    for axes, (name, days) in zip(row, targets.items(), strict=True):
        beyond = (y > days).astype(np.float64)
        end = 1.0
        if min(beyond.sum(), len(beyond) - beyond.sum()) < FEWEST:
            text = f"{beyond.sum():.0f} of {len(beyond)} invoices:\ntoo few for a curve"
            axes.text(0.5, 0.5, text, ha="center", fontsize=9, color=INK, transform=axes.transAxes)
        else:
            table = reliability(beyond, said.later_than(days), 5 if beyond.sum() < 5 * FEWEST else 10)
            spread = 1.96 * np.sqrt(table["observed"] * (1 - table["observed"]) / table["n"])
            axes.errorbar(
                table["predicted"], table["observed"], spread, color=OURS, marker="o", ms=5, lw=1.5, elinewidth=0.8
            )
            end = min(1.0, 1.15 * float(max(table["predicted"].max(), (table["observed"] + spread).max())))
        axes.plot([0, end], [0, end], color=INK, lw=0.8, ls=":")
        axes.set(title=f"{name}: {beyond.mean():.1%}", xlim=(0, end), ylim=(0, end), xlabel="predicted probability")
    row[0].set_ylabel("observed share")
    return picture


def reliability_of_quantiles(said: DaysLate, y: Floats, horizon: int) -> Picture:
    """Share of outcomes at or before each predicted quantile, and inside each central interval.

    Both are corrected for whole days: an outcome's transform is spread evenly over its day (Czado, Gneiting and Held
    2009).

    Parameters
    ----------
    said, y, horizon : as in :func:`reliability_by_target`.
    """
    picture, (quantiles, intervals) = panels(2, height=3.6, alt="Observed against nominal share, by quantile and level")
    low, high = said.pit(y, horizon)
    width = np.maximum(high - low, 1e-12)
    nominal = np.linspace(0.05, 0.95, 19)
    below = pd.Series({q: np.clip((q - low) / width, 0, 1).mean() for q in np.round([*nominal, 0, 1], 3)}).sort_index()
    observed = below[np.round(nominal, 3)].to_numpy()
    inside = [np.interp((1 + c) / 2, below.index, below) - np.interp((1 - c) / 2, below.index, below) for c in nominal]
    for axes, seen, title, label in (
        (quantiles, observed, "Quantiles", "outcomes at or before it"),
        (intervals, inside, "Central intervals", "outcomes inside it"),
    ):
        axes.plot([0, 1], [0, 1], color=INK, lw=0.8, ls=":")
        axes.plot(nominal, seen, color=OURS, marker="o", ms=4, lw=1.5)
        axes.fill_between(nominal, nominal, seen, color=OTHER, alpha=0.25)
        axes.set(title=title, xlim=(0, 1), ylim=(0, 1), ylabel=label)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(PercentFormatter(1.0))
    quantiles.set_xlabel("quantile")
    intervals.set_xlabel("level of the interval")
    return picture
