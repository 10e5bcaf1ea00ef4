"""The labels of the oracle, held against numbers worked out by hand. Days count from Monday 2024-01-01 = 0."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from paybench.ledger.book import Ledger
from tests.oracle import sqlite as oracle
from tests.oracle.golden import invoices, on, payments, points


def label(ledger: Ledger, invoice: str, cut_off: int, horizon: int = 20) -> pd.Series:
    """The labels of one invoice."""
    return oracle.labels(ledger, points((invoice, cut_off)), on(cut_off), horizon).iloc[0]


@pytest.mark.parametrize(
    ("invoice", "days_late", "days_to_pay", "written_off", "cancelled", "late", "capped"),
    [
        ("A0", 10, 10, False, False, 1, 10),
        ("A1", 6, 20, False, False, 1, 6),
        ("A2", -2, 28, False, False, 0, -2),
        ("A3", 21, 35, False, False, 1, 21),  # 21 is beyond a horizon of 20, which is written as 21
        ("A4", 0, 30, False, False, 0, 0),
        ("A5", 0, 30, False, False, 0, 0),
        ("A6", None, None, True, False, 1, 21),
        ("A7", -2, 28, False, True, None, None),
        ("A8", None, None, False, False, 1, 21),  # exactly half credited: not cancelled
        ("A9", 5, 15, False, False, 0, None),  # due on 80: late matures on 86, days on 101
        ("A10", None, None, False, False, None, None),
        ("A11", None, None, False, False, None, None),
    ],
)
def test_labels(
    book: Ledger,
    invoice: str,
    days_late: float | None,
    days_to_pay: float | None,
    written_off: bool,
    cancelled: bool,
    late: float | None,
    capped: float | None,
) -> None:
    row = label(book, invoice, 86)
    found = row[["days_late", "days_to_pay", "late", "days_late_capped"]].astype("float64")
    expected = np.array([days_late, days_to_pay, late, capped], dtype="float64")
    np.testing.assert_array_equal(found, expected)
    assert (row["written_off"], row["cancelled"]) == (written_off, cancelled)


def test_dates_of_labels(book: Ledger) -> None:
    names = ["due_on", "settled_on", "late_matures_on", "days_mature_on"]
    # Due on 19: late is known after 5 days of grace, on 25; the days after 20, on 40.
    assert label(book, "A3", 86)[names].tolist() == [on(19), on(40), on(25), on(40)]
    # Before its correction A10 was due on 90.
    assert label(book, "A10", 75)[names].tolist() == [on(90), pd.NaT, on(96), on(111)]
    assert label(book, "A10", 76)[names].tolist() == [on(95), pd.NaT, on(101), on(116)]


def test_labels_mature_on_their_day_whatever_is_paid(book: Ledger) -> None:
    # A2, due on 35 and paid on 33: nothing before 41, although its lateness is known on 34.
    assert label(book, "A2", 40)["days_late"] == -2
    assert np.isnan(label(book, "A2", 40)["late"])
    assert label(book, "A2", 41)["late"] == 0
    # A3, due on 19: on 25 still paid on time; from 27 on late, since it was sent back.
    assert label(book, "A3", 25)["late"] == 0
    assert label(book, "A3", 27)["late"] == 1
    # A9, due on 80 with 5 days of grace, paid on 85: 0 on 86, missing on 85.
    assert np.isnan(label(book, "A9", 85)["late"])
    # The days of A8, due on 50, with a horizon of 20: missing on 70, beyond on 71.
    assert np.isnan(label(book, "A8", 70)["days_late_capped"])
    assert label(book, "A8", 71)["days_late_capped"] == 21


def test_labels_of_what_is_unknown_are_missing(book: Ledger) -> None:
    # B1 is issued on 86; Z9 never was.
    assert label(book, "B1", 86).isna().all()
    assert label(book, "B1", 87)["due_on"] == on(100)
    assert label(book, "Z9", 86).isna().all()
    frame = oracle.labels(book, points(("B1", 0), ("A2", 0)), on(86), 20)
    assert [str(t) for t in frame.dtypes] == [
        *["datetime64[s]", "datetime64[s]", "float64", "float64", "boolean", "boolean", "str", "boolean"],
        *["float64", "datetime64[s]"] * 5,
    ]
    assert list(frame.columns) == [
        *["due_on", "settled_on", "days_late", "days_to_pay", "written_off", "cancelled", "status", "reopened"],
        *["late", "late_matures_on", "late_30", "late_30_matures_on", "late_60", "late_60_matures_on"],
        *["late_90", "late_90_matures_on", "days_late_capped", "days_mature_on"],
    ]


@pytest.mark.parametrize(
    ("paid", "settled_on", "written_off"),
    [
        ([(3, 9.995)], 3, False),  # the tolerance of 0.005 is enough
        ([(3, 9.9949)], None, False),  # and no more
        ([(3, 10.0), (5, -10.0), (5, 10.0)], 3, False),  # what meets on one day is one sum
        ([(3, 10.0), (5, -10.0), (6, 10.0)], 6, False),
        ([(3, 15.0), (5, -5.0)], 3, False),  # the overpaid part goes back
        ([(3, 15.0), (5, -5.01)], None, False),
        ([(-4, 10.0)], -4, False),  # before issue
        ([(3, 4.0), (5, 6.0, "credit_note")], 5, False),
        ([(3, 6.0), (5, 4.0, "write_off")], None, True),
        ([(3, 6.0), (5, 4.0, "write_off"), (7, 4.0)], 7, False),
        ([(3, 6.0), (5, 4.0, "write_off"), (7, -4.0, "write_off")], None, False),  # taken back: open again
        ([(3, 10.0), (5, 10.0, "write_off")], 3, False),
        ([(3, 10.0), (5, -1.0), (9, 1.0, "write_off")], None, True),
    ],
)
def test_settlement(paid: list[tuple[Any, ...]], settled_on: int | None, written_off: bool) -> None:
    rows = [(f"p{k}", "A", "A1", *payment) for k, payment in enumerate(paid)]
    row = label(Ledger.of(invoices=invoices(("A1", 0, 4, 10.0)), payments=payments(*rows)), "A1", 20)
    assert row["settled_on"] is on(settled_on) or row["settled_on"] == on(settled_on)
    assert row["written_off"] == written_off


@pytest.mark.parametrize(
    ("invoice", "status", "reopened"),
    [
        ("A0", "settled", False),
        ("A1", "settled", False),  # half paid is not closed
        ("A3", "settled", True),  # paid on 19, sent back on 26, paid again on 40
        ("A4", "settled", False),  # paid, sent back and paid on one day
        ("A6", "written_off", False),
        ("A7", "cancelled", False),  # although the rest of it was paid
        ("A8", "open", False),
    ],
)
def test_status(book: Ledger, invoice: str, status: str, reopened: bool) -> None:
    assert label(book, invoice, 86)[["status", "reopened"]].tolist() == [status, reopened]


def test_reopened_from_the_day_after_the_reversal_for_ever(book: Ledger) -> None:
    # A3 counts as paid from 20 on; that it was sent back on 26 is known on 27.
    found = [label(book, "A3", t)[["status", "reopened"]].tolist() for t in (19, 20, 26, 27, 41)]
    assert found == [["open", False], ["settled", False], ["settled", False], ["open", True], ["settled", True]]


@pytest.mark.parametrize(
    ("moves", "cut_offs"),
    [
        # Written off and then paid after all: closed all the time.
        ([("p1", 3, 10.0, "write_off"), ("p2", 5, 10.0)], {4: False, 6: False}),
        # A write-off taken back.
        ([("p1", 3, 10.0, "write_off"), ("p2", 5, -10.0, "write_off")], {4: False, 5: False, 6: True}),
        # Paid, sent back, and the rest written off on the same day.
        ([("p1", 3, 10.0), ("p2", 5, -10.0), ("p3", 5, 10.0, "write_off")], {6: False, 9: False}),
        # Too much, of which the excess goes back.
        ([("p1", 3, 15.0), ("p2", 5, -5.0)], {6: False}),
        # A payment corrected to less, as was recorded on 8.
        ([("p1", 3, 10.0), ("p1", 3, 9.0, "payment", 8)], {8: False, 9: True}),
        # Paid on 3 and sent back on 5, but both were recorded on 8: never known to be closed.
        ([("p1", 3, 10.0, "payment", 8), ("p2", 5, -10.0, "payment", 8)], {6: False, 9: False}),
        # The reversal was known before the payment, which was recorded on 8.
        ([("p1", 3, 10.0, "payment", 8), ("p2", 5, -10.0)], {6: False, 9: False}),
        # Paid before it is issued on 1 and sent back before that: never known to be closed.
        ([("p1", -5, 10.0), ("p2", -3, -10.0)], {1: None, 2: False}),
        # Sent back on the day of issue, which is the day before both are known.
        ([("p1", -5, 10.0), ("p2", 1, -10.0)], {2: False}),
        ([("p1", -5, 10.0), ("p2", 2, -10.0)], {2: False, 3: True}),
        # Credited in full and taken back: what is cancelled can be reopened.
        ([("p1", 3, 10.0, "credit_note"), ("p2", 5, -10.0, "credit_note")], {4: False, 6: True}),
    ],
)
def test_reopened(moves: list[tuple[Any, ...]], cut_offs: dict[int, bool | None]) -> None:
    rows = [(name, "A", "A1", *move) for name, *move in moves]
    ledger = Ledger.of(invoices=invoices(("A1", 1, 4, 10.0)), payments=payments(*rows))
    found = {t: label(ledger, "A1", t)["reopened"] for t in cut_offs}
    assert {t: None if pd.isna(value) else value for t, value in found.items()} == cut_offs


def test_reopened_by_what_happens_to_the_invoice_or_to_where_a_payment_belongs() -> None:
    more = Ledger.of(
        invoices=invoices(("A1", 0, 4, 10.0), ("A1", 0, 4, 12.0, 20)), payments=payments(("p1", "A", "A1", 3, 10.0))
    )
    # The amount was corrected on 20: two more are due.
    assert [label(more, "A1", t)["reopened"] for t in (20, 21)] == [False, True]
    moved = Ledger.of(
        invoices=invoices(("A1", 0, 4, 10.0), ("A2", 0, 4, 10.0)),
        payments=payments(("p1", "A", "A1", 3, 10.0), ("p1", "A", "A2", 3, 10.0, "payment", 20)),
    )
    # The payment was for A2, which was never closed before.
    assert [label(moved, name, 21)["reopened"] for name in ("A1", "A2")] == [True, False]
    assert [label(moved, name, 21)["status"] for name in ("A1", "A2")] == ["open", "settled"]


def test_late_by_30_60_and_90_days() -> None:
    ledger = Ledger.of(
        grace_days=5,
        invoices=invoices(*[(f"A{k}", 0, 10, 10.0) for k in range(1, 6)]),
        payments=payments(
            ("p1", "A", "A1", 40, 10.0),  # 30 days late
            ("p2", "A", "A2", 41, 10.0),  # 31 days late
            ("p3", "A", "A3", 15, 10.0, "write_off"),
            ("p4", "A", "A4", 12, 6.0, "credit_note"),
        ),
    )
    late = {
        (name, cut_off): label(ledger, name, cut_off)[["late_30", "late_60", "late_90"]].astype("float64").tolist()
        for name in ("A1", "A2", "A3", "A4", "A5")
        for cut_off in (40, 41, 70, 71, 100, 101)
    }
    gone = float("nan")
    expected = {
        "A1": [[gone] * 3, [0, gone, gone], [0, gone, gone], [0, 0, gone], [0, 0, gone], [0, 0, 0]],
        "A2": [[gone] * 3, [1, gone, gone], [1, gone, gone], [1, 0, gone], [1, 0, gone], [1, 0, 0]],
        "A3": [[gone] * 3, [1, gone, gone], [1, gone, gone], [1, 1, gone], [1, 1, gone], [1, 1, 1]],
        "A4": [[gone] * 3] * 6,
        "A5": [[gone] * 3, [1, gone, gone], [1, gone, gone], [1, 1, gone], [1, 1, gone], [1, 1, 1]],
    }
    for name, rows in expected.items():
        np.testing.assert_array_equal([late[name, t] for t in (40, 41, 70, 71, 100, 101)], rows)
    dates = label(ledger, "A4", 40)[["late_30_matures_on", "late_60_matures_on", "late_90_matures_on"]]
    assert dates.tolist() == [on(41), on(71), on(101)]
