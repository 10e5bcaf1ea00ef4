"""Vector pictures: what is drawn is where the figures say, and nothing is lost."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.explain.vector import PLANE, scale, some
from paybench.explain.vector_shap import cloud, room, swarm, thirds
from paybench.explain.vector_trust import BANDS, about_zero, histogram, interval, reliability, wilson


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_round_few_and_inside(low: float, length: float) -> None:
    found = scale(low, low + length)
    assert 2 <= len(found.ticks) <= 12
    assert all(low - 1e-6 * length <= tick <= low + 1.000001 * length for tick in found.ticks)
    step = found.ticks[1] - found.ticks[0]
    mantissa = step / 10 ** np.floor(np.log10(step) + 1e-9)
    assert min(abs(mantissa - k) for k in (1, 2, 2.5, 5)) < 1e-3


def test_every_dot_is_drawn_once_and_where_it_belongs() -> None:
    rng = np.random.default_rng(0)
    moved = rng.normal(0, 5, 500)
    level = thirds(np.where(rng.random(500) < 0.1, np.nan, moved))
    across = room(moved)
    paths = swarm(moved, level, across)

    # As many dots of each class as there are rows of it.
    assert {k: p.count("M") for k, p in paths.items()} == {
        name: int((level == k).sum()) for k, name in enumerate(("low", "middle", "high", "none"))
    }

    # Each at its value across, and inside of its strip.
    places = [tuple(map(int, xy)) for p in paths.values() for xy in re.findall(r"M(\d+) (\d+)h0", p)]
    assert sorted(x for x, _ in places) == sorted(across(moved).tolist())
    assert all(0 < y < PLANE for _, y in places)
    assert swarm(moved, level, across) == paths

    # A dot that has no value, or one outside of the scale, is left out.
    assert cloud(np.array([np.nan, 0.5, 9.0]), np.zeros(3), scale(0, 1), scale(-1, 1)) == "M500 500h0"


def test_intervals_and_bins_lie_where_their_figures_are() -> None:
    # Wilson's interval of 8 of 10, and of none of 10, by hand.
    low, high = wilson(np.array([0.8, 0.0]), np.array([10.0, 10.0]))
    assert low == pytest.approx([0.4902, 0.0], abs=1e-4)
    assert high == pytest.approx([0.9433, 0.2775], abs=1e-4)
    paths = reliability(np.array([0.25, 0.75]), np.array([0.5, 1.0]), np.array([100.0, 100.0]))
    assert paths["dots"] == "M250 500h0M750 0h0"

    # The tallest bar is as high as the plane, and there is one of each P(late) that was said.
    bars = histogram(np.array([0.01, 0.01, 0.51]))
    assert re.findall(r"v(-?\d+)h", bars) == ["-1000", "-500"]
    assert len(bars.split("z")) - 1 <= BANDS

    # Zero is seen, whatever the intervals are.
    across = about_zero([0.1, 0.3, np.nan])
    assert across.low < 0 < across.high
    assert interval(0.2, 0.1, 0.3, across)["zero"].startswith(f"M{across(np.zeros(1))[0]} ")


def test_pictures_show_some_rows_evenly() -> None:
    assert some(3, 800).tolist() == [0, 1, 2]
    assert some(0, 800).tolist() == []
    shown = some(2243, 800)
    assert len(shown) == 800
    assert set(np.diff(shown)) == {2, 3}
    assert shown[[0, -1]].tolist() == [0, 2242]
