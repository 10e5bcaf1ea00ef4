"""A text in small letters without accents, each letter of which knows where it came from."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_APOSTROPHES, _DASHES = "\u2018\u2019\u02bc\u00b4`\u2032", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"


@dataclass(frozen=True)
class Letters:
    """The plain letters of a text: one blank between words, a line end where a paragraph ends.

    Attributes
    ----------
    original : the text. plain : its letters. places : (n,) for each of them, where it stands in the text.
    """

    original: str
    plain: str
    places: tuple[int, ...]

    def quote(self, start: int, end: int) -> str:
        """The original words of a part of ``plain``, which may not be empty."""
        return self.original[self.places[start] : self.places[end - 1] + 1].strip()


def letters_of(text: str) -> Letters:
    r"""The plain letters of a text.

    >>> letters_of("Größe\u00a0 ÉTÉ\n\nok").plain
    'grosse ete\nok'
    """
    plain: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        if letter.isspace():
            if not plain:
                continue
            if plain[-1] in " \n":
                if letter == "\n" and text[places[-1] : place + 1].count("\n") > 1:
                    plain[-1] = "\n"
                continue
            apart = " "
        elif letter in _APOSTROPHES:
            apart = "'"
        elif letter in _DASHES:
            apart = "-"
        else:
            folded = unicodedata.normalize("NFKD", letter.casefold())
            apart = "".join(one for one in folded if not unicodedata.combining(one))
        plain += apart
        places += [place] * len(apart)
    return Letters(text, "".join(plain), tuple(places))
