"""A ledger as integer arrays: identifiers become numbers once, so that everything after it is arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ...ledger import Ledger
from ...ledger.schema import NO_DAY, TABLES, days, units
from .streams import Ints
from .versions import ALWAYS, in_force

PAYMENT, CREDIT_NOTE, WRITE_OFF, OTHER = range(4)
"""Kinds of payments as numbers."""


@dataclass(frozen=True)
class Rows:
    """Columns of one length."""

    def take(self, at: Ints) -> Self:
        """Some of the rows."""
        return type(self)(**{f.name: getattr(self, f.name)[at] for f in fields(self)})

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))


@dataclass(frozen=True)
class Invoices(Rows):
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
class Payments(Rows):
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
class Events(Rows):
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
class Masters(Rows):
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

    def __init__(self, ledger: Ledger, rows: pd.DataFrame | None = None) -> None:
        self.ledger = ledger
        self.grace = ledger.grace_days
        self.tolerance = ledger.tolerance
        table = ledger.invoices
        coded = pc.dictionary_encode(_text(table["invoice_id"]))
        self.invoice_ids: pa.Array = coded.dictionary
        who = [_text(table["customer_id"]), *([] if rows is None else [_text(rows["customer_id"])])]
        everybody = pc.dictionary_encode(pa.concat_arrays(who))
        self.customer_ids: pa.Array = everybody.dictionary
        self.currencies: pa.Array = pc.drop_null(pc.unique(_text(table["currency"])))
        invoice, customer = _whole(coded.indices), _whole(everybody.indices)[: len(table)]
        self.customer_place, self.joined = _order_of_customers(invoice, customer, len(self.customer_ids))
        self._customer_number = _inverse(self.customer_place)
        owner = np.zeros(len(self.invoice_ids), dtype=np.int64)
        owner[invoice] = self._customer_number[customer]
        self.invoice_place = np.argsort(owner, kind="stable")
        self._invoice_number = _inverse(self.invoice_place)
        self.owner = owner[self.invoice_place]
        issued, (known, until, alone) = days(table["issued_on"]), _lives(ledger, "invoices", invoice)
        versions = Invoices(
            invoice=self._invoice_number[invoice], customer=self._customer_number[customer],
            currency=self._currency(table), issued=issued, due=days(table["due_on"]), amount=units(table["amount"]),
            part=table["parent_id"].notna().to_numpy().astype(np.int64), known=known, until=until,
            row=np.arange(len(table)), plain=alone & (known == issued),
        )  # fmt: skip
        self.invoices = versions.take(np.argsort(versions.invoice, kind="stable"))
        self._sorted: dict[tuple[str, str], tuple[Ints, Ints]] = {}
        self.first = _first(self.invoices, days(table["recorded_on"])[self.invoices.row])

    @cached_property
    def payments(self) -> Payments:
        """Every version of every payment, in the order of the table."""
        table = self.ledger.payments
        paid, amount = days(table["paid_on"]), units(table["amount"])
        known, until, alone = _lives(self.ledger, "payments")
        kinds = pa.array(["payment", "credit_note", "write_off"], pa.large_string())
        return Payments(
            invoice=self._invoice(table), customer=self._customer(table), currency=self._currency(table),
            paid=paid, amount=amount, kind=_codes(table["kind"], kinds, OTHER), known=known, until=until,
            row=np.arange(len(table)), plain=alone & (known == paid) & (amount > 0),
        )  # fmt: skip

    @cached_property
    def contacts(self) -> Events:
        """Every version of every contact."""
        return self._events("contacts", "sent_on")

    @cached_property
    def messages(self) -> Events:
        """Every version of every message."""
        return self._events("messages", "received_on")

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
        table = self.ledger.customers
        known, until, _ = _lives(self.ledger, "customers")
        return Masters(self._customer(table), _codes(table["country"], self.countries, -1), known, until)

    @cached_property
    def countries(self) -> pa.Array:
        """The countries of the customers."""
        return pc.drop_null(pc.unique(_text(self.ledger.customers["country"])))

    def part(self, name: str, by: str, begin: int, end: int) -> Any:
        """The rows of a table whose ``by`` ("invoice" or "customer") is from begin to end - 1, sorted by it."""
        if (name, by) not in self._sorted:
            column = getattr(getattr(self, name), by)
            order = np.argsort(column, kind="stable")
            self._sorted[name, by] = column[order], order
        column, order = self._sorted[name, by]
        lo, hi = np.searchsorted(column, [begin, end])
        return getattr(self, name).take(order[lo:hi])

    def numbers(self, rows: pd.DataFrame) -> tuple[Ints, Ints, Ints]:
        """Invoice, customer and as_of day of decision rows; -2 for invoices that the ledger does not have."""
        return self._invoice(rows), self._customer(rows), days(rows["as_of"])

    def invoice_numbers(self, rows: pd.DataFrame) -> Ints:
        """Invoices of rows; -2 for those that the ledger does not have."""
        return self._invoice(rows)

    def invoice_name(self, number: int) -> str:
        """The identifier of an invoice."""
        return str(self.invoice_ids[int(self.invoice_place[number])].as_py())

    def _events(self, name: str, dated: str) -> Events:
        table = self.ledger.table(name)
        known, until, _ = _lives(self.ledger, name)
        none = np.full(len(table), -1)
        return Events(
            invoice=self._invoice(table) if "invoice_id" in table else none,
            customer=self._customer(table) if "customer_id" in table else none,
            day=days(table[dated]), known=known, until=until, row=np.arange(len(table)),
        )  # fmt: skip

    def _invoice(self, table: pd.DataFrame) -> Ints:
        found = _codes(table["invoice_id"], self.invoice_ids, -2)
        number = np.where(found < 0, found, self._invoice_number[np.maximum(found, 0)]) if len(self.owner) else found
        return np.where(table["invoice_id"].isna().to_numpy(), -1, number) if (found < 0).any() else number

    def _customer(self, table: pd.DataFrame) -> Ints:
        found = _codes(table["customer_id"], self.customer_ids, -1)
        return np.where(found < 0, -1, self._customer_number[np.maximum(found, 0)]) if len(self.customer_ids) else found

    def _currency(self, table: pd.DataFrame) -> Ints:
        return _codes(table["currency"], self.currencies, -1)


def _text(values: pd.Series) -> pa.Array:
    text = pa.array(values.astype("str"), pa.large_string(), from_pandas=True)
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text


def _codes(values: pd.Series, among: pa.Array, missing: int) -> Ints:
    """Places of the values in a list of different ones."""
    return _whole(pc.index_in(_text(values), value_set=among, skip_nulls=True).fill_null(missing))


def _whole(numbers: Any) -> Ints:
    whole: Ints = numbers.to_numpy(zero_copy_only=False).astype(np.int64)
    return whole


def _lives(ledger: Ledger, name: str, key: Ints | None = None) -> tuple[Ints, Ints, np.ndarray]:
    """From when and until when each row of a table is in force, and whether it is the only version of its key."""
    table, spec = ledger.table(name), TABLES[name]
    recorded = days(table["recorded_on"])
    if spec.dated is None:
        known = np.where(recorded == NO_DAY, ALWAYS, recorded)
        version = known
    else:
        own = days(table[spec.dated])
        version = np.where(recorded == NO_DAY, own, recorded)
        known = np.maximum(own, version)
    if key is None:
        coded = pc.dictionary_encode(_text(table[spec.key[0]]))
        alone = len(coded.dictionary) == len(table)
        key = np.arange(len(table)) if alone else _whole(coded.indices)
    until, only = in_force(key, known, version)
    return known, until, only


def _first(versions: Invoices, recorded: Ints) -> Ints:
    """Per invoice the version that becomes known first; of several, the oldest, then the upper row."""
    n = int(versions.invoice.max(initial=-1)) + 1
    if len(versions) == n:
        return np.arange(n)
    version = np.where(recorded == NO_DAY, versions.issued, recorded)
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
