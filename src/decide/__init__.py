"""What follows from the scores: the cash that will come, and the key figures that finance lives by."""

from importlib import import_module
from types import ModuleType

_PARTS = ("backtest", "cash", "kpi", "saved")


def __getattr__(name: str) -> ModuleType:
    if name not in _PARTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f".{name}", __name__)
