"""Which rows may train and which may test: decided by maturity, never by what happens to be paid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.features import labels
from paybench.ledger import Ledger, as_of, settle
from paybench.ledger.schema import TABLES
from paybench.models.family.distribution import EARLIEST
from paybench.models.learn.folds import Book, choose_horizon, end_of
from paybench.simulate import World, simulate
from tests.models.books import START, book_of

ORIGINS = [pd.Timestamp(d) for d in ("2024-06-03", "2024-11-15", "2025-04-01", "2025-06-01")]


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_row_trains_from_its_maturity_on(book: Book, ledger: Ledger, origin: pd.Timestamp) -> None:
    facts = settle(as_of(ledger, origin))
    ripe = facts["due_on"] + pd.Timedelta(days=book.H + 1) <= origin
    expected = facts[ripe & (facts["issued_on"] < origin) & ~facts["cancelled"]]
    known = book.known_at(origin)
    # Exactly the invoices issued before the origin whose due date is more than the horizon ago, paid or not.
    assert set(known.X.index.get_level_values("invoice_id")) == set(expected["invoice_id"])
    assert len(known) == len(expected)
    # Each comes with features as of its issue.
    by_name = expected.set_index("invoice_id")["issued_on"]
    at = known.X.index.to_frame(index=False).set_index("invoice_id")["as_of"]
    pd.testing.assert_series_equal(at, by_name.loc[at.index], check_names=False)


@pytest.mark.parametrize("origin", ORIGINS)
def test_labels_are_those_of_a_ledger_that_ends_there(book: Book, ledger: Ledger, origin: pd.Timestamp) -> None:
    known = book.known_at(origin)
    cut = as_of(ledger, origin)
    # What was paid on the origin or later touches no label of its training rows.
    pd.testing.assert_frame_equal(known.labels, labels(cut, known.X, origin, book.H))
    # A book cut at the origin has the same rows, features and outcomes.
    alone = Book(cut, origin, book.H).known_at(origin)
    pd.testing.assert_frame_equal(known.X, alone.X)
    np.testing.assert_array_equal(known.y, alone.y)
    # So has the tail.
    np.testing.assert_array_equal(book.tail(origin), Book(cut, origin, book.H).tail(origin))


@pytest.mark.parametrize("origin", ORIGINS[:2])
def test_what_tests_is_later_than_what_trains(book: Book, origin: pd.Timestamp) -> None:
    train, test = book.known_at(origin), book.issued_in(origin)
    # Rows that train were issued before the origin, rows that test on it or after it.
    assert train.X.index.get_level_values("as_of").max() < origin
    assert test.X.index.get_level_values("as_of").min() >= origin
    # Together with what comes in between, each row is in one window only.
    middle = origin + pd.Timedelta(days=20)
    parts = [book.issued_in(origin, middle), book.issued_in(middle)]
    assert [*parts[0].X.index, *parts[1].X.index] == [*test.X.index]


def test_slow_payers_are_not_dropped() -> None:
    n = 300
    issued = np.repeat(np.arange(n // 2), 2)
    slow = np.tile([True, False], n // 2)
    ledger = book_of(issued, slow.astype(int), np.where(slow, 100.0, 3.0))
    book = Book(ledger, START + pd.Timedelta(days=150), horizon=30)
    known = book.known_at(book.at)
    # Half of the invoices of every day are paid far too late: so are half of those that train.
    assert len(known) > 100
    assert (known.y > 30).mean() == 0.5
    facts = settle(book.cut)
    settled = facts[facts["settled_on"].notna()]
    # Training on what is settled would have kept the quick ones.
    assert (settled["days_late"] > 30).mean() < 0.3


def test_the_truth_of_a_simulated_book_is_in_the_training_rows(world: World, book: Book) -> None:
    known = book.known_at(book.at)
    truth = world.truth.set_index("invoice_id")["settled_on"]
    settled = truth.reindex(known.X.index.get_level_values("invoice_id"))
    late = (settled - known.labels["due_on"].to_numpy()).dt.days.to_numpy()
    # Whom the world lets pay after the horizon, or never, is beyond it here, even where that is not known yet.
    beyond = ~(late <= book.H)
    assert (known.y > book.H).mean() == pytest.approx(beyond.mean(), abs=0.005)


def test_origins_cut_what_has_matured_into_equal_parts(book: Book) -> None:
    found = book.origins(4)
    ripe = book.known_at(book.at).X.index.get_level_values("as_of")
    # Four dates in their order, the first in the middle of the matured rows.
    assert found == sorted(set(found))
    assert len(found) == 4
    counts = [((ripe >= a) & (ripe < b)).sum() for a, b in zip(found, [*found[1:], book.at], strict=True)]
    assert sum(counts) == pytest.approx(len(ripe) / 2, rel=0.05)
    # Between each two lie as many rows, up to those of a day.
    assert min(counts) > 0.8 * max(counts)


def test_a_book_does_not_depend_on_the_order_of_its_tables(ledger: Ledger, book: Book) -> None:
    shuffled = ledger.with_tables(
        {name: ledger.table(name).sample(frac=1, random_state=3).reset_index(drop=True) for name in TABLES}
    )
    other = Book(shuffled, book.at)
    # The same rows in the same order with the same numbers to the last bit: so the same seed grows the same trees.
    pd.testing.assert_frame_equal(other.X, book.X, check_exact=True)
    np.testing.assert_array_equal(other.known_at(book.at).y, book.known_at(book.at).y)
    assert (other.hash, other.H) == (book.hash, book.H)


def test_nothing_known_is_said_plainly(ledger: Ledger) -> None:
    # A date before the first invoice.
    with pytest.raises(PaybenchError, match="Nothing was known at 2020-01-01: the first invoice is of 2024-.* later"):
        Book(ledger, "2020-01-01")
    # A ledger without any.
    with pytest.raises(PaybenchError, match="the ledger has no invoice"):
        Book(Ledger(), "2024-01-01")


@pytest.mark.parametrize(
    ("slowest", "share", "expected"), [(20, 0.5, 30), (40, 0.1, 45), (40, 0.01, 30), (75, 0.1, 90), (200, 0.1, 90)]
)
def test_the_horizon_is_the_shortest_that_holds_nearly_all(slowest: int, share: float, expected: int) -> None:
    n = 1000
    issued = np.arange(n) % 500
    days_late = np.where(np.arange(n) < share * n, slowest, 5).astype(np.float64)
    ledger = book_of(issued, np.arange(n) % 7, days_late)
    at = START + pd.Timedelta(days=800)
    # 98 % of the invoices are settled by then, or it is the longest.
    assert choose_horizon(as_of(ledger, at), at) == expected


def test_a_young_book_has_a_short_horizon() -> None:
    ledger = book_of(np.arange(60), np.zeros(60, dtype=int), np.full(60, 80.0))
    at = START + pd.Timedelta(days=100)
    # A fifth of its age at most, however slow the payers are.
    assert choose_horizon(as_of(ledger, at), at) == 30


def test_the_end_is_the_first_day_on_which_all_is_known(ledger: Ledger) -> None:
    end = end_of(ledger)
    whole, before = as_of(ledger, end), as_of(ledger, end - pd.Timedelta(days=1))
    # On that day nothing is missing; a day earlier something is.
    assert all(len(whole.table(name)) == len(ledger.table(name)) for name in TABLES)
    assert any(len(before.table(name)) < len(ledger.table(name)) for name in TABLES)


def test_a_later_correction_reaches_no_earlier_row() -> None:
    ledger = simulate(customers=20, months=12, seed=2).ledger
    first = ledger.invoices.drop_duplicates("customer_id").copy()
    first["amount"] *= 10
    first["recorded_on"] = first["issued_on"] + pd.Timedelta(days=40)
    corrected = ledger.with_tables({"invoices": pd.concat([ledger.invoices, first], ignore_index=True)})
    before, after = (Book(book, "2024-12-01", 30).X.sort_index() for book in (ledger, corrected))
    # A row is built from the amount that was known at its own day, although the book knows better by now.
    pd.testing.assert_series_equal(before["amount"], after["amount"])


@pytest.mark.parametrize(("grace", "expected"), [(0, 30), (30, 45), (95, 125)])
def test_the_horizon_is_longer_than_the_days_of_grace(grace: int, expected: int) -> None:
    ledger = replace(book_of(np.arange(200), np.zeros(200, dtype=int), np.full(200, 3.0)), grace_days=grace)
    at = START + pd.Timedelta(days=300)
    assert choose_horizon(as_of(ledger, at), at) == expected
    assert expected == Book(ledger, at).H


def test_what_is_paid_earlier_than_is_told_apart_is_one_outcome() -> None:
    ledger = book_of(np.arange(60), np.zeros(60, dtype=int), np.full(60, -13.0))
    due = ledger.invoices["due_on"] + pd.Timedelta(days=166)
    ledger = ledger.with_tables({"invoices": ledger.invoices.assign(due_on=due)})
    rows = Book(ledger, START + pd.Timedelta(days=400)).known_at(START + pd.Timedelta(days=400))
    assert (rows.labels["days_late"] < EARLIEST).all()
    assert (rows.y == EARLIEST).all()
