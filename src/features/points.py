"""Decision points: which invoice, of which customer, on which day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ..errors import PaybenchError
from ..ledger import Ledger, day
from ..ledger.names import ordered
from ..ledger.schema import DATE, days, to_dates
from .kernel.block import Block, blocks
from .kernel.book import Book
from .kernel.streams import Flags, Ints, keys

LANDMARKS = (-15, 0, 15, 30, 60)
"""Days after the due date at which a life is looked at again."""


@dataclass(frozen=True)
class Points:
    """(n,) numbers of invoice and customer in a book, and the day of each decision point."""

    invoice: Ints
    customer: Ints
    day: Ints

    def __len__(self) -> int:
        return len(self.day)

    @cached_property
    def order(self) -> Ints:
        """Places of the points by customer and day."""
        return ordered(keys(self.customer, self.day))

    def index(self, book: Book, names: list[str]) -> pd.MultiIndex:
        """Identifiers and dates of the points."""
        at, code = np.unique(self.day, return_inverse=True)
        levels: Any = [
            pd.Index(pd.Series(book.invoice_ids, dtype="str")),
            pd.Index(pd.Series(book.customer_ids, dtype="str")),
            pd.DatetimeIndex(to_dates(at)),
        ]
        codes: Any = [book.invoice_place[self.invoice], book.customer_place[self.customer], code]
        return pd.MultiIndex(levels=levels, codes=codes, names=names, verify_integrity=False)

    def keys(self, book: Book, rows: Ints) -> list[pa.Array]:
        """Identifiers and dates of some of the points."""
        return [
            book.invoice_ids.take(pa.array(book.invoice_place[self.invoice[rows]])),
            book.customer_ids.take(pa.array(book.customer_place[self.customer[rows]])),
            pa.array(to_dates(self.day[rows]), pa.timestamp("s")),
        ]

    def frame(self, book: Book) -> pd.DataFrame:
        """Decision rows: invoice_id, customer_id, as_of."""
        return pd.DataFrame(
            {
                "invoice_id": pd.Series(book.invoice_ids.take(pa.array(book.invoice_place[self.invoice])), dtype="str"),
                "customer_id": pd.Series(
                    book.customer_ids.take(pa.array(book.customer_place[self.customer])), dtype="str"
                ),
                "as_of": to_dates(self.day),
            }
        )


def issue_rows(ledger: Ledger | str | Path) -> pd.DataFrame:
    """One decision row per invoice: invoice_id, customer_id, as_of = its first known issue date."""
    book = Book(ledger)
    return at_opening(book).frame(book)


def open_rows(ledger: Ledger | str | Path, date: object) -> pd.DataFrame:
    """One decision row per invoice that was known and neither settled nor written off at the start of a day."""
    book = Book(ledger)
    return when_open(book, number_of(date)).frame(book)


def landmark_rows(
    ledger: Ledger | str | Path, after_due: Iterable[int] = LANDMARKS, until: object = None
) -> pd.DataFrame:
    """Decision rows of every invoice at its issue, and at landmarks during its life while it is open.

    Parameters
    ----------
    after_due : landmarks in days after the due date as it was known at issue, negative = before; one that does not lie
        after the issue is left out.
    until : the last day on which a row may stand; any, if not given. A book that knows nothing from a day on knows what
        was open on it, and nothing of later landmarks.
    """
    book = Book(ledger)
    return at_landmarks(book, after_due, until).frame(book)


def number_of(date: object) -> int:
    """A date as a day number."""
    return int(days(np.array([day(date)], dtype=DATE))[0])


def at_opening(book: Book) -> Points:
    """Every invoice as of its issue, in the order of the table."""
    versions = book.invoices.take(book.first[_in_table(book, np.arange(len(book.first)))])
    return Points(versions.invoice, versions.customer, versions.issued)


def when_open(book: Book, at: int) -> Points:
    """Every invoice that is open at a day, in the order of the table."""
    found = [_open(block, at) for block, _ in blocks(book, np.arange(len(book.customer_place)))]
    invoice, customer = (np.concatenate(x) for x in zip(*found, strict=True)) if found else (_NONE, _NONE)
    order = _in_table(book, invoice)
    return Points(invoice[order], customer[order], np.full(len(order), at))


def at_landmarks(book: Book, after_due: Iterable[int], until: object = None) -> Points:
    """Every invoice at its issue, and at landmarks at which it is open, by landmark."""
    opening = at_opening(book)
    due = book.invoices.due[book.first[opening.invoice]].astype(np.int64)
    parts = [opening]
    for days_after in dict.fromkeys(after_due):
        when = due + days_after
        later = np.flatnonzero(when > opening.day)
        parts.append(Points(opening.invoice[later], opening.customer[later], when[later]))
    every = Points(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("invoice", "customer", "day")))
    still = np.zeros(len(every), dtype=bool)
    for block, places in blocks(book, every.customer[every.order]):
        rows = every.order[places]
        still[rows] = block.is_open(block.number(every.invoice[rows]), every.day[rows])
    still[: len(opening)] = True
    if until is not None:
        still &= every.day <= number_of(until)
    kept = np.flatnonzero(still)
    return Points(every.invoice[kept], every.customer[kept], every.day[kept])


def named(book: Book, rows: pd.DataFrame) -> Points:
    """Decision rows as points of a book that was made with them.

    Raises
    ------
    PaybenchError
        If a row names an invoice that the ledger does not have, or another customer's.
    """
    invoice, customer, at = book.numbers(rows)
    _refuse(invoice < 0, rows, "is not in the ledger; name invoices that are.")
    apart = (book.owner[invoice] != customer) & ((customer >= book.joined) | (book.owner[invoice] >= book.joined))
    _refuse(apart, rows, "is not an invoice of the customer that its row names; give the one who owes it.")
    return Points(invoice, customer, at)


def _in_table(book: Book, invoice: Ints) -> Ints:
    """Places of invoices in the order of the table."""
    places = np.full(len(book.invoices), -1)
    places[book.invoices.row[book.first[invoice]]] = np.arange(len(invoice))
    return places[places >= 0]


def _refuse(wrong: Flags, rows: pd.DataFrame, why: str) -> None:
    if wrong.any():
        raise PaybenchError(f"Invoice '{rows['invoice_id'].iloc[int(np.flatnonzero(wrong)[0])]}' {why}")


def _open(block: Block, at: int) -> tuple[Ints, Ints]:
    s = block.states
    some = np.flatnonzero(s.open & (s.start < at) & (at <= s.end))
    return s.invoice[some] + block.first_invoice, s.customer[some] + block.begin


_NONE = np.zeros(0, dtype=np.int64)
