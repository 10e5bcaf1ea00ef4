"""Numbers of the customer's own invoices in a message, however they are typed; never a guess where two fit."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from .folded import Folded, fold
from .found import InvoiceSlot
from .patterns import stems
from .places import Places

_CHUNK = re.compile(r"[^\W\d_]+|\d+")
_LINK = re.compile(r"[ .:#/_\\-]{0,3}")
_MOST = 8
"""Chunks of letters or digits that a number may have."""
_CUES = frozenset(stems("invoices_cues"))
_STRONG = frozenset(stems("invoices_strong"))
_NUMBERED = frozenset(stems("invoices_numbered"))
_PREFIXES = frozenset(stems("invoices_prefixes"))
"""Letters before a number that any firm may mean an invoice by."""
_OTHERS = frozenset(stems("invoices_others"))
"""Words after which a number is of something else."""
Key = tuple[str, ...]


@dataclass(frozen=True)
class _Known:
    """The customer's numbers by what may be typed: all chunks, the last ones, or the same without separators."""

    by_key: dict[Key, set[str]]
    by_run: dict[str, set[str]]
    first: frozenset[str]


def _chunks(text: str) -> Key:
    return tuple(chunk.lstrip("0") or "0" if chunk.isdigit() else chunk for chunk in _CHUNK.findall(text))


def _known(ids: Collection[str]) -> _Known:
    by_key: dict[Key, set[str]] = {}
    by_run: dict[str, set[str]] = {}
    for one in ids:
        plain = fold(one)
        chunks, raw = _chunks(plain), _CHUNK.findall(plain)
        for first in range(len(chunks)):
            if chunks[first:] and any(chunk.isdigit() for chunk in chunks[first:]):
                by_key.setdefault(chunks[first:], set()).add(one)
                by_run.setdefault("".join(raw[first:]), set()).add(one)
        if chunks and not any(chunk.isdigit() for chunk in chunks):
            by_key.setdefault(chunks, set()).add(one)
    return _Known(by_key, by_run, _PREFIXES | {key[0] for key in by_key})


def find_invoices(folded: Folded, ids: Collection[str], open_ids: Collection[str], taken: Places) -> list[InvoiceSlot]:
    """The invoices of ``ids`` that a text names.

    Case, blanks, signs, leading zeros and the prefix may differ or miss, as long as one invoice alone fits. A number of
    fewer than four digits counts only after a word like "invoice".
    """
    known = _known(ids)
    if not known.by_key:
        return []
    text = folded.text
    chunks = [(m[0], m.start(), m.end()) for m in _CHUNK.finditer(text)]
    linked = [bool(_LINK.fullmatch(text[a[2] : b[1]])) for a, b in pairwise(chunks)]
    out: list[InvoiceSlot] = []
    place, listed = 0, False
    while place < len(chunks):
        word = chunks[place][0]
        if not word.isdigit() and (word not in known.first or not _figures_follow(chunks, place, known)):
            listed = listed and word in _CUES
            place += 1
            continue
        most = 1
        while most < _MOST and place + most - 1 < len(linked) and linked[place + most - 1]:
            most += 1
        used = 0
        for size in range(most, 0, -1):
            one = _fits(text, chunks, place, size, known, listed, taken)
            if one:
                quote, start, end = folded.quote(chunks[place][1], chunks[place + size - 1][2])
                out.append(InvoiceSlot(quote, start, end, one, one in open_ids))
                used = size
                break
        listed = bool(used) or (listed and chunks[place][0] in _CUES)
        place += used or 1
    return out


def _figures_follow(chunks: list[tuple[str, int, int]], place: int, known: _Known) -> bool:
    """Whether a number may begin with this word: figures stand among the next chunks, or the word is a whole number."""
    return any(chunk[0].isdigit() for chunk in chunks[place + 1 : place + 4]) or (chunks[place][0],) in known.by_key


