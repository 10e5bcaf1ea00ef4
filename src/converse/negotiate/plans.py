"""Payment in instalments: what is asked for, and what is proposed instead."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise

from ...decide.messages.meanings import plain_letters
from .case import Case
from .decision import ACCEPT, COUNTER, PLAN, Decision, Proposal
from .frame import ask_day
from .money import equal_parts, first_larger, parts_of, smallest_coin, told
from .offer import Offer, names
from .policy import of_currency
from .said import amounts, days

MONTH = 30
"""Days that stand for the same day of the next months."""
_DAYS = {"weekly": 7, "fortnightly": 14, "monthly": MONTH}
_LONGEST_MONTH = 31
_THEN = re.compile(
    r"\b(?:then|followed by|after that|afterwards|thereafter|(?:the (?:rest|remainder|balance)) in|more|danach|dann|"
    r"anschliessend|de[nr] rest in|weitere\w*|puis|ensuite|apres|le (?:reste|solde) en|luego|despues|el resto en|mas)\b"
)
"""Words between a first instalment and those that follow it."""


def plan(case: Case) -> Offer | Decision:
    """What is answered where a customer asks for instalments."""
    said = days(case)
    if said.unclear:
        return ask_day("The day of the first instalment can be read in two ways.")
    number, amount = _named(case)
    if number is None:
        return usual_plan(case, "default_plan", "No number of instalments was named")
    most = case.policy.plan.most[case.risk]
    down = _down(case, amount)
    left = case.total - down
    if down:
        number = _needed(left, amount) if amount is not None else number - (not _further(case))
        number += 1
    why = []
    if number > most:
        asked = equal_parts(case.total, most, case.currency)
        why.append(f"{number} instalments were asked for; at {case.risk} risk policy allows {most}.")
    elif amount is not None:
        asked = (*((down,) if down else ()), *parts_of(left, amount))
    elif down and number > 1:
        asked = (down, *equal_parts(left, number - 1, case.currency))
    else:
        asked = equal_parts(case.total, number, case.currency)
        if len(asked) < number:
            why.append(f"{told(case.total, case.currency)} cannot be split into {number} instalments.")
    parts, changed = _shaped(case, asked)
    first, late = _first(case)
    every, rare = _every(case)
    why += [*changed, *late, *rare]
    if why:
        return _offer(case, COUNTER, "beyond_policy", parts, first, every, why)
    return _offer(case, ACCEPT, "within_policy", parts, first, every, [f"{len(parts)} instalments are within policy."])


def usual_plan(case: Case, reason: str, why: str, *, named: bool = True) -> Offer:
    """The plan that is proposed where none is described well enough.

    Parameters
    ----------
    named : whether the day that the message names is the first instalment's; else it is of something else.
    """
    terms = case.policy.plan
    number = min(terms.default, terms.most[case.risk])
    parts, changed = _shaped(case, equal_parts(case.total, number, case.currency))
    first, late = _first(case) if named else (case.later(terms.first_within_days), [])
    every, rare = _every(case)
    told_ = [f"{why}; {len(parts)} are proposed.", *changed, *late, *rare]
    return _offer(case, COUNTER, reason, parts, first, every, told_)


def following(first: date, number: int, every: int) -> tuple[date, ...]:
    """The days of instalments; every :data:`MONTH` days = the same day of the next months, or their last.

    >>> [day.isoformat() for day in following(date(2026, 1, 31), 3, MONTH)]
    ['2026-01-31', '2026-02-28', '2026-03-31']
    """
    if every != MONTH:
        return tuple(first + timedelta(days=every * n) for n in range(number))
    found = []
    for n in range(number):
        year, month = divmod(first.year * 12 + first.month - 1 + n, 12)
        found.append(date(year, month + 1, min(first.day, monthrange(year, month + 1)[1])))
    return tuple(found)


def _named(case: Case) -> tuple[int | None, Decimal | None]:
    """How many instalments are asked for, and the amount of each where that is what was said."""
    said = case.understood.slots.plan
    if said is None:
        return None, None
    if said.number is not None and said.number > 0:
        return said.number, None
    if said.amount is None or said.amount <= 0:
        return None, None
    return _needed(case.total, said.amount), said.amount


def _needed(total: Decimal, amount: Decimal) -> int:
    """How many instalments of an amount a sum needs."""
    return int((total / amount).to_integral_value(ROUND_CEILING))


def _down(case: Case, each: Decimal | None) -> Decimal:
    """The amount of the first instalment where it alone is named: "500 now and then three monthly payments"; else 0."""
    known = {case.total, each, *(bill.amount for bill in case.bills)}
    some = {amount for amount in amounts(case) if amount not in known and amount < case.total}
    return some.pop() if len(some) == 1 else Decimal(0)


def _further(case: Case) -> bool:
    """Whether the instalments that are counted come after the first one, whose amount is named."""
    return _THEN.search(plain_letters(case.understood.new)) is not None


def _shaped(case: Case, parts: tuple[Decimal, ...]) -> tuple[tuple[Decimal, ...], list[str]]:
    """Instalments of which the first is large enough and none is too small, and what had to be changed."""
    terms, currency = case.policy.plan, case.currency
    share, least = terms.first_share[case.risk], of_currency(terms.least, currency)
    needed = share * case.total
    why = []
    if needed - parts[0] >= smallest_coin(currency):  # less than a coin is rounding
        why.append(f"The first instalment has to be {share:.0%} of the sum at {case.risk} risk.")
    found = _with_first(case, parts, needed)
    while len(found) > 1 and min(found) < least:
        found = _with_first(case, equal_parts(case.total, len(found) - 1, currency), needed)
    if len(found) < len(parts):
        why.append(f"No instalment may be less than {told(least, currency)}.")
    return found, why


def _with_first(case: Case, parts: tuple[Decimal, ...], needed: Decimal) -> tuple[Decimal, ...]:
    return parts if parts[0] >= needed else first_larger(case.total, len(parts), needed, case.currency)


def _first(case: Case) -> tuple[date, list[str]]:
    """The day of the first instalment, and why it is not the one that was named."""
    within = case.policy.plan.first_within_days
    said, latest = days(case), case.later(within)
    named = case.today if said.today else said.ahead[0] if said.ahead else latest
    if named > latest:
        return latest, [f"The first instalment has to be paid within {within} days, by {latest}; {named} was named."]
    return named, []


def _every(case: Case) -> tuple[int, list[str]]:
    """Days between two instalments, and why it is not what was said; rarer than usual is not granted."""
    usual, said = case.policy.plan.every_days, case.understood.slots.plan
    word = said.every if said is not None else ""
    every = _DAYS.get(word) or (int(word) if word.isdecimal() and int(word) > 0 else usual)
    if word not in _DAYS and every > max(usual, _LONGEST_MONTH):
        return usual, [f"Instalments {every} days apart were asked for; policy proposes {usual} days."]
    return every, []


def _offer(
    case: Case, action: str, reason: str, parts: Sequence[Decimal], first: date, every: int, why: Sequence[str]
) -> Offer:
    instalments = tuple(zip(following(first, len(parts), every), parts, strict=True))
    assert all(earlier < later for (earlier, _), (later, _) in pairwise(instalments))
    proposal = Proposal(PLAN, case.currency, names(case.bills), instalments)
    return Offer(action, reason, proposal, (f"In question: {told(case.total, case.currency)}.", *why))
