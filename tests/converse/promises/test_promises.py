"""What becomes of promises: each is in one state, and money, days and later promises lead there."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.promises import EVENTS, STATES, became, counts, next_state
from paybench.decide.segments.promises import GRACE, promises_kept
from paybench.errors import PaybenchError
from paybench.ledger import Ledger, as_of
from paybench.ledger.schema import days
from tests.strategies import cut_offs, ledgers

DAY = int(days(pd.Series([pd.Timestamp("2026-03-02")]))[0])


def state_of(*promises: dict[str, Any], paid: float = 0.0, on: str = "2026-02-12") -> list[str]:
    """What became of promises about an invoice of 100.00, of which some was paid, on 2 March 2026."""
    invoice = {"invoice_id": "A1", "customer_id": "C1", "issued_on": "2026-01-02", "due_on": "2026-02-01",
               "amount": 100.0, "currency": "EUR"}  # fmt: skip
    payment = {"payment_id": "1", "customer_id": "C1", "invoice_id": "A1", "paid_on": on, "amount": paid,
               "currency": "EUR", "kind": "payment"}  # fmt: skip
    rows = [{"promise_id": str(n), "customer_id": "C1", "invoice_id": "A1", **p} for n, p in enumerate(promises)]
    ledger = Ledger.of(
        invoices=pd.DataFrame([invoice]), payments=pd.DataFrame([payment] if paid else [], columns=list(payment)),
        promises=pd.DataFrame(rows),
    )  # fmt: skip
    return list(became(as_of(ledger, "2026-03-02"), DAY)["state"])


def promise(made: str, promised: str, amount: float | None = None) -> dict[str, Any]:
    return {"made_on": made, "promised_on": promised, "amount": amount}


def test_money_in_time_keeps_a_promise_and_none_breaks_it() -> None:
    first = promise("2026-02-05", "2026-02-15")
    assert state_of(first, paid=100.0) == ["kept"]
    assert state_of(first, paid=99.0) == ["broken"]
    assert state_of(promise("2026-02-05", "2026-02-15", 60.0), paid=60.0) == ["kept"]
    # Money that comes later does not mend it.
    assert state_of(first, paid=100.0, on="2026-02-25") == ["broken"]


def test_a_promise_is_active_until_its_days_of_grace_are_over() -> None:
    assert state_of(promise("2026-02-05", "2026-03-20")) == ["active"]
    assert state_of(promise("2026-02-05", "2026-02-27")) == ["active"]
    assert state_of(promise("2026-02-05", "2026-02-26")) == ["broken"]
    # Money that came early keeps it at once.
    assert state_of(promise("2026-02-05", "2026-03-20"), paid=100.0) == ["kept"]


def test_a_promise_that_another_one_replaces_in_time_is_withdrawn() -> None:
    first, second = promise("2026-02-01", "2026-02-10"), promise("2026-02-10", "2026-02-20")
    assert state_of(first, second) == ["withdrawn", "broken"]
    # After its day it is broken, whatever is promised then; promises of one day stand beside each other.
    assert state_of(first, promise("2026-02-11", "2026-02-20")) == ["broken", "broken"]
    assert state_of(first, promise("2026-02-01", "2026-02-20")) == ["broken", "broken"]


@st.composite
def cuts(draw: st.DrawFn) -> tuple[Ledger, int]:
    ledger = draw(ledgers())
    at = draw(cut_offs(ledger))
    return as_of(ledger, at), int(days(pd.Series([at]))[0])


@given(cuts())
def test_every_promise_is_in_one_state(drawn: tuple[Ledger, int]) -> None:
    cut, at = drawn
    found = became(cut, at)
    assert list(found["promise_id"]) == list(cut.promises["promise_id"])
    assert set(found["state"]) <= set(STATES) - {"draft"}
    # Of those that are over, the kept ones are those that the segments call so.
    over = days(found["promised_on"]) + GRACE < at
    assert list(found["state"][over] == "kept") == list(promises_kept(cut, at)["kept"])
    assert not (found["state"][over] == "active").any()
    assert not (found["state"][~over] == "broken").any()


@given(cuts())
def test_counts_are_of_one_customer_and_never_more_than_there_are(drawn: tuple[Ledger, int]) -> None:
    cut, at = drawn
    found = became(cut, at)
    for who in set(cut.promises["customer_id"]):
        mine = found[found["customer_id"] == who]
        told = counts(cut, at, who)
        assert told.broken <= (mine["state"] == "broken").sum()
        assert all(1 <= n <= mine["made_on"].nunique() for n in told.about.values())


def test_what_has_ended_stays_as_it_is() -> None:
    for event in EVENTS:
        for state in ("kept", "broken", "withdrawn"):
            assert next_state(state, event) == state
    # A draft never binds without consent.
    assert {next_state("draft", event) for event in EVENTS} == {"draft", "active", "withdrawn"}
    assert [event for event in EVENTS if next_state("draft", event) == "active"] == ["accept"]


def test_words_that_are_none_are_refused() -> None:
    with pytest.raises(PaybenchError, match=r"'lost' is no state of a promise; give one of draft, active, kept"):
        next_state("lost", "money")
    with pytest.raises(PaybenchError, match=r"'rain' is no event of a promise; give one of accept, money"):
        next_state("active", "rain")
