"""Somebody to turn to instead: a name, an e-mail address, a telephone number."""

from __future__ import annotations

import re
from bisect import bisect_left

from .folded import Folded, has_any
from .found import NameSlot
from .patterns import pattern, stems
from .places import Places

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,60}(?:\.[\w-]{1,60}){1,5}")
_PHONE = re.compile(r"(?<![\w.,/-])(?:\+|00|\(?0)\d?[\d()](?:[ ()./-]{0,3}\d){5,16}(?![\w%])(?![.,]\d)")
_CALLED = re.compile(pattern("names_called"))
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)")
_LOCAL = re.compile(r"(?<![\w.,/+-])\d(?:[ -]?\d){6,12}(?![\w%])(?![.,]\d)")

_PART = r"(?:[A-ZÀ-ÖØ-ÞŁŠŽ][\w'\u2019]{0,30}(?:-[A-ZÀ-ÖØ-Þ][\w'\u2019]{0,30})?|[A-Z]\.)"
_SMALL = r"(?:von|van|de|der|den|del|la|le|du|di|da|dos|zu|ten|Mc|O')"
_NAME = rf"{_PART}(?: (?:{_SMALL} ){{0,2}}{_PART}){{0,3}}"
_TITLE = pattern("names_title")
_OURS = r"(?i:our|my|mit|meine[nr]?|unsere[nr]?|notre|mon|ma|nuestra|nuestro|mi|the|in|new|a|bitte)"
_CUED = re.compile(rf"(?<!\w)(?i:{pattern('names_turn')}),? (?:{_OURS} ){{0,2}}(?i:{_TITLE} )?(?P<name>{_NAME})")
_TITLED = re.compile(rf"(?<!\w){_TITLE} (?P<name>{_NAME})")
_DEPARTMENT = re.compile(
    rf"(?<!\w)(?P<name>{_NAME})(?:,)? (?:in|from|at|of|aus der|in der|im|von der|du|de la|au|del?|de) "
    rf"(?i:{pattern('names_departments')})"
)
_BY = r"(?i:e-?mail|mail|tel\.?|phone|mobile|at|on|unter|au|en|telefon|correo|per|via|an)"
_BEFORE = re.compile(rf"(?<!\w)(?P<name>{_NAME})[ ,:;<(\[\u2013-]{{1,4}}(?:{_BY}[ .:]{{0,3}}){{0,2}}$")
_NO_NAMES = frozenset(stems("names_no_names"))
_GREETING = re.compile(pattern("names_greeting"))
_TRIED = 8
_NEAR = 160
"""Letters after a name within which an address or a number is taken for this person's."""


def find_names(folded: Folded) -> list[NameSlot]:
    """The contacts in a text: names after words like "contact" or a title, with the address and number beside them.

    The writer's own name under the text is none. An address or a number without a name is a slot of its own.
    """
    text = folded.original
    emails = [(m.start(), m.end()) for m in _EMAIL.finditer(text)]
    phones = _phones(text, emails)
    names = _names(text, [*emails, *phones])
    out: list[NameSlot] = []
    used: set[tuple[int, int]] = set()
    for k, (start, end) in enumerate(names):
        stop = min(names[k + 1][0] if k + 1 < len(names) else len(text), end + _NEAR)
        mine = [_first(spans, end, stop, used, text) for spans in (emails, phones)]
        used |= {span for span in mine if span is not None}
        last = max([end, *(span[1] for span in mine if span is not None)])
        email, phone = (text[span[0] : span[1]] if span else "" for span in mine)
        out.append(NameSlot(text[start:last], start, last, text[start:end], email, phone))
    for start, end in emails:
        if (start, end) not in used:
            near = _first(phones, end, end + 80, used, text)
            last = near[1] if near else end
            used |= {near} if near else set()
            phone = text[near[0] : near[1]] if near else ""
            out.append(NameSlot(text[start:last], start, last, "", text[start:end], phone))
    out += [NameSlot(text[a:b], a, b, "", "", text[a:b]) for a, b in phones if (a, b) not in used]
    return sorted(out, key=lambda slot: slot.start)


def _first(
    spans: list[tuple[int, int]], start: int, stop: int, used: set[tuple[int, int]], text: str
) -> tuple[int, int] | None:
    """The first of sorted spans that begins there, is not yet anybody's, and stands in the same paragraph."""
    for span in spans[bisect_left(spans, (start, 0)) :][:_TRIED]:
        if span[0] >= stop:
            return None
        if span not in used and "\n\n" not in text[start : span[0]]:
            return span
    return None


def find_phones(folded: Folded) -> list[tuple[int, int]]:
    """Offsets, in the original text, of telephone numbers."""
    return _phones(folded.original, [])


def _phones(text: str, emails: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found = [
        match.span()
        for match in _PHONE.finditer(text)
        if 7 <= sum(letter.isdigit() for letter in match[0]) <= 15 and not _DATE.match(match[0])
    ]
    reached = Places([*found, *emails])
    local = [match.span() for match in _LOCAL.finditer(text) if not reached.meet(*match.span())]
    found += [span for span in local if _CALLED.search(text[max(0, span[0] - 40) : span[0]].casefold())]
    return sorted(found)


def _names(text: str, reached: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    small = text.casefold()
    cued = has_any(small, stems("stems_turn"))
    for each in (
        *((_CUED,) if cued else ()),
        *((_DEPARTMENT,) if has_any(small, stems("stems_departments")) else ()),
        _TITLED,
    ):
        found += [span for m in each.finditer(text) if (span := _trimmed(text, m.start("name"), m.end("name")))]
    for start, _ in reached:
        begin = max(0, start - 70)
        if (match := _BEFORE.search(text[begin:start])) and (
            span := _trimmed(text, begin + match.start("name"), begin + match.end("name"))
        ):
            found.append(span)
    out: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not out or start >= out[-1][1]:
            out.append((start, end))
    return out


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The name without words at its ends that are none; None if nothing is left, or it is a greeting."""
    words = [(m.start() + start, m.end() + start) for m in re.finditer(r"\S+", text[start:end])]
    while words and _is_no_name(text, words[0]):
        words.pop(0)
    for k, word in enumerate(words):
        if _is_no_name(text, word):
            words = words[:k]
            break
    if not words or words[-1][1] - words[0][0] < 2:
        return None
    before = text[max(0, words[0][0] - 25) : words[0][0]].casefold()
    greeting = _GREETING.search(before)
    return None if greeting else (words[0][0], words[-1][1])


def _is_no_name(text: str, word: tuple[int, int]) -> bool:
    return text[word[0] : word[1]].casefold().strip(".,'\u2019") in _NO_NAMES
