"""What came of each contact: as a slow reader finds it, and nothing of what was not known."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from paybench.decide.contacted import outcomes, performance
from paybench.ledger import Ledger, as_of
from paybench.simulate import simulate
from tests.decide.contacted import slow
from tests.strategies import cut_offs, futures, ledgers


def compared(ledger: Ledger, at: pd.Timestamp) -> pd.DataFrame:
    cut = as_of(ledger, at)
    mine, expected = outcomes(cut, at), slow.outcomes(cut, at)
    assert mine["contact_id"].tolist() == cut.contacts["contact_id"].tolist()
    for name in expected[0] if expected else []:
        assert mine[name].tolist() == [row[name] for row in expected], name
    return mine


@given(st.data())
def test_row_by_row(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    compared(ledger, data.draw(cut_offs(ledger)))


def test_row_by_row_on_a_simulated_book() -> None:
    found = compared(simulate(25, 10, seed=7, truth="none").ledger, pd.Timestamp("2024-09-10"))
    # Everything occurs in it.
    for name in ("ripe", "answered", "promised", "promise_due", "kept", "paid_7", "paid_14", "paid_30"):
        assert 0 < found[name].sum() < len(found), name


@settings(max_examples=max(8, settings().max_examples // 3))  # each of them is many small tables
@given(st.data())
def test_the_future_changes_nothing(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    date = data.draw(cut_offs(ledger))
    other = data.draw(futures(ledger, date))
    pd.testing.assert_frame_equal(performance(ledger, date).table, performance(other, date).table, check_exact=True)


def one(**tables: list[dict[str, Any]]) -> Ledger:
    invoices: list[dict[str, Any]] = [
        {"invoice_id": "A1", "customer_id": "A", "issued_on": "2024-01-01", "due_on": "2024-01-31"}
    ]
    tables = {"invoices": [{**row, "amount": 100.0, "currency": "EUR"} for row in invoices], **tables}
    return Ledger.of(**{name: pd.DataFrame(rows) for name, rows in tables.items()})


CONTACT = {"contact_id": "K1", "customer_id": "A", "invoice_id": "A1", "sent_on": "2024-03-01", "channel": "email"}


def test_a_question_is_asked_when_its_days_have_passed() -> None:
    ledger = one(contacts=[CONTACT])
    for date, ripe in (("2024-03-15", False), ("2024-03-16", True)):
        # On 16 March all of the 14th day after 1 March is known, on 15 March it is not.
        row = outcomes(as_of(ledger, date), pd.Timestamp(date)).iloc[0]
        assert (row["ripe"], row["matured_14"], row["matured_7"]) == (ripe, ripe, True)


def test_paid_within_days_and_not_before() -> None:
    for paid, matured, within in (
        ("2024-02-29", False, False),  # it was paid already: the contact says nothing
        ("2024-03-01", True, True),
        ("2024-03-08", True, True),
        ("2024-03-09", True, False),
    ):
        payment = {"payment_id": "P1", "customer_id": "A", "invoice_id": "A1", "paid_on": paid, "amount": 100.0}
        ledger = one(contacts=[CONTACT], payments=[{**payment, "currency": "EUR", "kind": "payment"}])
        row = outcomes(as_of(ledger, "2024-06-01"), pd.Timestamp("2024-06-01")).iloc[0]
        assert (row["matured_7"], row["paid_7"]) == (matured, within)


def test_an_answer_belongs_to_the_last_contact_before_it() -> None:
    later = {**CONTACT, "contact_id": "K2", "invoice_id": None, "sent_on": "2024-03-05"}
    for received, answered in (
        ("2024-03-04", [True, False]),
        ("2024-03-05", [False, True]),
        ("2024-03-20", [False] * 2),
    ):
        message = {"message_id": "M1", "customer_id": "A", "received_on": received, "channel": "email", "text": "Yes."}
        ledger = one(contacts=[CONTACT, later], messages=[message])
        found = outcomes(as_of(ledger, "2024-06-01"), pd.Timestamp("2024-06-01"))
        assert found["answered"].tolist() == answered
        # A contact about no invoice can be answered, but nothing is paid by it.
        assert found["matured_14"].tolist() == [True, False]
