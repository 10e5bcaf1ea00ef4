"""The pace of payment: what factors do to hazards, and what is learned of worlds whose pace is known."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from paybench.decide.cash.items import WEEK
from paybench.decide.cash.pace import _BIAS_MOVES, _BIAS_SPREAD, AGES, Hazards, Pace, _filter, ahead, learn_pace
from paybench.decide.cash.past import Origin, Outcome
from tests.decide.cash.population import Population, some_items

Floats = NDArray[np.float64]
CUSTOMERS, WEEKS = 200, 30


@cache
def world(factor: float, seed: int = 0, ever: float = 0.97) -> list[Origin]:
    """Past weeks of 200 customers who pay at a multiple of what is said of them."""
    population = Population.of(CUSTOMERS, WEEKS, seed, ever=ever)
    return population.past(population.paid(seed, factor), WEEKS)


def near(pace: Pace, one: Origin) -> float:
    """What the next week's hazards are multiplied by, as a logarithm: the mean over invoices by what is at stake."""
    hazards = Hazards.of(one.items)
    stake = hazards.chance()[1][:, 0]
    return float(np.log(pace.of(hazards))[:, 0] @ stake / stake.sum() + pace.level.sum())


def test_hazards_are_the_distribution_told_otherwise() -> None:
    items = some_items(80, seed=1)
    hazards = Hazards.of(items)
    # Ever paid is what is paid on one of the days, or later.
    np.testing.assert_allclose(hazards.ever, items.on_day.sum(axis=1) + items.later)
    assert (hazards.by_day >= 0).all()
    left = np.exp(-np.cumsum(hazards.by_day.reshape(len(items), -1), axis=1))
    # What hazards leave unpaid is what the distribution leaves.
    np.testing.assert_allclose(hazards.ever[:, None] * (1 - left), np.cumsum(items.on_day, axis=1), atol=1e-12)
    assert hazards.by_week.shape == (len(items), hazards.weeks) == (80, 10)
    np.testing.assert_allclose(hazards.by_week, hazards.by_day.sum(axis=2))


def test_chances_are_those_of_the_distribution() -> None:
    items = some_items(80, seed=2)
    chance, _ = Hazards.of(items).chance()
    by = np.concatenate([np.zeros((len(items), 1)), np.cumsum(items.on_day, axis=1)[:, WEEK - 1 :: WEEK]], axis=1)
    # P(paid in a week | unpaid at its start), by Bayes' rule.
    np.testing.assert_allclose(chance, np.diff(by, axis=1) / (1 - by[:, :-1]), atol=1e-9)


@given(st.floats(-1.5, 1.5), st.integers(0, 50))
def test_chances_grow_as_their_derivative_says(log_factor: float, seed: int) -> None:
    hazards, step = Hazards.of(some_items(20, seed=seed)), 1e-5
    chance, grows = hazards.chance(np.exp(log_factor))
    more, less = (hazards.chance(np.exp(log_factor + d))[0] for d in (step, -step))
    # The second number is the derivative of the first by the logarithm of the factor.
    np.testing.assert_allclose((more - less) / (2 * step), grows, rtol=1e-5, atol=1e-8)
    # More speed is never a smaller chance, and no chance exceeds that of being paid at all.
    assert (more >= less).all()
    assert (chance <= hazards.paying + 1e-12).all()


def test_ages_are_of_the_middle_of_a_week() -> None:
    items = replace(some_items(5), days_overdue=np.array([-18, -17, -4, -3, 87]))
    age = Hazards.of(items).age
    for row, overdue in enumerate(items.days_overdue):
        for week in range(10):
            middle = overdue + WEEK * week + 3
            # An age begins on its day.
            assert age[row, week] == sum(middle >= begins for begins in AGES)
    # The first week, weeks 2 to 4, later.
    assert ahead(6).tolist() == [0, 1, 1, 1, 2, 2]


