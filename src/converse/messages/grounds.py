"""What a message to a customer may name: the numbers, days, sums and names of its facts and of the decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from ..negotiate.decision import ACCEPT, COUNTER, WAIVER, Decision
from ..negotiate.facts import Facts
from .drafted import Bill, Voice, bills, sums


@dataclass(frozen=True)
class Grounds:
    """What may be named.

    Attributes
    ----------
    ids : numbers of invoices. days : any day. money : (amount, currency). counts : how many invoices.
    names : of the customer, its account manager and who writes.
    due : due date by invoice. worth : by invoice the amounts that may stand beside it.
    parts : day and amount of each instalment. pairs : which amounts may be said to be paid on which day.
    must, must_amount : what has to be named.
    """

    ids: frozenset[str]
    days: frozenset[date]
    money: frozenset[tuple[Decimal, str]]
    counts: frozenset[int]
    names: tuple[str, ...]
    due: Mapping[str, date]
    worth: Mapping[str, frozenset[Decimal]]
    parts: tuple[tuple[date, Decimal], ...]
    pairs: frozenset[tuple[date, Decimal]]
    must: tuple[date, ...] = ()
    must_amount: Decimal | None = None

    @cached_property
    def all_due(self) -> frozenset[date]:
        """The due dates."""
        return frozenset(self.due.values())

    @cached_property
    def only_due(self) -> frozenset[date]:
        """Days that are nothing else but due dates."""
        return self.all_due - {day for day, _ in self.parts}


def grounds(facts: Facts, decision: Decision | None, voice: Voice) -> Grounds:
    """What may be named in an answer, or in a reminder where nothing was decided.

    What is granted or proposed has to be named, too: its days, and of a waiver the amount (``must``).
    """
    everything = bills(facts)
    made = decision.proposal if decision is not None and decision.action in (ACCEPT, COUNTER) else None
    moves = [] if decision is None else [move.details for move in decision.moves]
    contested = (
        set() if decision is None else {str(d["invoice_id"]) for d in decision.moved("dispute") if "invoice_id" in d}
    )
    wanted = set(made.invoices) if made is not None else contested
    about = tuple(bill for bill in everything if not wanted or bill.invoice_id in wanted)
    overdue = tuple(bill for bill in about if bill.due < facts.today)
    totals = [sums(some) for some in (about, overdue)]
    money = {(amount, currency) for some in totals for currency, amount in some.items()}
    worth = {bill.invoice_id: _worth(bill, moves) for bill in about}
    money |= {(amount, bill.currency) for bill in about for amount in worth[bill.invoice_id]}
    days = {facts.today, *voice.days, *(bill.due for bill in about)}
    days |= {leaf for details in moves for leaf in _leaves(details) if isinstance(leaf, date)}
    ids = {bill.invoice_id for bill in about} | wanted
    if decision is not None and decision.reason == "payment_found":
        ids |= facts.settled_ids
        money |= {(amount, currency) for currency, amount in facts.unapplied.items()}
    parts = made.instalments if made is not None else ()
    if made is not None:
        days |= {day for day, _ in parts}
        money |= {(amount, made.currency) for _, amount in parts} | {(made.amount, made.currency)}
        if len(about) == 1:
            worth[about[0].invoice_id] |= {amount for _, amount in parts} | {made.amount}
    waived = made is not None and made.kind == WAIVER
    ends = {parts[0][0]} if len(parts) == 1 else set(voice.days) if not parts else set()
    pairs = {*parts, *((bill.due, amount) for bill in about for amount in worth[bill.invoice_id])}
    pairs |= {(day, amount) for day in ends for amount, _ in money}
    return Grounds(
        ids=frozenset(ids),
        days=frozenset(days),
        money=frozenset(pair for pair in money if pair[0]),
        counts=frozenset({len(about)} if made is not None else {len(everything), *_counts(about), *_counts(overdue)}),
        names=tuple(n for n in (facts.name, facts.account_manager, voice.company, voice.sender) if n),
        due={bill.invoice_id: bill.due for bill in about},
        worth={name: frozenset(amounts) for name, amounts in worth.items()},
        parts=tuple(parts),
        pairs=frozenset(pairs),
        must=() if waived else tuple(day for day, _ in parts),
        must_amount=made.amount if made is not None and waived else None,
    )


def _counts(some: tuple[Bill, ...]) -> set[int]:
    """How many there are, in all and in each currency."""
    return {len(some), *Counter(bill.currency for bill in some).values()}


def _worth(bill: Bill, moves: list[Mapping[str, Any]]) -> set[Decimal]:
    """The amounts of one invoice: what is open, what is disputed, and what the decision moves of it."""
    mine = [leaf for d in moves if d.get("invoice_id") == bill.invoice_id for leaf in _leaves(d)]
    return {bill.amount, bill.disputed, *(leaf for leaf in mine if isinstance(leaf, Decimal))}


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return [leaf for one in value.values() for leaf in _leaves(one)]
    return [leaf for one in value for leaf in _leaves(one)] if isinstance(value, list | tuple) else [value]
