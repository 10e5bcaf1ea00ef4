"""What came of the contacts so far, and what they changed, by decisions that were left to chance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ...decide.contacted.effect import FEWEST
from ...decide.contacted.outcomes import ANSWER_DAYS, PAID_DAYS, WEEKDAYS
from ...decide.contacted.performance import Performance
from ...decide.dunning import CHANNELS, TONES
from ...explain.numbers import DASH, MINUS, SPACE
from ...explain.vector import scale
from ...pages import Language
from .said import count

BY = {"channel": "By channel", "tone": "By tone", "step": "By step", "weekday": "By day", "policy": "By policy"}
MAIN = 14
"""Days of which effects are told by group."""
WORDED = frozenset((*CHANNELS, *TONES, *WEEKDAYS))
"""Groups that the page can name; others are told as the ledger has them."""
SHOWN = 10
"""Groups that are shown of each kind."""
NOT_SAID = "not said"
RATES = ("answered", "promised", "kept", *(f"paid_{k}" for k in PAID_DAYS))


def communications(found: Performance, t: Language) -> dict[str, Any]:
    """The table of rates with their intervals, and of effects."""
    every = found.table.iloc[0]
    groups = [{"title": "", "rows": [_rates(every, t("All contacts"), t)]}]
    for by, title in BY.items():
        rows = _ordered(found.table[found.table["by"] == by], by)
        if len(rows) > (by == "policy"):
            told = [_rates(row, group_name(by, row["group"], t), t) for _, row in rows.head(SHOWN).iterrows()]
            groups.append({"title": t(title), "rows": told})
    return {
        "sent": int(every["sent"]),
        "contacts": count(t, int(every["sent"]), "contact"),
        "customers": count(t, int(every["customers"]), "customer"),
        "answer_days": ANSWER_DAYS,
        "groups": groups,
        "effects": effects(found, t),
    }


def _ordered(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Tones from the mildest on, days from Monday on; all else as it comes."""
    order = {name: k for k, name in enumerate({"tone": TONES, "weekday": WEEKDAYS}.get(by, ()))}
    return rows.iloc[np.argsort(rows["group"].map(order).fillna(len(order)).to_numpy(), kind="stable")]


def _rates(row: pd.Series, name: str, t: Language) -> dict[str, Any]:
    return {
        "name": name,
        "sent": t.number(int(row["sent"])),
        "rates": [_rate(row, rate, t) for rate in RATES],
        "marks": [
            {"kind": f"k{k}", "path": _mark((100.0 * row[f"paid_{k}_{part}"] for part in ("low", "rate", "high")), y)}
            for y, k in zip((20, 50, 80), PAID_DAYS, strict=True)
            if not pd.isna(row[f"paid_{k}_rate"])
        ],
    }


def _rate(row: pd.Series, rate: str, t: Language) -> dict[str, str]:
    share, low, high = (float(row[f"{rate}_{part}"]) for part in ("rate", "low", "high"))
    if np.isnan(share):
        return {"share": DASH, "band": ""}
    return {"share": t.percent(share), "band": f"{100 * low:.0f}{DASH}{100 * high:.0f}{SPACE}%"}


def _mark(places: Iterable[float], y: int) -> dict[str, str]:
    """An interval as a line, and what it is about as a dot, on a plane of 100 by 100: low, middle, high."""
    low, middle, high = (float(np.clip(place, 0.0, 100.0)) for place in places)
    return {"line": f"M{low:.1f} {y}H{high:.1f}", "dot": f"M{middle:.1f} {y}h0"}


