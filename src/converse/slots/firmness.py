"""How firm a promise to pay is, and whether there is one."""

from __future__ import annotations

import re

from .found import DateSlot
from .patterns import words

_SENTENCE = re.compile(r"[.!?;\n]+(?=\s|$)|\n")
_PAY = words("firmness_pay")
_ASPIRES = words("firmness_aspires")
_SOFT = words("firmness_soft")
_FIRM = words("firmness_firm")
_NOT = words("firmness_not")
_ASKS = words("firmness_asks")
_NOT_OURS = words("firmness_not_ours")
_ALREADY = words("firmness_already")


def firmness_of(text: str, dates: tuple[DateSlot, ...] = ()) -> str:
    """Whether a folded text promises "firm", "soft" or "aspirational", or "" not at all; the weakest sentence decides.

    Questions, refusals, and payments that were made are no promises.
    """
    found = set()
    for sentence, question in _sentences(text):
        if _NOT.search(sentence):
            continue
        asked = question or _ASKS.match(sentence.lstrip()) is not None
        paying = bool(_PAY.search(sentence))
        if not paying and not (dates and len(text) < 160):
            continue
        kind = _kind(sentence)
        if kind == "firm" and (
            asked or (_ALREADY.search(sentence) and not re.search(r"\b(?:will|werden|wird|rest)\b", sentence))
        ):
            continue
        if kind in ("soft", "aspirational") and asked and _ASKS.search(sentence):
            continue
        found.add(kind)
    return next((kind for kind in ("aspirational", "soft", "firm") if kind in found), "")


def _kind(sentence: str) -> str:
    if _NOT_OURS.search(sentence):
        return "firm" if _FIRM.search(sentence) else ""
    if _ASPIRES.search(sentence):
        return "aspirational"
    if _SOFT.search(sentence):
        return "soft"
    return "firm" if _FIRM.search(sentence) else ""


def _sentences(text: str) -> list[tuple[str, bool]]:
    """Each sentence, and whether it is a question."""
    out, begin = [], 0
    for match in _SENTENCE.finditer(text):
        out.append((text[begin : match.start()][:600], "?" in match[0]))
        begin = match.end()
    out.append((text[begin:][:600], False))
    return [(sentence, asked) for sentence, asked in out if sentence.strip()]
