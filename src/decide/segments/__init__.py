"""Customers by risk, value and behaviour: a grid with plain names, flags, and how far it can be trusted."""

from importlib import import_module
from types import ModuleType

from .flags import Flag
from .logged import Logged, log_segments, read_segments
from .migration import Migration, migration
from .segment import Segments, segment
from .settings import Settings
from .stability import Stability, stability
from .useful import Usefulness, usefulness
from .words import FLAGS, NAMES, ORDER, RISKS, VALUES

__all__ = [
    "FLAGS",
    "NAMES",
    "ORDER",
    "RISKS",
    "VALUES",
    "Flag",
    "Logged",
    "Migration",
    "Segments",
    "Settings",
    "Stability",
    "Usefulness",
    "log_segments",
    "migration",
    "read_segments",
    "segment",
    "stability",
    "usefulness",
]

_LATER = ("mixture", "pictures")
"""Parts that are loaded when first used: they need what the base install leaves out."""


def __getattr__(name: str) -> ModuleType:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f".{name}", __name__)
