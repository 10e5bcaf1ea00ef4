"""Accounts with invoices on one side and what settles them on the other: what belongs to what."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..formats import Format
from ..readers.formulas import formula, units_in
from .reading import Guess

_CLEARED = 0.05
"""What a discount may leave of documents that are cleared with each other."""

_MOSTLY = 0.5
"""A column links documents if in so many of its groups with an invoice there is one that settles it, too."""


def link_of(guess: Guess, kinds: Mapping[str, str]) -> str | None:
    """What invoices have in common with the documents that settle them, where these have rows of their own.

    A letter, number or day means something within one customer only: A is another letter with the next one.

    Parameters
    ----------
    kinds : what the words of the column of types mean.
    """
    amount = guess.column("amount")
    if amount not in guess.sheet.columns:
        return None
    units, _ = units_in(guess.sheet, amount, Format("guess", "", "", False, (), amounts=guess.amounts))
    owed, settles = units > 0, units < 0
    if kinds:
        kind = guess.sheet.trimmed(guess.found["kind"].column).to_pandas().map(kinds).to_numpy(dtype=object)
        owed, settles = (
            owed & (kind == "invoice"),
            np.isin(kind, ("payment", "credit_note")) | (settles & (kind == "invoice")),
        )
    if not settles.any():
        return None
    customer = guess.found["customer_id"].column if "customer_id" in guess.found else None
    codes = next((c for c in guess.columns if c.name == guess.column("currency")), None)
    currency = [codes.name] if codes is not None and codes.distinct > 1 else []
    for ours in ("match", "payment_id", "paid_on"):
        column = guess.column(ours)
        if column in guess.sheet.columns and customer in guess.sheet.columns:
            names = [customer, column, *currency]
            said = pd.DataFrame({name: guess.sheet.trimmed(name).to_pandas() for name in names})
            groups = said.groupby(names, sort=False).ngroup().to_numpy()
            filled = (said[column] != "").to_numpy()
            there = np.unique(groups[filled & owed])
            linked = np.isin(there, groups[filled & settles])
            if ours != "match" and len(there):
                # A day may be shared by chance; what settles each other adds up to nothing, or to a discount.
                worth = np.where(owed, np.abs(units), 0)
                left = np.bincount(groups[filled], (worth - np.where(settles, np.abs(units), 0))[filled])[there]
                linked &= np.abs(left) <= _CLEARED * np.bincount(groups[filled], worth[filled])[there]
            if len(there) and linked.mean() > _MOSTLY:
                return formula("joined", *names)
    return None
