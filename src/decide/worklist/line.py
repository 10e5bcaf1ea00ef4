"""One contact of a worklist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ..dunning.zones import zone

TERMS = ("interest", "loss", "contact", "strain")
"""What a value is made of: capital cost of the days saved, loss avoided, cost of the contact, strain."""
DASH = "\N{EN DASH}"


@dataclass(frozen=True)
class Item:
    """One invoice of a contact; ``amount`` is what is asked for of what is open, currency units."""

    invoice_id: str
    due_on: pd.Timestamp
    days_overdue: int
    amount: float
    amount_open: float


@dataclass(frozen=True)
class Line:
    """One contact.

    Attributes
    ----------
    order : 1, 2, .. within the collector ('' = nobody in particular). invoice_id : the invoice that made it ripe.
    items : what it is about, the oldest first: the overdue invoices of the account and ``invoice_id``.
    amount, amount_open : sums over the items. days_overdue : of the oldest.
    step : of the ladder, from 1; 0 = not known. start, end : hours of the customer's day, zone : its time zone.
    value : expected value against sending nothing. terms : what it is made of (:data:`TERMS`). days : saved. NaN = not
        known. first : served first because it had waited for ``waited`` days.
    language : of the customer. said_in : of subject and text: the customer's; of talking points for a call, the page's.
    pay_by : the day that the text names. reason : why; subject, text : what is proposed to say.
    """

    collector: str
    order: int
    customer_id: str
    name: str
    country: str
    language: str
    invoice_id: str
    items: tuple[Item, ...]
    currency: str
    amount: float
    amount_open: float
    days_overdue: int
    channel: str
    tone: str
    step: int
    start: str
    end: str
    zone: str
    value: float
    days: float
    terms: Mapping[str, float]
    first: bool
    waited: int
    pay_by: pd.Timestamp
    said_in: str = "en"
    reason: str = ""
    subject: str = ""
    text: str = ""

    @property
    def several(self) -> bool:
        """Whether it is about more than one invoice."""
        return len(self.items) > 1

    def elsewhere(self, at: pd.Timestamp, home: str) -> str:
        """Its hours on the clock of another time zone; empty where that is the same or not known."""
        theirs, ours = zone(self.zone) if self.zone else None, zone(home) if home else None
        if theirs is None or ours is None:
            return ""
        ends = [(at + pd.Timedelta(f"{clock}:00")).tz_localize(theirs) for clock in (self.start, self.end)]
        there = DASH.join(f"{end.tz_convert(ours):%H:%M}" for end in ends)
        return "" if there == f"{self.start}{DASH}{self.end}" else there
