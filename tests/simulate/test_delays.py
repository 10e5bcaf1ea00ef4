"""Laws of the distributions of days late."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from paybench.simulate.calendar import Calendar
from paybench.simulate.customers import Customer, draw_customer
from paybench.simulate.delays import DAYS_LATE, draw_days_late, never, settled_by
from paybench.simulate.invoices import Invoices, draw_invoices
from paybench.simulate.streams import Purpose, stream

CALENDAR = Calendar.of(pd.Timestamp("2024-01-01"), 12)


def drawn(number: int) -> tuple[Customer, Invoices, np.ndarray]:
    """A customer, its invoices, and some liquidity on the day of issue of each."""
    customer = draw_customer(number, CALENDAR, stream(5, number, Purpose.CHARACTER))
    invoices = draw_invoices(customer, CALENDAR, stream(5, number, Purpose.INVOICES))
    return customer, invoices, np.linspace(-2, 2, len(invoices))


@pytest.mark.parametrize("disputed", [False, True])
@pytest.mark.parametrize("number", range(1, 13))
def test_distributions_are_distributions(number: int, disputed: bool) -> None:
    customer, invoices, liquidity = drawn(number)
    by_day = settled_by(customer, invoices, liquidity, CALENDAR, disputed)

    # They rise from zero to what is ever paid.
    assert by_day.shape == (len(invoices), DAYS_LATE.size)
    assert (np.diff(by_day, axis=1) >= 0).all()
    assert np.allclose(by_day[:, -1], 1 - never(customer, liquidity))

    # Nothing is paid before the day after issue.
    too_early = (invoices.issued - invoices.due)[:, None] >= DAYS_LATE
    assert (by_day[too_early] == 0).all()

    # Nothing leaves on a day that is none of the customer's pay days (the last day closes the grid).
    open_days = np.any([flags for _, flags in customer.pay_days], axis=0)
    days = invoices.due[:, None] + DAYS_LATE - CALENDAR.origin
    assert (np.diff(by_day, axis=1)[:, :-1][~open_days[days[:, 1:-1]]] == 0).all()


def test_pay_days_move_mass_forward_as_a_loop_would() -> None:
    customer, invoices, liquidity = drawn(2)
    free = replace(customer, pay_days=((1.0, CALENDAR.every_day),))
    runs = CALENDAR.weekly(3)
    meant = np.diff(settled_by(free, invoices, liquidity, CALENDAR), axis=1, prepend=0.0)
    moved = np.zeros_like(meant)
    for row, due in enumerate(invoices.due):
        for column, mass in enumerate(meant[row]):
            while column < DAYS_LATE.size - 1 and not runs[due + DAYS_LATE[column] - CALENDAR.origin]:
                column += 1
            moved[row, column] += mass
    in_runs = settled_by(replace(customer, pay_days=((1.0, runs),)), invoices, liquidity, CALENDAR)

    # What was meant for any other day leaves on the next pay run.
    assert np.allclose(np.diff(in_runs, axis=1, prepend=0.0), moved, atol=1e-12)


@pytest.mark.parametrize("number", range(1, 13))
def test_less_cash_means_later(number: int) -> None:
    customer, invoices, liquidity = drawn(number)
    rich = settled_by(customer, invoices, liquidity + 1, CALENDAR)
    poor = settled_by(customer, invoices, liquidity, CALENDAR)

    # By no day is more settled by the poorer.
    assert (poor <= rich).all()


def test_draws_follow_the_distribution() -> None:
    # Ten days early with 0.2, five days late with 0.5, never with 0.3.
    row = 0.2 * (DAYS_LATE >= -10) + 0.5 * (DAYS_LATE >= 5)
    days_late = draw_days_late(np.tile(row, (20_000, 1)), np.random.default_rng(0))
    shares = [(days_late == -10).mean(), (days_late == 5).mean(), np.isnan(days_late).mean()]

    # Nothing else is drawn, and each as often as its probability says.
    assert sum(shares) == pytest.approx(1)
    assert shares == pytest.approx([0.2, 0.5, 0.3], abs=4 * np.sqrt(0.25 / 20_000))