def test_without_a_past_nothing_is_known() -> None:
    empty = some_items().take(np.arange(0))
    unseen = Origin(some_items(), Outcome(0, np.full(60, np.inf), np.zeros((60, 70))))
    nobody = Origin(empty, Outcome(3, np.zeros(0), np.zeros((0, 70))))
    # No past, one that is not over, and one without an open invoice: the pace is the model's.
    for past in ([], [unseen], [nobody]):
        pace = learn_pace(past)
        assert not pace.by_age.any()
        assert not pace.level.any()
        assert (pace.of(Hazards.of(some_items())) == 1).all()


def test_a_pace_that_is_the_models_stays_there() -> None:
    found = [learn_pace(world(1.0, seed)) for seed in range(3)]
    level = np.array([pace.level.sum() for pace in found])
    noise = np.array([np.sqrt(pace.spread.sum()) for pace in found])
    # Drawn from the items' own distributions, the level is none but for its noise, which the filter itself states.
    assert (np.abs(level) < 3 * noise).all()
    # Not in one direction either, and no age differs by much.
    assert abs(level.mean()) < 0.06
    assert abs(np.mean([near(pace, world(1.0, seed)[-1]) for seed, pace in enumerate(found)])) < 0.06
    assert np.abs(np.mean([pace.by_age for pace in found], axis=0)).max() < 0.25


@pytest.mark.parametrize("factor", [0.6, 1.5])
def test_another_pace_is_found(factor: float) -> None:
    # Where all is paid: else a slower world also has more that is still to come among what is old.
    past = [world(factor, seed, ever=1.0) for seed in range(3)]
    found = [near(learn_pace(one), one[-1]) for one in past]
    # All hazards times a factor: by age and level together say so.
    assert np.mean(found) == pytest.approx(np.log(factor), abs=0.1)


def test_a_longer_past_says_more() -> None:
    # A few weeks move less far from the model's word than many.
    few, many = (near(learn_pace(world(0.6, 0)[-n:]), world(0.6, 0)[-1]) for n in (1, 26))
    assert many < few < 0


def test_the_order_and_the_names_of_rows_change_nothing() -> None:
    past = world(0.6)[-8:]
    rng = np.random.default_rng(3)
    renamed = {f"C{k:04}": f"X{place:04}" for k, place in enumerate(rng.permutation(CUSTOMERS))}

    def other(one: Origin) -> Origin:
        rows = rng.permutation(len(one.items))
        items = one.items.take(rows)
        customers = np.array([renamed[name] for name in items.customer_id.tolist()])
        items = replace(items, customer_id=customers, invoice_id=np.array([f"Y{k}" for k in rows]))
        return Origin(items, Outcome(one.outcome.weeks, one.outcome.after[rows], one.outcome.cash[rows]))

    ours, theirs = learn_pace(past), learn_pace([other(one) for one in past])
    for name in ("by_age", "level", "spread", "memory", "swing"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-8, atol=1e-10)


def test_the_same_past_teaches_the_same() -> None:
    past = world(0.6)[-8:]
    ours, theirs = learn_pace(past), learn_pace(past, [Hazards.of(one.items) for one in past])
    # To the last bit, whether hazards were at hand or not.
    for name in ("by_age", "level", "spread", "memory", "swing"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))


def test_money_is_no_matter() -> None:
    past = world(0.6)[-8:]
    dear = [Origin(replace(one.items, amount=one.items.amount * 7), one.outcome) for one in past]
    # Pace is of invoices: amounts in another unit teach the same.
    np.testing.assert_array_equal(learn_pace(past).by_age, learn_pace(dear).by_age)


def test_what_is_not_over_teaches_nothing() -> None:
    past = world(0.6)[-8:]

    def hidden(one: Origin) -> Origin:
        over = WEEK * one.outcome.weeks
        after = np.where(one.outcome.after < over, one.outcome.after, np.inf)
        return Origin(one.items, replace(one.outcome, after=after, cash=np.zeros_like(one.outcome.cash)))

    # Settlements of a week that is not over, and money, are not looked at.
    ours, theirs = learn_pace(past), learn_pace([hidden(one) for one in past])
    np.testing.assert_array_equal(ours.by_age, theirs.by_age)
    np.testing.assert_array_equal(ours.level, theirs.level)


