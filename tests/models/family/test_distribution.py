"""Days late as a distribution: every answer equals counting, and no two answers contradict each other."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.models.family.distribution import DaysLate, together

NEVER = 10_000
"""Stands for "never" among the outcomes that are counted."""

Outcomes = dict[int, Fraction]


@st.composite
def exact(draw: st.DrawFn) -> tuple[DaysLate, list[Outcomes]]:
    """Distributions of one to three invoices, and each as outcomes with exact probabilities."""
    first = draw(st.integers(-4, 2))
    width = draw(st.integers(1, 6))
    weight = st.lists(st.integers(0, 5), min_size=width + 1, max_size=width + 1).filter(any)
    rows = draw(st.lists(weight, min_size=1, max_size=3))
    outcomes = [
        {(NEVER if k == width else first + k): Fraction(w, sum(row)) for k, w in enumerate(row)} for row in rows
    ]
    mass = np.array([[float(o[first + k]) for k in range(width)] for o in outcomes])
    return DaysLate(first, mass), outcomes


def chance(outcomes: Outcomes, low: float, high: float) -> Fraction:
    """P(low <= days late <= high)."""
    return sum((p for d, p in outcomes.items() if low <= d <= high), Fraction(0))


DAYS = st.integers(-9, 12)


@given(exact(), DAYS)
def test_thresholds_equal_counting(drawn: tuple[DaysLate, list[Outcomes]], day: int) -> None:
    ours, outcomes = drawn
    # P(later than a day) is the probability of all that comes after it, inside the grid and outside, "never" included.
    expected = [float(chance(o, day + 1, NEVER)) for o in outcomes]
    assert ours.later_than(day) == pytest.approx(expected)
    # A threshold per row says the same as one for all.
    assert ours.later_than(np.full(len(outcomes), day)) == pytest.approx(expected)
    # What is missing to one is "never", and the last value of the distribution function is the rest.
    assert ours.never == pytest.approx([float(o[NEVER]) for o in outcomes])
    assert ours.cdf[:, -1] == pytest.approx([float(1 - o[NEVER]) for o in outcomes])


@given(exact(), st.data())
def test_every_row_has_its_own_threshold(drawn: tuple[DaysLate, list[Outcomes]], data: st.DataObject) -> None:
    ours, outcomes = drawn
    days = data.draw(st.lists(DAYS, min_size=len(outcomes), max_size=len(outcomes)))
    # Row i is asked about day i, and about no other.
    expected = [float(chance(o, d + 1, NEVER)) for o, d in zip(outcomes, days, strict=True)]
    assert ours.later_than(np.array(days)) == pytest.approx(expected)


@given(exact(), DAYS)
def test_knowing_that_it_is_unpaid_is_bayes(drawn: tuple[DaysLate, list[Outcomes]], overdue: int) -> None:
    ours, outcomes = drawn
    given = ours.given_unpaid(np.full(len(outcomes), overdue))
    for row, o in enumerate(outcomes):
        left = chance(o, overdue, NEVER)
        # P(day | unpaid) = P(day) / P(unpaid) from that day on, 0 before; where nothing is left, "never" is certain.
        for day in range(ours.first, ours.last + 1):
            bayes = o[day] / left if left and day >= overdue else Fraction(0)
            assert given.mass[row, day - ours.first] == pytest.approx(float(bayes))
        assert given.never[row] == pytest.approx(float(o[NEVER] / left) if left else 1.0)


@given(exact(), DAYS, DAYS)
def test_knowing_twice_is_knowing_once(drawn: tuple[DaysLate, list[Outcomes]], one: int, other: int) -> None:
    ours, outcomes = drawn
    n = len(outcomes)
    twice = ours.given_unpaid(np.full(n, min(one, other))).given_unpaid(np.full(n, max(one, other)))
    once = ours.given_unpaid(np.full(n, max(one, other)))
    # What was known earlier adds nothing to what is known later.
    assert twice.mass == pytest.approx(once.mass)
    assert twice.never == pytest.approx(once.never)


@given(exact(), DAYS)
def test_answers_do_not_contradict_each_other(drawn: tuple[DaysLate, list[Outcomes]], overdue: int) -> None:
    ours, outcomes = drawn
    given = ours.given_unpaid(np.full(len(outcomes), overdue))
    for d in (ours, given):
        later = np.stack([d.later_than(k) for k in range(-9, 13)])
        # Probabilities are probabilities, and fall as the threshold grows.
        assert ((later >= 0) & (later <= 1)).all()
        assert (np.diff(later, axis=0) <= 1e-12).all()
        # Quantiles rise with the level; once one is in "never", so are the higher ones.
        quantiles = np.stack([np.nan_to_num(d.quantile(q), nan=np.inf) for q in (0.1, 0.5, 0.9, 0.99)])
        assert (quantiles[1:] >= quantiles[:-1]).all()
        # Waiting longer is expected of a higher cap, and never more than the cap.
        assert (d.expected(5) <= d.expected(6) + 1e-12).all()
        assert (d.expected(5) <= 5 + 1e-12).all()
    # Nothing lies before the day on which it was still unpaid.
    assert given.later_than(overdue - 1) == pytest.approx(1.0)
    assert not (given.quantile(0.1) < overdue).any()


@given(exact(), st.integers(1, 20))
def test_a_quantile_is_the_first_day_that_reaches_it(drawn: tuple[DaysLate, list[Outcomes]], twentieth: int) -> None:
    ours, outcomes = drawn
    found = ours.quantile(twentieth / 20)
    for row, o in enumerate(outcomes):
        reached = [d for d in range(ours.first, ours.last + 1) if chance(o, ours.first, d) >= Fraction(twentieth, 20)]
        # The smallest day with P(at most that day) >= q; missing where "never" takes it.
        assert found[row] == pytest.approx(reached[0] if reached else np.nan, nan_ok=True)


@given(exact(), st.integers(-6, 10))
def test_the_mean_stops_counting_at_its_cap(drawn: tuple[DaysLate, list[Outcomes]], cap: int) -> None:
    ours, outcomes = drawn
    # E[min(days late, cap)], "never" counting as the cap.
    expected = [float(sum(p * min(d, cap) for d, p in o.items())) for o in outcomes]
    assert ours.expected(cap) == pytest.approx(expected, abs=1e-12)


@given(exact(), st.data())
def test_crps_is_the_integral_and_the_energy_form(drawn: tuple[DaysLate, list[Outcomes]], data: st.DataObject) -> None:
    ours, outcomes = drawn
    horizon = data.draw(st.integers(ours.first, ours.last))
    y = data.draw(st.integers(ours.first - 3, horizon + 1))
    score = ours.crps(np.full(len(outcomes), float(y)), horizon)
    for row, o in enumerate(outcomes):
        days = range(ours.first - 4, horizon + 1)
        integral = sum((chance(o, ours.first, d) - (y <= d)) ** 2 for d in days)
        # The sum over days of (F - step)^2, the horizon being the last day that counts.
        assert score[row] == pytest.approx(float(integral))
        capped = {min(d, horizon + 1): chance(o, d, d) for d in o if d <= horizon}
        capped[horizon + 1] = 1 - sum(capped.values(), Fraction(0))
        to_y = sum(p * abs(d - y) for d, p in capped.items())
        among = sum(p * r * abs(d - e) for d, p in capped.items() for e, r in capped.items())
        # E|X - y| - E|X - X'| / 2 says the same (Gneiting and Raftery 2007).
        assert score[row] == pytest.approx(float(to_y - among / 2))


@given(exact(), DAYS)
def test_pit_is_the_distribution_function_around_the_outcome(drawn: tuple[DaysLate, list[Outcomes]], y: int) -> None:
    ours, outcomes = drawn
    low, high = ours.pit(np.full(len(outcomes), float(y)))
    # From F(y - 1) to F(y).
    assert low == pytest.approx([float(chance(o, ours.first, y - 1)) for o in outcomes])
    assert high == pytest.approx([float(chance(o, ours.first, y)) for o in outcomes])


def test_no_invoice_is_no_question() -> None:
    nobody = DaysLate(-2, np.zeros((0, 5)))
    none = np.zeros(0)
    # Without an invoice every answer is empty, and none is an error.
    for answer in (
        nobody.later_than(3),
        nobody.quantile(0.5),
        nobody.expected(10),
        nobody.crps(none, 2),
        nobody.given_unpaid(none.astype(np.int64)).never,
    ):
        assert answer.shape == (0,)


def test_rows_are_picked() -> None:
    three = DaysLate(0, np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.0]]))
    # A part of the invoices keeps its distributions.
    assert three.rows(np.array([2, 0])).never == pytest.approx([0.5, 0.0])
    assert three.rows(slice(1, 2)).quantile(0.5) == pytest.approx([1.0])


def test_one_threshold_can_be_given_and_the_rest_follows() -> None:
    mass = np.array([[0.2, 0.3, 0.1, 0.3], [0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.4, 0.4]])
    given = DaysLate(-1, mass).with_later_than(0, np.array([0.8, 0.3, 0.3]))
    # It is as given, and on either side the shares of each other stay; never paid counts as later.
    assert given.later_than(0) == pytest.approx([0.8, 0.0, 1.0])
    assert given.mass[0] == pytest.approx([0.08, 0.12, 0.16, 0.48])
    assert given.never == pytest.approx([0.16, 0.0, 0.2])
    # Where one side is impossible nothing can be given.
    assert given.mass[1:] == pytest.approx(mass[1:])


def test_what_is_certain_day_by_day_stays_so() -> None:
    hazard = np.array([0.0, 1.0, 0.5])
    both = together(np.full(3, 0.9), hazard)
    assert both[:2] == pytest.approx([0.0, 1.0], abs=1e-15)
    assert both[2] == pytest.approx(0.75)
