"""Whether what was said came true: reliability per question, and the PIT histogram of whole distributions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...features.labels import THRESHOLDS
from ..learn.folds import Rows
from ..learn.metrics import calibration_error, pit_histogram, reliability
from .prediction import Prediction

Floats = NDArray[np.float64]

TARGETS = ("late", *(f"late_{k}" for k in THRESHOLDS))
"""Questions of yes or no, by their columns in the labels."""


def reliability_tables(rows: Rows, said: Sequence[Prediction]) -> pd.DataFrame:
    """Predicted and observed share per question, model and tenth of the rows.

    Parameters
    ----------
    rows : at issue; where a question is not answered yet for every invoice due that day, a row is left out of it.
    said : whole distributions.

    Returns
    -------
    DataFrame indexed by target, model and bin: n, predicted, observed, ece and base_rate of the question. A question
    with one answer only among the rows is left out.
    """
    parts = {}
    for j, target in enumerate(TARGETS):
        outcome = rows.labels[target].to_numpy(dtype=np.float64)
        asked = ~np.isnan(outcome)
        if not 0 < outcome[asked].sum() < asked.sum():
            continue
        for p in said:
            chance = p.p_late if j == 0 else None if p.beyond is None else p.beyond[:, j - 1]
            if chance is not None:
                bins = reliability(outcome[asked], chance[asked])
                ece, base = calibration_error(outcome[asked], chance[asked]), outcome[asked].mean()
                parts[target, p.name] = bins.assign(ece=ece, base_rate=base)
    if not parts:
        return pd.DataFrame()
    return pd.concat(parts, names=["target", "model", "bin"])


def pit_table(said: Sequence[Prediction]) -> pd.DataFrame:
    """Share of outcomes in each tenth of their predicted distributions: one row per model, 0.1 everywhere is ideal."""
    found = {p.name: pit_histogram(p.pit) for p in said if p.pit is not None and len(p.pit)}
    names = [f"{k / 10:.1f} to {(k + 1) / 10:.1f}" for k in range(10)]
    return pd.DataFrame.from_dict(found, orient="index", columns=names).rename_axis("model")
