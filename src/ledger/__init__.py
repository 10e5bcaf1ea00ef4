"""What happened: the tables of a book, reading and writing them, cutting them in time, settling invoices."""

from importlib import import_module
from types import ModuleType

from .book import Ledger, day
from .cut import as_of, known
from .schema import TABLES, conform
from .settle import settle
from .store import data_hash, read_ledger, write_ledger

__all__ = ["TABLES", "Ledger", "as_of", "conform", "data_hash", "day", "known", "read_ledger", "settle", "write_ledger"]

_LATER = ("checks", "glance")
"""Parts of the package that are loaded when first used: few who read a ledger need them."""


def __getattr__(name: str) -> ModuleType:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f".{name}", __name__)
