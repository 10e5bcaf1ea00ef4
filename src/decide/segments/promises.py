"""Which promises were kept."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger import Ledger
from ...ledger.schema import MONEY_UNITS, days, units

GRACE = 3
"""Days after the promised one that still keep a promise."""
ANY = np.iinfo(np.int64).max
"""Units wanted where no amount is told."""


def promises_kept(cut: Ledger, at: int) -> pd.DataFrame:
    """Promises whose day, and some days of grace, are over, and whether each was kept: customer_id, kept.

    A promise is kept by what is paid from the day it was made on: on its invoice, or by the customer where it names
    none. That has to reach the amount promised, or what was open on the invoice then, whichever is less; where neither
    is told, any payment will do. Nothing had to be paid any more: kept. What was promised of one thing on one day is a
    plan: money that keeps its first instalment does not keep the next one, too.

    Parameters
    ----------
    cut : the ledger as known at ``at`` (days since 1970-01-01).
    """
    due = cut.promises[days(cut.promises["promised_on"]) + GRACE < at].reset_index(drop=True)
    paid = cut.payments[(cut.payments["kind"] != "write_off").to_numpy()]
    about = due["invoice_id"].notna().to_numpy()
    amounts = cut.invoices.set_index("invoice_id")["amount"]
    slack, kept = round(cut.tolerance * MONEY_UNITS), np.zeros(len(due), dtype=bool)
    for rows, key in ((about, "invoice_id"), (~about, "customer_id")):
        mine = due[rows]
        before, within = _paid(mine, paid, key)
        billed = _units_or_any(mine["invoice_id"].map(amounts))
        left = np.where(billed == ANY, ANY, billed - before)
        wanted = np.minimum(left, _up_to(mine, key))
        kept[rows] = np.where(wanted == ANY, within > 0, within >= wanted - slack)
    return pd.DataFrame({"customer_id": due["customer_id"], "kept": kept})


def _up_to(promises: pd.DataFrame, key: str) -> NDArray[np.int64]:
    """Units of each promise with those that were made with it for earlier days; ANY where it tells none."""
    told = _units_or_any(promises["amount"])
    table = promises[[key, "made_on", "promised_on"]].assign(units=np.where(told == ANY, 0, told))
    table = table.reset_index(drop=True).sort_values("promised_on", kind="stable")
    together = table.groupby([key, "made_on"])["units"].cumsum().sort_index()
    return np.where(told == ANY, ANY, together.to_numpy(dtype=np.int64))


def _units_or_any(amounts: pd.Series) -> NDArray[np.int64]:
    known = amounts.notna().to_numpy()
    return np.where(known, units(amounts.astype(np.float64).fillna(0.0)), ANY)


def _paid(promises: pd.DataFrame, paid: pd.DataFrame, key: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Units paid before each promise was made, and from then to its end."""
    numbered = promises[[key, "made_on", "promised_on"]].assign(row=np.arange(len(promises)))
    pairs = numbered.merge(paid[[key, "paid_on", "amount"]], on=key)
    amount, row = units(pairs["amount"]), pairs["row"].to_numpy()
    early = (pairs["paid_on"] < pairs["made_on"]).to_numpy()
    in_time = ~early & (pairs["paid_on"] <= pairs["promised_on"] + pd.Timedelta(days=GRACE)).to_numpy()
    sums = []
    for which in (early, in_time):
        total = np.zeros(len(promises), dtype=np.int64)
        np.add.at(total, row[which], amount[which])
        sums.append(total)
    return sums[0], sums[1]
