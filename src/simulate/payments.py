"""What customers pay, what is reversed, credited and written off."""

from __future__ import annotations

import numpy as np

from .delays import MINDS, chances
from .state import NEVER, State
from .streams import Purpose

PAYMENT, CREDIT_NOTE, WRITE_OFF_KIND = 0, 1, 2
"""Positions in ``paybench.ledger.schema.KINDS``."""

PART_DAYS = 25
"""In so many days from five before due on, a customer who pays in parts pays the first one."""

CREDIT_DAYS = 30
"""Days after issue within which credit notes are written that have no dispute."""


def bounce_chances(chance: float, workdays: np.ndarray) -> np.ndarray:
    """The chance that a payment of a day is reversed on the next, by day: none where banks rest on one of them."""
    return np.where(workdays & np.r_[workdays[1:], False], chance, 0.0)


def pay(state: State, bounced: np.ndarray) -> None:
    """Let customers pay what they mean to pay today.

    An invoice is paid on the first day on which the chance that it is still unpaid falls below its patience, a number
    drawn on its day of issue: by the law of payment under any policy, and no later under one that raises the chances.
    """
    calendar, plans = state.calendar, state.plans
    at = state.today - calendar.first
    # Before its plan begins nobody pays an invoice.
    rows = state.unpaid[state.opens_on[state.unpaid] <= state.today]
    share = calendar.share(plans.rule[rows], state.today)
    willing = (share > 0) & state.there(rows)
    rows, share = rows[willing], share[willing]
    if not rows.size:
        return
    mass, never = state.mass.take(rows, axis=1), state.never[rows]
    strength = np.exp(state.pressure(rows)) if state.press[rows].any() else 1.0
    chance, after = chances(plans, state.today, state.last.take(rows, axis=1), strength, share, rows)
    chance *= plans.held[state.shared(), state.squeezed(rows).astype(np.int64), rows]
    # Nobody pays again on the day on which a payment is reversed.
    chance *= state.bounced[rows] != state.today - 1
    paid = mass * chance
    mass -= paid
    does = mass.sum(axis=0) + never < state.patience[rows]
    reversed_ = does & (bounced[at] > 0)
    if reversed_.any():
        reversed_ &= state.uniform(rows, Purpose.BOUNCE) < bounced[at]
    # Who pays what bounces was in a mind to pay: that is what is known of it from then on.
    mass[:, reversed_] = paid[:, reversed_]
    for mind in range(MINDS):
        state.mass[mind][rows], state.last[mind][rows] = mass[mind], after[mind]
    state.never[rows[reversed_]] = 0.0
    state.draw_patience(rows[reversed_])
    back, done = rows[reversed_], rows[does & ~reversed_]
    state.bounced[back] = state.today
    state.log.add("payments", invoice=back, day=state.today, cents=state.cents[back], kind=PAYMENT)
    state.log.add("payments", invoice=back, day=state.today + 1, cents=-state.cents[back], kind=PAYMENT)
    state.log.add("payments", invoice=done, day=state.today, cents=state.cents[done], kind=PAYMENT)
    _close(state, done)


def write_off(state: State) -> None:
    """Give up what has been open for too long, or is owed by who is out of business."""
    rows = state.unpaid[state.written_off_on[state.unpaid] <= state.today]
    state.log.add("payments", invoice=rows, day=state.today, cents=state.cents[rows], kind=WRITE_OFF_KIND)
    state.given_up[rows] = True
    _close(state, rows)


def pay_parts(state: State) -> None:
    """Let some customers pay a first part; when they pay the rest does not depend on it."""
    rows = state.unpaid[~state.parted[state.unpaid]]
    late = state.today - state.plans.due[rows]
    rows = rows[(late >= -5) & (late < PART_DAYS - 5)]
    full = state.calendar.shares[state.plans.rule[rows], state.today - state.calendar.first] > 0.5
    rows = rows[full & state.there(rows) & (state.bounced[rows] < state.today)]
    wanted = np.minimum(state.kind(rows, "part_payments") * state.settings.parting, 0.9)
    rows = rows[state.uniform(rows, Purpose.PART) < 1.0 - (1.0 - wanted) ** (3.0 / PART_DAYS)]
    part = 0.2 + 0.4 * state.uniform(rows, Purpose.PART_AMOUNT)
    cents = np.rint(state.cents[rows] * part).astype(np.int64)
    rows, cents = rows[cents > 0], cents[cents > 0]
    state.log.add("payments", invoice=rows, day=state.today, cents=cents, kind=PAYMENT)
    state.cents[rows] -= cents
    state.parted[rows] = True


def credit(state: State) -> None:
    """Write small credit notes without a dispute."""
    rows = state.unpaid[~state.credited[state.unpaid]]
    age = state.today - state.plans.issued[rows]
    rows = rows[(age >= 1) & (age <= CREDIT_DAYS) & (state.bounced[rows] < state.today)]
    daily = 1.0 - (1.0 - state.settings.credits) ** (1.0 / CREDIT_DAYS)
    rows = rows[state.uniform(rows, Purpose.CREDIT) < 1.4 * daily]
    credit_notes(state, rows, state.invoices.cents[rows])


def credit_notes(state: State, rows: np.ndarray, most: np.ndarray) -> None:
    """Credit 2 to 30 % of some invoices, at most ``most`` cents, and never all that is open."""
    share = 0.02 + 0.28 * state.uniform(rows, Purpose.CREDIT_AMOUNT)
    cents = np.rint(state.invoices.cents[rows] * share).astype(np.int64)
    cents = np.minimum(np.minimum(cents, most), state.cents[rows] - 1)
    rows, cents = rows[cents > 0], cents[cents > 0]
    state.log.add("payments", invoice=rows, day=state.today, cents=cents, kind=CREDIT_NOTE)
    state.cents[rows] -= cents
    state.credited[rows] = True


def _close(state: State, rows: np.ndarray) -> None:
    state.cents[rows] = 0
    state.closed[rows] = state.today
    ending = rows[state.disputed[rows] != NEVER]
    state.log.add("closings", invoice=ending, day=state.today)
    state.disputed[ending] = NEVER
    state.unpaid = state.unpaid[state.closed[state.unpaid] == NEVER]
