"""What a policy says differently for a segment, a customer or an invoice, row by row."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger.schema import NO_DAY
from .policy import CHANNELS, Override, Policy
from .situation import Situation

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

LEVELS = ("segments", "customers", "invoices")
"""Who may have overrides; the last one that says something counts."""


@dataclass(frozen=True)
class Resolved:
    """What counts for each of n invoices.

    Attributes
    ----------
    stopped : (n,) the level that stops it, as a position in :data:`LEVELS`, -1 if none does. stop_until : (n,) day,
        NO_DAY if open. channel : (n,) position of the only channel, -1 = any. ladder : (n,) position in
        ``policy.ladders``. solvent : (n,) whether a notice of insolvency was none.
    """

    stopped: Ints
    stop_until: Ints
    channel: Ints
    ladder: Ints
    solvent: Flags


def resolve(policy: Policy, situation: Situation) -> Resolved:
    """What counts for each row; a stop holds until the last day that any level names."""
    n = len(situation)
    found = Resolved(
        np.full(n, -1), np.full(n, NO_DAY), np.full(n, -1), np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool)
    )
    if not policy.overrides:
        return found
    latest = np.full(n, -1)
    for level, (name, rows) in enumerate(_places(policy, situation)):
        said = list(getattr(policy, name).values())
        there = np.flatnonzero(rows >= 0)
        for place in np.unique(rows[there]):
            of = there[rows[there] == place]
            override: Override = said[place]
            if override.stop and situation.today < override.until:
                longer = of[override.until >= latest[of]]
                latest[longer], found.stopped[longer] = override.until, level
            if override.channel:
                found.channel[of] = CHANNELS.index(override.channel)
            if override.steps:
                found.ladder[of] = policy.ladders.index(override.steps)
            found.solvent[of] |= override.solvent
    found.stop_until[:] = np.where(found.stopped >= 0, latest, NO_DAY)
    return found


def _places(policy: Policy, situation: Situation) -> list[tuple[str, Ints]]:
    """By level the position of each row's override, -1 if it has none."""
    keys = (situation.segment, situation.customer_id, situation.invoice_id)
    found = []
    for name, key in zip(LEVELS, keys, strict=True):
        names = pd.Index(list(getattr(policy, name)), dtype=object)
        found.append((name, names.get_indexer(pd.Index(np.asarray(key, dtype=object))).astype(np.int64)))
    return found


def override_of(policy: Policy, level: int, segment: str, customer_id: str, invoice_id: str) -> Override | None:
    """The override of one level that is about an invoice."""
    said: Override | None = getattr(policy, LEVELS[level]).get((segment, customer_id, invoice_id)[level])
    return said


def held_out(customer_id: NDArray[np.generic], share: float, seed: int = 0) -> Flags:
    """(n,) whether each customer belongs to a share that is chosen by chance, and stays in it from day to day.

    The chance is a hash of the seed and the customer's number, so that it depends on no other customer. It is that of
    :func:`paybench.decide.evaluate.held_out` with the seed as its salt.
    """
    if share <= 0:
        return np.zeros(len(customer_id), dtype=bool)
    numbers, names = pd.factorize(np.asarray(customer_id, dtype=object))
    chosen = np.array([_drawn(str(name), seed) < share for name in names], dtype=bool)
    return chosen[numbers]


@lru_cache(maxsize=1 << 20)
def _drawn(name: str, seed: int) -> float:
    digest = hashlib.sha256(f"{seed}\x1f{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2.0**64
