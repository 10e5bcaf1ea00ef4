"""What moves a version's P(late) over all of the gate's rows: exact attributions, and steps that are no feature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...explain.attributions import attributions
from ...features import Habits, all_features
from ...models.learn.bundle import DAY_BY_DAY, Bundle

Floats = NDArray[np.float64]

TREES, CALIBRATOR, HAZARD = "trees", "calibrator", "hazard"
"""Steps from the classifier's trees to what is served."""
BINS = 12
"""Points of a line of dependence, at most."""


@dataclass(frozen=True)
class Explained:
    """Attributions of n rows.

    Attributes
    ----------
    X : (n, k) what each column of ``values`` is about: features, and what the hazard says.
    values : (n, k) attributions in percentage points of P(late). base : (n,) theirs, in points.
    served : (n,) P(late) as a score table has it, in points. gap : the largest difference of a row's sum from it.
    steps : indexed by step: mean (P(late) after it, points), moved and most (mean and largest move of a row, points).
    """

    X: pd.DataFrame
    values: pd.DataFrame
    base: Floats
    served: Floats
    gap: float
    steps: pd.DataFrame

    @property
    def importance(self) -> pd.Series:
        """Mean absolute attribution of each column in points, the largest first."""
        effect = self.values.abs().mean()
        return effect.iloc[np.lexsort((effect.index.to_numpy(), -effect.to_numpy()))]

    @property
    def families(self) -> pd.Series:
        """Mean absolute sum of each family's attributions in points, the largest first; the hazard is its own."""
        family = {f.name: f.family for f in all_features()} | {DAY_BY_DAY: HAZARD}
        whole = self.values.T.groupby([family.get(str(c), "own") for c in self.values]).sum().T
        return whole.abs().mean().sort_values(ascending=False, kind="stable")


def explained(bundle: Bundle, rows: pd.DataFrame, past: Habits) -> Explained | None:
    """Explain a bundle on rows.

    Parameters
    ----------
    bundle : as it serves. rows : features, with as_of in the index. past : of the rows' customers.

    Returns
    -------
    None if it has no classifier.

    Raises
    ------
    PaybenchError
        If the rows lack a feature that it was trained with.
    """
    if bundle.late is None or bundle.late_encoder is None:
        return None
    said, seen = bundle.predict_seen(past, rows)
    parts = attributions(bundle, seen)
    served = said.later_than(bundle.grace_days)
    raw = np.asarray(bundle.late.predict(bundle.late_encoder.transform(seen), num_threads=1), dtype=np.float64)
    calibrated = 1.0 - bundle.late_calibrator(1.0 - raw)
    values = parts.drop(columns="base")
    steps = {TREES: (raw, None), CALIBRATOR: (calibrated, raw), HAZARD: (served, calibrated)}
    return Explained(
        seen[[*values]],
        100 * values,
        100 * parts["base"].to_numpy(dtype=np.float64),
        100 * served,
        100 * float(np.abs(parts.sum(axis=1).to_numpy() - served).max()),
        pd.DataFrame({name: _step(*both) for name, both in steps.items()}).T.rename_axis("step"),
    )


def _step(after: Floats, before: Floats | None) -> dict[str, float]:
    moved = np.zeros(1) if before is None else np.abs(after - before)
    return {"mean": 100 * after.mean(), "moved": 100 * moved.mean(), "most": 100 * moved.max()}


@dataclass(frozen=True)
class Line:
    """Mean attribution (points) over bins of a feature's values, and how many rows each bin has."""

    x: Floats
    y: Floats
    n: NDArray[np.int64]


def codes(values: pd.Series) -> tuple[Floats, list[str]]:
    """Values as numbers with their names: of a category its names in their order, of a number none."""
    if pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(dtype=np.float64), []
    text = values.astype("str").where(values.notna())
    code, names = pd.factorize(text, sort=True)
    return np.where(code < 0, np.nan, code.astype(np.float64)), [str(name) for name in names]


def line(x: Floats, y: Floats) -> Line:
    """Mean of y over x: at each value if they are few, else in bins of about equal count. Missing x are left out."""
    known = np.isfinite(x)
    x, y = x[known], y[known]
    values = np.unique(x)
    if len(values) > BINS:
        edges = np.unique(np.quantile(x, np.arange(1, BINS) / BINS, method="lower"))
        place = np.searchsorted(edges, x, side="left")
    else:
        place = np.searchsorted(values, x)
    n = np.bincount(place) if len(place) else np.zeros(0, dtype=np.int64)
    some = n > 0
    mean = [np.bincount(place, v, minlength=len(n))[some] / n[some] for v in (x, y)] if len(place) else [x, y]
    return Line(mean[0], mean[1], n[some])


@dataclass(frozen=True)
class Changed:
    """Two versions' explanations of the same rows.

    Attributes
    ----------
    table : indexed by column, the largest of both first: now, before (mean absolute attribution, points), curve (how
        far the two lines of dependence are apart, on average over rows, points).
    moved : mean absolute difference of P(late), points. together : its rank correlation.
    """

    table: pd.DataFrame
    moved: float
    together: float


def changed(now: Explained, before: Explained) -> Changed:
    """What differs, both on the same rows."""
    names = [*now.values, *(c for c in before.values if c not in now.values)]
    table = pd.DataFrame(
        {
            "now": now.importance.reindex(names).fillna(0.0),
            "before": before.importance.reindex(names).fillna(0.0),
            "curve": [_apart(now, before, name) for name in names],
        },
        index=pd.Index(names, name="feature"),
    )
    order = np.lexsort((table.index.to_numpy(), -table[["now", "before"]].max(axis=1).to_numpy()))
    pair = pd.DataFrame({"now": now.served, "before": before.served})
    together = float(pair["now"].rank().corr(pair["before"].rank()))
    return Changed(table.iloc[order], float((pair["now"] - pair["before"]).abs().mean()), together)


def _apart(now: Explained, before: Explained, name: str) -> float:
    sides = [e.values[name].to_numpy() if name in e.values else np.zeros(len(e.served)) for e in (now, before)]
    X = now.X if name in now.X else before.X
    x, _ = codes(X[name])
    if name == DAY_BY_DAY:  # each version's hazard says something of its own
        both = [line(codes(e.X[name])[0], s) for e, s in zip((now, before), sides, strict=True)]
        at = np.interp(both[0].x, both[1].x, both[1].y)
        return float(np.average(np.abs(both[0].y - at), weights=both[0].n)) if len(at) else 0.0
    ours, theirs = (line(x, side) for side in sides)
    return float(np.average(np.abs(ours.y - theirs.y), weights=ours.n)) if len(ours.n) else 0.0
