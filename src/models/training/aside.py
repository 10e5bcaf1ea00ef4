"""The gate's rows: from which day on, and whether any feature of theirs knew the future."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...features import features_at
from ...ledger import Ledger, as_of
from ..judge.decline import GATE_SHARE
from ..learn.folds import Book, Rows, choose_horizon


def set_aside(book: Book) -> tuple[Book, pd.Timestamp]:
    """The book with the horizon that it is judged with, and the first day of the latest quarter of its matured rows.

    How far lateness is told apart must not be chosen from the gate's outcomes, either: a horizon that nobody asked for
    is chosen again from what was known before them. A longer one lets fewer rows mature, so that the gate begins
    earlier; then it is chosen again before that day. ``book`` has at least one matured row.

    Returns
    -------
    The book, and the day; of a book in which nothing has matured with such a horizon, its own.
    """
    start = _start(book)
    if book.horizon is not None:
        return book, start
    while True:
        before, horizon = start, choose_horizon(as_of(book.cut, start), start)
        if horizon == book.H:
            return book, start
        book = Book(book.cut, book.at, horizon)
        start = _start(book)
        if start >= before:
            return book, start


def _start(book: Book) -> pd.Timestamp:
    return next(iter(book.origins(1, GATE_SHARE)), book.at)


def leak_free(ledger: Ledger, rows: Rows, most: int = 8) -> bool:
    """Whether features stay the same, up to rounding, when nothing from their day on exists.

    Tried on all rows of up to ``most`` days, evenly over the rows.
    """
    index = rows.X.index.to_frame(index=False)
    days = index["as_of"].drop_duplicates().sort_values()
    for date in days.iloc[np.unique(np.linspace(0, len(days) - 1, most).astype(int))]:
        some = index[index["as_of"] == date]
        cut = as_of(ledger, date)
        own = ledger.invoices[ledger.invoices["invoice_id"].isin(some["invoice_id"])]
        invoices = pd.concat([cut.invoices, own]).drop_duplicates("invoice_id", ignore_index=True)
        alone = features_at(cut.with_tables({"invoices": invoices}), some)
        try:
            pd.testing.assert_frame_equal(features_at(ledger, some), alone, check_exact=False, rtol=1e-9, atol=1e-9)
        except AssertionError:
            return False
    return True
