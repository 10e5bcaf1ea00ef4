"""What a customer paid before, held against numbers worked out by hand. Days count from Monday 2024-01-01 = 0."""

from __future__ import annotations

import math

import pytest

from paybench.ledger.book import Ledger
from tests.oracle.conftest import At
from tests.oracle.golden import invoices, payments


def test_counts_of_history(at: At, busy: Ledger) -> None:
    counts = ["n_issued", "n_settled", "cold_start"]
    # Paid on 200 and 210, 220 makes three; issued before 215 are A0 on 90, A1 on 140, A2 on 189, A3 198, A4 207.
    assert at(busy, "A98", 215, *counts) == [5, 2, 1]
    assert at(busy, "A98", 220, *counts[1:]) == [2, 1]
    assert at(busy, "A98", 221, *counts[1:]) == [3, 0]
    # At issue the other one of 315 is not known; the next day it is.
    assert at(busy, "A98", 315, *counts) == [12, 12, 0]
    assert at(busy, "A98", 316, *counts) == [13, 12, 0]


def test_means_of_all_history(at: At, busy: Ledger) -> None:
    # 50 + 40 + 1 + .. + 9 + 20 = 155, the squares 2500 + 1600 + 285 + 400 = 4785; six to nine, 20, 40, 50 are late.
    spread = math.sqrt((4785 - 155**2 / 12) / 11)
    expected = [7 / 12, 155 / 12, spread]
    assert at(busy, "A98", 320, "late_share", "days_late_mean", "days_late_sd") == pytest.approx(expected)
    # 30 days more each, A0 60: as if it were 80 and not 50 late, which makes 185, and 8685.
    spread = math.sqrt((8685 - 185**2 / 12) / 11)
    assert at(busy, "A98", 320, "days_to_pay_mean", "days_to_pay_sd") == pytest.approx([185 / 12 + 30, spread])
    # In EUR 10 * (155 - 3 - 20) + 100 * 20 = 3320 over 10 * 10 + 100 = 200; in USD there is A4 alone.
    assert at(busy, "A98", 320, "days_late_by_amount") == pytest.approx([16.6])
    assert at(busy, "A99", 320, "days_late_by_amount") == [3]
    # One value has no spread; none has no mean, and in USD there is none before A4 was paid.
    assert at(busy, "A98", 201, "days_to_pay_mean", "days_to_pay_sd") == [110, None]
    assert at(busy, "A98", 200, "days_to_pay_mean", "days_late_by_amount", "days_late_trend") == [None, None, None]
    assert at(busy, "A99", 240, "days_late_by_amount", "days_late_mean") == [None, 93 / 4]


def test_the_last_ones(at: At, busy: Ledger) -> None:
    # Backwards: 20, 9, 8, 7, 6, 5, 4, 3, 2, 1, 40, 50.
    names = ["days_late_last", "days_late_mean_3", "days_late_mean_5", "days_late_mean_10"]
    assert at(busy, "A98", 320, *names) == pytest.approx([20, 37 / 3, 10, 6.5])
    # Later than 5 are 20, 9, 8, 7, 6; in the middle of the ten lie 5 and 6.
    assert at(busy, "A98", 320, "late_share_10", "days_late_max_10", "days_late_median_10") == [0.5, 20, 5.5]
    # 37 / 3 - 155 / 12.
    assert at(busy, "A98", 320, "days_late_trend") == pytest.approx([-7 / 12])
    # On 221 there are three: 50, 40, 1.
    assert at(busy, "A98", 221, *names) == pytest.approx([1, 91 / 3, 91 / 3, 91 / 3])
    assert at(busy, "A98", 221, "late_share_10", "days_late_max_10", "days_late_median_10") == [2 / 3, 50, 40]
    # On 301, the eleventh, 50 has left the ten: 40, 1, .., 9 are 85, and 5 is between 4.5 and 5.5.
    assert at(busy, "A98", 301, "days_late_mean_10", "days_late_max_10", "days_late_median_10") == [8.5, 40, 5.5]


def test_ties_among_the_last_ones(at: At) -> None:
    book = Ledger.of(
        # All are paid on 40; in order of due date, then of the number as text: A9, A10, A8, A7.
        invoices=invoices(
            ("A10", 0, 30, 10.0), ("A7", 0, 39, 10.0), ("A8", 0, 30, 10.0), ("A9", 0, 20, 10.0), ("A1", 50, 60, 10.0)
        ),
        payments=payments(*[(f"p{k}", "A", f"A{k}", 40, 10.0) for k in (7, 8, 9, 10)]),
    )
    # The last three are A10, A8, A7: 10 + 10 + 1.
    assert at(book, "A1", 50, "days_late_last", "days_late_mean_3") == [1, 7]


