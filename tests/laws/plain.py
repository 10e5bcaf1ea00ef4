"""Drawn ledgers without what sends a customer the slow way, so that the kernel itself is put to the test."""

from __future__ import annotations

import numpy as np
import pandas as pd

from paybench.ledger import Ledger
from paybench.ledger.schema import DATE


def only_growing(ledger: Ledger) -> Ledger:
    """The ledger without corrections, late records, reversals, prepayments, credit or write-off after settlement."""
    invoices = _first(ledger.invoices, "invoice_id")
    payments = _first(ledger.payments[ledger.payments["amount"] > 0], "payment_id")
    issued = invoices.set_index("invoice_id")["issued_on"].reindex(payments["invoice_id"]).to_numpy()
    early = payments["paid_on"].to_numpy() < issued
    payments["paid_on"] = np.where(early, issued, payments["paid_on"]).astype(DATE)
    paid_off = payments[payments["kind"] == "payment"]["invoice_id"]
    odd = (payments["kind"] != "payment") & payments["invoice_id"].isin(paid_off)
    customers = _first(ledger.customers, "customer_id")
    customers["recorded_on"] = pd.NaT
    disputes = _first(ledger.disputes, "dispute_id")
    return ledger.with_tables(
        {
            "invoices": invoices,
            "payments": payments[~odd].reset_index(drop=True),
            "customers": customers,
            "disputes": disputes,
            "contacts": _first(ledger.contacts, "contact_id"),
            "messages": _first(ledger.messages, "message_id"),
            "promises": _first(ledger.promises, "promise_id"),
        }
    )


def _first(table: pd.DataFrame, key: str) -> pd.DataFrame:
    kept = table.drop_duplicates(key).reset_index(drop=True).copy()
    kept["recorded_on"] = pd.Series(pd.NaT, index=kept.index).astype(DATE)
    return kept
