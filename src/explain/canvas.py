"""What the pictures of the notebooks are drawn on, and their colours."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

OURS, THEIRS, OTHER, INK, GRID = "#1f5fa8", "#d9822b", "#7a8794", "#333c46", "#e4e8ec"
_DOTS = 144


class Picture(Figure):
    """A figure that a notebook shows by itself, without pyplot or a backend; ``alt`` is its text for screen readers."""

    alt = ""

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=_DOTS)
        width, height = self.get_size_inches()
        return buffer.getvalue(), {"width": int(width * 96), "height": int(height * 96), "alt": self.alt}


def panels(across: int, height: float = 3.9, alt: str = "") -> tuple[Picture, list[Axes]]:
    """A figure as wide as a notebook's page with some axes side by side; ``height`` in inches."""
    picture = Picture(figsize=(9.6, height), layout="constrained")
    picture.alt = alt
    row = list(picture.subplots(1, across, squeeze=False).ravel())
    for axes in row:
        tidy(axes)
    return picture, row


def tidy(axes: Axes) -> None:
    """Pale grid behind, no frame."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color=GRID, lw=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=9, colors=INK)


def date_axis(axes: Axes, fewest: int = 3, most: int = 7) -> None:
    """Dates along the x axis, few enough to be read."""
    where = AutoDateLocator(minticks=fewest, maxticks=most)
    axes.xaxis.set_major_locator(where)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(where))
