"""Words in pieces, as BERT without capitals reads them (Devlin et al. 2019; Wu et al. 2016).

``wordpiece.txt`` is the vocabulary of Google's bert-base-uncased (Apache-2.0), a piece a line; its line is its number.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files

BEGIN, END, UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
INSIDE = "##"
"""Before a piece that goes on with a word."""
_LONGEST_WORD = 100
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


@cache
def vocabulary() -> dict[str, int]:
    """The number of each piece."""
    text = files(__package__).joinpath("wordpiece.txt").read_text(encoding="utf-8")
    return {piece: number for number, piece in enumerate(text.removesuffix("\n").split("\n"))}


def numbers_of(text: str, most: int) -> list[int]:
    """The numbers of the pieces of a text between those of begin and end; ``most`` of them in all.

    >>> known = list(vocabulary())
    >>> [known[number] for number in numbers_of("Überweisung über 12€!", 20)]
    ['[CLS]', 'uber', '##wei', '##sun', '##g', 'uber', '12', '##€', '!', '[SEP]']
    """
    known = vocabulary()
    found = [known[BEGIN]]
    for word in plain_words(text):
        found += [known[piece] for piece in pieces_of(word)]
        if len(found) >= most:
            break
    return [*found[: most - 1], known[END]]


def plain_words(text: str) -> list[str]:
    """Small letters without accents; every mark of punctuation and every ideograph is a word."""
    spaced = "".join(_spaced(letter) for letter in text)
    folded = unicodedata.normalize("NFD", spaced)
    plain = "".join(letter for letter in folded if unicodedata.category(letter) != "Mn").lower()
    return "".join(f" {letter} " if _is_mark(letter) else letter for letter in plain).split()


def pieces_of(word: str) -> list[str]:
    """From the left the longest piece that is known, again and again; one unknown piece where that ends."""
    known = vocabulary()
    found: list[str] = []
    begin = 0
    while begin < len(word) <= _LONGEST_WORD:
        ahead = INSIDE if begin else ""
        end = next((e for e in range(len(word), begin, -1) if ahead + word[begin:e] in known), begin)
        if end == begin:
            return [UNKNOWN]
        found.append(ahead + word[begin:end])
        begin = end
    return found or [UNKNOWN]


def _spaced(letter: str) -> str:
    if letter in "\t\n\r" or unicodedata.category(letter) == "Zs":
        return " "
    if letter == "\ufffd" or unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cs"):
        return ""
    return f" {letter} " if any(first <= ord(letter) <= last for first, last in _IDEOGRAPHS) else letter


def _is_mark(letter: str) -> bool:
    if letter.isascii():
        return letter.isprintable() and not letter.isalnum() and letter != " "
    return unicodedata.category(letter).startswith("P")
