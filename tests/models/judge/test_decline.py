"""What is declined is told why in plain words, and how much more it would take."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.models.judge.decline import LEAST_ROWS, in_doubt, invoices_needed, rounded, too_little
from paybench.models.learn.folds import Rows
from paybench.models.learn.metrics import skill

SHARES = st.floats(0.001, 0.5)


def rows(n: int, late: int) -> Rows:
    """n rows, so many of them late."""
    outcome = (np.arange(n) < late).astype(np.float64)
    return Rows(pd.DataFrame(index=range(n)), pd.DataFrame({"late": outcome, "days_late_capped": outcome}))


@given(st.integers(10, 10**6), SHARES, SHARES)
def test_with_so_many_the_lower_end_reaches_zero(n: int, gain: float, half: float) -> None:
    needed = invoices_needed(n, gain, gain - half)
    assert needed is not None
    # An interval shrinks with the square root of the number: with as many as needed its lower end is 0, and not below.
    assert gain - half * np.sqrt(n / needed) >= -1e-9
    if needed > 1:
        assert gain - half * np.sqrt(n / (needed - 1)) < 1e-9
    # More are needed exactly where the interval is not above 0 already.
    assert (needed > n) == (half > gain) or needed == n


@given(st.integers(10, 10**6), st.floats(-0.5, 0.0), SHARES)
def test_no_number_helps_where_nothing_is_gained(n: int, gain: float, half: float) -> None:
    assert invoices_needed(n, gain, gain - half) is None
    assert in_doubt(n, gain, gain - half) == "no number of invoices helps: the gain is not above 0"


def test_with_as_many_as_it_says_a_gain_is_sure_about_half_the_time() -> None:
    # Each customer has one invoice; ours is better by 3 % of a noisy loss.
    def draw(n: int, seed: int) -> tuple[float, float, float]:
        rng = np.random.default_rng(seed)
        theirs = rng.exponential(1.0, n)
        return skill(theirs - 0.03 + rng.normal(0, 0.4, n), theirs, pd.Index(np.arange(n)), draws=200)

    few = [draw(200, seed) for seed in range(200)]
    needed = np.median([invoices_needed(200, 0.03, 0.03 - (gain - low)) for gain, low, _ in few])  # type: ignore[list-item]
    # At the number that the true gain needs, the lower end lies above 0 in half of the draws.
    sure = np.mean([draw(int(needed), 1000 + seed)[1] > 0 for seed in range(200)])
    assert 0.35 < sure < 0.65


@given(st.integers(1, 10**9))
def test_an_estimate_has_two_digits(n: int) -> None:
    assert n <= rounded(n) <= 1.1 * n + 1
    assert len(str(rounded(n)).rstrip("0")) <= 2


def test_enough_of_both_is_not_declined() -> None:
    assert too_little(rows(400, 100)) is None
    assert too_little(rows(400, 100), rows(LEAST_ROWS, 1), rows(LEAST_ROWS, LEAST_ROWS - 1)) is None


@pytest.mark.parametrize(
    ("known", "fit", "judge", "sentence", "needed"),
    [
        (rows(99, 9), None, None, "too few labels: the outcome of 99 invoices is known, and about 400 are needed", 400),
        (rows(300, 9), rows(100, 9), rows(75, 9), "too few labels: the outcome of 300 invoices is known", 400),
        (rows(500, 9), rows(60, 9), rows(125, 9), "too few labels: of 500 invoices .* only 60 had an outcome", 540),
        (rows(500, 0), None, None, "one class only: none of the 500 invoices whose outcome is known were late", None),
        (rows(500, 9), rows(150, 150), rows(125, 9), "one class only: all of the 150 invoices to learn from", None),
        (rows(500, 9), rows(150, 9), rows(125, 0), "one class only: none of the 125 invoices to judge by", None),
    ],
)
def test_each_lack_is_a_sentence(
    known: Rows, fit: Rows | None, judge: Rows | None, sentence: str, needed: int | None
) -> None:
    found = too_little(known, fit, judge)
    assert found is not None
    assert pd.Series([found.reason]).str.match(sentence).all(), found.reason
    assert found.needed == needed
