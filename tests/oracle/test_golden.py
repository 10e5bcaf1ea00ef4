"""Terms, calendar, age and exposure, held against numbers worked out by hand. Days count from Monday 2024-01-01 = 0."""

from __future__ import annotations

import numpy as np
import pytest

from paybench.ledger.book import Ledger
from tests.oracle import sqlite as oracle
from tests.oracle.conftest import At
from tests.oracle.golden import customers, golden_book, invoices, payments, points


def test_terms(at: At) -> None:
    book = Ledger.of(
        invoices=invoices(
            ("A1#1", 0, 30, 10.0, None, "USD", "A1"),
            ("A1#2", 0, 60, 10.0),
            ("A1#2", 0, 60, 10.0, 20, "EUR", "A1"),  # only then known to be an instalment
        )
    )
    assert at(book, "A1#1", 0, "instalment", "currency", "country") == [1, "USD", None]
    assert at(book, "A1#2", 20, "instalment", "currency") == [0, "EUR"]
    assert at(book, "A1#2", 21, "instalment") == [1]


@pytest.mark.parametrize(
    ("due", "month", "quarter"),
    [
        (58, 1, 32),  # 28 February of a leap year, and the 31 days of March
        (59, 0, 31),  # 29 February
        (-307, 0, 31),  # 28 February 2023
        (60, 30, 30),  # 1 March
        (274, 30, 91),  # 1 October: 30 + 30 + 31
        (365, 0, 0),  # 31 December
        (181, 0, 0),  # 30 June
    ],
)
def test_ends_of_months_and_quarters(at: At, due: int, month: int, quarter: int) -> None:
    book = Ledger.of(invoices=invoices(("A1", due - 10, due, 10.0)))
    assert at(book, "A1", due - 10, "due_to_month_end", "due_to_quarter_end") == [month, quarter]


@pytest.mark.parametrize(
    ("country", "due", "to_workday", "workdays"),
    [
        # From Monday 25 March 2024 (84). In Germany 29 March (88) and 1 April (91) are Good Friday and Easter Monday.
        ("DE", 87, 0, 3),  # Maundy Thursday: 84, 85, 86
        ("DE", 88, 4, 4),  # Good Friday: on Tuesday, 92
        ("DE", 89, 3, 4),
        ("DE", 92, 0, 4),
        ("DE", 93, 0, 5),
        ("DEU", 88, 4, 4),
        # The United States have neither of the two, England has Good Friday on Friday and Scotland no Monday.
        ("US", 88, 0, 4),
        ("US", 89, 2, 5),  # Saturday: on Monday, 91
        ("US", 92, 0, 6),
        ("GB", 88, 3, 4),
        # No holidays where nobody knows the country, or none is given.
        ("XX", 88, 0, 4),
        ("de", 88, 0, 4),
        ("391", 92, 0, 6),
        (None, 92, 0, 6),
        (None, 90, 1, 5),  # Easter Sunday
    ],
)
def test_days_on_which_banks_work(at: At, country: str | None, due: int, to_workday: int, workdays: int) -> None:
    book = Ledger.of(invoices=invoices(("A1", 84, due, 10.0)), customers=customers(("A", country)))
    assert at(book, "A1", 84, "due_to_workday", "workdays_to_due", "country") == [to_workday, workdays, country]


def test_workdays_are_counted_from_the_day_itself(at: At) -> None:
    # Due on Monday 22 January (21), with nothing known of the customer.
    book = Ledger.of(invoices=invoices(("A1", 0, 21, 10.0)))
    # Three weeks; Friday 19 is one day, the weekend none; on the day itself and after it none are left.
    assert [at(book, "A1", t, "workdays_to_due") for t in (0, 18, 19, 20, 21, 30)] == [[15], [1], [0], [0], [0], [0]]


def test_workdays_follow_the_country_known(at: At) -> None:
    book = Ledger.of(
        invoices=invoices(("A1", 0, 88, 10.0)),  # Good Friday
        customers=customers(("A", "DE"), ("A", "US", 40), ("A", None, 60)),
    )
    assert at(book, "A1", 40, "country", "due_to_workday") == ["DE", 4]
    assert at(book, "A1", 41, "country", "due_to_workday") == ["US", 0]
    # The latest version has no country.
    assert at(book, "A1", 61, "country", "due_to_workday") == [None, 0]


