"""What follows from the scores: cash, key figures, segments, whom to contact and how, and what a person has to see."""

from importlib import import_module
from types import ModuleType

_PARTS = (
    "backtest", "cash", "contacted", "decided", "dunning", "evaluate", "exceptions", "kpi", "messages", "saved",
    "segments", "uplift", "worklist",
)  # fmt: skip


def __getattr__(name: str) -> ModuleType:
    if name not in _PARTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f".{name}", __name__)
