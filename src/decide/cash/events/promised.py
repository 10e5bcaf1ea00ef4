"""What customers have promised to pay: what came of it in the past, and what is promised of open invoices."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....ledger import TABLES, Ledger
from ....ledger.cut import known_on
from ....ledger.schema import MONEY_UNITS, NO_DAY, days, units
from ....ledger.settle import closings
from ..items import OpenItems
from .lags import Lags, learned
from .moves import ALL, LOST, came_after, claimed, moves_of, pairs_of, summed

Ints = NDArray[np.int64]

LAGS = (-365, -4, 0, 1, 4, 14, 61)
"""Days from the promised day at which another group of days begins: long before, the days before, the day, after it."""


def past_promises(cut: Ledger, today: int) -> Lags:
    """How many days from the promised day the money came.

    A promise is kept on the day on which what was paid or credited after it was made reaches the promised amount, or
    settles the invoice. One that has not been kept by as_of counts as unpaid until then. One that names no invoice of
    the ledger teaches nothing.

    Parameters
    ----------
    cut : the ledger as known at as_of. today : as_of, as a day number.
    """
    table = _promises(cut)
    bills = cut.invoices[["invoice_id", "amount"]].assign(billed=units(cut.invoices["amount"]))
    table = table.merge(bills[["invoice_id", "billed"]], on="invoice_id").reset_index(drop=True)
    n = len(table)
    pairs = pairs_of(table[["invoice_id", "made"]], moves_of(cut), ["invoice_id"])
    lost = (pairs["kind"] == LOST).to_numpy()
    before = summed(pairs[~lost & (pairs["paid"] <= pairs["made"]).to_numpy()], n)
    billed, said = table["billed"].to_numpy(), table["units"].to_numpy()
    goal = np.where(said == ALL, billed, np.minimum(billed, before + said)) - round(cut.tolerance * MONEY_UNITS)
    row, paid, amount = (pairs[name].to_numpy() for name in ("place", "paid", "units"))
    kept, _ = closings(n, goal, row, paid, amount, lost)
    promised = table["promised"].to_numpy()
    return learned(
        LAGS,
        entry=table["known"].to_numpy() + 1 - promised,
        end=np.minimum(kept, today - 1) - promised,
        paid=kept != NO_DAY,
        ended=promised < today,
    )


def pending(items: OpenItems, cut: Ledger) -> tuple[Ints, Ints]:
    """What is promised of open invoices at their as_of.

    Returns
    -------
    promised_on : (n,) day number; of the latest promise made. amount : (n,) units that it still owes, at most what is
    open; 0 where there is no promise, or its day has passed.
    """
    today = int(days(pd.Series([items.at]))[0])
    table, moves = _promises(cut), moves_of(cut)
    rows = pd.DataFrame({"row": np.arange(len(items)), "invoice_id": items.invoice_id, "open": units(items.amount)})
    rows = rows.astype({"invoice_id": "str"})
    named = table.merge(rows, on="invoice_id")
    named["owed"] = _left(named, came_after(named, moves, ["invoice_id"], "made"))
    every = pd.concat([named, _shared(rows, items, cut, table, moves)], ignore_index=True)
    latest = every.sort_values(["row", *_ORDER]).drop_duplicates("row", keep="last")
    latest = latest[latest["promised"] >= today]
    promised, amount = np.zeros(len(items), dtype=np.int64), np.zeros(len(items), dtype=np.int64)
    promised[latest["row"]] = latest["promised"]
    amount[latest["row"]] = np.minimum(latest["owed"], latest["open"])
    return promised, amount


_ORDER = ["made", "promised", "promise_id"]


def _promises(cut: Ledger) -> pd.DataFrame:
    """promise_id, customer_id, invoice_id, made, promised, known (day numbers), units (``ALL``: everything)."""
    table = cut.promises
    return table[["promise_id", "customer_id", "invoice_id"]].assign(
        made=days(table["made_on"]),
        promised=days(table["promised_on"]),
        known=days(known_on(TABLES["promises"], table)),
        units=claimed(table["amount"]),
    )


def _left(promises: pd.DataFrame, came: Ints) -> Ints:
    return np.maximum(promises["units"].to_numpy() - came, 0)


def _shared(
    rows: pd.DataFrame, items: OpenItems, cut: Ledger, table: pd.DataFrame, moves: pd.DataFrame
) -> pd.DataFrame:
    """Promises without an invoice, shared out among the customer's invoices of that time, the oldest due first.

    An amount without an invoice bears no currency: it says nothing of a customer who owes in several.
    """
    loose = table[table["invoice_id"].isna()].drop(columns="invoice_id")
    loose = loose.sort_values(_ORDER).drop_duplicates("customer_id", keep="last")
    bills = rows.assign(customer_id=items.customer_id, currency=items.currency, overdue=items.days_overdue)
    bills = bills.astype({"customer_id": "str", "currency": "str"})
    issued = cut.invoices[["invoice_id"]].assign(issued=days(cut.invoices["issued_on"]))
    found = bills.merge(loose, on="customer_id").merge(issued, on="invoice_id")
    found = found[found["issued"] <= found["made"]]
    several = found.groupby("customer_id")["currency"].transform("nunique") > 1
    found = found[~several | (found["units"] == ALL)]
    found = found.sort_values(["customer_id", "overdue", "invoice_id"], ascending=[True, False, True])
    found = found.reset_index(drop=True)
    left = _left(found, came_after(found, moves, ["customer_id", "currency"], "made"))
    open_ = found["open"]
    before = (open_.groupby(found["customer_id"]).cumsum() - open_).to_numpy()
    found["owed"] = np.clip(left - before, 0, open_.to_numpy())
    return found[found["owed"] > 0]
