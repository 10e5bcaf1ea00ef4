"""How far to trust it: rivals, calibration, parts of the book and drift, as text and paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...explain.trust import METRICS
from ...explain.vector_trust import UNIT, about_zero, histogram, interval, reliability
from ...models.judge.compare import EMPIRICAL, LOSSES, MODEL
from ...models.training.candidate import UNTUNED
from ...monitor.drift import LOOK, STRONG
from ...pages import Language
from .judged import Judged
from .moved import Moved
from .said import feature_label, number, plus, share, signed, tick
from .told import told

if TYPE_CHECKING:
    from .page import Findings

DRIFTED = 10
"""Features in the table of drift."""


def rivals(found: Findings, t: Language) -> dict[str, Any]:
    """The figures of every model, and the gains over each."""
    assert found.judged is not None
    figures = found.about.card["figures"]
    kept = {n: f for n, f in figures.items() if n != UNTUNED or f != figures[MODEL]}
    gate = found.about.gate
    rows = [_figures(told(name, t), values, t, name == MODEL) for name, values in kept.items()]
    if (
        gate is not None
        and gate.figures
        and any(abs(gate.figures["auc"] - f.get("auc", 2)) < 1e-4 for f in kept.values())
    ):
        gate = None  # it is one of these: the Baseline
    if gate is not None and gate.figures:
        rows.insert(1, _figures(t("the champion then, {version}", version=gate.champion), gate.figures, t, False))
    table = found.judged.rivals
    scales = {loss: about_zero(table.xs(loss, level="loss")[["low", "high"]].to_numpy().ravel()) for loss in LOSSES}
    names = [n for n in figures if n not in (MODEL, UNTUNED)]
    gains = [
        {
            "name": told(name, t),
            "main": name == EMPIRICAL,
            "cells": [_gain(table, name, loss, scales[loss], t) for loss in LOSSES],
        }
        for name in (EMPIRICAL, *(n for n in names if n != EMPIRICAL))
    ]
    axes = [
        [{"at": s.percent(v), "text": signed(t, v, 0)} for v in s.ticks if s.percent(v) < 92] for s in scales.values()
    ]
    columns = [{"name": t(m.name), "meaning": t(m.meaning)} for m in METRICS]
    return {"columns": columns, "models": rows, "gains": gains, "axes": axes}


def _figures(name: str, values: dict[str, float], t: Language, ours: bool) -> dict[str, Any]:
    cells = []
    for m in METRICS:
        value = values.get(m.key, np.nan)
        cells.append(share(t, value, 1) if m.key == "coverage_80" else number(t, value, m.places))
    return {"name": name, "ours": ours, "cells": cells}


def _gain(table: pd.DataFrame, name: str, loss: str, across: Any, t: Language) -> dict[str, Any] | None:
    if (name, loss) not in table.index:
        return None
    value, low, high = (float(v) for v in table.loc[[(name, loss)]].to_numpy()[0])
    verdict = t("better") if low > 0 else t("worse") if high < 0 else t("may be chance")
    return {
        "text": signed(t, value),
        "range": t("{low} to {high}", low=signed(t, low), high=signed(t, high)),
        "said": verdict,
        "sure": low > 0,
        "paths": interval(value, low, high, across),
    }


def calibration(found: Findings, t: Language) -> dict[str, Any]:
    """Reliability with its counts, and how often intervals held."""
    assert found.judged is not None
    candidate = found.about.candidate
    bins = pd.DataFrame(candidate.bundle.about["reliability"])
    arrays = [bins[c].to_numpy(np.float64) for c in ("predicted", "observed", "n")]
    said = candidate.rows[f"p: {MODEL}"].to_numpy(np.float64)
    return {
        "paths": reliability(*arrays),
        "bars": histogram(said),
        "ticks": [{"at": UNIT.percent(v), "text": share(t, v, 0)} for v in UNIT.ticks],
        "up": [{"at": 100 - UNIT.percent(v), "text": share(t, v, 0)} for v in UNIT.ticks],
        "bins": [
            {"said": share(t, p), "came": share(t, o), "gap": plus(t, 100 * (p - o), 1), "n": t.number(n)}
            for p, o, n in zip(*arrays, strict=True)
        ],
        "off": number(t, 100 * found.about.card["figures"][MODEL]["ece"], 1),
        "levels": [
            {
                "level": share(t, float(str(level)), 0),
                "covered": share(t, row["covered"]),
                "width": number(t, row["width"], 1),
                "at": round(100 * float(str(level)), 1),
                "reached": round(100 * row["covered"], 1),
            }
            for level, row in found.judged.levels.to_dict("index").items()
        ],
    }


def parts(judged: Judged, t: Language) -> list[dict[str, Any]]:
    """Error on every part of the book, slice by slice."""
    table = judged.parts
    across = about_zero(table[["low", "high"]].to_numpy().ravel())
    found = []
    for name, rows in table.groupby(level="slice", sort=False):
        found.append(
            {
                "name": told(str(name), t),
                "rows": [_part(str(p), r, across, t) for p, r in rows.droplevel("slice").iterrows()],
            }
        )
    return found


def _part(part: str, row: pd.Series, across: Any, t: Language) -> dict[str, Any]:
    known = np.isfinite(row["low"])
    return {
        "part": told(part, t),
        "n": t.number(row["n"]),
        "customers": t.number(row["customers"]),
        "late": share(t, row["late"]),
        "said": share(t, row["predicted"]),
        "gap": plus(t, 100 * (row["predicted"] - row["late"]), 1),
        "wide": abs(row["predicted"] - row["late"]) > 0.1,
        "days": number(t, row["mae_ours"], 1),
        "coverage": share(t, row["coverage_80"], 0),
        "gain": signed(t, row["crps_skill"]),
        "range": t("{low} to {high}", low=signed(t, row["low"]), high=signed(t, row["high"]))
        if known
        else t("too few"),
        "paths": interval(row["crps_skill"], row["low"], row["high"], across) if known else None,
    }


def moved_table(moved: Moved, t: Language) -> dict[str, Any]:
    """The features that moved most, and how many moved more than chance and the past explain."""
    table = moved.table
    return {
        "same": moved.same,
        "training": moved.training,
        "then": t.number(moved.rows[0]),
        "now": t.number(moved.rows[1]),
        "count": int(table["drifted"].sum()),
        "of": len(table),
        "look": tick(t, LOOK),
        "strong": tick(t, STRONG),
        "rows": [
            {
                "label": feature_label(str(name), t),
                "psi": number(t, row["psi"], 3),
                "limit": number(t, row["limit"], 3),
                "drifted": bool(row["drifted"]),
                "then": share(t, row["missing_then"], 0),
                "now": share(t, row["missing_now"], 0),
            }
            for name, row in table.head(DRIFTED).iterrows()
        ],
    }
