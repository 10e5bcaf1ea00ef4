"""The open invoices of a day, and on which day each of them is paid, with what probability."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...features.opened import OpenBook, Opened
from ...ledger import Ledger, day
from ...models.learn.bundle import Bundle

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Names = NDArray[np.str_]

WEEK = 7
WEEKS = 26
"""Weeks from as_of on that a forecast looks ahead: half a year."""
_CHUNK = 4096


@dataclass(frozen=True)
class OpenItems:
    """n invoices that are open at the start of a day.

    Attributes
    ----------
    at : as_of. invoice_id, customer_id, currency : (n,) text. amount : (n,) what is open, in currency units.
    days_overdue : (n,) as_of - due_on, negative where not due yet.
    on_day : (n, days) P(the rest is paid on day as_of + k | unpaid at as_of).
    weekday, month_day : (n, 7) and (n, 31) on which weekdays (Monday first) and days of the month the customer's
        settled invoices were settled, as counts.
    later : (n,) P(the rest is paid after these days); none by default. What lacks to 1 is never paid.
    """

    at: pd.Timestamp
    invoice_id: Names
    customer_id: Names
    currency: Names
    amount: Floats
    days_overdue: Ints
    on_day: Floats
    weekday: NDArray[np.float32]
    month_day: NDArray[np.float32]
    later: Floats = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        """Fill in what is the default of so many rows."""
        if len(self.later) != len(self.amount):
            object.__setattr__(self, "later", np.zeros(len(self.amount)))

    def __len__(self) -> int:
        return len(self.amount)

    @property
    def days(self) -> int:
        """Days from as_of on that are told apart."""
        return self.on_day.shape[1]

    @property
    def dates(self) -> pd.DatetimeIndex:
        """Those days."""
        return pd.date_range(self.at, periods=self.days, freq="D")

    @property
    def customer(self) -> Ints:
        """(n,) number of each invoice's customer, from 0, in the order of their names."""
        return np.unique(self.customer_id, return_inverse=True)[1].astype(np.int64)

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies, the one with the most invoices first."""
        names, counts = np.unique(self.currency, return_counts=True)
        return tuple(names[np.lexsort((names, -counts))].tolist())

    def take(self, rows: NDArray[np.generic]) -> OpenItems:
        """Some of the invoices."""
        return OpenItems(self.at, *(getattr(self, f.name)[rows] for f in fields(self) if f.name != "at"))

    def with_days(self, on_day: Floats, later: Floats | None = None) -> OpenItems:
        """The same invoices with other distributions."""
        return replace(self, on_day=on_day, later=self.later if later is None else later)


def open_items(ledger: Ledger, date: object, bundle: Bundle, days: int = WEEK * WEEKS) -> OpenItems:
    """What a bundle says of the invoices that are open at a date.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated on it or later has an influence.
    bundle : trained on what was known at ``date`` or before. days : how far ahead to look.

    Returns
    -------
    OpenItems, sorted by customer and invoice.
    """
    at, book = day(date), OpenBook(ledger, date)
    parts = [part for some in book.some(*bundle.days, least=_CHUNK) for part in _chunks(some)]
    parts = parts or [book.none(*bundle.days)]
    found = _joined(at, [_items(at, part, bundle, days) for part in parts])
    return found.take(np.lexsort((found.invoice_id, found.customer_id)))


def _chunks(some: Opened) -> Iterable[Opened]:
    return (some.rows(slice(i, i + _CHUNK)) for i in range(0, len(some), _CHUNK))


def _items(at: pd.Timestamp, part: Opened, bundle: Bundle, days: int) -> OpenItems:
    overdue = (at - part.due_on).dt.days.to_numpy(dtype=np.int64)
    said = bundle.predict_from(part.habits, part.X).given_unpaid(overdue)
    past, on_day = part.habits, said.on_days(overdue, days)
    return OpenItems(
        at,
        part.X.index.get_level_values("invoice_id").to_numpy(dtype=str),
        part.X.index.get_level_values("customer_id").to_numpy(dtype=str),
        part.currency.to_numpy(dtype=str),
        part.amount_open,
        overdue,
        on_day,
        past.weekday,
        past.month_day,
        np.maximum(1.0 - said.never - on_day.sum(axis=1), 0.0),
    )


def _joined(at: pd.Timestamp, parts: list[OpenItems]) -> OpenItems:
    columns = [f.name for f in fields(OpenItems) if f.name != "at"]
    return OpenItems(at, *(np.concatenate([getattr(part, name) for part in parts]) for name in columns))
