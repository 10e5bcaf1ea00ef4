"""The list of features: each one function of a :class:`~.moment.Moment`, registered by one decorator line.

The function's name is the feature's name. The first paragraph of its docstring is the sentence that says what it is; a
second one, if there is any, is its formula. The catalogue, the tests of the law of time and the models pick a new
feature up from here, one that is written in a notebook too; nothing else has to be told about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import PaybenchError
from .kernel.moment import Moment

Compute = Callable[[Moment], Any]


@dataclass(frozen=True)
class Feature:
    """One feature.

    ``formula`` may be empty; ``missing`` says what NaN means (empty = it never is), ``category`` that its values are
    names.
    """

    name: str
    sentence: str
    formula: str
    unit: str
    family: str
    missing: str
    category: bool
    compute: Compute


FAMILIES = ("terms", "calendar", "age", "history", "exposure", "contacts", "conversations")
"""Families in the order in which their features are columns; families of your own come behind them."""

_FLAG = "_missing"

_REGISTERED: dict[str, Feature] = {}


def all_features() -> list[Feature]:
    """All features in the order of their columns: by family, then as they were written."""
    families = [*FAMILIES, *dict.fromkeys(f.family for f in _REGISTERED.values() if f.family not in FAMILIES)]
    return sorted(_REGISTERED.values(), key=lambda f: families.index(f.family))


def chosen(names: Iterable[str] | None) -> list[Feature]:
    """The named features in the order of their columns; all, if none are named.

    Raises
    ------
    PaybenchError
        If there is no feature of a name.
    """
    if names is None:
        return all_features()
    wanted = list(names)
    unknown = [name for name in wanted if name not in _REGISTERED]
    if unknown:
        raise PaybenchError(
            f"There is no feature '{unknown[0]}'; choose among {', '.join(f.name for f in all_features())}."
        )
    return [f for f in all_features() if f.name in wanted]


def feature(unit: str, family: str = "own", missing: str = "", category: bool = False) -> Callable[[Compute], Compute]:
    """Register the decorated function as a feature; one of that name is replaced.

    Parameters
    ----------
    unit, family, missing, category : see :class:`Feature`.

    Raises
    ------
    PaybenchError
        If the function has no docstring: nobody would know what its numbers mean.

    Examples
    --------
    >>> @feature("days", missing="the customer never wrote")
    ... def silence(at):
    ...     '''Days since the customer last wrote.'''
    ...     return at.at - at.dealings.messages.latest("day")
    >>> catalogue().set_index("name").loc["silence", "sentence"]
    'Days since the customer last wrote.'
    >>> forget("silence")
    """

    def register(compute: Compute) -> Compute:
        name = getattr(compute, "__name__", "")
        paragraphs = [" ".join(p.split()) for p in (compute.__doc__ or "").strip().split("\n\n")]
        if not paragraphs[0]:
            raise PaybenchError(f"The feature '{name}' has no docstring; say in one sentence what its numbers mean.")
        formula = " ".join(paragraphs[1:])
        _REGISTERED[name] = Feature(name, paragraphs[0], formula, unit, family, missing, category, compute)
        return compute

    return register


def forget(name: str) -> None:
    """Take a feature out of the catalogue again.

    Raises
    ------
    PaybenchError
        If there is none of this name.
    """
    del _REGISTERED[chosen([name])[0].name]


def catalogue() -> pd.DataFrame:
    """All features: name, sentence, formula, unit, family, dtype, and what a missing value means, one row each."""
    return pd.DataFrame(
        [
            (
                f.name,
                f.sentence,
                f.formula,
                f.unit,
                f.family,
                "category" if f.category else "float64",
                f.missing or "never missing",
            )
            for f in all_features()
        ],
        columns=["name", "sentence", "formula", "unit", "family", "dtype", "missing"],
    )


def missing_flags(X: pd.DataFrame) -> pd.DataFrame:
    """What is missing in a feature table, and why, as columns of 0 and 1.

    Trees read NaN as it stands; what cannot (a linear model) fills it in and takes these beside it.

    Parameters
    ----------
    X : a feature table.

    Returns
    -------
    DataFrame (float64) with the index of X: one column ``<feature>_missing`` per reason in the catalogue, named after
    the first feature that has it (see :func:`missing_reasons`).
    """
    return pd.DataFrame({flag: X[flag.removesuffix(_FLAG)].isna().astype(np.float64) for flag in missing_reasons(X)})


def missing_reasons(X: pd.DataFrame) -> dict[str, str]:
    """The columns of :func:`missing_flags`, and what each says of a row where it is 1."""
    reasons: dict[str, str] = {}
    for f in all_features():
        if f.missing and f.name in X:
            reasons.setdefault(f.missing, f.name)
    return {f"{name}{_FLAG}": reason for reason, name in reasons.items()}
