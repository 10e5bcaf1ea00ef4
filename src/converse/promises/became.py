"""What became of the promises of a ledger, and how many there were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...decide.segments.promises import GRACE, promises_kept
from ...ledger import Ledger
from ...ledger.schema import NO_DAY, days
from .states import ACTIVE, BROKEN, KEPT, WITHDRAWN

COLUMNS = ["promise_id", "customer_id", "invoice_id", "made_on", "promised_on", "amount"]
YEAR = 365


@dataclass(frozen=True)
class Counts:
    """How often a customer has promised.

    Attributes
    ----------
    about : promises about each invoice so far, whatever became of them. broken : promises whose day was in the last
        365 days, and that were broken.
    """

    about: Mapping[str, int]
    broken: int


def became(cut: Ledger, at: int) -> pd.DataFrame:
    """What became of every promise.

    A promise is kept by money, as :func:`paybench.decide.segments.promises.promises_kept` tells; not kept, it is
    withdrawn if a later promise of the same thing was made up to its day, broken once its day and some days of grace
    are over, and active until then.

    Parameters
    ----------
    cut : the ledger as known at ``at`` (days since 1970-01-01).

    Returns
    -------
    DataFrame in the order of ``cut.promises``: promise_id, customer_id, invoice_id, made_on, promised_on, amount,
    state (active, kept, broken, withdrawn).
    """
    table = cut.promises[COLUMNS].reset_index(drop=True)
    # As if every promise were over: money that is known keeps it, be it early.
    kept = promises_kept(cut, NO_DAY)["kept"].to_numpy(dtype=bool)
    over = days(table["promised_on"]) + GRACE < at
    state = np.where(kept, KEPT, np.where(_replaced(table), WITHDRAWN, np.where(over, BROKEN, ACTIVE)))
    return table.assign(state=pd.Series(state, dtype="str"))


def counts(cut: Ledger, at: int, customer_id: str) -> Counts:
    """How often a customer has promised, as known at ``at`` (days since 1970-01-01).

    Rows that were promised on one day about one invoice are one promise (a plan has a row for each instalment), and so
    are rows of one day that name the same promised day (one promise of several invoices). A promise that names no
    invoice is about all that were billed when it was made.
    """
    mine = cut.promises[(cut.promises["customer_id"] == customer_id).to_numpy()].reset_index(drop=True)
    table = became(cut.with_tables({"promises": mine}), at)
    bills = cut.invoices.loc[(cut.invoices["customer_id"] == customer_id).to_numpy(), ["invoice_id", "issued_on"]]
    named = table.loc[table["invoice_id"].notna(), ["invoice_id", "made_on"]]
    loose = table.loc[table["invoice_id"].isna(), ["made_on"]].merge(bills, how="cross")
    loose = loose.loc[loose["issued_on"] <= loose["made_on"], ["invoice_id", "made_on"]]
    about = pd.concat([named, loose]).drop_duplicates().groupby("invoice_id").size()
    recent = days(table["promised_on"]) >= at - YEAR
    broken = table[(table["state"] == BROKEN).to_numpy() & recent].drop_duplicates(["made_on", "promised_on"])
    return Counts({str(invoice): int(n) for invoice, n in about.items()}, len(broken))


def _replaced(table: pd.DataFrame) -> np.ndarray:
    """(n,) whether the same customer promised the same thing again, later and up to the promised day."""
    said = table[["customer_id", "invoice_id"]].fillna("").assign(made=days(table["made_on"]))
    once = said.drop_duplicates().sort_values("made")
    once["following"] = once.groupby(["customer_id", "invoice_id"])["made"].shift(-1)
    following = said.merge(once, how="left")["following"].to_numpy(dtype=np.float64)
    found: np.ndarray = following <= days(table["promised_on"])  # NaN where there is none
    return found
