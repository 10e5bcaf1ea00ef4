"""Drawn futures: each invoice's own distribution, its customers' and weeks' common part, and sums that add up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from paybench.decide.cash.items import WEEK, OpenItems
from paybench.decide.cash.pace import Pace
from paybench.decide.cash.paths import Paths, draw, futures
from paybench.decide.cash.periods import BY, periods
from tests.decide.cash.population import AT, some_items

Floats = NDArray[np.float64]
COUNT = 2000


def still(count: int = COUNT, weeks: int = 10) -> Floats:
    """Weeks that have nothing in common."""
    return np.zeros((count, weeks))


def drawn(items: OpenItems, correlation: float = 0.2, log_factor: float = 0.0) -> tuple[Paths, Floats]:
    return draw(items, Pace(), correlation, still(weeks=items.days // WEEK) + log_factor)


def two_currencies() -> OpenItems:
    items = some_items(seed=4)
    return replace(items, currency=np.where(np.arange(len(items)) % 3 == 0, "USD", "EUR"))


@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_futures_keep_each_invoices_distribution(correlation: float) -> None:
    items = some_items(seed=1)
    _, paid_in = drawn(items, correlation)
    said = items.on_day.reshape(len(items), -1, WEEK).sum(axis=2)
    until = np.cumsum(said, axis=1)
    # A future and its mirror image may both fall into a week in the middle, which adds to the noise.
    both = np.clip(np.minimum(until, 1 - until + said) - np.maximum(until - said, 1 - until), 0, None)
    noise = np.sqrt(np.clip(said - 2 * said**2 + both, 0, None) / COUNT)
    # With nothing learned, each invoice is paid in each week as often as its distribution says, but for the noise of
    # the draw; what customers have in common leaves that alone.
    assert (np.abs(paid_in - said) < 5 * noise + 3 / COUNT).all()
    off = (paid_in - said)[noise > 1e-6] / noise[noise > 1e-6]
    assert 0.7 < (off**2).mean() < 1.3
    assert abs(off.mean()) < 0.2


@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_money_comes_on_its_days(correlation: float) -> None:
    # Of invoices that are not due for long, and all paid within sight.
    items = replace(some_items(seed=1, later=0.0, never=0.0), days_overdue=np.full(60, -99))
    paths, _ = drawn(items, correlation)
    error = (paths.cash[0, ::2] + paths.cash[0, 1::2]).std(axis=0) / np.sqrt(2 * COUNT)
    # What is expected of each day is what each invoice owes times how likely it is paid that day.
    assert (np.abs(paths.expected[0] - items.amount @ items.on_day) < 5 * error + 1e-6).all()
    assert paths.expected.sum() == pytest.approx(items.amount.sum())


def test_what_is_paid_later_or_never_is_not_drawn() -> None:
    items = some_items(later=0.5, never=0.3)
    _, paid_in = drawn(items)
    assert paid_in.sum(axis=1).mean() == pytest.approx(0.2, abs=0.02)
    # However fast money comes: what is never paid stays away.
    _, hurried = drawn(items, log_factor=8.0)
    assert (hurried.sum(axis=1) >= paid_in.sum(axis=1)).all()
    assert hurried.sum(axis=1).mean() == pytest.approx(0.7, abs=0.02)


def test_a_faster_pace_moves_money_earlier_and_takes_none() -> None:
    items = some_items(seed=2, later=0.0)
    _, usual = drawn(items)
    _, faster = drawn(items, log_factor=np.log(1.5))
    # By the end of each week more is paid, of each invoice, on the same random numbers,
    assert (np.cumsum(faster, axis=1) >= np.cumsum(usual, axis=1) - 1e-12).all()
    assert np.cumsum(faster, axis=1)[:, 3].mean() > np.cumsum(usual, axis=1)[:, 3].mean() + 0.01
    # and whether it is ever paid stays as it was.
    np.testing.assert_allclose(faster.sum(axis=1), usual.sum(axis=1))
    slower, _ = drawn(items, log_factor=-0.7)
    assert slower.expected[0][:28].sum() < drawn(items)[0].expected[0][:28].sum()


def test_factors_by_age_and_of_weeks_multiply_the_same_hazards() -> None:
    items, factor = some_items(seed=3), 0.4
    by_age = Pace(by_age=np.full_like(Pace().by_age, factor))
    ours, _ = draw(items, by_age, 0.2, still(200))
    theirs, _ = draw(items, Pace(), 0.2, still(200) + factor)
    # All ages faster is all weeks faster.
    np.testing.assert_allclose(ours.cash, theirs.cash)


def test_the_hazard_is_multiplied() -> None:
    items = some_items(n=40, seed=5, later=0.2, never=0.1)
    _, paid_in = drawn(items, 0.0, np.log(0.6))
    ever = 0.9
    within = np.cumsum(items.on_day, axis=1)[:, WEEK - 1 :: WEEK] / ever
    said = ever * (1 - (1 - within) ** 0.6)
    # P(unpaid | ever paid) is raised to the power of the factor.
    error = np.sqrt(said * (1 - said) / COUNT)
    assert (np.abs(np.cumsum(paid_in, axis=1) - said) < 5 * error + 3 / COUNT).all()


def test_days_add_up() -> None:
    items = two_currencies()
    paths, paid_in = draw(items, Pace(), 0.2, futures(Pace(), 10, 200, seed=1), seed=1)
    whole = paths.cash.sum(axis=2)
    for by in BY[1:]:
        spans = [p for p in periods(AT, items.days) if p.by == by]
        for span in spans:
            # In every future a period is what its days are: one set of futures tells all periods.
            np.testing.assert_allclose(span.of(paths.cash), paths.cash[:, :, span.first : span.stop].sum(axis=2))
        assert spans[0].first == 0
        assert spans[-1].stop <= items.days
    assert paths.cash.min() >= 0
    for place, currency in enumerate(paths.currencies):
        mine = items.currency == currency
        # No future brings more than is open.
        assert (whole[place] <= items.amount[mine].sum() + 1e-6).all()
        # What is expected of a week is the share of futures in which each invoice is paid in it, times what is open.
        by_week = paths.expected[place].reshape(-1, WEEK).sum(axis=1)
        np.testing.assert_allclose(by_week, items.amount[mine] @ paid_in[mine])


def test_an_invoice_is_paid_once_and_whole() -> None:
    items = some_items(n=1, customers=1)
    paths, paid_in = drawn(items)
    # In each future all of it on one day, or nothing.
    assert set(np.unique(paths.cash)) == {0.0, items.amount[0]}
    assert set((paths.cash[0] > 0).sum(axis=1).tolist()) <= {0, 1}
    assert paid_in.sum() == pytest.approx((paths.cash[0].sum(axis=1) > 0).mean())


def test_the_seed_gives_the_same_bytes() -> None:
    items, pace = two_currencies(), Pace(level=np.array([0.1, -0.2]))

    def once(seed: int) -> bytes:
        paths, paid_in = draw(items, pace, 0.2, futures(pace, 10, 50, seed), 0.9, seed)
        return paths.cash.tobytes() + paid_in.tobytes()

    assert once(3) == once(3) != once(4)


def test_futures_come_in_mirrored_pairs() -> None:
    pace = Pace(level=np.array([0.1, -0.3]), memory=0.8, swing=0.2)
    common = futures(pace, 12, 40, seed=2)
    assert common.shape == (40, 12)
    middle = 0.1 - 0.3 * 0.8 ** np.arange(1, 13)
    # Each second future lies as far on the other side of what is expected, so that their means are exact.
    np.testing.assert_allclose((common[::2] + common[1::2]) / 2, np.tile(middle, (20, 1)), atol=1e-12)
    on_day = np.zeros((1, 14))
    on_day[0, [0, 10]] = 0.5
    even = replace(some_items(n=1, customers=1), on_day=on_day, later=np.zeros(1))
    paths, _ = draw(even, Pace(), 0.2, still(40, 2))
    early = paths.cash[0, :, 0] > 0
    # Of an invoice that is early or late with equal odds, every pair has one of each.
    assert (early[::2] != early[1::2]).all()


def test_currencies_are_apart() -> None:
    items = two_currencies()
    euros = items.currency == "EUR"
    both, _ = drawn(items)
    assert both.currencies == ("EUR", "USD")
    dear, _ = drawn(replace(items, amount=np.where(euros, items.amount, items.amount * 1e6)))
    # However much is owed in the second currency, the first's futures are the same to the last bit.
    np.testing.assert_array_equal(dear.cash[0], both.cash[0])
    np.testing.assert_allclose(dear.cash[1], both.cash[1] * 1e6)
    alone, _ = drawn(items.take(np.flatnonzero(euros)))
    # Without the second's invoices other random numbers are drawn, but what is expected is the same.
    error = np.hypot(alone.cash[0].std(axis=0), both.cash[0].std(axis=0)) / np.sqrt(COUNT)
    assert (np.abs(alone.expected[0] - both.expected[0]) < 5 * error + 1e-6).all()
    # Named in another order, or with one that nothing is open in, they are the same.
    other, _ = draw(items, Pace(), 0.2, still(), currencies=("CHF", "USD", "EUR"))
    assert not other.cash[0].any()
    np.testing.assert_array_equal(other.cash[[2, 1]], both.cash)


def test_one_customers_invoices_go_together() -> None:
    # Two invoices each of two customers.
    base = some_items(n=4, customers=2, seed=6, later=0.1)
    items = replace(base, customer_id=np.array(["A", "A", "B", "B"]), currency=np.array(["AAA", "BBB", "CCC", "DDD"]))
    found = []
    for correlation in (0.0, 0.4, 0.8):
        paths, _ = drawn(items, correlation)
        fast = paths.cash[:, :, :14].sum(axis=2) > 0
        found.append(np.corrcoef(fast))
    # The more they are correlated, the more often both are paid early,
    assert abs(found[0][0, 1]) < 0.1 < found[1][0, 1] < found[2][0, 1]
    assert abs(found[0][2, 3]) < 0.1 < found[1][2, 3] < found[2][2, 3]
    # and what one customer does says nothing of another.
    assert max(abs(f[0, 2]) for f in found) < 0.1


def test_a_share_of_what_is_settled_comes_as_money() -> None:
    items = some_items()
    whole, paid_in = draw(items, Pace(), 0.2, still(100))
    kept, same = draw(items, Pace(), 0.2, still(100), kept=0.9)
    np.testing.assert_allclose(kept.cash, 0.9 * whole.cash)
    # Whether invoices are paid is another matter.
    np.testing.assert_array_equal(paid_in, same)


def test_where_nothing_is_open_nothing_comes() -> None:
    paths, paid_in = draw(some_items().take(np.arange(0)), Pace(), 0.2, still(20), currencies=("EUR",))
    assert paths.cash.shape == (1, 20, 70)
    assert not paths.cash.any()
    assert paid_in.shape == (0, 10)


def test_lines_are_added_future_by_future() -> None:
    one, other = (Paths(AT, ("EUR",), np.full((1, 3, 7), value)) for value in (1.0, 2.0))
    assert ((one + other).cash == 3).all()
    assert (one + other).at == pd.Timestamp(AT)
