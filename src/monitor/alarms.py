"""From figures to alarms: what is over its limit, whether that makes retraining due, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..explain.numbers import percent, plural
from ..models.gate.gate import LEAST_CUSTOMERS, LEAST_ROWS, MOST_ECE
from .drift import LOST

STALE_DAYS = 180
"""Age of a model in days from which it is retrained whatever else is seen: two quarter ends it did not learn from."""
NEW_LABELS = 0.25
"""Newly matured invoices, as a share of those that trained, from which training again is worth it: the gate keeps a
quarter of the matured rows for its judgement, so that all of it is new then."""
FAR = 2.0
"""How many times its limit the PSI of a feature that matters little must be to be worth a look: of so many features
some are above it by chance."""
NEVER_SEEN = 0.05
"""Share of recent invoices with a name that training did not know."""
COLUMNS = ["what", "value", "limit", "raised", "due", "said", "do"]
"""Columns of the table of alarms."""

TRAIN = "Train again with 'paybench train'; the gate decides whether the new version serves."
_NOTHING = "Nothing."
_LOSSES = {"crps": "skill by CRPS", "log_loss": "skill by log loss", "mae": "skill by mean absolute error"}
_JUDGES = ("crps", "log_loss")
"""The losses by which the gate decides, and so those whose skill lost makes retraining due."""


@dataclass(frozen=True)
class Age:
    """How old a model is.

    Attributes
    ----------
    days : since its as_of. trained : matured invoices that trained it. matured : as many have matured since.
    """

    days: int
    trained: int
    matured: int


def alarms(age: Age, drift: pd.DataFrame, cohorts: pd.DataFrame) -> pd.DataFrame:
    """Every check, raised or not, what makes retraining due first.

    Parameters
    ----------
    age : of the model. drift : of :func:`~.drift.drift`, with ``label``, ``importance``, ``important`` and ``name``
        (whether its values are names); its first row may be P(late). cohorts : of :func:`~.cohorts.cohorts`.

    Returns
    -------
    DataFrame with :data:`COLUMNS`: what is checked; value and limit as numbers; raised, whether it is over the limit;
    due, whether that makes retraining due; the same as a sentence; and what to do.
    """
    whole = cohorts.iloc[-1]
    found = [_stale(age), _labels(age), *_skill(whole), *_calibrated(whole), *_drift(drift), *_unseen(drift)]
    table = pd.DataFrame(found, columns=COLUMNS)
    rank = -table["due"].astype("int64") * 2 - table["raised"].astype("int64")
    return table.iloc[rank.argsort(kind="stable")].reset_index(drop=True)


def _check(what: str, value: float, limit: float, raised: bool, said: str, do: str, due: bool = True) -> dict[str, Any]:
    return {
        "what": what,
        "value": float(value),
        "limit": float(limit),
        "raised": bool(raised),
        "due": bool(raised and due),
        "said": said,
        "do": do if raised else _NOTHING,
    }


def _stale(age: Age) -> dict[str, Any]:
    said = f"The model knows nothing of the last {plural(age.days, 'day')}; {STALE_DAYS} are the limit."
    return _check("age of the model, days", age.days, STALE_DAYS, age.days > STALE_DAYS, said, TRAIN)


def _labels(age: Age) -> dict[str, Any]:
    limit = max(int(np.ceil(NEW_LABELS * age.trained)), 1)
    said = (
        f"The outcome of {plural(age.matured, 'invoice')} has become known since; "
        f"{limit:,} ({percent(NEW_LABELS)} of the {age.trained:,} that trained) are worth a training."
    )
    return _check("newly matured invoices", age.matured, limit, age.matured >= limit, said, TRAIN)


def _skill(whole: pd.Series) -> list[dict[str, Any]]:
    found = []
    for loss, name in _LOSSES.items():
        rows = int(whole["late_known" if loss == "log_loss" else "days_known"])
        gain, low, high = (whole[f"{loss}_{part}"] for part in ("skill", "low", "high"))
        if pd.isna(high) or rows < LEAST_ROWS or whole["customers"] < LEAST_CUSTOMERS:
            continue
        said = (
            f"On {plural(rows, 'invoice')} issued since and matured, it is {100 * gain:+.1f} % against each customer's "
            f"own past (95 % interval {100 * low:+.1f} % to {100 * high:+.1f} %)."
        )
        due = loss in _JUDGES
        do = TRAIN if due else "Look at its months in cohorts.csv; the gate does not judge by it, so it is no reason."
        found.append(_check(name, high, 0.0, high < 0, said, do, due))
    return found


def _calibrated(whole: pd.Series) -> list[dict[str, Any]]:
    if int(whole["late_known"]) < LEAST_ROWS or whole["customers"] < LEAST_CUSTOMERS:
        return []
    limit = max(MOST_ECE, 2 * float(whole["ece_chance"]))
    said = (
        f"{percent(whole['predicted'])} were said to be late and {percent(whole['late'])} were; the calibration error "
        f"is {whole['ece']:.3f}, of which {whole['ece_chance']:.3f} is chance."
    )
    do = "Do not take P(late) at its word; the order of the invoices may still be right. Training calibrates anew."
    return [_check("calibration error", whole["ece"], limit, whole["ece"] > limit, said, do, due=False)]


def _drift(drift: pd.DataFrame) -> list[dict[str, Any]]:
    score = drift["feature"] == SCORE
    shown = drift[drift["important"] & drift["drifted"] & ~score].sort_values("psi", ascending=False, kind="stable")
    found = [_moved(f"drift of {row['feature']}", row, TRAIN, due=True) for row in shown.to_dict("records")]
    if shown.empty and (drift["important"] & ~score).any():
        among = drift[drift["important"] & ~score]
        row = among.iloc[int((among["psi"] / among["limit"]).argmax())].to_dict()
        found.append(_moved(f"drift of {row['feature']}, the most of what matters", row, TRAIN, due=True))
    do = "See whether the new values are right; they move the model little, so that this alone is no reason to train."
    lost = drift["missing_now"] - drift["missing_then"] > LOST
    others = drift[drift["drifted"] & ~drift["important"] & ~score & ((drift["psi"] > FAR * drift["limit"]) | lost)]
    for row in others.sort_values("psi", ascending=False, kind="stable").to_dict("records"):
        found += [_moved(f"drift of {row['feature']}, which matters little", row, do, due=False)]
    do = "Look at drift.csv for what has changed; where nothing important has, the customers have."
    found += [_moved("drift of P(late)", row, do, due=False) for row in drift[score].to_dict("records")]
    return found


def _moved(what: str, row: dict[Any, Any], do: str, due: bool) -> dict[str, Any]:
    unseen = f"; {percent(row['unseen'])} lie outside what training saw" if row["unseen"] > 0 else ""
    rise = row["missing_now"] - row["missing_then"]
    lost = f"; {percent(row['missing_now'])} are missing, {percent(row['missing_then'])} were" if rise > LOST else ""
    said = (
        f"PSI {row['psi']:.2f} against what trained (limit {row['limit']:.2f}; chance alone up to {row['chance']:.2f}, "
        f"within the training time up to {row['before']:.2f}){unseen}{lost}."
    )
    return _check(what, row["psi"], row["limit"], row["drifted"], said, do, due)


def _unseen(drift: pd.DataFrame) -> list[dict[str, Any]]:
    do = "See whether the new values are right; the model takes them for 'anything else' until it is trained again."
    return [
        _check(
            f"new values of {row['feature']}",
            row["unseen"],
            NEVER_SEEN,
            row["unseen"] > NEVER_SEEN,
            f"{percent(row['unseen'])} of the recent invoices have a value that training never saw.",
            do,
            due=False,
        )
        for row in drift[drift["name"].astype(bool)].to_dict("records")
    ]


SCORE = "p_late"
"""The row of P(late) in the table of drift."""
