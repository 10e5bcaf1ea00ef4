"""How well customers are in cash, week by week: a slow level, sudden shortages, and what they all share.

The *level* is a deviation from normal that drifts back; what a customer plans for an invoice depends on its level on
the day of issue. A *shortage* (of its own) or *tight money* (for all) begins and ends by chance and holds back what was
planned. Both are Markov chains over weeks that begin on Mondays, so that the distribution of what is still to come
follows exactly from today's state (:mod:`.forward`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .calendar import Calendar
from .customers import Customers
from .settings import Settings
from .streams import Purpose, Streams

MEMORY_WEEKS = 21.0
"""After so many weeks 1/e of a level's deviation is left."""

CRISIS_BETWEEN, CRISIS_ENDS = (0.4, 0.8), 0.1
"""The hard world's crisis begins in a week that is uniform over this part of the window, and ends by this chance per
week."""

SEVERITY = {2: np.array([0.0, 1.0]), 5: np.array([0.0, 1.0, 2.5, 0.0, 1.0])}
"""How often ``CustomerType.tight`` is multiplied in each shared state. Easy: calm, tight. Hard: calm, tight, crisis,
and calm and tight after the crisis."""


@dataclass(frozen=True)
class Weather:
    """What all customers share.

    Attributes
    ----------
    level : shared part of the level, (weeks,).
    state : of the shared chain in each week, (weeks,).
    chances : of the chain: [w, i, j] from state i in week w - 1 to j in week w, (weeks, S, S).
    """

    level: np.ndarray
    state: np.ndarray
    chances: np.ndarray

    @cached_property
    def severity(self) -> np.ndarray:
        """Of each shared state, (S,)."""
        return SEVERITY[self.chances.shape[1]]


@dataclass(frozen=True)
class Cash:
    """What customers have of their own.

    Attributes
    ----------
    level : own and shared level together, (n, weeks). squeezed : whether in a shortage, (n, weeks).
    gone_on : the Monday on which the customer goes out of business, past the axis if never, (n,).
    """

    level: np.ndarray
    squeezed: np.ndarray
    gone_on: np.ndarray


def draw_weather(settings: Settings, calendar: Calendar, streams: Streams) -> Weather:
    """Draw what all customers share."""
    world = streams.keys(np.zeros(1))
    chances = _shared_chances(settings, calendar)
    state = np.zeros(calendar.weeks, dtype=np.int64)
    for week in range(1, calendar.weeks):
        u = streams.uniform(world, Purpose.TIGHT, calendar.monday(week))[0]
        row = np.cumsum(chances[week, state[week - 1]])
        state[week] = min(int(np.searchsorted(row, u, side="right")), row.size - 1)
    return Weather(_path(world, calendar, streams)[0] * settings.shared_level, state, chances)


def draw_cash(customers: Customers, weather: Weather, settings: Settings, calendar: Calendar, streams: Streams) -> Cash:
    """Draw every customer's own weeks."""
    begins, ends, dies = (settings.of_types(n)[customers.type] for n in ("squeezed", "relieved", "defaults"))
    dies = np.minimum(dies * settings.losing, 1.0)
    squeezed = np.zeros((len(customers), calendar.weeks), dtype=bool)
    squeezed[:, 0] = streams.uniform(customers.key, Purpose.SQUEEZE) < begins / (begins + ends)
    gone = np.full(len(customers), calendar.first + len(calendar.dates) + 1)
    for week in range(1, calendar.weeks):
        monday = calendar.monday(week)
        u = streams.uniform(customers.key, Purpose.SQUEEZE, monday)
        was = squeezed[:, week - 1]
        gone = np.where(was & (u < dies), np.minimum(gone, monday), gone)
        squeezed[:, week] = np.where(was, u >= dies + (1 - dies) * ends, u < begins)
    level = settings.own_level * _path(customers.key, calendar, streams) + weather.level
    return Cash(level, squeezed, gone)


def _path(keys: np.ndarray, calendar: Calendar, streams: Streams) -> np.ndarray:
    """Stationary autoregressive paths of standard deviation 1, (n, weeks)."""
    keep = np.exp(-1 / MEMORY_WEEKS)
    path = np.empty((len(keys), calendar.weeks))
    path[:, 0] = streams.normal(keys, Purpose.LEVEL)
    for week in range(1, calendar.weeks):
        shock = streams.normal(keys, Purpose.LEVEL, calendar.monday(week))
        path[:, week] = keep * path[:, week - 1] + np.sqrt(1 - keep**2) * shock
    return path


def _shared_chances(settings: Settings, calendar: Calendar) -> np.ndarray:
    begins, ends = settings.tight
    plain = np.array([[1 - begins, begins], [ends, 1 - ends]])
    if not settings.hard:
        return np.broadcast_to(plain, (calendar.weeks, 2, 2))
    first, last = (calendar.week(calendar.first + int(s * (calendar.end - calendar.first))) for s in CRISIS_BETWEEN)
    chances = np.zeros((calendar.weeks, 5, 5))
    for week in range(calendar.weeks):
        # In its last possible week a crisis that has not come is certain.
        onset = 0.0 if week < first or week > last else 1.0 / (last - week + 1)
        chances[week, :2, :2] = plain * (1 - onset)
        chances[week, :2, 2] = onset
        chances[week, 2, 2:4] = 1 - CRISIS_ENDS, CRISIS_ENDS
        chances[week, 3:, 3:] = plain
    return chances
