"""What the world knows on a morning of its open invoices: the floor that no forecast of them gets below."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..errors import PaybenchError
from ..ledger import day
from ..ledger.schema import days
from .calendar import AFTER, Calendar
from .contacts import worn
from .forward import TILE, forward
from .identifiers import identifiers
from .state import State


@dataclass(frozen=True)
class Foreseen:
    """The invoices that were open at the start of a day t, and when each is settled if nobody is contacted from t on.

    They are those that a ledger cut at t holds to be open, in the ledger's order: a payment of the day before that is
    reversed on t counts, since on this morning nobody knows of the reversal.

    What is known is all that the world had come to by the end of day t - 1: characters, each customer's cash and the
    money that is tight for all, earlier contacts, whose pressure still fades, open disputes and earlier payments.
    Nothing dated t or later is looked at, and nothing is drawn (:mod:`.forward`).

    The distribution is that of the day on which *all* that is open is settled; a payment that is reversed does not
    settle. ``cents_open * settled`` is the expected cash by day but for two things that it leaves out. Some cash comes
    sooner: who pays in parts pays 20 to 60 % of what is open first, which does not change when the rest is paid. Some
    never comes: a credit note takes 2 to 30 % of an amount away. Of what came within thirteen weeks that was 1.4 and
    0.3 % (easy world, 600 customers, nobody contacted).

    Invoices are independent only given the weeks that are still to come: their customer's, and those of tight money.

    Attributes
    ----------
    invoice_id : text, (n,).
    cents_open : open amount in hundredths of the invoice's own currency, (n,).
    settled : P(settled on day t + k) for k = 0, 1, ..., (n, days); what lacks to 1 is settled later or never.
    """

    invoice_id: np.ndarray
    cents_open: np.ndarray
    settled: np.ndarray

    def __len__(self) -> int:
        return len(self.invoice_id)

    def take(self, rows: np.ndarray) -> Foreseen:
        """Some of them, in another order."""
        return Foreseen(self.invoice_id[rows], self.cents_open[rows], self.settled[rows])


class Foresight:
    """Collects what is foreseen on some mornings of a world, block of customers after block.

    Parameters
    ----------
    dates : mornings, from the second one of the window to the one after its last day.
    horizon : days to look ahead, the first of them the date itself.
    calendar : of the world.

    Raises
    ------
    PaybenchError
        If a date is none or outside, or the horizon is not a number of days from 1 to ``calendar.AFTER``.
    """

    def __init__(self, dates: Iterable[object], horizon: int, calendar: Calendar) -> None:
        if not isinstance(horizon, int | np.integer) or not 1 <= horizon <= AFTER:
            raise PaybenchError(f"foresee_days is {horizon}; give a whole number of days from 1 to {AFTER}.")
        if isinstance(dates, str) or not isinstance(dates, Iterable):
            raise PaybenchError(f"foresee is '{dates}'; give a list of dates, for example ['{dates}'].")
        mornings = sorted({day(date) for date in dates})
        self._parts: dict[int, list[Foreseen]] = {int(d): [] for d in days(pd.Series(mornings, dtype="datetime64[s]"))}
        for morning, number in zip(mornings, self._parts, strict=True):
            if not calendar.first < number <= calendar.end:
                first, end = (calendar.dates[d - calendar.first] for d in (calendar.first + 1, calendar.end))
                raise PaybenchError(
                    f"foresee has {morning:%Y-%m-%d}; give dates from {first:%Y-%m-%d} to {end:%Y-%m-%d}."
                )
        self._mornings, self._horizon = mornings, int(horizon)

    def look(self, state: State, bounced: np.ndarray) -> None:
        """Note what a block of customers foresees, if tomorrow's morning was asked for; changes nothing in it.

        Parameters
        ----------
        state : at the end of a day. bounced : of :func:`.payments.bounce_chances`.
        """
        parts = self._parts.get(state.today + 1)
        if parts is not None:
            parts.append(_foreseen(state, bounced, self._horizon))

    def all(self, invoice_id: pd.Series) -> dict[pd.Timestamp, Foreseen]:
        """What was noted, by date; rows in the order of the given invoices."""
        order = pd.Index(invoice_id)
        return {m: _ordered(parts, order) for m, parts in zip(self._mornings, self._parts.values(), strict=True)}


def _foreseen(state: State, bounced: np.ndarray, horizon: int) -> Foreseen:
    # A payment that will be reversed tomorrow is booked: tomorrow morning the invoice counts as paid.
    rows = state.unpaid[state.bounced[state.unpaid] < state.today]
    settled = np.empty((rows.size, horizon), dtype=np.float32)
    for at in range(0, rows.size, TILE):
        settled[at : at + TILE] = _settled(state, rows[at : at + TILE], bounced, horizon)
    who, serial = state.invoices.customer[rows], state.invoices.serial[rows]
    ids = identifiers("INV-", (state.customers.number[who], 5), (serial, 4))
    return Foreseen(np.asarray(ids.to_numpy(zero_copy_only=False)), state.cents[rows], settled)


def _settled(state: State, rows: np.ndarray, bounced: np.ndarray, horizon: int) -> np.ndarray:
    """P(settled on the k-th day from tomorrow on) of some open invoices, (len(rows), horizon)."""
    plans = state.plans.take(rows)
    # Nobody contests an invoice twice.
    plans = replace(plans, disputed=np.where(state.was_disputed[rows], 0.0, plans.disputed))
    mass = state.mass[:, rows]
    # What is left of an open invoice is above its patience, which is above zero; who is out of business pays nothing.
    mass = mass * state.there(rows) / (mass.sum(axis=0) + state.never[rows])
    strength, press = None, state.press[rows]
    if press.any():
        since = state.today - state.pressed[rows] + np.arange(horizon + 1)[:, None]
        strength = np.exp(press * worn(state.settings, since))
    within = forward(
        plans, mass, state.last[:, rows], np.full(rows.size, state.today), state.squeezed(rows),
        np.full(rows.size, state.shared()), state.weather.chances, state.calendar, horizon, bounced, strength,
    )  # fmt: skip
    return np.diff(within, axis=0).T


def _ordered(parts: list[Foreseen], order: pd.Index) -> Foreseen:
    joined = Foreseen(*(np.concatenate([getattr(p, name) for p in parts]) for name in Foreseen.__dataclass_fields__))
    return joined.take(np.argsort(order.get_indexer(pd.Index(joined.invoice_id))))
