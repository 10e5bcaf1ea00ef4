"""The oracle itself, held against numbers worked out by hand. Days count from Monday 2024-01-01 = 0."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from paybench.ledger.book import Ledger
from tests.oracle import sqlite as oracle
from tests.oracle.golden import invoices, payments, points

TERMS = ["amount", "terms_days", "due_weekday", "due_to_month_end"]


def at(ledger: Ledger, invoice: str, number: int) -> pd.Series:
    """The features of one decision point."""
    return oracle.features(ledger, points((invoice, number))).iloc[0]


def test_own_terms(book: Ledger) -> None:
    # Day 115 is Thursday 25 April, 5 days before the 30th.
    assert at(book, "A11", 85)[TERMS].tolist() == [141.0, 30.0, 3.0, 5.0]
    # At its issue A10 brings what becomes known first, although nothing dated that day is known: 31 March, a Sunday.
    assert at(book, "A10", 60)[TERMS].tolist() == [40.0, 30.0, 6.0, 0.0]
    # The correction recorded on 75 is unknown on 75 and known on 76: due Friday 5 April.
    assert at(book, "A10", 75)[TERMS].tolist() == [40.0, 30.0, 6.0, 0.0]
    assert at(book, "A10", 76)[TERMS].tolist() == [45.0, 35.0, 4.0, 25.0]


def test_country_is_what_was_recorded_before(book: Ledger) -> None:
    assert at(book, "A11", 85)["country"] == "DE"
    # AT was recorded for A on 100, NL for B on 40; customer C has no row.
    assert at(book, "A11", 100)["country"] == "DE"
    assert at(book, "A11", 101)["country"] == "AT"
    assert pd.isna(at(book, "B1", 40)["country"])
    assert at(book, "B1", 41)["country"] == "NL"
    assert pd.isna(at(book, "C1", 41)["country"])


def test_history(book: Ledger) -> None:
    row = at(book, "A11", 85)
    # Settled and not cancelled, as (settled, due) -> days late: A0 (10, 0) 10, A1 (20, 14) 6, A2 (33, 35) -2,
    # A3 (40, 19) 21, A4 (40, 40) 0, A5 (40, 40) 0. A9 is paid on 85, which is not yet known.
    assert row["n_settled"] == 6
    # More than 5 days: A0, A1, A3.
    assert row["late_share"] == 3 / 6
    # 10 + 6 - 2 + 21 + 0 + 0 = 35.
    assert row["days_late_mean"] == pytest.approx(35 / 6)
    # Squares 100 + 36 + 4 + 441 = 581; 581 - 35 * 35 / 6 = 2261 / 6; over 5.
    assert row["days_late_sd"] == pytest.approx(math.sqrt(2261 / 30))
    # A3 to A5 settle on one day; A3 was due first, so it is not the last.
    assert row["days_late_last"] == 0
    # Fallen due more than 5 days ago, not cancelled: A0, A1, A3 late, A6 written off, A8 unpaid; A2, A4, A5 in time.
    assert row[["late_share_due", "late_share_due_10"]].tolist() == [5 / 8, 5 / 8]
    # On 86 A9 has come, and 5 days are within the grace.
    assert at(book, "A11", 86)[["n_settled", "late_share", "days_late_last"]].tolist() == [7, 3 / 7, 5]
    # Weekdays: 10 -> Thursday, 20 -> Sunday, 33 and 40 -> Saturday.
    assert row["pay_weekday"] == 5


def test_history_of_the_early_days(book: Ledger) -> None:
    # Nothing is known at the start of the first day: counts are 0, the rest is missing.
    first = at(book, "A0", 0)
    own = [*TERMS, "currency", "due_to_quarter_end", "due_to_workday", "workdays_to_due", "age_days", "days_to_due"]
    counts = [
        *["instalment", "paid_share", "n_issued", "n_settled", "n_settled_90", "n_settled_365", "lost_count"],
        *["open_count", "open_amount", "overdue_count", "overdue_amount", "unapplied_amount", "contacts_invoice"],
        *[
            "contacts_90",
            "messages_90",
            "promise_open",
            "promises_kept",
            "promises_broken",
            "disputed",
            "disputes_open",
        ],
    ]
    assert first[counts].eq(0).all()
    assert first["cold_start"] == 1
    assert first.drop([*counts, *own, "cold_start", "country"]).isna().all()
    # On 12 only A0 is settled, which has no spread; the part of A1 paid on 10 is 2 days ago.
    early = at(book, "A6", 12)
    assert early[["n_settled", "late_share", "days_late_mean", "days_late_last"]].tolist() == [1, 1, 10, 10]
    assert np.isnan(early["days_late_sd"])
    assert early["days_since_payment"] == 2
    # On 34 A0, A1 and A2 were settled on a Thursday, a Sunday and a Saturday: the tie goes to Thursday.
    assert at(book, "A11", 34)["pay_weekday"] == 3


def test_a_reversal_reopens_from_the_next_day_on(book: Ledger) -> None:
    # On 20 and 26 A3 is settled on 19 with 0 days late, after A0 (10 late); the reversal of 26 is known on 27, when
    # A1 (6 late, settled on 20) remains.
    assert at(book, "A11", 20)[["n_settled", "days_late_last", "days_late_mean"]].tolist() == [2, 0, 5]
    assert at(book, "A11", 26)[["n_settled", "days_late_mean"]].tolist() == pytest.approx([3, 16 / 3])
    assert at(book, "A11", 27)[["n_settled", "days_late_last", "days_late_mean"]].tolist() == [2, 6, 8]
    # All 200 of it is open again, beside A2 30, A4 80, A5 80, A7 60, A8 60; only A3 (due 19) is overdue.
    assert at(book, "A11", 27)[["open_count", "open_amount", "overdue_count"]].tolist() == [6, 510, 1]


def test_what_has_fallen_due(book: Ledger) -> None:
    # The grace of A9 (due on 80) ends with 85: on 86 it counts, and was paid in time.
    assert at(book, "A11", 86)["late_share_due"] == 5 / 9
    # On 266 A10 and A12 are unpaid as well; without A0, which was due first, ten are left.
    assert at(book, "A11", 266)[["late_share_due", "late_share_due_10"]].tolist() == [7 / 11, 6 / 10]


def test_history_is_ordered_by_settlement() -> None:
    book = Ledger.of(
        invoices=invoices(("A1", 5, 60, 10.0), ("A2", 0, 12, 10.0), ("A3", 30, 40, 10.0)),
        payments=payments(("p1", "A", "A1", 10, 10.0), ("p2", "A", "A2", 20, 9.996)),
    )
    # A1 was issued and due later, and paid first: 50 early on 10; A2 8 late on 20.
    assert at(book, "A3", 30)["days_late_last"] == 8
    # What A2 is short of lies within the tolerance and is not open.
    assert at(book, "A3", 30)[["open_count", "open_amount"]].tolist() == [0, 0]


def test_decay_halves_in_90_days() -> None:
    book = Ledger.of(
        invoices=invoices(("A1", 0, 1, 10.0), ("A2", 0, 97, 10.0), ("A3", 0, 200, 10.0)),
        payments=payments(("p1", "A", "A1", 10, 10.0), ("p2", "A", "A2", 100, 10.0)),
    )
    # On 190: A1 is 9 late, settled 180 days ago, weight 1/4; A2 is 3 late, 90 days ago, weight 1/2.
    assert at(book, "A3", 190)["days_late_decayed"] == pytest.approx((9 / 4 + 3 / 2) / (3 / 4))


def test_days_since_payment(book: Ledger) -> None:
    # On 85 the unapplied 5.00 of day 82 is the latest: 83 is a reversal, 84 a credit note and a payment of A11 itself.
    assert at(book, "A11", 85)["days_since_payment"] == 3
    # For another invoice the payment of A11 on 84 counts.
    assert at(book, "A12", 85)["days_since_payment"] == 1
    # B paid A's invoice on 40, and its own on 5.
    assert at(book, "B1", 86)["days_since_payment"] == 46
    assert at(book, "B1", 40)["days_since_payment"] == 35
    assert np.isnan(at(book, "B1", 5)["days_since_payment"])


def test_disputed_share(book: Ledger) -> None:
    # On 85 A7 and A8 of A0..A10 are disputed (closed or cancelled is no matter); the dispute of A9, recorded on 85,
    # is known on 86, when A12 is one more of the others.
    assert at(book, "A11", 85)["disputed_share"] == pytest.approx(2 / 11)
    assert at(book, "A11", 86)["disputed_share"] == pytest.approx(3 / 12)
    # Its own dispute does not count for A8.
    assert at(book, "A8", 85)["disputed_share"] == pytest.approx(1 / 10)


def test_exposure(book: Ledger) -> None:
    row = at(book, "A11", 85)
    # Open in EUR: A8 60 - 30 - 20 = 10, A9 40, A10 45 as corrected.
    assert row[["open_count", "open_amount"]].tolist() == [3, 95]
    # A8 was due on 50, A9 on 80; A10 is due on 95.
    assert row["overdue_count"] == 2
    # 10 + 100 + 30 + 200 + 80 + 80 + 60 + 60 + 40 + 45 = 705 in ten invoices; 141 / 70.5.
    assert row["amount_to_usual"] == 2
    # Due on the day itself is not overdue: A9 on 80 against 81.
    assert at(book, "A11", 80)["overdue_count"] == 1
    assert at(book, "A11", 81)["overdue_count"] == 2


def test_exposure_is_per_currency_and_a_write_off_closes(book: Ledger) -> None:
    exposure = ["open_count", "open_amount", "overdue_count", "amount_to_usual"]
    # The write-off of A6 on 50 is unknown on 50 and known on 51; its 500 remain what is usual in USD.
    assert at(book, "A12", 50)[exposure].tolist() == [1, 500, 1, 0.1]
    assert at(book, "A12", 51)[exposure].tolist() == [0, 0, 0, 0.1]
    # Nothing else is billed in USD when A6 is issued.
    assert at(book, "A6", 12)[exposure[:3]].tolist() == [0, 0, 0]
    assert np.isnan(at(book, "A6", 12)["amount_to_usual"])


def test_other_customers_stay_apart(book: Ledger) -> None:
    row = at(book, "B1", 86)
    # B has B0 alone: 1000, paid on its due date, a Saturday (5).
    assert row[["n_settled", "late_share", "days_late_mean", "pay_weekday"]].tolist() == [1, 0, 0, 5]
    assert row[["open_count", "disputed_share", "amount_to_usual"]].tolist() == [0, 0, 0.5]


def test_rows_keep_their_order_and_types(book: Ledger) -> None:
    frame = oracle.features(book, points(("B1", 86), ("A11", 85), ("A11", 34), ("A11", 85)))
    assert frame["amount"].tolist() == [500, 141, 141, 141]
    assert frame["n_settled"].tolist() == [1, 6, 3, 6]
    assert frame["currency"].tolist() == ["EUR"] * 4
    text = ["currency", "country"]
    assert {str(kind) for kind in frame[text].dtypes} == {"str"}
    assert set(frame.drop(columns=text).dtypes) == {np.dtype("float64")}
    # No rows give no rows, of the same types.
    empty = oracle.features(book, points(("A0", 0)).head(0))
    assert len(empty) == 0
    assert empty.dtypes.equals(frame.dtypes)


def test_the_last_known_version_counts() -> None:
    book = Ledger.of(
        invoices=invoices(("A1", 0, 10, 100.0), ("A2", 50, 60, 10.0)),
        payments=payments(
            ("p1", "A", "A1", 8, 60.0, "payment", 20),  # corrects p1: another day, another amount
            ("p1", "A", "A1", 5, 100.0),
            ("p2", "A", "A1", 6, 40.0, "payment", 30),  # paid on 6, recorded on 30
            ("p4", "A", None, 15, 9.0, "payment", 3),  # announced on 3, paid on 15
            ("p3", "A", "A2", 7, -1.0, "payment", 40),
            ("p3", "A", "A1", 7, -1.0, "payment", 40),  # recorded on the same day: the lower row wins
        ),
    )
    history = ["n_settled", "days_late_last", "open_count", "open_amount"]
    # Until 20 the 100 paid on 5 count: 5 days early.
    assert at(book, "A2", 20)[history].tolist() == [1, -5, 0, 0]
    # What was recorded ahead is known from its own date on.
    assert at(book, "A2", 15)["days_since_payment"] == 10
    assert at(book, "A2", 16)["days_since_payment"] == 1
    # From 21 on it was 60 on 8; until 30 nothing else is known.
    assert at(book, "A2", 21)[history].fillna(-1).tolist() == [0, -1, 1, 40]
    assert at(book, "A2", 30)["open_amount"] == 40
    # From 31 on 40 on 6 and 60 on 8 settle it on 8: 2 days early.
    assert at(book, "A2", 31)[history].tolist() == [1, -2, 0, 0]
    # From 41 on p3 takes 1 back from A1, not from A2.
    assert at(book, "A2", 41)[history].fillna(-1).tolist() == [0, -1, 1, 1]
    # The payments of A1 do not count for itself, whichever version named it: the unapplied one of 15 is left.
    assert at(book, "A1", 41)["days_since_payment"] == 26


def test_ties_between_versions_of_own_terms() -> None:
    book = Ledger.of(
        invoices=invoices(
            ("A1", 10, 20, 1.0, 12),
            ("A1", 10, 21, 2.0, 12),
            ("A2", 9, 20, 3.0, 15),  # known on 15, version 15
            ("A2", 15, 20, 4.0, 3),  # recorded ahead on 3, known on 15: the older version of the two
        )
    )
    # Both versions of A1 are recorded on 12: unknown, the upper row is the first; known, the lower row is the last.
    assert at(book, "A1", 12)[TERMS[:2]].tolist() == [1.0, 10.0]
    assert at(book, "A1", 13)[TERMS[:2]].tolist() == [2.0, 11.0]
    # Both versions of A2 become known on 15: until then the older version stands for it, thereafter the newer.
    assert at(book, "A2", 15)["amount"] == 4.0
    assert at(book, "A2", 16)["amount"] == 3.0
