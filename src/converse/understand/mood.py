"""The mood of a message: how urgent it is, and whether the writer is pleased or displeased."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ..text import plain_letters

_SHOUTS = re.compile(r"!{2,}|\b[A-Z]{4,}(?: [A-Z]{2,}){2,}")


@dataclass(frozen=True)
class _Words:
    patterns: dict[str, re.Pattern[str]]
    negation: re.Pattern[str]
    by_intent: dict[str, frozenset[str]]


@cache
def _words() -> _Words:
    given: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("mood.yaml").read_text(encoding="utf-8"))
    patterns = {
        what: re.compile(rf"(?<!\w)(?:{'|'.join(given[what].values())})(?!\w)")
        for what in ("negative", "positive", "urgent")
    }
    by_intent = {what: frozenset(names) for what, names in given["by_intent"].items()}
    return _Words(patterns, re.compile(rf"\b{given['negation']}"), by_intent)


def mood(text: str, intents: Collection[str] = ()) -> tuple[str, str]:
    """Urgency (low, normal, high) and sentiment (negative, neutral, positive) of the new text of a message.

    Words of four languages decide, unless a negation stands right before them; and what the message means: who is
    hostile is displeased, a bank account that changes is urgent, an absence notice is not.

    >>> mood("This is not urgent"), mood("Please do it immediately, I am furious")
    (('normal', 'neutral'), ('high', 'negative'))
    """
    words, plain, meant = _words(), plain_letters(text), set(intents)
    negative = _count("negative", plain) + 2 * len(meant & words.by_intent["negative"]) + len(_SHOUTS.findall(text))
    positive = _count("positive", plain)
    sentiment = "negative" if negative > positive else "positive" if positive > negative else "neutral"
    if meant & words.by_intent["high"] or _count("urgent", plain) > 0:
        return "high", sentiment
    return "low" if meant and meant <= words.by_intent["low"] else "normal", sentiment


def _count(what: str, plain: str) -> int:
    words = _words()
    found = words.patterns[what].finditer(plain)
    return sum(not words.negation.search(plain[max(0, match.start() - 30) : match.start()]) for match in found)
