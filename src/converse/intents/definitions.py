"""What each intent means, in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

import yaml

from .meaning import INTENTS


@cache
def _read() -> dict[str, str]:
    given: dict[str, str] = yaml.safe_load(files(__package__).joinpath("intents.yaml").read_text(encoding="utf-8"))
    return {name: given[name] for name in INTENTS}


class _Definitions(Mapping[str, str]):
    """Read when first used."""

    def __getitem__(self, name: str) -> str:
        return _read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_read())

    def __len__(self) -> int:
        return len(_read())


DEFINITIONS: Mapping[str, str] = _Definitions()
"""A sentence by name, in the order of :data:`.INTENTS`."""
