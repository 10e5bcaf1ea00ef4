"""The exact distribution of what is still to come equals a slow and obvious count of everything that can happen."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from paybench.simulate.calendar import Calendar
from paybench.simulate.customers import draw_customers
from paybench.simulate.delays import CONTESTED, DISPUTE_WINDOW, FORGOTTEN, MINDS, REMEMBERED, Plans, make_plans
from paybench.simulate.forward import forward, from_issue
from paybench.simulate.invoices import draw_invoices
from paybench.simulate.liquidity import Weather, draw_cash, draw_weather
from paybench.simulate.payments import bounce_chances
from paybench.simulate.settings import WRITE_OFF, Settings
from paybench.simulate.streams import Streams

CALENDAR = Calendar.of(pd.Timestamp("2024-01-01"), 6)


@dataclass
class Drawn:
    """What the law needs of some invoices, and where their customers stand on the day of issue."""

    plans: Plans
    squeezed: np.ndarray
    shared: np.ndarray
    weather: Weather
    bounced: np.ndarray

    @property
    def law(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, Calendar, np.ndarray]:
        return self.squeezed, self.shared, self.weather.chances, CALENDAR, self.bounced


def drawn(settings: Settings, weekday: int, customers: int = 150) -> Drawn:
    streams = Streams(8)
    who = draw_customers(np.arange(1, customers + 1), settings, CALENDAR, streams)
    weather = draw_weather(settings, CALENDAR, streams)
    cash = draw_cash(who, weather, settings, CALENDAR, streams)
    invoices = draw_invoices(who, cash.gone_on, settings, CALENDAR, streams)
    plans = make_plans(invoices, who, cash, weather, settings, CALENDAR)
    week = CALENDAR.week(plans.issued)
    rows = np.flatnonzero((plans.issued - 4) % 7 == weekday)
    return Drawn(
        plans.take(rows),
        cash.squeezed[invoices.customer, week][rows],
        weather.state[week][rows],
        weather,
        bounce_chances(settings.bounces, CALENDAR.workdays),
    )


def survivor(plans: Plans, i: int, mind: int, day: int) -> float:
    """S_c of one invoice: Gumbel's law for the smallest value (easy) or a logistic one (hard), stretched when late."""
    z = (day - plans.due[i] + 0.5 - plans.centre[mind, i]) * plans.slope[mind, i]
    if z > 0:
        z *= plans.late_slope[i]
    return 1 / (1 + math.exp(z)) if plans.logistic else -math.expm1(-math.exp(-z))


def slowly(
    it: Drawn, i: int, mass: list[float], last: list[float], day: int, horizon: int, strength: list[float]
) -> list[float]:
    """P(settled within k days) of one invoice: every state that can be, day by day."""
    plans, states = it.plans, len(it.weather.severity)
    at: dict[tuple[int, bool, int], float] = {
        (int(it.shared[i]), bool(it.squeezed[i]), mind): mass[mind] for mind in range(MINDS)
    }
    last = list(last)
    settled, waiting = [0.0], dict[tuple[int, bool, int], float]()
    for k in range(1, horizon + 1):
        today = day + k
        axis = today - CALENDAR.first
        if CALENDAR.dates[axis].day_name() == "Monday":
            after: dict[tuple[int, bool, int], float] = defaultdict(float)
            for (shared, short, mind), m in at.items():
                lives = m * (1 - plans.dies[i]) if short else m
                for to in range(states):
                    moves = it.weather.chances[CALENDAR.week(today), shared, to]
                    turns = plans.ends[i] if short else plans.begins[i]
                    after[to, not short, mind] += lives * moves * turns
                    after[to, short, mind] += lives * moves * (1 - turns)
            at = after
        share = CALENDAR.shares[plans.rule[i], axis] if today - plans.due[i] <= WRITE_OFF else 0.0
        left = [survivor(plans, i, mind, today) for mind in range(MINDS)]
        settled.append(settled[-1])
        reversed_: dict[tuple[int, bool, int], float] = {}
        means = [share * (1 - (left[mind] / last[mind]) ** strength[k]) for mind in range(MINDS)]
        for (shared, short, mind), m in at.items():
            chance = means[mind] * plans.held[shared, int(short), i]
            settled[-1] += m * chance * (1 - it.bounced[axis])
            at[shared, short, mind] -= m * chance
            reversed_[shared, short, mind] = m * chance * it.bounced[axis]
        # A payment that is reversed today was made yesterday; today nobody pays it again.
        for state, m in waiting.items():
            at[state] += m
        waiting = reversed_
        last = [last[mind] * (1 - means[mind]) ** (1 / strength[k]) for mind in range(MINDS)]
        # Customers contest on working days only.
        if today - plans.issued[i] <= DISPUTE_WINDOW and CALENDAR.workdays[axis]:
            for (shared, short, mind), m in list(at.items()):
                if mind in (REMEMBERED, FORGOTTEN):
                    at[shared, short, mind] -= m * plans.disputed[i]
                    at[shared, short, CONTESTED] += m * plans.disputed[i]
    return settled


