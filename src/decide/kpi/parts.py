"""The sums by cell that KPIs are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...ledger.schema import NO_DAY
from .ageing import aged
from .ages import NOT_DUE, Ages
from .book import CREDITED, LOST, PAID, Book
from .cells import Cells, Ints
from .months import first_day, risks
from .roll import rolled

BLOCK = 30
"""Days of each period that count-back DSO goes back by."""

LAG = 30
"""Days over which receivables roll from one age class of the KPIs to the next."""


@dataclass(frozen=True)
class Parts:
    """Units by cell, each of shape (cells,) unless it is said.

    Attributes
    ----------
    at, days, dso_days : the date and the lengths of the windows that end on the day before.
    ages : classes of ``open``.
    open : (cells, ages) still to be paid. unallocated : cash and credits of no open invoice.
    receivables, opening : the balance at ``at`` and at the start of the window.
    billed, collected, credited, written_off : in the window.
    dso_sales : billed less credited in the window of DSO. block_sales : (cells, blocks) the same by blocks back from
        ``at``, the latest first.
    delay_days, delay_amount : of the invoices due in the window: amount * days from due date to payment, and amount.
    risk_billed, risk_unpaid : of the latest matured month of billing.
    risk_from, risk_to : its first and last day; NO_DAY if there is none.
    rolled, held : (cells, ages - 1) moved into the next class in :data:`LAG` days, and open in the class before.
    """

    at: int
    days: int
    dso_days: int
    ages: Ages
    open: Ints
    unallocated: Ints
    receivables: Ints
    opening: Ints
    billed: Ints
    collected: Ints
    credited: Ints
    written_off: Ints
    dso_sales: Ints
    block_sales: Ints
    delay_days: Ints
    delay_amount: Ints
    risk_billed: Ints
    risk_unpaid: Ints
    risk_from: Ints
    risk_to: Ints
    rolled: Ints
    held: Ints

    @property
    def current(self) -> Ints:
        """What is not due yet."""
        return self.open[:, self.ages.names.index(NOT_DUE)]

    @property
    def sales(self) -> Ints:
        """Net credit sales of the window."""
        return self.billed - self.credited

    @classmethod
    def of(cls, book: Book, cells: Cells, days: int, dso_days: int) -> Parts:
        """The parts at the date of a book."""
        at, ages = book.at, Ages()
        by_age, rest, unallocated = aged(book, cells, ages, at)
        billed, collected, credited, written_off = _flows(book, cells, days, 1)
        receivables = by_age.sum(axis=1) + rest + unallocated
        dso_billed, _, dso_credited, _ = _flows(book, cells, dso_days, 1)
        dates = (book.invoices.issued, book.payments.paid)
        oldest = min(int(date.min(initial=at - 1)) for date in dates)
        block_billed, _, block_credited, _ = _flows(book, cells, BLOCK, (at - 1 - oldest) // BLOCK + 1)
        moved = rolled(book, cells, ages, LAG)
        steps = np.arange(len(ages) - 1)
        delay_days, delay_amount = _delays(book, cells, days)
        return cls(
            at, days, dso_days, ages, by_age, unallocated, receivables,
            receivables - (billed - collected - credited - written_off)[:, 0],
            billed[:, 0], collected[:, 0], credited[:, 0], written_off[:, 0],
            (dso_billed - dso_credited)[:, 0], block_billed - block_credited, delay_days, delay_amount,
            *_latest_risk(book, cells),
            moved[:, steps, steps + 1], moved[:, steps].sum(axis=2),
        )  # fmt: skip


def _flows(book: Book, cells: Cells, length: int, periods: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Billed, collected, credited and written off by cell and period back from the book's date, the latest first."""
    invoices, payments = book.invoices, book.payments
    back = (book.at - 1 - payments.paid) // length
    billed = cells.sums(cells.invoice, invoices.amount, (book.at - 1 - invoices.issued) // length, periods)
    paid, credited, lost = (
        cells.sums(cells.payment, np.where(payments.kind == kind, payments.amount, 0), back, periods)
        for kind in (PAID, CREDITED, LOST)
    )
    return billed, paid, credited, lost


def _delays(book: Book, cells: Cells, days: int) -> tuple[Ints, Ints]:
    invoices, payments, at = book.invoices, book.payments, book.at
    asked = (invoices.due >= at - days) & (invoices.due < at)
    cash = np.flatnonzero((payments.invoice >= 0) & (payments.kind == PAID))
    cash = cash[asked[payments.invoice[cash]]]
    paid, cell = payments.amount[cash], cells.payment[cash]
    settled = book.applied(payments.kind != LOST)
    unpaid = np.where(asked, book.missing(settled), 0)
    late = payments.paid[cash] - invoices.due[payments.invoice[cash]]
    amount_days = cells.sums(cell, paid * late) + cells.sums(cells.invoice, unpaid * (at - invoices.due))
    return amount_days, cells.sums(cell, paid) + cells.sums(cells.invoice, unpaid)


def _latest_risk(book: Book, cells: Cells) -> tuple[Ints, Ints, Ints, Ints]:
    start, billed, unpaid, young = risks(book, cells)
    ripe = (billed > 0) & (young == 0)
    month = np.where(ripe, np.arange(ripe.shape[1]), -1).max(axis=1, initial=-1)
    found, pick = month >= 0, np.maximum(month, 0)[:, None]

    def chosen(units: Ints) -> Ints:
        return np.where(found, np.take_along_axis(units, pick, 1)[:, 0], 0) if units.shape[1] else 0 * month

    begins, ends = first_day(start + month), first_day(start + month + 1) - 1
    return chosen(billed), chosen(unpaid), np.where(found, begins, NO_DAY), np.where(found, ends, NO_DAY)
