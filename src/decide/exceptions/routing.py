"""Who sees to an exception: rules by kind, currency and customer, the first that fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from ...errors import PaybenchError
from .kinds import KINDS

_FIELDS = ("kind", "currency", "customer")


@dataclass(frozen=True)
class Rule:
    """One rule; an empty field fits everything.

    Attributes
    ----------
    owner : who sees to it. kind, currency, customer : allowed values.
    """

    owner: str
    kind: tuple[str, ...] = ()
    currency: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()


@dataclass(frozen=True)
class Routing:
    """Rules in their order; what fits none goes to the role of its kind (:data:`.kinds.KINDS`)."""

    rules: tuple[Rule, ...] = ()

    @classmethod
    def of(cls, given: object = None) -> Routing:
        """Rules from what a user wrote.

        Parameters
        ----------
        given : None = the roles; a mapping from kind to owner; a list of rules, each a mapping with ``owner`` and any
            of ``kind``, ``currency``, ``customer`` (a value or a list of them); or the name of a YAML file with either.

        Raises
        ------
        PaybenchError
            If it is none of these, or names a kind that there is not.
        """
        if given is None or isinstance(given, Routing):
            return given or cls()
        if isinstance(given, str | Path):
            return cls.of(_read(Path(given)))
        if isinstance(given, Mapping):
            return cls.of([{"kind": kind, "owner": owner} for kind, owner in given.items()])
        if isinstance(given, Sequence):
            return cls(tuple(_rule(place, rule) for place, rule in enumerate(given, 1)))
        raise PaybenchError(
            f"The owners are {given!r}; give a mapping from kind to owner, a list of rules, or a YAML file."
        )

    def owners(self, rows: pd.DataFrame) -> np.ndarray:
        """(n,) the owner of each row (kind, currency, customer_id)."""
        found = rows["kind"].map({name: kind.owner for name, kind in KINDS.items()}).to_numpy(dtype=object)
        free = np.ones(len(rows), dtype=bool)
        for rule in self.rules:
            fits = free.copy()
            for name, column in zip(_FIELDS, ("kind", "currency", "customer_id"), strict=True):
                values = getattr(rule, name)
                fits &= rows[column].isin(values).to_numpy(dtype=bool) if values else True
            found[fits] = rule.owner
            free &= ~fits
        return found


def _read(path: Path) -> Any:
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PaybenchError(
            f"The owners of exceptions cannot be read from {path} ({error}); give a YAML file with lines like "
            "'disputed: Anna', or a list of rules."
        ) from None
    if isinstance(given, str) or given is None:
        raise PaybenchError(f"{path} holds no owners of exceptions; write lines like 'disputed: Anna', or a list.")
    return given


def _rule(place: int, given: object) -> Rule:
    if not isinstance(given, Mapping):
        raise PaybenchError(f"Rule {place} of the owners is {given!r}; write it like 'kind: disputed, owner: Anna'.")
    other = [name for name in given if name not in (*_FIELDS, "owner")]
    if other:
        raise PaybenchError(
            f"Rule {place} of the owners has '{other[0]}'; it may have owner, {', '.join(_FIELDS)} and nothing else."
        )
    owner = given.get("owner")
    if not isinstance(owner, str) or not owner.strip():
        raise PaybenchError(f"Rule {place} of the owners has the owner {owner!r}; give the name of a person or a team.")
    values = {name: _values(given.get(name)) for name in _FIELDS}
    unknown = [kind for kind in values["kind"] if kind not in KINDS]
    if unknown:
        raise PaybenchError(
            f"Rule {place} of the owners names the kind '{unknown[0]}'; the kinds are {', '.join(KINDS)}."
        )
    return Rule(owner.strip(), **values)


def _values(given: object) -> tuple[str, ...]:
    if given is None:
        return ()
    return tuple(map(str, given)) if isinstance(given, list | tuple) else (str(given),)
