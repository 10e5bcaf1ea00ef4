"""A wish to pay in parts: how many, how far apart, how much each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from .folded import Folded
from .found import AmountSlot, DateSlot, PlanSlot
from .patterns import pattern, words
from .said_numbers import number_of

_MANY, _OVER, _SPLIT, _EVERY_N = (re.compile(pattern(f"plans_{name}")) for name in ("many", "over", "split", "every_n"))
_SPREAD, _WORDS = words("plans_spread"), re.compile(pattern("plans_words"))
_NO, _TAKEN_BACK, _LATER_PART, _EACH, _OF = (
    re.compile(pattern(f"plans_{name}")) for name in ("no", "taken_back", "later_part", "each", "of")
)
_COUNTED, _LINKED, _EVEN, _PRICED, _BEFORE_AMOUNT, _INCOME, _NO_PLAN = (
    re.compile(pattern(f"plans_{name}"))
    for name in ("counted", "linked", "even", "priced", "before_amount", "income", "no_plan")
)
_EVERY = {
    name: re.compile(rf"(?<![^\W_]){pattern(f'every_{key}')}(?![^\W_])")
    for name, key in (("fortnightly", "fortnightly"), ("15", "fifteen"), ("weekly", "weekly"), ("monthly", "monthly"))
}
_MONEY = re.compile(pattern("plans_money") + " ?")
_PARTED = re.compile(rf"{pattern('plans_parts')}[^.!?\n]{{0,12}}$")
_TIMES = re.compile(pattern("plans_times"))
_PAID = re.compile(r"\b(?:have paid|already paid|bereits|deja|hemos pagado|ya hemos)\b[^.]{0,30}$")
_PAYMENT_OF = re.compile(r"(?:^|\W)(?:the|a|one|first|1st|your) (?:\w+ )?payments? of $")
_LONGEST = 200
"""Letters that the words of one plan take at most."""


def find_plan(folded: Folded, amounts: Sequence[AmountSlot]) -> PlanSlot | None:
    """The plan that a text asks for or offers; None where it speaks of none, or says that it wants none.

    A sum "a month" is a plan without a number; "every Friday" alone is none.
    """
    text = folded.text
    spans: list[tuple[int, int]] = []
    number, every = _number(text, spans)
    plain = next((m for m in _WORDS.finditer(text) if not _denied(text, m)), None)
    if plain is not None:
        spans.append(plain.span())
    each = _amount_of_each(folded, amounts, spans)
    if (number is not None and number < 2) or (number is None and plain is None and each is None):
        return None
    distance, place = _distance(text)
    if place is not None:
        spans.append(place)
    start, end = min(a for a, _ in spans), max(b for _, b in spans)
    if end - start > _LONGEST:
        start, end = spans[0]
    quote, first, last = folded.quote(start, end)
    return PlanSlot(quote, number, distance or every, each, first, last)


def plan_of_days(text: str, dates: Sequence[DateSlot], amounts: Sequence[AmountSlot]) -> PlanSlot | None:
    """The plan of a text that says it day by day: at least three days of payment, and at least two sums."""
    days = [slot for slot in dates if slot.first is not None]
    if len(days) < 3 or len(amounts) < 2:
        return None
    start, end = days[0].start, days[-1].end
    return PlanSlot(text[start:end], len(days), "", None, start, end)


def _denied(text: str, match: re.Match[str]) -> bool:
    left = re.split(r"[.!?;,\n]", text[max(0, match.start() - 50) : match.start()])[-1]
    later = _LATER_PART.search(text[max(0, match.start() - 14) : match.start()])
    return bool(_NO.search(left) or _TAKEN_BACK.match(text, match.end()) or later)


def _value(said: str) -> int:
    """A number of figures, or a word of any of the languages."""
    if said.isdigit():
        return int(said)
    if said == "couple":
        return 2
    return next((number for language in ("en", "de", "fr", "es") if (number := number_of(said, language))), 0)


def _number(text: str, spans: list[tuple[int, int]]) -> tuple[int | None, str]:
    """How many parts; and how far apart where "over three months" says both."""
    for match in _MANY.finditer(text):
        if not _denied(text, match) and _is_wish(text, match):
            spans.append(match.span())
            return _value(match["n"]), ""
    for match in _TIMES.finditer(text):
        if not _denied(text, match):
            spans.append(match.span())
            return _value(match["n"]), ""
    for match in _OVER.finditer(text):
        near = text[max(0, match.start() - 80) : match.end() + 40]
        if _SPREAD.search(near) and not _denied(text, match):
            spans.append(match.span())
            return _value(match["n"]), "weekly" if match["unit"][0] in "ws" else "monthly"
    for match in _SPLIT.finditer(text):
        if not _denied(text, match):
            spans.append(match.span())
            return _value(match["n"]), ""
    return None, ""


def _is_wish(text: str, match: re.Match[str]) -> bool:
    """Whether a count of payments is a plan: "in three payments", not "the three payments that we made"."""
    what = match["what"]
    if not _COUNTED.fullmatch(what):
        return not _PAID.search(text[max(0, match.start() - 50) : match.start()])
    if _LINKED.search(text[max(0, match.start() - 40) : match.start()]):
        return True
    if _PRICED.match(text, match.end()):
        return True
    return match[0] != f"{match['n']} {what}" and bool(_EVEN.search(match[0]))


def _distance(text: str) -> tuple[str, tuple[int, int] | None]:
    """How far apart the parts are, and where that is said."""
    if found := _EVERY_N.search(text):
        days = _value(found["n"]) * (7 if found["u"][0] in "ws" else 1)
        return {7: "weekly", 14: "fortnightly"}.get(days, str(days)), found.span()
    for name, every in _EVERY.items():
        for match in every.finditer(text):
            if not _NO_PLAN.match(text, match.end()):
                return name, match.span()
    return "", None


def _amount_of_each(folded: Folded, amounts: Sequence[AmountSlot], spans: list[tuple[int, int]]) -> Decimal | None:
    """The sum of each part: 500 a month, three payments of 400, Raten zu je 500; its place is added to ``spans``."""
    text = folded.text
    for slot in amounts:
        start, end = folded.within(slot.start, slot.end)
        before, after = text[max(0, start - 70) : start], text[end : end + 40]
        if last := _per(after):
            if _INCOME.search(before[-40:]):
                continue
            spans.append((start, end + last))
            return slot.amount
        parted = _PARTED.search(before)
        if parted and _OF.search(before) and not _PAYMENT_OF.search(before) and (spans or not _counted(parted[0])):
            spans.append((max(0, start - 70) + parted.start(), end))
            return slot.amount
        beside = any(start - 2 <= b <= start for _, b in spans)
        if beside or (spans and _EACH.match(after)) or _BEFORE_AMOUNT.search(before):
            spans.append((start, end))
            return slot.amount
    return None


def _counted(said: str) -> bool:
    return _COUNTED.match(said) is not None


def _per(after: str) -> int:
    """Where "a month" and the like ends that a sum is followed by, 0 if it is not."""
    money = _MONEY.match(after)
    skip = len(after) - len(after.lstrip())
    for every in (_EVERY_N, *_EVERY.values()):
        found = every.match(after, money.end() if money else 0) or every.match(after, skip)
        if found:
            return found.end()
    return 0
