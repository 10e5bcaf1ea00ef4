"""The words of a language that days are told with, from its YAML file; each kind of word has a letter.

The grammar (``date_rules.py``) is written in these letters, so that it is the same for every language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from ..text import LANGUAGES
from .folded import fold
from .patterns import stems

Value = Any
Entry = tuple[tuple[str, ...], str, Value]
"""The words of a phrase after its first, its letter, what it says."""

LETTERS = {
    "never": "!", "ask": "?", "holiday": "J", "period": "P", "week_of": "h", "week_ending": "j", "weekday": "W",
    "month": "M", "day": "R", "now": "R", "same_day": "S", "number": "N", "numbers": "N", "ordinal": "O", "one": "a",
    "unit": "", "part": "", "second_next": "V", "next": "X", "this": "T", "last": "Z", "half": "H", "by": "Y",
    "before": "<", "after": ">", "from": "F", "around": "~", "between": "{", "within": "I", "in": "i", "and": "&",
    "or": "|", "to": "-", "since": "s", "ago": "g", "ago_before": "p", "more": "+", "few": "f", "every": "e",
    "net": "c", "not": "z", "due": "u", "document": "n", "article": "l", "time": "t", "calendar_week": "K",
    "filler": "o",
}  # fmt: skip
"""By kind of word, in the order in which a phrase of several kinds is given to one."""
UNITS = {
    "day": "d",
    "workday": "b",
    "week": "w",
    "month": "m",
    "quarter": "q",
    "year": "y",
    "weekend": "k",
}
PARTS = {"end": "E", "last_workday": "E", "begin": "B", "middle": "C", "late": "L"}
SEARCHED = ("give", "extend", "of", "deny", "heard", "pay")
"""Kinds of words that are looked for in a clause, whatever letter they have."""
_NO_TYPOS = frozenset(stems("no_typos"))
"""Words of other meanings within one letter of a month or a weekday."""


@dataclass(frozen=True)
class Lexicon:
    """A language's phrases by their first word, the longest first; its typing errors; patterns of clause words."""

    language: str
    phrases: dict[str, list[Entry]]
    typos: dict[str, tuple[str, Value]]
    suffixes: frozenset[str]
    searched: dict[str, re.Pattern[str]]


@lru_cache(maxsize=len(LANGUAGES))
def lexicon(language: str) -> Lexicon:
    """The words of ``language``, and names of days and months of the others that nobody can mistake."""
    entries = dict(_entries(language))
    own = dict(entries)
    for other in LANGUAGES:
        for words, (letter, value) in _entries(other) if other != language else ():
            if letter in "WMR" and value != NOW and len(words) == 1 and len(words[0]) >= 5:
                entries.setdefault(words, (letter, value))
    phrases: dict[str, list[Entry]] = {}
    for words, (letter, value) in sorted(entries.items(), key=lambda item: -len(item[0])):
        phrases.setdefault(words[0], []).append((words[1:], letter, value))
    named = [fold(names[0]) for kind in ("weekday", "month") for names in _read(language)[kind]]
    names = {name: own[(name,)] for name in named}
    typos: dict[str, tuple[str, Value]] = {}
    for name, said in names.items():
        for wrong in _within_one(name) if len(name) >= 5 else ():
            typos[wrong] = said if typos.get(wrong, said) == said else ("x", None)
    typos = {wrong: said for wrong, said in typos.items() if wrong not in phrases and wrong not in _NO_TYPOS}
    read = _read(language)
    searched = {kind: _any_of([fold(phrase) for phrase in read[kind]]) for kind in SEARCHED}
    suffixes = frozenset(fold(one) for one in read["suffix"])
    return Lexicon(language, phrases, typos, suffixes, searched)


NOW = "now"
"""The value of a word like "now", that more often than not names no day."""


@lru_cache(maxsize=len(LANGUAGES))
def _entries(language: str) -> tuple[tuple[tuple[str, ...], tuple[str, Value]], ...]:
    read = _read(language)
    found: dict[tuple[str, ...], tuple[str, Value]] = {}
    for kind, letter in LETTERS.items():
        for phrase, said in _of_kind(kind, letter, read.get(kind, [])):
            for spelled in _spellings(phrase):
                if spelled:
                    found.setdefault(spelled, said)
    return tuple(found.items())


def _of_kind(kind: str, letter: str, given: Any) -> list[tuple[str, tuple[str, Value]]]:
    """Each phrase of a kind with its letter and value."""
    if kind in ("weekday", "month"):
        first = 0 if kind == "weekday" else 1
        return [(word, (letter, k)) for k, words in enumerate(given, first) for word in words]
    if kind in ("number", "ordinal"):
        return [(word, (letter, k)) for k, words in enumerate(given, 1) for word in words.split("|")]
    if kind in ("numbers", "day"):
        return [(word, (letter, int(k))) for k, words in given.items() for word in words]
    if kind == "now":
        return [(word, (letter, NOW)) for word in given]
    if kind == "one":
        return [(word, (letter, 1)) for word in given]
    if kind == "unit":
        days = [(word, ("d", int(n))) for n, words in given["day"].items() for word in words]
        return days + [(w, (UNITS[unit], 1)) for unit, words in given.items() if unit != "day" for w in words]
    if kind == "part":
        return [(word, (PARTS[part], part)) for part, words in given.items() for word in words]
    if kind in ("period", "holiday"):
        return [(word, (letter, key)) for key, words in given.items() for word in words]
    return [(word, (letter, word)) for word in given]


def _spellings(phrase: str) -> list[tuple[str, ...]]:
    """The words of a phrase as they are typed: with accents off, or with ae, oe, ue for an umlaut."""
    written = [phrase]
    if any(letter in phrase for letter in "äöü"):
        written.append(phrase.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue"))
    return [tuple(_WORD.findall(fold(one))) for one in written]


_WORD = re.compile(r"[^\W\d_]+|\d+|&")


@lru_cache(maxsize=len(LANGUAGES))
def _read(language: str) -> dict[str, Any]:
    text = files(__package__).joinpath(f"{language}.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    read: dict[str, Any] = yaml.load(text, Loader=loader)
    return read


def _any_of(phrases: list[str]) -> re.Pattern[str]:
    words = sorted({re.escape(" ".join(_WORD.findall(one))) for one in phrases}, key=len, reverse=True)
    return re.compile(r"(?<![^\W_])(?:" + "|".join(words).replace(r"\ ", "[ '-]") + r")(?![^\W_])")


def _within_one(name: str) -> set[str]:
    """Words that begin like the name and lie one insertion, deletion, change or exchange of neighbours from it."""
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    cuts = [(name[:k], name[k:]) for k in range(1, len(name) + 1)]
    out = {a + b[1:] for a, b in cuts if b} | {a + c + b for a, b in cuts for c in alphabet}
    out |= {a + c + b[1:] for a, b in cuts if b for c in alphabet}
    out |= {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    return out - {name}
