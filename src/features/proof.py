"""The law of time, to be seen on any book: what happens on a decision's day or later does not touch its features."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..ledger import Ledger, as_of, day, settle
from ..ledger.cut import known_on
from ..ledger.schema import TABLES
from .build import features_at

LEAK = "mean over the whole table"
"""What :func:`leaking_mean` is called beside the features."""

_END = "9999-12-31"


def books(ledger: Ledger, date: object, seed: int = 0) -> dict[str, Ledger]:
    """Three books that agree on what was known at the start of a day.

    Returns
    -------
    "whole book", "cut at as_of" and "another future" (:func:`another_future`).
    """
    return {
        "whole book": ledger,
        "cut at as_of": as_of(ledger, date),
        "another future": another_future(ledger, date, seed),
    }


def another_future(ledger: Ledger, date: object, seed: int = 0) -> Ledger:
    """The same past, and after it something else: half of the later rows are gone, the others moved and changed.

    Parameters
    ----------
    ledger : the whole book. date : what was known at its start stays as it is.
    seed : of what is dropped, moved by up to sixty days, and multiplied by up to two.
    """
    at, dice, tables = day(date), np.random.default_rng(seed), {}
    for name, spec in TABLES.items():
        table = ledger.table(name).copy()
        later = known_on(spec, table).to_numpy() >= at.to_datetime64()
        for column in (c.name for c in spec.columns if c.kind == "date"):
            moved = later & (table[column] >= at).to_numpy()
            table.loc[moved, column] += pd.to_timedelta(dice.integers(0, 60, int(moved.sum())), unit="D")
        if "closed_on" in spec.names:
            closed = (table["closed_on"] >= at).to_numpy()
            table.loc[closed, "closed_on"] += pd.to_timedelta(dice.integers(0, 60, int(closed.sum())), unit="D")
        if "amount" in spec.names:
            table.loc[later, "amount"] = (table.loc[later, "amount"] * dice.uniform(0.5, 2, int(later.sum()))).round(2)
        tables[name] = table[~later | (dice.random(len(table)) < 0.5)].reset_index(drop=True)
    return ledger.with_tables(tables)


def side_by_side(versions: dict[str, Ledger], rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The features of the same decision rows from each book, and behind them :data:`LEAK`, which is no feature.

    Parameters
    ----------
    versions : books that know of the rows' invoices. rows : invoice_id, customer_id, as_of.
    """
    found = {}
    for name, ledger in versions.items():
        table = features_at(ledger, rows)
        table[LEAK] = leaking_mean(ledger, rows).to_numpy()
        found[name] = table
    return found


def leaking_mean(ledger: Ledger, rows: pd.DataFrame) -> pd.Series:
    """What a careless line gives: mean days late of all of the customer's invoices that ever were settled.

    It looks like ``days_late_mean``. It holds the outcome of the invoice itself and of all that came after it; nobody
    has these numbers on the day of the decision, and a model that is fed with them looks good until it is used.

    Returns
    -------
    (n,) days, in the order of the rows.
    """
    mean = settle(as_of(ledger, _END)).groupby("customer_id")["days_late"].mean()
    return rows["customer_id"].map(mean).astype(np.float64)


def differences(found: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """How far each book's features are from the first one's.

    Parameters
    ----------
    found : as :func:`side_by_side` gives it.

    Returns
    -------
    DataFrame, one row per other book: rows; features and of these different ones; largest difference of a number; the
    same of :data:`LEAK`. Names and missing values differ unless both have the same.
    """
    first, *others = found
    base, answer = found[first].drop(columns=LEAK), {}
    numbers = base.select_dtypes("number").columns
    for name in others:
        other = found[name].drop(columns=LEAK)
        apart = (other[numbers] - base[numbers]).abs().to_numpy()
        different = ~((other == base) | (other.isna() & base.isna()))
        answer[f"{name} - {first}"] = {
            "rows": len(base),
            "features": base.shape[1],
            "different": int(different.any().sum()),
            "largest difference": float(np.nanmax(apart, initial=0)),
            LEAK: float((found[name][LEAK] - found[first][LEAK]).abs().max()),
        }
    return pd.DataFrame.from_dict(answer, orient="index").astype({"rows": int, "features": int, "different": int})
