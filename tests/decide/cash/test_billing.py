"""Cash of what will be billed: as it came of what was billed before, and of nothing that is issued already."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from paybench.decide.cash.billing import Billing, draw_billing, learn_billing, new_billing
from paybench.decide.cash.items import WEEK
from paybench.decide.cash.paths import Paths
from paybench.ledger import Ledger, as_of
from tests.decide.cash.small import AT as LATE
from tests.decide.cash.small import book as simulated
from tests.decide.cash.weeks import AT, book
from tests.strategies import cut_offs, futures, ledgers

Floats = NDArray[np.float64]
REACH = 84


def regular(lag: int, weekday: int = 2, weeks: int = 70, amount: float = 100.0) -> Ledger:
    """Every week one invoice, which is paid ``lag`` days after its issue; known until AT only."""
    issued = [weekday - WEEK * k for k in range(1, weeks + 1)]
    rows = [("A", day, day + 30, day + lag if day + lag < 0 else None, amount) for day in issued]
    return book(*rows)


def steady(ledger: Ledger, later: int = 0, paths: int = 6, seed: int = 0, reach: int = REACH) -> Floats:
    """(paths, days) of EUR."""
    return new_billing(as_of(ledger, AT), AT, ("EUR",), paths, reach, seed, later).cash[0]


def train(first: int, reach: int = REACH, amount: float = 100.0) -> Floats:
    """(days,) so much once a week from a day on."""
    found = np.zeros(reach)
    found[first::WEEK] = amount
    return found


@given(st.integers(0, 60), st.integers(0, 6), st.integers(0, 5))
def test_what_always_comes_after_so_many_days_does_so_again(lag: int, weekday: int, seed: int) -> None:
    found = steady(regular(lag, weekday), seed=seed)
    # The same on every future: each coming week's invoice, so many days after its issue, and nothing before, which
    # would be of invoices that are issued already.
    np.testing.assert_allclose(found, np.tile(train(weekday + lag), (6, 1)), atol=1e-9)


@given(st.integers(0, 60), st.integers(-30, 30))
def test_terms_move_what_will_be_billed(lag: int, later: int) -> None:
    found = steady(regular(lag), later=later)
    # Longer terms: later by so many days. Shorter ones: earlier, and not before the week of issue.
    first = max(2 + lag + later, 0)
    np.testing.assert_allclose(found, np.tile(train(first), (6, 1)), atol=1e-9)


@pytest.mark.parametrize("later", [REACH - 5, REACH, REACH + 6])
def test_terms_may_be_longer_than_what_is_looked_at(later: int) -> None:
    # Nothing comes within sight then, or only what comes at once.
    expected = train(later) if later < REACH else np.zeros(REACH)
    np.testing.assert_allclose(steady(regular(0, weekday=0), later=later), np.tile(expected, (6, 1)), atol=1e-9)


@pytest.mark.parametrize("lag", [REACH - 4, REACH, REACH + 5])
def test_shorter_terms_bring_what_was_out_of_sight(lag: int) -> None:
    # What came just after the last day that is looked at comes within sight with terms that are 15 days shorter.
    np.testing.assert_allclose(steady(regular(lag), later=-15), np.tile(train(2 + lag - 15), (6, 1)), atol=1e-9)


def test_looking_farther_changes_nothing_near() -> None:
    ledger = regular(20)
    np.testing.assert_allclose(steady(ledger, reach=42), steady(ledger)[:, :42], atol=1e-9)


def test_amounts_scale() -> None:
    cut = as_of(simulated(), LATE)
    tables = {
        name: cut.table(name).assign(amount=cut.table(name)["amount"] * 1000) for name in ("invoices", "payments")
    }
    ours, theirs = (
        new_billing(one, pd.Timestamp(LATE), ("EUR",), 20, 70, seed=1).cash for one in (cut, cut.with_tables(tables))
    )
    # A thousand times the amounts are a thousand times the cash.
    assert ours.any()
    np.testing.assert_allclose(theirs, ours * 1000, rtol=1e-6)


def test_billing_is_what_was_billed_and_came() -> None:
    at = pd.Timestamp(LATE)
    cut = as_of(simulated(), at)
    found = learn_billing(cut, at, "EUR", 35)
    assert isinstance(found, Billing)
    assert found.came.shape == (len(found.billed), 35)
    invoices = cut.invoices[cut.invoices["currency"] == "EUR"]
    paid = cut.payments[cut.payments["kind"] == "payment"]
    for back in (1, 2, 5, 20):
        begins = at - pd.Timedelta(days=WEEK * back)
        own = invoices[(invoices["issued_on"] >= begins) & (invoices["issued_on"] < begins + pd.Timedelta(days=WEEK))]
        assert found.billed[-back] == pytest.approx(own["amount"].sum())
        came = paid[paid["invoice_id"].isin(own["invoice_id"])]
        day = (came["paid_on"] - begins).dt.days
        for k in range(min(35, WEEK * back)):
            # What is over is as it was; what is not yet follows the book's curve.
            assert found.came[-back, k] == pytest.approx(came.loc[day == k, "amount"].sum(), abs=1e-6)
    assert found.came[-1, WEEK:].sum() > 0
    assert (found.came[-1, WEEK:] >= -1e-9).all()


def test_the_last_half_year_says_how_much_is_billed() -> None:
    # Twice as much is billed for half a year: that is what is expected from now on, not the mean of the year.
    rows = [("A", -WEEK * k, 30 - WEEK * k, 10 - WEEK * k, 200.0 if k <= 26 else 100.0) for k in range(1, 53)]
    ledger = book(*[(who, a, b, c if c < 0 else None, amount) for who, a, b, c, amount in rows])
    by_week = steady(ledger, paths=400).mean(axis=0).reshape(-1, WEEK).sum(axis=1)
    assert by_week[0] == 0
    assert by_week[2:].mean() == pytest.approx(200, rel=0.05)


def test_as_much_is_expected_as_was_billed() -> None:
    at = pd.Timestamp(LATE)
    cut = as_of(simulated(), at)
    billing = learn_billing(cut, at, "EUR", 364)
    drawn = draw_billing(billing, 400, np.random.default_rng(0))
    lately = billing.billed[-26:].mean() * billing.came.sum() / billing.billed.sum()
    # Once new invoices have begun to pay, a week brings what comes of a week's billing lately.
    by_week = drawn.mean(axis=0).reshape(-1, WEEK).sum(axis=1)
    assert by_week[26:].mean() == pytest.approx(lately, rel=0.1)


def test_the_draw_is_of_its_seed() -> None:
    cut, at = as_of(simulated(), LATE), pd.Timestamp(LATE)
    once, again, other = (new_billing(cut, at, ("EUR",), 20, 70, seed=seed) for seed in (1, 1, 2))
    assert isinstance(once, Paths)
    assert once.cash.shape == (1, 20, 70)
    assert once.cash.tobytes() == again.cash.tobytes() != other.cash.tobytes()


@given(st.data())
def test_the_future_changes_no_billing(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    at = data.draw(cut_offs(ledger))
    other = data.draw(futures(ledger, at))
    ours, theirs = (new_billing(as_of(one, at), at, ("EUR", "USD"), 4, 42, seed=0, later=5) for one in (ledger, other))
    np.testing.assert_array_equal(ours.cash, theirs.cash)
    # With terms that are five days longer nothing comes in the first five days.
    assert np.isfinite(ours.cash).all()
    assert not ours.cash[:, :, :5].any()


def test_currencies_are_apart() -> None:
    euros = regular(10)
    dollars = regular(20, amount=7.0)
    for name in ("invoices", "payments"):
        for column in ("invoice_id", "payment_id"):
            if column in dollars.table(name).columns:
                dollars.table(name)[column] = "D" + dollars.table(name)[column]
        dollars.table(name)["currency"] = "USD"
    both = euros.with_tables(
        {
            name: pd.concat([euros.table(name), dollars.table(name)], ignore_index=True)
            for name in ("invoices", "payments")
        }
    )
    found = new_billing(as_of(both, AT), AT, ("USD", "EUR", "CHF"), 6, REACH, seed=0)
    assert found.currencies == ("USD", "EUR", "CHF")
    # Each is what it would be without the other, in the order asked for; where nothing was billed nothing comes.
    np.testing.assert_allclose(found.cash[0], np.tile(train(22, amount=7.0), (6, 1)), atol=1e-9)
    np.testing.assert_allclose(found.cash[1], np.tile(train(12), (6, 1)), atol=1e-9)
    assert not found.cash[2].any()


def test_a_book_of_a_few_days_has_billed_something() -> None:
    ledger = book(("A", -3, 20, -1, 100.0), ("A", -2, 20, None, 50.0))
    found = learn_billing(as_of(ledger, AT), AT, "EUR", 28)
    # The week that is not over since the first invoice is all there is to draw from.
    assert found.billed.tolist() == [150.0]
    assert found.came.sum() == 100.0
    assert np.isfinite(steady(ledger)).all()
