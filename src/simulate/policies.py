"""Policies that decide what is sent, to log ledgers with: a ladder, chance, and one with hidden reasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .settings import CHANNELS, TONES
from .view import NOTHING, Actions, Policy, View


@dataclass(frozen=True)
class Ladder:
    """The usual dunning: one step after the other, a share of the decisions left to chance.

    A step falls due ``days`` after the due date and not within ``gap`` days of the last decision on the invoice or of
    anything sent to the customer. It waits while a dispute is open and while a promise can still be kept. Per customer
    and day at most one step is taken, on the largest open amount. Channels that the customer forbade are left out.

    Attributes
    ----------
    days, channels, tones : of the steps. gap : days. explore : share of decisions that are uniform over nothing and the
        allowed channels, in the tone of the step; the propensity of what was decided is logged.
    """

    days: tuple[int, ...] = (3, 10, 21, 35)
    channels: tuple[str, ...] = ("email", "email", "phone", "letter")
    tones: tuple[str, ...] = ("friendly", "reminder", "firm", "final")
    gap: int = 6
    explore: float = 0.15
    name: str = "ladder"

    def __call__(self, view: View) -> Actions | None:
        """Decide on a morning."""
        if not view.workday or not len(view):
            return None
        due = np.array([*self.days, 10**6])[np.minimum(view.step, len(self.days))]
        ripe = (view.days_overdue >= due) & (np.minimum(view.since, view.customer_since) >= self.gap)
        ripe &= ~view.disputed & (view.promised_on + 3 < view.today)
        rows = largest_of_each(view, np.flatnonzero(ripe & view.allowed.any(axis=1)))
        if not rows.size:
            return None
        step, allowed = view.step[rows], view.allowed[rows]
        usual = np.array([CHANNELS.index(c) for c in self.channels])[step]
        # Who forbade the step's channel is written to on the first that is allowed.
        usual = np.where(allowed[np.arange(rows.size), usual], usual, allowed.argmax(axis=1))
        choices = allowed.sum(axis=1) + 1
        pick = (view.uniform(1)[rows] * choices).astype(np.int64)
        nth = np.argsort(~allowed, axis=1, kind="stable")[np.arange(rows.size), np.maximum(pick - 1, 0)]
        chance = np.where(pick == 0, NOTHING, nth)
        channel = np.where(view.uniform(0)[rows] < self.explore, chance, usual)
        propensity = self.explore / choices + (1 - self.explore) * (channel == usual)
        tone = np.array([TONES.index(t) for t in self.tones])[step]
        return Actions(rows, channel, tone, propensity)


@dataclass(frozen=True)
class Randomised:
    """An experiment: every ``every`` days after due each overdue invoice gets nothing or a contact, uniformly.

    Attributes
    ----------
    options : pairs of channel and tone; nothing is one more option. first : days after due of the first decision.
    """

    options: tuple[tuple[str, str], ...] = (("email", "friendly"), ("email", "firm"), ("phone", "reminder"))
    every: int = 14
    first: int = 3
    name: str = "random"

    def __call__(self, view: View) -> Actions | None:
        """Decide on a morning."""
        rows = _ripe(view, self.first, self.every)
        if not rows.size:
            return None
        pick = (view.uniform(0)[rows] * (len(self.options) + 1)).astype(np.int64) - 1
        channel = np.array([CHANNELS.index(c) for c, _ in self.options])[np.maximum(pick, 0)]
        tone = np.array([TONES.index(t) for _, t in self.options])[np.maximum(pick, 0)]
        return Actions(
            rows, np.where(pick < 0, NOTHING, channel), tone, np.full(rows.size, 1 / (len(self.options) + 1))
        )


@dataclass(frozen=True)
class Confounded:
    """Collectors who call whom they know to be in trouble, and log as if they had thrown a coin.

    The chance of a call rises with the customer's hidden shortage of cash; the logged propensity is 1/2. Contacts
    then go along with late payment although they help: whoever takes the log at its word gets the sign wrong.

    Attributes
    ----------
    strength : log odds of a call per standard deviation of hidden shortage.
    """

    strength: float = 1.5
    every: int = 14
    first: int = 3
    channel: str = "phone"
    tone: str = "reminder"
    name: str = "confounded"
    sees_hidden: bool = True

    def __call__(self, view: View) -> Actions | None:
        """Decide on a morning."""
        rows = _ripe(view, self.first, self.every)
        if not rows.size:
            return None
        call = view.uniform(0)[rows] < 1.0 / (1.0 + np.exp(-self.strength * view.hidden[rows]))
        channel = np.where(call, CHANNELS.index(self.channel), NOTHING)
        return Actions(rows, channel, np.full(rows.size, TONES.index(self.tone)), np.full(rows.size, 0.5))


POLICIES: dict[str, Policy | None] = {
    "none": None,
    "ladder": Ladder(),
    "random": Randomised(),
    "confounded": Confounded(),
}
"""The policies by name; ``none`` sends nothing."""


def largest_of_each(view: View, rows: np.ndarray) -> np.ndarray:
    """Of each customer's rows the one with the largest open amount, the earliest if they tie."""
    order = rows[np.lexsort((view.invoice[rows], -view.cents_open[rows], view.customer[rows]))]
    who = view.customer[order]
    return np.sort(order[np.r_[True, who[1:] != who[:-1]]]) if order.size else order


def _ripe(view: View, first: int, every: int) -> np.ndarray:
    ripe = view.workday & (view.days_overdue >= first) & (view.since >= every) & ~view.disputed
    return np.flatnonzero(ripe & view.allowed.all(axis=1))
