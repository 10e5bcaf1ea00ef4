"""A wish that lacks something, remembered while the customer is asked for it, and completed by its answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ...decide.messages.meanings import plain_letters
from ..intents.meaning import Intent, Meaning
from ..slots.found import AmountSlot, DateSlot, InvoiceSlot, PlanSlot, Slots
from ..slots.money import currency_of, read_amount
from ..understand.understood import Understood
from .case import NEGOTIATION, SILENT, Case
from .decision import ASK, PLAN, Decision, Proposal

DAY, AMOUNT, INVOICE, CURRENCY, RELEASE = ASKED = ("day", "amount", "invoice", "currency", "release")
"""What is remembered with the wish for which it is asked."""

_WISHES = frozenset({*NEGOTIATION, "hardship", "internal_approval", "already_paid"})
_BESIDE = _WISHES | SILENT | {"question", "remittance_advice"}
"""What an answer may mean as well; anything else in it is decided about alone."""
_OFFHAND = SILENT | {"question"}
_MOST_INSTALMENTS = 100
_FEW = 5
"""Words of an answer that says nothing of its own, whatever the model takes it for."""
_ALL = re.compile(
    r"\b(?:both|all(?: of (?:them|it))?|everything|beide[ns]?|alle[s]?|(?:toutes?|tous|les) (?:les )?deux|toutes|tous|"
    r"ambas|ambos|todas?|todos?|las dos|los dos)\b"
)
_FIGURES = re.compile(r"\d[\d.,' ]*")
_NUMBER_ALONE = re.compile(r"[^\w€£$]*(?:[a-z€£$']+[ :.,-]*){0,4}(\d[\d.,' ]*)[^\d]{0,24}$")


@dataclass(frozen=True)
class Wish:
    """What a customer wished for when something was missing in it.

    Attributes
    ----------
    asked : what is missing, of :data:`ASKED`. names : of its intents. days : first and last day of each range named.
    amounts : with their currency, which may be empty. invoices : named, open. plan : number, distance and amount of
    instalments. firmness : of a promise.
    """

    asked: str
    names: tuple[str, ...]
    days: tuple[tuple[date, date], ...] = ()
    amounts: tuple[tuple[Decimal, str], ...] = ()
    invoices: tuple[str, ...] = ()
    plan: tuple[int | None, str, Decimal | None] | None = None
    firmness: str = ""

    @property
    def as_dict(self) -> dict[str, Any]:
        """As plain values; :func:`wish_of` reads them."""
        number, every, each = self.plan or (None, "", None)
        return {
            "asked": self.asked,
            "names": list(self.names),
            "days": [[first.isoformat(), last.isoformat()] for first, last in self.days],
            "amounts": [[str(amount), currency] for amount, currency in self.amounts],
            "invoices": list(self.invoices),
            "plan": None if self.plan is None else [number, every, None if each is None else str(each)],
            "firmness": self.firmness,
        }


def wish_of(said: Mapping[str, Any] | None) -> Wish | None:
    """A wish from its plain values.

    >>> wish_of(Wish("day", ("need_more_time",)).as_dict) == Wish("day", ("need_more_time",))
    True
    """
    if said is None:
        return None
    plan = said["plan"]
    return Wish(
        said["asked"],
        tuple(said["names"]),
        tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in said["days"]),
        tuple((Decimal(amount), currency) for amount, currency in said["amounts"]),
        tuple(said["invoices"]),
        None if plan is None else (plan[0], plan[1], None if plan[2] is None else Decimal(plan[2])),
        said["firmness"],
    )


def remembered(case: Case, decision: Decision) -> Wish | None:
    """The wish of a message that a decision asks back about; None where it does not."""
    if decision.action != ASK or decision.ask not in ASKED:
        return None
    slots, asked = case.understood.slots, decision.ask
    days = ((slot.first or slot.last, slot.last) for slot in slots.dates if not slot.ask)
    named = tuple(bill.invoice_id for bill in case.bills) if case.named or case.about else ()
    return Wish(
        asked,
        tuple(sorted(case.names & _WISHES)),
        () if asked in (DAY, RELEASE) else tuple((first, last) for first, last in days if first and last),
        () if asked == AMOUNT else tuple((slot.amount, slot.currency) for slot in slots.amounts),
        () if asked == INVOICE else named,
        None if slots.plan is None else (slots.plan.number, slots.plan.every, slots.plan.amount),
        slots.firmness,
    )


def completed(wish: Wish, case: Case) -> Understood | None:
    """A message as the answer to what was asked, with what was wished for before; None where it is no answer."""
    said = case.understood
    few, own = len(said.new.split()) <= _FEW, case.names
    by_rule = {intent.name for intent in said.meaning.intents if intent.by == "rule"}
    if not (own & by_rule if few else own) <= _BESIDE:
        return None
    slots = _answering(wish, case)
    if slots is None:
        return None
    names = {*wish.names, *(() if few else own & set(NEGOTIATION))}
    meaning = Meaning(tuple(Intent(name, 1.0, "model") for name in sorted(names | (own & SILENT))), False, {})
    return replace(said, meaning=meaning, slots=_joined(wish, slots))


def instead(proposal: Proposal, case: Case) -> Understood | None:
    """A message that names something else than we proposed, and no wish with it, as such a wish; None = it does not.

    "What about the 9th?" asks for a day, "5 payments then" for a plan, whatever else so few words may seem to mean.
    """
    said, slots = case.understood, case.understood.slots
    by_rule = {intent.name for intent in said.meaning.intents if intent.by == "rule"}
    own = case.names & by_rule if len(said.new.split()) <= _FEW else case.names
    if case.names & set(NEGOTIATION) or not own <= _OFFHAND:
        return None
    plain = plain_letters(said.new)
    number = _number(plain) if proposal.kind == PLAN and not slots.dates and not slots.invoices else None
    if slots.plan is None and number is not None and number == int(number) and 1 < number < _MOST_INSTALMENTS:
        slots = replace(slots, plan=PlanSlot(plain, int(number)), amounts=())
    ahead = any(slot.last is not None and slot.last > case.today for slot in slots.dates if not slot.ask)
    if slots.plan is not None:
        name = "instalment_plan"
    elif slots.amounts:
        name = "promise_to_pay"
    elif ahead:
        name = "promise_to_pay" if slots.firmness == "firm" and "?" not in said.new else "need_more_time"
    else:
        return None
    return replace(said, meaning=Meaning((Intent(name, 1.0, "model"),), False, {}), slots=slots)


def _answering(wish: Wish, case: Case) -> Slots | None:
    """The slots of an answer, with what was asked for; None where that is not among them."""
    slots, plain = case.understood.slots, plain_letters(case.understood.new)
    if wish.asked in (DAY, RELEASE):
        return slots if slots.dates else None
    if wish.asked == AMOUNT:
        if slots.amounts:
            return slots
        found = _number(plain) if not slots.dates and not slots.invoices else None
        return None if found is None else replace(slots, amounts=(AmountSlot(plain, 0, len(plain), found),))
    if slots.invoices:
        return slots
    some = case.bills if wish.asked == INVOICE and _ALL.search(plain) else ()
    codes = {bill.currency for bill in case.bills}
    meant = {code for word in re.findall(r"[^\W\d_]+|[€£$¥]", plain) if (code := currency_of(word, codes)) in codes}
    if not some and len(meant) == 1:
        known = [bill for bill in case.bills if not wish.invoices or bill.invoice_id in wish.invoices]
        some = tuple(bill for bill in known if bill.currency in meant)
    return replace(slots, invoices=_slots(bill.invoice_id for bill in some)) if some else None


def _joined(wish: Wish, slots: Slots) -> Slots:
    """What an answer names, and of the rest what was named before."""
    plan = slots.plan
    if plan is None and wish.plan is not None:
        number, every, amount = wish.plan
        plan = PlanSlot("", number, every, amount)
    return replace(
        slots,
        dates=slots.dates or tuple(DateSlot("", 0, 0, first, last) for first, last in wish.days),
        amounts=slots.amounts or tuple(AmountSlot("", 0, 0, amount, currency) for amount, currency in wish.amounts),
        invoices=slots.invoices or _slots(wish.invoices),
        plan=plan,
        firmness=wish.firmness or slots.firmness,
    )


def _slots(names: Iterable[str]) -> tuple[InvoiceSlot, ...]:
    return tuple(InvoiceSlot("", 0, 0, name, True) for name in names)


def _number(plain: str) -> Decimal | None:
    """The only number of a short text."""
    found = _NUMBER_ALONE.match(plain)
    amount = read_amount(found[1]) if found is not None and len(_FIGURES.findall(plain)) == 1 else None
    return amount if amount else None