def test_windows(at: At, busy: Ledger) -> None:
    names = ["n_settled_90", "late_share_90", "days_late_mean_90"]
    # On 320 what was paid from 230 on: 2, .., 9, 20, which are 64 and nine; five of them late.
    assert at(busy, "A98", 320, *names) == pytest.approx([9, 5 / 9, 64 / 9])
    # On 321 without the 2 of day 230.
    assert at(busy, "A98", 321, *names) == [8, 5 / 8, 62 / 8]
    # On 390 the 9 and 20 of 300 and 310; 180 days reach back to 210, without the 50; 365 days to all.
    assert at(busy, "A98", 390, *names) == [2, 1, 14.5]
    assert at(busy, "A98", 390, "days_late_mean_180", "days_late_mean_365") == pytest.approx([105 / 11, 155 / 12])
    assert at(busy, "A98", 390, "days_late_trend_90") == pytest.approx([14.5 - 155 / 12])
    assert at(busy, "A98", 391, "days_late_mean_180") == [65 / 10]
    # On 575 365 days reach back to 210; six of eleven are late. Nothing was paid in the last 90.
    names = ["n_settled_365", "late_share_365", "days_late_mean_365"]
    assert at(busy, "A98", 575, *names) == pytest.approx([11, 6 / 11, 105 / 11])
    assert at(busy, "A98", 576, *names) == [10, 0.5, 6.5]
    names = ["n_settled_90", "late_share_90", "days_late_mean_90", "days_late_mean_180", "days_late_trend_90"]
    assert at(busy, "A98", 575, *names) == [0, None, None, None, None]
    # And on 676 nothing in a year.
    assert at(busy, "A98", 676, "n_settled_365", "late_share_365", "days_late_mean_365") == [0, None, None]


def test_usual_days(at: At, busy: Ledger) -> None:
    # Weekdays of 200, 210, ..: 4, 0, 3, 6, 2, 5, 1, 4, 0, 3, 6, 2: five of them twice, Monday the smallest.
    assert at(busy, "A98", 320, "pay_weekday", "pay_weekday_share") == pytest.approx([0, 2 / 12])
    # 19, 29 July, 8, 18, 28 August, 7, 17, 27 September, 7, 17, 27 October, 6 November: 7, 17 and 27 twice.
    assert at(busy, "A98", 320, "pay_month_day") == [7]
    # On 250 there are five days of five, Friday 19, Monday 29 July, Thursday 8, Sunday 18, Wednesday 28 August.
    assert at(busy, "A98", 250, "pay_weekday", "pay_weekday_share", "pay_month_day") == [0, 0.2, 8]
    # On 280 Friday 27 September is the second Friday, and no day of the month is the second.
    assert at(busy, "A98", 280, "pay_weekday", "pay_weekday_share", "pay_month_day") == [4, 0.25, 7]
    assert at(busy, "A98", 200, "pay_weekday", "pay_weekday_share", "pay_month_day") == [None, None, None]
    leap = Ledger.of(
        invoices=invoices(("A1", 0, 60, 10.0), ("A2", 0, 60, 10.0)), payments=payments(("p1", "A", "A1", 59, 10.0))
    )
    assert at(leap, "A2", 60, "pay_weekday", "pay_month_day") == [3, 29]


def test_paid_in_parts(at: At, busy: Ledger, book: Ledger) -> None:
    # A1 and A4; not the halves of one day of A2, nor A3, of which a part was credited first.
    assert at(busy, "A98", 320, "part_share") == pytest.approx([2 / 12])
    assert at(busy, "A98", 200, "part_share") == [None]
    # A1 in two parts, A3 paid twice, A2 and A4 all on one day; A0, A5, and A9 once. A7, cancelled, does not count.
    assert at(book, "A11", 86, "part_share") == pytest.approx([2 / 7])


def test_settled_without_a_payment_is_not_in_parts(at: At) -> None:
    # Half of it is credited, which is not more than half, and the other half is within the tolerance.
    book = Ledger.of(
        tolerance=1.0,
        invoices=invoices(("A1", 0, 10, 2.0), ("A2", 0, 10, 2.0)),
        payments=payments(("p1", "A", "A1", 5, 1.0, "credit_note")),
    )
    assert at(book, "A2", 6, "n_settled", "part_share") == [1, 0]


def test_lost(at: At, book: Ledger) -> None:
    # The write-off of A6 on 50 is known on 51.
    assert [at(book, "A11", t, "lost_count") for t in (50, 51, 86)] == [[0], [1], [1]]
    assert at(book, "B1", 86, "lost_count") == [0]
    # A cancelled one counts as well, and one that was paid after all does not.
    more = Ledger.of(
        invoices=invoices(("A1", 0, 10, 10.0), ("A2", 0, 10, 10.0), ("A3", 0, 10, 10.0)),
        payments=payments(
            ("p1", "A", "A1", 20, 6.0, "credit_note"),
            ("p2", "A", "A1", 30, 4.0, "write_off"),
            ("p3", "A", "A2", 31, 10.0, "write_off"),
            ("p4", "A", "A2", 40, 10.0),
        ),
    )
    assert [at(more, "A3", t, "lost_count", "n_settled") for t in (31, 32, 41)] == [[1, 0], [2, 0], [1, 1]]


def test_ties_among_those_that_fell_due_last(at: At) -> None:
    book = Ledger.of(
        # Twelve fall due on 30: B0 of 5 and B1 of 6 are paid late on 40, B2 .. B9 of 7 .. 14 in time on 20.
        invoices=invoices(
            *((f"B{k}", 0, 30, 5.0 + k) for k in range(10)),
            # Two more of 7: one is in time, one is not.
            ("Bx", 0, 30, 7.0),
            ("By", 0, 30, 7.0),
            ("Bz", 50, 80, 1.0),
        ),
        payments=payments(
            *((f"p{k}", "B", f"B{k}", 40 if k < 2 else 20, 5.0 + k) for k in range(10)),
            ("px", "B", "Bx", 20, 7.0),
            ("py", "B", "By", 40, 7.0),
        ),
    )
    # Of one day the larger come last, and of these the late ones: 14 .. 8 in time, By late, then B2 and Bx in time.
    assert at(book, "Bz", 50, "late_share_due_10") == [1 / 10]
    assert at(book, "Bz", 50, "late_share_due") == [3 / 12]
