"""What customers contest: opened soon after issue, closed in time or with the invoice."""

from __future__ import annotations

import numpy as np

from .delays import CONTESTED, DISPUTE_WINDOW, FORGOTTEN, REMEMBERED
from .payments import credit_notes
from .state import NEVER, State
from .streams import Purpose

REASONS = ("price", "quantity", "quality", "not delivered", "order number missing", "billed twice")

LASTS = 25.0
"""Mean days until a dispute is closed, unless the invoice is before."""


def open_disputes(state: State) -> np.ndarray:
    """Let customers contest; returns the positions of the invoices that are contested from today on."""
    rows = state.unpaid[~state.was_disputed[state.unpaid]]
    rows = rows[state.today - state.plans.issued[rows] <= DISPUTE_WINDOW]
    rows = rows[state.there(rows) & (state.bounced[rows] < state.today)]
    rows = rows[state.uniform(rows, Purpose.OPEN_DISPUTE) < state.plans.disputed[rows]]
    in_part = state.uniform(rows, Purpose.DISPUTE) < 0.6
    part = 0.1 + 0.5 * state.uniform(rows, Purpose.DISPUTE_AMOUNT)
    cents = np.where(in_part, np.rint(state.cents[rows] * part).astype(np.int64), 0)
    why = (state.streams.uniform(state.invoices.key[rows], Purpose.DISPUTE) * len(REASONS)).astype(np.int64)
    state.log.add("disputes", invoice=rows, day=state.today, cents=cents, reason=why)
    state.mass[CONTESTED, rows] += state.mass[REMEMBERED, rows] + state.mass[FORGOTTEN, rows]
    state.mass[REMEMBERED, rows] = state.mass[FORGOTTEN, rows] = 0.0
    state.disputed[rows], state.contested_cents[rows], state.was_disputed[rows] = state.today, cents, True
    return rows


def close_disputes(state: State) -> None:
    """Close some disputes, a share of them with a credit note."""
    rows = state.unpaid[(state.disputed[state.unpaid] != NEVER) & (state.disputed[state.unpaid] < state.today)]
    u = state.uniform(rows, Purpose.CLOSE_DISPUTE)
    rows, u = rows[u < 1.0 / LASTS], u[u < 1.0 / LASTS]
    state.log.add("closings", invoice=rows, day=state.today)
    state.disputed[rows] = NEVER
    granted = rows[(u * LASTS < state.settings.concedes) & ~state.credited[rows] & (state.bounced[rows] < state.today)]
    most = np.where(state.contested_cents[granted] > 0, state.contested_cents[granted], state.cents[granted])
    credit_notes(state, granted, most)
