"""Who is erased, and by what they are known."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from pandas.api.typing import NaTType

from ..ledger import TABLES, Ledger
from .search import Words, plain

NUMBERS = ("invoice_id", "given_id", "parent_id", "given_invoice_id")
"""Columns of a ledger that hold the number of an invoice."""
LEAST = 5
"""Characters that a number or name needs to be looked for within other text: 17 may be anything."""


@dataclass(frozen=True)
class Persons:
    """The customers to erase.

    Attributes
    ----------
    customers : their numbers. invoices : numbers of their invoices which nobody else's row bears.
    others : names, and numbers of their payments, contacts, messages and the like. rows : in each table of the ledger.
    first : the day on which the ledger first knew an invoice of theirs (NaT: none).
    unknown : customers of which the ledger has no row.
    """

    customers: frozenset[str]
    invoices: frozenset[str]
    others: frozenset[str]
    rows: dict[str, int]
    first: pd.Timestamp | NaTType
    unknown: tuple[str, ...]

    @classmethod
    def of(cls, ledger: Ledger, customers: Iterable[str]) -> Persons:
        """What a ledger knows of them."""
        wanted = frozenset(map(str, customers))
        invoices = ledger.invoices
        mine = invoices["customer_id"].isin(wanted)
        numbers = _values(invoices[mine], NUMBERS) - _values(invoices[~mine], NUMBERS)
        others: set[str] = set()
        rows, seen = {}, set()
        for name, spec in TABLES.items():
            table = ledger.table(name)
            if "customer_id" in table:
                theirs = table["customer_id"].isin(wanted)
                seen |= set(table.loc[theirs, "customer_id"])
            else:
                theirs = table["invoice_id"].isin(numbers)
            rows[name] = int(theirs.sum())
            if name not in ("invoices", "consents"):
                known = ("name", *spec.key, "split_of", *NUMBERS[1:])
                others |= _values(table[theirs], known) - _values(table[~theirs], known)
        dates = invoices.loc[mine, ["issued_on", "recorded_on"]].max(axis=1)
        first = pd.Timestamp(dates.min()) if mine.any() else pd.NaT
        unknown = tuple(sorted(wanted - seen))
        return cls(wanted, frozenset(numbers), frozenset(others - wanted - numbers), rows, first, unknown)

    @property
    def keys(self) -> frozenset[str]:
        """Numbers of customers and invoices, and the hashes that runs hold instead."""
        return self.customers | self.invoices | frozenset(map(hashed, self.customers | self.invoices))

    @cached_property
    def named(self) -> Words:
        """Everything by which they are known that is long enough to be looked for within text."""
        return Words(word for word in self.keys | self.others if len(plain(word)) >= LEAST)

    @cached_property
    def called(self) -> Words:
        """The same with what is short: for pages, where a number more than needed does no harm."""
        return Words(self.keys | self.others)


def hashed(number: str) -> str:
    """Twelve hex digits that stand for a number in a run (as :mod:`..models.training.train` writes them)."""
    return hashlib.sha256(number.encode()).hexdigest()[:12]


def _values(table: pd.DataFrame, columns: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for name in columns:
        if name in table:
            found |= set(table[name].dropna().astype("str").unique())
    return found - {""}
