"""A book at a glance: what is in it, in which currencies, on which terms, how old what is open is.

Each function takes tables and gives one small table; amounts of different currencies are never added together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .book import Ledger, day
from .cut import known_on
from .schema import TABLES

if TYPE_CHECKING:
    from .checks import Examination

AGES = {"not due": 0, "1-30": 30, "31-60": 60, "61-90": 90, "over 90": np.iinfo(np.int32).max}
"""Classes of days overdue, and the last day of each; an invoice is not overdue on its due date yet."""


def tables(ledger: Ledger, date: object) -> pd.DataFrame:
    """Rows of each table, how many of them were known at the start of a day, and their first and last day.

    Parameters
    ----------
    ledger : the whole book. date : the day.

    Returns
    -------
    DataFrame by table: rows, known, customers (who occur in it; missing where it names none), first, last.
    """
    at, rows = day(date), {}
    for name, spec in TABLES.items():
        table = ledger.table(name)
        dates = table[spec.dated] if spec.dated else pd.Series(dtype="datetime64[s]")
        rows[name] = {
            "rows": len(table),
            "known": int((~(known_on(spec, table) >= at)).sum()),
            "customers": table["customer_id"].nunique() if "customer_id" in spec.names else pd.NA,
            "first": dates.min(),
            "last": dates.max(),
        }
    return pd.DataFrame.from_dict(rows, orient="index").astype({"customers": "Int64"})


def currencies(state: pd.DataFrame) -> pd.DataFrame:
    """What was billed and is open in each currency, the one with most invoices first.

    Parameters
    ----------
    state : of the invoices, as :func:`~.settle.settle` gives it.

    Returns
    -------
    DataFrame by currency: customers, invoices, billed, open (currency units), median and largest amount.
    """
    of = state.groupby("currency")
    table = pd.DataFrame(
        {
            "customers": of["customer_id"].nunique(),
            "invoices": of.size(),
            "billed": of["amount"].sum(),
            "open": of["amount_open"].sum(),
            "median": of["amount"].median(),
            "largest": of["amount"].max(),
        }
    )
    return table.sort_values("invoices", ascending=False)


def terms(state: pd.DataFrame, most: int = 8) -> pd.DataFrame:
    """The days from issue to due date that occur most often.

    Parameters
    ----------
    state : as in :func:`currencies`. most : how many terms get a line of their own; the rest shares the last one.

    Returns
    -------
    DataFrame by terms (days, or "other"): invoices, share, days_to_pay and days_late (medians of the settled ones).
    """
    term = (state["due_on"] - state["issued_on"]).dt.days
    common = term.value_counts().index[:most]
    of = state.groupby(term.where(term.isin(common)).astype("Int64"), dropna=False)
    table = pd.DataFrame({"invoices": of.size(), "days_to_pay": of["days_to_pay"].median()})
    table.insert(1, "share", table["invoices"] / len(state))
    table["days_late"] = of["days_late"].median()
    table.index = pd.Index(["other" if pd.isna(days) else str(days) for days in table.index], name="terms, days")
    return table


def ageing(state: pd.DataFrame, date: object) -> pd.DataFrame:
    """What is open at the start of a day, by days overdue.

    Parameters
    ----------
    state : as in :func:`currencies`, of the book as it was known at ``date``.

    Returns
    -------
    DataFrame by currency and class of :data:`AGES`: invoices, amount (still open, in currency units).
    """
    still = state[state["amount_open"] > 0]
    overdue = (day(date) - still["due_on"]).dt.days
    classes = pd.cut(overdue, [-np.inf, *AGES.values()], labels=list(AGES))
    of = still.groupby(["currency", classes.rename("days overdue")], observed=False)
    return pd.DataFrame({"invoices": of.size(), "amount": of["amount_open"].sum()})


def concentration(values: pd.Series) -> pd.DataFrame:
    """The Lorenz curve of some values: what share of the sum the largest share of the customers has.

    Parameters
    ----------
    values : one per customer, not negative, not all zero.

    Returns
    -------
    DataFrame: customers (share of them, from the largest down) and amount (share of the sum), from (0, 0) to (1, 1).
    """
    largest_first = np.sort(values.to_numpy(np.float64))[::-1]
    reached = np.concatenate([[0.0], np.cumsum(largest_first)])
    return pd.DataFrame({"customers": np.linspace(0, 1, len(reached)), "amount": reached / reached[-1]})


def findings(examined: Examination) -> pd.DataFrame:
    """What the checks say, the gravest first: severity, table, rows, finding."""
    return pd.DataFrame(
        [(f.severity, f.table, f.rows, f.sentence) for f in examined.findings],
        columns=["severity", "table", "rows", "finding"],
    )
