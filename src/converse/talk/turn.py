"""One message of a customer: understood, decided and answered, without anything being sent or written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..intents.model import IntentModel
from ..messages import Draft, draft, grounded
from ..messages.llm import LanguageModel, suggest
from ..negotiate import Conversation, Decision, Facts, Policy, heard
from ..negotiate.decision import plain
from ..understand import Understood, understand

Linked = Callable[[Decision, Understood], str]
"""From what was decided to the address at which it can be paid; empty where there is none."""


@dataclass(frozen=True)
class Reply:
    """What becomes of a message.

    Attributes
    ----------
    facts : what was known of the customer. understood : the message. decision : by policy alone.
    before, after : where the conversation stood and stands.
    draft : the answer; its body is empty where nothing is to be said. faults : what in it is not grounded in the facts.
    note : what became of a language model's suggestion, where one was asked.
    """

    channel: str
    facts: Facts
    understood: Understood
    decision: Decision
    before: Conversation
    after: Conversation
    draft: Draft
    faults: tuple[str, ...]
    note: str = ""

    @property
    def goes(self) -> bool:
        """Whether the answer may go out without a person."""
        return self.decision.sends and not self.draft.empty and not self.faults

    @property
    def quote(self) -> str:
        """The customer's own words, as far as they matter: what it wrote now, cut."""
        return " ".join(self.understood.new.split())[:300]

    @property
    def as_dict(self) -> dict[str, Any]:
        """What a program would read; days and amounts as text."""
        made = self.decision
        return {
            "customer_id": self.facts.customer_id,
            "as_of": self.facts.today.isoformat(),
            "channel": self.channel,
            **understanding(self.understood),
            "decision": {k: v for k, v in made.as_dict.items() if k != "proposal"},
            "proposal": None if made.proposal is None else made.proposal.as_dict,
            "state": self.after.state,
            "draft": None if self.draft.empty else self.draft.as_dict,
            "faults": list(self.faults),
            "note": self.note,
            "goes_out": self.goes,
        }


def understanding(said: Understood) -> dict[str, Any]:
    """What was understood, as plain values: every slot with the words that it comes from."""
    slots = said.slots
    found: list[dict[str, Any]] = [
        *(
            {"kind": "date", "quote": d.quote, "first": plain(d.first), "last": plain(d.last), "ask": d.ask}
            for d in slots.dates
        ),
        *({"kind": "amount", "quote": a.quote, "amount": str(a.amount), "currency": a.currency} for a in slots.amounts),
        *({"kind": "invoice", "quote": i.quote, "invoice_id": i.invoice_id, "open": i.open} for i in slots.invoices),
        *({"kind": "name", "quote": n.quote, "name": n.name, "email": n.email, "phone": n.phone} for n in slots.names),
    ]
    if slots.plan is not None:
        p = slots.plan
        found.append(
            {"kind": "plan", "quote": p.quote, "number": p.number, "every": p.every, "amount": plain(p.amount)}
        )
    return {
        "text": said.text,
        "language": said.language,
        "intents": [
            {"name": i.name, "confidence": round(i.confidence, 4), "by": i.by, "quotes": list(i.quotes)}
            for i in said.meaning.intents
        ],
        "abstained": said.meaning.abstained,
        "urgency": said.urgency,
        "sentiment": said.sentiment,
        "firmness": slots.firmness,
        "slots": found,
    }


def answer(
    text: str,
    facts: Facts,
    model: IntentModel,
    policy: Policy,
    *,
    conversation: Conversation | None = None,
    channel: str = "email",
    link: Linked | None = None,
    company: str = "",
    sender: str = "",
    language_model: LanguageModel | None = None,
) -> Reply:
    """Understand, decide and draft.

    Parameters
    ----------
    text : as it came in. facts : of its writer at the start of the day (:func:`.facts_of`), and what came since.
    model : of intents. policy : decides. conversation : where it stands; None = a reminder went out.
    channel : by which it came, and an answer would go. link : where it can be paid; None = no link.
    company, sender : who answers. language_model : may word the draft, and decides nothing; None = our templates.

    Returns
    -------
    Reply. The same arguments give the same one; nothing in the text can change anything else.
    """
    before = conversation or Conversation()
    said = understand(
        text, facts.today, model, language=facts.language, country=facts.country, open_invoices=facts.open_invoices,
        known_ids=facts.known_ids,
    )  # fmt: skip
    turn = heard(before, said, facts, policy, channel)
    where = link(turn.decision, said) if link is not None else ""
    made = draft(turn.decision, said, facts, channel=channel, link=where, company=company, sender=sender)
    suggested = suggest(language_model, said.new, facts, made, turn.decision)
    made = made if suggested is None else suggested.draft
    faults = () if made.empty else grounded(made, facts, turn.decision)
    note = "" if suggested is None else suggested.note
    return Reply(channel, facts, said, turn.decision, before, turn.conversation, made, faults, note)
