"""The law of the world: with what probability each invoice is settled by each day.

Every probability is held as a matrix of P(days_late <= d), one row per invoice, one column per day ``d`` of
:data:`DAYS_LATE`; the last column is 1 minus the probability that the invoice is never paid.
"""

from __future__ import annotations

import numpy as np

from .calendar import EARLIEST, LATEST, Calendar
from .customers import Customer
from .invoices import Invoices

DAYS_LATE = np.arange(EARLIEST, LATEST + 1)
"""The grid of days late, in calendar days."""

DISPUTE_DAYS, DISPUTE_SCALE = 32.0, 8.0
"""By how many days a dispute delays payment, and by how many it widens the distribution."""

FORGOTTEN_SCALE = 6.0
"""Days by which being forgotten widens the distribution."""

STRAIN_DAYS = 20.0
"""A delay of so many days for want of cash makes the late side of the distribution e times as wide."""

LARGEST_DELAY, MOST_NEVER = 90.0, 0.4
"""Limits of the usual delay in days, and of the probability that an invoice is never paid."""


def settled_by(
    customer: Customer, invoices: Invoices, liquidity: np.ndarray, calendar: Calendar, disputed: bool = False
) -> np.ndarray:
    """The true distribution of days late, as it stands on the day of issue.

    The customer means to pay on a day drawn from a mixture of two Gumbel distributions (remembered, forgotten), not
    before the day after issue; the payment leaves on the first of its pay days from then on.

    Parameters
    ----------
    liquidity : on each invoice's day of issue, shape (n,).
    disputed : whether the invoices are disputed.

    Returns
    -------
    Array (n, len(DAYS_LATE)) of P(days_late <= d), rising along the row to 1 - P(never).
    """
    kind = customer.type
    relative = np.log(invoices.cents / 100 / customer.typical_amount)
    short_of_cash = -kind.liquidity_days * liquidity
    centre = np.minimum(customer.lateness + short_of_cash + kind.amount_days * relative, LARGEST_DELAY)[:, None]
    strain = np.exp(np.maximum(short_of_cash, 0.0) / STRAIN_DAYS)[:, None]
    if disputed:
        meant = _gumbel(centre + DISPUTE_DAYS, customer.scale + DISPUTE_SCALE, strain)
    else:
        forgets = np.minimum(customer.forgets * np.exp(-0.3 * relative), 0.9)[:, None]
        forgotten = _gumbel(centre + kind.forgotten_days, customer.scale + FORGOTTEN_SCALE, strain)
        meant = (1 - forgets) * _gumbel(centre, customer.scale, strain) + forgets * forgotten
    meant[(invoices.issued - invoices.due)[:, None] >= DAYS_LATE] = 0.0
    left = np.zeros_like(meant)
    for weight, flags in customer.pay_days:
        left += weight * _on_pay_days(meant, invoices, flags, calendar)
    left[:, -1] = 1.0
    return left * (1 - never(customer, liquidity))[:, None]


def never(customer: Customer, liquidity: np.ndarray) -> np.ndarray:
    """The probability that an invoice is never paid, shape (n,)."""
    return np.minimum(customer.type.never * np.exp(-liquidity), MOST_NEVER)


def _gumbel(centre: np.ndarray, scale: float, strain: np.ndarray) -> np.ndarray:
    """P(rounded draw <= d) for each day of the grid, shape (n, len(DAYS_LATE)); strain stretches what lies late.

    The clip keeps exp in range; what it cuts off is zero anyway.
    """
    z = (DAYS_LATE + 0.5 - centre) / scale
    z = np.where(z > 0, z / strain, z)
    return np.exp(-np.exp(-np.maximum(z, -30.0)))


def _on_pay_days(meant: np.ndarray, invoices: Invoices, flags: np.ndarray, calendar: Calendar) -> np.ndarray:
    """What has left by day d is what was meant to be paid by the last pay day up to d."""
    last = np.maximum.accumulate(np.where(flags, np.arange(flags.size), -1))
    due_at = invoices.due[:, None] - calendar.origin
    column = last[due_at + DAYS_LATE] - due_at - EARLIEST
    return np.where(column >= 0, np.take_along_axis(meant, np.maximum(column, 0), axis=1), 0.0)


def draw_days_late(distribution: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draw days late from each row of a distribution (float array of length n; NaN = never)."""
    column = (distribution <= random.random(len(distribution))[:, None]).sum(axis=1)
    return np.where(column < DAYS_LATE.size, DAYS_LATE[np.minimum(column, DAYS_LATE.size - 1)], np.nan)
