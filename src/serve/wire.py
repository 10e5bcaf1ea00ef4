"""JSON to ledger tables, and score tables to JSON.

A request is one object: ``as_of``, the tables of a ledger as lists of rows (``data/README.md`` has their columns;
``invoices`` and ``payments`` are needed), and, if they are not the champion's, ``book`` and ``grace_days``. Dates are
written 2026-01-31, amounts as numbers or as text ("1234.50"), identifiers as text. What is not known is an error: a
column with a slip of the pen would otherwise be missing without a word.

An answer has numbers as JSON numbers that read back to the same float64, dates as text, and null for what is empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from ..errors import PaybenchError
from ..ledger import Ledger
from ..ledger.schema import DATE, FIRST_YEAR, KINDS, LAST_YEAR, TABLES, Column, empty_cell

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_DECIMAL = re.compile(r"[+-]?\d{1,14}(\.\d{1,18})?")
_LONGEST = {"id": 200, "text": 20_000}
_MOST = 1e14
_STRUCTURE = np.zeros(256, dtype=np.int8)
_STRUCTURE[[ord("{"), ord("[")]] = 1
_STRUCTURE[[ord("}"), ord("]")]] = -1
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_DEPTH = 3
NEEDED = ("invoices", "payments")
SETTINGS = ("as_of", "book", "grace_days")


@dataclass(frozen=True)
class Asked:
    """What a request wants scored: a slice of a book, and the decision's day."""

    ledger: Ledger
    as_of: str


class TooLarge(PaybenchError):
    """A request with more rows than are taken."""


def check_shape(body: bytes, most_rows: int) -> None:
    """See that JSON is no deeper than tables and has no more rows than are taken, before it is parsed.

    Raises
    ------
    PaybenchError
        If it is deeper. TooLarge: if there are more rows.
    """
    bare = np.frombuffer(_STRINGS.sub(b"", body), dtype=np.uint8)
    steps = _STRUCTURE[bare]
    if int(np.cumsum(steps[steps != 0], dtype=np.int64).max(initial=0)) > _DEPTH:
        raise PaybenchError("The body is deeper than an object of tables of rows; give each row as one flat object.")
    rows = int((bare == ord("{")).sum()) - 1
    if rows > most_rows:
        raise TooLarge(
            f"The body has {rows:,} rows and at most {most_rows:,} are taken; send fewer customers at a time."
        )


def read_request(body: bytes, book: str, grace_days: int) -> Asked:
    """A request as a ledger.

    Parameters
    ----------
    body : JSON that has passed :func:`check_shape`. book, grace_days : of the champion, where the request names none.

    Raises
    ------
    PaybenchError
        If it is no JSON, or a table, column or value is not what the contract says.
    """
    try:
        said = json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise PaybenchError("The body is no JSON; send one object with as_of, invoices and payments.") from None
    if not isinstance(said, dict):
        raise PaybenchError("The body is no JSON object; send one with as_of, invoices and payments.")
    unknown = sorted(set(said) - set(SETTINGS) - set(TABLES))
    if unknown:
        raise PaybenchError(
            f"The body has {_quoted(unknown[0])}, which is none of {', '.join((*SETTINGS, *TABLES))}; leave it out."
        )
    missing = [name for name in ("as_of", *NEEDED) if name not in said]
    if missing:
        raise PaybenchError(f"The body lacks {', '.join(missing)}; as_of, invoices and payments are needed.")
    at = read_date(said["as_of"], "as_of")
    name, grace = said.get("book", book), said.get("grace_days", grace_days)
    if not isinstance(name, str):
        raise PaybenchError("book is no text; give the name of the book, or leave it out.")
    if not isinstance(grace, int) or isinstance(grace, bool) or not 0 <= grace <= 366:
        raise PaybenchError("grace_days is not a whole number from 0 to 366; correct it, or leave it out.")
    tables = {table: _table(table, rows) for table, rows in said.items() if table in TABLES}
    return Asked(Ledger.of(name, grace_days=grace, **tables), at)


