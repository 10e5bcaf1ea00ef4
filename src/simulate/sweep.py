"""What nobody published is swept: worlds over a range of what contacts do and of how many promises are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from ..ledger.schema import NO_DAY, days
from .calibration import calibration
from .policies import Ladder
from .settings import Settings
from .view import Policy
from .world import World, simulate

EFFECTS = (0.0, 0.5, 1.0, 1.5)
"""Factors on what contacts do: from nothing to half as much again."""

CAUTIONS = (0.25, 1.0, 4.0)
"""Factors on how far ahead promised days lie: from rash promises to careful ones."""

FAR = 60
"""Days after due at which days late are cut off when means are taken: unpaid by then counts as that."""


def sweep(
    customers: int = 300,
    months: int = 12,
    seed: int = 0,
    effects: Sequence[float] = EFFECTS,
    cautions: Sequence[float] = CAUTIONS,
    *,
    policy: Policy | None = None,
    settings: Settings | None = None,
) -> pd.DataFrame:
    """Draw the same customers under other assumptions, and tell what a policy does to them.

    Parameters
    ----------
    customers, months, seed : of each world, as of :func:`.simulate`.
    effects : factors on what contacts do; naming the sender (``Effects.named``) is such a factor too.
    cautions : factors on how far ahead promised days lie.
    policy : whose worth is told; None = the usual ladder. settings : on which the factors work; None = the easy world.

    Returns
    -------
    One row per world: ``effect``, ``caution``, ``promises_kept`` (share, as on the calibration page), ``late`` (share),
    ``days_late`` (mean of days late up to :data:`FAR`) and ``days_saved``: by how many days that mean lies below that
    of the same world without any contact. With ``effect`` 0 it is 0.
    """
    base = settings or Settings()
    alone = _days_late(simulate(customers, months, seed, policy=None, settings=base, truth="none"))
    rows = []
    for effect in effects:
        for caution in cautions:
            chosen = replace(base, effects=base.effects.times(effect), caution=base.caution * caution)
            world = simulate(customers, months, seed, policy=policy or Ladder(), settings=chosen, truth="none")
            found = calibration(world.ledger)
            mean = _days_late(world)
            rows.append((effect, caution, found.value("promises_kept"), found.value("late"), mean, alone - mean))
    return pd.DataFrame(rows, columns=["effect", "caution", "promises_kept", "late", "days_late", "days_saved"])


def _days_late(world: World) -> float:
    settled, due = days(world.truth["settled_on"]), days(world.ledger.invoices["due_on"])
    return float(np.minimum(np.where(settled == NO_DAY, FAR, settled - due), FAR).mean())
