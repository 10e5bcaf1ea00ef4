"""A trained candidate in its folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...features import Habits
from ..learn.bundle import GRID, Bundle, read_bundle

UNTUNED = "Timing, not tuned"

HABITS = ("days_late", "lately", "weekday", "month_day")
"""Counts of habits that are kept of the gate's rows."""


@dataclass(frozen=True)
class Candidate:
    """A trained candidate in its folder.

    The folder holds ``candidate.json``, ``bundle/`` (what would be served), ``twin/`` (what the gate judges),
    ``gate.parquet`` and ``gate.npz`` (the gate's rows, ids hashed), ``metrics.csv``, ``trials.csv``, and its model
    card as ``card.json`` and ``card.md``. A declined one holds the Baseline as its bundle, the reason, and a card.
    """

    folder: Path

    @cached_property
    def about(self) -> dict[str, Any]:
        """candidate.json."""
        found: dict[str, Any] = json.loads((self.folder / "candidate.json").read_text(encoding="utf-8"))
        return found

    @property
    def declined(self) -> str:
        """Why nothing was trained; empty if something was."""
        return str(self.about["declined"])

    @cached_property
    def bundle(self) -> Bundle:
        """What would be served."""
        return read_bundle(self.folder / "bundle")

    @cached_property
    def twin(self) -> Bundle:
        """The same recipe, fitted on what was known before the gate's rows."""
        return read_bundle(self.folder / "twin")

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The gate's rows: hashed ids, features, late, y; ``p: NAME``, ``days: NAME``, ``crps: NAME`` of each model."""
        return pd.read_parquet(self.folder / "gate.parquet")

    @cached_property
    def past(self) -> Habits:
        """The habits of each gate row's customer, on the days of any bundle."""
        with np.load(self.folder / "gate.npz", allow_pickle=False) as arrays:
            return Habits(GRID[0], **{name: arrays[name].astype(np.float32) for name in HABITS})

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """Every metric of every model and baseline on the gate's rows, one row per model."""
        return pd.read_csv(self.folder / "metrics.csv", index_col="model")

    @cached_property
    def trials(self) -> pd.DataFrame:
        """Every trial of the tuning."""
        return pd.read_csv(self.folder / "trials.csv")
