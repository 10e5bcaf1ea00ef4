"""Cash and key figures as vector pictures: paths on the plane of :mod:`paybench.explain.vector`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...explain.vector import Scale, dots, scale, stroke, upright
from ...pages import Language
from .said import short

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LABELLED = 4
"""Every so many weeks one has its date below the picture."""
_ROOM = 1.04


def fan(weeks: pd.DataFrame, billing: Floats, t: Language) -> dict[str, Any]:
    """Bands of the open book by week, its expected line, and the expected cash of new billing as a line of its own.

    Parameters
    ----------
    weeks : (weeks,) of the open book, with start, expected and the quantiles of a forecast. billing : (weeks,).
    """
    most = float(np.max([weeks["high_95"].max(), weeks["expected"].max(), billing.max(initial=0.0)]))
    up, across = scale(0.0, _ROOM * max(most, 1.0), 4), Scale(0.0, float(max(len(weeks), 1)), ())
    x = across(np.arange(len(weeks), dtype=np.float64) + 0.5)
    paths = {f"band{k}": area(x, up(_of(weeks, f"low_{k}")), up(_of(weeks, f"high_{k}"))) for k in (95, 80, 50)}
    return {
        **paths,
        "expected": stroke(x, upright(up(_of(weeks, "expected")))),
        "billing": stroke(x, upright(up(billing))),
        "up": upward(up, t),
        "across": [
            {
                "at": across.percent(k),
                "text": t.date(weeks["start"].iloc[k], year=False),
                "kind": "odd" * (k // LABELLED % 2),
            }
            for k in range(0, len(weeks), LABELLED)
        ],
    }


def past(said: pd.DataFrame, t: Language) -> dict[str, Any]:
    """What forecasts of past days said of their next weeks, and what came.

    Parameters
    ----------
    said : one row per origin, rising: origin, expected, low_80, high_80, came, inside (bool).
    """
    amounts = said[["expected", "low_80", "high_80", "came"]].to_numpy()
    low, high = min(float(amounts.min()), 0.0), max(float(amounts.max()), 1.0)
    first, last = said["origin"].iloc[0], said["origin"].iloc[-1]
    length = max((last - first).days, 1)
    up, across = scale(low, high + (_ROOM - 1) * (high - low), 3), Scale(-0.03 * length, 1.03 * length, ())
    days = (said["origin"] - first).dt.days.to_numpy(np.float64)
    x, came, inside = across(days), upright(up(_of(said, "came"))), said["inside"].to_numpy(bool)
    ticks = {0: "", len(said) // 2: "", len(said) - 1: "last"}
    return {
        "band": area(x, up(_of(said, "low_80")), up(_of(said, "high_80"))),
        "expected": stroke(x, upright(up(_of(said, "expected")))),
        "inside": dots(x[inside], came[inside]),
        "outside": dots(x[~inside], came[~inside]),
        "up": upward(up, t),
        "across": [
            {"at": across.percent(days[k]), "text": t.date(said["origin"].iloc[k], year=False), "kind": kind}
            for k, kind in ticks.items()
        ],
    }


def spark(values: Floats) -> dict[str, str]:
    """A small line through values evenly apart, NaN left out, with a dot at the last; empty of fewer than two."""
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < 2:
        return {}
    across = Scale(-0.4, len(values) - 0.6, ())
    low, high = float(values[known].min()), float(values[known].max())
    margin = 0.15 * max(high - low, 0.02 * max(abs(low), abs(high)), 1e-9)
    x, y = across(known.astype(np.float64)), upright(Scale(low - margin, high + margin, ())(values[known]))
    return {"line": stroke(x, y), "dot": dots(x[-1:], y[-1:])}


def area(x: Ints, low: Ints, high: Ints) -> str:
    """A closed path between two lines."""
    if not len(x):
        return ""
    return stroke(np.concatenate([x, x[::-1]]), upright(np.concatenate([low, high[::-1]]))) + "z"


def upward(up: Scale, t: Language) -> list[dict[str, Any]]:
    """Ticks of amounts from the bottom upwards: place in percent from above, and text."""
    return [{"at": round(100 - up.percent(v), 2), "text": short(t, v)} for v in up.ticks]


def _of(table: pd.DataFrame, column: str) -> Floats:
    return table[column].to_numpy(dtype=np.float64)
