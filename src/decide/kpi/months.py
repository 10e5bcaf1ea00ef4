"""Calendar months: what moved the balance in each, and what became of each month's billing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...ledger import Ledger
from ...ledger.schema import to_dates
from . import formulas
from .book import CREDITED, LOST, PAID, Book
from .cells import Cells, Group, Ints, amounts, asked

AT_RISK = 90
"""Days after the due date."""


def movements(
    ledger: Ledger,
    as_of: object,
    *,
    group: Group = None,
    rates: pd.DataFrame | None = None,
    into: str | None = None,
) -> pd.DataFrame:
    """What was billed, collected, credited and written off in each month, between the opening and closing balance.

    Everything counts in the month of its own date, as it is known at ``as_of``; opening + billed - collected - credited
    - written_off = closing, and the last closing is the balance of :func:`~.ageing.ageing`.

    Parameters
    ----------
    ledger, as_of, group, rates, into : as in :func:`~.ageing.ageing`; one rate, that of ``as_of``, converts all months.

    Returns
    -------
    DataFrame by currency, group and month, from the month of the first entry to that of the day before ``as_of``:
    currency, group, month (its first day), opening, billed, collected (cash, reversals taken off), credited,
    written_off, closing, in currency units.

    Raises
    ------
    PaybenchError
        As in :func:`~.ageing.ageing`.
    """
    book, cells = asked(ledger, as_of, group, rates, into)
    invoices, payments = book.invoices, book.payments
    first = min(invoices.issued.min(initial=book.at - 1), payments.paid.min(initial=book.at - 1))
    start = int(month_of(first))
    n = int(month_of(book.at - 1)) - start + 1
    flows = {"billed": cells.sums(cells.invoice, invoices.amount, month_of(invoices.issued) - start, n)}
    for name, kind in (("collected", PAID), ("credited", CREDITED), ("written_off", LOST)):
        of_kind = np.where(payments.kind == kind, payments.amount, 0)
        flows[name] = cells.sums(cells.payment, of_kind, month_of(payments.paid) - start, n)
    change = flows["billed"] - flows["collected"] - flows["credited"] - flows["written_off"]
    closing = np.cumsum(change, axis=1)
    table = _by_month(cells, start, n)
    for name, units in {"opening": closing - change, **flows, "closing": closing}.items():
        table[name] = amounts(units.ravel())
    return table


def at_risk(
    ledger: Ledger,
    as_of: object,
    *,
    group: Group = None,
    after: int = AT_RISK,
    rates: pd.DataFrame | None = None,
    into: str | None = None,
) -> pd.DataFrame:
    """The share of each month's billing that was unpaid so many days after its due date.

    Unpaid is what payments and credit notes dated up to that day had left (a write-off is no payment); what is within
    the ledger's tolerance is paid. The share is given for months all of whose invoices have reached that day: the
    others' slow payers are not known yet.

    Parameters
    ----------
    ledger, as_of, group, rates, into : as in :func:`~.ageing.ageing`.
    after : days after each invoice's due date.

    Returns
    -------
    DataFrame by currency, group and month of issue: currency, group, month (its first day), billed, unpaid (of the
    invoices that have matured; currency units), matured (whether all have), share (NaN where not).

    Raises
    ------
    PaybenchError
        As in :func:`~.ageing.ageing`.
    """
    book, cells = asked(ledger, as_of, group, rates, into)
    start, billed, unpaid, young = risks(book, cells, after)
    table = _by_month(cells, start, billed.shape[1])
    table["billed"], table["unpaid"] = amounts(billed.ravel()), amounts(unpaid.ravel())
    table["matured"] = (young == 0).ravel()
    table["share"] = np.where(table["matured"], formulas.at_risk_rate(unpaid, billed).ravel(), np.nan)
    return table


def risks(book: Book, cells: Cells, after: int = AT_RISK) -> tuple[int, Ints, Ints, Ints]:
    """The first month, and units by cell and month of issue: billed, unpaid ``after`` days past due, not matured yet.

    Only whole months that lie before the book's date are given.
    """
    invoices, payments = book.invoices, book.payments
    end = int(month_of(book.at))
    start = min(int(month_of(invoices.issued.min(initial=book.at))), end)
    last_day = invoices.due + after
    in_time = np.zeros(len(payments.amount), dtype=bool)
    named = payments.invoice >= 0
    in_time[named] = payments.paid[named] <= last_day[payments.invoice[named]]
    left = book.missing(book.applied(in_time & (payments.kind != LOST)))
    ripe = last_day < book.at
    month = month_of(invoices.issued) - start
    parts = (invoices.amount, np.where(ripe, left, 0), np.where(ripe, 0, invoices.amount))
    billed, unpaid, young = (cells.sums(cells.invoice, part, month, end - start) for part in parts)
    return start, billed, unpaid, young


def month_of(day_number: Ints | int) -> Ints:
    """Months since January 1970 of days since 1970-01-01."""
    return np.asarray(day_number, dtype="datetime64[D]").astype("datetime64[M]").astype(np.int64)


def first_day(month: Ints | int) -> Ints:
    """Days since 1970-01-01 of the first day of months since January 1970."""
    return np.asarray(month, dtype="datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _by_month(cells: Cells, start: int, n: int) -> pd.DataFrame:
    table = cells.index.loc[cells.index.index.repeat(n)].reset_index(drop=True)
    table["month"] = to_dates(np.tile(first_day(np.arange(start, start + n)), len(cells)))
    return table
