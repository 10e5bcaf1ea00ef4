"""The words of a message as the model reads them, each of which knows where it stands.

Small letters without accents; what differs from customer to customer (amounts, days, numbers of invoices, addresses)
becomes one word for its kind. Question and exclamation marks are words, because they make a question of a statement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..text import plain_letters

_MONEY = r"(?:€|£|\$|¥|\b(?:eur|euros?|usd|gbp|chf|fr\.|sfr|dollars?|pounds?|quid|pfund|livres|libras)\b)"
_FIGURE = r"\d+(?:[.,'\u2019 \u00a0\u202f]\d{3})*(?:[.,]\d{1,2})?(?:,-|[,]\u2013)?"
_MONTHS = (
    r"jan(?:uary|uar|vier)?|feb(?:ruary|ruar|rero)?|f[ée]v(?:rier)?|mar(?:ch|s|zo)?|m[aä]rz|a[pvb]r(?:il)?|ma[yi]o?|jun[ei]?|jui[nl](?:let)?|"
    r"junio|jul[yi]?o?|aug(?:ust)?|ao[uû]t|ago(?:sto)?|sept?(?:ember|embre|iembre)?|o[ck]t(?:ober|obre|ubre)?|nov(?:ember|embre|iembre)?|"
    r"d[eé][czs](?:ember|embre|iembre)?|enero|ene|dic(?:iembre)?"
)
KINDS = {
    "mark": r"\[(?:card|account|secret)\]",
    "link": r"https?://[^\s<>]+|www\.[^\s<>]+",
    "address": r"[^\s@<>()\[\]:;,\"]+@[^\s@<>()\[\]:;,\"]+\.[a-zA-Z]{2,}",
    "percent": r"\d+(?:[.,]\d+)? ?%",
    "day": (
        rf"\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}}(?P<between>[./-])\d{{1,2}}(?P=between)(?:\d{{4}}|\d\d)?(?!\d)|\b\d{{1,2}}/\d{{1,2}}\b"
        rf"|\b\d{{1,2}}(?:st|nd|rd|th|er|\.)?(?: of| de)? (?:{_MONTHS})\b\.?(?: (?:de )?\d{{4}}\b)?"
        rf"|\b(?:{_MONTHS})\.? \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}}\b)?|\b\d{{1,2}}(?:st|nd|rd|th)\b"
    ),
    "clock": r"\b\d{1,2}(?::\d\d(?: ?[ap]m)?| ?[ap]m\b| uhr\b| ?h\d\d\b)",
    "amount": rf"{_MONEY} ?{_FIGURE}(?: ?k\b)?|{_FIGURE} ?(?:k\b ?)?{_MONEY}|\b\d{{1,3}} ?k\b",
    "reference": r"#\s?\d+|\b[a-z]{1,6}[-/_]?\d+(?:[-/_.]\w+)*|\b\d+[-/_][\w-]*\w|\b\d{4,}\b",
    "number": r"\d+(?:[.,]\d+)*",
    "sign": r"[?!]",
    "word": r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*",
}
"""How each kind of word is found; the first kind that fits counts."""
_ANY = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in KINDS.items()), re.IGNORECASE)
_KEPT = frozenset({"mark", "sign", "word"})


@dataclass(frozen=True)
class Word:
    """One word: as the model reads it, and from where to where it stands in the text."""

    form: str
    start: int
    end: int


def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text, in order.

    >>> [word.form for word in words_of("Wir überweisen 1.200 € am 3. April, ok?")]
    ['wir', 'uberweisen', '<amount>', 'am', '<day>', 'ok', '?']
    """
    found = []
    for match in _ANY.finditer(text):
        kind = str(match.lastgroup)
        form = plain_letters(match[0]) if kind in _KEPT else f"<{kind}>"
        if form:
            found.append(Word(form, match.start(), match.end()))
    return tuple(found)
