"""How payment behaves: baselines, the distribution of days late and its views, training, the gate, the registry.

Names are loaded when first used, so that scoring does not pay for what only training needs.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from .. import Menu

_MENU = {
    "Baseline": "baseline",
    "Book": "folds",
    "Bundle": "bundle",
    "Candidate": "candidate",
    "Days": "views",
    "DaysDirect": "days",
    "DaysLate": "distribution",
    "Hazard": "hazard",
    "HistogramForest": "histogram_forest",
    "Late": "views",
    "LateDirect": "late",
    "Store": "store",
    "Timing": "timing",
    "backtest": "backtest",
    "compare_runs": "runs",
    "conclusion": "conclude",
    "late_metrics": "metrics",
    "learning_curve": "learning",
    "promote": "promotion",
    "read_bundle": "bundle",
    "release": "release",
    "rollback": "promotion",
    "slices": "slices",
    "train": "train",
    "train_and_release": "release",
    "try_change": "change",
    "tune": "tune",
    "tuning_sentence": "card",
}

__all__ = [*_MENU]

sys.modules[__name__].__class__ = Menu

if TYPE_CHECKING:  # checkers do not see a module's class

    def __getattr__(name: str) -> Any: ...
