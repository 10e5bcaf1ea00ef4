"""The rows of one kind of exception."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from ...explain.numbers import SPACE, date, money
from ...ledger.schema import DATE

COLUMNS = ["customer_id", "invoice_id", "currency", "amount", "since", "detail"]
"""Columns of the rows of each kind that people read."""
SUBJECT = "subject"
"""A further column: what tells one exception of a kind from another, the same from day to day."""
_TEXTS = ("customer_id", "invoice_id", "currency", "detail", SUBJECT)
_TYPES: dict[str, Any] = {**dict.fromkeys(_TEXTS, "str"), "amount": "float64", "since": DATE}
QUOTED = 100
"""Letters of a message that are shown."""


@dataclass(frozen=True)
class Exceptions:
    """One kind of exception.

    Attributes
    ----------
    kind : of :data:`.kinds.KINDS`; what to do about it depends on that.
    rows : :data:`COLUMNS` and :data:`SUBJECT`, the oldest first; ``invoice_id`` is empty where a customer's account is
        meant, ``amount`` is in currency units (NaN, with an empty ``currency``, where none can be named), ``since`` a
        date, ``detail`` words of the ledger (a dispute's reason) or what was found, or empty.
    recorded : whether the ledger records such things at all; if not, there being none says nothing.
    """

    kind: str
    rows: pd.DataFrame
    recorded: bool = True


def ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with all columns in their types and order, the oldest first."""
    if rows.empty:
        return _nothing().copy()
    if SUBJECT not in rows:
        rows = rows.assign(**{SUBJECT: rows["invoice_id"]})
    kept = rows[[*COLUMNS, SUBJECT]].sort_values(["since", "customer_id", "invoice_id", SUBJECT], kind="stable")
    return kept.astype(_TYPES).fillna(dict.fromkeys(_TEXTS, "")).reset_index(drop=True)


def joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Rows of several checks of one kind."""
    some = [ordered(part) for part in parts if len(part)]
    return ordered(pd.concat(some, ignore_index=True)) if some else _nothing().copy()


@cache
def _nothing() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=_TYPES[name]) for name in [*COLUMNS, SUBJECT]})


def key(*columns: pd.Series) -> pd.Series:
    """Several columns as one text."""
    first, *others = (column.astype("str").fillna("") for column in columns)
    for column in others:
        first = first + "|" + column
    return first


def quote(text: str) -> str:
    """The beginning of what somebody wrote, on one line, in quotation marks."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= QUOTED else f'"{line[: QUOTED - 3].rstrip()}..."'


def told_money(amount: float, currency: str) -> str:
    """'EUR 1,200.50'."""
    return f"{currency} {money(amount, 2)}"


def told_date(day: object) -> str:
    """'8 Dec 2025' with plain blanks."""
    return date(pd.Timestamp(day)).replace(SPACE, " ")  # type: ignore[arg-type]
