"""What the content of a column allows it to be."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..formats import EXCEL_DAYS, Amounts
from ..readers.sheet import Sheet
from ..readers.terms import days_of_terms
from ..readers.written import parse_days
from .styles import ENOUGH, Days, Marks, Values, days_of, marks_of, share_of_amounts
from .words import is_unpaid, meaning

DATES = ("issued_on", "due_on", "paid_on", "opened_on", "closed_on", "recorded_on")
AMOUNTS = ("amount", "debit", "credit", "open_amount", "paid_amount")
NUMBERS = ("invoice_id", "customer_id", "payment_id", "credits")
WORDS = ("status", "dispute", "kind")
_DAY = r"^\d{1,4}[-./ ]\d{1,2}[-./ ]\d{2,4}(?:\D.*)?$|^[12]\d{7}$"
_HALF = 0.5
"""Where words say that there is no day, so many of the other cells have to be days."""

_FEW = 40
"""States, types and the like are words of a short list."""


@dataclass(frozen=True)
class Profile:
    """A column as it stands in the file.

    Attributes
    ----------
    values : its different values. rows : how many rows the file has.
    days, marks : how it writes days and numbers, if it may hold any.
    words : what stands in place of days and says that there is none.
    """

    name: str
    values: Values
    rows: int
    days: Days | None
    marks: Marks | None
    words: tuple[str, ...] = ()

    @property
    def distinct(self) -> int:
        """How many different values it has."""
        return len(self.values.text)

    @property
    def filled(self) -> float:
        """The share of rows in which it is filled."""
        return self.values.filled / self.rows if self.rows else 0.0

    @property
    def is_dated(self) -> bool:
        """Whether it holds days beyond doubt: a number of five digits may be anything."""
        return self.days is not None and self.days.pattern != EXCEL_DAYS


@dataclass(frozen=True)
class Fit:
    """Whether a column's content fits: a factor from 0 to 1, and what was seen."""

    factor: float
    seen: str = ""


def profiles(sheet: Sheet) -> list[Profile]:
    """Every named column of a sheet, rows that cannot be split into columns left out."""
    whole = sheet.broken == np.array(None)
    rows = int(np.count_nonzero(whole))
    return [profile(sheet, name, rows) for name in sheet.columns if name and name not in sheet.twice]


def profile(sheet: Sheet, name: str, rows: int) -> Profile:
    """One column of a sheet with this many whole rows."""
    values = Values.of(sheet.trimmed(name))
    short = values.text.filter(pa.array(values.like(r"^(?:\D{1,30}|[0\W_]+)$"))).to_pylist()
    words = tuple(text for text in short if is_unpaid(text)) if len(short) <= _FEW else ()
    rest = values.but(words)
    if words and (days := days_of(rest, _HALF)) and rest.filled * (1 - days.share) <= (1 - ENOUGH) * values.filled:
        return Profile(name, values, rows, days, marks_of(values), words)
    return Profile(name, values, rows, days_of(values), marks_of(values))


def with_days(column: Profile) -> Profile:
    """The column with how most of those of its cells are written that look like days, however few they are."""
    if column.days is not None:
        return column
    dated = column.values.filter(column.values.like(_DAY))
    days = days_of(dated, 0.0)
    if days is None:
        return column
    share = column.values.share(parse_days(column.values.text, days.pattern)[1])
    words = tuple(text for text in column.values.text.to_pylist() if is_unpaid(text))
    return replace(column, days=replace(days, share=share), words=words)


def fit(field: str, column: Profile, style: Amounts) -> Fit | None:
    """Whether a column can be one of ours; None: it cannot."""
    if field in DATES:
        return _as_date(field, column)
    if field in AMOUNTS:
        return _as_amount(column, style)
    if field in NUMBERS:
        return _as_number(field, column, style)
    if field in WORDS:
        return _as_word(field, column)
    if field in ("currency", "paid_currency"):
        share = column.values.share(column.values.like("^[A-Za-z]{3}$"))
        return Fit(1.0, _list(column)) if share >= ENOUGH else None
    if field == "terms":
        return _as_terms(column)
    if column.is_dated or (field == "name" and column.marks is not None) or column.values.filled == 0:
        return None
    return Fit(1.0)


def _as_date(field: str, column: Profile) -> Fit | None:
    if column.days is None or (field in ("issued_on", "due_on") and column.filled < 0.2):
        return None
    late = field not in ("issued_on", "due_on")
    return Fit(1.0 if late or column.filled >= 0.5 else 0.8, "" if column.filled == 1 else _filled(column))


def _as_amount(column: Profile, style: Amounts) -> Fit | None:
    if column.is_dated or column.marks is None:
        return None
    share, negative, _ = share_of_amounts(column.values, style)
    if share < ENOUGH:
        return None
    return Fit(0.8 if negative > 0.5 else 1.0, f"{negative:.0%} are below zero" if negative else "")


def _as_number(field: str, column: Profile, style: Amounts) -> Fit | None:
    if column.is_dated or not column.values.filled:
        return None
    if column.marks is not None and share_of_amounts(column.values, style)[2] > 0.2:
        return None
    coded = column.values.share(column.values.like("[0-9]"))
    factor = 1.0 if coded >= 0.5 else 0.93
    if field == "invoice_id":
        again = int((column.values.count > 1).sum())
        seen = f"{again} of {column.distinct} numbers come again" if again else "each number comes once"
        share = column.distinct / column.values.filled
        factor *= 1.0 if share >= 0.5 else 0.9 if share >= 0.2 else 0.6
        return Fit(factor if column.filled > 0.5 else 0.9 * factor, seen) if column.filled > 0.2 else None
    if field == "customer_id":
        return Fit(factor, f"{column.distinct} customer{'s' * (column.distinct != 1)}") if column.filled > 0.5 else None
    return Fit(factor, _filled(column))


def _as_word(field: str, column: Profile) -> Fit | None:
    if column.is_dated or not 0 < column.distinct <= _FEW:
        return None
    known = np.array([meaning(field, text) is not None for text in column.values.text.to_pylist()])
    share = column.values.share(known)
    return Fit(1.0 if share >= 0.5 else 0.85, _list(column)) if share > 0 else None


def _as_terms(column: Profile) -> Fit | None:
    if column.is_dated or not 0 < column.distinct <= 5 * _FEW:
        return None
    known = np.array([days_of_terms(text) is not None for text in column.values.text.to_pylist()])
    share = column.values.share(known)
    if not share:
        return Fit(0.45, f"codes such as {column.values.text[0]} name no days")
    return Fit(1.0 if share >= 0.5 else 0.7, "" if share == 1 else f"{share:.0%} name a number of days")


def same_content(sheet: Sheet, one: str, other: str) -> bool:
    """Whether two columns say the same in every row."""
    return bool(pc.all(pc.equal(sheet.trimmed(one), sheet.trimmed(other)), min_count=0).as_py())


def _filled(column: Profile) -> str:
    return f"filled in {column.values.filled} of {column.rows} rows"


def _list(column: Profile, most: int = 4) -> str:
    order = np.argsort(-column.values.count, kind="stable")[:most]
    words = [column.values.text[int(k)].as_py() for k in order]
    return ", ".join(words) + (", ..." if column.distinct > most else "")
