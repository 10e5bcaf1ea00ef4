"""Two levels of each account, held from month to month until a move is sure enough."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .estimates import Estimates
from .facts import Facts, Floats, Ints
from .settings import Settings
from .shrink import Shrunk

Levels = NDArray[np.int8]

NONE = -1
"""The level of an account that was not billed yet."""


@dataclass(frozen=True)
class Held:
    """Where accounts stand, (accounts, 2): risk and value.

    Attributes
    ----------
    level : positions in ``words.RISKS`` and ``words.VALUES``; NONE before the first invoice.
    beyond : months running in which the estimate alone said another level.
    """

    level: Levels
    beyond: Ints

    @classmethod
    def nothing(cls, accounts: int) -> Held:
        """Before the first month."""
        return cls(np.full((accounts, 2), NONE, dtype=np.int8), np.zeros((accounts, 2), dtype=np.int64))

    def put(self, rows: Ints, part: Held) -> Held:
        """The same with some rows replaced."""
        level, beyond = self.level.copy(), self.beyond.copy()
        level[rows], beyond[rows] = part.level, part.beyond
        return replace(self, level=level, beyond=beyond)

    def take(self, rows: Ints) -> Held:
        """Those of some rows."""
        return Held(self.level[rows], self.beyond[rows])


@dataclass(frozen=True)
class Borders:
    """Between levels, (accounts, 2) each: days overdue, and logarithms of what is billed a year."""

    risk: Floats
    value: Floats


def borders(facts: Facts, found: Estimates, settings: Settings) -> Borders:
    """Fixed days; and the billing from which on the largest customers bring the settings' shares of a currency."""
    risk = np.broadcast_to([settings.slow, settings.risky], (len(facts.accounts), 2))
    value = np.zeros((len(facts.accounts), 2))
    currency = facts.accounts["currency"].to_numpy(dtype=object)
    amount = np.exp(found.billing.mean)
    for one in np.unique(currency[found.there]):
        mine = np.flatnonzero(found.there & (currency == one))
        falling = mine[np.argsort(-amount[mine], kind="stable")]
        reached = np.cumsum(amount[falling]) / amount[falling].sum()
        last = np.minimum(np.searchsorted(reached, [settings.middle, settings.large]), len(falling) - 1)
        value[mine] = found.billing.mean[falling[last]]
    # The account at which a share is reached belongs to those above.
    return Borders(risk, value - 1e-9)


def step(before: Held, found: Estimates, at: Borders, settings: Settings) -> Held:
    """The levels of a month, given those of the month before.

    A level stays while it is plausible: while the estimate, give or take the margin, reaches into it. Otherwise the
    nearest plausible one takes its place. What stays although the estimate lies beyond the border moves after the
    settings' patience. A newcomer begins where its group's centre lies.
    """
    columns = [
        _one(before.level[:, k], before.beyond[:, k], shrunk, limits, settings)
        for k, (shrunk, limits) in enumerate(((found.days, at.risk), (found.billing, at.value)))
    ]
    level, beyond = (np.stack(pair, axis=1) for pair in zip(*columns, strict=True))
    there = found.there[:, None]
    return Held(np.where(there, level, before.level).astype(np.int8), np.where(there, beyond, before.beyond))


def plain_levels(found: Estimates, at: Borders) -> Levels:
    """What the estimates alone say, (accounts, 2)."""
    pair = [_levels(found.days.mean, at.risk), _levels(found.billing.mean, at.value)]
    return np.stack(pair, axis=1).astype(np.int8)


def _one(level: Levels, beyond: Ints, found: Shrunk, limits: Floats, settings: Settings) -> tuple[Ints, Ints]:
    doubt = settings.margin * found.sd
    begun = np.where(level == NONE, _levels(found.prior, limits), level)
    held = np.clip(begun, _levels(found.mean - doubt, limits), _levels(found.mean + doubt, limits))
    plain = _levels(found.mean, limits)
    count = np.where(plain == held, 0, beyond + 1)
    tired = count >= settings.patience
    return np.where(tired, plain, held), np.where(tired, 0, count)


def _levels(value: Floats, limits: Floats) -> Ints:
    return (value[:, None] > limits).sum(axis=1)
