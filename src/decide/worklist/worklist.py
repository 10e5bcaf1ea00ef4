"""A worklist as a whole, and as a table."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from .assigned import Assigned
from .line import TERMS, Line

_TERMS = {"interest": "interest", "loss": "loss_avoided", "contact": "contact_cost", "strain": "strain"}


@dataclass(frozen=True)
class Worklist:
    """What is done on a day.

    Attributes
    ----------
    book : name of the ledger. at : the day. lines : of :func:`~.lines.lines`.
    assigned : how it was chosen; None where it was not chosen here. served : of :func:`~.served.served`, or None.
    home : time zone in which the collectors work; '' = not told. language : of the page.
    """

    book: str
    at: pd.Timestamp
    lines: tuple[Line, ...]
    assigned: Assigned | None = None
    served: pd.DataFrame | None = None
    home: str = ""
    language: str = "en"

    @property
    def collectors(self) -> tuple[str, ...]:
        """Who has something to do, by name; '' = nobody in particular, last."""
        return tuple(sorted({line.collector for line in self.lines}, key=lambda name: (name == "", name)))

    def of(self, collector: str) -> tuple[Line, ...]:
        """The lines of a collector, in their order."""
        return tuple(line for line in self.lines if line.collector == collector)

    def table(self) -> pd.DataFrame:
        """One row per contact, with the columns of ``worklist.csv``."""
        rows = [
            {
                "collector": line.collector,
                "order": line.order,
                "customer_id": line.customer_id,
                "name": line.name,
                "country": line.country,
                "channel": line.channel,
                "tone": line.tone,
                "step": line.step,
                "from": line.start,
                "to": line.end,
                "zone": line.zone,
                "currency": line.currency,
                "amount": line.amount,
                "amount_open": line.amount_open,
                "days_overdue": line.days_overdue,
                "invoices": len(line.items),
                "invoice_ids": " ".join(item.invoice_id for item in line.items),
                "value": round(line.value, 2),
                "days_saved": round(line.days, 1),
                **{_TERMS[name]: round(line.terms[name], 2) for name in TERMS},
                "waited": line.waited,
                "first": line.first,
                "pay_by": line.pay_by,
                "language": line.language,
                "reason": line.reason,
                "subject": line.subject,
                "text": line.text,
            }
            for line in self.lines
        ]
        columns = list(rows[0]) if rows else _COLUMNS
        return pd.DataFrame(rows, columns=columns).astype({"pay_by": "datetime64[s]"})

    def invoices(self) -> pd.DataFrame:
        """One row per invoice that a contact is about."""
        columns = ["collector", "order", "customer_id", "currency", "invoice_id", "due_on", "days_overdue", "amount"]
        return pd.DataFrame(
            [
                (
                    line.collector, line.order, line.customer_id, line.currency, item.invoice_id, item.due_on,
                    item.days_overdue, item.amount,
                )
                for line in self.lines
                for item in line.items
            ],
            columns=columns,
        ).astype({"due_on": "datetime64[s]"})  # fmt: skip


_COLUMNS = [
    "collector", "order", "customer_id", "name", "country", "channel", "tone", "step", "from", "to", "zone", "currency",
    "amount", "amount_open", "days_overdue", "invoices", "invoice_ids", "value", "days_saved", *_TERMS.values(),
    "waited", "first", "pay_by", "language", "reason", "subject", "text",
]  # fmt: skip
