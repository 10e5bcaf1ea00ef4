"""Which day and which amount a message speaks of, of those that it names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from .case import Case

if TYPE_CHECKING:
    from ..slots.found import AmountSlot


@dataclass(frozen=True)
class Days:
    """The days that a message names, of ranges the last; what only asks back ("soon") names none.

    Attributes
    ----------
    ahead : after today, the first first. today : whether today is named. past : whether a day before is.
    unclear : whether one can be read in two ways.
    """

    ahead: tuple[date, ...]
    today: bool
    past: bool
    unclear: bool

    @property
    def any(self) -> bool:
        """Whether it names any."""
        return bool(self.ahead) or self.today or self.past or self.unclear


def days(case: Case) -> Days:
    """The days that a message names."""
    slots = case.understood.slots.dates
    known = [slot.last or slot.first for slot in slots if not slot.ask]
    named = [day for day in known if day is not None]
    return Days(
        ahead=tuple(sorted({day for day in named if day > case.today})),
        today=case.today in named,
        past=any(day < case.today for day in named),
        unclear=any(slot.ask and any(letter.isdigit() for letter in slot.quote) for slot in slots),
    )


def amounts(case: Case) -> list[Decimal]:
    """The amounts that a message names, as often as it does, in the currency of the invoices in question or in none."""
    return [slot.amount for slot in _positive(case) if slot.currency in ("", case.currency)]


def only_foreign(case: Case) -> bool:
    """Whether it names amounts, and all of them in another currency."""
    return bool(_positive(case)) and not amounts(case)


def part(case: Case) -> Decimal | None:
    """The part of what is in question that a message says is paid; None where it names no amount.

    What is in question as a whole is the part only where no other amount is named; the amounts of several invoices are
    taken together; else the first one counts. A part is never more than the whole.
    """
    every = amounts(case)
    some = [amount for amount in every if amount != case.total]
    if not some:
        return case.total if every else None
    if Counter(some) <= Counter(bill.amount for bill in case.bills):
        return min(sum(some, Decimal(0)), case.total)
    return min(some[0], case.total)


def whole(case: Case) -> bool:
    """Whether the amounts that a promise names are no less than what is in question; where it names none, they are."""
    every = amounts(case)
    found = part(case)
    return found is None or case.total in every or sum(every) == case.total or found >= case.total


def _positive(case: Case) -> list[AmountSlot]:
    return [slot for slot in case.understood.slots.amounts if slot.amount > 0]
