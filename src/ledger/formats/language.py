"""What a format can say: the attributes of these classes are the keys of its YAML, under the same names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from ..schema import TABLES, Table

Conditions = Mapping[str, str | tuple[str, ...]]
"""Columns of the file and what each must hold: ``filled``, ``empty``, or one of a list of words. All must hold."""

EXCEL_DAYS = "excel"
"""The date pattern of files that write a day as Excel counts it: 45292 is 2024-01-01."""


@dataclass(frozen=True)
class Amounts:
    """How numbers are written."""

    decimal: str = "."
    thousands: str = ""
    """characters that may group digits by three; empty: none"""
    minus: tuple[str, ...] = ("leading",)
    """where a minus may stand: leading (-1.00), trailing (1.00-), parentheses ((1.00))"""


@dataclass(frozen=True)
class Cell:
    """Where one column of ours comes from: a column of the file, a constant, or a key made from the same row."""

    column: tuple[str, ...] = ()
    """names in the file; the first one that the file has is read"""
    value: str | None = None
    """a constant"""
    key_of: str | None = None
    """the number that the same row got in this table, as it ends up in the ledger (a repeated number gets a suffix)"""
    made_of: tuple[str, ...] = ()
    """for rows that bear no number: one is made of these columns of ours, and is the same in every export; the second
    row of a file that says the same gets another one"""
    match: str | None = None
    """for an ``invoice_id``: the number of the invoice whose row holds the same in this column; of several invoices
    the one that is due first is paid first"""
    find: str | None = None
    """a regular expression (Python's): what its first group finds in the cell (without a group: all that it finds) is
    the value; where it finds nothing the cell counts as empty"""
    prefix: str = ""
    """put in front of it"""
    dates: str | None = None
    """the date pattern of this column, where it is not the format's"""
    words: Mapping[str, str] = field(default_factory=dict)
    """what the file's words mean; any other word is rejected"""
    empty: str | None = None
    """what an empty cell means"""
    negate_when: Conditions = field(default_factory=dict)
    """rows in which the amount counts negative"""
    less: tuple[str, ...] = ()
    """for an amount: names of a column, of which the first one that the file has is subtracted; an empty cell of it
    subtracts nothing, and where nothing is left the row makes none of this table"""
    known: bool = False
    """for an ``invoice_id``: it counts only where the customer has an invoice of this number"""


@dataclass(frozen=True)
class Rows:
    """Rows of one table, made from the rows of a file."""

    table: str
    columns: Mapping[str, Cell]
    """our columns; ``same`` in the YAML: every column of the table under its own name"""
    when: Conditions = field(default_factory=dict)
    """which rows make one; all, if nothing is said"""
    once: bool = False
    """one row per key, although the file repeats it in many rows: per column the last value given counts, and its
    amounts are not among those that the import accounts for"""
    prefer: Conditions = field(default_factory=dict)
    """of rows that say the same of one key, the row for which this holds counts, and otherwise the first one"""
    instalments: bool = False
    """rows of one number, customer and day of issue that are due on different days are its instalments: N becomes the
    parent of N#1, N#2 in the order of their due days"""

    @property
    def spec(self) -> Table:
        """The table in the contract."""
        return TABLES[self.table]


@dataclass(frozen=True)
class Refusal:
    """Rows that contradict themselves."""

    when: Conditions
    reason: str


@dataclass(frozen=True)
class Unread:
    """Something that rows say and that the ledger has no place for; they are accepted, and shown to a person."""

    reason: str
    when: Conditions = field(default_factory=dict)
    amount: str | None = None
    """a column: only rows in which it holds an amount other than zero are meant, and their sum is told"""
    less: str | None = None
    """a column that is subtracted from it; an empty cell of it means that nothing is known"""


@dataclass(frozen=True)
class Again:
    """Rows that say again what an earlier row says, because something else in them changed.

    Such a row is accepted if the first one is, with or without rows of its own, and its amount counts once. Rows that
    repeat an earlier one to the letter are rejected.
    """

    by: tuple[str, ...]
    """columns in which they say the same"""
    when: Conditions = field(default_factory=dict)
    """which rows may be"""
    last: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """a column, and others in which all rows of one thing say the same: the last row of these in which it is filled
    counts, and rows in which it says something else are shown"""


@dataclass(frozen=True)
class Source:
    """One kind of file of a format, or one kind of table of a database."""

    name: str
    """pattern of the file's name without its endings, or of the table's name: ``invoices``, ``bsid*``, ``*``"""
    rows: tuple[Rows, ...]
    needed: bool = False
    """whether an import without such a file is an error"""
    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """the only values that these columns may hold"""
    reject: tuple[Refusal, ...] = ()
    frames: tuple[Conditions, ...] = ()
    """rows that are no part of the book (headings, totals, other accounts): they are neither accepted nor rejected, and
    counted apart"""
    again: Again | None = None
    unread: tuple[Unread, ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """other names that a column may bear in the file; the format speaks of it by the first. A first column without a
    name is called by the empty name"""
    keep_others: bool = False
    """whether columns that the table does not know are kept, as text"""
    sheet: str | None = None
    """the sheet of an Excel workbook; the first one, if nothing is said"""
    table: str | None = None
    """the table or view of a database, where ``name`` does not find it; ``schema.table`` in another schema"""
    query: str | None = None
    """a SELECT instead of a table"""

    def asked(self) -> list[Conditions]:
        """What rows are asked for, besides what the rows of tables are."""
        again = [self.again.when, dict.fromkeys((*self.again.by, *self.again.last), "filled")] if self.again else []
        again += [dict.fromkeys(of, "filled") for of in self.again.last.values()] if self.again else []
        less = [dict.fromkeys(filter(None, (u.amount, u.less)), "filled") for u in self.unread]
        less += [dict.fromkeys(cell.less, "filled") for rows in self.rows for cell in rows.columns.values()]
        return [*self.frames, *again, *(u.when for u in self.unread), *less]

    def needs(self) -> list[tuple[str, ...]]:
        """The columns that a file must have, each as the names that it may bear."""
        names: list[tuple[str, ...]] = []
        for rows in self.rows:
            required = {c.name for c in rows.spec.columns if c.required}
            for ours, cell in rows.columns.items():
                names += [cell.column] if cell.column and ours in required else []
                names += [(c,) for c in (*cell.negate_when, *([cell.match] if cell.match else []))]
            names += [(c,) for c in (*rows.when, *rows.prefer)]
        names += [(c,) for c in self.allowed] + [(c,) for refusal in self.reject for c in refusal.when]
        names += [(c,) for conditions in self.asked() for c in conditions]
        return list(dict.fromkeys(names))


@dataclass(frozen=True)
class Format:
    """One ERP's export."""

    name: str
    title: str
    """one sentence for the list of formats"""
    source: str
    """where the columns are documented"""
    tested: bool
    """whether a real export was read with it"""
    files: tuple[Source, ...]
    encoding: str = "utf-8"
    """as Python names it; a byte-order mark in front says itself whether the file is UTF-8 or UTF-16"""
    delimiter: str = ","
    skip: int = 0
    """lines above the line of column names"""
    dates: str = "%Y-%m-%d"
    """%Y year of four digits; %m, %d month and day of two digits; %-m, %-d of one or two; all else stands for itself.
    ``excel``: the day's number, as Excel counts"""
    amounts: Amounts = field(default_factory=Amounts)
    true_words: tuple[str, ...] = ("true", "yes", "1")
    false_words: tuple[str, ...] = ("false", "no", "0")

    def source_of(self, stem: str) -> Source | None:
        """The kind of file that a file name without its ending denotes, upper case and lower case alike."""
        return next((s for s in self.files if fnmatchcase(stem.lower(), s.name.lower())), None)
