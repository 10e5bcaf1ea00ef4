"""Invoices and disputes that cannot be as they are written.

What no longer matters is left out: an invoice that is closed counts only if it was issued since the queue began.
"""

from __future__ import annotations

import pandas as pd

from ...ledger.schema import units
from .rows import joined, key, told_date, told_money
from .seen import Seen


def conflict(seen: Seen) -> pd.DataFrame:
    """Every contradiction, one row for each."""
    parts = [_due_before_issue(seen), _twins(seen)]
    live = _open_disputes(seen)
    if len(live):
        parts += [_two_disputes(live), _disputes_of_nothing(live), _disputed_beyond(live, seen.cut.tolerance)]
    return joined(parts)


def _watched(seen: Seen, rows: pd.DataFrame) -> pd.Series:
    """Which invoices are open, or were issued since the queue began."""
    return (rows["amount_open"] > 0) | seen.recent(rows["issued_on"])


def _due_before_issue(seen: Seen) -> pd.DataFrame:
    rows = seen.state[seen.state["due_on"] < seen.state["issued_on"]]
    rows = rows[_watched(seen, rows)]
    if rows.empty:
        return rows
    said = "Invoice " + rows["invoice_id"] + " is due on " + rows["due_on"].map(told_date).astype("str")
    said += ", before it was issued on " + rows["issued_on"].map(told_date).astype("str")
    return rows.assign(since=rows["issued_on"], detail=said, subject="due|" + rows["invoice_id"])


def _twins(seen: Seen) -> pd.DataFrame:
    """Invoices of one customer, amount and day: billed twice, or so it looks; what was cancelled is no twin."""
    state = seen.state.assign(units=units(seen.state["amount"]), parent=seen.cut.invoices["parent_id"].to_numpy())
    state = state[state["parent"].isna() & ~state["cancelled"]].sort_values("invoice_id", kind="stable")
    by = ["customer_id", "currency", "units", "issued_on"]
    state = state[state.duplicated(by, keep=False)]
    if state.empty:
        return state
    state = state.assign(watched=_watched(seen, state))
    rows = state.groupby(by, as_index=False).agg(
        invoice_id=("invoice_id", "last"), amount=("amount", "first"), names=("invoice_id", _listed),
        watched=("watched", "any"),
    )  # fmt: skip
    rows = rows[rows["watched"]]
    said = [
        f"Invoices {names} have the same customer, day ({told_date(day)}) and amount ({told_money(amount, currency)})"
        for names, day, amount, currency in zip(
            rows["names"], rows["issued_on"], rows["amount"], rows["currency"], strict=True
        )
    ]
    subject = "twins|" + key(rows["customer_id"], rows["currency"], rows["units"], rows["issued_on"].astype("str"))
    return rows.assign(since=rows["issued_on"], detail=said, subject=subject)


def _listed(names: pd.Series) -> str:
    return f"{', '.join(names.iloc[:-1])} and {names.iloc[-1]}"


def _open_disputes(seen: Seen) -> pd.DataFrame:
    """Disputes that nobody has closed, beside their invoice (empty where there is none)."""
    table = seen.cut.disputes
    bills = seen.state[["invoice_id", "customer_id", "currency", "amount", "amount_open"]].rename(
        columns={"amount": "billed"}
    )
    return table[table["closed_on"].isna()].merge(bills, on="invoice_id", how="left")


def _two_disputes(live: pd.DataFrame) -> pd.DataFrame:
    rows = live.sort_values(["opened_on", "dispute_id"], kind="stable")
    rows = rows[rows.duplicated("invoice_id", keep=False)]
    rows = rows[rows["amount_open"] > 0]
    rows = rows.groupby("invoice_id", as_index=False).agg(
        customer_id=("customer_id", "first"), currency=("currency", "first"), amount=("amount_open", "first"),
        count=("dispute_id", "size"), since=("opened_on", lambda dates: dates.iloc[min(1, len(dates) - 1)]),
    )  # fmt: skip
    said = rows["count"].astype("str") + " disputes of invoice " + rows["invoice_id"] + " are open at once"
    return rows.assign(detail=said, subject="disputes|" + rows["invoice_id"])


def _disputes_of_nothing(live: pd.DataFrame) -> pd.DataFrame:
    rows = live[~(live["amount_open"] > 0)]
    unknown = rows["customer_id"].isna()
    said = ("Dispute " + rows["dispute_id"] + " is open, and invoice " + rows["invoice_id"]).astype("str")
    said += unknown.map({True: " is not known", False: " is closed"})
    return rows.assign(
        amount=rows["amount"].fillna(rows["billed"]),
        customer_id=rows["customer_id"].fillna(""),
        currency=rows["currency"].fillna(""),
        invoice_id=rows["invoice_id"].mask(unknown, ""),
        since=rows["opened_on"],
        detail=said,
        subject="dispute|" + rows["dispute_id"],
    ).assign(amount=lambda table: table["amount"].mask(unknown))


def _disputed_beyond(live: pd.DataFrame, tolerance: float) -> pd.DataFrame:
    rows = live[(live["amount_open"] > 0) & (live["amount"] > live["billed"] + tolerance)]
    said = [
        f"Dispute {name} is about {told_money(amount, currency)}, and invoice {invoice} bills {billed:,.2f}"
        for name, amount, currency, invoice, billed in zip(
            rows["dispute_id"], rows["amount"], rows["currency"], rows["invoice_id"], rows["billed"], strict=True
        )
    ]
    return rows.assign(since=rows["opened_on"], detail=said, subject="beyond|" + rows["dispute_id"])
