"""The tables of a ledger: their columns, what each means, and the types they have in memory and on disk.

In memory: identifiers and text are pandas strings (missing = NA), dates are ``datetime64[s]`` at midnight
(calendar days in the ledger's time zone), amounts are float64, flags are bool. On disk: Parquet with date32 and
decimal(18, 4). Sums that must add up are made in :data:`MONEY_UNITS` per currency unit, as integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import PaybenchError

MONEY_UNITS = 10_000
"""Integer units per currency unit: amounts carry four decimals."""

DATE = "datetime64[s]"

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Dates outside are taken for slips of the pen."""

KINDS = ("payment", "credit_note", "write_off")
"""What a row of ``payments`` can be."""


@dataclass(frozen=True)
class Column:
    """One column: its kind decides the type; ``required`` means that every row needs a value.

    One that is ``newer`` came to the contract when there were books already: where it is empty, a book is the same as
    one without it, and has the same hash.
    """

    name: str
    kind: str  # id, text, date, amount, number, flag
    required: bool
    meaning: str
    newer: bool = False


@dataclass(frozen=True)
class Table:
    """One table: ``key`` identifies a row (versions share it), ``dated`` says on which day it came to be known."""

    name: str
    key: tuple[str, ...]
    dated: str | None
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The column names in their order."""
        return [c.name for c in self.columns]


_RECORDED = Column(
    "recorded_on", "date", False, "day the row (or this version of it) was recorded, if later than its date"
)


def _table(
    name: str, key: str, dated: str | None, *columns: tuple[str, str, bool, str] | tuple[str, str, bool, str, bool]
) -> Table:
    return Table(name, tuple(key.split("+")), dated, (*(Column(*c) for c in columns), _RECORDED))


_TABLES = (
    _table(
        "invoices",
        "invoice_id",
        "issued_on",
        ("invoice_id", "id", True, "number of the invoice; an instalment is a row of its own, N#1"),
        ("customer_id", "id", True, "who owes"),
        ("issued_on", "date", True, "day of issue"),
        ("due_on", "date", True, "day by which payment is due"),
        ("amount", "amount", True, "amount billed, above zero"),
        ("currency", "id", True, "ISO 4217 code"),
        ("parent_id", "id", False, "the invoice that this instalment belongs to"),
    ),
    _table(
        "payments",
        "payment_id",
        "paid_on",
        ("payment_id", "id", True, "number of the payment"),
        ("customer_id", "id", True, "who paid"),
        ("invoice_id", "id", False, "what was paid; empty = unapplied"),
        ("paid_on", "date", True, "value date"),
        ("amount", "amount", True, "amount; negative = reversal"),
        ("currency", "id", True, "ISO 4217 code"),
        ("kind", "id", True, "payment, credit_note or write_off"),
    ),
    _table(
        "customers",
        "customer_id",
        None,
        ("customer_id", "id", True, "number of the customer"),
        ("name", "text", False, "name as printed on letters"),
        ("country", "id", False, "ISO 3166 code or the ledger's own"),
    ),
    _table(
        "contacts",
        "contact_id",
        "sent_on",
        ("contact_id", "id", True, "number of the contact"),
        ("customer_id", "id", True, "who was contacted"),
        ("invoice_id", "id", False, "about what; may be empty"),
        ("sent_on", "date", True, "day it was sent"),
        ("channel", "id", True, "email, letter, phone, ..."),
        ("tone", "id", False, "courtesy, friendly, reminder, firm, final"),
        ("step", "number", False, "step of the ladder"),
        ("propensity", "number", False, "probability with which the policy chose it"),
        ("policy", "id", False, "which policy chose it"),
    ),
    _table(
        "messages",
        "message_id",
        "received_on",
        ("message_id", "id", True, "number of the message"),
        ("customer_id", "id", True, "who wrote"),
        ("received_on", "date", True, "day it came"),
        ("channel", "id", True, "email, sms, ..."),
        ("text", "text", True, "what was written"),
        (
            "meaning",
            "text",
            False,
            "what was understood, names of intents separated by commas; empty = not read, none = nothing understood",
            True,
        ),
    ),
    _table(
        "disputes",
        "dispute_id",
        "opened_on",
        ("dispute_id", "id", True, "number of the dispute"),
        ("invoice_id", "id", True, "the disputed invoice"),
        ("opened_on", "date", True, "day it was raised"),
        ("closed_on", "date", False, "day it was closed; empty = open"),
        ("reason", "text", False, "reason in words or a code"),
        ("amount", "amount", False, "amount disputed; empty = all of it"),
    ),
    _table(
        "promises",
        "promise_id",
        "made_on",
        ("promise_id", "id", True, "number of the promise"),
        ("customer_id", "id", True, "who promised"),
        ("invoice_id", "id", False, "for which invoice"),
        ("made_on", "date", True, "day it was made"),
        ("promised_on", "date", True, "day on which payment was promised"),
        ("amount", "amount", False, "amount promised"),
        ("source_quote", "text", False, "the customer's own words"),
    ),
    _table(
        "consents",
        "customer_id+channel",
        "changed_on",
        ("customer_id", "id", True, "whose consent"),
        ("channel", "id", True, "for which channel"),
        ("changed_on", "date", True, "day of the change"),
        ("allowed", "flag", True, "whether contact is allowed from then on"),
    ),
)

TABLES: dict[str, Table] = {t.name: t for t in _TABLES}
"""The eight tables by name, invoices first."""

_EMPTY: dict[str, Any] = {
    "id": "str",
    "text": "str",
    "date": DATE,
    "amount": "float64",
    "number": "float64",
    "flag": "bool",
}


def conform(name: str, table: pd.DataFrame | None = None, time_zone: str = "UTC") -> pd.DataFrame:
    """Bring a table into the types of the contract.

    Parameters
    ----------
    name : one of :data:`TABLES`.
    table : the rows, with at least the columns in which values are required; None = an empty table. Columns that
        the contract does not know are kept, behind its own.
    time_zone : IANA name; instants (dates with a time zone of their own) become the calendar day there.

    Returns
    -------
    DataFrame with every column of the contract in its order (and ``recorded_on``), a fresh RangeIndex.

    Raises
    ------
    PaybenchError
        If a needed column is missing, or a value cannot be a date or a number.
    """
    spec = TABLES[name]
    if table is None:
        table = pd.DataFrame({c.name: pd.Series(dtype=_EMPTY[c.kind]) for c in spec.columns})
    missing = [c.name for c in spec.columns if c.required and c.name not in table.columns]
    if missing:
        raise PaybenchError(
            f"Table '{name}' has no column {', '.join(map(repr, missing))}; "
            f"it has {', '.join(map(str, table.columns))}. "
            f"Every ledger needs {', '.join(c.name for c in spec.columns if c.required)} there."
        )
    out: dict[str, pd.Series] = {}
    for column in spec.columns:
        if column.name in table.columns:
            out[column.name] = _typed(name, column, table[column.name], time_zone)
        else:
            out[column.name] = pd.Series(index=table.index, dtype=_EMPTY[column.kind])
    frame = pd.DataFrame(out, index=table.index)
    for extra in table.columns:
        if extra not in out:
            frame[extra] = table[extra]
    return frame.reset_index(drop=True)


def _typed(name: str, column: Column, values: pd.Series, time_zone: str) -> pd.Series:
    typed: pd.Series
    try:
        if column.kind == "date":
            dates = pd.to_datetime(values)
            if dates.dt.tz is not None:
                dates = dates.dt.tz_convert(time_zone).dt.tz_localize(None)
            typed = dates.dt.normalize().dt.as_unit("s")
        elif column.kind in ("amount", "number"):
            typed = pd.to_numeric(values).astype("float64")
        elif column.kind == "flag":
            typed = values.astype("bool")
        else:
            typed = values.astype("str")
    except (TypeError, ValueError) as error:
        what = {"date": "a date", "amount": "a number", "number": "a number"}.get(column.kind, "a value")
        raise PaybenchError(
            f"Column '{column.name}' of table '{name}' holds something that is not {what}: {error}."
        ) from None
    if column.required and typed.isna().any():
        row = int(np.flatnonzero(typed.isna())[0])
        raise PaybenchError(empty_cell(name, column, row))
    return typed


def empty_cell(table: str, column: Column, row: int) -> str:
    """What is said where a value is missing that every row needs."""
    return f"Column '{column.name}' of table '{table}' is empty in row {row}; every row needs {column.meaning}."


def units(amounts: pd.Series | np.ndarray) -> np.ndarray:
    """Amounts as integers of 1/10,000 currency unit, so that sums add up exactly (int64, same length)."""
    return np.rint(np.asarray(amounts, dtype=np.float64) * MONEY_UNITS).astype(np.int64)


def days(dates: pd.Series | np.ndarray) -> np.ndarray:
    """Dates as days since 1970-01-01 (int64, same length); a missing date is :data:`NO_DAY`."""
    values = np.asarray(dates).astype("datetime64[D]")
    return np.where(np.isnat(values), NO_DAY, values.astype(np.int64))


NO_DAY = np.iinfo(np.int32).max
"""The day number of "never": later than any date."""


def to_dates(numbers: np.ndarray) -> np.ndarray:
    """The inverse of :func:`days` (``datetime64[s]``, NaT for :data:`NO_DAY`)."""
    numbers = np.asarray(numbers)
    dates = numbers.astype("datetime64[D]").astype(DATE)
    dates[numbers == NO_DAY] = np.datetime64("NaT")
    return dates
