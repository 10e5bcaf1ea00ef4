"""Cash of the next four weeks, by hand and by conservation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paybench.ledger import as_of, settle
from paybench.models.family.distribution import DaysLate
from paybench.models.judge.incoming import by_week, cash_errors, cash_of, cash_weeks, in_week
from paybench.models.judge.rivals import DUE, DUE_MEAN, EMPIRICAL, MODEL, Rival
from paybench.models.learn.folds import Book
from tests.models.books import book_of

ORIGIN = pd.Timestamp("2024-03-01")


def says(days: float) -> Rival:
    return Rival("", days=lambda X: np.full(len(X), days))


def certain(days: int) -> Rival:
    return Rival("", distribution=lambda X: DaysLate(-120, np.tile(np.arange(-120, 300) == days, (len(X), 1)) * 1.0))


def rivals(days: int) -> list[Rival]:
    """A model that is sure of a day, and three others that say the same day."""
    named = {MODEL: certain(days), EMPIRICAL: certain(days), DUE_MEAN: says(days), DUE: says(days)}
    return [Rival(name, distribution=r.distribution, days=r.days) for name, r in named.items()]


@pytest.fixture
def book() -> Book:
    # Due 20 days before the origin, on it, 10 days after it, and 40 after it; paid 25, 8, 0 and never.
    issued = (ORIGIN - pd.Timestamp("2024-01-01")).days - 14 + np.array([-20, 0, 10, 40])
    issued = np.minimum(issued, 59)
    late = np.array([25.0, 8.0, 0.0, np.nan])
    return Book(book_of(issued, np.array([0, 0, 1, 2]), late, np.array([100.0, 10.0, 1.0, 1000.0])), "2025-01-01", 60)


def test_cash_by_hand(book: Book) -> None:
    rows = book.open_at(ORIGIN)
    cash = cash_weeks(cash_of(book, ORIGIN, rows, rivals(12)))
    due = rows.labels["due_on"].sort_values()
    assert ((due - ORIGIN).dt.days == [-20, 0, 10, 13]).all()
    # What was settled 5, 8 and 10 days after the origin; the last is never paid.
    assert cash["actual"].tolist() == [100.0, 11.0, 0.0, 0.0]
    # Twelve days after due: the first is overdue longer and counts in the first week, if a day is said; a distribution
    # that was sure of a day that is over expects it never. The others: after 12, 22 and 25 days.
    for name, first in ((DUE_MEAN, 100.0), (DUE, 100.0), (MODEL, 0.0), (EMPIRICAL, 0.0)):
        assert cash[name].tolist() == [first, 10.0, 0.0, 1001.0], name
    assert cash["open"].tolist() == [1111.0] * 4
    assert cash["invoices"].tolist() == [4] * 4


def test_errors_by_hand(book: Book) -> None:
    cash = cash_of(book, ORIGIN, book.open_at(ORIGIN), rivals(12))
    errors = cash_errors(cash).loc["EUR"]
    # (0 + 1 + 0 + 1001) of 111, and 100 more for whoever missed the first.
    assert errors["wape"][DUE_MEAN] == pytest.approx(1002 / 111)
    assert errors["wape"][MODEL] == pytest.approx(1102 / 111)
    assert errors["skill"][MODEL] == pytest.approx(1 - 1102 / 1002)
    assert (errors["weeks"] == 4).all()
    assert (errors["actual"] == 111).all()
    assert errors["expected"][MODEL] == pytest.approx(1011)
    # Against itself nothing is gained, and nothing is in doubt.
    assert errors.loc[DUE_MEAN, ["skill", "low", "high"]].tolist() == [0, 0, 0]
    assert cash_errors(cash.iloc[:0]).empty


def test_currencies_are_never_added(book: Book) -> None:
    two = book.ledger.invoices.assign(currency=["EUR", "EUR", "USD", "USD"])
    paid = book.ledger.payments.assign(currency=["EUR", "EUR", "USD"])
    mixed = Book(book.ledger.with_tables({"invoices": two, "payments": paid}), "2025-01-01", 60)
    cash = cash_weeks(cash_of(mixed, ORIGIN, mixed.open_at(ORIGIN), rivals(12)))
    assert cash.loc[(slice(None), "EUR"), "actual"].tolist() == [100.0, 10.0, 0.0, 0.0]
    assert cash.loc[(slice(None), "USD"), "actual"].tolist() == [0.0, 1.0, 0.0, 0.0]
    errors = cash_errors(cash_of(mixed, ORIGIN, mixed.open_at(ORIGIN), rivals(12)))
    assert errors["actual"].xs(MODEL, level="forecast").tolist() == [110.0, 1.0]


def test_what_is_spread_is_what_is_paid_within_four_weeks() -> None:
    rng = np.random.default_rng(0)
    overdue, amount = rng.integers(-40, 50, 30), rng.uniform(1, 1000, 30)
    said = DaysLate(-60, rng.dirichlet(np.ones(200), 30)).given_unpaid(overdue)
    weeks = by_week(said, overdue, amount)
    # No week takes away, and all four together are the probability to be paid by then.
    assert (weeks >= 0).all()
    np.testing.assert_allclose(weeks.sum(axis=1), amount * (1 - said.later_than(overdue + 27)))
    # A distribution that is sure is a day that is said.
    sure = DaysLate(0, np.eye(60))
    day = np.zeros(60, dtype=np.int64)
    np.testing.assert_allclose(by_week(sure, day, np.ones(60)), in_week(np.arange(60.0), np.ones(60)))


def test_what_came_is_what_was_settled(book: Book) -> None:
    rows = book.open_at(ORIGIN)
    cash = cash_of(book, ORIGIN, rows, rivals(0))
    facts = settle(as_of(book.ledger, "2025-01-01"))
    within = (facts["settled_on"] >= ORIGIN) & (facts["settled_on"] < ORIGIN + pd.Timedelta(days=28))
    # By another way: all that was settled in the four weeks of invoices that were known.
    assert cash["actual"].sum() == facts.loc[within & (facts["issued_on"] < ORIGIN), "amount"].sum()