def effects(found: Performance, t: Language) -> dict[str, Any]:
    """What contacts change, in words, as rows, and as a picture; or why nothing can be said of it."""
    table = found.effects
    overall = table[table["by"] == "all"]
    main = overall[overall["days"] == MAIN]
    if main.empty:
        return {"said": [_unknown(found, t)], "groups": []}
    groups = [overall, *(_ordered(table[(table["by"] == by) & (table["days"] == MAIN)], by) for by in BY)]
    kept = [rows for rows in groups if len(rows) > (rows["by"].iloc[0] == "policy" if len(rows) else 0)]
    bounds = pd.concat(kept)[["low", "high"]].to_numpy(np.float64)
    reach = float(np.clip(np.abs(bounds[np.isfinite(bounds)]).max(initial=0.05), 0.05, 1.0))
    across = scale(-100 * reach, 100 * reach, 4)
    return {
        "said": _said(main.iloc[0], t),
        "axis": [{"at": across.percent(v), "text": _points(v / 100, t, 0), "kind": ""} for v in across.ticks],
        "zero": across.percent(0.0),
        "groups": [
            {
                "title": t("All contacts") if rows["by"].iloc[0] == "all" else t(BY[rows["by"].iloc[0]]),
                "rows": [
                    {
                        "name": t("within {days} days", days=int(row["days"]))
                        if row["by"] == "all"
                        else group_name(row["by"], row["group"], t),
                        "decisions": t.number(int(row["decisions"])),
                        "withheld": t.number(int(row["withheld"])),
                        "sent": t.percent(row["paid_sent"]),
                        "quiet": t.percent(row["paid_withheld"]),
                        "effect": _points(row["effect"], t),
                        "band": _between(row, t),
                        "mark": _mark((across.percent(100 * row[part]) for part in ("low", "effect", "high")), 50),
                        "sure": not row["low"] <= 0 <= row["high"],
                    }
                    for _, row in rows.head(SHOWN).iterrows()
                ],
            }
            for rows in kept
        ],
    }


def _unknown(found: Performance, t: Language) -> str:
    if not found.withheld:
        return t(
            "The log holds no decision in which chance sent nothing, so nothing can be said of what contacts change: "
            "who is contacted is late already, and some would have paid without. Leave a share of the choices to "
            "chance (explore), and keep the log that “paybench decide --log” writes."
        )
    return t(
        "The log holds {n} decisions in which chance sent nothing; with fewer than {few} whose {days} days have passed "
        "nothing can be said yet of what contacts change.",
        n=t.number(found.withheld), few=FEWEST, days=MAIN,
    )  # fmt: skip


def _said(row: pd.Series, t: Language) -> list[str]:
    said = [
        t(
            "By {decisions} decisions that chance had a part in, of which {withheld} sent nothing: a contact changes "
            "the share of invoices settled within {days} days by {effect} percentage points ({band}).",
            decisions=t.number(int(row["decisions"])), withheld=t.number(int(row["withheld"])), days=MAIN,
            effect=_points(row["effect"], t), band=_between(row, t),
        )
    ]  # fmt: skip
    if row["low"] <= 0 <= row["high"]:
        said.append(t("The interval holds 0: on these decisions an effect cannot be told from chance."))
    if row["doubtful"]:
        said.append(
            t(
                "Take it with care: the logged probabilities do not fit the log (their weights come to {weights}, "
                "not 1).",
                weights=t.number(row["weights"], 2),
            )
        )
    return said


def _between(row: pd.Series, t: Language) -> str:
    return t("{low} to {high}", low=_points(row["low"], t), high=_points(row["high"], t)).replace(" ", SPACE)


def _points(share: float, t: Language, places: int = 1) -> str:
    """'+4.6'."""
    points = round(100 * float(share), places)
    if np.isinf(points):
        return (MINUS if points < 0 else "+") + "\N{INFINITY}"
    return (MINUS if points < 0 else "+" if points > 0 else "") + t.number(abs(points), places)


def group_name(by: object, group: object, t: Language) -> str:
    """A group of contacts in the words of the page."""
    if group == NOT_SAID:
        return t(NOT_SAID)
    if by == "step":
        return t("step {n}", n=str(group))
    return t(str(group)) if group in WORDED else str(group)
