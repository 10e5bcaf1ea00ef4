"""How far to trust it: what is measured, in plain words, and how every model did."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd


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
