"""Sums that are said as a part of what is owed: half, a third, the balance, all of it, the rest."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from .balances import Balances, part_of
from .folded import Folded, has_any
from .found import AmountSlot
from .lexicon import lexicon
from .patterns import pattern, stems
from .places import Places

_PARTS = {"half": (1, 2), "third": (1, 3), "two_thirds": (2, 3), "quarter": (1, 4), "three_quarters": (3, 4)}
_FOUND = {
    name: re.compile(pattern(f"shares_{name}")) for name in (*_PARTS, "percent", "rate", "full", "rest", "no_part")
}
_PERCENT_STEMS = ("%", "cent", "prozent", "ciento")
_BALANCE = re.compile(r"balance|saldo|solde")
_STOPS = re.compile(r"[.!?;\n,]|\b(?:and|but|und|aber|et|mais|y|pero)\b")


def find_shares(
    folded: Folded, language: str, balances: Balances, named: Collection[str], said: Sequence[AmountSlot], days: Places
) -> list[AmountSlot]:
    """Parts of what is open on the invoices named (else on all of them), where that is of one currency.

    "The rest" is what remains of it after the one other sum that is said; "the balance" is all of it where none is.
    """
    base = balances.total(named)
    if base is None:
        return []
    total, currency = base
    text = folded.text
    out = [
        AmountSlot(*folded.quote(*match.span()), part_of(total, *share), currency)
        for name, share in _PARTS.items()
        for match in _each(text, name, stems(f"stems_{name}"))
        if not days.meet(*match.span())
    ]
    out += [
        AmountSlot(*folded.quote(*match.span()), part_of(total, int(match[1]), 100), currency)
        for match in _each(text, "percent", _PERCENT_STEMS)
        if not _FOUND["no_part"].search(text[max(0, match.start() - 40) : match.end() + 30])
        and (match["owed"] or _is_part(text, match, language, days))
    ]
    others = {slot.amount for slot in (*said, *out) if slot.amount < total and slot.currency in ("", currency)}
    out += [
        AmountSlot(*folded.quote(*match.span()), total, currency)
        for match in _each(text, "full", stems("stems_full"))
        if _pays(text, match, language, days)
    ]
    found = Places((slot.start, slot.end) for slot in out)
    for match in _each(text, "rest", stems("stems_rest")):
        if days.meet(*match.span()) or found.has(folded.span(*match.span())[0]):
            continue
        if len(others) == 1:
            out.append(AmountSlot(*folded.quote(*match.span()), total - next(iter(others)), currency))
        elif not others and _BALANCE.search(match[0]) and _pays(text, match, language, Places()):
            out.append(AmountSlot(*folded.quote(*match.span()), total, currency))
    return out


def _each(text: str, name: str, parts: tuple[str, ...]) -> Iterator[re.Match[str]]:
    return _FOUND[name].finditer(text) if has_any(text, parts) else iter(())


def _is_part(text: str, match: re.Match[str], language: str, days: Places) -> bool:
    """Whether a share of nothing said is one of what is owed: it is paid, and no rate of tax, discount or interest."""
    near = text[max(0, match.start() - 30) : match.end() + 25]
    return not _FOUND["rate"].search(near) and _pays(text, match, language, days)


def _pays(text: str, match: re.Match[str], language: str, days: Places) -> bool:
    """Whether the clause speaks of paying, or a day stands beside; and nothing denies it."""
    searched = lexicon(language).searched
    left = _STOPS.split(text[max(0, match.start() - 70) : match.start()])[-1]
    right = re.split(r"[.!?;\n,]", text[match.end() : match.end() + 50])[0]
    if searched["deny"].search(left) or (language == "de" and searched["deny"].search(right)):
        return False
    beside = days.meet(match.start() - 6, match.end() + 6)
    return beside or bool(searched["pay"].search(left) or searched["pay"].search(right))
