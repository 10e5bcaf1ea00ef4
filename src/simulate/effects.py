"""What a contact would truly change, before it is made: the exact law of an invoice with and without it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .contacts import GAIN_DAYS, TIRED_DAYS, Blow, added, worn
from .forward import TILE, forward, summed
from .state import State


def effects(
    state: State, bounced: np.ndarray, invoice: np.ndarray, channel: np.ndarray, tone: np.ndarray, horizon: int
) -> dict[str, np.ndarray]:
    """Tell, on the morning of ``state.today``, what contacts of this day would do if nothing else is sent from then on.

    It is known what :class:`.foresight.Foreseen` knows. A contact works from tomorrow on: what is paid today is paid
    either way. Nothing is drawn, and nothing in the state is changed.

    Parameters
    ----------
    state : at the end of yesterday. bounced : of :func:`.payments.bounce_chances`.
    invoice : (n,) positions of open invoices, several times where several contacts are thought of.
    channel, tone : (n,) positions. horizon : days to look ahead, at least ``max(GAIN_DAYS)``.

    Returns
    -------
    Arrays (n,): ``base_k`` and ``settled_k`` for k of :data:`.contacts.GAIN_DAYS`, for 0 and for the horizon:
    P(settled within k days from today on) without and with the contact; ``days``: mean of min(days until settled,
    horizon) without it; ``days_saved``: by how much it lies lower with it.
    """
    if not invoice.size:
        return {name: np.zeros(0) for name in _names(horizon)}
    parts = [
        _tile(state, bounced, invoice[i : i + TILE], channel[i : i + TILE], tone[i : i + TILE], horizon)
        for i in range(0, invoice.size, TILE)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _names(horizon: int) -> list[str]:
    told = sorted({0, *GAIN_DAYS, horizon})
    return [*(f"{kind}_{k}" for kind in ("base", "settled") for k in told), "days", "days_saved"]


def _tile(
    state: State, bounced: np.ndarray, invoice: np.ndarray, channel: np.ndarray, tone: np.ndarray, horizon: int
) -> dict[str, np.ndarray]:
    """The same of so many that what they need fits into a processor's cache."""
    once, place = np.unique(invoice, return_inverse=True)
    base = _settled(state, bounced, once, horizon, None)[:, place]
    who, effect = state.invoices.customer[invoice], state.settings.effects
    blow = Blow.of(
        effect, channel, tone, state.customers.likes[who], state.kind(invoice, "yields"),
        state.tired[who] * 0.5 ** (1.0 / TIRED_DAYS), state.lost[who] * 0.5 ** (1.0 / effect.heals),
    )  # fmt: skip
    with_it = _settled(state, bounced, invoice, horizon, blow)
    out: dict[str, np.ndarray] = {}
    for kind, settled in (("base", base), ("settled", with_it)):
        out |= {f"{kind}_{k}": settled[k] for k in sorted({0, *GAIN_DAYS, horizon})}
    out["days"] = horizon - summed(base[:horizon])
    out["days_saved"] = summed((with_it - base)[:horizon])
    return out


def _settled(state: State, bounced: np.ndarray, rows: np.ndarray, horizon: int, blow: Blow | None) -> np.ndarray:
    """P(settled within k days from today on) for k = 0..horizon, (horizon + 1, n)."""
    plans = state.plans.take(rows)
    # Nobody contests an invoice twice.
    plans = replace(plans, disputed=np.where(state.was_disputed[rows], 0.0, plans.disputed))
    mass = state.mass[:, rows]
    left = mass.sum(axis=0) + state.never[rows]
    steps, yesterday = np.arange(horizon + 2)[:, None], state.today - 1
    there = state.cash.gone_on[state.invoices.customer[rows]] > yesterday
    mass = mass * there / np.where(left > 0, left, 1.0)
    # Days since the pressure was put, as of yesterday, when what is to come begins.
    press, since = state.press[rows], yesterday - state.pressed[rows]
    strength = np.exp(press * worn(state.settings, since + steps)) if press.any() or blow is not None else None
    if blow is not None and strength is not None:
        begun, ago = added(state.settings, press, since + 1, blow.press)
        strength[2:] = np.exp(begun * worn(state.settings, ago + steps[1:-1]))
    within = forward(
        plans, mass, state.last[:, rows], np.full(rows.size, yesterday), state.squeezed_on(rows, yesterday),
        np.full(rows.size, state.shared_on(yesterday)), state.weather.chances, state.calendar, horizon + 1, bounced,
        strength, None if blow is None else (blow.reach, blow.solve),
    )  # fmt: skip
    return within[1:]
