"""How far to trust it: every metric beside every baseline, in plain words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from .numbers import date, percent, plural, tenths


@dataclass(frozen=True)
class Metric:
    """A column of the table: its name, what it says in half a line, decimals, and the value that is best."""

    key: str
    name: str
    meaning: str
    places: int
    best: float


METRICS = (
    Metric("auc", "AUC", "of a late and a punctual invoice, how often the late one was given the higher risk; "
           "0.5 is a coin, 1 is perfect", 3, 1.0),
    Metric("log_loss", "log loss", "the penalty for probabilities that did not come true; lower is better", 3, 0.0),
    Metric("ece", "ECE", "how far stated probabilities of being late lie from what happened, on average; "
           "0.05 is 5 percentage points", 3, 0.0),
    Metric("mae", "MAE, days", "by how many days the expected payment day was off, on average", 1, 0.0),
    Metric("crps", "CRPS, days", "the same, for the whole range of possible days instead of one", 2, 0.0),
    Metric("coverage_80", "80 % range held", "how often the real day lay inside the 80 % range; 80 % is ideal", 0, 0.8),
)  # fmt: skip
"""Metrics in the order of their columns."""

SKILLS = {
    "log_loss": "whether an invoice is paid late (log loss)",
    "mae": "the expected day of payment (MAE)",
    "crps": "the whole range of possible days (CRPS)",
}
"""What each loss judges."""


@dataclass(frozen=True)
class Evaluation:
    """How every model did on the same later invoices.

    Attributes
    ----------
    models : name -> metric -> value. serves : the name of the one that serves now.
    rows : invoices that they were judged on. since : those were issued from this day on.
    rival : what ``skill`` compares with: loss -> [skill, low, high].
    reliability : n, predicted and observed share of late invoices per bin.
    """

    models: dict[str, dict[str, float]]
    serves: str
    rows: int
    since: pd.Timestamp
    rival: str
    skill: dict[str, list[float]] = field(default_factory=dict)
    reliability: list[dict[str, float]] = field(default_factory=list)


def trust(evaluation: Evaluation) -> dict[str, Any]:
    """What the page says about quality."""
    models = evaluation.models
    best = {m.key: _best(m, models) for m in METRICS}
    return {
        "columns": [{"name": m.name, "meaning": m.meaning} for m in METRICS],
        "models": [
            {
                "name": name,
                "serves": name == evaluation.serves,
                "cells": [_cell(m, values.get(m.key), best[m.key]) for m in METRICS],
            }
            for name, values in models.items()
        ],
        "serves": evaluation.serves,
        "rival": evaluation.rival,
        "skills": [_skill(name, *evaluation.skill[name]) for name in SKILLS if name in evaluation.skill],
        "bins": [_bin(b) for b in evaluation.reliability],
        "rows": plural(evaluation.rows, "invoice"),
        "since": date(evaluation.since),
    }


def _best(metric: Metric, models: dict[str, dict[str, float]]) -> str | None:
    off = [abs(values[metric.key] - metric.best) for values in models.values() if metric.key in values]
    return _text(metric, min(off)) if off else None


def _cell(metric: Metric, value: float | None, best: str | None) -> dict[str, Any]:
    if value is None:
        return {"text": "", "best": False}
    return {"text": _text(metric, value), "best": _text(metric, abs(value - metric.best)) == best}


def _text(metric: Metric, value: float) -> str:
    return percent(value) if metric.key == "coverage_80" else f"{value:.{metric.places}f}"


def _skill(name: str, skill: float, low: float, high: float) -> dict[str, str]:
    said = "better" if low > 0 else "worse" if high < 0 else "neither clearly better nor worse"
    low_text, high_text = (tenths(round(1000 * edge), signed=True) for edge in (low, high))
    return {
        "what": SKILLS[name],
        "said": said,
        "skill": tenths(round(1000 * skill), signed=True),
        "interval": f"{low_text} to {high_text}",
    }


def _bin(values: dict[str, float]) -> dict[str, Any]:
    return {
        "n": f"{int(values['n']):,}",
        "predicted": percent(values["predicted"]),
        "observed": percent(values["observed"]),
        "x": round(100 * values["predicted"], 2),
        "y": round(100 - 100 * values["observed"], 2),
    }
