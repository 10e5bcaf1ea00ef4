"""Who the customers are: their types, and the character that each one draws from its type."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from .calendar import ANY_DAY, FIRST_MONTHLY, FIRST_WEEKLY, MONTH_END, MONTHLY, WEEKLY, Calendar
from .settings import COUNTRIES, Settings
from .streams import Purpose, Streams
from .words import HOME_CURRENCY


@dataclass(frozen=True)
class Customers:
    """The characters of n customers: arrays of length n, constant over the window.

    Attributes
    ----------
    number : counts from 1. key : of its random numbers.
    type : position in ``settings.types``. country : position in ``COUNTRIES``. home : bills in its own currency.
    name : two words, as positions in the lists of :mod:`.tables`, shape (n, 2).
    first, end : its invoices are issued on the days [first, end), in days since 1970-01-01.
    rate : invoices per 30 days.
    typical_amount, amount_spread : median, in currency units, and log standard deviation of its amounts.
    terms : usual payment terms in days.
    lateness : usual days late. scale : of the distribution around it, in days. forgets : share of forgotten invoices.
    rule : its pay-day rule, see :mod:`.calendar`.
    likes : position in ``CHANNELS`` of the channel on which it answers best.
    """

    number: np.ndarray
    key: np.ndarray
    type: np.ndarray
    country: np.ndarray
    home: np.ndarray
    name: np.ndarray
    first: np.ndarray
    end: np.ndarray
    rate: np.ndarray
    typical_amount: np.ndarray
    amount_spread: np.ndarray
    terms: np.ndarray
    lateness: np.ndarray
    scale: np.ndarray
    forgets: np.ndarray
    rule: np.ndarray
    likes: np.ndarray

    def __len__(self) -> int:
        return len(self.number)

    def currencies(self, settings: Settings) -> list[str]:
        """The currency in which each is billed."""
        codes, common = list(COUNTRIES), settings.currency
        return [
            HOME_CURRENCY.get(codes[c], common) if home else common
            for c, home in zip(self.country, self.home, strict=True)
        ]

    def take(self, rows: np.ndarray) -> Customers:
        """Some of them, in another order, or several times."""
        return Customers(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def draw_customers(numbers: np.ndarray, settings: Settings, calendar: Calendar, streams: Streams) -> Customers:
    """Draw the characters of some customers, each from numbers of its own.

    Sizes are heavy-tailed: the rate of invoices and the typical amount are log-normal and rise together.
    """
    key = streams.keys(numbers)
    purposes = iter(range(Purpose.CHARACTER, Purpose.INVOICES))

    def uniform() -> np.ndarray:
        return streams.uniform(key, next(purposes))

    def normal() -> np.ndarray:
        return streams.normal(key, next(purposes) + 0 * next(purposes))

    kind = chosen(uniform(), [t.share for t in settings.types])
    size = normal()
    busy, dear = normal(), normal()
    first, end = _active(calendar, settings, uniform(), uniform())
    lateness = settings.of_types("lateness")[kind] + settings.lateness_shift
    lateness = lateness + settings.of_types("lateness_spread")[kind] * settings.between * normal()
    scale = settings.of_types("scale")[kind] * settings.within * np.exp(0.3 * normal())
    forgets = np.minimum(settings.of_types("forgets")[kind] * settings.forgetting * np.exp(0.4 * normal()), 0.8)
    rate = settings.rate * np.exp(settings.rate_spread * (0.7 * size + 0.7 * busy))
    # A wide spread of rates is wide downwards too; but who buys nothing is no customer.
    rate = np.clip(rate, settings.least_rate, settings.most_rate)
    return Customers(
        number=numbers,
        key=key,
        type=kind,
        country=chosen(uniform(), list(COUNTRIES.values())),
        home=uniform() < settings.at_home,
        name=np.column_stack([uniform(), uniform()]),
        first=first,
        end=end,
        rate=rate,
        typical_amount=settings.amount * np.exp(settings.amount_spread * (0.83 * size + 0.55 * dear)),
        amount_spread=settings.own_amount_spread * (0.5 + uniform()),
        terms=np.asarray(list(settings.terms))[chosen(uniform(), list(settings.terms.values()))],
        lateness=lateness,
        scale=scale,
        forgets=forgets,
        rule=_rules(settings, kind, uniform(), uniform(), uniform()),
        likes=chosen(uniform(), [0.5, 0.1, 0.25, 0.15]),
    )


def chosen(uniform: np.ndarray, weights: list[float]) -> np.ndarray:
    """Positions drawn with the given weights."""
    steps = np.cumsum(weights) / np.sum(weights)
    return np.minimum(np.searchsorted(steps, uniform, side="right"), len(weights) - 1)


def _active(
    calendar: Calendar, settings: Settings, fate: np.ndarray, when: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Most customers are there throughout; some join, a few of them late, and some leave."""
    length = calendar.end - calendar.first
    joins, late_joins, leaves = np.cumsum([settings.joins, settings.joins * 0.4, settings.leaves])
    first = np.where(fate < joins, calendar.first + (length * when).astype(np.int64), calendar.first)
    last = calendar.end - 1 - (length * when / 8).astype(np.int64)
    first = np.where((fate >= joins) & (fate < late_joins), last, first)
    gone = (fate >= late_joins) & (fate < leaves)
    return first, np.where(gone, calendar.end - (length * when).astype(np.int64), calendar.end)


def _rules(
    settings: Settings, kind: np.ndarray, habit: np.ndarray, weekly: np.ndarray, which: np.ndarray
) -> np.ndarray:
    runs = np.minimum(settings.of_types("pay_run")[kind] * settings.runs, 1.0)
    of_week = FIRST_WEEKLY + (which * len(WEEKLY)).astype(np.int64)
    of_month = FIRST_MONTHLY + (which * len(MONTHLY)).astype(np.int64)
    in_runs = np.where(weekly < settings.weekly, of_week, of_month)
    free = np.where(habit < runs + (1 - runs) * settings.at_month_end, MONTH_END, ANY_DAY)
    return np.where(habit < runs, in_runs, free)
