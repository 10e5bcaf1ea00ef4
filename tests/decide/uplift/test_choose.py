"""The choice: never what is not permitted, chance as wanted, and the logged propensity is the true one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from paybench.decide.uplift import choose
from paybench.errors import PaybenchError


@st.composite
def situations(draw: st.DrawFn) -> dict[str, Any]:
    """Values (some unknown, some equal), what is permitted, and a usual action, permitted or not."""
    n, k = draw(st.integers(0, 6)), draw(st.integers(0, 4))
    numbers = st.one_of(st.sampled_from([-1.0, 0.0, 1.0, 2.0]), st.just(float("nan")))
    return {
        "values": draw(st.one_of(st.none(), hnp.arrays(np.float64, (n, k), elements=numbers))),
        "permitted": draw(hnp.arrays(np.bool_, (n, k))),
        "usual": draw(hnp.arrays(np.int64, n, elements=st.integers(-1, k - 1))),
        "explore": draw(st.sampled_from([0.0, 0.15, 0.9])),
        "seed": draw(st.integers(0, 9)),
    }


def best(values: list[float], permitted: list[bool], usual: int) -> int:
    """What is done without chance, for one row, by the words of the docstring."""
    known = [(v, -j) for j, v in enumerate(values) if permitted[j] and not np.isnan(v)]
    if known and max(known)[0] > 0:
        return -max(known)[1]
    if usual >= 0 and permitted[usual] and np.isnan(values[usual]):
        return usual
    return -1


@given(situations())
def test_never_against_the_policy_and_as_told(given_: dict[str, Any]) -> None:
    found, permitted = choose(**given_), given_["permitted"]
    n, k = permitted.shape
    values = np.full((n, k), np.nan) if given_["values"] is None else given_["values"]
    for row in range(n):
        action = found.action[row]
        # Only what is permitted is done, or nothing.
        assert action == -1 or permitted[row, action]
        # Nothing else has a chance, all chances make 1, and what was done has the one that was logged.
        assert (found.propensities[row, :k][~permitted[row]] == 0).all()
        np.testing.assert_allclose(found.propensities[row].sum(), 1.0)
        assert found.propensities[row, action] == found.propensity[row] > 0
        wanted = best(values[row].tolist(), permitted[row].tolist(), int(given_["usual"][row]))
        # Without chance it is the best; with it, the best has at least the rest of the chances.
        if not found.explored[row]:
            assert action == wanted
        assert found.propensities[row, wanted] >= 1 - given_["explore"] - 1e-12
        # Where nothing is permitted, there is no choice.
        if not permitted[row].any():
            assert (action, found.propensity[row], found.explored[row]) == (-1, 1.0, False)


def test_the_logged_propensity_is_the_share_that_comes() -> None:
    # Each of these situations, 40,000 times.
    values = np.array([[1.0, 3.0, 2.0], [-1.0, -1.0, -1.0], [np.nan, np.nan, np.nan], [5.0, 5.0, 1.0]])
    permitted = np.array([[True, False, True], [True, True, True], [False, True, True], [True, True, False]])
    usual, times = np.array([0, 0, 2, 1]), 40_000
    found = choose(
        np.tile(values, (times, 1)), np.tile(permitted, (times, 1)), np.tile(usual, times), explore=0.3, seed=1
    )
    action = found.action.reshape(times, 4)
    for row in range(4):
        shares = np.bincount(action[:, row] % 4, minlength=4) / times  # -1 % 4 is the last column
        np.testing.assert_allclose(shares, found.propensities[row], atol=0.01)
    np.testing.assert_allclose(found.explored.mean(), 0.3, atol=0.01)
    # The exploring share is uniform over what is permitted and nothing.
    drawn = action[:, 1][found.explored.reshape(times, 4)[:, 1]]
    np.testing.assert_allclose(np.bincount(drawn % 4, minlength=4) / drawn.size, 0.25, atol=0.02)


def test_ties_go_to_the_first_and_numbers_given_decide() -> None:
    uniform = np.array([[0.9, 0.0], [0.0, 0.0], [0.0, 0.5], [0.0, 0.999999]])
    found = choose(np.ones((4, 2)), np.ones((4, 2), dtype=bool), np.zeros(4), explore=0.5, uniform=uniform)
    assert found.action.tolist() == [0, 0, 1, -1]
    assert found.explored.tolist() == [False, True, True, True]


def test_refusals() -> None:
    may = np.ones((2, 3), dtype=bool)
    with pytest.raises(PaybenchError, match=r"explore is 1; give a share from 0 up to, but not including, 1."):
        choose(None, may, np.zeros(2), 1)
    with pytest.raises(PaybenchError, match=r"values have the shape \(2, 2\).*they have to be \(2, 3\)"):
        choose(np.ones((2, 2)), may, np.zeros(2), 0.1)
    with pytest.raises(PaybenchError, match="A usual action is none of the 3 positions"):
        choose(None, may, np.array([3, 0]), 0.1)
    with pytest.raises(PaybenchError, match=r"'permitted' has the shape \(2,\)"):
        choose(None, np.ones(2, dtype=bool), np.zeros(2), 0.1)
