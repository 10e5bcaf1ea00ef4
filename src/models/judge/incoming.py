"""Cash of the open book in the next weeks: what was expected at each origin, and what came.

An invoice's whole open amount counts in the week in which it was settled; part payments on the way there do not.
Currencies are never added together.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger import as_of, settle
from ..family.daily import days_overdue
from ..family.distribution import DaysLate
from ..learn.folds import Book, Rows
from ..learn.metrics import wape
from .rivals import DUE, DUE_MEAN, EMPIRICAL, MODEL, Rival

Floats = NDArray[np.float64]

WEEKS = 4
FORECASTS = (MODEL, EMPIRICAL, DUE_MEAN, DUE)


def cash_of(book: Book, origin: pd.Timestamp, rows: Rows, rivals: list[Rival]) -> pd.DataFrame:
    """Expected and actual cash of the invoices that were open at an origin, by currency, customer and week.

    Parameters
    ----------
    book : which knows the outcomes of at least :data:`WEEKS` weeks after ``origin``.
    rows : open at the origin, outcomes known. rivals : of which those in :data:`FORECASTS` are asked.

    Returns
    -------
    DataFrame indexed by origin, currency, customer and week (the date of its first day): invoices and amount open at
    the origin, actual, and a column per forecast, in currency units.
    """
    facts = settle(as_of(book.cut, origin)).set_index("invoice_id")["amount_open"]
    amount = facts.reindex(rows.X.index.get_level_values("invoice_id")).to_numpy(dtype=np.float64)
    overdue = days_overdue(rows.X)
    settled = rows.labels["settled_on"].to_numpy().astype("datetime64[D]")
    after = (settled - np.datetime64(origin, "D")).astype(np.float64)
    after[np.isnat(settled)] = np.inf
    cash = {"actual": in_week(after, amount)}
    for name in FORECASTS:
        rival = next(r for r in rivals if r.name == name)
        if rival.distribution is not None:
            cash[name] = by_week(rival.distribution(rows.X).given_unpaid(overdue), overdue, amount)
        elif rival.days is not None:
            cash[name] = in_week(np.maximum(np.rint(rival.days(rows.X)) - overdue, 0.0), amount)
    keys = {"currency": rows.X["currency"].astype("str").to_numpy(), "customer": rows.customers}
    parts = []
    for k in range(WEEKS):
        part = pd.DataFrame({**keys, "invoices": 1, "open": amount, **{name: v[:, k] for name, v in cash.items()}})
        parts.append(part.assign(origin=f"{origin:%Y-%m-%d}", week=origin + pd.Timedelta(days=7 * k)))
    return pd.concat(parts).groupby(["origin", "currency", "customer", "week"], sort=False).sum()


def cash_weeks(cash: pd.DataFrame) -> pd.DataFrame:
    """The same of all customers together, by origin, currency and week."""
    return cash.groupby(level=["origin", "currency", "week"]).sum() if len(cash) else pd.DataFrame()


def by_week(said: DaysLate, overdue: NDArray[np.int64], amount: Floats) -> Floats:
    """(n, weeks) expected amounts: what is open times the probability that it is paid in each week.

    Parameters
    ----------
    said : distributions of n invoices, given that each is unpaid ``overdue`` days after due. amount : (n,) open.
    """
    daily = said.on_days(overdue, 7 * WEEKS)
    paid: Floats = daily.reshape(len(amount), WEEKS, 7).sum(axis=2) * amount[:, None]
    return paid


def in_week(after: Floats, amount: Floats) -> Floats:
    """(n, weeks) each whole amount in the week that lies ``after`` so many days; nowhere if that is later."""
    return np.where(np.floor(after / 7)[:, None] == np.arange(WEEKS), amount[:, None], 0.0)


def cash_errors(cash: pd.DataFrame, draws: int = 1000, seed: int = 0) -> pd.DataFrame:
    """Errors of the weekly cash of all origins: one row per currency and forecast.

    Parameters
    ----------
    cash : several :func:`cash_of`, one below the other. draws, seed : of the bootstrap over customers.

    Returns
    -------
    DataFrame indexed by currency and forecast: weeks, invoices (counted at every origin at which they were open),
    actual and expected (sums, currency units), wape, and skill = 1 - wape / wape of due date + customer's mean delay
    with low and high (95 %, by customer). Customers drawn twice or not at all add errors of their own to sums, so that
    the interval reaches rather too low.
    """
    rows = {}
    if cash.empty:
        return pd.DataFrame()
    for currency, mine in cash.groupby(level="currency"):
        wide = mine.droplevel("currency").unstack("customer").fillna(0.0)
        order = mine.index.unique("customer")  # of their invoices, so that names decide nothing
        columns = {name: wide[[(name, c) for c in order]].to_numpy().T for name in ("actual", *FORECASTS)}
        actual, said = columns["actual"], {name: columns[name] for name in FORECASTS}
        n = len(order)
        weight = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws)
        off = {name: np.abs(weight @ (v - actual)).sum(axis=1) for name, v in said.items()}
        error = {name: wape(v.sum(axis=0), actual.sum(axis=0)) for name, v in said.items()}
        plain = error[DUE_MEAN]
        for name in FORECASTS:
            with np.errstate(divide="ignore", invalid="ignore"):
                gains = 1 - off[name] / off[DUE_MEAN]
            gains = gains[np.isfinite(gains)]
            low, high = np.quantile(gains, [0.025, 0.975]) if plain and len(gains) else (np.nan, np.nan)
            rows[currency, name] = {
                "weeks": len(wide),
                "invoices": int(mine["invoices"].sum() / WEEKS),
                "actual": actual.sum(),
                "expected": said[name].sum(),
                "wape": error[name],
                "skill": 1 - error[name] / plain if plain else np.nan,
                "low": low,
                "high": high,
            }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(table.index, names=["currency", "forecast"])
    return table
