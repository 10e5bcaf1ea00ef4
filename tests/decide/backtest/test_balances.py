"""What was open and what came in past weeks: by hand, against loops, and beside what else is known of the past."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.backtest.balances import Balances
from paybench.decide.cash.past import Known
from paybench.errors import PaybenchError
from paybench.ledger import Ledger, as_of
from paybench.ledger.schema import days as numbers
from paybench.simulate import simulate
from tests.decide.cash.weeks import AT, book, opened, slow_weeks
from tests.drawn import number_of
from tests.strategies import cut_offs, ledgers


@pytest.fixture(scope="module")
def world() -> Ledger:
    return simulate(60, 12, seed=5).ledger


def test_what_came_by_hand() -> None:
    # Paid, given back and paid again: two weeks ago the invoice was not open, and whoever looked then expected nothing.
    ledger = book(("A", -40, -20, -20, 100.0))
    again = ledger.payments.iloc[[0, 0]].assign(payment_id=["R", "S"], amount=[-100.0, 100.0])
    again["paid_on"] = [AT - pd.Timedelta(days=10), AT - pd.Timedelta(days=4)]
    ledger = ledger.with_tables({"payments": pd.concat([ledger.payments, again], ignore_index=True)})
    balances = Balances(ledger, AT)
    expected = [[100, -100, 100], [0, 0, np.nan], [100, np.nan, np.nan]]
    np.testing.assert_array_equal(balances.came(3, 3), [expected])
    # Before its first invoice the book had nothing to expect.
    assert np.isnan(balances.came(6, 1)[0, 0]).all()
    held = balances.held(6)
    assert (AT - pd.to_datetime(held.start, unit="D")).days.tolist() == [7, 21, 28, 35]
    assert (held.open / 10_000).tolist() == [100.0] * 4
    assert (held.left / 10_000).tolist() == [0, 0, 100, 100]
    assert (held.cash / 10_000).tolist() == [100, 100, 0, 0]


@given(st.data())
def test_what_came_equals_loops(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    at = data.draw(cut_offs(ledger))
    balances, paid = Balances(ledger, at), as_of(ledger, at).payments
    paid = paid[paid["kind"] == "payment"]
    moves = list(zip(paid["invoice_id"], numbers(paid["paid_on"]), paid["amount"], strict=True))
    seen = slow_weeks(ledger, at, 5, lambda *_: 0)
    first = min(numbers(as_of(ledger, at).invoices["issued_on"]), default=number_of(at))
    came = balances.came(5, 3)
    for (place, currency), back, step in product(enumerate(balances.currencies), range(1, 6), range(3)):
        start = number_of(at) - 7 * back
        alive = {one.name for one in seen if one.start == start and one.currency == currency}
        begin = start + 7 * step
        cash = sum(part for name, on, part in moves if name in alive and begin <= on < begin + 7)
        # Paid in a week on what was open at an earlier one; unknown until it is over, and before the first invoice.
        known = step < back and start > first
        assert came[place, -back, step] == pytest.approx(cash if known else np.nan, abs=1e-9, nan_ok=True)


def test_what_came_is_what_is_known_of_past_books(world: Ledger) -> None:
    # Without corrections and reversals, what came of a past book is what came of the items that were open then.
    paid = world.payments[world.payments["amount"] > 0]
    ledger = world.with_tables({"payments": paid})
    at = paid["paid_on"].max() - pd.Timedelta(days=3)
    balances, known = Balances(ledger, at), Known(ledger, at)
    came = balances.came(20, 6)
    for back in (1, 4, 13, 20):
        items = opened(ledger, at - pd.Timedelta(days=7 * back), 42)
        cash = known.outcome(items).cash.reshape(-1, 6, 7).sum(axis=2)
        for place, currency in enumerate(balances.currencies):
            then = cash[items.currency == currency].sum(axis=0)
            np.testing.assert_allclose(came[place, -back], np.where(np.arange(6) < back, then, np.nan), atol=1e-6)


def test_items_and_what_is_known_belong_together(world: Ledger) -> None:
    items = opened(world, "2024-09-02")
    with pytest.raises(
        PaybenchError, match=r"open items are of 2024-09-02, what is known is of 2024-09-03; give both .*"
    ):
        Balances(world, "2024-09-03").rows(items)
    with pytest.raises(
        PaybenchError, match=r"Invoice .* is open at 2024-09-02, but the ledger given does not know it; .*"
    ):
        Balances(book(("A", -9, 0, None, 1.0)), AT).rows(items)
