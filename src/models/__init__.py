"""How payment behaves: baselines, the distribution of days late and its views, training, the gate, the registry.

Names are loaded when first used, so that scoring does not pay for what only training needs.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from .. import Menu

_MENU = {
    "Baseline": "family.baseline",
    "Book": "learn.folds",
    "Bundle": "learn.bundle",
    "Candidate": "training.candidate",
    "Days": "family.views",
    "DaysDirect": "family.days",
    "DaysLate": "family.distribution",
    "Hazard": "family.hazard",
    "HistogramForest": "family.histogram_forest",
    "Late": "family.views",
    "LateDirect": "family.late",
    "Store": "store.store",
    "Timing": "family.timing",
    "backtest": "judge.backtest",
    "compare_runs": "store.runs",
    "conclusion": "training.conclude",
    "late_metrics": "learn.metrics",
    "learning_curve": "judge.learning",
    "promote": "versions.promotion",
    "read_bundle": "learn.bundle",
    "release": "versions.release",
    "rollback": "versions.promotion",
    "slices": "judge.slices",
    "train": "training.train",
    "train_and_release": "versions.release",
    "try_change": "training.change",
    "tune": "learn.tune",
    "tuning_sentence": "training.card",
}

__all__ = [*_MENU]

sys.modules[__name__].__class__ = Menu

if TYPE_CHECKING:  # checkers do not see a module's class

    def __getattr__(name: str) -> Any: ...
