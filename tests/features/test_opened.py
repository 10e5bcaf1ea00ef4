"""What scoring asks of open invoices is what the tables say one by one."""

from __future__ import annotations

import gc
from pathlib import Path
from weakref import ref

import numpy as np
import pandas as pd
import pytest

from paybench.features import habits, open_on
from paybench.features.opened import OpenBook, Opened
from paybench.features.outcomes import joined
from paybench.ledger import Ledger, as_of, settle, write_ledger
from paybench.simulate import simulate

AT = "2025-09-15"
DAYS = (-30, 61)


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return simulate(customers=60, months=12, seed=3, start="2025-01-01").ledger


def everything(book: OpenBook, least: int) -> Opened:
    parts = list(book.some(*DAYS, least=least))
    return Opened(
        pd.concat([part.X for part in parts]),
        joined([part.habits for part in parts]),
        pd.concat([part.due_on for part in parts], ignore_index=True),
        pd.concat([part.currency for part in parts], ignore_index=True),
        np.concatenate([part.amount_open for part in parts]),
    )


def test_all_equals_what_the_slow_ways_say(ledger: Ledger) -> None:
    book = OpenBook(ledger, AT)
    found, X = everything(book, 1), open_on(ledger, AT)
    assert len(book) == len(found) == len(X) > 50
    # Features, habits and facts, to the bit, whatever is dated later.
    pd.testing.assert_frame_equal(found.X.loc[X.index], X, check_exact=True)
    past = habits(as_of(ledger, AT), found.X, *DAYS)
    for name in ("days_late", "lately", "weekday", "month_day"):
        assert np.array_equal(getattr(found.habits, name), getattr(past, name))
    facts = settle(as_of(ledger, AT)).set_index("invoice_id").loc[found.X.index.get_level_values("invoice_id")]
    assert found.due_on.tolist() == facts["due_on"].tolist()
    assert found.currency.tolist() == facts["currency"].tolist()
    assert found.amount_open.tolist() == facts["amount_open"].tolist()


def test_a_folder_says_the_same_in_whatever_steps(ledger: Ledger, tmp_path: Path) -> None:
    write_ledger(ledger, tmp_path / "book")
    whole = everything(OpenBook(ledger, AT), 10**9)
    for source, least in ((tmp_path / "book", 1), (tmp_path / "book", 10**9)):
        found = everything(OpenBook(source, AT), least)
        pd.testing.assert_frame_equal(found.X.loc[whole.X.index], whole.X, check_exact=True)


def test_customers_are_not_torn_apart(ledger: Ledger) -> None:
    seen: set[str] = set()
    for some in OpenBook(ledger, AT).some(*DAYS, least=1):
        customers = some.X.index.get_level_values("customer_id")
        runs = customers[np.r_[True, customers[1:] != customers[:-1]]]
        # Each customer's invoices follow each other, in one table only.
        assert runs.is_unique
        assert not seen & set(runs)
        seen |= set(runs)


def test_none_has_the_columns_of_some(ledger: Ledger) -> None:
    book = OpenBook(ledger, AT)
    none, some = book.none(*DAYS), next(book.some(*DAYS, least=1))
    assert len(none) == 0
    assert none.X.dtypes.equals(some.X.dtypes)
    assert none.X.index.names == some.X.index.names
    assert none.habits.days_late.shape[1:] == some.habits.days_late.shape[1:]


def test_nothing_is_known_before_the_first_invoice(ledger: Ledger) -> None:
    first = ledger.invoices["issued_on"].min()
    # A day's own invoices are not known at its start.
    assert not OpenBook(ledger, first).known
    assert OpenBook(ledger, first + pd.Timedelta(days=1)).known


def test_a_book_goes_when_nobody_asks_for_more(ledger: Ledger) -> None:
    gc.collect()
    gc.disable()
    try:
        book = OpenBook(ledger, AT)
        kept = ref(book._book)
        everything(book, 1)
        assert kept() is not None
        del book
        # Parts of a large ledger come one after the other: none waits for the collector of cycles.
        assert kept() is None
    finally:
        gc.enable()
