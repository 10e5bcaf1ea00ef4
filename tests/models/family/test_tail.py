"""How payment goes on beyond the horizon."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.models.family.tail import tail_mass

NONE = np.zeros(0)


def hazards(mass: np.ndarray) -> np.ndarray:
    """P(paid on a day | unpaid before it) of each day."""
    still = 1 - np.concatenate([[0.0], np.cumsum(mass)[:-1]])
    return mass / still


def test_without_evidence_the_hazard_is_constant_and_slow() -> None:
    found = hazards(tail_mass(NONE, NONE, 60))
    # Every day is as good as the one before; one invoice in thirty is paid a day.
    assert found == pytest.approx(np.full(305, 1 / 30))


@given(
    st.lists(st.one_of(st.integers(31, 500), st.none()), max_size=30),
    st.integers(31, 400),
)
def test_it_is_a_part_of_one(days: list[int | None], seen: int) -> None:
    paid = np.array([np.nan if d is None else d for d in days], dtype=np.float64)
    mass = tail_mass(paid, np.full(len(days), float(seen)), 30)
    # One number per day up to a year late, none below zero, together at most one: the rest is never paid.
    assert mass.shape == (335,)
    assert (mass >= 0).all()
    assert mass.sum() <= 1 + 1e-12


def test_with_many_rows_it_is_kaplan_meier() -> None:
    rng = np.random.default_rng(1)
    n = 60_000
    paid = 31.0 + rng.geometric(0.05, n)
    censored = rng.integers(31, 120, n).astype(np.float64)
    paid = np.where(paid <= censored, paid, np.nan)
    still, by_hand = 1.0, []
    for day in range(31, 91):
        at_risk = int(np.where(np.isnan(paid), censored >= day, paid >= day).sum())
        events = int((paid == day).sum())
        by_hand.append(still * events / at_risk)
        still *= 1 - events / at_risk
    # Where evidence is plenty, shrinkage is gone and the product-limit estimate by hand is left.
    assert tail_mass(paid, censored, 30)[:60] == pytest.approx(by_hand, abs=2e-4)


def test_a_written_off_invoice_is_never_paid() -> None:
    paid = np.array([40.0] * 50 + [np.nan] * 50)
    lost = tail_mass(paid, np.full(100, np.inf), 30)
    watched = tail_mass(paid, np.full(100, 40.0), 30)
    # It stays at risk without ever being paid: half of the invoices, and half of what comes is missing.
    assert lost.sum() < watched.sum()
    assert lost.sum() == pytest.approx(0.55, abs=0.05)
    # More lost invoices, less money.
    more = tail_mass(np.append(paid, [np.nan] * 100), np.full(200, np.inf), 30)
    assert more.sum() < lost.sum()


def test_who_was_watched_for_a_short_time_says_nothing_of_later_days() -> None:
    paid = np.array([35.0] * 10 + [np.nan] * 10)
    short = hazards(tail_mass(paid, np.full(20, 40.0), 30))
    # After the last day on which anybody was watched, every day has the same mean hazard again.
    assert np.ptp(short[11:]) == pytest.approx(0.0, abs=1e-6)
