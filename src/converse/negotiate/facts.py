"""What is known of a customer on the day of its message, as far as an answer asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...decide.dunning import known
from ...errors import PaybenchError
from ...ledger import TABLES, Ledger, as_of, day, settle
from ...ledger.schema import days, units
from ..promises import counts
from .money import exact
from .policy import VALUES

if TYPE_CHECKING:
    from ...decide.segments import Segments

CHANNELS = ("email", "letter", "phone", "sms", "whatsapp", "slack", "teams", "chat")
"""Channels that a customer can forbid."""

COLUMNS = (
    "invoice_id", "currency", "amount_open", "due_on", "risk", "p_late", "pay_on_p50", "promises", "disputed",
)  # fmt: skip
"""Of :attr:`Facts.open_invoices`."""

LANGUAGES = {
    **dict.fromkeys(("DE", "AT", "CH", "LI"), "de"),
    **dict.fromkeys(("FR", "BE", "LU", "MC"), "fr"),
    **dict.fromkeys(("ES", "MX", "AR", "CL", "CO", "PE", "UY", "EC"), "es"),
}
"""The language in which a customer of a country is written to, where it has not written itself; else English."""

RISK, VALUE = "medium", "small"
"""What counts where nothing is known."""


@dataclass(frozen=True)
class Facts:
    """A customer at the start of a day.

    Attributes
    ----------
    today : the day of the message; nothing dated on it or later is known.
    open_invoices : DataFrame, by due date: invoice_id, currency, amount_open (Decimal, currency units), due_on (date),
        risk (low, medium, high), p_late (NaN where unknown), pay_on_p50 (date or None), promises (so far, about it),
        disputed (Decimal, in open disputes).
    value : small, middle or large; values : by currency, where they differ. segment : its name, empty where unknown.
    broken, waivers : promises broken and waivers granted in the last 365 days.
    unapplied : money by currency that belongs to no invoice. settled_ids : invoices that are paid.
    allowed : whether the customer may be written to, by channel. known_ids : all its invoices.
    """

    customer_id: str
    today: date
    name: str = ""
    language: str = "en"
    country: str = ""
    open_invoices: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COLUMNS)))
    value: str = VALUE
    segment: str = ""
    broken: int = 0
    waivers: int = 0
    unapplied: Mapping[str, Decimal] = field(default_factory=dict)
    settled_ids: frozenset[str] = frozenset()
    allowed: Mapping[str, bool] = field(default_factory=lambda: dict.fromkeys(CHANNELS, True))
    account_manager: str = ""
    known_ids: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)

    def value_in(self, currency: str) -> str:
        """Small, middle or large, as billed in a currency."""
        return self.values.get(currency, self.value)


def facts_of(
    ledger: Ledger,
    date: object,
    customer_id: str,
    scores: pd.DataFrame | None = None,
    segments: Segments | None = None,
    *,
    waivers: int = 0,
    account_manager: str = "",
) -> Facts:
    """What is known of a customer on a day.

    Parameters
    ----------
    ledger : the whole book, or one that was cut. date : as_of; nothing dated on it or later has an influence.
    scores : score table of that day or an earlier one; risk is medium where it has no row of an invoice.
    segments : of that day or an earlier one; value is small where the customer has none.
    waivers : granted in the last 365 days (no table of a ledger holds them). account_manager : where none is in the
        ledger's customers.

    Raises
    ------
    PaybenchError
        If the ledger does not know the customer on that day, or the scores or segments are of a later one.
    """
    at = day(date)
    number = int(days(pd.Series([at]))[0])
    _check_days(at, scores, segments)
    cut = as_of(_about(ledger, customer_id), at)
    state = settle(cut)
    state = state[(state["customer_id"] == customer_id).to_numpy()]
    master = cut.customers[(cut.customers["customer_id"] == customer_id).to_numpy()]
    if state.empty and master.empty and not (cut.payments["customer_id"] == customer_id).any():
        raise PaybenchError(
            f"Customer '{customer_id}' is not in the ledger before {at:%Y-%m-%d}; give the number of one who is."
        )
    still = state[(state["amount_open"] > 0).to_numpy()].sort_values(["due_on", "invoice_id"]).reset_index(drop=True)
    promised = counts(cut, number, customer_id)
    values, segment = _segments(segments, customer_id, still)
    country = _text(master, "country")
    return Facts(
        customer_id=customer_id,
        today=at.date(),
        name=_text(master, "name"),
        language=LANGUAGES.get(country.upper(), "en"),
        country=country,
        open_invoices=_open(cut, still, scores, promised.about),
        value=_least(values),
        segment=segment,
        broken=promised.broken,
        waivers=waivers,
        unapplied=_unapplied(cut, customer_id),
        settled_ids=frozenset(state.loc[state["settled_on"].notna(), "invoice_id"]),
        allowed=_allowed(cut, customer_id),
        account_manager=_text(master, "account_manager") or account_manager,
        known_ids=frozenset(state["invoice_id"]),
        values=values,
    )


def _check_days(at: pd.Timestamp, scores: pd.DataFrame | None, segments: Segments | None) -> None:
    made = {"segments": None if segments is None else segments.at}
    if scores is not None and "as_of" in scores and len(scores):
        made["score table"] = pd.Timestamp(scores["as_of"].max())
    for what, when in made.items():
        if when is not None and when > at:
            raise PaybenchError(
                f"The {what} of {when:%Y-%m-%d} knows more than was known on {at:%Y-%m-%d}; "
                "give one of that day, or an earlier one."
            )


def _about(ledger: Ledger, customer_id: str) -> Ledger:
    """What the facts of a customer can depend on: every version of each row of which any version is about it.

    Cutting a whole book for one customer would cost as much as for all of them.
    """
    mine = _every_version(ledger, "invoices", (ledger.invoices["customer_id"] == customer_id).to_numpy())
    tables = {"invoices": mine}
    for name in ("payments", "customers", "promises", "disputes", "consents"):
        table = ledger.table(name)
        about = np.zeros(len(table), dtype=bool)
        if "customer_id" in table:
            about |= (table["customer_id"] == customer_id).to_numpy(dtype=bool)
        if "invoice_id" in table:
            about |= table["invoice_id"].isin(mine["invoice_id"]).to_numpy(dtype=bool)
        tables[name] = _every_version(ledger, name, about)
    empty = {name: ledger.table(name).iloc[:0] for name in ("contacts", "messages")}
    return ledger.with_tables(tables | empty)


def _every_version(ledger: Ledger, name: str, about: np.ndarray) -> pd.DataFrame:
    table, key = ledger.table(name), list(TABLES[name].key)
    some = table.loc[about, key].drop_duplicates()
    if len(key) == 1:
        return table[table[key[0]].isin(some[key[0]])].reset_index(drop=True)
    return table[about].reset_index(drop=True)  # the customer is part of the key


def _open(cut: Ledger, still: pd.DataFrame, scores: pd.DataFrame | None, about: Mapping[str, int]) -> pd.DataFrame:
    told = pd.DataFrame(columns=["invoice_id"]) if scores is None else scores
    told = told.set_index("invoice_id").reindex(still["invoice_id"])
    risk = told["risk"].astype("object") if "risk" in told else pd.Series(None, index=told.index, dtype="object")
    late = told["p_late"] if "p_late" in told else pd.Series(np.nan, index=told.index)
    when = pd.to_datetime(told["pay_on_p50"]) if "pay_on_p50" in told else pd.Series(pd.NaT, index=told.index)
    disputed = known.disputed(cut, still)
    return pd.DataFrame(
        {
            "invoice_id": still["invoice_id"].astype("object"),
            "currency": still["currency"].astype("object"),
            "amount_open": pd.Series([exact(u) for u in units(still["amount_open"])], dtype="object"),
            "due_on": pd.Series([stamp.date() for stamp in still["due_on"]], dtype="object"),
            "risk": pd.Series([word if isinstance(word, str) else RISK for word in risk], dtype="object"),
            "p_late": late.to_numpy(dtype=np.float64),
            "pay_on_p50": pd.Series([None if pd.isna(d) else d.date() for d in when], dtype="object"),
            "promises": np.array([about.get(name, 0) for name in still["invoice_id"]], dtype=np.int64),
            "disputed": pd.Series([exact(u) for u in units(disputed)], dtype="object"),
        },
        columns=list(COLUMNS),
    )


def _segments(segments: Segments | None, customer_id: str, still: pd.DataFrame) -> tuple[dict[str, str], str]:
    """Value by currency, and the segment of the account that has most open invoices."""
    if segments is None:
        return {}, ""
    mine = segments.table[(segments.table["customer_id"] == customer_id).to_numpy()]
    busy = still["currency"].value_counts()
    order = sorted(mine.to_dict("records"), key=lambda row: (-int(busy.get(row["currency"], 0)), row["currency"]))
    return {str(row["currency"]): str(row["value"]) for row in order}, str(order[0]["segment"]) if order else ""


def _least(values: Mapping[str, str]) -> str:
    return min(values.values(), key=VALUES.index, default=VALUE)


def _unapplied(cut: Ledger, customer_id: str) -> dict[str, Decimal]:
    mine = cut.payments.loc[(cut.payments["customer_id"] == customer_id).to_numpy(), ["customer_id", "currency"]]
    bills = cut.invoices.loc[(cut.invoices["customer_id"] == customer_id).to_numpy(), ["customer_id", "currency"]]
    rows = pd.concat([mine, bills]).drop_duplicates().sort_values("currency").reset_index(drop=True)
    found = units(known.unapplied(cut, rows))
    return {str(currency): exact(free) for currency, free in zip(rows["currency"], found, strict=True) if free > 0}


def _allowed(cut: Ledger, customer_id: str) -> dict[str, bool]:
    said = cut.consents[(cut.consents["customer_id"] == customer_id).to_numpy()]
    last = dict(zip(said["channel"].astype("str"), said["allowed"].astype(bool), strict=True))
    return dict.fromkeys(CHANNELS, True) | {channel: bool(yes) for channel, yes in last.items()}


def _text(master: pd.DataFrame, column: str) -> str:
    value = master[column].iloc[0] if column in master and len(master) else None
    return value if isinstance(value, str) else ""
