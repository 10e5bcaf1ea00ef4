"""How a feature came to its number for one invoice: what went into it, in the words of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd

from ..errors import PaybenchError
from ..ledger import Ledger, day
from ..ledger.schema import MONEY_UNITS
from .build import compute, moments
from .catalogue import Feature, chosen
from .kernel.book import Book
from .points import issue_rows, named

_WIDTH = 80
_MOST = 12
_DATES = ("settled_on", "paid_on", "sent_on", "received_on", "made_on", "opened_on", "due_on")
_ASIDE = ("customer_id", "propensity", "policy", "parent_id", "country")
"""Columns that every event of a customer shares, or that say nothing about the number."""


@dataclass(frozen=True)
class Explained:
    """A feature's number for one decision row, and where it comes from.

    Attributes
    ----------
    feature : what is explained. row : invoice_id, customer_id, as_of. terms : what the row brings of its own invoice.
    value : float, text, or None where it is missing.
    events : what went into it: what the events are, and a DataFrame with one row per event, the oldest first.
    """

    feature: Feature
    row: dict[str, Any]
    terms: dict[str, Any]
    value: float | str | None
    events: list[tuple[str, pd.DataFrame]]

    def __str__(self) -> str:
        lines = [described(self.feature), "", self._where(), f"  {self.feature.name} = {self._number()}"]
        for what, events in self.events:
            few = f", the last {_MOST}" if len(events) > _MOST else ""
            lines += ["", f"  {what}: {len(events):,}{few}", *_shown(events.tail(_MOST))]
        if not self.events:
            lines.append("  from the invoice itself")
        return "\n".join(lines)

    @property
    def as_dict(self) -> dict[str, Any]:
        """The same, JSON-able."""
        row = {**self.row, "as_of": f"{self.row['as_of']:%Y-%m-%d}"}
        events = [{"what": what, "events": _plain(table)} for what, table in self.events]
        return {**about(self.feature), **row, "terms": self.terms, "value": self.value, "events": events}

    def _where(self) -> str:
        row, terms = self.row, self.terms
        text = f"Invoice {row['invoice_id']} of customer {row['customer_id']}, as of {row['as_of']:%Y-%m-%d}: "
        text += f"{terms['amount']:,.2f} {terms['currency']}, issued on {terms['issued_on']}, due on {terms['due_on']}"
        return fill(text, _WIDTH)

    def _number(self) -> str:
        if self.value is None:
            return f"missing: {self.feature.missing}" if self.feature.missing else "missing"
        return self.value if isinstance(self.value, str) else f"{self.value:.6g} ({self.feature.unit})"


def explain(ledger: Ledger, name: str, invoice_id: str, as_of: object = None) -> Explained:
    """How a feature is computed for one invoice.

    Parameters
    ----------
    ledger : the whole book.
    name : of the feature.
    invoice_id : of the invoice.
    as_of : the decision's day; if not given, the day of issue. What happened that day or later is not known.

    Raises
    ------
    PaybenchError
        If there is no such feature or invoice, or the invoice was closed before ``as_of``.
    """
    features = chosen([name])
    rows = issue_rows(ledger)
    rows = rows[rows["invoice_id"] == invoice_id].reset_index(drop=True)
    if rows.empty:
        raise PaybenchError(f"Invoice '{invoice_id}' is not in the ledger; name one that is.")
    if as_of is not None:
        rows["as_of"] = _not_before_issue(rows, as_of)
    book = Book(ledger, rows)
    seen: dict[str, pd.DataFrame] = {}

    def tell(what: str, events: pd.DataFrame) -> None:
        seen[what] = pd.concat([seen[what], events]) if what in seen else events

    at, _ = next(moments(book, named(book, rows)))
    at.tell = tell
    numbers, texts = compute(at, features)
    value = texts[0][0].as_py() if texts else float(numbers[0, 0])
    own = at.own
    terms = {
        "amount": float(own.amount[0]) / MONEY_UNITS,
        "currency": book.currencies[int(own.currency[0])].as_py(),
        "issued_on": str(own.issued[0].astype("datetime64[D]")),
        "due_on": str(own.due[0].astype("datetime64[D]")),
    }
    missing = value is None or (isinstance(value, float) and np.isnan(value))
    events = [(what, _others(table, what, invoice_id)) for what, table in seen.items()]
    return Explained(
        features[0], {str(k): v for k, v in rows.iloc[0].items()}, terms, None if missing else value, events
    )


def described(feature: Feature) -> str:
    """A feature in words: name, unit and family; sentence; formula; what a missing value means."""
    lines = [f"{feature.name}  ({feature.unit}, {feature.family})", fill(feature.sentence, _WIDTH)]
    if feature.formula:
        lines.append(fill(f"formula: {feature.formula}", _WIDTH, subsequent_indent="         "))
    lines.append(fill(f"missing: {feature.missing or 'never'}", _WIDTH, subsequent_indent="         "))
    return "\n".join(lines)


def about(feature: Feature) -> dict[str, str]:
    """The same, JSON-able."""
    return {key: getattr(feature, key) for key in ("name", "sentence", "formula", "unit", "family", "missing")}


def _not_before_issue(rows: pd.DataFrame, as_of: object) -> pd.Timestamp:
    at = day(as_of)
    if at < rows["as_of"].iloc[0]:
        raise PaybenchError(
            f"Invoice '{rows['invoice_id'].iloc[0]}' was issued on {rows['as_of'].iloc[0]:%Y-%m-%d}; "
            f"as_of {at:%Y-%m-%d} lies before that, give that day or a later one."
        )
    return at


def _others(events: pd.DataFrame, what: str, invoice_id: str) -> pd.DataFrame:
    """Events without those of the invoice itself, which sums over a customer's invoices leave out; each once."""
    if "this invoice" not in what and "invoice_id" in events and "payment_id" not in events:
        kept = (events["invoice_id"] != invoice_id) | (what in ("contacts", "promises kept", "promises broken"))
        events = events[kept]
    dates = [column for column in _DATES if column in events]
    return events.drop_duplicates().sort_values(dates[:1], kind="stable").reset_index(drop=True)


def _shown(events: pd.DataFrame) -> list[str]:
    """The events as lines of at most 80 characters: as many of the columns as there is room for."""
    if events.empty:
        return []
    table = events.dropna(axis="columns", how="all").drop(columns=list(_ASIDE), errors="ignore")
    shown = table.astype("object").where(table.notna(), "-")
    for column in table.select_dtypes("datetime"):
        shown[column] = table[column].dt.strftime("%Y-%m-%d").where(table[column].notna(), "-")
    lines = shown.to_string(index=False).splitlines()
    while max(map(len, lines)) > _WIDTH - 4:
        shown = shown.iloc[:, :-1]
        lines = shown.to_string(index=False).splitlines()
    return [f"    {line}" for line in lines]


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    text = table.astype(dict.fromkeys(table.select_dtypes("datetime"), "str"))
    return [{str(k): None if pd.isna(v) else v for k, v in row.items()} for row in text.to_dict("records")]
