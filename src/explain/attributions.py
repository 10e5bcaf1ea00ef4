"""Why an invoice is said to be late: SHAP values of P(late), which add up to what is served."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import PaybenchError
from ..files import replaced_file
from ..models.family.distribution import CLASSIFIER_SHARE, DaysLate, Floats, expit, logit, sure_logit
from ..models.learn.bundle import CAP, DAY_BY_DAY, Bundle
from .treeshap import Tables, build, read_tables


def attributions(bundle: Bundle, rows: pd.DataFrame, folder: Path | None = None) -> pd.DataFrame:
    """SHAP values of P(late), in probability: one column per feature, ``DAY_BY_DAY``, and ``base``.

    A row's values and its base add up to :meth:`~paybench.models.learn.bundle.Bundle.p_late`. The classifier's values
    are exact path-dependent TreeSHAP (Lundberg et al. 2020) in log-odds, recalibrated and weighted with it; what the
    daily hazard adds is one value, its log-odds less those of the average invoice. Each is carried to probability by
    the mean slope of the logistic curve between base and prediction (Aumann and Shapley 1974; Sundararajan, Taly and
    Yan 2017), so that shares and signs are kept.

    Parameters
    ----------
    bundle : whose classifier is explained. rows : as its ``seen`` gives them.
    folder : where the tables of its trees are kept (:func:`tables_of`).

    Raises
    ------
    PaybenchError
        If the bundle has no classifier: a baseline has no features.
    """
    if not bundle.late_text or bundle.late_encoder is None:
        raise PaybenchError("The champion is the Baseline, which looks at nothing but the customer's own past.")
    names = [*bundle.late_encoder.columns, DAY_BY_DAY, "base"]
    if rows.empty:
        return pd.DataFrame(columns=names, index=rows.index, dtype=np.float64)
    odds = tables_of(bundle, folder).contributions(bundle.late_encoder.transform(rows))
    usual = (1 - CLASSIFIER_SHARE) * logit(np.array([bundle.usual]))
    hazard = (1 - CLASSIFIER_SHARE) * sure_logit(bundle.day_by_day(rows))
    odds = odds * bundle.late_calibrator.slope
    odds[:, -1] -= bundle.late_calibrator.shift
    odds *= CLASSIFIER_SHARE
    parts = np.column_stack([odds[:, :-1], hazard - usual])
    start = odds[:, -1] + usual
    moved = parts.sum(axis=1)
    base, reached = expit(start), expit(start + moved)
    small = np.abs(moved) < 1e-6
    slope = np.where(small, base * (1 - base), (reached - base) / np.where(small, 1.0, moved))
    return pd.DataFrame(np.column_stack([parts * slope[:, None], base]), columns=names, index=rows.index)


def days_for_certainty(predicted: DaysLate, grace_days: int) -> Floats:
    """What certainty of being late would add to the expected days late, beside certainty of being in time, in days.

    Times an attribution of P(late) it is what that attribution changes in E[min(days late, 180)]: P(late) is set by
    scaling the distribution on either side of grace, so the expectation is linear in it, and base and contributions
    add up in days as they do in probability. It is exact for what runs through P(late), with the days on either side
    as the daily hazard has them for this invoice; what a feature moves within a side is not attributed.

    Parameters
    ----------
    predicted : of the bundle. grace_days : days after due that do not count as late.

    Returns
    -------
    (n,) days; 0 where being late is certain or impossible, so that there is no question left.
    """
    n = len(predicted.mass)
    late, in_time = (predicted.with_later_than(grace_days, p) for p in (np.ones(n), np.zeros(n)))
    gap: Floats = late.expected(CAP) - in_time.expected(CAP)
    return gap


def tables_of(bundle: Bundle, folder: Path | None = None) -> Tables:
    """The tables of the classifier's trees, built once per model.

    Parameters
    ----------
    folder : where they are kept for the next process, one model's at a time; what cannot be read is built anew, what
        cannot be written is not kept.
    """
    return _tables(bundle.late_text, folder)


@lru_cache(maxsize=4)
def _tables(text: str, folder: Path | None) -> Tables:
    if folder is None:
        return build(text)
    file = folder / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.npz"
    if file.is_file():
        with suppress(PaybenchError, OSError):
            return read_tables(BytesIO(file.read_bytes()), text)
    tables = build(text)
    with suppress(OSError, PaybenchError):
        folder.mkdir(parents=True, exist_ok=True)
        with replaced_file(file) as new:
            tables.save(new)
        for other in set(folder.glob("*.npz")) - {file}:
            other.unlink(missing_ok=True)
    return tables
