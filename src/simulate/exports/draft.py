"""An export before it is written: its records as text, and the facts of the ledger behind each."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...ledger import Ledger

NEWLINE = "\r\n"
"""Ends a record; within a cell a line ends with a line feed."""

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


@dataclass
class Draft:
    """One file of an export.

    Attributes
    ----------
    file : its name.
    above : the lines above the records, the last of them being the column names.
    cells : DataFrame of text, one row per record in the order of the file, columns named as in the file. A byte that
        is not UTF-8 is a lone surrogate (Python's ``surrogateescape``).
    facts : DataFrame, row by row what a record says of the ledger: ``role`` (invoice, payment, credit, other, or empty
        for what only frames these), ``customer_id``, ``dated_on``, ``due_on``, ``closed_on`` (NaT where not),
        ``amount`` (as it stands, signed) and ``untouched`` (an invoice that no payment names).
    dates : column -> (fact, pattern of ``strftime``).
    write_amount : how an amount is written.
    below : the lines below the records.
    grouped : whether a customer's records stand together.
    """

    file: str
    above: list[str]
    cells: pd.DataFrame
    facts: pd.DataFrame
    dates: Mapping[str, tuple[str, str]]
    write_amount: Callable[[float], str]
    below: Sequence[str] = ()
    grouped: bool = False

    @property
    def columns(self) -> list[str]:
        """The column names of the file."""
        return [str(column) for column in self.cells.columns]

    def text(self, row: int, column: str) -> str:
        """One cell."""
        return str(self.cells.at[row, column])

    def lines(self) -> np.ndarray:
        """The line on which each record begins, the first line of the file being 1 (int64, one per record)."""
        breaks = sum(self.cells[column].str.count("\n").to_numpy(np.int64) for column in self.columns)
        return 1 + len(self.above) + np.r_[0, np.cumsum(1 + breaks)[:-1]].astype(np.int64)

    def content(self) -> bytes:
        """The file."""
        records: str = self.cells.to_csv(index=False, header=False, lineterminator=NEWLINE)
        frame = (NEWLINE.join([*lines, ""]) for lines in (self.above, self.below))
        return records.join(frame).encode("utf-8", "surrogateescape")


def record(cells: Sequence[str]) -> str:
    """A record as it stands in the file, without its line end."""
    out = io.StringIO()
    csv.writer(out, lineterminator=NEWLINE).writerow(cells)
    return out.getvalue().removesuffix(NEWLINE)


def write_days(days: pd.Series, pattern: str) -> np.ndarray:
    """Dates in a pattern of ``strftime`` (object array, empty where there is none)."""
    codes, found = pd.factorize(days)
    return np.array([*(day.strftime(pattern) for day in pd.DatetimeIndex(found)), ""], dtype=object)[codes]


def last_day(ledger: Ledger) -> pd.Timestamp:
    """The day of the last invoice or payment; the export is made on the morning after it."""
    last: pd.Timestamp = pd.concat([ledger.invoices["issued_on"], ledger.payments["paid_on"]]).max()
    return last
