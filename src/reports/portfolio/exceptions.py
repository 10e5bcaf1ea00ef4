"""What a person has to see, whatever the model says: money and words that have found no place yet."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ...ledger import Ledger

COLUMNS = ["customer_id", "invoice_id", "currency", "amount", "since", "detail"]
"""Columns of the rows of each kind of exception."""


@dataclass(frozen=True)
class Exceptions:
    """One kind of exception.

    Attributes
    ----------
    kind : unapplied, credit, disputed, broken, cold_start or unseen_value; what to do about it depends on that.
    rows : :data:`COLUMNS`, the oldest first; ``invoice_id`` is empty where a customer's account is meant, ``amount`` is
        in currency units, ``since`` a date, ``detail`` the words of the ledger (a dispute's reason), or empty.
    recorded : whether the ledger records such things at all; if not, there being none says nothing.
    """

    kind: str
    rows: pd.DataFrame
    recorded: bool = True


def exceptions(cut: Ledger, at: pd.Timestamp, table: pd.DataFrame) -> tuple[Exceptions, ...]:
    """The exceptions of an open book.

    Parameters
    ----------
    cut : the ledger as it was known at ``at`` (as_of). table : the score table of that day.
    """
    money = cut.payments[cut.payments["invoice_id"].isna()]
    return (
        Exceptions("unapplied", _unapplied(money, "payment", cut.tolerance), not cut.payments.empty),
        Exceptions("credit", _unapplied(money, "credit_note", cut.tolerance), not cut.payments.empty),
        Exceptions("disputed", _disputed(cut, table), not cut.disputes.empty),
        Exceptions("broken", _broken(cut, at, table), not cut.promises.empty),
        Exceptions("cold_start", _flagged(table, "cold_start")),
        Exceptions("unseen_value", _flagged(table, "unseen_value")),
    )


def of_invoices(found: tuple[Exceptions, ...], table: pd.DataFrame) -> dict[str, pd.Series]:
    """By kind, which rows of the score table it concerns: the invoice itself, or any of the customer's account."""
    account = table["customer_id"] + "\0" + table["currency"]
    concerned = {}
    for one in found:
        if one.kind in ("unapplied", "credit"):
            concerned[one.kind] = account.isin(one.rows["customer_id"] + "\0" + one.rows["currency"])
        else:
            concerned[one.kind] = table["invoice_id"].isin(one.rows["invoice_id"])
    return concerned


def _unapplied(money: pd.DataFrame, kind: str, tolerance: float) -> pd.DataFrame:
    """What came in, or was credited, without naming an invoice, less what was taken back; by customer and currency."""
    own = money[money["kind"] == kind]
    rows = own.groupby(["customer_id", "currency"], as_index=False).agg(
        amount=("amount", "sum"), since=("paid_on", "min")
    )
    return _ordered(rows[rows["amount"] > tolerance].assign(invoice_id="", detail=""))


def _disputed(cut: Ledger, table: pd.DataFrame) -> pd.DataFrame:
    """Open invoices with a dispute that nobody has closed; of several the oldest, with the amounts together."""
    rows = cut.disputes[cut.disputes["closed_on"].isna()].merge(table, on="invoice_id", suffixes=("", "_due"))
    rows = rows.assign(amount=rows["amount"].fillna(rows["amount_open"]), detail=rows["reason"].fillna(""))
    rows = rows.sort_values(["opened_on", "dispute_id"], kind="stable")
    rows = rows.groupby("invoice_id", as_index=False, sort=False).agg(
        customer_id=("customer_id", "first"), currency=("currency", "first"), amount=("amount", "sum"),
        amount_open=("amount_open", "first"), since=("opened_on", "first"), detail=("detail", "first"),
    )  # fmt: skip
    return _ordered(rows.assign(amount=rows[["amount", "amount_open"]].min(axis=1)))


def _broken(cut: Ledger, at: pd.Timestamp, table: pd.DataFrame) -> pd.DataFrame:
    """Open invoices whose last promise has passed without the promised amount having come since it was made."""
    last = cut.promises[cut.promises["invoice_id"].notna()].sort_values(
        ["made_on", "promised_on", "promise_id"], kind="stable"
    )
    last = last.drop_duplicates("invoice_id", keep="last")
    rows = last[last["promised_on"] < at].merge(table, on="invoice_id", suffixes=("", "_due"))
    money = cut.payments[cut.payments["kind"] != "write_off"]
    paid = money.merge(rows[["invoice_id", "made_on", "promised_on"]], on="invoice_id")
    paid = paid[(paid["paid_on"] >= paid["made_on"]) & (paid["paid_on"] <= paid["promised_on"])]
    came = paid.groupby("invoice_id")["amount"].sum().reindex(rows["invoice_id"]).fillna(0.0).to_numpy()
    rows = rows[~(came >= rows["amount"] - cut.tolerance)]  # a promise without an amount is one of all
    amount = rows["amount"].fillna(rows["amount_open"]).clip(upper=rows["amount_open"])
    return _ordered(
        rows.assign(customer_id=rows["customer_id_due"], amount=amount, since=rows["promised_on"], detail="")
    )


def _flagged(table: pd.DataFrame, flag: str) -> pd.DataFrame:
    some = table[flagged(table, flag)]
    return _ordered(some.assign(amount=some["amount_open"], since=some["due_on"], detail=""))


def flagged(table: pd.DataFrame, flag: str) -> pd.Series:
    """Which rows of a score table bear a flag."""
    return (" " + table["flags"].astype("str") + " ").str.contains(f" {flag} ", regex=False)


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[COLUMNS].sort_values(["since", "customer_id", "invoice_id"], kind="stable", ignore_index=True)
