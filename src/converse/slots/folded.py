"""A text in small letters without accents, each letter of which knows where it came from."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Folded:
    """The folded text, and for each of its letters the place of the original one; None where nothing has moved."""

    original: str
    text: str
    places: Sequence[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of the folded text from ``start`` to ``end`` (not empty)."""
        if self.places is None:
            return start, end
        last = self.places[end - 1] + 1
        while last < len(self.original) and unicodedata.combining(self.original[last]):
            last += 1
        return self.places[start], last

    def within(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the folded text of the original from ``start`` to ``end``."""
        if self.places is None:
            return start, end
        return bisect_left(self.places, start), bisect_left(self.places, end)

    def quote(self, start: int, end: int) -> tuple[str, int, int]:
        """The original words of it, and their offsets."""
        first, last = self.span(start, end)
        return self.original[first:last], first, last


@lru_cache(maxsize=4096)
def _fold(letter: str) -> str:
    if letter.isspace():
        return "\n" if letter in "\n\r\u2028\u2029\x85" else " "
    if letter in "\u2018\u2019\u02bc\u00b4`\u2032":
        return "'"
    if "\u2010" <= letter <= "\u2015" or letter == "\u2212":
        return "-"
    apart = unicodedata.normalize("NFKD", letter.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one))


def folded(text: str) -> Folded:
    """Casefolded, accents off, every blank a blank, every dash a hyphen.

    >>> folded("Übermorgen, Straße").text
    'ubermorgen, strasse'
    """
    letters = [_fold(letter) for letter in text]
    if all(len(letter) == 1 for letter in letters):
        return Folded(text, "".join(letters), None)
    places = [place for place, letter in enumerate(letters) for _ in letter]
    return Folded(text, "".join(letters), places)


def has_any(text: str, stems: tuple[str, ...]) -> bool:
    """Whether any of the stems is in a folded text: a cheap look before a dear pattern."""
    return any(stem in text for stem in stems)


def fold(text: str) -> str:
    """The folded text alone."""
    return folded(text).text
