"""Agreement is the known index; drawing again keeps each account's number of invoices; memory steadies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from paybench.decide.segments import Settings, segment, stability
from paybench.decide.segments.agreement import adjusted_rand, jaccard
from paybench.decide.segments.replay import replay_again
from paybench.decide.segments.stability import draw_again
from paybench.errors import PaybenchError
from tests.decide.segments.small import AT, book, told

labels = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30)


@given(labels)
def test_the_index_is_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    one, other = np.array(pairs).T
    assert adjusted_rand(one, other) == pytest.approx(adjusted_rand_score(one, other))
    # Names do not matter; order does not.
    assert adjusted_rand(one, (other + 7) * 3) == pytest.approx(adjusted_rand(other, one))


@given(labels)
def test_jaccard_is_what_both_share_of_what_either_has(pairs: list[tuple[int, int]]) -> None:
    one, other = np.array(pairs).T
    a, b = ({n for n, label in enumerate(side) if label == 1} for side in (one, other))
    expected = len(a & b) / len(a | b) if a | b else np.nan
    assert jaccard(one, other, 1) == pytest.approx(expected, nan_ok=True)


def test_every_account_draws_as_many_as_it_has_and_only_its_own() -> None:
    facts = told().facts
    copies = draw_again(facts, np.random.default_rng(1))
    np.testing.assert_array_equal(np.bincount(facts.account, copies), np.bincount(facts.account))
    assert (copies == 0).any()


def test_what_is_not_drawn_again_is_what_was_told() -> None:
    facts, settings = told().facts, told().settings
    last = replay_again(facts, settings, None, told().before)
    risk = [("low", "medium", "high").index(name) for name in told().table["risk"]]
    np.testing.assert_array_equal(last.level[:, 0], risk)
    # This book records nothing late, so that the months in the light of its end are those that were told.
    np.testing.assert_array_equal(replay_again(facts, settings).level, last.level)


def test_memory_steadies_and_luck_is_seen() -> None:
    held = stability(told(), times=6, seed=2)
    assert held.ari.mean() > held.ari_from_nothing.mean()
    assert 0.5 < held.ari_from_nothing.mean() < 1.0
    assert held.by_segment["jaccard"].between(0, 1).all()
    assert held.by_segment["accounts"].sum() == len(told())
    assert max(map(len, str(held).splitlines())) < 80
    # The same seed draws the same.
    np.testing.assert_array_equal(held.ari, stability(told(), times=6, seed=2).ari)
    # Without margin and with no patience there is no memory to steady anything.
    bare = stability(segment(book(), AT, Settings(margin=0.0, patience=1)), times=6, seed=2)
    np.testing.assert_allclose(bare.ari, bare.ari_from_nothing)


def test_times_that_cannot_be_are_refused() -> None:
    with pytest.raises(PaybenchError, match="times is 0; give a whole number above zero."):
        stability(told(), times=0)
