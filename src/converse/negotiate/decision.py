"""What is decided about a reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

ACCEPT, COUNTER, ASK, ANSWER, HAND_OVER, NOTE = ACTIONS = (
    "accept", "counter", "ask", "answer", "hand_over", "note",
)  # fmt: skip
"""Granted as asked; something else is proposed; the customer is asked back; informed; a person decides; noted only."""

CREDIT, TREASURY, COLLECTIONS, SERVICE = QUEUES = (
    "credit manager", "treasury", "collections", "customer service",
)  # fmt: skip
"""Who takes over."""

REASONS = (
    "bounce", "out_of_office", "insolvency", "legal", "change_bank_details", "unsubscribe", "card_data_sent",
    "escalate", "hostile", "dispute", "amount_disagreement", "waiver", "wrong_contact", "redirect", "nothing_open",
    "which_invoice", "which_currency", "which_day", "which_amount", "broken_promises", "extensions_used", "hardship",
    "default_horizon", "within_policy", "beyond_policy", "promise", "no_firm_day", "default_plan", "rest_open",
    "part_too_small", "approval", "payment_found", "payment_not_found", "remittance", "approval_when", "missing_po",
    "documents", "question", "how_to_pay", "what_is_owed", "who_are_you", "acknowledgement", "out_of_scope",
    "not_understood", "agreed", "no_agreement", "refused", "proposal_lapsed", "with_person",
)  # fmt: skip
"""Every code that a decision may give as its reason; the last five come from the state of a conversation."""

MOVES = ("promise", "proposal", "dispute", "consent", "pause", "contact", "waiver", "take_over")
"""Every change of state that a decision can make, see ``docs/conversation.md``."""

EXTENSION, PROMISE, PLAN, PART, WAIVER = KINDS = ("extension", "promise", "plan", "part", "waiver")


@dataclass(frozen=True)
class Proposal:
    """What is granted or proposed.

    Attributes
    ----------
    kind : extension (a later day), promise, plan (of instalments), part (a part now, the rest later), waiver (of
        interest or fees). invoices : what it is about.
    instalments : day and amount of each payment; of a waiver the day and what is waived.
    """

    kind: str
    currency: str
    invoices: tuple[str, ...]
    instalments: tuple[tuple[date, Decimal], ...]

    @property
    def amount(self) -> Decimal:
        """The sum of its instalments."""
        return sum((amount for _, amount in self.instalments), Decimal(0))

    @property
    def as_dict(self) -> dict[str, Any]:
        """What a program would read: date where there is one payment, else instalments; amounts as text."""
        found: dict[str, Any] = {"kind": self.kind, "invoices": list(self.invoices), "currency": self.currency}
        found["amount"] = str(self.amount)
        if len(self.instalments) == 1:
            return found | {"date": self.instalments[0][0].isoformat()}
        return found | {"instalments": [[day.isoformat(), str(amount)] for day, amount in self.instalments]}


@dataclass(frozen=True)
class Move:
    """One change of state: what (of :data:`MOVES`), and its details."""

    what: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Decision:
    """What is decided about a reply.

    Attributes
    ----------
    action : of :data:`ACTIONS`. reason : of :data:`REASONS`. why : sentences for people.
    proposal : what is granted (accept) or proposed (counter); of a hand-over for approval, the draft.
    invoices : numbers of the customer's open invoices that it is about; empty where a message is only noted.
    queue : of :data:`QUEUES`, where a person takes over. needs_approval : whether it waits for a signature.
    would : accept or counter, what a signature makes of the draft.
    moves : every change of state that the decision makes; nothing else may change anything.
    ask : what the customer is asked for: day, amount, invoice, currency, payment, release.
    card_warning : whether the answer has to say that a card number was removed.
    sends : whether an answer may go out by the channel of the message without a person.
    """

    action: str
    reason: str
    why: tuple[str, ...] = ()
    proposal: Proposal | None = None
    queue: str = ""
    needs_approval: bool = False
    moves: tuple[Move, ...] = ()
    ask: str = ""
    card_warning: bool = False
    sends: bool = False
    would: str = ""
    invoices: tuple[str, ...] = ()

    def moved(self, what: str) -> tuple[Mapping[str, Any], ...]:
        """The details of its moves of one kind."""
        return tuple(move.details for move in self.moves if move.what == what)

    @property
    def as_dict(self) -> dict[str, Any]:
        """What a program would read; days and amounts as text."""
        return {
            "action": self.action,
            "reason": self.reason,
            "why": list(self.why),
            "proposal": None if self.proposal is None else self.proposal.as_dict,
            "invoices": list(self.invoices),
            "queue": self.queue,
            "needs_approval": self.needs_approval,
            "would": self.would,
            "ask": self.ask,
            "card_warning": self.card_warning,
            "sends": self.sends,
            "moves": [{"what": move.what, **{key: plain(value) for key, value in move.details.items()}}
                      for move in self.moves],
        }  # fmt: skip


def plain(value: object) -> Any:
    """A value as JSON has it: amounts and days as text."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value
