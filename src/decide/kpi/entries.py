"""A ledger's invoices and payments as integers, and the book as it was known at any date.

Read once, asked for many dates: what :func:`paybench.ledger.as_of` would keep is found by number, in milliseconds.
"""

from __future__ import annotations

from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger import TABLES, Ledger
from ...ledger.schema import MONEY_UNITS, NO_DAY, days, units
from .book import CREDITED, LOST, PAID, Book, Invoices, Payments

Ints = NDArray[np.int64]

_ALWAYS = -(1 << 40)
"""The day before every day: known since ever."""


class Entries:
    """Every version of every invoice and payment of a ledger.

    Parameters
    ----------
    ledger : the whole book; nothing is cut here.

    Attributes
    ----------
    customer_ids, currencies : names, in the order of their numbers.
    """

    def __init__(self, ledger: Ledger) -> None:
        invoices, payments, masters = ledger.invoices, ledger.payments, ledger.customers
        n, m = len(invoices), len(payments)
        who, self.customer_ids = _numbered(
            [invoices["customer_id"], payments["customer_id"], masters["customer_id"]], sort=False
        )
        money, self.currencies = _numbered([invoices["currency"], payments["currency"]], sort=True)
        names = pd.Index(invoices["invoice_id"].unique())
        self._tolerance = round(ledger.tolerance * MONEY_UNITS)
        self._invoice_number = names.get_indexer(invoices["invoice_id"])
        self._n_invoices = len(names)
        self._invoices = Invoices(
            customer=who[:n], currency=money[:n], issued=days(invoices["issued_on"]), due=days(invoices["due_on"]),
            amount=units(invoices["amount"]),
        )  # fmt: skip
        kinds = payments["kind"].to_numpy(dtype=object)
        self._payments = Payments(
            customer=who[n : n + m], currency=money[n:], invoice=names.get_indexer(payments["invoice_id"]),
            paid=days(payments["paid_on"]), amount=units(payments["amount"]),
            kind=np.select([kinds == "credit_note", kinds == "write_off"], [CREDITED, LOST], PAID),
        )  # fmt: skip
        self._masters, self._countries = who[n + m :], masters["country"].to_numpy(dtype=object)
        self._versions = {name: _Versions(name, ledger) for name in ("invoices", "payments", "customers")}

    def known(self, at: int) -> Book:
        """The invoices and payments known at the start of a day (days since 1970-01-01), the latest version of each."""
        rows = self._versions["invoices"].known(at)
        invoices = self._invoices.take(rows)
        place = np.full(self._n_invoices, -1, dtype=np.int64)
        place[self._invoice_number[rows]] = np.arange(len(rows))
        payments = self._payments.take(self._versions["payments"].known(at))
        return Book.of(at, self._tolerance, invoices, payments, place)

    def countries(self, at: int) -> NDArray[np.object_]:
        """Of each customer the country known at the start of a day; None where there is none."""
        rows = self._versions["customers"].known(at)
        found = np.full(len(self.customer_ids), None, dtype=object)
        found[self._masters[rows]] = self._countries[rows]
        return found


class _Versions:
    """Which rows of a table count at a date: of each key the one recorded last among the known."""

    def __init__(self, name: str, ledger: Ledger) -> None:
        spec, table = TABLES[name], ledger.table(name)
        recorded = days(table["recorded_on"])
        own = np.full(len(table), _ALWAYS) if spec.dated is None else days(table[spec.dated])
        version = np.where(recorded == NO_DAY, own, recorded)
        key, _ = pd.factorize(table[spec.key[0]])
        self._order = np.lexsort((version, key))  # stable: of two versions of one day the lower row is the later
        self._key = key[self._order]
        self._known = np.maximum(own, version)[self._order]

    def known(self, at: int) -> Ints:
        """Row numbers, ascending."""
        known = np.flatnonzero(self._known < at)
        key = self._key[known]
        last = np.ones(len(key), dtype=bool)
        last[:-1] = key[1:] != key[:-1]
        return np.sort(self._order[known[last]])


def _numbered(columns: list[pd.Series], sort: bool) -> tuple[Ints, pd.Index]:
    numbers, names = pd.factorize(pd.concat(columns, ignore_index=True), sort=sort)
    return numbers.astype(np.int64), cast(pd.Index, pd.Index(names))
