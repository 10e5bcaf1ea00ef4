"""What dates in numbers mean: 03/04, 3.4.2025, 2025-04-03; and what is none of them, a fraction or an invoice."""

from __future__ import annotations

import re

from .calendar_days import Span
from .reading import Reading

_SEPARATOR = re.compile(r"[-/.' ]+")


_FRACTION = re.compile(r"\s*(?:of|der|des|du|de|del|la|now|today|jetzt|heute|vom|from|ahora|hoy|maintenant)\b")


_EXPIRES = re.compile(r"\[card\]|\bexp\b|\bexp[.:]|expir|valid|gultig|caduc|ablauf|venciment")
_NUMBERED = frozenset(
    [
        "no",
        "nr",
        "num",
        "number",
        "nummer",
        "numero",
        "numeros",
        "ref",
        "id",
        "po",
        "order",
        "bestellung",
        "commande",
        "pedido",
        "re",
        "rg",
        "inv",
        "kunde",
        "customer",
        "account",
    ]
)


def in_numbers(match: re.Match[str], read: Reading) -> Span | None:
    """03/04, 3.4., 3-4-2025, 2025-04-03, with a weekday or without."""
    place = match.start("D")
    text = str(read.lexemes.values[place])
    parts = [int(part) for part in _SEPARATOR.split(text) if part]
    year: int | None = None
    if "A" in match.groupdict() and match["A"]:
        year = read.value(match, "A")
    if _no_date(match, read, place, text, parts):
        return Span.none()
    if len(parts) == 3 and parts[0] > 31:
        found = read.on(parts[1], parts[2], parts[0])
        return found if found is not None else Span.none()
    if len(parts) == 3:
        year = parts[2] + 2000 if parts[2] < 100 else parts[2]
    return _of_two(match, read, parts[0], parts[1], year)


def _no_date(match: re.Match[str], read: Reading, place: int, text: str, parts: list[int]) -> bool:
    """Whether numbers of that form are something else: a fraction, a decimal, the number of an invoice."""
    previous, word = read.lexemes.letter(place - 1), read.lexemes.word(place - 1)
    if previous == "n" or word in _NUMBERED or text == "24/7" or (word == "." and _numbered_before(read, place)):
        return True
    if len(parts) == 3:
        return False
    if "/" in text and _EXPIRES.search(read.lexemes.folded.text[: read.lexemes.starts[place]][-40:]):
        return True
    if "/" in text and parts[0] < parts[1] <= 5 and previous not in "lYiW<>F":
        after = read.lexemes.folded.text[read.lexemes.ends[place] :][:12]
        return bool(_FRACTION.match(after))
    dotted = "." in text and not text.endswith(".")
    return (dotted or (read.language == "en" and "." in text)) and previous not in "lYioW<>F~&|-T{,:ZX"


def _numbered_before(read: Reading, place: int) -> bool:
    return read.lexemes.word(place - 2) in _NUMBERED


def _of_two(match: re.Match[str], read: Reading, a: int, b: int, year: int | None) -> Span:
    """Day and month in the order of the country; a weekday beside them tells which is which, or that neither fits."""
    orders = [(a, b)] if a == b else {"dmy": [(a, b)], "mdy": [(b, a)]}.get(read.order, [(a, b), (b, a)])
    if not any(1 <= month <= 12 and 1 <= day <= 31 for day, month in orders):
        orders = [(a, b)] if read.order == "mdy" else [(b, a)]
    found = [span for day, month in orders if (span := read.on(month, day, year)) is not None]
    if not found:
        return Span.none()
    if match["W"] is not None:
        number = read.value(match, "W")
        fitting = [span for span in found if span.first and span.first.weekday() == number]
        return fitting[0] if len(fitting) == 1 else Span.open()
    return found[0] if len(found) == 1 else Span.open()


def two_days(match: re.Match[str], read: Reading) -> Span | None:
    """20/21 May."""
    parts = [int(part) for part in _SEPARATOR.split(str(read.lexemes.values[match.start("D")])) if part]
    if len(parts) != 2 or parts[0] >= parts[1]:
        return None
    year = read.value(match, "A") if match["A"] else None
    last = read.on(read.value(match, "M"), parts[1], year)
    if last is None or last.first is None:
        return last
    return Span(last.first.replace(day=parts[0]), last.first, written=year is not None)
