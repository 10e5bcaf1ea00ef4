"""Recalibration moves a distribution as a whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.models.family.distribution import DaysLate
from paybench.models.learn.calibrate import Calibrator, fit_calibrator

CALIBRATORS = st.builds(Calibrator, st.floats(-1.5, 1.5), st.floats(0.37, 2.7))
HORIZON = 20


def normal(centre: np.ndarray, spread: float, first: int = -20, last: int = 40) -> DaysLate:
    """A discretised bell around each row's centre."""
    day = np.arange(first, last + 1)
    weight = np.exp(-0.5 * ((day[None, :] - centre[:, None]) / spread) ** 2)
    return DaysLate(first, weight / weight.sum(axis=1, keepdims=True))


def outcomes(true: DaysLate, seed: int = 0) -> np.ndarray:
    """One outcome of each distribution, beyond the horizon as one value."""
    u = np.random.default_rng(seed).random(len(true.mass))
    return np.minimum((true.cdf < u[:, None]).sum(axis=1) + true.first, HORIZON + 1).astype(np.float64)


def test_the_identity_keeps() -> None:
    said = normal(np.array([1.0, 5.0]), 3.0)
    # Nothing to correct, nothing changed.
    assert Calibrator().apply(said) is said
    share = np.linspace(0, 1, 11)
    assert Calibrator()(share) == pytest.approx(share)


@given(CALIBRATORS)
def test_it_never_turns_an_order_around(calibrator: Calibrator) -> None:
    mapped = calibrator(np.linspace(0, 1, 1001))
    # More before stays more after.
    assert (np.diff(mapped) >= 0).all()
    # What cannot be stays impossible, what is certain stays certain.
    assert (mapped[0], mapped[-1]) == (0.0, 1.0)


@given(CALIBRATORS, st.lists(st.integers(0, 5), min_size=6, max_size=6).filter(any))
def test_a_recalibrated_distribution_is_one(calibrator: Calibrator, weights: list[int]) -> None:
    mass = np.array([weights], dtype=np.float64) / sum(weights)
    said = DaysLate(-2, mass[:, :-1])
    after = calibrator.apply(said)
    # No day has less than nothing, all days together at most one.
    assert (after.mass >= -1e-12).all()
    assert after.mass.sum() <= 1 + 1e-12
    # Every threshold moves by the one map, so thresholds and quantiles keep agreeing.
    for day in range(-3, 4):
        assert 1 - after.later_than(day) == pytest.approx(calibrator(1 - said.later_than(day)), abs=1e-9)
    # A day without probability gets none.
    assert (after.mass[said.mass == 0] < 1e-9).all()


def test_overconfidence_is_flattened() -> None:
    centre = np.random.default_rng(1).normal(4, 3, 3000)
    found = fit_calibrator(normal(centre, 2.0), outcomes(normal(centre, 5.0)), HORIZON)
    # Predictions that are far too sure are pulled toward the middle.
    assert found.slope < 0.8
    # And are better for it.
    y = outcomes(normal(centre, 5.0), seed=2)
    assert found.apply(normal(centre, 2.0)).crps(y, HORIZON).mean() < normal(centre, 2.0).crps(y, HORIZON).mean()


def test_underconfidence_is_sharpened() -> None:
    centre = np.random.default_rng(1).normal(4, 3, 3000)
    # Predictions that are far too vague are pulled apart.
    assert fit_calibrator(normal(centre, 5.0), outcomes(normal(centre, 2.0)), HORIZON).slope > 1.2


def test_days_that_come_too_late_are_shifted() -> None:
    centre = np.random.default_rng(1).normal(4, 3, 3000)
    # Who pays earlier than predicted has a higher distribution function: the shift is above zero.
    assert fit_calibrator(normal(centre + 3, 4.0), outcomes(normal(centre, 4.0)), HORIZON).shift > 0.3


def test_what_is_calibrated_stays() -> None:
    centre = np.random.default_rng(1).normal(4, 3, 3000)
    found = fit_calibrator(normal(centre, 4.0), outcomes(normal(centre, 4.0)), HORIZON)
    # Nothing is wrong, so next to nothing moves.
    assert (found.shift, found.slope) == pytest.approx((0.0, 1.0), abs=0.1)


def test_few_rows_move_little() -> None:
    centre = np.random.default_rng(1).normal(4, 3, 3000)
    said, y = normal(centre, 2.0), outcomes(normal(centre, 5.0))
    few = fit_calibrator(said.rows(slice(0, 20)), y[:20], HORIZON)
    many = fit_calibrator(said, y, HORIZON)
    # The same error seen on twenty rows moves less than seen on three thousand.
    assert abs(np.log(few.slope)) < abs(np.log(many.slope)) / 2
    # Seen on none it moves nothing.
    assert fit_calibrator(said.rows(slice(0, 0)), y[:0], HORIZON) == Calibrator()