def _fits(
    text: str, chunks: list[tuple[str, int, int]], place: int, size: int, known: _Known, listed: bool, taken: Places
) -> str:
    """The one invoice that chunks from ``place`` mean; empty if there is none, or more than one."""
    words = [chunk[0] for chunk in chunks[place : place + size]]
    if not any(word.isdigit() for word in words) and len("".join(words)) < 4:
        return ""
    key = tuple(word.lstrip("0") or "0" if word.isdigit() else word for word in words)
    ids = known.by_key.get(key) or known.by_run.get("".join(words)) or set()
    if not ids and len(words) > 1 and words[0] in _PREFIXES and words[1].isdigit():
        ids = known.by_key.get(key[1:]) or known.by_run.get("".join(words[1:])) or set()
        if len(ids) == 1 and not _has_own_prefix(next(iter(ids)), words[0]) and _attached(chunks, place):
            return ids.copy().pop()
    if len(ids) != 1:
        return ""
    one = next(iter(ids))
    whole = _chunks(fold(one))
    start, end = chunks[place][1], chunks[place + size - 1][2]
    if key == whole and not words[0].isdigit():
        return one
    if taken.meet(start, end):
        return ""
    return one if _plain_number(text, chunks, place, size, listed) else ""


def _attached(chunks: list[tuple[str, int, int]], place: int) -> bool:
    return chunks[place + 1][1] - chunks[place][2] <= 3


def _has_own_prefix(one: str, prefix: str) -> bool:
    return fold(one).startswith(prefix)


def _plain_number(text: str, chunks: list[tuple[str, int, int]], place: int, size: int, listed: bool) -> bool:
    """Whether digits without a prefix are meant as an invoice: by their length and the words around them."""
    start, end = chunks[place][1], chunks[place + size - 1][2]
    before = chunks[place - 1][0] if place else ""
    gap = text[chunks[place - 1][2] : start] if place else ""
    if (place and gap == "") or (len(gap) <= 4 and _of_other(chunks, place)):
        return False
    if place and gap in ("-", "/", "_") and not before.isdigit() and before not in _PREFIXES:
        return False
    digits = sum(len(word.lstrip("0")) for word, _, _ in chunks[place : place + size] if word.isdigit())
    after = text[end : end + 2]
    if re.match(r"[.,:]\d|%| %|[^\W_]", after) or re.search(r"[€$£+]\s?$|\d[.,]$", text[max(0, start - 3) : start]):
        return False
    if re.match(
        r" ?(?:€|\$|£|eur|gbp|usd|chf|euro|pound|quid|k\b|days?|tage|jours|dias|weeks?|wochen|raten|%)",
        text[end : end + 8],
    ):
        return False
    cued = gap.strip().startswith("#") or _cued(chunks, place) or text[max(0, start - 1) : start] == "#"
    if cued or (
        listed
        and re.fullmatch(r"[ ,;&+/\n-]*(?:and|und|et|y|or|oder|ou|o)?[ ,;&+/\n-]*", _between(text, chunks, place))
    ):
        return True
    year = size == 1 and digits == 4 and 1990 <= int(chunks[place][0]) <= 2099
    return digits >= 4 and not year


def _between(text: str, chunks: list[tuple[str, int, int]], place: int) -> str:
    back = place - 1
    while back > 0 and chunks[back][0] in ("and", "und", "et", "y", "or", "oder", "ou", "o"):
        back -= 1
    return text[chunks[back][2] : chunks[place][1]] if place else ""


def _of_other(chunks: list[tuple[str, int, int]], place: int) -> bool:
    """Whether it is the number of an order, a customer, a telephone."""
    back = place - 1
    while back > 0 and place - back < 3 and chunks[back][0] in _NUMBERED:
        back -= 1
    return back >= 0 and chunks[back][0] in _OTHERS


def _cued(chunks: list[tuple[str, int, int]], place: int) -> bool:
    """Whether a word for invoices stands before, at most words like "number" between."""
    for back in range(place - 1, max(place - 4, -1), -1):
        word = chunks[back][0]
        if word in _STRONG:
            return True
        if word not in _NUMBERED:
            return False
    return place > 0 and chunks[place - 1][0] in _NUMBERED
