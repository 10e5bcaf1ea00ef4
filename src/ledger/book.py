"""The ledger in memory."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from math import inf
from zoneinfo import ZoneInfo

import pandas as pd

from ..errors import PaybenchError
from .schema import TABLES, conform

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")


def _empty(name: str) -> pd.DataFrame:
    return field(default_factory=lambda: conform(name))


@dataclass(frozen=True)
class Ledger:
    """What happened on one book: settings and the eight tables of the contract.

    Attributes
    ----------
    name : name of the book.
    time_zone : IANA name; dates are calendar days there.
    grace_days : days after the due date that do not count as late.
    tolerance : in currency units: what may be missing for an invoice to count as paid.
    invoices, payments, customers, contacts, messages, disputes, promises, consents : see :mod:`.schema`.
    """

    name: str = "book"
    time_zone: str = "UTC"
    grace_days: int = 0
    tolerance: float = 0.005
    invoices: pd.DataFrame = _empty("invoices")
    payments: pd.DataFrame = _empty("payments")
    customers: pd.DataFrame = _empty("customers")
    contacts: pd.DataFrame = _empty("contacts")
    messages: pd.DataFrame = _empty("messages")
    disputes: pd.DataFrame = _empty("disputes")
    promises: pd.DataFrame = _empty("promises")
    consents: pd.DataFrame = _empty("consents")

    def __post_init__(self) -> None:
        """See that the settings can be counted with."""
        if not isinstance(self.grace_days, int) or self.grace_days < 0:
            raise PaybenchError(f"grace_days is {self.grace_days!r}; give a whole number of days, 0 or more.")
        try:
            if self.time_zone != "UTC":  # which is there without any data base of zones
                ZoneInfo(self.time_zone)
        except (ValueError, TypeError, KeyError, OSError):
            raise PaybenchError(
                f"time_zone is {self.time_zone!r}; give an IANA name like Europe/Berlin, or UTC."
            ) from None
        if not isinstance(self.tolerance, int | float) or not 0 <= self.tolerance < inf:
            raise PaybenchError(f"tolerance is {self.tolerance!r}; give an amount in currency units, 0 or more.")

    @classmethod
    def of(cls, name: str = "book", **parts: object) -> Ledger:
        """A ledger from raw tables: each is conformed to the contract; settings pass through."""
        raw = {k: v for k, v in parts.items() if k in TABLES and isinstance(v, pd.DataFrame)}
        settings = {k: v for k, v in parts.items() if k not in raw}
        zone = str(settings.get("time_zone", "UTC"))
        tables = {k: conform(k, v, zone) for k, v in raw.items()}
        return cls(name=name, **tables, **settings)  # type: ignore[arg-type]

    def table(self, name: str) -> pd.DataFrame:
        """One table by its name."""
        frame: pd.DataFrame = getattr(self, name)
        return frame

    def with_tables(self, tables: dict[str, pd.DataFrame]) -> Ledger:
        """The same book with other tables (already conformed)."""
        return replace(self, **tables)  # type: ignore[arg-type]

    @property
    def settings(self) -> dict[str, object]:
        """What ``ledger.json`` holds."""
        return {
            "name": self.name,
            "time_zone": self.time_zone,
            "grace_days": self.grace_days,
            "tolerance": self.tolerance,
        }


def day(date: object) -> pd.Timestamp:
    """Any way to write a date as a midnight Timestamp.

    Raises
    ------
    PaybenchError
        If it is no calendar date, or text that does not begin like 2026-01-31: 1/5/2026 would be in January or in May.
    """
    try:
        stamp = pd.Timestamp(date)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        stamp = pd.NaT  # type: ignore[assignment]
    if pd.isna(stamp) or (isinstance(date, str) and not _ISO.match(date)):
        raise PaybenchError(f"'{date}' is not a date; write it as YYYY-MM-DD, for example 2026-01-31.")
    return stamp.tz_localize(None).normalize().as_unit("s")
