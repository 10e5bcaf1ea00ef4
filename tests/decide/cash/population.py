"""Invoices whose true distributions are known, what comes of them in one world, and past weeks of such a book."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from paybench.decide.cash.items import WEEK, OpenItems
from paybench.decide.cash.past import STEPS, Origin, Outcome

Floats = NDArray[np.float64]

AT = pd.Timestamp("2024-09-02")
TERMS, LONGEST = 30, 120
"""Days from issue to due date, and days after issue within which money comes."""


def some_items(
    n: int = 60, customers: int = 12, days: int = 70, seed: int = 0, later: float = 0.1, never: float = 0.05
) -> OpenItems:
    """Open items with any distributions: some days impossible, some mass later and never."""
    rng = np.random.default_rng(seed)
    shape = rng.gamma(0.4, size=(n, days)) * (rng.random((n, days)) < 0.7) + 1e-6
    on_day = shape / shape.sum(axis=1, keepdims=True) * (1 - later - never)
    return OpenItems(
        AT,
        np.array([f"I{k:04}" for k in range(n)]),
        np.array([f"C{k:03}" for k in np.sort(rng.integers(0, customers, n))]),
        np.full(n, "EUR"),
        np.round(rng.lognormal(5, 1, n), 2),
        rng.integers(-30, 120, n),
        on_day,
        np.zeros((n, 7), np.float32),
        np.zeros((n, 31), np.float32),
        np.full(n, later),
    )


@dataclass(frozen=True)
class Population:
    """Invoices of one book.

    Attributes
    ----------
    customer : (n,) number. issued : (n,) day. mass : (n, LONGEST) P(paid k days after issue). amount : (n,).
    ever : P(ever paid).
    """

    customer: NDArray[np.int64]
    issued: NDArray[np.int64]
    mass: Floats
    amount: Floats
    ever: float

    @classmethod
    def of(cls, customers: int, weeks: int, seed: int, each_week: float = 0.5, ever: float = 0.97) -> Population:
        """Customers who are invoiced so many times a week, and pay after 10 to 60 days, give or take 12."""
        rng = np.random.default_rng(seed)
        start, stop = -LONGEST, WEEK * weeks
        n = rng.poisson(each_week * (stop - start) / WEEK, customers)
        customer = np.repeat(np.arange(customers), n)
        middle = rng.uniform(10, 60, customers)[customer]
        day = np.arange(LONGEST)
        shape = np.exp(-0.5 * ((day - middle[:, None]) / 12) ** 2) + 0.002
        mass = ever * shape / shape.sum(axis=1, keepdims=True)
        return cls(customer, rng.integers(start, stop, len(customer)), mass, rng.lognormal(6, 0.7, len(customer)), ever)

    def paid(self, seed: int, factor: float = 1.0, correlation: float = 0.0) -> Floats:
        """(n,) days after issue on which each is paid, in one world; infinite = never.

        factor : multiplies the hazard of what is ever paid. correlation : of the latent times of one customer.
        """
        rng = np.random.default_rng([seed, 1])
        common = rng.standard_normal(self.customer.max() + 1)[self.customer]
        latent = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * rng.standard_normal(len(common))
        within = np.minimum(np.cumsum(self.mass, axis=1) / self.ever, 1.0)
        cdf = self.ever * (1 - (1 - within) ** factor)
        day = (cdf < ndtr(latent)[:, None]).sum(axis=1)
        return np.where(day < LONGEST, day, np.inf)

    def origin(self, paid: Floats, start: int, now: int) -> Origin:
        """The items open at day ``start`` as the true distributions tell them, and what had come by day ``now``."""
        is_open = np.flatnonzero(
            (self.issued < start) & (self.issued + paid >= start) & (start < self.issued + LONGEST)
        )
        days, age = WEEK * STEPS, start - self.issued[is_open]
        column = age[:, None] + np.arange(days)
        there = column < LONGEST
        own = self.mass[is_open]
        gone = np.cumsum(own, axis=1)[np.arange(len(age)), age - 1]
        on_day = np.where(there, np.take_along_axis(own, np.where(there, column, 0), axis=1), 0.0)
        on_day /= (1 - gone)[:, None]
        later = np.maximum((own.sum(axis=1) - gone) / (1 - gone) - on_day.sum(axis=1), 0.0)
        items = OpenItems(
            AT + pd.Timedelta(days=start),
            np.array([f"I{k:06}" for k in is_open]),
            np.array([f"C{k:04}" for k in self.customer[is_open]]),
            np.full(len(is_open), "EUR"),
            self.amount[is_open],
            age - TERMS,
            on_day,
            np.zeros((len(age), 7), np.float32),
            np.zeros((len(age), 31), np.float32),
            later,
        )
        after = (self.issued + paid)[is_open] - start
        cash = np.zeros((len(age), days))
        seen = np.flatnonzero(after < min(days, now - start))
        cash[seen, after[seen].astype(np.int64)] = items.amount[seen]
        return Origin(
            items, Outcome(min((now - start) // WEEK, STEPS), np.where(after < now - start, after, np.inf), cash)
        )

    def past(self, paid: Floats, weeks: int) -> list[Origin]:
        """Every week's origin before the last, with what had come by then."""
        return [self.origin(paid, WEEK * k, WEEK * weeks) for k in range(weeks)]


def outcome(items: OpenItems, correlation: float, seed: int) -> Outcome:
    """What comes of open items in one world that is drawn from their own distributions; all weeks are over.

    correlation : of the latent times of the invoices of one customer.
    """
    rng = np.random.default_rng([seed, 2])
    common = rng.standard_normal(len(items))[items.customer]
    latent = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * rng.standard_normal(len(items))
    day = (np.cumsum(items.on_day, axis=1) < ndtr(latent)[:, None]).sum(axis=1)
    cash = np.zeros((len(items), items.days))
    seen = np.flatnonzero(day < items.days)
    cash[seen, day[seen]] = items.amount[seen]
    return Outcome(items.days // WEEK, np.where(day < items.days, day, np.inf).astype(np.float64), cash)
