"""The measures as arithmetic: cases worked out elsewhere, and what must hold of any figures."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.kpi import KPIS
from paybench.decide.kpi import formulas as f

MONEY = st.integers(0, 10**9)


def test_golden_cases() -> None:
    # Receivables of 15k, 4k of them not due, sales of 10k in 30 days: DSO 45, best possible 12, delinquent 33 days.
    found = (f.dso(15e3, 10e3, 30), f.best_possible_dso(4e3, 10e3, 30), f.average_days_delinquent(15e3, 4e3, 10e3, 30))
    assert found == (45, 12, 33)
    # 400k at the beginning, sales of 1.2m taken undivided, 350k at the end, 280k of them not due: 94.7 %.
    assert f.collection_effectiveness(400e3, 1.2e6, 350e3, 280e3) == pytest.approx(94.7, abs=0.05)
    # Of three months the other form takes the average: (400 + 400 - 350) / (400 + 400 - 280).
    assert f.collection_effectiveness(400e3, 1.2e6, 350e3, 280e3, 3) == pytest.approx(100 * 450 / 520)
    # Sales of 70k, 80k and, the latest month, 100k; 212k receivables are 30 + 30 + 32/70 * 30 days of them.
    assert f.count_back_dso(212e3, [100e3, 80e3, 70e3], 30) == pytest.approx(73.7, abs=0.05)


@pytest.mark.parametrize("base", [0, -1])
def test_without_a_base_there_is_no_figure(base: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = [
            f.dso(5, base, 30), f.best_possible_dso(5, base, 30), f.average_days_delinquent(5, 1, base, 30),
            f.collection_effectiveness(0, 5, 9, 5 - base), f.payment_delay(5, base), f.roll_rate(5, base),
            f.at_risk_rate(5, base), f.bad_debt_rate(5, base), f.count_back_dso(5, [base]),
        ]  # fmt: skip
    # It is missing, never infinite, and nothing is raised or warned of.
    assert np.isnan(found).all()


@given(st.lists(MONEY, min_size=1, max_size=6), MONEY)
def test_counting_back_is_a_loop(sales: list[int], owed: int) -> None:
    left, days = owed, 0.0
    for sold in sales:
        days += 30 * (left / sold if left <= sold and sold else 1) if left > 0 else 0
        left -= sold
    found = f.count_back_dso(owed, sales)
    # Whole months while the receivables last, then a part of one; no figure where the sales do not reach.
    assert np.isnan(found) if left > 0 else found == pytest.approx(days)


@given(MONEY, st.integers(1, 10**9), st.integers(1, 5))
def test_counting_back_on_even_sales_is_dso(owed: int, monthly: int, months: int) -> None:
    found = f.count_back_dso(owed, [monthly] * months)
    # Where every month sold the same, both ways to count days agree.
    assert np.isnan(found) if owed > monthly * months else found == pytest.approx(f.dso(owed, monthly, 30))


@given(MONEY, MONEY, MONEY, MONEY)
def test_bounds(opening: int, sales: int, current: int, overdue: int) -> None:
    closing = current + overdue
    found = f.collection_effectiveness(opening, sales, closing, current)
    # CEI reaches 100 when nothing is overdue, and never exceeds it.
    assert np.isnan(found) or (found <= 100 and (overdue or found == 100))
    # DSO is best possible DSO and the days delinquent, which are not below zero.
    parts = f.best_possible_dso(current, sales, 90), f.average_days_delinquent(closing, current, sales, 90)
    assert sales == 0 or (sum(parts) == pytest.approx(f.dso(closing, sales, 90)) and parts[1] >= -1e-6)


def test_arrays_give_what_numbers_give() -> None:
    owed, sales = np.array([212e3, 0.0, 9e9, -5.0]), np.array([[100e3, 80e3, 70e3]] * 4)
    one_by_one = [f.count_back_dso(a, b) for a, b in zip(owed, sales, strict=True)]
    # Cell by cell or all at once; nothing owed is no days.
    np.testing.assert_array_equal(f.count_back_dso(owed, sales), one_by_one)
    assert one_by_one[1] == one_by_one[3] == 0


def test_every_kpi_says_what_it_is() -> None:
    for name, kpi in KPIS.items():
        assert kpi.name == name
        # One sentence each, a unit, and which way is good.
        assert kpi.sentence.endswith(".")
        assert kpi.unit in {"currency", "days", "percent", "share"}
        assert kpi.good in {"lower", "higher", ""}
    assert len({kpi.sentence for kpi in KPIS.values()}) == len(KPIS)
