"""How payment behaves: baselines, the distribution of days late and its views, training, the gate, the registry.

Names are loaded when first used, so that scoring does not pay for what only training needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_WHERE = {
    "Baseline": "baseline",
    "Book": "folds",
    "Bundle": "bundle",
    "Candidate": "train",
    "Days": "days",
    "DaysDirect": "days",
    "DaysLate": "distribution",
    "Late": "late",
    "LateDirect": "late",
    "Store": "registry",
    "Timing": "timing",
    "backtest": "backtest",
    "promote": "registry",
    "read_bundle": "bundle",
    "release": "release",
    "rollback": "registry",
    "train": "train",
    "train_and_release": "release",
    "tune": "tune",
}

__all__ = [*_WHERE]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_WHERE[name]}", __name__), name)
