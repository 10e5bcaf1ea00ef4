"""A ledger as integer arrays: identifiers become numbers once, so that everything after it is arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa

from ...ledger import Ledger
from ...ledger.names import distinct, ordered
from ...ledger.schema import NO_DAY, TABLES, days
from .meanings import Meanings
from .source import Frame, Source, codes, different, missing, numbered
from .streams import Ints
from .versions import ALWAYS, in_force

PAYMENT, CREDIT_NOTE, WRITE_OFF, OTHER = range(4)
"""Kinds of payments as numbers."""

_NARROW = {"amount": np.int64, "plain": np.bool_}
"""Columns that 32 bits do not hold, or that need fewer."""

_CHUNK = 1 << 14  # rows at a time, which stay in the processor's cache


@dataclass(frozen=True)
class Columns:
    """Columns of one length."""

    def take(self, at: Ints | slice) -> Self:
        """Some of the rows, numbers as int64."""
        return type(self)(**{f.name: _wide(getattr(self, f.name)[at]) for f in fields(self)})

    def sorted_by(self, key: Ints) -> Self:
        """The rows in the order of a key, packed row by row: narrow numbers, which memory gives in one piece.

        Numbers have to be widened (by :meth:`take`) before anything is computed of them.
        """
        names = [f.name for f in fields(self)]
        columns = {name: getattr(self, name) for name in names}
        narrow = {name: _NARROW.get(name, np.int32) for name in names}
        packed = np.empty(len(key), dtype=np.dtype(list(narrow.items()), align=True))
        for begin in range(0, len(key), _CHUNK):
            chunk = slice(begin, begin + _CHUNK)
            for name, column in columns.items():
                packed[chunk][name] = column[chunk]
        pieces = packed.view(np.int32).reshape(len(key), packed.itemsize // 4)
        packed = pieces.take(ordered(key), axis=0).view(packed.dtype)[:, 0]
        return type(self)(**{name: packed[name] for name in names})

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))


@dataclass(frozen=True)
class Invoices(Columns):
    """Versions of invoices: each is in force at t if known < t <= until.

    ``invoice``, ``customer``, ``currency`` are numbers, ``issued``, ``due`` days, ``amount`` integer units; ``part``
    tells instalments; ``row`` is the place in the table; ``plain``: the only version, known from its issue on.
    """

    invoice: Ints
    customer: Ints
    currency: Ints
    issued: Ints
    due: Ints
    amount: Ints
    part: Ints
    known: Ints
    until: Ints
    row: Ints
    plain: np.ndarray


@dataclass(frozen=True)
class Payments(Columns):
    """Versions of payments; ``invoice`` is -1 if unapplied, -2 if the ledger does not have it; ``plain`` as above."""

    invoice: Ints
    customer: Ints
    currency: Ints
    paid: Ints
    amount: Ints
    kind: Ints
    known: Ints
    until: Ints
    row: Ints
    plain: np.ndarray


@dataclass(frozen=True)
class Events(Columns):
    """Versions of contacts, messages, disputes or promises.

    ``day`` is the own date of a contact or message, the day of closing of a dispute, the promised day of a promise.
    """

    invoice: Ints
    customer: Ints
    day: Ints
    known: Ints
    until: Ints
    row: Ints


@dataclass(frozen=True)
class Masters(Columns):
    """Versions of customers; ``country`` -1 = none."""

    customer: Ints
    country: Ints
    known: Ints
    until: Ints


class Book:
    """The tables of a ledger as integer arrays.

    Customers and invoices are numbered so that the invoices of one customer follow each other: a range of customers is
    a range of invoices, and of the rows of each table.

    Parameters
    ----------
    ledger : the whole book; nothing is cut here, every row says from when to when it is in force.
    rows : decision rows, whose customers may be strangers to the ledger.

    Attributes
    ----------
    invoice_ids, customer_ids, currencies, countries : Arrow strings.
    invoice_place, customer_place : where in them the identifier of each number is.
    invoices : all versions of all invoices, sorted by invoice.
    joined : so many of the first customers share invoices (one invoice, versions of several customers).
    first : per invoice the place in ``invoices`` of the version that becomes known first.
    """

    def __init__(self, ledger: Ledger | str | Path, rows: pd.DataFrame | None = None) -> None:
        self.source = Source(ledger)
        self.grace, self.tolerance = self.source.grace, self.source.tolerance
        table = self.source.table("invoices")
        self._invoices, self.invoice_ids, invoice = distinct(table.text("invoice_id"))
        who = table.text("customer_id")
        if rows is not None:
            who = pa.concat_arrays([who.cast(pa.large_string()), Frame(rows).text("customer_id")])
        customer, self.customer_ids = numbered(who)
        customer = customer[: len(table)]
        currency = table.text("currency")
        self.currencies = different(currency)
        self.customer_place, self.joined = _order_of_customers(invoice, customer, len(self.customer_ids))
        self._customer_number = _inverse(self.customer_place)
        owner = np.zeros(len(self.invoice_ids), dtype=np.int64)
        owner[invoice] = self._customer_number[customer]
        self.invoice_place = ordered(owner)
        self._invoice_number = _inverse(self.invoice_place)
        self.owner = owner[self.invoice_place]
        issued, recorded = table.days("issued_on"), table.days("recorded_on")
        known, until, alone = _lives("invoices", table, invoice)
        number = self._invoice_number[invoice]
        self.invoices = Invoices(
            invoice=number, customer=self._customer_number[customer], currency=codes(currency, self.currencies, -1),
            issued=issued, due=table.days("due_on"), amount=table.units("amount"),
            part=(~missing(table.text("parent_id"))).astype(np.int64), known=known, until=until,
            row=np.arange(len(table)), plain=alone & (known == issued),
        ).sorted_by(number)  # fmt: skip
        self._parts: dict[tuple[str, str], tuple[Ints, Any]] = {}
        self.first = _first(self.invoices, recorded)

    @cached_property
    def payments(self) -> Payments:
        """Every version of every payment, sorted by invoice."""
        table = self.source.table("payments")
        paid, amount = table.days("paid_on"), table.units("amount")
        known, until, alone = _lives("payments", table)
        kinds = pa.array(["payment", "credit_note", "write_off"], pa.large_string())
        invoice = self._invoice(table)
        return Payments(
            invoice=invoice, customer=self._customer(table),
            currency=codes(table.text("currency"), self.currencies, -1), paid=paid, amount=amount,
            kind=codes(table.text("kind"), kinds, OTHER), known=known, until=until, row=np.arange(len(table)),
            plain=alone & (known == paid) & (amount > 0),
        ).sorted_by(invoice)  # fmt: skip

    @cached_property
    def contacts(self) -> Events:
        """Every version of every contact."""
        return self._events("contacts", "sent_on")

    @cached_property
    def messages(self) -> Events:
        """Every version of every message."""
        return self._events("messages", "received_on")

    @cached_property
    def meanings(self) -> Meanings | None:
        """What each row of the messages' table was read to mean; None where nobody read one."""
        table = self.source.table("messages")
        said = table.text("meaning") if "meaning" in table else pa.nulls(0)
        if said.null_count == len(said):
            return None
        found = Meanings(said)
        return found if found.any else None

    @cached_property
    def disputes(self) -> Events:
        """Every version of every dispute; ``day`` = closed, NO_DAY if open; ``customer`` unknown."""
        return self._events("disputes", "closed_on")

    @cached_property
    def promises(self) -> Events:
        """Every version of every promise; ``day`` = promised."""
        return self._events("promises", "promised_on")

    @cached_property
    def masters(self) -> Masters:
        """Every version of every customer's master data."""
        table = self.source.table("customers")
        known, until, _ = _lives("customers", table)
        return Masters(self._customer(table), codes(table.text("country"), self.countries, -1), known, until)

    @cached_property
    def countries(self) -> pa.Array:
        """The countries of the customers."""
        return different(self.source.table("customers").text("country"))

    def part(self, name: str, by: str, begin: int, end: int) -> Any:
        """The rows of a table whose ``by`` ("invoice" or "customer") is from begin to end - 1, sorted by it."""
        if (name, by) not in self._parts:
            rows = getattr(self, name)
            column = getattr(rows, by).astype(np.int64)
            if (column[1:] < column[:-1]).any():
                rows = rows.sorted_by(column)
                column = getattr(rows, by).astype(np.int64)
            self._parts[name, by] = column, rows
        column, rows = self._parts[name, by]
        lo, hi = np.searchsorted(column, [begin, end])
        return rows.take(slice(lo, hi))

    def numbers(self, rows: pd.DataFrame) -> tuple[Ints, Ints, Ints]:
        """Invoice, customer and as_of day of decision rows; -2 for invoices that the ledger does not have."""
        return self._invoice(Frame(rows)), self._customer(Frame(rows)), days(rows["as_of"])

    def invoice_numbers(self, rows: pd.DataFrame) -> Ints:
        """Invoices of rows; -2 for those that the ledger does not have."""
        return self._invoice(Frame(rows))

    def invoice_name(self, number: int) -> str:
        """The identifier of an invoice."""
        return str(self.invoice_ids[int(self.invoice_place[number])].as_py())

    def _events(self, name: str, dated: str) -> Events:
        table = self.source.table(name)
        known, until, _ = _lives(name, table)
        none = np.full(len(table), -1)
        return Events(
            invoice=self._invoice(table) if "invoice_id" in table else none,
            customer=self._customer(table) if "customer_id" in table else none,
            day=table.days(dated), known=known, until=until, row=np.arange(len(table)),
        )  # fmt: skip

    def _invoice(self, table: Frame) -> Ints:
        names = table.text("invoice_id")
        found = self._invoices.find(names, -2)
        if not len(self.owner):
            return np.where(missing(names), -1, found)
        if found.min(initial=0) >= 0:
            return self._invoice_number[found]
        return np.where(missing(names), -1, np.where(found < 0, found, self._invoice_number[np.maximum(found, 0)]))

    def _customer(self, table: Frame) -> Ints:
        found = codes(table.text("customer_id"), self.customer_ids, -1)
        return np.where(found < 0, -1, self._customer_number[np.maximum(found, 0)]) if len(self.customer_ids) else found


