"""What was said at past days, and what came of it: nothing but what was known, then and now."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.cash.items import WEEK, OpenItems
from paybench.decide.cash.learned import known_at
from paybench.decide.cash.past import ORIGINS, STEPS, Known, Origin, Outcome, look_back, origins
from paybench.decide.cash.said import said_of
from paybench.ledger import Ledger, as_of, settle
from tests.decide.cash.small import AT, book, bundle
from tests.decide.cash.weeks import opened
from tests.drawn import number_of
from tests.strategies import cut_offs, futures, ledgers

NOW = pd.Timestamp(AT)


def slow_outcome(ledger: Ledger, date: pd.Timestamp, items: OpenItems) -> Outcome:
    """By loops over invoices and payments of the ledger as known at the date."""
    cut = as_of(ledger, date)
    facts = settle(cut).set_index("invoice_id")
    after, cash = np.full(len(items), np.inf), np.zeros((len(items), items.days))
    for row, name in enumerate(items.invoice_id.tolist()):
        if name in facts.index and not pd.isna(facts.loc[name, "settled_on"]):
            after[row] = number_of(facts.loc[name, "settled_on"]) - number_of(items.at)
        for payment in cut.payments[cut.payments["invoice_id"] == name].itertuples():
            day = number_of(payment.paid_on) - number_of(items.at)
            if payment.kind == "payment" and 0 <= day < items.days:
                cash[row, day] += payment.amount
    return Outcome(min((date - items.at).days, items.days) // WEEK, after, cash)


def check_equal(one: Outcome, other: Outcome) -> None:
    assert one.weeks == other.weeks
    np.testing.assert_array_equal(one.after, other.after)
    np.testing.assert_allclose(one.cash, other.cash, rtol=0, atol=1e-9)


def check_same_items(one: OpenItems, other: OpenItems) -> None:
    for name in (f.name for f in fields(OpenItems)):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@given(st.data())
def test_an_outcome_equals_loops(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    date = data.draw(cut_offs(ledger))
    items = opened(ledger, date - pd.Timedelta(days=data.draw(st.sampled_from([0, 1, 6, 7, 20, 41, 60]))))
    # When each was settled and what was paid on each day, as the ledger known at the date has it.
    check_equal(Known(ledger, date).outcome(items), slow_outcome(ledger, date, items))


@given(st.data())
def test_the_future_changes_no_outcome(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    date = data.draw(cut_offs(ledger))
    items = opened(ledger, date - pd.Timedelta(days=data.draw(st.sampled_from([0, 7, 20, 60]))))
    ours, theirs = (Known(one, date).outcome(items) for one in (ledger, data.draw(futures(ledger, date))))
    # Whatever is dated on the day or later: the same outcome to the last bit.
    np.testing.assert_array_equal(ours.after, theirs.after)
    np.testing.assert_array_equal(ours.cash, theirs.cash)
    # And nothing of the outcome lies on the day or later.
    over = (date - items.at).days
    assert (ours.after[np.isfinite(ours.after)] < over).all()
    assert not ours.cash[:, max(over, 0) :].any()


@pytest.fixture(scope="module")
def plain() -> Ledger:
    """A book whose rows are known from their own dates, without reversals."""
    paid = book().payments
    kept = paid[(paid["amount"] > 0).to_numpy() & paid["recorded_on"].isna().to_numpy()].reset_index(drop=True)
    return book().with_tables({"payments": kept})


@pytest.mark.parametrize("back", [1, 5, 9])
def test_what_was_known_at_an_earlier_day(plain: Ledger, back: int) -> None:
    items = opened(plain, NOW - pd.Timedelta(days=WEEK * 10), WEEK * STEPS)
    earlier = NOW - pd.Timedelta(days=WEEK * back)
    now = Known(plain, NOW).outcome(items)
    then = known_at(Origin(items, now), earlier).outcome
    expected = Known(plain, earlier).outcome(items)
    assert (expected.cash != now.cash).any()
    # An outcome taken back to an earlier day is what would have been known on that day: of weeks and settlements,
    assert then.weeks == expected.weeks
    np.testing.assert_array_equal(then.after, expected.after)
    # and of money.
    np.testing.assert_array_equal(then.cash, expected.cash)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)), st.integers(-30, 900), st.integers(0, 60))
def test_origins_are_whole_weeks_back(date: dt.date, back: int, most: int) -> None:
    at = pd.Timestamp(date)
    found = origins(at, at - pd.Timedelta(days=back), most)
    # The earliest first, a week apart, the last one a week ago.
    assert found == sorted(found)
    assert [(at - one).days for one in found] == [WEEK * k for k in range(len(found), 0, -1)]
    # Not before the first day, at most so many, and as many as there are.
    assert len(found) == min(max(back, 0) // WEEK, most)


def test_looking_back_asks_who_had_been_trained() -> None:
    early, late = bundle("2024-12-20"), bundle("2025-01-10")
    found = look_back(book(), AT, [bundle(), late, early])
    # From the first bundle's day on, each week's day before the date.
    assert [one.items.at for one in found] == origins(NOW, pd.Timestamp("2024-12-20"))
    for one in found:
        speaks = late if one.items.at >= pd.Timestamp("2025-01-10") else early
        # What was said then is what the latest of those trained by then says of that day.
        check_same_items(one.items, said_of(book(), one.items.at, speaks, WEEK * STEPS))
        # What came of it is what is known now.
        check_equal(one.outcome, Known(book(), AT).outcome(one.items))
    # Before anybody was trained, nothing was said.
    assert look_back(book(), AT, [bundle()]) == [] == look_back(book(), AT, [])


def test_looking_back_is_bounded() -> None:
    assert len(origins(NOW, NOW - pd.Timedelta(days=9999))) == ORIGINS


def test_a_correction_leaves_what_was_known_before() -> None:
    # An invoice that was open three weeks ago, and whose amount was corrected last week.
    items = said_of(book(), NOW - pd.Timedelta(days=21), bundle("2025-01-03"), WEEK * STEPS)
    name = items.invoice_id[items.amount.argmax()]
    invoices = book().invoices
    row = invoices[invoices["invoice_id"] == name]
    corrected = row.assign(amount=row["amount"] + 1.0, recorded_on=NOW - pd.Timedelta(days=7))
    table = pd.concat([invoices, corrected.astype(invoices.dtypes.to_dict())], ignore_index=True)
    ledger = book().with_tables({"invoices": table})
    found = look_back(ledger, AT, [bundle("2025-01-03")])
    # What was known three weeks ago had that invoice, so what is said of that day has it.
    then = next(one.items for one in found if one.items.at == NOW - pd.Timedelta(days=21))
    assert name in then.invoice_id.tolist()
    check_same_items(then, said_of(ledger, then.at, bundle("2025-01-03"), WEEK * STEPS))


def test_the_future_changes_no_look_back() -> None:
    late = book().with_tables(
        {
            "invoices": book().invoices[book().invoices["issued_on"] < NOW].reset_index(drop=True),
            "payments": book().payments[book().payments["paid_on"] < NOW].reset_index(drop=True),
        }
    )
    assert len(late.payments) < len(book().payments)
    speaks = [bundle("2025-01-10")]
    for one, other in zip(look_back(book(), AT, speaks), look_back(late, AT, speaks), strict=True):
        # Past days look the same from the date, whatever happens after it.
        check_same_items(one.items, other.items)
        check_equal(one.outcome, other.outcome)
