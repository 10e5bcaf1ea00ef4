"""What is known of a customer: exact, as of its day, and nobody else's."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.negotiate import Facts, facts_of
from paybench.decide.segments import segment
from paybench.errors import PaybenchError
from paybench.ledger import Ledger, as_of, settle
from paybench.ledger.schema import units
from tests.strategies import cut_offs, futures, ledgers

DAY = "2026-03-02"


def book(**tables: list[dict[str, Any]]) -> Ledger:
    """Two customers; C1 owes A1 (due, 1,000.10 EUR of which 400 are paid) and A2 (not due, 50 USD), and has paid P1."""
    base: dict[str, list[dict[str, Any]]] = {
        "invoices": [
            _invoice("A1", "2026-02-10", 1000.10, "EUR"),
            _invoice("A2", "2026-04-01", 50.0, "USD"),
            _invoice("P1", "2026-01-10", 80.0, "EUR"),
            _invoice("B1", "2026-02-10", 70.0, "EUR", "C2"),
        ],
        "payments": [_payment("1", "A1", 400.0), _payment("2", "P1", 80.0)],
        "customers": [{"customer_id": "C1", "name": "Ahrens KG", "country": "DE"}],
        "promises": [],
        "disputes": [],
        "consents": [],
    }
    rows = {name: [*base[name], *tables.get(name, [])] for name in base}
    return Ledger.of(**{name: pd.DataFrame(some) for name, some in rows.items() if some})


def _invoice(name: str, due: str, amount: float, currency: str, who: str = "C1") -> dict[str, Any]:
    return {"invoice_id": name, "customer_id": who, "issued_on": "2026-01-02", "due_on": due, "amount": amount,
            "currency": currency}  # fmt: skip


def _payment(name: str, invoice: str | None, amount: float, on: str = "2026-02-01") -> dict[str, Any]:
    return {"payment_id": name, "customer_id": "C1", "invoice_id": invoice, "paid_on": on, "amount": amount,
            "currency": "EUR", "kind": "payment"}  # fmt: skip


def _promise(name: str, made: str, promised: str, invoice: str | None = "A1") -> dict[str, Any]:
    return {"promise_id": name, "customer_id": "C1", "invoice_id": invoice, "made_on": made, "promised_on": promised}


def test_open_invoices_are_exact_and_by_due_date() -> None:
    found = facts_of(book(), DAY, "C1")
    rows = found.open_invoices.to_dict("records")
    assert [(row["invoice_id"], row["amount_open"], row["currency"]) for row in rows] == [
        ("A1", Decimal("600.10"), "EUR"), ("A2", Decimal("50.00"), "USD"),
    ]  # fmt: skip
    assert [row["due_on"].isoformat() for row in rows] == ["2026-02-10", "2026-04-01"]
    assert found.settled_ids == frozenset({"P1"})
    assert found.known_ids == frozenset({"A1", "A2", "P1"})
    assert (found.name, found.country, found.language) == ("Ahrens KG", "DE", "de")
    # Where nothing is known: medium risk, a small customer, every channel.
    assert {row["risk"] for row in rows} == {"medium"}
    assert (found.value, all(found.allowed.values())) == ("small", True)


def test_promises_are_counted_by_the_day_they_were_made() -> None:
    made = [
        _promise("1", "2026-01-20", "2026-01-25"),
        # A plan of two instalments is one promise; one that names no invoice is about all of that time.
        _promise("2", "2026-02-01", "2026-02-15"), _promise("3", "2026-02-01", "2026-04-15"),
        _promise("4", "2026-02-20", "2026-03-20", None),
    ]  # fmt: skip
    found = facts_of(book(promises=made), DAY, "C1")
    assert list(found.open_invoices["promises"]) == [3, 1]
    # Two promised days of all of it have passed, and 400.00 came.
    assert found.broken == 2
    # Promises of more than a year ago are forgotten.
    assert facts_of(book(promises=[_promise("1", "2025-01-20", "2025-02-20")]), DAY, "C1").broken == 0


def test_money_disputes_and_consents_are_the_customer_s() -> None:
    found = facts_of(
        book(
            payments=[_payment("3", None, 33.33), _payment("4", "P1", 5.0)],
            disputes=[{"dispute_id": "D", "invoice_id": "A1", "opened_on": "2026-02-12", "amount": 100.25}],
            consents=[{"customer_id": "C1", "channel": "sms", "changed_on": "2026-02-01", "allowed": False}],
        ),
        DAY,
        "C1",
    )
    assert found.unapplied == {"EUR": Decimal("38.33")}
    assert list(found.open_invoices["disputed"]) == [Decimal("100.25"), Decimal("0.00")]
    assert (found.allowed["sms"], found.allowed["email"]) == (False, True)


def test_scores_and_segments_of_that_day_are_taken() -> None:
    scores = pd.DataFrame(
        {"invoice_id": ["A1"], "as_of": [pd.Timestamp(DAY)], "risk": ["high"], "p_late": [0.9],
         "pay_on_p50": [pd.Timestamp("2026-03-09")]}
    )  # fmt: skip
    segments = segment(book(), DAY)
    found = facts_of(book(), DAY, "C1", scores, segments)
    first, second = found.open_invoices.to_dict("records")
    assert (first["risk"], first["p_late"], first["pay_on_p50"].isoformat()) == ("high", 0.9, "2026-03-09")
    assert (second["risk"], second["pay_on_p50"]) == ("medium", None)
    table = segments.table[segments.table["customer_id"] == "C1"]
    assert found.values == dict(zip(table["currency"], table["value"], strict=True))
    assert found.segment in set(table["segment"])
    # What knows more than that day is refused.
    with pytest.raises(PaybenchError, match=r"The score table of 2026-03-02 knows more than was known on 2026-03-01"):
        facts_of(book(), "2026-03-01", "C1", scores)
    with pytest.raises(PaybenchError, match=r"The segments of 2026-03-02 know"):
        facts_of(book(), "2026-03-01", "C1", None, segments)


def test_a_customer_that_nobody_knows_is_refused() -> None:
    with pytest.raises(PaybenchError, match=r"Customer 'C7' is not in the ledger before 2026-03-02; give the number"):
        facts_of(book(), DAY, "C7")
    # One that is billed without being in the table of customers is known.
    assert facts_of(book(), DAY, "C2").name == ""


@st.composite
def books(draw: st.DrawFn) -> tuple[Ledger, pd.Timestamp, Ledger]:
    ledger = draw(ledgers())
    at = draw(cut_offs(ledger))
    return ledger, at, draw(futures(ledger, at))


def all_facts(ledger: Ledger, at: pd.Timestamp) -> dict[str, Any]:
    """What is known of the first two customers."""
    some = sorted(set(as_of(ledger, at).invoices["customer_id"]))[:2]
    return {who: plain(facts_of(ledger, at, who)) for who in some}


def plain(found: Facts) -> dict[str, Any]:
    rows = found.open_invoices.drop(columns="p_late").to_dict("records")
    return {**vars(found), "open_invoices": rows}


@given(books())
def test_what_is_dated_later_changes_nothing(drawn: tuple[Ledger, pd.Timestamp, Ledger]) -> None:
    ledger, at, other = drawn
    found = all_facts(ledger, at)
    assert found == all_facts(other, at)
    # Nor does it matter whether the book was cut before.
    assert found == all_facts(as_of(ledger, at), at)


@st.composite
def days_of_books(draw: st.DrawFn) -> tuple[Ledger, pd.Timestamp]:
    ledger = draw(ledgers())
    return ledger, draw(cut_offs(ledger))


@given(days_of_books())
def test_the_open_invoices_are_those_of_the_book_to_the_last_coin(drawn: tuple[Ledger, pd.Timestamp]) -> None:
    ledger, at = drawn
    state = settle(as_of(ledger, at))
    for who, found in all_facts(ledger, at).items():
        rows = state[(state["amount_open"] > 0) & (state["customer_id"] == who)]
        owed = zip(rows["invoice_id"], (Decimal(int(u)) / 10_000 for u in units(rows["amount_open"])), strict=True)
        assert sorted((row["invoice_id"], row["amount_open"]) for row in found["open_invoices"]) == sorted(owed)
