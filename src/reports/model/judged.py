"""How good a version is on the gate's rows, beyond what its training wrote down: by rival, by level, by part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...models.family.distribution import DaysLate
from ...models.judge.compare import EMPIRICAL, MODEL, Prediction, skills
from ...models.judge.parts import by_part
from ...models.learn.folds import Rows
from ...models.learn.metrics import coverage
from ...models.training.candidate import UNTUNED, Candidate

LEVELS = (0.5, 0.8, 0.95)
"""Central intervals whose coverage is told."""
KEYS = ("invoice", "customer", "as_of", "late", "y")
_SAID = ("p: ", "days: ", "crps: ")


@dataclass(frozen=True)
class Judged:
    """What the twin, which never saw these rows, says of them.

    Attributes
    ----------
    rivals : indexed by model and loss: skill = 1 - ours / theirs, low, high (95 %, by customer). That against the
        customer's own distribution is the training's own.
    levels : indexed by level: covered (share of outcomes inside), width (mean, days). The 80 % are the training's own.
    parts : of :func:`~paybench.models.judge.parts.by_part`, at issue.
    """

    rivals: pd.DataFrame
    levels: pd.DataFrame
    parts: pd.DataFrame


def features_of(rows: pd.DataFrame) -> pd.DataFrame:
    """The feature columns of the gate's rows."""
    return rows[[c for c in map(str, rows.columns) if c not in KEYS and not c.startswith(_SAID)]]


def as_rows(rows: pd.DataFrame) -> Rows:
    """The gate's rows as judges and bundles take them; ids stay hashed. Without as_of the hazard knows no weekday."""
    index = pd.MultiIndex.from_frame(
        rows[["invoice", "customer", "as_of"]], names=["invoice_id", "customer_id", "as_of"]
    )
    labels = rows[["late", "y"]].set_axis(["late", "days_late_capped"], axis=1).set_axis(index)
    return Rows(features_of(rows).set_axis(index), labels)


def judged(candidate: Candidate) -> Judged:
    """Every rival, level and part.

    Parameters
    ----------
    candidate : trained, not declined.
    """
    rows, about = candidate.rows, candidate.about
    horizon = int(about["horizon"])
    facts = as_rows(rows)
    said = candidate.twin.predict_from(candidate.past, rows)
    ours = _kept(rows, MODEL, coverage(facts.y, said, 0.8, horizon))
    found: dict[tuple[str, str], tuple[float, ...]] = {}
    for name in candidate.metrics.index:
        if name in (MODEL, UNTUNED):
            continue
        better = skills(ours, _kept(rows, str(name)), facts.late, facts.y, facts.customers, horizon)
        if name == EMPIRICAL:
            better |= {loss: (skill, low, high) for loss, (skill, low, high) in about["skill"].items()}
        found |= {(str(name), loss): values for loss, values in better.items()}
    index = pd.MultiIndex.from_tuples(found, names=["model", "loss"])
    rivals = pd.DataFrame(list(found.values()), index, columns=["skill", "low", "high"])
    levels = {level: _covered(facts.y, said, level, horizon) for level in LEVELS}
    levels[0.8] = (float(candidate.metrics["coverage_80"][MODEL]), float(candidate.metrics["width_80"][MODEL]))
    return Judged(
        rivals,
        pd.DataFrame.from_dict(levels, orient="index", columns=["covered", "width"]).rename_axis("level"),
        by_part(facts, (ours, _kept(rows, EMPIRICAL)), np.zeros(len(facts)), horizon, opened=False),
    )


def _kept(rows: pd.DataFrame, name: str, covered: np.ndarray | None = None) -> Prediction:
    """What a model said, as the training kept it."""
    p, days, crps = (rows[kind + name].to_numpy(np.float64) if kind + name in rows else None for kind in _SAID)
    return Prediction(name, p, days, crps, covered)


def _covered(y: np.ndarray, said: DaysLate, level: float, horizon: int) -> tuple[float, float]:
    edge = (1 - level) / 2
    low, high = (np.fmin(said.quantile(q), float(horizon)) for q in (edge, 1 - edge))
    return float(coverage(y, said, level, horizon).mean()), float((high - low).mean())
