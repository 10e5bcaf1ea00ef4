"""The list of features: each one function of a :class:`~.moment.Moment`, registered by one decorator line.

The function's name is the feature's name, the first sentence of its docstring says what it is. The catalogue, the
tests of the law of time and the models pick a new feature up from here; nothing else has to be told about it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .moment import Moment

Compute = Callable[[Moment], "np.ndarray | pd.Series"]


@dataclass(frozen=True)
class Feature:
    """One feature: ``missing`` says what NaN means (empty = it never is), ``category`` that its values are names."""

    name: str
    sentence: str
    unit: str
    family: str
    missing: str
    category: bool
    compute: Compute


FAMILIES = ("terms", "history", "exposure")
"""Families in the order in which their features are columns."""

_REGISTERED: dict[str, Feature] = {}


def all_features() -> list[Feature]:
    """All features in the order of their columns: by family, then as they were written."""
    return sorted(_REGISTERED.values(), key=lambda f: FAMILIES.index(f.family))


def feature(unit: str, family: str, missing: str = "", category: bool = False) -> Callable[[Compute], Compute]:
    """Register the decorated function as a feature (see :class:`Feature` for the arguments)."""

    def register(compute: Compute) -> Compute:
        name = getattr(compute, "__name__", "")
        sentence = " ".join((compute.__doc__ or "").split())
        _REGISTERED[name] = Feature(name, sentence, unit, family, missing, category, compute)
        return compute

    return register


def catalogue() -> pd.DataFrame:
    """All features: name, sentence, unit, family, dtype, and what a missing value means, one row each."""
    return pd.DataFrame(
        [
            (
                f.name,
                f.sentence,
                f.unit,
                f.family,
                "category" if f.category else "float64",
                f.missing or "never missing",
            )
            for f in all_features()
        ],
        columns=["name", "sentence", "unit", "family", "dtype", "missing"],
    )
