"""Scores that say little."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .rows import ordered
from .seen import Seen, flagged

WIDE = 90
"""Days between the early and the late end of the pay dates (8 of 10) from which on they say little."""

_FLAGS = {
    "cold_start": "the customer is hardly known",
    "unseen_value": "it has a code that the model has never met",
    "thin_tail": "the model has seen few invoices as late as this one may be",
}


def cold_start(seen: Seen) -> pd.DataFrame:
    """Open invoices of customers that are hardly known."""
    return _flagged(seen, "cold_start")


def unseen_value(seen: Seen) -> pd.DataFrame:
    """Open invoices with a value that the model has not met."""
    return _flagged(seen, "unseen_value")


def uncertain(seen: Seen) -> pd.DataFrame:
    """Large open invoices with a flag, or with pay dates that lie far apart."""
    if not seen.scored:
        return _none(seen)
    table = seen.open.assign(flags=seen.open["flags"].fillna(""), amount=seen.open["amount_open"])
    reasons = {text: flagged(table, flag).to_numpy() for flag, text in _FLAGS.items()}
    apart = np.zeros(len(table))
    if {"pay_on_p10", "pay_on_p90"} <= set(table.columns):
        apart += (table["pay_on_p90"] - table["pay_on_p10"]).dt.days.fillna(0).to_numpy(dtype=np.float64)
    wide = apart > WIDE
    asked = seen.is_large(table) & (wide | np.any(list(reasons.values()), axis=0))
    said = [
        ", ".join(
            [text for text, on in reasons.items() if on[row]]
            + [f"8 of 10 pay dates lie within {apart[row]:.0f} days"] * bool(wide[row])
        )
        for row in np.flatnonzero(asked).tolist()
    ]
    rows = table[asked]
    return ordered(rows.assign(since=rows["issued_on"], detail=said))


def _flagged(seen: Seen, flag: str) -> pd.DataFrame:
    if not seen.scored:
        return _none(seen)
    some = seen.open[flagged(seen.open.assign(flags=seen.open["flags"].fillna("")), flag)]
    return ordered(some.assign(amount=some["amount_open"], since=some["due_on"], detail=""))


def _none(seen: Seen) -> pd.DataFrame:
    return ordered(seen.open.head(0).assign(since=seen.at, detail=""))
