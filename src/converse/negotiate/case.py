"""One message to be decided about: what it says, beside what is known and what policy allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from ..intents.meaning import SAFETY
from ..understand.understood import Understood
from .facts import Facts
from .policy import RISKS, Policy

NEGOTIATION = ("instalment_plan", "need_more_time", "part_payment", "promise_to_pay")
"""What is negotiated, in the order in which one of several decides."""

_LIKELY = 0.5
SILENT = frozenset({"card_data_sent", "acknowledgement", "out_of_scope"})
"""What needs no work of its own beside something else."""


class Bill(NamedTuple):
    """One open invoice: what is open of it, and of that what is contested; ``promises`` = so far, about it."""

    invoice_id: str
    currency: str
    amount: Decimal
    due: date
    risk: str
    promises: int
    disputed: Decimal


@dataclass(frozen=True)
class Case:
    """A message to be decided about, as the rules ask for it; ``about`` = what its conversation is about."""

    understood: Understood
    facts: Facts
    policy: Policy
    channel: str = "email"
    about: tuple[str, ...] = ()

    @property
    def today(self) -> date:
        """The day of the message."""
        return self.facts.today

    @cached_property
    def names(self) -> frozenset[str]:
        """What the message means; where the model abstained, only what a rule found and what is safer to believe."""
        meaning = self.understood.meaning
        return frozenset(
            intent.name
            for intent in meaning.intents
            if not meaning.abstained or intent.by == "rule" or intent.name in SAFETY
        )

    def has(self, *names: str) -> bool:
        """Whether it means any of these."""
        return not self.names.isdisjoint(names)

    def sure(self, name: str) -> bool:
        """Whether it means this by a rule, or more likely than not: what cannot be taken back asks for that."""
        return any(
            intent.name == name and (intent.by == "rule" or intent.confidence >= _LIKELY)
            for intent in self.understood.meaning.intents
        )

    def alone(self, *names: str, beside: frozenset[str] = SILENT) -> bool:
        """Whether it means any of these, and nothing else that needs work."""
        return self.has(*names) and self.names <= set(names) | beside

    @cached_property
    def open(self) -> tuple[Bill, ...]:
        """Every open invoice, by due date."""
        return bills(self.facts)

    @cached_property
    def named(self) -> tuple[str, ...]:
        """The invoices that the text names."""
        return tuple(dict.fromkeys(slot.invoice_id for slot in self.understood.slots.invoices))

    @cached_property
    def bills(self) -> tuple[Bill, ...]:
        """The invoices in question: those named that are open.

        Where none is named those of the conversation, else the overdue ones, else all open.
        """
        if self.named:
            return self._of(self.named)
        return self._of(self.about) or tuple(bill for bill in self.open if bill.due < self.today) or self.open

    def _of(self, some: tuple[str, ...]) -> tuple[Bill, ...]:
        return tuple(bill for bill in self.open if bill.invoice_id in some)

    @cached_property
    def currency(self) -> str:
        """Their currency, empty where they have none or several."""
        found = {bill.currency for bill in self.bills}
        return found.pop() if len(found) == 1 else ""

    @cached_property
    def total(self) -> Decimal:
        """What is open of them; they are of one currency."""
        return total(self.bills)

    @cached_property
    def risk(self) -> str:
        """The worst among them."""
        return worst(self.bills)

    @property
    def value(self) -> str:
        """Of the customer, in their currency."""
        return self.facts.value_in(self.currency)

    @cached_property
    def limit(self) -> date:
        """The latest day that policy allows for them."""
        return limit(self.bills, self.facts, self.policy)

    def later(self, days: int) -> date:
        """So many days after today."""
        return self.today + timedelta(days=days)


def bills(facts: Facts) -> tuple[Bill, ...]:
    """The open invoices of a customer, by due date."""
    found = [_bill(row) for row in facts.open_invoices.to_dict("records")]
    return tuple(sorted((bill for bill in found if bill.amount > 0), key=lambda bill: (bill.due, bill.invoice_id)))


def total(some: tuple[Bill, ...]) -> Decimal:
    """What is open of invoices of one currency."""
    return sum((bill.amount for bill in some), Decimal(0))


def worst(some: tuple[Bill, ...]) -> str:
    """The highest risk among invoices."""
    return max((bill.risk for bill in some), key=RISKS.index, default=RISKS[0])


def limit(some: tuple[Bill, ...], facts: Facts, policy: Policy) -> date:
    """The latest day on which policy allows invoices of one currency to be paid."""
    days = policy.longest_days[worst(some)][facts.value_in(some[0].currency)]
    return min(max(facts.today, bill.due) for bill in some) + timedelta(days=days)


def _bill(row: Mapping[Any, Any]) -> Bill:
    due, risk, promises = row["due_on"], row.get("risk"), row.get("promises", 0)
    return Bill(
        str(row["invoice_id"]), str(row["currency"]), Decimal(str(row["amount_open"])), due,
        str(risk) if risk in RISKS else "medium", int(promises), Decimal(str(row.get("disputed", 0))),
    )  # fmt: skip
