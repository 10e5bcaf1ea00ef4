"""Whether what was said came true, as vector pictures: reliability with its counts, and intervals about zero."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from .vector import PLANE, Scale, dots, scale, stroke, upright

Floats = NDArray[np.float64]

UNIT = Scale(0.0, 1.0, (0.0, 0.25, 0.5, 0.75, 1.0))
"""From nothing to all."""
BANDS = 20
"""Bars of the histogram of P(late)."""


def reliability(predicted: Floats, observed: Floats, n: Floats) -> dict[str, str]:
    """Paths of a reliability picture: dots, the line through them, their 95 % intervals, the ideal diagonal.

    Parameters
    ----------
    predicted, observed, n : (bins,) mean P(late), share that was late, and invoices of each bin. The intervals are
        those of independent invoices (Wilson 1927).
    """
    low, high = wilson(observed, n)
    x, bars = UNIT(predicted), (upright(UNIT(low)), upright(UNIT(high)))
    return {
        "ideal": f"M0 {PLANE}L{PLANE} 0",
        "bars": "".join(f"M{a} {b}V{c}" for a, b, c in zip(*(v.tolist() for v in (x, *bars)), strict=True)),
        "line": stroke(x, upright(UNIT(observed))),
        "dots": dots(x, upright(UNIT(observed))),
    }


def wilson(share: Floats, n: Floats) -> tuple[Floats, Floats]:
    """95 % intervals of shares of n each (Wilson 1927)."""
    z = 1.959964
    middle, half = share + z**2 / (2 * n), z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)


def histogram(p: Floats) -> str:
    """Bars of how often each P(late) was said, the tallest as high as the plane."""
    count, _ = np.histogram(p, np.linspace(0, 1, BANDS + 1))
    width = PLANE // BANDS
    height = np.rint(PLANE * count / max(int(count.max()), 1)).astype(np.int64)
    return "".join(f"M{k * width + 4} {PLANE}v{-h}h{width - 8}v{h}z" for k, h in enumerate(height.tolist()) if h)


def about_zero(ends: Iterable[float]) -> Scale:
    """A scale for intervals that shows zero."""
    known = [0.0, *(e for e in ends if np.isfinite(e))]
    low, high = min(known), max(known)
    margin = 0.05 * max(high - low, 0.02)
    return scale(low - margin, high + margin, 4)


def interval(value: float, low: float, high: float, across: Scale) -> dict[str, str]:
    """Paths of one interval: its bar, its value as a dot, and zero as an upright line."""
    a, b, c, zero = across(np.array([low, high, value, 0.0])).tolist()
    half = PLANE // 2
    return {"zero": f"M{zero} 0V{PLANE}", "bar": f"M{a} {half}H{b}", "dot": f"M{c} {half}h0"}
