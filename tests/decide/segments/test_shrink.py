"""Estimates of few observations are drawn toward their group, by what the estimates themselves show."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.segments.shrink import centre, shrink

GROUPS = 3
estimates = st.lists(
    st.tuples(
        st.floats(-50, 50), st.one_of(st.floats(0.1, 100), st.just(np.inf)), st.integers(0, GROUPS - 1)
    ),
    min_size=1,
    max_size=12,
)  # fmt: skip


@given(estimates)
def test_what_comes_out_lies_between_the_own_estimate_and_the_group(rows: list[tuple[float, float, int]]) -> None:
    value, variance, group = (np.array(column) for column in zip(*rows, strict=True))
    found = shrink(value, variance, group)
    seen = np.isfinite(variance)
    assert ((found.own >= 0) & (found.own <= 1)).all()
    low, high = np.minimum(value, found.prior), np.maximum(value, found.prior)
    assert ((found.mean >= low - 1e-9) & (found.mean <= high + 1e-9))[seen].all()
    # Where nothing was seen the group stands in, however odd the number given.
    assert (found.mean[~seen] == found.prior[~seen]).all()
    assert (found.own[~seen] == 0).all()
    # What is surer weighs more.
    order = np.argsort(variance)
    assert (np.diff(found.own[order]) <= 1e-12).all()


@given(estimates, st.floats(-20, 20))
def test_moving_all_moves_all(rows: list[tuple[float, float, int]], by: float) -> None:
    value, variance, group = (np.array(column) for column in zip(*rows, strict=True))
    one, other = shrink(value, variance, group), shrink(value + by, variance, group)
    if np.isfinite(variance).any():
        np.testing.assert_allclose(other.mean, one.mean + by, atol=1e-5)


def test_the_spread_of_what_is_true_is_found() -> None:
    random = np.random.default_rng(5)
    true = random.normal(8.0, 3.0, 4000)
    variance = random.uniform(1.0, 40.0, 4000)
    value = random.normal(true, np.sqrt(variance))
    middle, between = centre(value, variance)
    assert middle == pytest.approx(8.0, abs=0.3)
    assert between == pytest.approx(9.0, rel=0.15)
    found = shrink(value, variance, np.zeros(4000, dtype=np.int64))
    # Nearer to the truth than the estimates are, and as far from it as it says.
    off = np.mean((found.mean - true) ** 2)
    assert off < 0.5 * np.mean((value - true) ** 2)
    assert np.mean(((found.mean - true) / found.sd) ** 2) == pytest.approx(1.0, abs=0.1)


def test_groups_that_differ_keep_their_own_centres() -> None:
    random = np.random.default_rng(6)
    group = np.repeat([0, 1], 300)
    value = np.where(group == 0, 2.0, 12.0) + random.normal(0, 1.5, 600)
    found = shrink(value, np.full(600, 1.0), group)
    assert found.prior[0] == pytest.approx(2.0, abs=0.5)
    assert found.prior[-1] == pytest.approx(12.0, abs=0.5)
    # A group of one is hardly a group: its centre lies between it and the others'.
    alone = shrink(np.append(value, 40.0), np.full(601, 1.0), np.append(group, 2))
    assert 12.0 < alone.prior[-1] < 40.0
