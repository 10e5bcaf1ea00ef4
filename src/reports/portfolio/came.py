"""What forecasts of past weeks said, and what came: on what the bands of a forecast rest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...decide.cash.periods import STEPS
from ...explain.numbers import MINUS
from ...models.learn.metrics import wape
from ...pages import Language
from .drawn import past
from .findings import Findings
from .said import band, count, money, span

BACK = 26
"""Past weeks whose forecasts are held against what came."""
FEW = 8
"""Past weeks below which nothing is said of coverage."""
SHOWN = {"week 1": "one week ahead", "4 weeks 1": "four weeks ahead"}
"""Steps that are held against what came, and their names."""
SIDES = {True: "in sum {more} too much was expected", False: "in sum {more} too little was expected"}
"""Whether more was expected than came."""
SURE = {
    "few": "The bands rest on {weeks} whose forecast could be made again; with fewer than {few} they are rough.",
    "held": "The bands rest on {weeks} whose forecasts were made again from what was known then: {share} of their "
    "first weeks lay in the band of 80 %.",
    "wide": "What came changed how wide the bands here are: weeks {week}, months {month}, quarters {quarter}.",
}
"""On what the bands rest."""


def came(found: Findings, currency: str, t: Language) -> list[dict[str, Any]]:
    """Forecasts of past weeks beside what came, of one currency; of each step of :data:`SHOWN` with two or more."""
    history = _history(found)
    mine = history[history["currency"] == currency].sort_values("origin", kind="stable")
    steps = {step: mine[mine["step"] == step].tail(BACK) for step in SHOWN}
    return [_step(step, said, t) for step, said in steps.items() if len(said) > 1]


def _step(step: str, said: pd.DataFrame, t: Language) -> dict[str, Any]:
    length = pd.Timedelta(days=STEPS[step].stop - 1)
    return {
        "name": t(SHOWN[step]),
        "summary": _summary(said, t),
        "drawn": past(said, t),
        "rows": [
            {
                "label": span(t, row["origin"], row["origin"] + length),
                "expected": money(t, row["expected"]),
                "band": band(t, row["low_80"], row["high_80"]),
                "came": money(t, row["came"]),
                "inside": t("yes") if row["inside"] else t("no"),
            }
            for row in said.to_dict("records")
        ],
    }


def _summary(said: pd.DataFrame, t: Language) -> str:
    expected, actual = (said[name].to_numpy(np.float64) for name in ("expected", "came"))
    parts = [t("{inside} of {n} lie in the band", inside=int(said["inside"].sum()), n=len(said))]
    whole = float(actual.sum())
    if whole > 0:
        off = float(expected.sum()) - whole
        parts.append(t("off by {off} on average", off=t.percent(wape(expected, actual))))
        parts.append(t(SIDES[off > 0], more=t.percent(abs(off) / whole)))
    return "; ".join(parts)


def resting(found: Findings, t: Language) -> str:
    """On what the bands rest: how many past weeks, how many of them lay in the band, and what that changed."""
    history = _history(found)
    first = history[history["step"] == "week 1"]
    weeks = int(first["origin"].nunique())
    if found.cash is None or weeks < FEW:
        return t(SURE["few"], weeks=count(t, weeks, "week"), few=FEW)
    held = t(SURE["held"], weeks=count(t, weeks, "week"), share=t.percent(float(first["inside"].mean())))
    scale = found.cash.learned.bands.scale
    wide = {by: _more(scale.get(by, 1.0) - 1, t) for by in ("week", "month", "quarter")}
    return f"{held} {t(SURE['wide'], **wide)}"


def _history(found: Findings) -> pd.DataFrame:
    if found.cash is None:
        return pd.DataFrame(columns=["origin", "currency", "step", "expected", "low_80", "high_80", "came", "inside"])
    history = found.cash.learned.history
    return history.assign(inside=history["came"].between(history["low_80"], history["high_80"]))


def _more(share: float, t: Language) -> str:
    """'+6 %'."""
    if abs(share) < 0.005:
        return t.percent(0.0)
    return ("+" if share > 0 else MINUS) + t.percent(abs(share))
