"""Laws of the law of payment: chances are chances, and what should delay payment delays it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from paybench.simulate.calendar import Calendar
from paybench.simulate.customers import draw_customers
from paybench.simulate.delays import CONTESTED, FORGOTTEN, MINDS, REMEMBERED, Plans, chances, make_plans
from paybench.simulate.invoices import draw_invoices
from paybench.simulate.liquidity import draw_cash, draw_weather
from paybench.simulate.settings import WRITE_OFF, Settings
from paybench.simulate.streams import Streams

CALENDAR = Calendar.of(pd.Timestamp("2024-01-01"), 6)
LATE = np.arange(-120, WRITE_OFF + 1)
MODES = pytest.mark.parametrize("mode", ["easy", "hard"])


def drawn(settings: Settings, cash_moves: float = 0.0, amount_moves: float = 0.0) -> Plans:
    """The plans of some invoices, their customers so much better in cash, themselves so much larger."""
    streams = Streams(5)
    customers = draw_customers(np.arange(1, 61), settings, CALENDAR, streams)
    weather = draw_weather(settings, CALENDAR, streams)
    cash = draw_cash(customers, weather, settings, CALENDAR, streams)
    invoices = draw_invoices(customers, cash.gone_on, settings, CALENDAR, streams)
    cash = replace(cash, level=cash.level + cash_moves)
    invoices = replace(invoices, relative=invoices.relative + amount_moves)
    return make_plans(invoices, customers, cash, weather, settings, CALENDAR)


def over_days(plans: Plans) -> np.ndarray:
    """Survivors by day late, (days, MINDS, n)."""
    return np.stack([plans.survivors(np.full(len(plans.due), day)) for day in LATE])


@MODES
def test_plans_are_distributions(mode: str) -> None:
    plans = drawn(Settings.mode(mode))
    survivors = over_days(plans)

    # The chance that the planned day is still to come lies between 0 and 1 and never rises.
    assert ((survivors >= 0) & (survivors <= 1)).all()
    assert (np.diff(survivors, axis=0) <= 0).all()

    # The masses of the minds and of never add up to one; nobody contests on the day of issue, nobody is sure to pay.
    assert np.allclose(plans.start().sum(axis=0) + plans.never, 1.0, rtol=0, atol=1e-15)
    assert (plans.start()[CONTESTED] == 0).all()
    assert ((plans.never > 0) & (plans.never < 1)).all()

    # Who has forgotten, or contests, means to pay later than who remembers.
    assert (plans.centre[FORGOTTEN] > plans.centre[REMEMBERED]).all()
    assert (plans.centre[CONTESTED] > plans.centre[REMEMBERED]).all()


@MODES
def test_less_cash_means_later(mode: str) -> None:
    rich, poor = drawn(Settings.mode(mode), 1.0), drawn(Settings.mode(mode))

    # By no day does the poorer mean to have paid more, and it is likelier never to pay.
    assert (over_days(poor) >= over_days(rich) - 1e-15).all()
    assert (poor.never >= rich.never).all()


def test_large_amounts_are_forgotten_less() -> None:
    small, large = drawn(Settings()), drawn(Settings(), amount_moves=1.0)

    # The same invoice, e times as large, is likelier to be remembered, and never meant to be paid earlier.
    assert (large.forgets < small.forgets).all()
    assert (large.centre >= small.centre).all()


@MODES
def test_chances_are_chances_and_only_on_pay_days(mode: str) -> None:
    plans = drawn(Settings.mode(mode))
    n = len(plans.due)
    last = np.ones((MINDS, n))
    for day in range(-10, 300):
        today = plans.issued + 11 + day
        share = CALENDAR.shares[plans.rule, today - CALENDAR.first]
        chance, after = chances(plans, today, last, 1.0, share)

        # Before its plan begins an invoice is not paid, and nothing of the plan is used up.
        early = today < plans.opens_on()
        assert (chance[:, early] == 0).all()
        assert (after[:, early] == 1).all()
        assert (plans.survivors(today - plans.due)[:, early] == 1).all()

        # A chance lies between nothing and the day's share.
        assert ((chance >= 0) & (chance <= share)).all()

        # Once the write-off is due nothing is paid.
        assert (chance[:, today - plans.due > WRITE_OFF] == 0).all()

        # After a full pay day nothing waits any more of what was planned; without one nothing has left.
        alive = (share == 1.0) & (today - plans.due <= WRITE_OFF)
        now = plans.survivors(today - plans.due)
        assert np.allclose(after[:, alive], now[:, alive], rtol=0, atol=1e-12)
        assert np.array_equal(after[:, share == 0], last[:, share == 0])
        last = after


@MODES
def test_pressure_raises_every_chance(mode: str) -> None:
    plans = drawn(Settings.mode(mode))
    last = np.ones((MINDS, len(plans.due)))
    share = CALENDAR.share(plans.rule, plans.due)
    calm, pressed = (
        chances(plans, plans.due, last, e, share)[0] for e in (np.ones(len(plans.due)), np.full(len(plans.due), 2.0))
    )

    # Twice the hazard is never less; where money can move at all it is more.
    assert (pressed >= calm).all()
    assert (pressed > calm)[:, CALENDAR.shares[plans.rule, plans.due - CALENDAR.first] > 0].mean() > 0.9

    # A strength of one for each is the strength of one for all, to the last bit.
    assert np.array_equal(calm, chances(plans, plans.due, last, 1.0, share)[0])

    # Some invoices alone have the chances that they have among all.
    few = np.flatnonzero(plans.rule == plans.rule[0])
    assert np.array_equal(calm[:, few], chances(plans, plans.due[few], last[:, few], 1.0, share[few], few)[0])


@pytest.mark.parametrize("within", [0.05, 0.2, 5.0])
@MODES
def test_extreme_spreads_stay_lawful(mode: str, within: float) -> None:
    plans = drawn(replace(Settings.mode(mode), within=within))
    last = np.ones((MINDS, len(plans.due)))
    for late in range(-60, WRITE_OFF + 1, 4):
        chance, last = chances(plans, plans.due + late, last, 1.0, CALENDAR.share(plans.rule, plans.due + late))

        # However narrow or wide the distribution: no chance is missing or outside its limits.
        assert ((chance >= 0) & (chance <= 1)).all()


def test_hard_plans_have_another_form() -> None:
    easy, hard = drawn(Settings()), drawn(replace(Settings(), hard=True))

    # A logistic distribution instead of Gumbel's: at its centre a half is still to come, not 1 - 1/e.
    centre = np.full(len(easy.due), -0.5)
    for plans, left in ((easy, 1 - np.exp(-1)), (hard, 0.5)):
        at_zero = replace(plans, centre=np.zeros_like(plans.centre))
        assert np.allclose(at_zero.survivors(centre), left)

    # The season moves the centre over the year, by the same for every mind.
    assert np.ptp(hard.centre[REMEMBERED] - easy.centre[REMEMBERED]) > 1.0