def _wide(values: np.ndarray) -> np.ndarray:
    return values if values.dtype == bool else values.astype(np.int64, copy=False)


def _lives(name: str, table: Frame, key: Ints | None = None) -> tuple[Ints, Ints, np.ndarray]:
    """From when and until when each row of a table is in force, and whether it is the only version of its key."""
    spec = TABLES[name]
    recorded = table.days("recorded_on")
    if spec.dated is None:
        known = version = np.where(recorded == NO_DAY, ALWAYS, recorded)
    else:
        own = table.days(spec.dated)
        version = np.where(recorded == NO_DAY, own, recorded)
        known = np.maximum(own, version)
    if key is None:
        key = distinct(table.text(spec.key[0]).cast(pa.large_string()))[2]
    until, only = in_force(key, known, version)
    return known, until, only


def _first(versions: Invoices, recorded: Ints) -> Ints:
    """Per invoice the version that becomes known first; of several, the oldest, then the upper row."""
    n = int(versions.invoice.max(initial=-1)) + 1
    if len(versions) == n:
        return np.arange(n)
    versions = versions.take(slice(None))
    version = np.where(recorded[versions.row] == NO_DAY, versions.issued, recorded[versions.row])
    order = np.lexsort((versions.row, version, versions.known, versions.invoice))
    return order[np.searchsorted(versions.invoice[order], np.arange(n))]


def _order_of_customers(invoice: Ints, customer: Ints, n: int) -> tuple[Ints, int]:
    """Customers that share an invoice first, and how many these are."""
    some = np.full(int(invoice.max(initial=-1)) + 1, -1)
    some[invoice] = customer
    shared = some[invoice] != customer
    mixed = np.zeros(n, dtype=bool)
    mixed[customer[shared]] = True
    mixed[some[invoice[shared]]] = True
    return np.argsort(~mixed, kind="stable"), int(mixed.sum())


def _inverse(order: Ints) -> Ints:
    inverse = np.empty_like(order)
    inverse[order] = np.arange(len(order))
    return inverse
