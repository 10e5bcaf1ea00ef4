"""Numbers that look like this customer's invoices and are none: they are asked about, and never told back."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from ..slots.found import InvoiceSlot, Slots

_CUED = re.compile(
    r"(?<![^\W_])(?:invoices?|inv|bill|rechnung(?:en|snummer|s-?nr)?|rg|factures?|facturas?|fra)\.?[ ]*"
    r"(?:(?:no|nr|number|num|nummer|numero|n[°º])\.?[ ]*)?[:#]?[ ]*(?P<number>[a-z]{0,5}[-/_]?\d[\d/_-]{2,}\d)"
    r"(?![\d.,]*\d|[^\W_]| ?(?:€|£|\$|%|eur\b|gbp\b|usd\b|chf\b))",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_MOST = 200
"""Letters of a number, and shapes of numbers, that are looked at."""


def foreign(text: str, slots: Slots, known_ids: Collection[str]) -> tuple[InvoiceSlot, ...]:
    """Numbers that are written like the customer's invoices, or called an invoice, and belong to none of them.

    Parameters
    ----------
    text : the new text. slots : what was found in it; nothing else is looked for at their places.
    known_ids : numbers of all invoices of this customer.

    Returns
    -------
    Slots that are not open, their number as it is written.
    """
    taken = [*_places((*slots.dates, *slots.amounts, *slots.invoices, *slots.names))]
    known = {_plain(name) for name in known_ids}
    found: dict[int, InvoiceSlot] = {}
    shape = _shapes(frozenset(map(_shape, known_ids)))
    for pattern in (shape, _CUED):
        for match in pattern.finditer(text) if pattern is not None else ():
            start, end = match.span("number")
            number = match["number"]
            if any(a < end and start < b for a, b in taken) or _YEAR.fullmatch(number) or _plain(number) in known:
                continue
            found[start] = InvoiceSlot(number, start, end, number.upper(), False)
            taken.append((start, end))
    return tuple(found[start] for start in sorted(found))


def _places(slots: Iterable[Any]) -> Iterable[tuple[int, int]]:
    return ((slot.start, slot.end) for slot in slots)


def _plain(number: str) -> str:
    return re.sub(r"[\W_]", "", number).casefold()


def _shape(number: str) -> str:
    """A number with its figures told by their count, empty where no letters stand before them."""
    pieces = re.findall(r"[^\W\d_]+|\d+", number[:_MOST].casefold())
    if not pieces or pieces[0].isdigit():
        return ""
    return r"[ _/.#-]{0,2}".join(rf"\d{{{len(p)}}}" if p.isdigit() else re.escape(p) for p in pieces)


@lru_cache(maxsize=64)
def _shapes(shapes: frozenset[str]) -> re.Pattern[str] | None:
    some = sorted(shape for shape in shapes if shape)[:_MOST]
    if not some:
        return None
    return re.compile(rf"(?<![^\W_])(?P<number>{'|'.join(some)})(?![^\W_])", re.IGNORECASE)
