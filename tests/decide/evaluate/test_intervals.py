"""Standard errors and intervals by customer: against loops, textbook cases, and scipy's quantiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from paybench.decide.evaluate import Estimate
from paybench.decide.evaluate.intervals import HOW, t_quantile
from paybench.errors import PaybenchError


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(-20, 20)), min_size=2, max_size=40))
def test_the_error_is_that_of_a_loop(rows: list[tuple[int, int]]) -> None:
    who, values = np.array([r[0] for r in rows]), np.array([r[1] / 4 for r in rows])
    one = Estimate.mean("m", values, np.unique(who, return_inverse=True)[1].astype(np.int64))
    names = sorted(set(who.tolist()))
    if len(names) < 2:
        # One customer says nothing of others.
        assert np.isnan(one.error)
        assert one.interval() == (-np.inf, np.inf)
        return
    square = sum(sum(v - values.mean() for w, v in zip(who, values, strict=True) if w == name) ** 2 for name in names)
    assert one.error == pytest.approx(np.sqrt(len(names) / (len(names) - 1) * square) / len(values), abs=1e-12)


def test_independent_decisions_are_the_textbook() -> None:
    values = np.random.default_rng(0).standard_normal(60)
    one = Estimate.mean("m", values, np.arange(60))
    # Each of another customer: the standard error of a mean, and Student's interval.
    assert one.error == pytest.approx(values.std(ddof=1) / np.sqrt(60))
    np.testing.assert_allclose(one.interval(0.9), stats.t.interval(0.9, 59, values.mean(), one.error), rtol=1e-5)
    # The same again for each customer says nothing new.
    twice = Estimate.mean("m", np.repeat(values, 2), np.repeat(np.arange(60), 2))
    assert twice.error == pytest.approx(one.error)
    assert (one.customers, twice.customers) == (60, 60)


@pytest.mark.parametrize("how", HOW)
def test_intervals_of_dependent_decisions(how: str) -> None:
    hits, wide = 0, 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        size = rng.integers(1, 12, 80)
        code = np.repeat(np.arange(80), size)
        values = rng.standard_normal(80)[code] + rng.standard_normal(len(code))
        low, high = Estimate.mean("m", values, code).interval(how=how, draws=300)
        alone = Estimate.mean("m", values, np.arange(len(code))).interval(how="t")
        hits += low <= 0 <= high
        wide += high - low > alone[1] - alone[0]
    # 95 % hold the truth, and they are wider than if decisions were independent.
    assert stats.binomtest(hits, 150, 0.95).pvalue > 0.01
    assert wide == 150


@given(st.floats(0.001, 0.999), st.floats(10, 500))
def test_quantiles_are_those_of_scipy(p: float, df: float) -> None:
    assert t_quantile(p, df) == pytest.approx(stats.t.ppf(p, df), abs=1e-3)


def test_what_is_no_interval() -> None:
    one = Estimate.mean("m", np.zeros(4), np.arange(4))
    with pytest.raises(PaybenchError, match=r"level is 95; give a probability above 0 and below 1, like 0.95."):
        one.interval(95)
    with pytest.raises(PaybenchError, match=r"how is 'exact'; give one of t, bootstrap, bootstrap-t."):
        one.interval(how="exact")
    assert one.interval() == (0.0, 0.0)