def read_date(value: object, what: str) -> str:
    """A day written as 2026-01-31.

    Raises
    ------
    PaybenchError
        If it is none; ``what`` says of what.
    """
    if not isinstance(value, str) or not _is_date(value):
        raise PaybenchError(f"{what} is not a date; write it as YYYY-MM-DD, for example 2026-01-31.")
    return value


def as_json(content: Mapping[str, Any]) -> bytes:
    """JSON in ASCII that is no HTML either, should anybody take it for that."""
    text = json.dumps(content, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text.encode("ascii")


def score_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a score table: numbers as they are, dates as text, what is empty as None."""
    columns = {name: _values(table[name]) for name in table.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _values(column: pd.Series) -> list[Any]:
    if column.dtype.kind == "M":
        return [None if pd.isna(day) else f"{day:%Y-%m-%d}" for day in column]
    if column.dtype.kind == "f":
        return [value if isfinite(value) else None for value in column.tolist()]
    return [None if value is pd.NA or value != value else value for value in column.tolist()]


def _no_number(name: str) -> float:
    raise ValueError(name)


def _table(name: str, rows: object) -> pd.DataFrame:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise PaybenchError(f"{name} is not a list of objects; give one object per row.")
    spec = TABLES[name]
    known = set(spec.names)
    for number, row in enumerate(rows):
        if not row.keys() <= known:
            raise PaybenchError(
                f"Row {number} of {name} has {_quoted(min(row.keys() - known))}, "
                f"which is none of {', '.join(spec.names)}; leave it out."
            )
    return pd.DataFrame({c.name: _column(name, c, [row.get(c.name) for row in rows]) for c in spec.columns})


def _column(table: str, column: Column, values: list[Any]) -> pd.Series:
    """One column in the types of a ledger; where a value is none of them, its row is named, and the value is not."""
    one, needs = _OF_KIND[column.kind]
    found: list[Any] = []
    for row, value in enumerate(values):
        if value is None or (value == "" and not column.required):
            if column.required:
                raise PaybenchError(empty_cell(table, column, row))
            found.append(None)
            continue
        good = one(value)
        if good is None or not _allowed(table, column, good):
            raise PaybenchError(
                f"Column '{column.name}' of table '{table}' is not {needs} in row {row}; "
                f"every row {'needs' if column.required else 'may have'} {column.meaning}."
            )
        found.append(good)
    if column.kind == "date":
        return pd.Series(np.array(found, dtype="datetime64[D]").astype(DATE))
    if column.kind in ("amount", "number"):
        return pd.Series(np.array(found, dtype=np.float64))
    return pd.Series(found, dtype="bool" if column.kind == "flag" else "str")


def _allowed(table: str, column: Column, value: Any) -> bool:
    if column.kind == "id" and not value.strip():
        return not column.required
    if column.name == "kind":
        return value in KINDS
    return not (table == "invoices" and column.name == "amount") or value > 0


def _text(longest: int) -> Callable[[Any], str | None]:
    def read(value: Any) -> str | None:
        fits = isinstance(value, str) and len(value) <= longest and (value.isascii() or _whole(value))
        return value if fits else None

    return read


def _whole(text: str) -> bool:
    """Whether text can be written: half a pair of surrogates cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_date(text: str) -> bool:
    try:
        return bool(_ISO.fullmatch(text)) and FIRST_YEAR <= date.fromisoformat(text).year <= LAST_YEAR
    except ValueError:
        return False


def _date(value: Any) -> str | None:
    return value if isinstance(value, str) and _is_date(value) else None


def _number(value: Any) -> float | None:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_MOST < value < _MOST:
        return None
    return float(value)


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


_OF_KIND: dict[str, tuple[Callable[[Any], Any], str]] = {
    "id": (_text(_LONGEST["id"]), f"text of 1 to {_LONGEST['id']} characters"),
    "text": (_text(_LONGEST["text"]), f"text of at most {_LONGEST['text']:,} characters"),
    "date": (_date, "a date like 2026-01-31"),
    "amount": (_number, "an amount of at most 14 digits before the point"),
    "number": (_number, "a number"),
    "flag": (_flag, "true or false"),
}


def _quoted(name: str) -> str:
    """A name of somebody else's in a sentence of ours, cut and without what is not printed."""
    return f"'{''.join(c if c.isprintable() else '?' for c in name[:40])}'"
