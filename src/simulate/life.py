"""The loop over the days: what customers do, what is sent to them, and what is written down."""

from __future__ import annotations

from functools import partial

import numpy as np

from ..errors import PaybenchError
from . import disputes, messages, payments
from .contacts import HARSH, TIRED_DAYS, Blow, added
from .effects import effects
from .foresight import Foresight
from .state import NEVER, State
from .view import NOTHING, Actions, Policy, View, drawer

LONG_AGO = 10_000
"""Days since something that never happened."""


def live(state: State, policy: Policy | None, bounced: np.ndarray, foresight: Foresight | None = None) -> None:
    """Run from the window's first day until every invoice of the window is settled or written off.

    On each day the policy decides by what was known in the morning; then customers pay, contest and write; then what
    was decided is sent. It works from the next day on.
    """
    calendar, issued = state.calendar, state.invoices.issued
    begun = 0
    sent: tuple[np.ndarray, np.ndarray] | None = None
    for day in range(calendar.first, calendar.first + len(calendar.dates)):
        state.today = day
        if day == calendar.end:
            state.lost_at_end = state.lost.copy()
        if day >= calendar.end and not state.unpaid.size:
            break
        if state.streams.fork is not None and day == state.streams.fork.day:
            state.draw_patience(state.unpaid)
        actions, view = _decided(state, policy, bounced)
        payments.pay(state, bounced)
        payments.write_off(state)
        if state.workday():
            payments.pay_parts(state)
            payments.credit(state)
            messages.complain(state, disputes.open_disputes(state))
            disputes.close_disputes(state)
            messages.ask_for_time(state)
        messages.give_notice(state)
        if sent is not None:
            messages.answer(state, *sent)
        _recover(state)
        sent = _send(state, policy, view, actions) if actions is not None and view is not None else None
        new = int(np.searchsorted(issued, day, side="right"))
        if new > begun:
            state.unpaid = np.concatenate([state.unpaid, np.arange(begun, new)])
            begun = new
        if foresight is not None:
            foresight.look(state, bounced)


def _decided(state: State, policy: Policy | None, bounced: np.ndarray) -> tuple[Actions | None, View | None]:
    if policy is None or not state.unpaid.size:
        return None, None
    # A payment that will be reversed today is booked: in the morning the invoice counts as paid.
    rows = state.unpaid[state.bounced[state.unpaid] < state.today - 1] if state.today else state.unpaid
    if not rows.size:
        return None, None
    who = state.invoices.customer[rows]
    view = View(
        today=state.today,
        workday=state.workday(),
        invoice=rows,
        customer=who,
        days_overdue=state.today - state.plans.due[rows],
        age=state.today - state.plans.issued[rows],
        cents_open=state.cents[rows],
        disputed=state.disputed[rows] != NEVER,
        promised_on=state.promised[rows],
        step=state.steps[rows],
        since=np.where(state.decided[rows] == NEVER, LONG_AGO, state.today - state.decided[rows]),
        customer_since=np.where(state.contacted[who] == NEVER, LONG_AGO, state.today - state.contacted[who]),
        allowed=state.allowed[who],
        _draw=drawer(state.streams, state.invoices.key[rows], state.today),
        _book=lambda: state.book,
        _hidden=(lambda: _badness(state, who)) if getattr(policy, "sees_hidden", False) else None,
        _effects=partial(effects, state, bounced) if getattr(policy, "sees_effects", False) else None,
    )
    actions = policy(view)
    if actions is not None and not isinstance(actions, Actions):
        raise PaybenchError(
            f"A policy returned {type(actions).__name__}; it returns Actions, or None for nothing today."
        )
    return (None, None) if actions is None or not len(actions.row) else (actions.checked(len(view)), view)


def _badness(state: State, who: np.ndarray) -> np.ndarray:
    week = state.calendar.week(state.today)
    return 2.0 * state.cash.squeezed[who, week] - state.cash.level[who, week]


def _recover(state: State) -> None:
    state.tired *= 0.5 ** (1.0 / TIRED_DAYS)
    state.lost *= 0.5 ** (1.0 / state.settings.effects.heals)


def _send(state: State, policy: Policy | None, view: View, actions: Actions) -> tuple[np.ndarray, np.ndarray]:
    """Carry decisions out; returns what was sent: invoices and channels."""
    invoice = view.invoice[actions.row]
    state.log.add(
        "decisions", invoice=invoice, day=state.today, channel=actions.channel, tone=actions.tone,
        step=state.steps[invoice], propensity=actions.propensity,
    )  # fmt: skip
    state.steps[invoice] += 1
    state.decided[invoice] = state.today
    sent = np.asarray(actions.channel) != NOTHING
    invoice, channel, tone = invoice[sent], np.asarray(actions.channel)[sent], np.asarray(actions.tone)[sent]
    who = state.invoices.customer[invoice]
    blow = Blow.of(
        state.settings.effects, channel, tone, state.customers.likes[who], state.kind(invoice, "yields"),
        state.tired[who], state.lost[who],
    )  # fmt: skip
    open_ = state.closed[invoice] == NEVER
    mass = state.mass[:, invoice]
    since = state.today - state.pressed[invoice]
    state.log.add(
        "moments", invoice=invoice, day=state.today, mass=mass, never=state.never[invoice],
        last=state.last[:, invoice], press=state.press[invoice], since=since, reach=blow.reach, solve=blow.solve,
        pressed=blow.press, squeezed=state.squeezed(invoice), shared=state.shared(),
        alive=open_ & state.there(invoice),
    )  # fmt: skip
    state.mass[:, invoice] = blow.moved(mass)
    state.press[invoice], ago = added(state.settings, state.press[invoice], since, blow.press)
    state.pressed[invoice] = state.today - ago
    np.add.at(state.tired, who, 1.0)
    harm = state.settings.of_types("annoyed")[state.customers.type[who]] * HARSH[tone]
    np.subtract.at(state.lost, who, -harm)
    np.minimum(state.lost, 0.9, out=state.lost)
    state.contacted[who] = state.today
    return invoice, channel
