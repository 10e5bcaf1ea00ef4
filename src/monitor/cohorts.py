"""How good the model turned out to be on what was issued after it was trained, by month of issue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..models.judge.parts import LEAST
from ..models.learn.metrics import FEW, calibration_noise, late_metrics, log_loss, skill
from .expected import expected

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ALL = "all"
"""The line of every month together."""
LOSSES = ("log_loss", "mae", "crps")
COLUMNS = [
    *["cohort", "issued", "customers", "expected_late", "expected_log_loss", "expected_accuracy", "expected_auc"],
    *["late_known", "late", "predicted", "log_loss", "log_loss_promised", "accuracy", "auc", "ece", "ece_chance"],
    *["days_known", "mae", "crps"],
    *[f"{loss}_{part}" for loss in LOSSES for part in ("skill", "low", "high")],
]
"""Columns of the table of cohorts."""


@dataclass(frozen=True)
class Issued:
    """What was issued from the day on which a model was trained, and what it said at issue.

    Attributes
    ----------
    months : (n,) of issue. customers : (n,).
    p_late : (n,) what the model said. late : (n,) 0 or 1, NaN where not matured.
    ours, theirs : (n,) losses in days (``mae``, ``crps``), NaN where not matured: of the model, and of the customer's
        own distribution as it was fitted on the same day.
    p_theirs : (n,) P(late) of that.
    same : whether the model is that distribution itself, so that there is no skill to speak of.
    """

    months: NDArray[np.str_]
    customers: pd.Index
    p_late: Floats
    p_theirs: Floats
    late: Floats
    ours: dict[str, Floats]
    theirs: dict[str, Floats]
    same: bool = False

    def __len__(self) -> int:
        return len(self.p_late)


def cohorts(issued: Issued) -> pd.DataFrame:
    """One row per month of issue, and one of all (the last); :data:`COLUMNS`.

    - expected_* : of all that was issued, by :func:`~.expected.expected`;
    - of those whose lateness has matured (late_known): the share late and predicted, log loss, the log loss promised
      (expected of the same rows), accuracy, AUC, calibration error and that which chance alone gives;
    - of those whose days have matured (days_known): mean absolute error and CRPS in days;
    - skill against the customer's own distribution with its 95 % interval by customer; intervals are missing of fewer
      than 30 invoices or 5 customers.
    """
    months = sorted(set(issued.months.tolist()))
    found = [_cohort(month, issued, issued.months == month) for month in months]
    found.append(_cohort(ALL, issued, np.ones(len(issued), dtype=bool)))
    return pd.DataFrame(found, columns=COLUMNS)


def _cohort(name: str, issued: Issued, mine: Flags) -> dict[str, object]:
    row: dict[str, object] = {
        "cohort": name,
        "issued": int(mine.sum()),
        "customers": int(issued.customers[mine].nunique()),
        **{f"expected_{key}": value for key, value in expected(issued.p_late[mine]).items()},
    }
    known = mine & ~np.isnan(issued.late)
    ripe = mine & ~np.isnan(issued.ours["crps"])
    row |= {"late_known": int(known.sum()), "days_known": int(ripe.sum())}
    if known.any():
        late, p = issued.late[known], issued.p_late[known]
        metrics = late_metrics(late, p)
        row |= {key: metrics[key] for key in ("log_loss", "auc", "ece")}
        row |= {
            "late": float(late.mean()),
            "predicted": float(p.mean()),
            "log_loss_promised": expected(p)["log_loss"],
            "accuracy": float(((p > 0.5) == (late > 0.5)).mean()),
            "ece_chance": calibration_noise(p),
        }
        losses = [log_loss(late, said[known]) for said in (issued.p_late, issued.p_theirs)]
        row |= _skill("log_loss", losses[0], losses[1], issued, known)
    if ripe.any():
        for loss in ("mae", "crps"):
            ours, theirs = issued.ours[loss][ripe], issued.theirs[loss][ripe]
            row |= {loss: float(ours.mean()), **_skill(loss, ours, theirs, issued, ripe)}
    return row


def _skill(loss: str, ours: Floats, theirs: Floats, issued: Issued, rows: Flags) -> dict[str, float]:
    if issued.same:
        return {}
    customers = issued.customers[rows]
    gain, low, high = skill(ours, theirs, customers)
    if rows.sum() < LEAST or customers.nunique() < FEW:
        low = high = np.nan
    return {f"{loss}_skill": gain, f"{loss}_low": low, f"{loss}_high": high}
