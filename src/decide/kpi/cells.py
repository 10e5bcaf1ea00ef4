"""Currencies by groups of customers: the cells into which every amount falls, and their sums."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...ledger import Ledger, day
from ...ledger.schema import MONEY_UNITS, days
from .book import Book
from .entries import Entries
from .rates import Rates

Ints = NDArray[np.int64]

ALL, UNKNOWN = "all", "not known"
"""The group of everybody, and that of customers who have none."""

Group = str | pd.Series | None


class Cells:
    """The currencies and groups that occur in a book, sorted.

    Parameters
    ----------
    entries, book : the ledger, and what of it is known at a date.
    group : None = all customers together; ``"country"`` (as known at the date); ``"customer"``; or a Series of labels
        by customer_id.
    rates : convert each cell's sums into one currency; without, currencies stay apart.

    Attributes
    ----------
    index : DataFrame, one row per cell: currency, group.
    invoice, payment : (n,), (m,) the cell of each invoice and payment, before conversion.
    """

    def __init__(self, entries: Entries, book: Book, group: Group, rates: Rates | None = None) -> None:
        label, names = _labels(entries, book.at, group)
        invoices, payments = book.invoices, book.payments
        cell = np.concatenate(
            [
                invoices.currency * len(names) + label[invoices.customer],
                payments.currency * len(names) + label[payments.customer],
            ]
        )
        found, cell = np.unique(cell, return_inverse=True)
        self.invoice, self.payment = cell[: len(invoices.amount)], cell[len(invoices.amount) :]
        currency, place = np.divmod(found, max(len(names), 1))
        if rates is None:
            self._rate, self._place = None, np.arange(len(found))
            codes = np.asarray(entries.currencies, dtype=object)[currency]
        else:
            some, which = np.unique(currency, return_inverse=True)
            self._rate = rates.at(entries.currencies[some], book.at)[which]
            place, self._place = np.unique(place, return_inverse=True)
            codes = np.full(len(place), rates.into, dtype=object)
        self.index = pd.DataFrame({"currency": codes, "group": names[place]}, dtype="str")

    def __len__(self) -> int:
        return len(self.index)

    def sums(self, cell: Ints, amount: Ints, column: Ints | None = None, columns: int = 1) -> Ints:
        """Sums of units by cell, exact in each currency; converted, each cell's sum is rounded to a unit once.

        Parameters
        ----------
        cell, amount : (k,) what to add up where: :attr:`invoice` or :attr:`payment`, and units.
        column, columns : (k,) a second key from 0 to columns - 1; anything else is left out.

        Returns
        -------
        (cells, columns), or (cells,) without ``column``.
        """
        total = np.zeros(len(self._place) * columns, dtype=np.int64)
        if column is None:
            np.add.at(total, cell, amount)
        else:
            kept = (column >= 0) & (column < columns) & (amount != 0)
            np.add.at(total, cell[kept] * columns + column[kept], amount[kept])
        by_cell = total.reshape(len(self._place), columns)
        if self._rate is not None:
            merged = np.zeros((len(self), columns), dtype=np.int64)
            np.add.at(merged, self._place, np.rint(by_cell * self._rate[:, None]).astype(np.int64))
            by_cell = merged
        return by_cell[:, 0] if column is None else by_cell


def asked(
    ledger: Ledger, as_of: object, group: Group, rates: pd.DataFrame | None, into: str | None
) -> tuple[Book, Cells]:
    """The book known at the start of a day, and its cells."""
    entries = Entries(ledger)
    book = entries.known(day_number(as_of))
    return book, Cells(entries, book, group, Rates.of(rates, into))


def day_number(date: object) -> int:
    """Any way to write a date as days since 1970-01-01."""
    return int(days(pd.Series([day(date)]))[0])


def amounts(units: Ints) -> NDArray[np.float64]:
    """Units as currency units; :func:`paybench.ledger.schema.units` gives them back exactly."""
    return units / MONEY_UNITS


def _labels(entries: Entries, at: int, group: Group) -> tuple[Ints, NDArray[np.object_]]:
    """Of each customer the number of its group, and the groups' names, sorted."""
    customers = entries.customer_ids
    if group is None:
        return np.zeros(len(customers), dtype=np.int64), np.array([ALL], dtype=object)
    if isinstance(group, pd.Series):
        if group.index.has_duplicates:
            twice = group.index[group.index.duplicated()][0]
            raise PaybenchError(f"The groups name customer '{twice}' more than once; give each customer one label.")
        labels = group.astype("object").reindex(customers)
    elif isinstance(group, str) and group == "country":
        labels = pd.Series(entries.countries(at))
    elif isinstance(group, str) and group == "customer":
        labels = pd.Series(customers.to_numpy(dtype=object))
    else:
        raise PaybenchError(
            f"group is {group!r}; give 'country', 'customer', None for all customers together, "
            "or a Series of labels by customer_id."
        )
    text = labels.where(labels.notna(), UNKNOWN).astype("str")
    number, names = pd.factorize(text, sort=True)
    return number.astype(np.int64), np.asarray(names, dtype=object)
