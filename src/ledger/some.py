"""A ledger of some of its customers, or without them."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

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


def only_customers(ledger: Ledger, kept: Collection[str]) -> Ledger:
    """The ledger of some customers: their rows in every table, and whatever is about their invoices."""
    theirs = ledger.invoices.loc[ledger.invoices["customer_id"].isin(kept), "invoice_id"]
    tables = {}
    for name in TABLES:
        table = ledger.table(name)
        mine = np.zeros(len(table), dtype=bool)
        for column, values in (("invoice_id", theirs), ("customer_id", kept)):
            if column in table:
                mine |= table[column].isin(values).to_numpy(dtype=bool)
        tables[name] = table[mine].reset_index(drop=True)
    return ledger.with_tables(tables)
