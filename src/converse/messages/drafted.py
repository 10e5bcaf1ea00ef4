"""A drafted message, and what may be said in it besides the customer's own facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from ...errors import PaybenchError
from ..negotiate.facts import Facts
from .texts import CONSEQUENCES

TONES = ("courtesy", "friendly", "reminder", "firm", "final", "person")
"""The ladder of tones, mildest first; the last one where a person takes over."""

SMS_LETTERS = 320
"""Letters of a short message, two parts long; its link is among them."""


@dataclass(frozen=True)
class Voice:
    """Who writes, and what may be said besides the customer's own facts.

    Attributes
    ----------
    company, sender, phone, email : of who writes; empty = left out. link : where to pay.
    consequences : what may be announced, of :data:`.texts.CONSEQUENCES`, in the tone final only. days : further days
        that may be named (that by which a reminder asks to pay).

    Raises
    ------
    PaybenchError
        If a consequence is none.
    """

    company: str = ""
    sender: str = ""
    phone: str = ""
    email: str = ""
    link: str = ""
    consequences: tuple[str, ...] = ()
    days: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        unknown = [name for name in self.consequences if name not in CONSEQUENCES]
        if unknown:
            raise PaybenchError(f"There is no consequence '{unknown[0]}'; give some of {', '.join(CONSEQUENCES)}.")


@dataclass(frozen=True)
class Draft:
    """A message that may be sent once nothing in it is ungrounded (:func:`.grounded.grounded`).

    Attributes
    ----------
    subject : of an e-mail or letter, else empty. body : plain text; empty = nothing is to be sent.
    language : en, de, fr or es. country : by whose habits amounts and days are written. tone : of :data:`TONES`.
    reasons : sentences that say why this time, channel and tone. voice : who writes.
    """

    subject: str
    body: str
    language: str = "en"
    channel: str = "email"
    tone: str = "friendly"
    reasons: tuple[str, ...] = ()
    voice: Voice = Voice()
    country: str = ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to send."""
        return not self.body

    @property
    def as_dict(self) -> dict[str, Any]:
        """What a program would read."""
        return {
            "subject": self.subject, "body": self.body, "language": self.language, "channel": self.channel,
            "tone": self.tone, "reasons": list(self.reasons),
        }  # fmt: skip


@dataclass(frozen=True)
class Bill:
    """An open invoice as a message tells it: what is open of it (currency units), and since when it is due."""

    invoice_id: str
    currency: str
    amount: Decimal
    due: date
    disputed: Decimal = Decimal(0)


def bills(facts: Facts) -> tuple[Bill, ...]:
    """The customer's open invoices, the one due first first."""
    rows = facts.open_invoices.to_dict("records")
    found = [
        Bill(
            str(r["invoice_id"]), str(r["currency"]), _exact(r["amount_open"]), _day(r["due_on"]), _exact(r["disputed"])
        )
        for r in rows
    ]
    return tuple(sorted(found, key=lambda bill: (bill.due, bill.invoice_id)))


def sums(some: Iterable[Bill]) -> dict[str, Decimal]:
    """What is open, by currency."""
    found: dict[str, Decimal] = {}
    for bill in some:
        found[bill.currency] = found.get(bill.currency, Decimal(0)) + bill.amount
    return found


def _exact(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(0) if pd.isna(value) else Decimal(str(value))


def _day(value: Any) -> date:
    found: date = pd.Timestamp(value).date()
    return found
