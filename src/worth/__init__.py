"""What decisions are worth: dunning policies that live in the same simulated worlds, and what came of each."""

from importlib import import_module
from types import ModuleType

from .arms import Arm, Experiment, FixedLadder, RiskRanked, Valuing
from .claims import Claims, claims_table
from .contest import ARMS, Case, Contest, contest, experiment, policies
from .floor import forecast_floor
from .logged import Logged, effects_table, logged
from .measure import Past
from .morning import Morning, morning
from .outcomes import Outcome, outcome
from .trial import HoldOut, hold_out

__all__ = [
    "ARMS",
    "Arm",
    "Case",
    "Claims",
    "Contest",
    "Experiment",
    "FixedLadder",
    "HoldOut",
    "Logged",
    "Morning",
    "Outcome",
    "Past",
    "RiskRanked",
    "Valuing",
    "claims_table",
    "contest",
    "effects_table",
    "experiment",
    "forecast_floor",
    "hold_out",
    "logged",
    "morning",
    "outcome",
    "policies",
]

_LATER = ("book_pictures", "pictures")
"""Parts that are loaded when first used: they need what the base install leaves out."""


def __getattr__(name: str) -> ModuleType:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f".{name}", __name__)
