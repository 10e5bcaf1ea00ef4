"""Amounts that are unusual for their customer, and the largest accounts that are at risk."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...ledger.schema import MONEY_UNITS, units
from .rows import key, ordered, told_money
from .seen import Seen

ENOUGH = 12
"""Invoices of a customer in a currency from which on its usual amount is known."""
UNUSUAL = 3.5
"""Robust z from which on an amount is unusual (Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993)."""
LEAST_SPREAD = 0.1
"""Smallest spread of the logarithms: whose invoices are all alike may bill half as much again without being asked."""
_TO_SIGMA = 1.4826  # median absolute deviation of a normal distribution -> its standard deviation

KEY_SHARE = 0.2
"""The largest accounts that hold this share of a currency's open amount together are key accounts."""
AT_RISK_DAYS = 7
"""Days past due and grace from which on an invoice of a key account is at risk."""
AT_RISK_SHARE = 0.1
"""Share of what the account has open that has to be at risk."""


def unusual_amount(seen: Seen) -> pd.DataFrame:
    """Open invoices far from the customer's usual amount, up or down.

    z = (log amount - median) / (1.4826 x median absolute deviation), over all invoices of the customer in the currency
    that are known; at least :data:`ENOUGH`.
    """
    bills = seen.state[seen.state["amount"] > 0]
    by = [bills["customer_id"], bills["currency"]]
    logs = pd.Series(np.log(bills["amount"].to_numpy(np.float64)), index=bills.index)
    middle = logs.groupby(by).transform("median")
    spread = (_TO_SIGMA * (logs - middle).abs().groupby(by).transform("median")).clip(lower=LEAST_SPREAD)
    count = logs.groupby(by).transform("size")
    asked = (((logs - middle) / spread).abs() > UNUSUAL) & (count >= ENOUGH)
    asked &= bills["invoice_id"].isin(seen.open["invoice_id"])
    rows = bills[asked]
    usual, ratio, n = np.exp(middle[asked]), np.exp((logs - middle)[asked]), count[asked]
    said = [
        f"billed {told_money(amount, currency)}, {_times(times)} the usual {told_money(typical, currency)} of {many} "
        "invoices"
        for amount, currency, times, typical, many in zip(
            rows["amount"], rows["currency"], ratio, usual, n, strict=True
        )
    ]
    return ordered(rows.assign(amount=rows["amount_open"], since=rows["issued_on"], detail=said))


def _times(ratio: float) -> str:
    return f"{ratio:,.1f} times" if ratio >= 1 else f"{ratio:.1%} of"


def key_account(seen: Seen) -> pd.DataFrame:
    """The largest accounts of each currency of which a good part is overdue or at high risk; the amount is that part.

    What is due since more than :data:`AT_RISK_DAYS` past the grace is at risk, and what has the risk ``high``.
    """
    still = seen.open
    risky = still["days_overdue"] > seen.cut.grace_days + AT_RISK_DAYS
    if "risk" in still:
        risky |= still["risk"].eq("high").fillna(False).astype(bool)
    begun = still["due_on"].where(still["days_overdue"] > 0, still["issued_on"])
    open_ = units(still["amount_open"])
    rows = still.assign(
        amount_open=open_, risky=np.where(risky, open_, 0), since=begun.where(risky), is_risky=risky.astype(bool)
    )
    accounts = rows.groupby(["customer_id", "currency"], as_index=False).agg(
        total=("amount_open", "sum"), amount=("risky", "sum"), since=("since", "min"), n=("invoice_id", "size"),
        risky=("is_risky", "sum"),
    )  # fmt: skip
    accounts = accounts.sort_values(["currency", "total", "customer_id"], ascending=[True, False, True], kind="stable")
    book = accounts.groupby("currency")["total"]
    before = book.cumsum() - accounts["total"]
    top = before < KEY_SHARE * book.transform("sum")
    accounts = accounts[top & (accounts["amount"] > 0) & (accounts["amount"] >= AT_RISK_SHARE * accounts["total"])]
    said = [
        f"{risky} of {n} open invoices, {told_money(total / MONEY_UNITS, currency)} open in all"
        for risky, n, total, currency in zip(
            accounts["risky"], accounts["n"], accounts["total"], accounts["currency"], strict=True
        )
    ]
    subject = key(accounts["customer_id"], accounts["currency"])
    amount = accounts["amount"] / MONEY_UNITS
    return ordered(accounts.assign(invoice_id="", amount=amount, detail=said, subject=subject))
