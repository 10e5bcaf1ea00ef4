"""How long a text message is: GSM 7-bit (3GPP TS 23.038) where all of it fits that alphabet, else UCS-2."""

from __future__ import annotations

from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""One unit each."""
EXTENDED = frozenset("\f^{}\\[~]|€")
"""Two units each: an escape and a letter, which stay together."""
_ALONE = {"gsm7": 160, "ucs2": 70}
_PART = {"gsm7": 153, "ucs2": 67}
_PLAIN = str.maketrans(
    dict.fromkeys("\u00a0\u2007\u2009\u202f\t", " ")
    | dict.fromkeys("\u2010\u2011\u2013\u2014", "-")
    | dict.fromkeys("\u2018\u2019", "'")
    | dict.fromkeys("\u201c\u201d\u201e", '"')
    | {"\u2026": "..."}
)


@dataclass(frozen=True)
class Size:
    """How a text travels: alphabet (gsm7 or ucs2), units of it, and segments, each of which is paid for."""

    alphabet: str
    units: int
    segments: int


def plain(text: str) -> str:
    r"""The text with typographic blanks, dashes and quotes in the letters of every phone.

    One of them would make a message of 160 letters one of 70.

    Examples
    --------
    >>> plain("1\u202f234,50\u00a0€ \u2013 \u201cthanks\u201d")
    '1 234,50 € - "thanks"'
    """
    return text.translate(_PLAIN)


def sms_size(text: str) -> Size:
    """Count a text.

    Examples
    --------
    >>> sms_size("Pay 10€")
    Size(alphabet='gsm7', units=8, segments=1)
    >>> sms_size("ó" * 71)
    Size(alphabet='ucs2', units=71, segments=2)
    """
    alphabet = _alphabet(text)
    return Size(alphabet, sum(_units(letter, alphabet) for letter in text), len(sms_split(text)))


def sms_split(text: str) -> list[str]:
    """The segments in which a text travels; together they are the text, and no letter of two units is cut.

    A text that fits one message is one segment; from two on, each has room for a header less.
    """
    alphabet = _alphabet(text)
    if sum(_units(letter, alphabet) for letter in text) <= _ALONE[alphabet]:
        return [text]
    found, begin, used = [], 0, 0
    for place, letter in enumerate(text):
        units = _units(letter, alphabet)
        if used + units > _PART[alphabet]:
            found.append(text[begin:place])
            begin, used = place, 0
        used += units
    return [*found, text[begin:]]


def _alphabet(text: str) -> str:
    return "gsm7" if set(text) <= BASIC | EXTENDED else "ucs2"


def _units(letter: str, alphabet: str) -> int:
    return 1 + (letter in EXTENDED if alphabet == "gsm7" else letter > "\uffff")
