"""The facts of a range of customers, which nothing outside of it can change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

import numpy as np

from .book import Book, Events, Invoices, Masters, Payments
from .states import States, states
from .streams import Flags, Ints, active

Local = TypeVar("Local", Invoices, Payments, Events)

SIZE = 50_000
"""Invoices that a block has about: few enough that its arrays stay in the processor's cache."""


class Block:
    """Some customers of a book, one after the other, with everything that belongs to them.

    Parameters
    ----------
    book : the whole. begin, end : its customers are those numbered from begin to end - 1.

    Attributes
    ----------
    customers, invoices : how many. Numbers within the block count from 0; an invoice that is elsewhere is -1.
    """

    def __init__(self, book: Book, begin: int, end: int) -> None:
        self.book, self.begin, self.end = book, begin, end
        self.customers = end - begin
        self.first_invoice, self.end_invoice = (int(x) for x in np.searchsorted(book.owner, [begin, end]))
        self.invoices = self.end_invoice - self.first_invoice

    @cached_property
    def states(self) -> States:
        """The states of its invoices."""
        versions = self.book.part("invoices", "invoice", self.first_invoice, self.end_invoice)
        paid = self.book.part("payments", "invoice", self.first_invoice, self.end_invoice)
        return states(self._local(versions), self._local(paid), self.book.tolerance)

    def is_open(self, invoice: Ints, day: Ints) -> Flags:
        """Whether invoices were known and neither settled nor written off at the start of days."""
        s = self.states
        at = active(s.invoice, s.start, s.end, invoice, day)
        return (at >= 0) & s.open[np.maximum(at, 0)] if len(s) else at >= 0

    @cached_property
    def own_payments(self) -> Payments:
        """What its customers paid, whatever for."""
        return self._local(self.book.part("payments", "customer", self.begin, self.end))

    @cached_property
    def masters(self) -> Masters:
        """Master data of its customers that ever was in force, by customer and time."""
        rows = self.book.part("masters", "customer", self.begin, self.end)
        rows = replace(rows, customer=rows.customer - self.begin)
        kept = np.flatnonzero(rows.known < rows.until)
        return rows.take(kept[np.lexsort((rows.known[kept], rows.customer[kept]))])

    def of_customers(self, name: str) -> Events:
        """Contacts, messages or promises of its customers."""
        return self._local(self.book.part(name, "customer", self.begin, self.end))

    def about(self, name: str) -> Events:
        """Contacts, disputes or promises that name its invoices."""
        return self._local(self.book.part(name, "invoice", self.first_invoice, self.end_invoice))

    def number(self, invoice: Ints) -> Ints:
        """Numbers of the book's invoices within the block; negative ones stay."""
        here = (invoice >= self.first_invoice) & (invoice < self.end_invoice)
        return np.where(here, invoice - self.first_invoice, np.minimum(invoice, -1))

    def _local(self, rows: Local) -> Local:
        return replace(rows, invoice=self.number(rows.invoice), customer=rows.customer - self.begin)


def blocks(book: Book, customers: Ints, size: int = SIZE) -> Iterator[tuple[Block, Ints]]:
    """Ranges of customers that hold about so many invoices, each with the places of its rows.

    Parameters
    ----------
    customers : (n,) customer of each row, sorted. Customers without a row are in no block, unless others need them.
    """
    if not len(customers):
        return
    counts = np.bincount(book.owner, minlength=len(book.customer_place))
    counts += np.bincount(customers, minlength=len(counts))
    reached = np.cumsum(counts)
    begin = 0
    while begin < len(counts):
        done = reached[begin - 1] if begin else 0
        end = int(np.searchsorted(reached, done + size, side="right"))
        end = min(max(end, begin + 1, book.joined if begin < book.joined else 0), len(counts))
        lo, hi = (int(x) for x in np.searchsorted(customers, [begin, end]))
        if hi > lo:
            yield Block(book, begin, end), np.arange(lo, hi)
        begin = end
