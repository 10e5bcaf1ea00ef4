"""Money comes when banks work and on the days of pay runs, and how much comes stays the same."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.cash.items import OpenItems
from paybench.decide.cash.paydays import PayDays, learn_pay_days, on_pay_days, runs
from paybench.errors import PaybenchError
from paybench.features.families.calendar import workdays
from paybench.ledger import Ledger
from tests.models.books import book_of

AT = pd.Timestamp("2026-04-01")  # a Wednesday, two days before Good Friday
DAYS = 42
COUNTRIES = pd.Series({"DE": "DE", "FR": "FR"})
ANY, TUESDAYS = [20] * 7, [0, 30, 0, 1, 0, 0, 0]
BLANK = Ledger.of()


def items_of(n: int, weekday: list[int], country: str = "DE", seed: int = 0, at: pd.Timestamp = AT) -> OpenItems:
    """N open invoices of one customer, with distributions drawn at random."""
    rng = np.random.default_rng(seed)
    return OpenItems(
        at,
        np.array([f"I{i}" for i in range(n)]),
        np.full(n, country),
        np.full(n, "EUR"),
        rng.uniform(10, 100, n),
        rng.integers(-30, 60, n),
        rng.dirichlet(np.full(DAYS + 1, 0.5), n)[:, :DAYS],
        np.tile(np.array(weekday, dtype=np.float32), (n, 1)),
        np.zeros((n, 31), dtype=np.float32),
    )


def past(weekends: float = 0.0, holidays: float = 0.0) -> PayDays:
    return PayDays(weekends, holidays, COUNTRIES)


def open_days(items: OpenItems, country: str = "DE") -> np.ndarray:
    """Whether banks work on each day of the grid."""
    first = int(np.datetime64(items.at, "D").astype(np.int64))
    return workdays(country, first, first + items.days - 1)


STARTS = st.dates(pd.Timestamp("2025-11-01").date(), pd.Timestamp("2026-07-01").date()).map(pd.Timestamp)
SHARES = st.sampled_from([0.0, 0.01, 0.02, float("nan")])
WEEKDAYS = st.sampled_from([ANY, TUESDAYS, [0, 0, 0, 0, 40, 2, 1], [0, 0, 0, 0, 0, 0, 12], [0] * 7])


@given(st.integers(0, 99), STARTS, WEEKDAYS, SHARES, SHARES, st.sampled_from(["DE", "FR", "nowhere"]))
def test_mass_moves_and_is_neither_made_nor_lost(
    seed: int, at: pd.Timestamp, weekday: list[int], weekends: float, holidays: float, country: str
) -> None:
    items, learned = items_of(6, weekday, country, seed, at), past(weekends, holidays)
    found = on_pay_days(items, BLANK, learned)
    # No mass is below zero, and no day's sum so far is ahead or behind by more than what a few days can bring.
    assert (found.on_day >= 0).all()
    was, is_ = np.cumsum(items.on_day, axis=1), np.cumsum(found.on_day, axis=1)
    assert (is_[:, 10:] >= was[:, :-10] - 1e-9).all()
    assert (is_[:, :-10] <= was[:, 10:] + 1e-9).all()
    # What leaves the grid, and nothing else, comes later.
    total, before = found.on_day.sum(axis=1), items.on_day.sum(axis=1)
    np.testing.assert_allclose(total + found.later, before + items.later, atol=1e-12)
    assert (found.later >= items.later).all()
    assert (total >= items.on_day[:, :-10].sum(axis=1) - 1e-12).all()
    # To do it twice is to do it once.
    np.testing.assert_allclose(on_pay_days(found, BLANK, learned).on_day, found.on_day, atol=1e-12)
    # The same by hand, day by day.
    np.testing.assert_allclose(found.on_day, _slow(items, learned, country), atol=1e-12)


def _slow(items: OpenItems, learned: PayDays, country: str) -> np.ndarray:
    """One day after the other, by dates."""
    axis = pd.date_range(items.at, periods=items.days + 40)
    first = int(np.datetime64(items.at, "D").astype(np.int64))
    bank = workdays(country if country in COUNTRIES else "", first, first + len(axis) - 1)
    weekend = [d.day_of_week >= 5 for d in axis]
    closed = [
        (weekend[k] and not np.isnan(learned.weekends))
        or (not weekend[k] and not bank[k] and not np.isnan(learned.holidays))
        for k in range(len(axis))
    ]
    out = []
    for mass, counts in zip(items.on_day, items.weekday, strict=True):
        seen = [x for x in (learned.weekends, learned.holidays) if not np.isnan(x)]
        row = _to(mass, [not c for c in closed], 1 - sum(seen), nearest=False) if any(closed) else mass
        if counts.sum() >= 10 and counts.max() >= 0.8 * counts.sum():
            run = [False] * len(axis)
            for k, d in enumerate(axis):
                if d.day_of_week == int(counts.argmax()):
                    while k < len(axis) and closed[k]:
                        k += 1
                    if k < len(axis):
                        run[k] = True
            row = _to(row, run, counts.max() / (counts.sum() + 1), nearest=True)
        out.append(row)
    return np.array(out)


def _to(mass: np.ndarray, pay: list[bool], share: float, nearest: bool) -> np.ndarray:
    n, goal = len(mass), {}
    for k in range(n):
        ahead = next(j for j in range(k, len(pay)) if pay[j])
        behind = next((j for j in range(k, -1, -1) if pay[j]), None)
        goal[k] = behind if nearest and behind is not None and k - behind < ahead - k else ahead
    total = sum(mass[k] for k in range(n) if goal[k] < n)
    there = sum(mass[k] for k in range(n) if pay[k])
    part = min(max((share * total - there) / (total - there), 0.0), 1.0) if total - there > 1e-12 else 0.0
    found = mass.copy()
    for k in range(n):
        if not pay[k]:
            found[k] -= part * mass[k]
            if goal[k] < n:
                found[goal[k]] += part * mass[k]
    return found


def test_who_pays_on_any_day_is_left_alone() -> None:
    items = items_of(5, ANY)
    # Neither closed days nor a run: unchanged to the bit.
    assert (on_pay_days(items, BLANK, past(np.nan, np.nan)).on_day == items.on_day).all()
    # A book with no past says nothing of closed days.
    assert (on_pay_days(items, BLANK).on_day == items.on_day).all()


def test_where_banks_rest_the_next_open_day_gets_the_mass() -> None:
    items = items_of(5, ANY)
    found = on_pay_days(items, BLANK, past()).on_day
    # Nothing is left on closed days; Good Friday to Easter Monday come on the Tuesday after.
    assert not found[:, ~open_days(items)].any()
    np.testing.assert_allclose(found[:, 6], items.on_day[:, 2:7].sum(axis=1))
    # Where one settlement in fifty was seen on closed days, as much is left there.
    some = on_pay_days(items, BLANK, past(0.01, 0.01)).on_day
    np.testing.assert_allclose(some[:, ~open_days(items)].sum(axis=1), 0.02 * some.sum(axis=1), atol=0.002)
    # France works on Good Friday.
    french = items_of(5, ANY, "FR")
    np.testing.assert_allclose(on_pay_days(french, BLANK, past()).on_day[:, 2], french.on_day[:, 2])


def test_a_run_gets_the_mass_of_the_days_around_it() -> None:
    items = items_of(5, TUESDAYS)
    found = on_pay_days(items, BLANK, past(np.nan, np.nan)).on_day
    tuesday = items.dates.day_of_week == 1
    # 30 of 31 came on a Tuesday (and one more, to be careful, did not): so much does again; the grid ends on one.
    np.testing.assert_allclose(found[:, tuesday].sum(axis=1) / found.sum(axis=1), 30 / 32)
    # The second one, on April 14, gets it from the days from April 11 to 17.
    around = items.on_day[:, 10:17].sum(axis=1)
    assert (found[:, 13] > 0.9 * around).all()
    assert (found[:, 13] <= around + 1e-12).all()
    # Before the first Tuesday nothing lies nearer: what was expected on April 1 to 3 comes then, too, not earlier.
    assert (found[:, 6] > found[:, :6].sum(axis=1)).all()
    # A run on a day on which banks rest is on the next open day: Easter Monday's on Tuesday.
    monday = items_of(5, [30, 0, 0, 0, 0, 0, 0])
    moved = on_pay_days(monday, BLANK, past()).on_day
    assert (moved[:, 6] > 0.9 * monday.on_day[:, :9].sum(axis=1)).all()


def test_who_pays_in_runs() -> None:
    counts = [[0, 9, 0, 0, 0, 0, 0], [0, 10, 0, 0, 0, 0, 0], [2, 8, 0, 0, 0, 0, 0], [3, 7, 0, 0, 0, 0, 0], [0] * 7]
    run, share = runs(np.array(counts, dtype=np.float32))
    # Ten settled invoices at least, four in five of them on one weekday.
    assert run.tolist() == [-1, 1, 1, -1, -1]
    # Nobody is taken to be perfectly regular.
    assert (share < 1).all()
    assert share[1] == pytest.approx(10 / 11)


def paid_on(dates: pd.DatetimeIndex, country: str = "DE") -> Ledger:
    """A ledger in which one invoice was paid on each of some days."""
    issued = (dates - pd.Timestamp("2024-01-01")).days.to_numpy() - 14
    ledger = book_of(issued, np.zeros(len(dates), dtype=int), np.zeros(len(dates)))
    masters = pd.DataFrame({"customer_id": ["C000"], "country": [country]})
    return Ledger.of(invoices=ledger.invoices, payments=ledger.payments, customers=masters)


def test_a_book_tells_on_which_days_no_money_comes() -> None:
    every = pd.date_range("2024-02-01", periods=760)
    works = workdays("DE", *(int(np.datetime64(d, "D").astype(np.int64)) for d in (every[0], every[-1])))
    weekdays, open_ = every[every.day_of_week < 5], every[works]
    for dates, weekends, holidays in ((every, False, False), (weekdays, True, False), (open_, True, True)):
        learned = learn_pay_days(paid_on(dates), AT)
        assert (np.isnan(learned.weekends), np.isnan(learned.holidays)) == (not weekends, not holidays)
    # A few settlements on closed days do not open them, and they are counted.
    few = learn_pay_days(paid_on(open_.append(every[every.day_of_week == 5][:4])), AT)
    assert few.weekends == pytest.approx(4 / (len(open_) + 4))
    # Of few settlements nothing is concluded, nor of holidays where the country is not known.
    assert np.isnan(learn_pay_days(paid_on(open_[:199]), AT).weekends)
    assert np.isnan(learn_pay_days(paid_on(open_, "nowhere"), AT).holidays)


def test_a_ledger_that_knows_more_is_refused() -> None:
    with pytest.raises(PaybenchError, match=r"give the ledger as known then, as_of\(ledger, '2024-02-10'\)"):
        learn_pay_days(paid_on(pd.date_range("2024-02-01", periods=10)), "2024-02-10")
