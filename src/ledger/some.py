"""A ledger of some of its customers."""

from __future__ import annotations

from collections.abc import Collection

from .book import Ledger
from .schema import TABLES


def without_customers(ledger: Ledger, gone: Collection[str]) -> Ledger:
    """The ledger without some customers: none of their rows in any table, nor any about their invoices."""
    theirs = ledger.invoices.loc[ledger.invoices["customer_id"].isin(gone), "invoice_id"]
    tables = {}
    for name in TABLES:
        table = ledger.table(name)
        kept = ~table["customer_id"].isin(gone) if "customer_id" in table else ~table["invoice_id"].isin(theirs)
        tables[name] = table[kept].reset_index(drop=True)
    return ledger.with_tables(tables)
