"""What customers write: answers to contacts, complaints, and word from who is short of cash; promises in them.

A promise here is a sign, not a cause: the customer says when it expects to pay, a little too hopefully, and then pays
by its plan. How many promises are kept follows from that and from ``Settings.caution``; no credible rate was found that
it could be set to, so it is swept (:mod:`.sweep`).
"""

from __future__ import annotations

import numpy as np

from .delays import FORGOTTEN
from .settings import CHANNELS
from .state import State
from .streams import Purpose

INTENTS = ("promise", "need_time", "dispute", "copy", "paid", "stop", "away", "insolvent")
"""What a message means; the words for each are in :mod:`.words`."""

PROMISE, NEED_TIME, DISPUTE, COPY, PAID, STOP, AWAY, INSOLVENT = range(len(INTENTS))

PHONE = CHANNELS.index("phone")

ANSWERED = np.array([1.0, 0.4, 2.0, 0.8])
"""How much likelier each channel is to be answered than e-mail."""

TELLS_OF_DISPUTE, ASKS_FOR_TIME, PROMISES_WITH_TIME = 0.7, 0.012, 0.5
"""Chance that a dispute comes with a message; per day, that who is short of cash and overdue writes by itself; that who
asks for time names a day."""

HOPE = (1, 12)
"""A promised day lies so many days ahead, more for who is short of cash."""


def answer(state: State, invoice: np.ndarray, channel: np.ndarray) -> None:
    """Let customers answer what was sent to them yesterday."""
    there = state.there(invoice) & ~state.given_up[invoice]
    invoice, channel = invoice[there], channel[there]
    likely = state.kind(invoice, "replies") * ANSWERED[channel]
    does = state.uniform(invoice, Purpose.REPLY) < np.minimum(likely, 0.9)
    invoice, channel = invoice[does], channel[does]
    if not invoice.size:
        return
    mass = state.mass[:, invoice].sum(axis=0) + state.never[invoice]
    forgot = state.mass[FORGOTTEN, invoice] / np.where(mass > 0, mass, 1.0)
    short, contested = state.squeezed(invoice), state.disputed[invoice] != 0
    done = state.closed[invoice] != 0
    n = len(invoice)
    odds = np.stack(
        [
            np.where(short, 1.0, 2.0),  # promise
            np.where(short, 4.0, 0.4),  # need_time
            np.where(contested, 8.0, 0.1),  # dispute
            0.3 + 3.0 * forgot,  # copy
            np.full(n, 0.1),  # paid
            0.15 + 0.5 * state.lost[state.invoices.customer[invoice]],  # stop
            np.where(channel == PHONE, 0.0, 0.4),  # away
        ]
    )
    odds[:, done] = 0.0
    odds[PAID, done] = 1.0
    steps = np.cumsum(odds, axis=0) / odds.sum(axis=0)
    intent = (steps < state.uniform(invoice, Purpose.INTENT)).sum(axis=0)
    _write(state, invoice, channel, intent)


def complain(state: State, disputed: np.ndarray) -> None:
    """Let customers tell of disputes that they open today."""
    tells = state.uniform(disputed, Purpose.COMPLAIN) < TELLS_OF_DISPUTE
    _write(state, disputed[tells], np.zeros(tells.sum(), dtype=np.int64), np.full(tells.sum(), DISPUTE))


def ask_for_time(state: State) -> None:
    """Let some who are short of cash write before they are asked."""
    rows = state.unpaid[(state.plans.due[state.unpaid] < state.today) & (state.promised[state.unpaid] < state.today)]
    rows = rows[state.squeezed(rows) & state.there(rows)]
    rows = rows[state.uniform(rows, Purpose.ASK) < ASKS_FOR_TIME]
    _write(state, rows, np.zeros(rows.size, dtype=np.int64), np.full(rows.size, NEED_TIME))


def give_notice(state: State) -> None:
    """Who goes out of business today writes once, about its first open invoice; it is left alone from then on."""
    gone = np.flatnonzero(state.cash.gone_on == state.today)
    rows = state.unpaid[np.isin(state.invoices.customer[state.unpaid], gone)]
    state.allowed[gone] = False
    _, first = np.unique(state.invoices.customer[rows], return_index=True)
    rows = rows[first]
    _write(state, rows, np.zeros(rows.size, dtype=np.int64), np.full(rows.size, INSOLVENT))


def _write(state: State, invoice: np.ndarray, channel: np.ndarray, intent: np.ndarray) -> None:
    # One message a day about an invoice is enough.
    new = state.wrote[invoice] != state.today
    invoice, channel, intent = invoice[new], channel[new], intent[new]
    state.wrote[invoice] = state.today
    if not invoice.size:
        return
    names_a_day = (intent == PROMISE) | (
        (intent == NEED_TIME) & (state.uniform(invoice, Purpose.PROMISE) < PROMISES_WITH_TIME)
    )
    ahead = HOPE[0] + HOPE[1] * state.uniform(invoice, Purpose.AHEAD)
    ahead *= np.where(state.squeezed(invoice), 2.0, 1.0) * state.settings.caution
    ahead = np.floor(ahead).astype(np.int64)
    at = np.minimum(state.today + ahead - state.calendar.first, len(state.calendar.dates) - 1)
    day = state.calendar.next_workdays[at]
    promised = np.where(names_a_day, day, 0)
    state.promised[invoice[names_a_day]] = promised[names_a_day]
    stops = (intent == STOP) & (channel != 1)
    state.allowed[state.invoices.customer[invoice[stops]], channel[stops]] = False
    state.log.add("consents", invoice=invoice[stops], day=state.today, channel=channel[stops])
    state.log.add(
        "messages", invoice=invoice, day=state.today, channel=channel, intent=intent, promised=promised,
        open=state.cents[invoice], variant=(state.uniform(invoice, Purpose.WORDS) * 1e6).astype(np.int64),
    )  # fmt: skip
