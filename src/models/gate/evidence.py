"""What the gate decides by: the same later rows, and what candidate and champion say of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..family.distribution import DaysLate
from ..judge.compare import EMPIRICAL
from ..learn.metrics import coverage
from .simpler import NOTHING, Complexity

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """Everything that the gate decides by.

    Attributes
    ----------
    rows : features, customer, late, y (days late, horizon + 1 = beyond), and ``p:`` and ``crps:`` of the baselines.
    ours : what the candidate's twin says of them. theirs : the champion's; None if the Baseline is the champion.
    horizon, grace_days : of the rows. gate_from : their first day. known : day whose knowledge theirs is, or None.
    leak_free : whether features keep still when the future goes; None if nobody looked.
    size, their_size : of the twins. baseline : metrics of the Baseline on the rows.
    """

    rows: pd.DataFrame
    ours: DaysLate
    theirs: DaysLate | None
    horizon: int
    grace_days: int
    gate_from: str
    known: str | None = None
    leak_free: bool | None = None
    size: Complexity = NOTHING
    their_size: Complexity = NOTHING
    baseline: dict[str, float] = field(default_factory=dict)

    @property
    def late(self) -> Floats:
        """(n,) 0 or 1."""
        return self.rows["late"].to_numpy(dtype=np.float64)

    @property
    def y(self) -> Floats:
        """(n,) days late, horizon + 1 = beyond."""
        return self.rows["y"].to_numpy(dtype=np.float64)

    @property
    def customers(self) -> pd.Index:
        """(n,)."""
        return pd.Index(self.rows["customer"])

    @cached_property
    def p_late(self) -> Floats:
        """(n,) ours."""
        return self.ours.later_than(self.grace_days)

    @cached_property
    def crps(self) -> Floats:
        """(n,) ours, in days."""
        return self.ours.crps(self.y, self.horizon)

    @cached_property
    def their_crps(self) -> Floats:
        """(n,) the champion's, in days."""
        if self.theirs is None:
            return self.rows[f"crps: {EMPIRICAL}"].to_numpy(dtype=np.float64)
        return self.theirs.crps(self.y, self.horizon)

    @cached_property
    def covered(self) -> Floats:
        """(n,) the part of each outcome inside our central 80 % interval."""
        return coverage(self.y, self.ours, 0.8, self.horizon)
