"""Ideas: words and phrases of four languages that mean the same, so that what is learned in one helps in all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from .words import Word

_NEAR = 12
"""Words from the begin of one idea to the begin of the next, within which two make a pair."""


@cache
def ideas() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Name and pattern of each idea of ``ideas.txt``, searched in the words of a message with one blank between."""
    lines = files(__package__).joinpath("ideas.txt").read_text(encoding="utf-8").splitlines()
    given = (line.split("\t") for line in lines)
    return tuple((name, re.compile(rf"(?<!\S)(?:{pattern.strip()})(?!\S)")) for name, pattern in given)


def idea_terms(words: Sequence[Word]) -> list[tuple[str, tuple[int, ...]]]:
    """Every idea that occurs, and every two that do near each other, in their order."""
    text = " ".join(word.form for word in words)
    starts, place = {}, 0
    for number, word in enumerate(words):
        for letter in range(place, place + len(word.form) + 1):
            starts[letter] = number
        place += len(word.form) + 1
    found = []
    for name, pattern in ideas():
        for match in pattern.finditer(text):
            of = tuple(range(starts[match.start()], starts[match.end() - 1] + 1))
            found.append((of[0], name, of))
    found.sort()
    terms = [(name, of) for _, name, of in found]
    for index, (begin, name, of) in enumerate(found):
        for after, other, also in found[index + 1 :]:
            if after - begin > _NEAR:
                break
            if other != name:
                terms.append((f"{name}>{other}", tuple(sorted({*of, *also}))))
    return terms
