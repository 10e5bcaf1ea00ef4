"""The aged list of receivables, as it was known at any date."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ...ledger import Ledger
from .ages import ENDS, Ages
from .book import Book
from .cells import Cells, Group, Ints, amounts, asked

REST, UNALLOCATED, BALANCE = "rest", "unallocated", "balance"


def ageing(
    ledger: Ledger,
    as_of: object,
    *,
    group: Group = None,
    ends: Sequence[int] = ENDS,
    rates: pd.DataFrame | None = None,
    into: str | None = None,
) -> pd.DataFrame:
    """What is owed at the start of a day by age, adding up to the ledger to the cent.

    The balance of the ledger is everything billed minus every payment, credit note and write-off (reversals are
    negative), whether or not they name an invoice. Each invoice's own are set off against it; what is left is

    - in an age class while more than the ledger's tolerance is missing (the invoice is open);
    - in ``rest`` where it is within the tolerance, so that the invoice counts as closed;
    - in ``unallocated``, below zero, where more was paid or credited than billed.

    Payments and credits that name no invoice, one that is not known yet, or one in another currency are in
    ``unallocated`` too, with the group of who paid; all others go with the group of the invoice's customer.

    Parameters
    ----------
    ledger : the whole book, corrections and all.
    as_of : the start of that day: nothing dated or recorded on it or later counts.
    group : rows per group of customers: None (all together), ``"country"``, ``"customer"``, or a Series of labels by
        customer_id; who has none is "not known".
    ends : last days overdue of the age classes but the last.
    rates, into : a table of rates (currency, dated, rate) and the currency to convert into; without, currencies stay
        apart.

    Returns
    -------
    DataFrame sorted by currency and group: currency, group, ``not due``, ``1-30``, ``31-60``, ``61-90``, ``91+``
    (as ``ends`` say), ``rest``, ``unallocated``, ``balance`` (their sum), in currency units.

    Raises
    ------
    PaybenchError
        If the date is none, the ends do not rise, the group is of no known kind, or a currency has no rate.
    """
    ages = Ages(ends)
    book, cells = asked(ledger, as_of, group, rates, into)
    by_age, rest, loose = aged(book, cells, ages, book.at)
    table = cells.index.copy()
    table[ages.names] = amounts(by_age)
    table[REST], table[UNALLOCATED] = amounts(rest), amounts(loose)
    table[BALANCE] = amounts(by_age.sum(axis=1) + rest + loose)
    return table


def aged(book: Book, cells: Cells, ages: Ages, at: int) -> tuple[Ints, Ints, Ints]:
    """Units by cell at the start of a day: open by age (cells, ages), rest (cells,), unallocated (cells,)."""
    owed = book.owed(at)
    return (
        cells.sums(cells.invoice, owed.open, ages.of(book.invoices.due, at), len(ages)),
        cells.sums(cells.invoice, owed.rest),
        cells.sums(cells.invoice, owed.beyond) + cells.sums(cells.payment, owed.loose),
    )
