"""The book at one date in integers: what is owed on each invoice, and what belongs to none."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

PAID, CREDITED, LOST = range(3)
"""Kinds of payments: cash (reversals are negative cash), credit notes, write-offs."""

C = TypeVar("C", bound="_Columns")
Value = TypeVar("Value", bound=np.generic)


class _Columns:
    def take(self: C, rows: Ints) -> C:
        """Some of the rows."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Invoices(_Columns):
    """(n,) numbers of customer and currency, days of issue and due date, units billed."""

    customer: Ints
    currency: Ints
    issued: Ints
    due: Ints
    amount: Ints


@dataclass(frozen=True)
class Payments(_Columns):
    """(m,) numbers of customer and currency, the invoice named, day, units, kind.

    In a :class:`Book`, ``invoice`` is the row of an invoice of the same currency that is known, else -1, and
    ``customer`` is that invoice's customer, or who paid where there is none.
    """

    customer: Ints
    currency: Ints
    invoice: Ints
    paid: Ints
    amount: Ints
    kind: Ints


@dataclass(frozen=True)
class Owed:
    """What is owed at the start of a day, in units; all of it together is the balance of the ledger.

    Attributes
    ----------
    open : (n,) still to be paid; 0 or above.
    rest : (n,) what the ledger's tolerance leaves unpaid on invoices that count as closed; 0 or above.
    beyond : (n,) what was paid or credited beyond an invoice; 0 or below.
    loose : (m,) payments that belong to no invoice known at the date, sign turned: cash and credits are below 0.
    """

    open: Ints
    rest: Ints
    beyond: Ints
    loose: Ints


@dataclass(frozen=True)
class Book:
    """The invoices and payments known at the start of day ``at``, one version of each.

    A payment in another currency than the invoice that it names is not set off against it: currencies are never added
    together.
    """

    at: int
    tolerance: int
    invoices: Invoices
    payments: Payments

    @classmethod
    def of(cls, at: int, tolerance: int, invoices: Invoices, payments: Payments, place: Ints) -> Book:
        """A book; ``payments.invoice`` holds numbers of invoices (-1: none), ``place`` the row of each (-1: none)."""
        row = np.where(payments.invoice >= 0, place[payments.invoice], -1) if place.size else payments.invoice
        row = np.where((row >= 0) & (_at(invoices.currency, row) == payments.currency), row, -1)
        owner = np.where(row >= 0, _at(invoices.customer, row), payments.customer)
        return cls(at, tolerance, invoices, replace(payments, invoice=row, customer=owner))

    def owed(self, day: int) -> Owed:
        """What was owed at the start of an earlier day (or ``at``), by the entries of this book that are dated before.

        That is how it stood then in the light of what is known at ``at``: corrections recorded meanwhile are in it.
        An invoice is open as :func:`paybench.ledger.settle` has it, as long as more than the tolerance is missing.
        """
        invoices, payments = self.invoices, self.payments
        issued, before = invoices.issued < day, payments.paid < day
        named = before & (payments.invoice >= 0) & _at(issued, payments.invoice)
        left = np.where(issued, invoices.amount - self.applied(named), 0)
        touched = np.zeros(len(left), dtype=bool)
        touched[payments.invoice[named]] = True
        is_open = (left > self.tolerance) | ((left > 0) & ~touched)
        return Owed(
            open=np.where(is_open, left, 0),
            rest=np.where(is_open, 0, np.maximum(left, 0)),
            beyond=np.minimum(left, 0),
            loose=np.where(before & ~named, -payments.amount, 0),
        )

    def applied(self, payments: Flags) -> Ints:
        """Units of some of the payments by the invoice that they belong to, (n,)."""
        total = np.zeros(len(self.invoices.amount), dtype=np.int64)
        kept = payments & (self.payments.invoice >= 0)
        np.add.at(total, self.payments.invoice[kept], self.payments.amount[kept])
        return total

    def missing(self, paid: Ints) -> Ints:
        """Units that ``paid`` leaves of each invoice, (n,); 0 where that is within the tolerance."""
        left = self.invoices.amount - paid
        return np.where(left > self.tolerance, left, 0)


def _at(values: NDArray[Value], row: Ints) -> NDArray[Value]:
    """Values by row; of row -1 any."""
    return values[row] if values.size else np.zeros(row.shape, dtype=values.dtype)
