"""The open invoices of a day, and the days on which each is paid: exactly what is open, and nothing of the future."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.cash.items import OpenItems, open_items
from paybench.ledger import as_of, settle
from paybench.ledger.schema import units
from paybench.models.family.distribution import DaysLate
from paybench.score import score
from tests.decide.cash.small import AT, book, bundle
from tests.strategies import cut_offs, futures, ledgers


def check_equal(one: OpenItems, other: OpenItems) -> None:
    for name in (f.name for f in fields(OpenItems)):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@given(st.data())
def test_on_days_picks_the_masses(data: st.DataObject) -> None:
    seed, n = data.draw(st.integers(0, 1000)), data.draw(st.integers(0, 4))
    first, width, days = (data.draw(st.integers(a, b)) for a, b in ((-9, 3), (1, 30), (1, 40)))
    mass = np.random.default_rng(seed).dirichlet(np.ones(width + 1), n)[:, :-1]
    said = DaysLate(first, mass)
    overdue = np.array(data.draw(st.lists(st.integers(-20, 40), min_size=n, max_size=n)), dtype=np.int64)
    found = said.on_days(overdue, days)
    assert found.shape == (n, days)
    for row in range(n):
        for k in range(days):
            late = overdue[row] + k
            # A day after the due date has the mass of so many days late; what is not told apart has none.
            assert found[row, k] == (mass[row, late - first] if first <= late <= said.last else 0.0)
    # Together they are P(paid within these days).
    within = said.later_than(overdue - 1) - said.later_than(overdue + days - 1)
    np.testing.assert_allclose(found.sum(axis=1), within, atol=1e-12)


@given(st.data())
def test_items_are_what_is_open(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    at = data.draw(cut_offs(ledger))
    items = open_items(ledger, at, bundle(), days=70)
    facts = settle(as_of(ledger, at))
    facts = facts[facts["settled_on"].isna() & facts["written_off_on"].isna()]
    facts = facts.sort_values(["customer_id", "invoice_id"])
    # Exactly the invoices that the ledger calls open at that day, sorted by customer and invoice.
    assert items.invoice_id.tolist() == facts["invoice_id"].tolist()
    assert items.customer_id.tolist() == facts["customer_id"].tolist()
    assert items.currency.tolist() == facts["currency"].tolist()
    # The same amounts, to the unit.
    np.testing.assert_array_equal(units(items.amount), units(facts["amount_open"]))
    assert items.days_overdue.tolist() == (at - facts["due_on"]).dt.days.tolist()
    # Paid on some day, later, or never: probabilities that leave room for nothing else.
    assert (items.on_day >= 0).all()
    assert (items.later >= 0).all()
    assert (items.on_day.sum(axis=1) + items.later <= 1 + 1e-9).all()


@given(st.data())
def test_the_future_changes_no_item(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    at = data.draw(cut_offs(ledger))
    other = data.draw(futures(ledger, at))
    # Whatever is dated that day or later: the same items to the last bit.
    check_equal(open_items(ledger, at, bundle(), days=35), open_items(other, at, bundle(), days=35))


def test_never_is_the_score_s() -> None:
    items = open_items(book(), AT, bundle())
    scores = score(book(), AT, bundle())
    assert scores["invoice_id"].tolist() == items.invoice_id.tolist()
    never = 1 - items.on_day.sum(axis=1) - items.later
    # What a forecast never expects is what the score table says is never paid.
    np.testing.assert_allclose(never, scores["p_never"], atol=1e-9)
    # So is what is paid by a day: half of it comes by the median date of the scores, and not before.
    median = (scores["pay_on_p50"] - pd.Timestamp(AT)).dt.days.to_numpy()
    by = np.cumsum(items.on_day, axis=1)
    for row in np.flatnonzero(scores["pay_on_p50"].notna().to_numpy() & (median < items.days)):
        assert by[row, int(median[row])] >= 0.5 - 1e-9
        assert median[row] == 0 or by[row, int(median[row]) - 1] < 0.5 + 1e-9


def test_looking_farther_changes_nothing_near() -> None:
    near, far = (open_items(book(), AT, bundle(), days) for days in (35, 364))
    # The first days are what they are, however far one looks, and what comes later than the nearer view is not lost.
    np.testing.assert_array_equal(near.on_day, far.on_day[:, :35])
    np.testing.assert_allclose(near.later, far.on_day[:, 35:].sum(axis=1) + far.later, atol=1e-12)


def test_past_pay_days_are_the_customers_settlements() -> None:
    items = open_items(book(), AT, bundle())
    facts = settle(as_of(book(), AT))
    facts = facts[facts["settled_on"].notna() & ~facts["cancelled"]]
    assert len(items)
    for row in range(0, len(items), 7):
        own = facts.loc[facts["customer_id"] == items.customer_id[row], "settled_on"]
        # Counts of the customer's own settled invoices, Monday first and from the first of the month.
        np.testing.assert_array_equal(items.weekday[row], np.bincount(own.dt.day_of_week, minlength=7))
        np.testing.assert_array_equal(items.month_day[row], np.bincount(own.dt.day - 1, minlength=31))


def test_some_of_the_items() -> None:
    items = open_items(book(), AT, bundle(), days=35)
    some = items.take(np.flatnonzero(items.amount > np.median(items.amount)))
    assert 0 < len(some) < len(items)
    assert some.at == items.at
    assert some.days == items.days
    # Every column is that of the rows taken, and customers are numbered anew from 0 in the order of their names.
    np.testing.assert_array_equal(some.on_day, items.on_day[items.amount > np.median(items.amount)])
    names = sorted(set(some.customer_id.tolist()))
    assert [names[k] for k in some.customer] == some.customer_id.tolist()
    assert items.currencies == tuple(pd.Series(items.currency).value_counts().index)


@pytest.mark.parametrize("date", [AT, pd.Timestamp(AT), pd.Timestamp(AT).date()])
def test_a_date_may_be_written_in_several_ways(date: object) -> None:
    # Text, a Timestamp and a date mean the same day.
    check_equal(open_items(book(), date, bundle(), days=7), open_items(book(), AT, bundle(), days=7))
