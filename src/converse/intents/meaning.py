"""What a message means: the intents there are, and those that were found in one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

INTENTS = (
    "need_more_time", "promise_to_pay", "instalment_plan", "part_payment", "already_paid", "remittance_advice",
    "dispute", "amount_disagreement", "internal_approval", "missing_po", "send_invoice", "send_statement", "question",
    "wrong_contact", "redirect", "hardship", "insolvency", "legal", "change_bank_details", "who_are_you",
    "unsubscribe", "hostile", "escalate", "out_of_office", "bounce", "acknowledgement", "card_data_sent",
    "out_of_scope",
)  # fmt: skip
"""Everything that a message can mean."""

SAFETY = frozenset({"unsubscribe", "card_data_sent", "insolvency", "legal", "change_bank_details"})
"""What must not be missed."""


@dataclass(frozen=True)
class Intent:
    """One thing that a message means.

    Attributes
    ----------
    name : of :data:`INTENTS`. confidence : 0 to 1. by : "rule" or "model". quotes : words by which it was recognised.
    """

    name: str
    confidence: float = 1.0
    by: str = "rule"
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Meaning:
    """What a message means.

    Attributes
    ----------
    intents : most confident first. abstained : whether the model was not sure enough to say anything.
    p : probability by name of the intent.
    """

    intents: tuple[Intent, ...] = ()
    abstained: bool = False
    p: Mapping[str, float] = field(default_factory=dict)
