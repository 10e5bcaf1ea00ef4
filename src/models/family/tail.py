"""How payment goes on beyond the horizon: one pooled curve, because few invoices get there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .distribution import NEVER_AFTER

Floats = NDArray[np.float64]

_PRIOR_ROWS = 5.0  # each day's hazard is worth this many invoices of the mean hazard


def tail_mass(paid_day: Floats, censored_day: Floats, horizon: int, until: int = NEVER_AFTER) -> Floats:
    """P(paid k days late | unpaid at the horizon) for k = horizon + 1 .. until.

    A Kaplan-Meier curve whose daily hazards are shrunk toward their mean, so that the last of few invoices does not
    decide alone.

    Parameters
    ----------
    paid_day : (m,) days late of the invoices that were unpaid ``horizon`` days after due; NaN where not paid.
    censored_day : (m,) days after due up to which an unpaid one was observed (written off: infinity, it is never paid).
    horizon, until : in days after due.

    Returns
    -------
    (until - horizon,) probabilities; what is missing to 1 is never paid.
    """
    day = np.arange(horizon + 1, until + 1)
    ends = np.where(np.isnan(paid_day), censored_day, paid_day)
    at_risk = (ends[:, None] >= day[None, :]).sum(axis=0)
    paid = (paid_day[:, None] == day[None, :]).sum(axis=0)
    mean = (paid.sum() + 1.0) / (at_risk.sum() + 30.0)
    hazard = (paid + _PRIOR_ROWS * mean) / (at_risk + _PRIOR_ROWS)
    still = np.concatenate([[1.0], np.cumprod(1.0 - hazard)])
    mass: Floats = still[:-1] * hazard
    return mass
