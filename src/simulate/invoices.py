"""What is billed to a customer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .calendar import Calendar
from .customers import TERM_EXCEPTIONS, TERMS, Customer


@dataclass(frozen=True)
class Invoices:
    """One customer's invoices in the order of issue: days since 1970-01-01, amounts in cents, arrays of length n."""

    issued: np.ndarray
    due: np.ndarray
    cents: np.ndarray

    def __len__(self) -> int:
        return len(self.issued)


def draw_invoices(customer: Customer, calendar: Calendar, random: np.random.Generator) -> Invoices:
    """Draw the invoices of a customer: a Poisson number, on working days, half of them crowded at the month's end."""
    axis = slice(customer.first - calendar.origin, customer.end - calendar.origin)
    at = np.flatnonzero(calendar.workdays[axis]) + customer.first
    n = int(random.poisson(customer.rate * (customer.end - customer.first) / 30)) if at.size else 0
    weight = np.where(calendar.dates.day.to_numpy()[at - calendar.origin] >= 24, 3.0, 1.0)
    issued = np.sort(random.choice(at, size=n, p=weight / weight.sum())) if n else np.zeros(0, dtype=np.int64)
    usual = random.random(n) >= TERM_EXCEPTIONS
    terms = np.where(usual, customer.terms, random.choice(TERMS, size=n))
    amount = customer.typical_amount * np.exp(customer.amount_spread * random.normal(size=n))
    return Invoices(issued, issued + terms, np.maximum(np.rint(amount * 100), 2_000).astype(np.int64))