MODES = pytest.mark.parametrize("mode", ["easy", "hard"])


@pytest.mark.parametrize("disputing", [0.0, 1.0])
@pytest.mark.parametrize("weekday", [0, 3, 4])
@MODES
def test_the_distribution_at_issue_is_the_count_of_all_that_can_happen(
    mode: str, weekday: int, disputing: float
) -> None:
    it = drawn(replace(Settings.mode(mode), disputing=disputing), weekday)
    settled = from_issue(it.plans, *it.law)
    rules = np.unique(it.plans.rule, return_index=True)[1]
    troubled = np.flatnonzero(it.squeezed | (it.shared > 0))[:4]
    for i in [*rules, *troubled, int(np.argmax(it.plans.disputed))]:
        term = int(it.plans.due[i] - it.plans.issued[i])
        start = list(it.plans.start()[:, i])
        slow = slowly(it, i, start, [1.0] * MINDS, int(it.plans.issued[i]), term + WRITE_OFF, [1.0] * 400)

        # Of every pay rule, in shortages and without, and for those who contest the most: the same, day by day.
        assert np.allclose(settled[: term + WRITE_OFF + 1, i], slow, rtol=0, atol=1e-12)


@MODES
def test_from_any_day_and_under_any_pressure_too(mode: str) -> None:
    it = drawn(replace(Settings.mode(mode), disputing=0.0), 2)
    rows = np.r_[np.arange(4), np.flatnonzero(it.squeezed)[:3]]
    it = Drawn(it.plans.take(rows), it.squeezed[rows], it.shared[rows], it.weather, it.bounced)
    n, horizon = len(rows), 60
    day = it.plans.issued + 35
    random = np.random.default_rng(0)
    mass, last = random.uniform(0.1, 0.3, (MINDS, n)), random.uniform(0.9, 1.0, (MINDS, n))
    last = np.maximum(last, it.plans.survivors(day - it.plans.due))
    strength = np.exp(np.outer(0.9 ** np.arange(horizon + 1), random.uniform(0, 2, n)))
    fast = forward(it.plans, mass, last, day, *it.law[:4], horizon, it.bounced, strength)
    for i in range(n):
        slow = slowly(it, i, list(mass[:, i]), list(last[:, i]), int(day[i]), horizon, list(strength[:, i]))

        # Whatever is known on that day, and however strongly the invoice is pressed from then on.
        assert np.allclose(fast[:, i], slow, rtol=0, atol=1e-12)


@MODES
def test_distributions_rise_from_nothing_to_what_is_ever_paid(mode: str) -> None:
    it = drawn(Settings.mode(mode), 1)
    settled = from_issue(it.plans, *it.law)

    # Nothing is paid on the day of issue, and what is paid stays paid.
    assert (settled[0] == 0).all()
    assert (np.diff(settled, axis=0) >= 0).all()

    # At most everything is paid that is ever meant to be.
    assert (settled[-1] <= 1 - it.plans.never + 1e-12).all()


def test_an_invoice_alone_has_the_distribution_that_it_has_among_others() -> None:
    it = drawn(Settings(), 1)
    together = from_issue(it.plans, *it.law)
    for i in range(20):
        one = np.array([i])
        alone = from_issue(it.plans.take(one), it.squeezed[one], it.shared[one], *it.law[2:])

        # To the last bit: otherwise another customer would change this one's truth.
        assert np.array_equal(alone[:, 0], together[: len(alone), i])


def test_no_invoices_have_no_distribution() -> None:
    it = drawn(Settings(), 1)
    none = np.zeros(0, dtype=np.int64)

    # An empty block is a block.
    assert from_issue(it.plans.take(none), none > 0, none, *it.law[2:]).shape == (WRITE_OFF + 1, 0)
