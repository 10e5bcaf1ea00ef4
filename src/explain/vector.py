"""What vector pictures are made of: scales with round numbers, and paths on a plane of 1000 by 1000.

A page stretches the plane to the place that it has (``preserveAspectRatio="none"``) and keeps the strokes as they are
(``vector-effect: non-scaling-stroke``); colours are the style's, so that one picture serves light, dark and print.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PLANE = 1000
"""Width and height of the plane."""


@dataclass(frozen=True)
class Scale:
    """From values to the plane. ``low`` and ``high`` are its ends, ``ticks`` the values that are written."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def __call__(self, values: Floats) -> NDArray[np.int64]:
        """(n,) places from 0 to :data:`PLANE`; what lies outside is at the end."""
        place = (np.asarray(values, dtype=np.float64) - self.low) / (self.high - self.low)
        return np.rint(PLANE * np.clip(place, 0, 1)).astype(np.int64)

    def percent(self, value: float) -> float:
        """Where a value lies, in percent of the length."""
        return round(100 * (value - self.low) / (self.high - self.low), 2)


def scale(low: float, high: float, count: int = 5) -> Scale:
    """A scale that holds ``low`` and ``high``, with about ``count`` round ticks on it.

    Examples
    --------
    >>> scale(-0.3, 17.2).ticks
    (0.0, 5.0, 10.0, 15.0)
    """
    if not high > low:  # one value only
        low, high = low - 0.5, low + 0.5
    rough = (high - low) / count
    power = 10.0 ** np.floor(np.log10(rough))
    step = power * next(k for k in (1, 2, 2.5, 5, 10) if k * power >= rough * (1 - 1e-9))
    first, last = np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9)
    ticks = tuple(float(round(k * step, 10)) + 0.0 for k in np.arange(first, last + 1))
    return Scale(float(low), float(high), ticks)


def dots(x: NDArray[np.int64], y: NDArray[np.int64]) -> str:
    """A path that is a dot at each place, drawn by a round stroke."""
    return "".join(f"M{a} {b}h0" for a, b in zip(x.tolist(), y.tolist(), strict=True))


def stroke(x: NDArray[np.int64], y: NDArray[np.int64]) -> str:
    """A path from place to place."""
    places = zip(x.tolist(), y.tolist(), strict=True)
    return "".join(f"{'L' if k else 'M'}{a} {b}" for k, (a, b) in enumerate(places))


def upright(places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places that grow upwards, as pages count downwards."""
    return PLANE - places


def some(rows: int, most: int) -> NDArray[np.int64]:
    """Which of so many rows a picture shows: evenly over their order, always the same."""
    return np.unique(np.linspace(0, rows - 1, min(rows, most)).astype(np.int64)) if rows else np.zeros(0, np.int64)
