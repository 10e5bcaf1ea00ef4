"""What customers contest: what came of it in the past, and what is contested of open invoices."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....ledger import TABLES, Ledger, settle
from ....ledger.cut import known_on
from ....ledger.schema import NO_DAY, days, units
from ..items import OpenItems
from .lags import Lags, learned
from .moves import came_after, claimed, moves_of, pairs_of, summed

Ints = NDArray[np.int64]

LAGS = (1, 15, 30, 45, 60, 90, 181)
"""Days from the opening of a dispute at which another group of days begins."""


def past_disputes(cut: Ledger, today: int) -> tuple[Lags, float]:
    """How many days after a dispute was opened its invoice was settled, and what share was credited.

    An open invoice counts as unpaid until as_of; one that was written off is never paid.

    Parameters
    ----------
    cut : the ledger as known at as_of. today : as_of, as a day number.

    Returns
    -------
    lags, and the mean share of the disputed amount that was credited after the dispute was opened, of invoices that are
    closed; 0 where none is.
    """
    state = settle(cut)
    bills = state[["invoice_id"]].assign(
        billed=units(state["amount"]),
        settled=days(state["settled_on"]),
        lost=state["written_off_on"].notna(),
    )
    table = _disputes(cut).merge(bills, on="invoice_id").reset_index(drop=True)
    settled, opened = table["settled"].to_numpy(), table["opened"].to_numpy()
    over = (settled != NO_DAY) | table["lost"].to_numpy()
    lags = learned(
        LAGS,
        entry=table["known"].to_numpy() + 1 - opened,
        end=np.minimum(settled, today - 1) - opened,
        paid=settled != NO_DAY,
        ended=over,
    )
    return lags, _credited(table[over].reset_index(drop=True), moves_of(cut))


def contested(items: OpenItems, cut: Ledger) -> tuple[Ints, Ints]:
    """What is contested of open invoices at their as_of.

    Returns
    -------
    opened_on : (n,) day number, of the latest dispute that is open. amount : (n,) units contested, by all of them, at
    most what is open; 0 where none is.
    """
    table = _disputes(cut)
    row = pd.Index(items.invoice_id).get_indexer(pd.Index(table["invoice_id"]))
    kept = (row >= 0) & table["open"].to_numpy()
    row, table = row[kept], table[kept]
    opened, amount = np.zeros(len(items), dtype=np.int64), np.zeros(len(items), dtype=np.int64)
    np.maximum.at(opened, row, table["opened"].to_numpy())
    np.add.at(amount, row, np.minimum(table["units"].to_numpy(), units(items.amount)[row]))
    return opened, np.minimum(amount, units(items.amount))


def _disputes(cut: Ledger) -> pd.DataFrame:
    """invoice_id, opened, known (day numbers), units (``ALL``: everything), open (flag)."""
    table = cut.disputes
    return table[["invoice_id"]].assign(
        opened=days(table["opened_on"]),
        known=days(known_on(TABLES["disputes"], table)),
        units=claimed(table["amount"]),
        open=table["closed_on"].isna(),
    )


def _credited(table: pd.DataFrame, moves: pd.DataFrame) -> float:
    earlier = pairs_of(table[["invoice_id", "opened"]], moves, ["invoice_id"])
    before = summed(earlier[earlier["paid"] <= earlier["opened"]], len(table))
    most = np.minimum(table["units"].to_numpy(), table["billed"].to_numpy() - before)
    credit = came_after(table, moves[moves["kind"] == "credit_note"], ["invoice_id"], "opened")
    some = most > 0
    share = np.clip(credit[some], 0, most[some]) / most[some]
    return float(share.mean()) if some.any() else 0.0