def test_age_and_what_is_paid(at: At) -> None:
    book = Ledger.of(
        invoices=invoices(("A1", 0, 30, 100.0), ("A1", 0, 30, 50.0, 60)),
        payments=payments(
            ("p1", "A", "A1", -5, 40.0),
            ("p2", "A", "A1", 20, 10.0, "write_off"),
            ("p3", "B", "A1", 21, 20.0),
            ("p4", "A", "A1", 22, 5.0, "payment", 41),
            ("p5", "A", "A1", 45, -85.0),
        ),
    )
    age = ["age_days", "days_to_due", "paid_share"]
    # At its issue the invoice itself is not known, so nothing of it is paid; the next day what came before it counts.
    assert at(book, "A1", 0, *age) == [0, 30, 0]
    assert at(book, "A1", 1, *age) == [1, 29, pytest.approx(0.4)]
    # Before that, its age is negative.
    assert at(book, "A1", -3, *age) == [-3, 33, 0]
    # 40 + 10 + 20, whoever paid and of whatever kind; 5 more once they are recorded.
    assert at(book, "A1", 40, *age) == [40, -10, pytest.approx(0.7)]
    assert at(book, "A1", 42, *age) == [42, -12, pytest.approx(0.75)]
    # More went back than had come: 75 - 85 = -10 of 100, and of the 50 that it was corrected to.
    assert at(book, "A1", 46, *age) == [46, -16, pytest.approx(-0.1)]
    assert at(book, "A1", 61, *age) == [61, -31, pytest.approx(-0.2)]


def test_exposure(at: At, book: Ledger) -> None:
    # Of the open ones A8 10 (due on 50), A9 40 (due on 80) and A10 45 (due on 95) two are overdue; 705 was billed.
    assert at(book, "A11", 85, "overdue_amount", "oldest_overdue") == [50, 35]
    assert at(book, "A11", 85, "credit_used") == pytest.approx([95 / 705])
    # Due on the day itself is not overdue, as A8 on 50, of which 30 were credited; A7 is paid, and A6 is not in EUR.
    assert at(book, "A11", 50, "overdue_amount", "oldest_overdue") == [0, None]
    assert at(book, "A11", 51, "overdue_amount", "oldest_overdue") == [30, 1]
    # In USD A6 is due on 26 and written off on 50.
    assert at(book, "A12", 50, "overdue_amount", "oldest_overdue", "credit_used") == [500, 24, 1]
    assert at(book, "A12", 51, "overdue_amount", "oldest_overdue", "credit_used") == [0, None, 0]
    # When A6 is issued, nothing else was billed in USD.
    assert at(book, "A6", 12, "credit_used", "overdue_amount") == [None, 0]


def test_credit_used_looks_back_a_year(at: At, book: Ledger) -> None:
    # After A9 was paid 10 and 45 are open, from whenever; billed since 60 are A10 45 (corrected) and A9 40.
    assert at(book, "A11", 425, "credit_used") == pytest.approx([55 / 85])
    assert at(book, "A11", 426, "credit_used") == pytest.approx([55 / 40])
    # A9 is of day 70.
    assert at(book, "A11", 435, "credit_used") == pytest.approx([55 / 40])
    assert at(book, "A11", 436, "open_amount", "credit_used") == [55, None]


def test_unapplied(at: At, book: Ledger) -> None:
    # 5.00 of day 82 and the credit note of 1.00 of day 84; what names nobody's invoice is not unapplied.
    assert [at(book, "A11", t, "unapplied_amount") for t in (82, 83, 84, 85)] == [[0], [5], [5], [6]]
    assert at(book, "A12", 85, "unapplied_amount") == [0]
    more = Ledger.of(
        invoices=invoices(("A1", 0, 90, 10.0), ("A2", 0, 90, 10.0, None, "USD")),
        payments=payments(
            ("p1", "A", None, 5, 20.0, "payment", None, "USD"),
            ("p2", "A", None, 6, 7.0, "write_off"),
            ("p3", "B", None, 7, 3.0),
            ("p4", "A", None, 8, -4.0),
            ("p1", "A", "A2", 5, 1.0, "payment", 30, "USD"),  # applied on 30
        ),
    )
    assert [at(more, i, 9, "unapplied_amount") for i in ("A1", "A2")] == [[-4], [20]]
    assert at(more, "A2", 31, "unapplied_amount", "paid_share") == [0, pytest.approx(0.1)]


def test_the_oracle_has_the_features_in_their_order() -> None:
    frame = oracle.features(golden_book(), points(("A0", 0)).head(0))
    # No rows give no rows, of the same types.
    assert frame.shape == (0, 73)
    assert set(frame.drop(columns=["currency", "country"]).dtypes) == {np.dtype("float64")}
