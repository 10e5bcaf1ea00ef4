"""The same model by several ways of splitting, side by side."""

from __future__ import annotations

import pandas as pd

from .canvas import GRID, INK, OURS, Picture, panels

SHOWN = ("R2", "accuracy", "AUC")


def ways(figures: pd.DataFrame) -> Picture:
    """Bars of what is usually published, one row per way; the last way, which holds at work, stands out.

    Parameters
    ----------
    figures : one row per way: :data:`SHOWN`, and ``base rate``, the accuracy of saying the same of every row.
    """
    picture, row = panels(len(SHOWN), height=0.6 + 0.45 * len(figures), alt="R2, accuracy and AUC by way of splitting")
    for name, axes in zip(SHOWN, row, strict=True):
        axes.barh(figures.index, figures[name].clip(lower=0), color=[GRID] * (len(figures) - 1) + [OURS])
        for place, value in enumerate(figures[name]):
            axes.text(max(value, 0) + 0.01, place, f"{value:.2f}", va="center", fontsize=9, color=INK)
        axes.set(xlim=(0, 1.1), xticks=(0, 0.5, 1))
        axes.set_title(name, loc="left", fontsize=10)
        axes.invert_yaxis()
        if name != SHOWN[0]:
            axes.set_yticklabels([])
    for place, rate in enumerate(figures["base rate"]):
        row[SHOWN.index("accuracy")].plot([rate, rate], [place - 0.4, place + 0.4], color=INK, lw=1, ls=":")
    return picture
