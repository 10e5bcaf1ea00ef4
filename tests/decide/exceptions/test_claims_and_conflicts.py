"""Disputes, promises, and data that contradict each other."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.exceptions import exceptions
from paybench.ledger import Ledger, as_of
from tests.decide.exceptions.known import book
from tests.strategies import cut_offs, ledgers

AT = pd.Timestamp("2024-06-01")


def rows(ledger: Ledger, kind: str, at: pd.Timestamp = AT, **more: object) -> pd.DataFrame:
    return exceptions(as_of(ledger, at), at, kinds=[kind], **more)[0].rows


@given(st.data())
def test_every_open_dispute_is_told_once(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    at = data.draw(cut_offs(ledger))
    disputes = as_of(ledger, at).disputes
    live = disputes[disputes["closed_on"].isna()]
    of_open = rows(ledger, "disputed", at)["invoice_id"].tolist()
    of_nothing = rows(ledger, "conflict", at)["subject"].tolist()
    assert len(of_open) == len(set(of_open))
    for invoice, dispute in zip(live["invoice_id"], live["dispute_id"], strict=True):
        # Of an open invoice it is in the row of that invoice; of one that is closed or unknown it has a row of its own.
        assert (invoice in of_open) + (f"dispute|{dispute}" in of_nothing) == 1


def test_what_cannot_be_as_it_is_written() -> None:
    ledger = book(
        [
            ("A1", "A", "2024-03-10", "2024-03-01", 10.0),
            ("A2", "A", "2024-04-01", "2024-05-01", 70.0),
            ("A3", "A", "2024-04-01", "2024-05-01", 70.0),
            ("A4", "A", "2024-04-02", "2024-05-01", 90.0),
            ("A5", "A", "2024-01-02", "2024-02-01", 20.0),
        ],
        [("A", "A5", "2024-02-01", 20.0)],
        disputes=[
            ("A4", "2024-04-10", None, 20.0),
            ("A4", "2024-04-20", None, 95.0),
            ("A5", "2024-01-10", None, None),
            ("X9", "2024-01-10", None, None),
            ("A2", "2024-04-10", "2024-04-11", None),
        ],
    )
    said = rows(ledger, "conflict")["detail"].tolist()
    assert said == [
        "Dispute D3 is open, and invoice X9 is not known",
        "Dispute D2 is open, and invoice A5 is closed",
        "Invoice A1 is due on 1 Mar 2024, before it was issued on 10 Mar 2024",
        "Invoices A2 and A3 have the same customer, day (1 Apr 2024) and amount (EUR 70.00)",
        "Dispute D1 is about EUR 95.00, and invoice A4 bills 90.00",
        "2 disputes of invoice A4 are open at once",
    ]


def test_twins_that_differ_or_were_cancelled_are_none() -> None:
    invoices = [(name, "A", "2024-04-01", "2024-05-01", 70.0) for name in ("A1", "A2")]
    assert len(rows(book(invoices), "conflict")) == 1
    assert rows(book(invoices, currency="EUR"), "conflict", since=AT)["amount"].tolist() == [70.0]
    for other in (("A2", "B", "2024-04-01", "2024-05-01", 70.0), ("A2", "A", "2024-04-02", "2024-05-01", 70.0)):
        assert rows(book([invoices[0], other]), "conflict").empty
    cancelled = book(invoices, [("A", "A2", "2024-04-03", 70.0)])
    cancelled = cancelled.with_tables({"payments": cancelled.payments.assign(kind="credit_note")})
    assert rows(cancelled, "conflict").empty


def test_a_promise_without_an_invoice_is_kept_by_money_of_its_time() -> None:
    invoices = [("A1", "A", "2024-03-01", "2024-03-31", 100.0)]
    promise = [("A", None, "2024-04-01", "2024-04-10", 60.0)]
    assert rows(book(invoices, promises=promise), "broken_account")["amount"].tolist() == [100.0]
    # Until its day has passed it is not broken.
    assert rows(book(invoices, promises=promise), "broken_account", pd.Timestamp("2024-04-10")).empty
    for paid, broken in (("2024-03-31", True), ("2024-04-01", False), ("2024-04-10", False), ("2024-04-11", True)):
        ledger = book(invoices, [("A", None, paid, 60.0)], promises=promise)
        assert len(rows(ledger, "broken_account")) == broken
    # Less money than was promised does not keep it, a newer promise takes its place, and who owes nothing broke none.
    assert len(rows(book(invoices, [("A", "A1", "2024-04-02", 59.0)], promises=promise), "broken_account")) == 1
    newer = [*promise, ("A", None, "2024-05-20", "2024-07-01", 60.0)]
    assert rows(book(invoices, promises=newer), "broken_account").empty
    assert rows(book(invoices, [("A", "A1", "2024-05-20", 100.0)], promises=promise), "broken_account").empty
