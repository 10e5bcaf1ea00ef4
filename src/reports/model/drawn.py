"""Why it says what it says: importance, beeswarm, dependence and steps, as text and paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...explain.vector import Scale, scale, some
from ...explain.vector_shap import THIRDS, cloud, curve, room, span, swarm, thirds
from ...models.learn.bundle import DAY_BY_DAY
from ...pages import Language
from .explained import CALIBRATOR, HAZARD, TREES, Explained, codes, line
from .said import FAMILIES, date, feature_label, feature_unit, number, plus, tick

if TYPE_CHECKING:
    from .page import Findings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TOP, LINES = 10, 6
"""Columns in the beeswarm, and with a picture of dependence."""
DOTS = 800
"""Invoices in a picture."""
COMPARED = 10
"""Columns in the table of what changed."""


def explanation(found: Findings, t: Language) -> dict[str, Any]:
    """Everything about one version's attributions."""
    why = found.explained
    assert why is not None
    effect = why.importance
    names, shown = [str(name) for name in effect.index if name != DAY_BY_DAY], some(len(why.values), DOTS)
    top = [name for name in names if effect[name] >= 0.005][:TOP]
    families = why.families
    return {
        "rows": t.number(len(why.values)),
        "dots": t.number(len(shown)),
        "gap": f"{why.gap:.1e}".replace("e-", "e\N{MINUS SIGN}"),
        "base": number(t, float(why.base.mean()), 1),
        "families": [
            {
                "name": t(FAMILIES[str(name)] if name in FAMILIES else FAMILIES["own"]),
                "effect": number(t, value, 1),
                "width": round(100 * value / (families.max() or 1.0), 2),
            }
            for name, value in families.items()
        ],
        "swarms": [_swarms(why, some_, shown, t) for some_ in ([DAY_BY_DAY], top) if some_],
        "left": t.number(len(names) - len(top)),
        "rest": number(t, float(effect[names[len(top) :]].sum()), 1),
        "lines": [_dependence(found, name, shown, t) for name in (DAY_BY_DAY, *top[: LINES - 1])],
        "steps": _steps(why, t),
        "compared": found.before is not None and found.about.before is not None and found.about.before.label,
    }


def _swarms(why: Explained, names: list[str], shown: Ints, t: Language) -> dict[str, Any]:
    """Strips of a beeswarm on one axis."""
    across = room(*(why.values[name].to_numpy()[shown] for name in names), count=7)
    return {
        "hazard": names == [DAY_BY_DAY],
        "rows": [
            {
                "label": feature_label(name, t),
                "effect": number(t, float(why.importance[name]), 2),
                "swarm": _strip(why, name, shown, across),
            }
            for name in names
        ],
        "axis": [{"at": p, "text": plus(t, v, 0)} for v in across.ticks if 6 <= (p := across.percent(v)) <= 97],
        "zero": across.percent(0.0),
    }


def _strip(why: Explained, name: str, shown: Ints, across: Scale) -> list[dict[str, str]]:
    x, named = codes(why.X[name])
    level = np.full(len(x), len(THIRDS) - 1) if named else thirds(x)
    paths = swarm(why.values[name].to_numpy()[shown], level[shown], across)
    return [{"kind": kind, "path": path} for kind, path in paths.items()]


def _dependence(found: Findings, name: str, shown: Ints, t: Language) -> dict[str, Any]:
    why, before = found.explained, found.before
    assert why is not None
    x, named = codes(why.X[name])
    y = why.values[name].to_numpy()
    ours = line(x, y)
    theirs = None
    if before is not None and name in before.values:
        theirs = line(codes(before.X[name])[0], before.values[name].to_numpy())
    low, high = span(x)
    across = Scale(-0.5, len(named) - 0.5, tuple(map(float, range(len(named))))) if named else _wide(low, high)
    up = room(y[shown], *([theirs.y] if theirs else []))
    ticks = [{"at": across.percent(v), "text": named[int(v)] if named else tick(t, v)} for v in across.ticks]
    missing = ~np.isfinite(x)
    return {
        "label": feature_label(name, t),
        "unit": feature_unit(name, t),
        "dots": cloud(_apart(x, bool(named))[shown], y[shown], across, up),
        "line": curve(ours.x, ours.y, across, up),
        "before": curve(theirs.x, theirs.y, across, up) if theirs else "",
        "x": ticks if len(ticks) <= 8 else ticks[:: -(-len(ticks) // 8)],
        "y": [{"at": round(100 - up.percent(v), 2), "text": plus(t, v, 0)} for v in up.ticks],
        "zero": round(1000 - 10 * up.percent(0.0)),
        "low": plus(t, float(ours.y.min()) if len(ours.y) else 0.0),
        "high": plus(t, float(ours.y.max()) if len(ours.y) else 0.0),
        "missing": plus(t, float(y[missing].mean())) if missing.any() else "",
        "many": t.number(int(missing.sum())),
    }


def _wide(low: float, high: float) -> Scale:
    margin = 0.03 * (high - low)
    return scale(low - margin, high + margin, 4)


def _apart(x: Floats, named: bool) -> Floats:
    """Dots of a name beside each other, always the same way."""
    return x + (np.arange(len(x)) * 0.618 % 1 - 0.5) * 0.6 if named else x


STEPS = {
    TREES: "The classifier's trees say",
    CALIBRATOR: "The calibrator's step: the same, as its past forecasts came true",
    HAZARD: "The hazard's step: half of the log-odds are what the customer usually does, day by day; this is served",
}
"""Steps in words."""


def _steps(why: Explained, t: Language) -> list[dict[str, Any]]:
    found, last = [], None
    for name, row in why.steps.iterrows():
        found.append(
            {
                "label": t(STEPS[str(name)]),
                "mean": number(t, row["mean"], 1),
                "change": "" if last is None else plus(t, row["mean"] - last, 1),
                "moved": "" if last is None else number(t, row["moved"], 1),
                "most": "" if last is None else number(t, row["most"], 1),
                "width": round(float(row["mean"]), 2),
            }
        )
        last = row["mean"]
    return found


def change_of(found: Findings, t: Language) -> dict[str, Any] | None:
    """What differs from the version before; None if there is none."""
    if found.about.before is None or found.explained is None:
        return None
    about = {
        "version": found.about.before.label,
        "served": found.about.gate is not None and found.about.gate.champion == found.about.before.label,
        "cannot": found.cannot,
        "rows": [],
        "as_of": date(t, found.about.before.candidate.about["as_of"]),
    }
    if found.changed is None:
        return about
    table = found.changed.table
    most = float(table[["now", "before"]].to_numpy().max()) or 1.0
    about["moved"] = number(t, found.changed.moved, 1)
    about["together"] = number(t, found.changed.together, 2)
    about["rows"] = [
        {
            "label": feature_label(str(name), t),
            "now": number(t, row["now"], 2),
            "before": number(t, row["before"], 2),
            "change": plus(t, row["now"] - row["before"], 2),
            "curve": number(t, row["curve"], 2),
            "now_width": round(100 * row["now"] / most, 2),
            "before_width": round(100 * row["before"] / most, 2),
        }
        for name, row in table.head(COMPARED).iterrows()
    ]
    return about
