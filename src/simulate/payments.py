"""How the settlement of an invoice shows in the books: payments, credit notes, write-offs and disputes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .calendar import Calendar
from .customers import Customer
from .invoices import Invoices

REASONS = ("price", "quantity", "quality", "not delivered", "order number missing", "billed twice")
WRITE_OFF_DAYS = (120, 210)
"""An unpaid invoice is written off between so many days after due."""

CREDIT_NOTES = 0.015
"""Chance of a small credit note where nothing is disputed; one dispute in two ends with one."""


@dataclass(frozen=True)
class Bookings:
    """What one customer's invoices led to; ``of`` is the invoice's position, days as in :class:`Invoices`.

    Attributes
    ----------
    payments : dict of arrays ``of``, ``paid``, ``cents``, ``kind``, by invoice and day.
    disputes : dict of arrays ``of``, ``opened``, ``closed``, ``cents`` (0 = all of it), ``reason``.
    """

    payments: dict[str, np.ndarray]
    disputes: dict[str, np.ndarray]


def draw_bookings(
    customer: Customer,
    invoices: Invoices,
    disputed: np.ndarray,
    days_late: np.ndarray,
    calendar: Calendar,
    random: np.random.Generator,
) -> Bookings:
    """Draw the bookings that settle each invoice on its day, or write it off.

    Parameters
    ----------
    disputed : bool, shape (n,).
    days_late : shape (n,); NaN = never paid.

    Returns
    -------
    Bookings, of any date: the caller drops what lies past the window. What is paid, credited and written off adds
    up to the amount of each invoice.
    """
    n = len(invoices)
    lost = np.isnan(days_late)
    written = calendar.next_workday(invoices.due + random.integers(*WRITE_OFF_DAYS, size=n, endpoint=True))
    closed_by = np.where(lost, written, invoices.due + np.nan_to_num(days_late).astype(np.int64))
    disputes = _disputes(invoices, disputed, closed_by, calendar, random)

    credit = _credit_notes(invoices, disputed, disputes, lost, random)
    credited = _between(invoices.issued + 1, closed_by, calendar, random)
    credited[disputes["of"]] = disputes["closed"]

    parted = random.random(n) < np.where(lost, 0.25, customer.type.part_payments)
    part = np.rint(invoices.cents * random.uniform(0.2, 0.6, size=n)).astype(np.int64)
    part_paid = _between(np.maximum(invoices.issued + 1, closed_by - 45), closed_by - 1, calendar, random)
    part = np.where(parted & (part_paid > invoices.issued) & (part_paid < closed_by), part, 0)

    rest = invoices.cents - credit - part
    everyone = np.arange(n)
    of = np.concatenate([everyone, everyone, everyone])
    paid = np.concatenate([credited, part_paid, closed_by])
    cents = np.concatenate([credit, part, rest])
    kind = np.concatenate([np.full(n, "credit_note"), np.full(n, "payment"), np.where(lost, "write_off", "payment")])
    order = np.lexsort((paid, of))
    order = order[cents[order] > 0]
    return Bookings({"of": of[order], "paid": paid[order], "cents": cents[order], "kind": kind[order]}, disputes)


def _disputes(
    invoices: Invoices, disputed: np.ndarray, closed_by: np.ndarray, calendar: Calendar, random: np.random.Generator
) -> dict[str, np.ndarray]:
    """Opened after issue and seldom long after due, closed by the day on which the invoice is."""
    of = np.flatnonzero(disputed)
    issued, due, last = invoices.issued[of], invoices.due[of], closed_by[of]
    opened = _between(issued + 1, np.minimum(due + 10, last), calendar, random)
    closed = _between(opened + 1, last, calendar, random)
    part = np.rint(invoices.cents[of] * random.uniform(0.1, 0.6, size=of.size)).astype(np.int64)
    return {
        "of": of,
        "opened": opened,
        "closed": closed,
        "cents": np.where(random.random(of.size) < 0.6, part, 0),
        "reason": random.choice(REASONS, size=of.size),
    }


def _credit_notes(
    invoices: Invoices,
    disputed: np.ndarray,
    disputes: dict[str, np.ndarray],
    lost: np.ndarray,
    random: np.random.Generator,
) -> np.ndarray:
    """Cents credited per invoice: at most 30 % of it, and no more than is disputed."""
    credit = np.rint(invoices.cents * random.uniform(0.02, 0.3, size=len(invoices))).astype(np.int64)
    limit = invoices.cents.copy()
    limit[disputes["of"]] = np.where(disputes["cents"] > 0, disputes["cents"], limit[disputes["of"]])
    given = random.random(len(invoices)) < np.where(disputed, 0.5, CREDIT_NOTES)
    return np.where(given & ~lost, np.minimum(credit, limit), 0)


def _between(first: np.ndarray, last: np.ndarray, calendar: Calendar, random: np.random.Generator) -> np.ndarray:
    """A day between two, both included, put back to a working day unless that lies before ``first``."""
    span = np.maximum(last - first, 0)
    drawn = first + np.floor(random.random(len(first)) * (span + 1)).astype(np.int64)
    drawn = np.minimum(drawn, np.maximum(last, first))
    work = calendar.last_workday(drawn)
    return np.where(work >= first, work, drawn)