def kalman(seen: Floats, memory: float, swing: float) -> tuple[Floats, Floats, float]:
    """The textbook: a state of bias and deviation, seen as their sum plus noise, one observation at a time."""
    state, spread = np.zeros((2, 1)), np.array([[_BIAS_SPREAD**2, 0.0], [0.0, swing**2]])
    move = np.array([[1.0, 0.0], [0.0, memory]])
    noise = np.array([[_BIAS_MOVES**2, 0.0], [0.0, swing**2 * (1 - memory**2)]])
    look, likely = np.array([[1.0, 1.0]]), 0.0
    for value, own in seen:
        state, spread = move @ state, move @ spread @ move.T + noise
        total = look @ spread @ look.T + own
        off = value - (look @ state)[0, 0]
        likely += -0.5 * (np.log(2 * np.pi * total[0, 0]) + off**2 / total[0, 0])
        gain = spread @ look.T @ np.linalg.inv(total)
        state = state + gain * off
        spread = (np.eye(2) - gain @ look) @ spread
    return state[:, 0], spread, likely


@given(st.integers(0, 1000), st.integers(0, 40), st.sampled_from([0.5, 0.8, 0.93]), st.floats(0.01, 0.4))
def test_the_filter_is_kalmans(seed: int, n: int, memory: float, swing: float) -> None:
    rng = np.random.default_rng(seed)
    seen = np.column_stack([rng.normal(0, 0.3, n), rng.uniform(1e-4, 0.1, n)])
    level, spread, likely = _filter(seen, memory, swing)
    slow = kalman(seen, memory, swing)
    np.testing.assert_allclose(level, slow[0], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(spread, slow[1], rtol=1e-7, atol=1e-12)
    # Likelihoods agree up to what is the same for every memory and swing.
    assert likely - slow[2] == pytest.approx(n / 2 * np.log(2 * np.pi), abs=1e-8)


def test_coming_weeks_spread_as_the_filter_says() -> None:
    spread = np.array([[0.01, -0.004], [-0.004, 0.02]])
    pace = Pace(level=np.array([0.1, -0.3]), spread=spread, memory=0.8, swing=0.2)
    found = pace.weeks(8, np.random.default_rng(0).standard_normal((40_000, 10)))
    move = np.diag([1.0, 0.8])
    level = pace.level
    for week in range(8):
        level, spread = move @ level, move @ spread @ move + np.diag([0.0, 0.2**2 * (1 - 0.8**2)])
        # The bias stays and the deviation fades; what is not known of both spreads the weeks.
        assert found[:, week].mean() == pytest.approx(level.sum(), abs=0.006)
        assert found[:, week].std() == pytest.approx(np.sqrt(spread.sum()), rel=0.03)
    # Neighbouring weeks go together more than distant ones.
    near_by, far = np.corrcoef(found[:, 3], found[:, 4])[0, 1], np.corrcoef(found[:, 0], found[:, 7])[0, 1]
    assert near_by > far > 0


def test_factors_meet_their_age_and_distance() -> None:
    items = world(1.0)[-1].items
    by_age = np.random.default_rng(0).normal(size=(len(AGES) + 1, 3))
    hazards = Hazards.of(items)
    factors = Pace(by_age=by_age).of(hazards)
    assert factors.shape == (len(items), hazards.weeks)
    for row in range(0, len(items), 40):
        for week in range(hazards.weeks):
            # Of each invoice and week the factor of its age then, and of how far the week lies ahead.
            expected = np.exp(by_age[hazards.age[row, week], 0 if week == 0 else 1 if week < 4 else 2])
            assert factors[row, week] == pytest.approx(expected)
