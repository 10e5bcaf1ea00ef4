"""What was known at the start of a day."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.errors import PaybenchError
from paybench.ledger import TABLES, Ledger, as_of, day, known, settle
from paybench.ledger.cut import known_on
from tests.strategies import ledgers

DATES = st.dates(pd.Timestamp("2023-12-31").date(), pd.Timestamp("2024-07-30").date())

INVOICE: dict[str, object] = {
    "invoice_id": "1",
    "customer_id": "C",
    "issued_on": "2024-01-01",
    "due_on": "2024-01-31",
    "currency": "EUR",
}
PAYMENT: dict[str, object] = {
    "payment_id": "1", "customer_id": "C", "invoice_id": "1", "paid_on": "2024-02-05", "amount": 100.0,
    "currency": "EUR", "kind": "payment",
}  # fmt: skip


def test_what_is_dated_on_the_day_is_not_known() -> None:
    ledger = Ledger.of(invoices=pd.DataFrame([INVOICE | {"amount": 100.0}]), payments=pd.DataFrame([PAYMENT]))
    invoices = [len(as_of(ledger, date).invoices) for date in ("2024-01-01", "2024-01-02")]
    payments = [len(as_of(ledger, date).payments) for date in ("2024-02-05", "2024-02-06")]
    assert invoices == payments == [0, 1]
    # What was settled later is open.
    assert [settle(as_of(ledger, date))["amount_open"][0] for date in ("2024-02-05", "2024-02-06")] == [100.0, 0.0]


def test_a_row_is_known_from_the_later_of_its_date_and_its_recording() -> None:
    rows = [PAYMENT | {"recorded_on": "2024-02-09"}, PAYMENT | {"payment_id": "2", "recorded_on": "2024-02-01"}]
    ledger = Ledger.of(payments=pd.DataFrame(rows))
    known = {
        date: list(as_of(ledger, date).payments["payment_id"]) for date in ("2024-02-06", "2024-02-09", "2024-02-10")
    }
    assert known == {"2024-02-06": ["2"], "2024-02-09": ["2"], "2024-02-10": ["1", "2"]}


def test_the_version_recorded_last_among_the_known_counts() -> None:
    versions = [(120.0, "2024-03-01"), (100.0, None), (110.0, "2024-02-01")]
    ledger = Ledger.of(invoices=pd.DataFrame([INVOICE | {"amount": a, "recorded_on": r} for a, r in versions]))
    amounts = [as_of(ledger, date).invoices["amount"].tolist() for date in ("2024-02-01", "2024-03-01", "2024-03-02")]
    assert amounts == [[100.0], [110.0], [120.0]]


def test_a_dispute_closed_later_is_open() -> None:
    dispute = {"dispute_id": "1", "invoice_id": "1", "opened_on": "2024-02-01", "closed_on": "2024-02-20"}
    ledger = Ledger.of(disputes=pd.DataFrame([dispute]))
    closed = [as_of(ledger, date).disputes["closed_on"].notna().tolist() for date in ("2024-02-20", "2024-02-21")]
    assert closed == [[False], [True]]


def test_customers_stay_unless_they_were_recorded_later() -> None:
    customers = pd.DataFrame({"customer_id": ["A", "B"], "recorded_on": [None, "2024-02-01"]})
    ledger = Ledger.of(customers=customers)
    known = [as_of(ledger, date).customers["customer_id"].tolist() for date in ("1900-01-01", "2024-02-02")]
    assert known == [["A"], ["A", "B"]]


@given(ledgers(), DATES, DATES)
def test_cutting_later_and_then_earlier_is_cutting_earlier(ledger: Ledger, one: object, other: object) -> None:
    early, late = sorted([day(one), day(other)])
    cut, again = as_of(ledger, early), as_of(as_of(ledger, late), early)
    # As long as every version is kept, an earlier cut is still to be had.
    for name in TABLES:
        pd.testing.assert_frame_equal(as_of(known(ledger, late), early).table(name), cut.table(name))
    for name, spec in TABLES.items():
        if ledger.table(name).duplicated(list(spec.key)).any():
            # A later cut keeps the latest version only: what it replaced is known no more.
            assert set(again.table(name)[spec.key[0]]) <= set(cut.table(name)[spec.key[0]])
        else:
            pd.testing.assert_frame_equal(again.table(name), cut.table(name))
    # Cutting twice on one day is cutting once.
    twice = as_of(cut, early)
    for name in TABLES:
        pd.testing.assert_frame_equal(twice.table(name), cut.table(name))


@given(ledgers(), DATES)
def test_one_version_of_everything_known_and_of_nothing_else(ledger: Ledger, date: object) -> None:
    cut = as_of(ledger, date)
    for name, spec in TABLES.items():
        whole, kept = ledger.table(name), cut.table(name)
        rows = whole[~(known_on(spec, whole) >= day(date))]
        assert not kept.duplicated(list(spec.key)).any()
        assert set(kept[spec.key[0]]) == set(rows[spec.key[0]])
        assert not (known_on(spec, kept) >= day(date)).any()


@given(ledgers(corrections=False))
def test_knowledge_only_grows(ledger: Ledger) -> None:
    early, middle, late = (
        set(as_of(ledger, f"2024-{month}-01").payments["payment_id"]) for month in ("02", "03", "04")
    )
    assert early <= middle <= late


@given(ledgers(), DATES)
def test_the_ledger_itself_is_left_alone(ledger: Ledger, date: object) -> None:
    before = {name: ledger.table(name).copy() for name in TABLES}
    as_of(ledger, date)
    for name in TABLES:
        pd.testing.assert_frame_equal(ledger.table(name), before[name])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2024",
        "2024-02-30",
        "31.31.2024",
        "1/5/2024",
        "01.05.2024",
        "20240501",
        "2024-1-5",
        "tomorrow!",
        None,
    ],
)
def test_what_is_no_date_is_said(text: object) -> None:
    with pytest.raises(
        PaybenchError, match=f"^'{text}' is not a date; write it as YYYY-MM-DD, for example 2026-01-31.$"
    ):
        day(text)


@pytest.mark.parametrize(
    ("zone", "day"), [("UTC", "2024-03-31"), ("Europe/Berlin", "2024-04-01"), ("America/New_York", "2024-03-31")]
)
def test_an_instant_is_a_day_in_the_time_zone_of_the_book(zone: str, day: str) -> None:
    # Half past ten in the evening in UTC, half an hour after midnight in Berlin's summer time, which began that day.
    instant = pd.Timestamp("2024-03-31T22:30:00Z")
    paid = pd.DataFrame(
        {"payment_id": ["P"], "customer_id": ["C"], "invoice_id": ["A"], "paid_on": [instant], "amount": [1.0]}
    ).assign(currency="EUR", kind="payment")
    book = Ledger.of(time_zone=zone, payments=paid)
    assert book.payments["paid_on"].tolist() == [pd.Timestamp(day)]
    # It is known from the next day on, there.
    assert as_of(book, day).payments.empty
    assert len(as_of(book, pd.Timestamp(day) + pd.Timedelta(days=1)).payments) == 1


@pytest.mark.parametrize("zone", ["", "Nowhere/At_all", None])
def test_a_time_zone_that_is_none_is_refused(zone: str) -> None:
    with pytest.raises(PaybenchError, match="give an IANA name like Europe/Berlin, or UTC."):
        Ledger.of(time_zone=zone)
