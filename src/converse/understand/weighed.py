"""What a message means, once what it says is weighed against what it names.

A model takes "could we pay on the 20th" for instalments now and then, and "we will send 240 on Monday" for nothing at
all; its days, amounts and plan tell better. Only wishes about payment are weighed so; what is safer to believe stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

import yaml

from ..intents.meaning import Intent, Meaning
from ..slots.found import Slots
from ..text import plain_letters
from .mood import mood
from .topics import topic

PLAN, TIME, PART, PROMISE = "instalment_plan", "need_more_time", "part_payment", "promise_to_pay"
PAID, ADVICE, CONTESTED = "already_paid", "remittance_advice", "amount_disagreement"
_WISHES = frozenset({PLAN, TIME, PART, PROMISE})
_WEAK = frozenset({"question", "acknowledgement", "hardship"})
"""What does not explain a day or an amount of payment."""
_MILD = _WEAK | {PLAN, TIME, PART, "out_of_scope"}
_LONGEST = 4000
"""Letters of a message that are looked at."""

Names = frozenset[str]


@dataclass(frozen=True)
class _Text:
    """What a message names and says; ``part`` = an amount that is less than what is owed, and no invoice's."""

    slots: Slots
    text: str
    plain: str
    ahead: bool
    part: bool

    def says(self, what: str) -> bool:
        """Whether it has such words, of those in ``weighed.yaml``."""
        return _words()[what].search(self.plain) is not None

    @property
    def wish(self) -> Names:
        """The wish that days, amounts and firmness tell of; none where they tell of none."""
        if self.says("part") and (self.slots.amounts or self.ahead or self.says("pays")):
            return frozenset({PART})
        if self.slots.firmness and (self.ahead or self.slots.amounts):
            return frozenset({PROMISE})
        if self.ahead:
            return frozenset({TIME if self.says("asks") else PROMISE})
        return frozenset({PROMISE} if self.slots.amounts and not self.says("asks") else ())


def weighed(meaning: Meaning, slots: Slots, text: str, today: date, owed: Collection[Decimal] = ()) -> Meaning:
    """What a message means, with its wishes about payment weighed against what it names.

    Parameters
    ----------
    meaning : as the model has it. slots : what the new text names. text : that text. today : its day.
    owed : what is open of each invoice.

    Returns
    -------
    The meaning, unless days, amounts and words speak against it: no instalments without a word of them; no promise
    beside a payment that was made; a day or amount of payment that nothing else explains is a wish or a promise.
    """
    text = text[:_LONGEST]
    ahead = any(slot.last is not None and slot.last >= today for slot in slots.dates if not slot.ask)
    some = {slot.amount for slot in slots.amounts}
    said = _Text(
        slots, text, plain_letters(text), ahead, any(0 < a < max(owed, default=0) and a not in owed for a in some)
    )
    names = found = frozenset(i.name for i in meaning.intents if not meaning.abstained or i.by == "rule")
    for rule in _RULES:
        found = rule(found, said)
    return meaning if found == names else _changed(meaning, found)


def _fees_spared(found: Names, said: _Text) -> Names:
    """The wish to be spared fees is that, whatever its question was taken for."""
    if said.slots.waiver and not said.slots.dates and said.slots.plan is None and found <= _MILD:
        return (found & {"hardship"}) | {CONTESTED}
    return found


def _paid_already(found: Names, said: _Text) -> Names:
    """What was paid is not promised, and a part that was paid is no offer."""
    if {PROMISE, PAID} <= found and not said.says("later") and (said.says("paid") or not said.slots.firmness):
        found = found - {PROMISE}
    if found & _WISHES in ({PART}, {PART, PROMISE}) and said.says("paid") and not said.ahead:
        found = found - {PROMISE} | {PAID}
    return found


def _all_of_it(found: Names, said: _Text) -> Names:
    """A part that nobody speaks of, in words or in an amount, is none."""
    if PART not in found or said.slots.amounts or said.says("part") or said.says("in_parts"):
        return found
    return found - {PART} | (frozenset({PROMISE}) if said.ahead and found & {TIME, PLAN, PAID} == set() else set())


def _advised(found: Names, said: _Text) -> Names:
    """A payment whose amount and invoice or day are told is an advice; there is nothing left to ask for."""
    told = said.slots.amounts and (said.slots.invoices or said.slots.dates)
    return found - {PAID} if {PAID, ADVICE} <= found and told and found.isdisjoint(_WISHES) else found


def _no_plan(found: Names, said: _Text) -> Names:
    """Nobody asks for instalments without a word of them, if anything else can be meant."""
    if PLAN not in found or said.slots.plan is not None or said.says("in_parts"):
        return found
    instead = frozenset({PART}) if said.says("part") else found & _WISHES - {PLAN} or said.wish
    if not instead:
        return found
    return found - {PLAN, *((TIME,) if PART in instead and not said.ahead else ())} | instead


def _plan_named(found: Names, said: _Text) -> Names:
    """A number of instalments is a plan; so is one asked about by name."""
    numbered = said.slots.plan is not None and said.slots.plan.number is not None
    if found & _WISHES and numbered:
        return found | {PLAN}
    named = said.slots.plan is not None or said.says("plan")
    if found <= _WEAK | {"out_of_scope"} and named and said.says("pays"):
        return (found & {"hardship"}) | {PLAN}
    return found


def _unexplained(found: Names, said: _Text) -> Names:
    """A day or amount of payment that nothing explains is a wish or a promise."""
    pays = said.says("pays") or (said.ahead and bool(said.slots.amounts))
    if found <= _WEAK and pays and said.wish and not topic(said.text):
        return (found & {"hardship"}) | said.wish
    return found


def _of_a_part(found: Names, said: _Text) -> Names:
    """Time is asked for all of it: where a part is named it is the part that is offered."""
    if {PART, TIME} <= found and said.slots.amounts and PLAN not in found:
        return found - {TIME}
    if found & _WISHES != {TIME} or not said.ahead or not said.slots.amounts or said.says("needs"):
        return found
    if said.part:
        return found - {TIME} | {PART}
    return found if said.says("asks") else found - {TIME} | {PROMISE}


def _calm(found: Names, said: _Text) -> Names:
    """A wish about payment without a word of displeasure is no abuse."""
    quiet = mood(said.text.replace("!", "."))[1] != "negative"
    return found - {"hostile"} if quiet and found & {*_WISHES, PAID} else found


_RULES: tuple[Callable[[Names, _Text], Names], ...] = (
    _fees_spared, _paid_already, _all_of_it, _advised, _no_plan, _plan_named, _unexplained, _of_a_part, _calm,
)  # fmt: skip


@cache
def _words() -> dict[str, re.Pattern[str]]:
    given = yaml.safe_load(files(__package__).joinpath("weighed.yaml").read_text(encoding="utf-8"))
    return {what: re.compile("|".join(piece for some in by.values() for piece in some)) for what, by in given.items()}


def _changed(meaning: Meaning, names: Iterable[str]) -> Meaning:
    known = {intent.name: intent for intent in meaning.intents}
    found = [known.get(name) or Intent(name, meaning.p.get(name, 0.5), "rule") for name in names]
    found.sort(key=lambda intent: (-intent.confidence, intent.name))
    return replace(meaning, intents=tuple(found), abstained=not found)
