"""The one place where time is cut.

Slow and obviously right; everything fast in this package has to equal what it computes on a ledger cut here.
"""

from __future__ import annotations

import pandas as pd

from .book import Ledger, day
from .schema import TABLES, Table


def as_of(ledger: Ledger, date: object) -> Ledger:
    """The ledger as it was known at the start of a day.

    A row is known from the later of its own date and ``recorded_on``; what is known only on ``date`` or later is
    dropped. Of several versions of one row the one recorded last among the known counts. A dispute that was closed
    on ``date`` or later is open. Master data (customers) bears no date and stays, unless it was recorded later.

    Parameters
    ----------
    ledger : the whole book.
    date : the decision's day; what happened that day is not known.

    Returns
    -------
    Ledger with the same settings. Settlement is derived from payments, so what was settled later is open in it.
    """
    at = day(date)
    found = known(ledger, at)
    return ledger.with_tables({name: _latest(spec, found.table(name)) for name, spec in TABLES.items()})


def known(ledger: Ledger, date: object) -> Ledger:
    """Every row that was known at the start of a day, of each row every version: :func:`as_of` before it chooses.

    An earlier decision still finds in it what was known then: ``as_of(known(ledger, b), a)`` is ``as_of(ledger, a)``
    for every a up to b.
    """
    at = day(date)
    return ledger.with_tables({name: _known(spec, ledger.table(name), at) for name, spec in TABLES.items()})


def _known(spec: Table, table: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    rows = table[~(known_on(spec, table) >= at)].reset_index(drop=True)
    if "closed_on" in spec.names:
        rows.loc[rows["closed_on"] >= at, "closed_on"] = pd.NaT
    return rows


def _latest(spec: Table, known: pd.DataFrame) -> pd.DataFrame:
    version = known["recorded_on"] if spec.dated is None else known["recorded_on"].fillna(known[spec.dated])
    order = version.sort_values(kind="stable", na_position="first").index
    latest = ~known.loc[order].duplicated(list(spec.key), keep="last")
    return known[latest.reindex(known.index)].reset_index(drop=True)


def known_on(spec: Table, table: pd.DataFrame) -> pd.Series:
    """The day on which each row came to be known (NaT: always known)."""
    if spec.dated is None:
        return table["recorded_on"]
    return table[[spec.dated, "recorded_on"]].max(axis=1)
