"""Baselines of cash: by hand, against slow loops, adding up, and never touched by the future."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.backtest.balances import Balances
from paybench.decide.backtest.baselines import (
    BASELINES,
    BUCKETS,
    COHORT_WEEKS,
    COHORTS,
    DUE,
    FEW,
    MEAN_DELAY,
    OLDEST,
    ROLL_RATES,
    ROLL_WEEKS,
    dressed,
    seasonal_naive,
)
from paybench.decide.cash.items import OpenItems
from paybench.decide.cash.past import Known
from paybench.errors import PaybenchError
from paybench.ledger import Ledger, as_of, settle
from paybench.ledger.schema import days as numbers
from paybench.ledger.schema import units
from paybench.simulate import simulate
from tests.decide.cash.weeks import AT, Group, book, opened, slow_weeks, steady
from tests.drawn import number_of
from tests.strategies import cut_offs, futures, ledgers


def test_due_date_by_hand() -> None:
    # 70 overdue since yesterday come evenly over the first week; what is due today or in 35 days comes then, or later.
    ledger = book(
        ("A", -40, -1, None, 70.0), ("A", -9, 0, None, 5.0), ("B", -9, 34, None, 1.0), ("B", -9, 35, None, 2.0)
    )
    cash = BASELINES[DUE](Balances(ledger, AT), opened(ledger, AT))
    expected = np.zeros(35)
    expected[:7] = 10.0
    expected[[0, 34]] += [5.0, 1.0]
    assert cash.tolist() == [expected.tolist()]
    # What does not divide by seven adds up all the same, to the last unit.
    odd = book(("A", -40, -1, None, 0.01))
    assert units(BASELINES[DUE](Balances(odd, AT), opened(odd, AT))).sum() == 100


def test_mean_delay_by_hand() -> None:
    past = [("A", -90, -60, -56, 8.0), ("A", -90, -60, -49, 9.0), ("B", -90, -60, -60, 7.0)]
    # A was 4 and 11 days late, 8 on average (7.5, to the even day); B never; C, unknown, as the median of all: 4 days.
    still = [("A", -9, 1, None, 1.0), ("B", -9, 1, None, 20.0), ("C", -9, 1, None, 300.0), ("A", -40, -9, None, 7000.0)]
    ledger = book(*past, *still)
    cash = BASELINES[MEAN_DELAY](Balances(ledger, AT), opened(ledger, AT))[0]
    expected = np.zeros(35)
    expected[[1 + 8, 1 + 0, 1 + 4]] = [1.0, 20.0, 300.0]
    expected[:7] += 1000.0
    assert cash.tolist() == expected.tolist()
    # A book in which nothing was paid yet says the due date.
    young = book(*still)
    items = opened(young, AT)
    np.testing.assert_array_equal(
        BASELINES[MEAN_DELAY](Balances(young, AT), items), BASELINES[DUE](Balances(young, AT), items)
    )


def test_roll_rates_by_hand() -> None:
    # A week ago 400 were 1 to 7 days overdue, of which 300 came, and 100 not due until later, of which none came.
    ledger = book(
        ("A", -13, -10, -5, 300.0), ("A", -13, -10, None, 100.0), ("B", -10, 20, None, 100.0), ("C", -3, -2, None, 10.0)
    )  # fmt: skip
    items = opened(ledger, AT)
    cash = BASELINES[ROLL_RATES](Balances(ledger, AT), items)[0].reshape(5, 7).sum(axis=1)
    # Three quarters of the 10 come in the first week; what is left grows into a bucket that nobody saw, like the 100
    # overdue since 10 days. The other 100 are overdue in the fourth week, when three quarters of them come.
    np.testing.assert_allclose(cash, [7.5, 0, 0, 75, 0])


@pytest.mark.parametrize("name", [COHORTS, ROLL_RATES])
def test_a_steady_book_is_foreseen(name: str) -> None:
    ledger = steady()
    items = opened(as_of(ledger, AT), AT)
    cash = BASELINES[name](Balances(ledger, AT), items)[0].reshape(5, 7).sum(axis=1)
    # Open are 3 of last week's, 2 of the week before, 1 of the one before that; one of each comes in every week.
    np.testing.assert_allclose(cash, [300, 200, 100, 0, 0], atol=1e-9)
    came = Balances(ledger, AT).came(4, 3)[0]
    # Which is also what came before, as far as it is over.
    np.testing.assert_array_equal(came, [[300, 200, 100]] * 2 + [[300, 200, np.nan], [300, np.nan, np.nan]])


@given(st.data())
def test_together_they_never_expect_more_than_is_open(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    at = data.draw(cut_offs(ledger))
    items, balances = opened(ledger, at), Balances(ledger, at)
    open_in = [items.amount[items.currency == name].sum() for name in items.currencies]
    for name, baseline in BASELINES.items():
        cash = baseline(balances, items)
        assert cash.shape == (len(items.currencies), items.days)
        # No day takes away, and all days of a currency stay within what is open in it.
        assert (cash >= 0).all(), name
        assert (cash.sum(axis=1) <= np.array(open_in) + 1e-9).all(), name
    # The due date says all that is due within sight, to the unit.
    near = -items.days_overdue < items.days
    assert units(BASELINES[DUE](balances, items)).sum() == units(items.amount[near]).sum()


@given(st.data())
def test_nothing_of_the_future_matters(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    at = data.draw(cut_offs(ledger))
    other = data.draw(futures(ledger, at))
    items = opened(ledger, at)
    ours, theirs = Balances(ledger, at), Balances(other, at)
    for name, baseline in BASELINES.items():
        np.testing.assert_array_equal(baseline(ours, items), baseline(theirs, items), err_msg=name)
    np.testing.assert_array_equal(ours.came(9, 5), theirs.came(9, 5))


@given(st.data())
def test_the_order_of_the_rows_is_irrelevant(data: st.DataObject) -> None:
    ledger = data.draw(ledgers(corrections=False))
    at = data.draw(cut_offs(ledger))
    back = ledger.with_tables(
        {name: ledger.table(name).iloc[::-1].reset_index(drop=True) for name in ("invoices", "payments")}
    )
    items, balances, turned = opened(ledger, at), Balances(ledger, at), Balances(back, at)
    order = np.random.default_rng(0).permutation(len(items))
    for name, baseline in BASELINES.items():
        other = baseline(turned, items.take(order))
        np.testing.assert_allclose(other, baseline(balances, items), atol=1e-9, err_msg=name)
    np.testing.assert_array_equal(turned.came(9, 5), balances.came(9, 5))


def slow_rolled(ledger: Ledger, items: OpenItems, weeks: int, of: Group) -> dict[tuple[str, int], float]:
    """Cash by currency and week, each invoice followed alone."""
    seen, expected = slow_weeks(ledger, items.at, weeks, of), dict[tuple[str, int], float]()
    terms = settle(as_of(ledger, items.at)).set_index("invoice_id")[["issued_on", "due_on"]]
    for name, currency, amount in zip(items.invoice_id, items.currency, items.amount, strict=True):
        issued, due = numbers(terms.loc[name].to_numpy(dtype="datetime64[s]")).tolist()
        still = amount
        for week in range(items.days // 7):
            alike = [one for one in seen if one.group == of(number_of(items.at) + 7 * week, issued, due)]
            own = [one for one in alike if one.currency == currency]
            if own:
                held = sum(one.held for one in own)
                gone = min(max(1 - sum(one.left for one in own) / held, 0), 1)
                paid = min(max(sum(one.cash for one in own) / held, 0), gone)
            else:
                gone = paid = sum(one.left == 0 for one in alike) / max(len(alike), 1)
            expected[currency, week] = expected.get((currency, week), 0.0) + still * paid
            still *= 1 - gone
    return expected


@given(st.data())
def test_rolling_equals_following_each_invoice(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    at = data.draw(cut_offs(ledger))
    items, balances = opened(ledger, at, 21), Balances(ledger, at)
    ways = {
        ROLL_RATES: (ROLL_WEEKS, lambda start, issued, due: sum(start - due > last for last in BUCKETS)),
        COHORTS: (COHORT_WEEKS, lambda start, issued, due: min((start - issued - 1) // 7, OLDEST)),
    }
    for name, (weeks, of) in ways.items():
        slow = slow_rolled(ledger, items, weeks, of)
        fast = BASELINES[name](balances, items).reshape(len(items.currencies), 3, 7)
        for place, currency in enumerate(items.currencies):
            for week in range(3):
                # All of the week's cash, and the same on each of its days.
                assert fast[place, week].sum() == pytest.approx(slow[currency, week], abs=1e-9), name
                assert np.ptp(fast[place, week]) == 0


@pytest.fixture(scope="module")
def world() -> Ledger:
    return simulate(60, 12, seed=5).ledger


def test_baselines_that_look_at_the_past_are_nearer(world: Ledger) -> None:
    end = world.payments["paid_on"].max()
    origins = [end - pd.Timedelta(days=7 * k) for k in range(14, 2, -1)]
    off = dict.fromkeys(BASELINES, 0.0)
    for at in origins:
        items, balances = opened(world, at, 14), Balances(world, at)
        cash = Known(world, end).outcome(items).cash.reshape(-1, 2, 7).sum(axis=2)
        actual = np.stack([cash[items.currency == name].sum(axis=0) for name in items.currencies])
        for name, baseline in BASELINES.items():
            off[name] += np.abs(baseline(balances, items).reshape(-1, 2, 7).sum(axis=2) - actual).sum()
    # Whoever learns from what came is nearer than the due date, on a world in which half is late.
    assert max(off[ROLL_RATES], off[COHORTS]) < off[MEAN_DELAY] < off[DUE]


def test_seasonal_naive_by_hand() -> None:
    came = np.full((60, 6), np.nan)
    came[60 - 52], came[60 - 4], came[60 - 8] = 52.0, 4.0, 8.0
    # A year ago, where the book is that old.
    assert seasonal_naive(came).tolist() == [52.0] * 6
    # Else a month ago, or two for what was not over then.
    assert seasonal_naive(came[20:]).tolist() == [4.0] * 4 + [8.0] * 2
    assert seasonal_naive(came, 4).tolist() == [4.0] * 4 + [8.0] * 2
    # Nothing where nothing is known: of a book of five weeks, and where a week is missing.
    np.testing.assert_array_equal(seasonal_naive(came[55:]), [4.0] * 4 + [np.nan] * 2)
    came[60 - 8, 5] = np.nan
    assert np.isnan(seasonal_naive(came[20:])[5])
    # Several currencies are each taken alone.
    two = np.stack([came, 2 * came])
    np.testing.assert_array_equal(seasonal_naive(two), [seasonal_naive(came), 2 * seasonal_naive(came)])
    with pytest.raises(PaybenchError, match=r"season is 0; give a whole number of weeks above zero."):
        seasonal_naive(came, 0)


@given(st.integers(1, 70), st.integers(1, 13), st.integers(1, 60), st.integers(0, 99))
def test_seasonal_naive_does_not_look_at_what_is_not_over(weeks: int, steps: int, season: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    came = rng.uniform(0, 9, (weeks, steps))
    over = np.arange(1, steps + 1) <= np.arange(weeks, 0, -1)[:, None]
    other = np.where(over, came, rng.uniform(0, 9, came.shape))
    np.testing.assert_array_equal(seasonal_naive(came, season), seasonal_naive(other, season))


def test_bands_by_hand() -> None:
    said = np.array([100.0] * 4 + [200.0] * 4)
    came = said * np.array([0.5, 1, 1.5, 1, 0.8, 1, 1.2, 1])
    # Relative errors, once there are eight of them; as much as was wrong, and in its sizes.
    assert sorted(dressed(50.0, said, came)) == pytest.approx([25, 40, 50, 50, 50, 50, 60, 75])
    assert dressed(50.0, said[1:], came[1:]).tolist() == [50.0]
    assert dressed(50.0, said, np.where(came == 50, np.nan, came)).tolist() == [50.0]
    # Beside next to nothing an error is no share: then they are added, and nothing comes below zero.
    said[0], came[0] = 0.0, 30.0
    assert sorted(dressed(20.0, said, came)) == pytest.approx([0, 20, 20, 20, 20, 50, 60, 70])
    assert FEW == 8
    with pytest.raises(
        PaybenchError, match=r"past_expected has 8 values, past_actual 7; give what came beside each .*"
    ):
        dressed(20.0, said, came[1:])


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=20), st.integers(0, 50))
def test_bands_hold_what_was_seen(past: list[tuple[int, int]], expected: int) -> None:
    said, came = np.array(past, dtype=np.float64).reshape(-1, 2).T
    draws = dressed(expected, said, came)
    assert len(draws) == (len(past) if len(past) >= FEW else 1)
    assert (draws >= 0).all()
    assert np.isfinite(draws).all()
    # A forecast that was always right is sure, and one that was always too low expects more.
    np.testing.assert_allclose(dressed(expected, said, said), expected)
    assert (dressed(expected, said, said + 1) >= expected).all()
    # In another unit it is the same.
    np.testing.assert_allclose(dressed(expected * 8.0, said * 8, came * 8), draws * 8)
