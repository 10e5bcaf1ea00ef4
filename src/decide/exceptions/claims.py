"""What customers contest, and what they promised and did not keep."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .rows import ordered, told_money
from .seen import Seen


def disputed(seen: Seen) -> pd.DataFrame:
    """Open invoices with a dispute that nobody has closed; of several the oldest, with the amounts together."""
    table = seen.cut.disputes
    live = table[table["closed_on"].isna()]
    if live.empty:
        return ordered(live)
    rows = live.merge(seen.open, on="invoice_id", suffixes=("", "_due"))
    rows = rows.assign(amount=rows["amount"].fillna(rows["amount_open"]), detail=rows["reason"].fillna(""))
    rows = rows.sort_values(["opened_on", "dispute_id"], kind="stable")
    rows = rows.groupby("invoice_id", as_index=False, sort=False).agg(
        customer_id=("customer_id", "first"), currency=("currency", "first"), amount=("amount", "sum"),
        amount_open=("amount_open", "first"), since=("opened_on", "first"), detail=("detail", "first"),
    )  # fmt: skip
    return ordered(rows.assign(amount=rows[["amount", "amount_open"]].min(axis=1)))


def broken(seen: Seen) -> pd.DataFrame:
    """Open invoices whose last promise has passed without the promised amount having come since it was made."""
    cut = seen.cut
    last = _latest(cut.promises[cut.promises["invoice_id"].notna()], "invoice_id")
    rows = last[last["promised_on"] < seen.at].merge(seen.open, on="invoice_id", suffixes=("", "_due"))
    if rows.empty:
        return ordered(rows)
    money = cut.payments[cut.payments["kind"] != "write_off"]
    paid = money.merge(rows[["invoice_id", "made_on", "promised_on"]], on="invoice_id")
    paid = paid[(paid["paid_on"] >= paid["made_on"]) & (paid["paid_on"] <= paid["promised_on"])]
    came = paid.groupby("invoice_id")["amount"].sum().reindex(rows["invoice_id"]).fillna(0.0).to_numpy()
    rows = rows[~(came >= rows["amount"] - cut.tolerance)]  # a promise without an amount is one of all
    amount = rows["amount"].fillna(rows["amount_open"]).clip(upper=rows["amount_open"])
    return ordered(
        rows.assign(customer_id=rows["customer_id_due"], amount=amount, since=rows["promised_on"], detail="")
    )


def broken_account(seen: Seen) -> pd.DataFrame:
    """Customers whose last promise for no known invoice has passed, who still owe what was billed before it was made.

    It is kept if in any one currency as much came by its day as was promised; a promise without an amount is one of
    all that was open. The amount is what is open of those invoices, where they are of one currency.
    """
    cut = seen.cut
    loose = cut.promises[~cut.promises["invoice_id"].isin(cut.invoices["invoice_id"])]
    last = _latest(loose, "customer_id")
    last = last.loc[last["promised_on"] < seen.at, ["customer_id", "made_on", "promised_on", "amount"]]
    if last.empty:
        return ordered(last)
    owed = last.merge(seen.open[["customer_id", "currency", "amount_open", "issued_on"]], on="customer_id")
    owed = owed[owed["issued_on"] <= owed["made_on"]]
    money = cut.payments[cut.payments["kind"] != "write_off"]
    paid = money[["customer_id", "currency", "paid_on", "amount"]].merge(
        last, on="customer_id", suffixes=("", "_promised")
    )
    paid = paid[(paid["paid_on"] >= paid["made_on"]) & (paid["paid_on"] <= paid["promised_on"])]
    came = paid.groupby(["customer_id", "currency"])["amount"].sum().groupby("customer_id").max()
    rows = last[last["customer_id"].isin(owed["customer_id"])]
    got = rows["customer_id"].map(came).astype("float64").fillna(0.0)
    rows = rows[~(got >= rows["amount"] - cut.tolerance)]
    by = owed.groupby("customer_id").agg(
        currencies=("currency", "nunique"), currency=("currency", "first"), open_=("amount_open", "sum")
    )
    by = by.reindex(rows["customer_id"])
    one = (by["currencies"] == 1).to_numpy()
    said = rows["amount"].notna().to_numpy()
    words = [f"{amount:,.2f} was promised" if known else "" for amount, known in zip(rows["amount"], said, strict=True)]
    left = [
        told_money(amount, currency) + " is open" if single else "several currencies are open"
        for amount, currency, single in zip(by["open_"], by["currency"], one, strict=True)
    ]
    return ordered(
        rows.assign(
            invoice_id="",
            currency=np.where(one, by["currency"].to_numpy(), ""),
            amount=np.where(one, by["open_"].to_numpy(dtype=np.float64), np.nan),
            since=rows["promised_on"],
            detail=[", ".join(filter(None, pair)) for pair in zip(words, left, strict=True)],
            subject=rows["customer_id"],
        )
    )


def _latest(promises: pd.DataFrame, by: str) -> pd.DataFrame:
    order = promises.sort_values(["made_on", "promised_on", "promise_id"], kind="stable")
    return order.drop_duplicates(by, keep="last")
