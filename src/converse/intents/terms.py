"""The terms of a message that are weighted: words, pairs and pieces of words, ideas; each knows its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from .ideas import idea_terms
from .words import Word

Term = tuple[str, tuple[int, ...]]
"""A term, and the places of the words that it is made of."""
SHORTEST, LONGEST = 2, 5
"""Letters of a piece."""
_BEGIN, _END = "^", "$"


def word_terms(words: Sequence[Word]) -> list[Term]:
    """Every word, and every two that stand together; the message's begin and end count as words of pairs."""
    forms = [_BEGIN, *(word.form for word in words), _END]
    last = len(words) - 1
    terms: list[Term] = [(form, (place,)) for place, form in enumerate(forms[1:-1])]
    for place in range(len(forms) - 1) if words else ():
        of = tuple(sorted({max(place - 1, 0), min(place, last)}))
        terms.append((f"{forms[place]} {forms[place + 1]}", of))
    return terms


def piece_terms(words: Sequence[Word]) -> list[Term]:
    """Pieces of words, of :data:`SHORTEST` to :data:`LONGEST` letters, with a blank on either side of each word."""
    terms: list[Term] = []
    for place, word in enumerate(words):
        if not word.form[0].isalpha():
            continue
        padded, of = f" {word.form} ", (place,)
        for size in range(SHORTEST, LONGEST + 1):
            terms += [(padded[begin : begin + size], of) for begin in range(len(padded) - size + 1)]
    return terms


BLOCKS: Mapping[str, Callable[[Sequence[Word]], list[Term]]] = {
    "word": word_terms,
    "piece": piece_terms,
    "idea": idea_terms,
}
"""Kinds of terms, by name; the terms of each kind are weighted apart and brought to length 1."""
