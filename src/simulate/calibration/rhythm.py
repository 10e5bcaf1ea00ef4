"""On which days things happen: weekdays, and working days before the end of a month."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .measures import MONTH_END, WEEKDAYS, Found

Ints = NDArray[np.int64]

_LEFT = 20
"""Working days before the end of a month that are drawn."""


def rhythm(on: Ints, end: int, what: str) -> tuple[Found, dict[str, pd.Series]]:
    """Figures and curves of the calendar of one kind of event.

    Parameters
    ----------
    on : (n,) days since 1970-01-01 on which it happened. end : the day after the last one looked at.
    what : how the names of the figures and curves begin.

    Returns
    -------
    Figures: shares of weekdays, of weekends, of the month's end, of its first day and of days 30 and 31, and how many
    times a usual working day a last one is. Curves: ``_weekday`` and ``_month_end``, empty if nothing happened.
    """
    curves = {f"{what}_weekday": pd.Series(dtype="float64"), f"{what}_month_end": pd.Series(dtype="float64")}
    if not on.size:
        return {}, curves
    n = on.size
    axis = np.arange(int(on.min()), end)
    dates = axis.astype("datetime64[D]")
    per_day = np.bincount(on - axis[0], minlength=axis.size)
    weekday = (axis + 3) % 7
    of_month = (dates - dates.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1
    left = np.busday_count(dates + 1, (dates.astype("datetime64[M]") + 1).astype("datetime64[D]"))
    works = np.is_busday(dates)
    last = works & (left < MONTH_END)

    shares = np.bincount(weekday, per_day, minlength=7) / n
    usual = float(per_day[works].sum()) / max(int(works.sum()), 1)
    at_end = float(per_day[last].mean()) if last.any() else np.nan
    found = {
        f"{what}_weekend": (float(shares[5:].sum()), n),
        f"{what}_month_end": (float(per_day[last].sum() / n), n),
        f"{what}_month_end_lift": (at_end / usual if usual > 0 else np.nan, n),
        f"{what}_first": (float(per_day[of_month == 1].sum() / n), n),
        f"{what}_30_31": (float(per_day[of_month >= 30].sum() / n), n),
        **{f"{what}_{d[:3].lower()}": (float(s), n) for d, s in zip(WEEKDAYS, shares, strict=True)},
    }
    drawn = works & (left <= _LEFT)
    number = np.bincount(left[drawn], minlength=_LEFT + 1)
    mean = np.bincount(left[drawn], per_day[drawn], minlength=_LEFT + 1) / np.maximum(number, 1)
    curves[f"{what}_weekday"] = pd.Series(shares, index=range(7))
    if usual > 0:
        curves[f"{what}_month_end"] = pd.Series(mean / usual, index=range(_LEFT + 1))[number > 0]
    return found, curves
