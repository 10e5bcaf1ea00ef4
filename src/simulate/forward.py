"""What is still to come of an invoice, exactly: the law of payment summed over all weeks that may follow.

The shortages are Markov chains and the minds have masses, so the distribution follows by carrying the mass of each
(shared state, own shortage, mind) forward day by day. Nothing is drawn, and nothing after the first day is looked at.
"""

from __future__ import annotations

import numpy as np

from .calendar import WEEK, Calendar
from .delays import CONTESTED, DISPUTE_WINDOW, FORGOTTEN, MINDS, REMEMBERED, Plans, chances
from .settings import WRITE_OFF

TILE = 2048
"""Invoices carried forward together: what they need fits into a processor's cache."""


def forward(
    plans: Plans,
    mass: np.ndarray,
    last: np.ndarray,
    day: np.ndarray,
    squeezed: np.ndarray,
    shared: np.ndarray,
    between: np.ndarray,
    calendar: Calendar,
    horizon: int,
    bounced: np.ndarray,
    strength: np.ndarray | None = None,
    touched: tuple[np.ndarray, np.ndarray] | None = None,
) -> np.ndarray:
    """P(settled within k days after ``day``), for k = 0..horizon.

    Parameters
    ----------
    mass, last : masses of the minds and what is left of the plans, both (MINDS, n), at the end of ``day``.
    day : (n,), all on one weekday. squeezed, shared : own and shared state on it, (n,).
    between : chances of the shared chain, of :class:`.liquidity.Weather`.
    bounced : chance that a payment of a day is reversed on the next, by day of the calendar.
    strength : e of the law for k = 0..horizon, (horizon + 1, n); None = 1.
    touched : of a contact at the end of the first day after ``day``: the chance to wake who has forgotten the invoice,
        and to end a dispute, (n,) each; None = there is none.

    Returns
    -------
    (horizon + 1, n), rising in k.
    """
    n, states = len(day), between.shape[1]
    masses = np.zeros((states, 2, MINDS, n))
    masses[shared, squeezed.astype(np.int64), :, np.arange(n)] = mass.T
    held, paid, back = plans.held[:, :, None, :], np.empty_like(masses), np.empty_like(masses)
    settled = np.zeros((horizon + 1, n))
    opens = int((plans.opens_on() - day).min(initial=horizon + 1))
    first_monday = int(-(day[0] - 4) % WEEK) or WEEK if n else WEEK
    youngest = int((day - plans.issued).min(initial=DISPUTE_WINDOW))
    offered = bool((plans.disputed > 0).any())
    returns = False
    for k in range(1, horizon + 1):
        today = day + k
        if (k - first_monday) % WEEK == 0 and k >= first_monday:
            masses = _next_week(masses, plans, between[calendar.week(today)])
        settled[k] = settled[k - 1]
        share = calendar.share(plans.rule, today)
        returned, returns = returns, False
        # Before any plan begins, and on days on which nothing leaves, nothing is paid.
        if k >= opens and share.any():
            chance, last = chances(plans, today, last, 1.0 if strength is None else strength[k], share)
            np.multiply(masses, held, out=paid)
            paid *= chance
            masses -= paid
            if returned:
                masses += back
            reversed_ = bounced[today - calendar.first]
            if reversed_.any():
                # What bounces is out of reach until the day after, which is never a Monday.
                np.multiply(paid, reversed_, out=back)
                paid -= back
                returns = True
            settled[k] += summed(paid.reshape(-1, n))
        elif returned:
            masses += back
        if offered and youngest + k <= DISPUTE_WINDOW:
            # Disputes are opened on working days.
            young = (today - plans.issued <= DISPUTE_WINDOW) * plans.disputed
            young *= calendar.workdays[today - calendar.first]
            moved = masses[:, :, :CONTESTED] * young
            masses[:, :, :CONTESTED] -= moved
            masses[:, :, CONTESTED] += moved.sum(axis=2)
        if touched is not None and k == 1:
            woken, solved = masses[:, :, FORGOTTEN] * touched[0], masses[:, :, CONTESTED] * touched[1]
            masses[:, :, REMEMBERED] += woken + solved
            masses[:, :, FORGOTTEN] -= woken
            masses[:, :, CONTESTED] -= solved
    return settled


def summed(rows: np.ndarray) -> np.ndarray:
    """The sum of rows from the first to the last: numpy's own sum adds a single column in another order."""
    total = rows[0].copy()
    for row in rows[1:]:
        total += row
    return total


def _next_week(masses: np.ndarray, plans: Plans, between: np.ndarray) -> np.ndarray:
    """A Monday: own shortages begin and end, customers go out of business, money becomes tight or eases."""
    well, short = masses[:, 0], masses[:, 1] * (1.0 - plans.dies)
    own = np.stack([well * (1 - plans.begins) + short * plans.ends, well * plans.begins + short * (1 - plans.ends)], 1)
    after = np.zeros_like(own)
    for i, j in np.argwhere(between.any(axis=0)):
        after[j] += between[:, i, j] * own[i]
    return after


def from_issue(
    plans: Plans,
    squeezed: np.ndarray,
    shared: np.ndarray,
    between: np.ndarray,
    calendar: Calendar,
    bounced: np.ndarray,
) -> np.ndarray:
    """P(settled within k days after issue) without any contact, (longest term + WRITE_OFF + 1, n); see :func:`forward`.

    What is known is the customer's character and its state on the day of issue.
    """
    horizon = int((plans.due - plans.issued).max(initial=0)) + WRITE_OFF
    last = np.ones((MINDS, len(plans.issued)))
    return forward(plans, plans.start(), last, plans.issued, squeezed, shared, between, calendar, horizon, bounced)
