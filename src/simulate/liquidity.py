"""How well customers are in cash, day by day: a part of their own, and one that they share."""

from __future__ import annotations

import numpy as np

from .calendar import Calendar
from .customers import Customer

MEMORY_DAYS = 150
"""After so many days 1/e of a deviation is left."""

OWN_SPREAD, SHARED_SPREAD = 1.0, 0.25
"""Standard deviations of the two parts; they define the unit of liquidity."""

_STEP = 7


def draw_path(calendar: Calendar, spread: float, random: np.random.Generator) -> np.ndarray:
    """A stationary Ornstein-Uhlenbeck path over the window, drawn weekly (float array, one value a day)."""
    weeks = -(-(calendar.end - calendar.first) // _STEP)
    keep = np.exp(-_STEP / MEMORY_DAYS)
    shocks = random.normal(size=weeks) * spread
    path = np.empty(weeks)
    path[0] = shocks[0]
    for week in range(1, weeks):
        path[week] = keep * path[week - 1] + np.sqrt(1 - keep**2) * shocks[week]
    return np.repeat(path, _STEP)[: calendar.end - calendar.first]


def draw_liquidity(
    customer: Customer, calendar: Calendar, shared: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """A customer's liquidity on each day of the window: own path, shared path, and its decline where there is one."""
    since = np.arange(calendar.first, calendar.end) - customer.trouble_on
    decline = customer.type.decline * np.clip(since / 180, 0.0, 1.0)
    return draw_path(calendar, OWN_SPREAD, random) + shared - decline
