"""When and how each invoice was closed, as a ledger tells it (at one state of knowledge)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .book import Ledger
from .schema import MONEY_UNITS, NO_DAY, days, to_dates, units


def settle(ledger: Ledger) -> pd.DataFrame:
    """Derive the state of every invoice from its payments.

    An invoice is settled on the day on which its cumulative payments (credit notes count, reversals count negative,
    write-offs do not) reach the amount minus the tolerance, and stay there. It is written off on the day on which
    write-offs close what is left. One that credit notes reduce by more than half is cancelled.

    Parameters
    ----------
    ledger : one version per invoice and payment, i.e. a ledger that :func:`~.cut.as_of` has cut, or one without
        corrections. Everything in it counts as known.

    Returns
    -------
    DataFrame, one row per invoice in the order of ``ledger.invoices``: invoice_id, customer_id, currency, issued_on,
    due_on, amount; ``settled_on`` and ``written_off_on`` (NaT where not), ``amount_open`` (currency units, 0 when
    closed), ``cancelled`` (bool), ``days_late`` = settled_on - due_on and ``days_to_pay`` = settled_on - issued_on
    (calendar days, negative = early, never floored; NaN where not settled).
    """
    invoices = ledger.invoices
    n = len(invoices)
    amount = units(invoices["amount"])
    floor = amount - round(ledger.tolerance * MONEY_UNITS)
    row, paid_day, paid, kind = _applied(ledger)

    settled, written_off = closings(n, floor, row, paid_day, paid, kind == "write_off")
    is_open = (settled == NO_DAY) & (written_off == NO_DAY)
    credit = _sum(n, row[kind == "credit_note"], paid[kind == "credit_note"])
    open_units = np.where(is_open, np.maximum(amount - _sum(n, row, paid), 0), 0)
    frame = invoices[["invoice_id", "customer_id", "currency", "issued_on", "due_on", "amount"]].copy()
    frame["settled_on"] = to_dates(settled)
    frame["written_off_on"] = to_dates(written_off)
    frame["amount_open"] = open_units / MONEY_UNITS
    frame["cancelled"] = 2 * credit > amount
    known = settled != NO_DAY
    frame["days_late"] = np.where(known, settled - days(invoices["due_on"]), np.nan)
    frame["days_to_pay"] = np.where(known, settled - days(invoices["issued_on"]), np.nan)
    return frame


def closings(
    n: int, floor: np.ndarray, row: np.ndarray, paid_day: np.ndarray, paid: np.ndarray, write_off: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Days of settlement and of writing off of n invoices (NO_DAY if never), as :func:`settle` defines them.

    Parameters
    ----------
    floor : (n,) units that payments have to reach.
    row, paid_day, paid, write_off : (m,) invoice, day, units of each payment, and whether it is a write-off.
    """
    settled = _reached(n, row[~write_off], paid_day[~write_off], paid[~write_off], floor)
    closed = _reached(n, row, paid_day, paid, floor) if write_off.any() else settled
    return settled, np.where(settled == NO_DAY, closed, NO_DAY)


def _applied(ledger: Ledger) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Payments that name an invoice of the ledger: row of the invoice, day, integer amount, kind."""
    payments = ledger.payments
    row = pd.Index(ledger.invoices["invoice_id"]).get_indexer(payments["invoice_id"])
    kept = row >= 0
    return (
        row[kept],
        days(payments["paid_on"])[kept],
        units(payments["amount"])[kept],
        payments["kind"].to_numpy(dtype=object)[kept],
    )


def _sum(n: int, row: np.ndarray, amount: np.ndarray) -> np.ndarray:
    total = np.zeros(n, dtype=np.int64)
    np.add.at(total, row, amount)
    return total


def _reached(n: int, row: np.ndarray, paid_day: np.ndarray, paid: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """Per invoice the first day from which the sum of its payments stays at or above ``floor`` (NO_DAY if never)."""
    reached = np.full(n, NO_DAY, dtype=np.int64)
    if row.size == 0:
        return reached
    order = np.lexsort((paid_day, row))
    row, paid_day, paid = row[order], paid_day[order], paid[order]
    total = np.cumsum(paid)
    starts = np.r_[True, row[1:] != row[:-1]]
    before = np.maximum.accumulate(np.where(starts, np.arange(row.size), 0))
    total -= (total - paid)[before]
    # What counts is the sum at the end of each day: payments and reversals of one day meet first.
    day_end = np.r_[(row[1:] != row[:-1]) | (paid_day[1:] != paid_day[:-1]), True]
    row, paid_day, total = row[day_end], paid_day[day_end], total[day_end]
    enough = total >= floor[row]
    # Walking back from an invoice's last day, the run of "enough" ends at the settlement day.
    starts = np.r_[True, row[1:] != row[:-1]]
    first_of_run = enough & (starts | ~np.r_[False, enough[:-1]])
    run_start = np.maximum.accumulate(np.where(first_of_run, np.arange(row.size), 0))
    last = np.flatnonzero(np.r_[starts[1:], True])
    last = last[enough[last]]
    reached[row[last]] = paid_day[run_start[last]]
    return reached
