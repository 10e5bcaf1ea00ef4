"""Payments as integers, and what came after a day."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....ledger import Ledger
from ....ledger.schema import days, units

Ints = NDArray[np.int64]

LOST = "write_off"
ALL = 1 << 60
"""Units of an amount that is not said: everything that is open."""


def moves_of(cut: Ledger) -> pd.DataFrame:
    """The payments of a ledger: customer_id, invoice_id, currency, kind, paid (day number), units."""
    moves = cut.payments[["customer_id", "invoice_id", "currency", "kind"]]
    return moves.assign(paid=days(cut.payments["paid_on"]), units=units(cut.payments["amount"]))


def pairs_of(rows: pd.DataFrame, moves: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    """Each row (``place`` = 0, 1, ...) beside each payment that agrees with it on some columns, none of them empty."""
    named = rows.assign(place=np.arange(len(rows))).dropna(subset=on)
    return named.merge(moves[[*on, "kind", "paid", "units"]], on=on)


def came_after(rows: pd.DataFrame, moves: pd.DataFrame, on: list[str], day: str) -> Ints:
    """(n,) units that were paid or credited after each row's ``day`` (a column of day numbers)."""
    pairs = pairs_of(rows[[*on, day]], moves[moves["kind"] != LOST], on)
    return summed(pairs[pairs["paid"] > pairs[day]], len(rows))


def summed(pairs: pd.DataFrame, n: int) -> Ints:
    """(n,) units of the payments of :func:`pairs_of`."""
    found = np.zeros(n, dtype=np.int64)
    np.add.at(found, pairs["place"].to_numpy(), pairs["units"].to_numpy())
    return found


def claimed(amount: pd.Series) -> Ints:
    """(n,) units of amounts in which an empty one means everything; none is below zero."""
    return np.where(amount.isna(), ALL, np.maximum(units(amount.fillna(0.0)), 0))
