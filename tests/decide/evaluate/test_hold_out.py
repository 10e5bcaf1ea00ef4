"""A hold-out by customer: coins that stay as they fell, and gains with intervals between customers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from paybench.decide.evaluate import gain, held_out
from paybench.errors import PaybenchError


def test_coins_stay_as_they_fell() -> None:
    ids = [f"C{i:05}" for i in range(20_000)]
    tenth, fifth = held_out(ids, 0.1, "calls 2026"), held_out(ids, 0.2, "calls 2026")
    # The share is what was asked for, as nearly as so many coins fall.
    assert abs(tenth.mean() - 0.1) < 4 * np.sqrt(0.09 / 20_000)
    # Who is held out at a tenth is so at a fifth, too; all of one customer go together, in any order.
    assert fifth[tenth].all()
    np.testing.assert_array_equal(held_out([*ids[::-1], ids[0]], 0.1, "calls 2026")[:-1], tenth[::-1])
    # Another trial holds out others, as if independent.
    other = held_out(ids, 0.1, "calls 2027")
    assert (tenth & other).mean() == pytest.approx(0.01, abs=0.003)
    # The same on every machine: these of the first forty customers are held out.
    assert np.flatnonzero(fifth[:40]).tolist() == [9, 11, 14, 20, 22, 30, 34, 36, 39]
    assert held_out(ids, 0.0, "x").sum() == 0
    assert held_out(ids, 1.0, "x").all()


def trial(seed: int, effect: float, customers: int = 300) -> tuple[np.ndarray, ...]:
    """Days until payment: half of their variance is the customer's, and its past shows it."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(customers), rng.integers(1, 8, customers))
    trait = rng.standard_normal(customers) * 5
    held = held_out(range(customers), 0.3, f"trial {seed}")
    y = 30 + trait[who] + 5 * rng.standard_normal(len(who)) + effect * ~held[who]
    before = 30 + trait + 2 * rng.standard_normal(customers)
    return y, held[who], who, before[who]


def test_intervals_of_gains() -> None:
    plain, with_past, narrower = 0, 0, 0
    for seed in range(120):
        y, held, who, before = trial(seed, -2.0)
        one, two = gain(y, held, who), gain(y, held, who, before)
        plain += one.low <= -2.0 <= one.high
        with_past += two.low <= -2.0 <= two.high
        narrower += two.error < 0.75 * one.error
    # They hold the true gain as often as they say, with the customers' past, too, which makes them narrower.
    assert stats.binomtest(plain, 120, 0.95).pvalue > 0.01
    assert stats.binomtest(with_past, 120, 0.95).pvalue > 0.01
    assert narrower > 110


def test_what_is_told() -> None:
    y, held, who, before = trial(0, -2.0)
    assert str(gain(y, held, who, before)) == (
        "Gain -2.023 (95 %: -2.698 to -1.348), less than nothing: 27.78 of 203 customers against 30.25 of 97 held out; "
        "their past explained 76 % of the noise."
    )
    assert ", perhaps nothing: " in str(gain(np.arange(60) % 7, np.arange(60) % 2 == 0, np.arange(60)))


def test_one_outcome_each_is_welch() -> None:
    rng = np.random.default_rng(1)
    y, held = rng.standard_normal(100), np.arange(100) % 3 == 0
    one = gain(y, held, np.arange(100))
    welch = stats.ttest_ind(y[~held], y[held], equal_var=False).confidence_interval()
    assert (one.low, one.high) == pytest.approx((welch.low, welch.high), abs=1e-4)
    assert one.customers == (66, 34)


@given(st.integers(0, 1000), st.floats(-5, 5))
def test_what_moves_all_outcomes_moves_no_gain(seed: int, more: float) -> None:
    y, held, who, before = trial(seed, 1.0, customers=80)
    one, two = gain(y, held, who, before), gain(y + more, held, who, before * 3 + more)
    assert two.value == pytest.approx(one.value)
    assert two.error == pytest.approx(one.error)
    # A past that tells nothing leaves everything as it is.
    constant = gain(y, held, who, np.full(len(y), np.nan))
    assert constant.value == pytest.approx(gain(y, held, who).value)
    assert constant.explained == 0


def test_what_is_no_trial() -> None:
    y, held, who, _ = trial(0, 0.0)
    with pytest.raises(
        PaybenchError, match=r"1 customers are in both arms; hold out whole customers, by held_out\(\)."
    ):
        gain(np.r_[y, 1.0], np.r_[held, ~held[0]], np.r_[who, who[0]])
    with pytest.raises(PaybenchError, match=r"An outcome is not finite; leave out in both arms what is not known yet."):
        gain(np.r_[y[:-1], np.nan], held, who)
    with pytest.raises(PaybenchError, match=r"5 customers in effect are held out, and 10 are needed; .*"):
        gain(np.zeros(100), np.arange(100) < 5, np.arange(100))
    with pytest.raises(PaybenchError, match=r"share is 10; give the part of customers to hold out, from 0 to 1, .*"):
        held_out(["a"], 10, "x")
    with pytest.raises(PaybenchError, match=r"A hold-out has no name; give one as 'salt', .*"):
        held_out(["a"], 0.1, "")
