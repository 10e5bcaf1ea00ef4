"""Levels are held until a move is sure enough."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.segments.estimates import Estimates
from paybench.decide.segments.facts import Facts
from paybench.decide.segments.grid import Borders, Held, borders, plain_levels, step
from paybench.decide.segments.settings import Settings
from paybench.decide.segments.shrink import Shrunk
from paybench.errors import PaybenchError

LIMITS = (10.0, 18.0)


def found(means: list[float], sd: float, prior: float = 5.0) -> Estimates:
    mean = np.array(means)
    one = Shrunk(mean, np.full(len(mean), sd), np.ones(len(mean)), np.full(len(mean), prior))
    return Estimates(np.ones(len(mean), dtype=bool), np.ones(len(mean), dtype=np.int64), mean, one, one)


def fixed(n: int) -> Borders:
    limits = np.broadcast_to(LIMITS, (n, 2))
    return Borders(limits, limits)


@given(st.lists(st.floats(0, 30), min_size=1, max_size=30), st.floats(0, 5), st.floats(0, 2))
def test_a_level_is_always_plausible(path: list[float], sd: float, margin: float) -> None:
    settings = Settings(margin=margin, patience=3)
    held = Held.nothing(1)
    for mean in path:
        before, held = held, step(held, found([mean], sd), fixed(1), settings)
        level, plain = int(held.level[0, 0]), int(np.searchsorted(LIMITS, mean))
        low, high = np.searchsorted(LIMITS, [mean - margin * sd, mean + margin * sd])
        assert low <= level <= high
        # What was plausible stays, unless its patience ends.
        if low <= before.level[0, 0] <= high and before.level[0, 0] != level:
            assert level == plain
            assert before.beyond[0, 0] + 1 >= settings.patience
        # Nobody stays beyond a border for longer than that.
        assert held.beyond[0, 0] < settings.patience


@given(st.lists(st.floats(0, 30), min_size=1, max_size=12))
def test_without_margin_or_patience_the_estimate_alone_decides(path: list[float]) -> None:
    for settings in (Settings(margin=0.0), Settings(margin=3.0, patience=1)):
        held = Held.nothing(1)
        for mean in path:
            one = found([mean], 2.0)
            held = step(held, one, fixed(1), settings)
            assert (held.level == plain_levels(one, fixed(1))).all()


def test_a_wobble_does_not_move_and_a_leap_does() -> None:
    settings = Settings(margin=1.0, patience=4)
    held = step(Held.nothing(1), found([8.0], 1.0), fixed(1), settings)
    for mean in (10.5, 9.5, 10.8, 9.9, 10.6):
        held = step(held, found([mean], 1.0), fixed(1), settings)
        assert held.level[0, 0] == 0
    assert step(held, found([12.0], 1.0), fixed(1), settings).level[0, 0] == 1
    # Small but lasting: the fourth month.
    levels = []
    for _ in range(4):
        held = step(held, found([10.6], 1.0), fixed(1), settings)
        levels.append(int(held.level[0, 0]))
    assert levels[-1] == 1
    assert levels[0] == 0


@given(st.lists(st.floats(1, 1e6), min_size=1, max_size=20), st.sampled_from([(0.5, 0.9), (0.3, 0.7)]))
def test_value_borders_split_the_billing_from_the_largest_on(amounts: list[float], shares: tuple[float, float]) -> None:
    n = len(amounts)
    facts = Facts(0, pd.DataFrame({"customer_id": [f"C{k}" for k in range(n)], "currency": "EUR"}), *[np.zeros(0)] * 8)  # type: ignore[arg-type]
    log = np.log(np.array(amounts))
    one = Shrunk(log, np.zeros(n), np.ones(n), log)
    estimates = Estimates(np.ones(n, dtype=bool), np.ones(n, dtype=np.int64), log, one, one)
    large, middle = shares
    limits = borders(facts, estimates, Settings(large=large, middle=middle))
    level = plain_levels(estimates, limits)[:, 1]
    # One after another, the largest first; those whose billing is equal go together.
    for k, amount in enumerate(np.exp(log)):
        larger = sum(other for other in np.exp(log) if other > amount * (1 + 2e-9))
        whole = float(np.exp(log).sum())
        near = min(abs(larger / whole - share) for share in shares)
        if near > 1e-6:
            assert level[k] == int(larger < large * whole) + int(larger < middle * whole)


def test_settings_that_cannot_be_are_refused() -> None:
    for wrong, said in (
        ({"slow": 20.0}, "slow is 20, risky 18 and most_days 30; give days with 0 < slow < risky < most_days."),
        ({"large": 0.95}, "large is 0.95 and middle 0.9; give shares with 0 < large < middle < 1."),
        ({"margin": -1.0}, "margin is -1; give standard deviations, 0 or more."),
        ({"patience": 0}, "patience is 0; give a whole number above zero."),
        ({"risky": float("nan")}, "risky is nan; give a number."),
    ):
        with pytest.raises(PaybenchError, match=said):
            Settings(**wrong)  # type: ignore[arg-type]
