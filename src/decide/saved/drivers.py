"""Who explains the difference between what was expected and what came."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..cash.items import WEEK
from .came import Came
from .saved import Saved

Floats = NDArray[np.float64]

TOP = 10
"""Customers and invoices of each currency that are named."""


def drivers(saved: Saved, came: Came, days: int, names: pd.Series | None = None) -> pd.DataFrame:
    """The customers and invoices of the open book with the largest differences, for ``Comparison.drivers``.

    Parameters
    ----------
    saved : the forecast. came : what came. days : from as_of on, that are compared. names : of customers, by
        customer_id.

    Returns
    -------
    DataFrame: currency, what (customer or invoice), id, customer_id, name (if asked for), invoices (count), expected,
    came, difference (came - expected), in currency units; of each currency the :data:`TOP` largest customers and
    invoices by absolute difference.
    """
    invoices = saved.invoices[["invoice_id", "customer_id", "currency"]].assign(
        expected=_expected(saved, days), came=came.by_invoice
    )
    sums = {"invoices": ("invoice_id", "size"), "expected": ("expected", "sum"), "came": ("came", "sum")}
    customers = invoices.groupby(["currency", "customer_id"], as_index=False).agg(**sums)
    parts = [
        customers.assign(what="customer", id=customers["customer_id"]),
        invoices.assign(what="invoice", id=invoices["invoice_id"], invoices=1),
    ]
    table = pd.concat(parts, ignore_index=True)
    table["difference"] = table["came"] - table["expected"]
    order = {"place": table["currency"].map(saved.currencies.index), "size": -table["difference"].abs().round(2)}
    table = table.assign(**order).sort_values(["place", "what", "size", "id"])
    top = table.groupby(["currency", "what"], sort=False).head(TOP).reset_index(drop=True)
    top = top[["currency", "what", "id", "customer_id", "invoices", "expected", "came", "difference"]]
    if names is not None:
        top.insert(4, "name", top["customer_id"].map(names).astype("str").fillna(""))
    return top


def _expected(saved: Saved, days: int) -> Floats:
    """(invoices,) what each was expected to bring on so many days; of a week that runs, the share of its currency."""
    whole, part = divmod(days, WEEK)
    expected: Floats = saved.expected[:, :whole].sum(axis=1)
    if part:
        daily = saved.open_book.expected[:, WEEK * whole : WEEK * (whole + 1)]
        share = daily[:, :part].sum(axis=1) / np.maximum(daily.sum(axis=1), 1e-9)
        place = saved.invoices["currency"].map(saved.currencies.index).to_numpy(dtype=np.int64)
        expected = expected + saved.expected[:, whole] * share[place]
    return expected
