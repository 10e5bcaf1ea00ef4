"""What the tuning searches: the parameters of each part, their ranges, and what is tried first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

SPACE: dict[str, dict[str, Callable[[Any, str], Any]]] = {
    "late": {
        "rounds": lambda t, n: t.suggest_int(n, 40, 300, log=True),
        "leaves": lambda t, n: t.suggest_int(n, 4, 31, log=True),
        "min_leaf": lambda t, n: t.suggest_int(n, 10, 200, log=True),
        "feature_share": lambda t, n: t.suggest_float(n, 0.3, 1.0),
        "ridge": lambda t, n: t.suggest_float(n, 0.01, 30.0, log=True),
        "extra": lambda t, n: t.suggest_categorical(n, [False, True]),
    },
    "hazard": {
        "rounds": lambda t, n: t.suggest_int(n, 80, 500, log=True),
        "leaves": lambda t, n: t.suggest_int(n, 7, 63, log=True),
        "min_leaf": lambda t, n: t.suggest_int(n, 50, 800, log=True),
        "feature_share": lambda t, n: t.suggest_float(n, 0.2, 1.0),
        "ridge": lambda t, n: t.suggest_float(n, 0.1, 30.0, log=True),
        "extra": lambda t, n: t.suggest_categorical(n, [False, True]),
        "landmarks": lambda t, n: t.suggest_categorical(n, [False, True]),
    },
}

FIRST: dict[str, list[dict[str, Any]]] = {
    "late": [
        {"rounds": 120, "leaves": 31, "min_leaf": 20, "feature_share": 0.3, "ridge": 20.0, "extra": False},
        {"rounds": 100, "leaves": 15, "min_leaf": 20, "feature_share": 0.3, "ridge": 20.0, "extra": True},
    ],
    "hazard": [
        {"rounds": 300, "leaves": 31, "min_leaf": 200, "feature_share": 0.7, "ridge": 10.0}
        | {"extra": False, "landmarks": True},
        {"rounds": 160, "leaves": 8, "min_leaf": 300, "feature_share": 0.3, "ridge": 20.0}
        | {"extra": True, "landmarks": False},
    ],
}
"""Tried first: what suits large books, and what suits small ones, which is the other way round in a small one."""

SMALL = 2_000
"""Matured invoices below which a book is small."""


def first(part: str, rows: int) -> list[dict[str, Any]]:
    """What is tried first, in this order, by the number of matured invoices."""
    return FIRST[part][::-1] if rows < SMALL else FIRST[part]


def defaults(part: str, rows: int) -> dict[str, Any]:
    """The parameters of a part that is not tuned, by the number of matured invoices."""
    return first(part, rows)[0]


def all_defaults(rows: int) -> dict[str, Any]:
    """The defaults of both parts, named as scikit-learn does: ``late__leaves``, ``hazard__rounds``."""
    return {f"{part}__{name}": value for part in SPACE for name, value in defaults(part, rows).items()}
