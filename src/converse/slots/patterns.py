"""Patterns of words, read from ``patterns.yaml``."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

import yaml

_NAME = re.compile(r"<([a-z_]+)>")


@lru_cache(maxsize=1)
def _read() -> dict[str, str]:
    text = files(__package__).joinpath("patterns.yaml").read_text(encoding="utf-8")
    read: dict[str, str] = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    return {name: "|".join(lines.splitlines()) for name, lines in read.items()}


@lru_cache(maxsize=128)
def pattern(name: str) -> str:
    """The alternatives of a name, in one group; ``<other>`` in them stands for those of another name."""
    known = _read()
    return "(?:" + _NAME.sub(lambda m: pattern(m[1]) if m[1] in known else m[0], known[name]) + ")"


def words(name: str) -> re.Pattern[str]:
    """The alternatives of a name as whole words."""
    return re.compile(rf"\b{pattern(name)}\b")


def stems(name: str) -> tuple[str, ...]:
    """The parts of words of a name, one of which any text has that one of its patterns may be found in."""
    return tuple(_read()[name].split("|"))
