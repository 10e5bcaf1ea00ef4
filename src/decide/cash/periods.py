"""Days, weeks, months and quarters of a forecast, and the steps by which forecasts are judged."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .items import WEEK

Floats = NDArray[np.float64]

BY = ("day", "week", "month", "quarter")
"""Lengths of periods, the shortest first."""


@dataclass(frozen=True)
class Period:
    """Some days of a forecast.

    Attributes
    ----------
    by : day, week, month or quarter. first, stop : days from as_of, the second one no longer part of it.
    """

    by: str
    first: int
    stop: int

    def of(self, by_day: Floats) -> Floats:
        """Sums over the period of amounts by day, (..., days)."""
        total: Floats = by_day[..., self.first : self.stop].sum(axis=-1)
        return total

    def begins(self, at: pd.Timestamp) -> pd.Timestamp:
        """Its first day."""
        return at + pd.Timedelta(days=self.first)

    def ends(self, at: pd.Timestamp) -> pd.Timestamp:
        """Its last day."""
        return at + pd.Timedelta(days=self.stop - 1)


def periods(at: pd.Timestamp, days: int) -> list[Period]:
    """Every period within so many days from ``at`` on.

    Weeks are seven days from ``at`` on; months and quarters are those of the calendar, the first one what is left of
    it. What would go on past the last day is left out.
    """
    found = [Period("day", k, k + 1) for k in range(days)]
    found += [Period("week", WEEK * k, WEEK * (k + 1)) for k in range(days // WEEK)]
    for by, frequency in (("month", "MS"), ("quarter", "QS")):
        edges = pd.date_range(at + pd.Timedelta(days=1), at + pd.Timedelta(days=days), freq=frequency)
        stops = [0, *((edges - at).days.tolist())]
        found += [Period(by, a, b) for a, b in pairwise(stops)]
    return found


STEPS: dict[str, Period] = {
    **{f"week {k + 1}": Period("week", WEEK * k, WEEK * (k + 1)) for k in range(8)},
    **{f"4 weeks {k + 1}": Period("month", 28 * k, 28 * (k + 1)) for k in range(3)},
    "13 weeks": Period("quarter", 0, 91),
}
"""By which forecasts are judged, the same length at every origin: weeks, four weeks as months, 13 as a quarter."""
