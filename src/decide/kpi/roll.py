"""Where receivables of each age went: into the next class, into cash, into a credit note, or lost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ...ledger import Ledger
from . import formulas
from .ages import ENDS, Ages
from .book import CREDITED, LOST, Book
from .cells import Cells, Group, Ints, amounts, asked

NEW, CASH, CREDIT, LOSS = "new", "paid", "credited", "written off"
GONE = (CASH, CREDIT, LOSS)


def roll_rates(
    ledger: Ledger,
    as_of: object,
    *,
    group: Group = None,
    ends: Sequence[int] = ENDS,
    lag: int | None = None,
    rates: pd.DataFrame | None = None,
    into: str | None = None,
) -> pd.DataFrame:
    """How the open balance of each age class moved in the days before a date, invoice by invoice.

    What was open at the start of ``as_of - lag`` (by the entries known at ``as_of``) is in a class again, or gone:
    written off, credited, and the rest of it paid (below zero where a reversal made an open invoice larger). The row
    ``new`` holds what was not open then: new billing, and invoices reopened. So each ``from`` adds up to the ageing
    at the earlier date, and each age class in ``to``, ``new`` included, to the ageing at ``as_of``.

    With classes as wide as the lag, what is in the second overdue class or a later one was in the class before it, so
    that the shares equal the usual ratio of balances, :func:`~.formulas.roll_rate`.

    Parameters
    ----------
    ledger, as_of, group, ends, rates, into : as in :func:`~.ageing.ageing`.
    lag : days; None = the width of the first overdue class.

    Returns
    -------
    DataFrame of every pair: currency, group, from (age class or ``new``), to (age class, ``paid``, ``credited``,
    ``written off``), amount (currency units), share of what ``from`` held (NaN of ``new``, and where it was empty).

    Raises
    ------
    PaybenchError
        As in :func:`~.ageing.ageing`, and if ``lag`` is no whole number above zero.
    """
    ages = Ages(ends)
    width = ages.ends[0] if lag is None else lag
    if not isinstance(width, int | np.integer) or width < 1:
        raise PaybenchError(f"lag is {lag!r}; give a whole number of days above zero.")
    book, cells = asked(ledger, as_of, group, rates, into)
    moved = rolled(book, cells, ages, width)
    sources, targets = [*ages.names, NEW], [*ages.names, *GONE]
    held = moved.sum(axis=2, keepdims=True)
    held[:, -1] = 0
    n = len(sources) * len(targets)
    table = cells.index.loc[cells.index.index.repeat(n)].reset_index(drop=True)
    table["from"] = pd.Series(np.tile(np.repeat(sources, len(targets)), len(cells)), dtype="str")
    table["to"] = pd.Series(np.tile(targets, len(sources) * len(cells)), dtype="str")
    table["amount"] = amounts(moved.ravel())
    table["share"] = formulas.share(moved, held).ravel()
    return table


def rolled(book: Book, cells: Cells, ages: Ages, lag: int) -> Ints:
    """Units moved in ``lag`` days: (cells, ages + new, ages + paid, credited, written off)."""
    invoices, payments, since = book.invoices, book.payments, book.at - lag
    then, now = book.owed(since).open, book.owed(book.at).open
    lately = payments.paid >= since
    gone = np.where(then > 0, then - now, 0)
    lost = np.clip(book.applied(lately & (payments.kind == LOST)), 0, np.maximum(gone, 0))
    credited = np.clip(book.applied(lately & (payments.kind == CREDITED)), 0, np.maximum(gone - lost, 0))
    n, m = len(ages), len(ages) + len(GONE)
    source = np.where(then > 0, ages.of(invoices.due, since), n) * m
    total = cells.sums(cells.invoice, now, source + ages.of(invoices.due, book.at), (n + 1) * m)
    for place, part in enumerate((gone - lost - credited, credited, lost)):
        total += cells.sums(cells.invoice, part, source + n + place, (n + 1) * m)
    return total.reshape(len(cells), n + 1, m)
