"""The draft of an answer: what was decided, in the customer's language, as long as its channel allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import PaybenchError
from ..negotiate.decision import HAND_OVER, NOTE, Decision
from ..negotiate.facts import Facts
from ..understand.understood import Understood
from .drafted import TONES, Bill, Draft, Voice, bills
from .said import Said
from .tones import tone_of
from .written import Style

if TYPE_CHECKING:
    from .times import Choice

LETTERS = ("email", "letter")
"""Channels with room for a greeting, a table and a signature."""
_ALL = frozenset({"which_currency", "what_is_owed", "which_invoice"})


def draft(
    decision: Decision,
    understood: Understood | None,
    facts: Facts,
    *,
    language: str = "",
    channel: str = "email",
    link: str = "",
    sender: str = "",
    company: str = "",
    phone: str = "",
    email: str = "",
    consequences: tuple[str, ...] = (),
    tone: str = "",
    choice: Choice | None = None,
) -> Draft:
    """Draft the answer to a customer's message.

    Parameters
    ----------
    decision : what was decided; the draft says nothing else. understood : the message; None = it is not at hand.
    facts : of the customer on the day. language : en, de, fr or es; empty = that of the message, else the customer's.
    channel : by which it goes. link : where to pay. sender, company, phone, email : of who writes.
    consequences : what the tone final may announce (interest, fees, stop, collection, legal); none by default.
    tone : instead of the one that follows from the days overdue. choice : of time and channel, where one was made.

    Returns
    -------
    Draft; its body is empty where nothing is to be sent (a decision to note something).

    Raises
    ------
    PaybenchError
        If nothing is written in the language or tone, or the link is too long for a short message.
    """
    if tone and tone not in TONES:
        raise PaybenchError(f"There is no tone '{tone}'; give one of {', '.join(TONES)}.")
    spoken = language or (understood.language if understood is not None else facts.language)
    style = Style(spoken, facts.country)
    voice = Voice(company, sender, phone, email, link, tuple(consequences))
    about = in_question(decision, understood, facts)
    chosen, why = tone_of(decision, understood, facts, about, tone)
    timing = choice.reason if choice is not None else "Time: at once, since the customer waits for an answer."
    by = f"Channel: {channel}, by which the customer wrote." if choice is None else f"Channel: {channel}."
    reasons = (timing, by, why)
    if decision.action == NOTE:
        return Draft(
            "", "", spoken, channel, chosen, ("Nothing is sent: the message asks for no answer.",), voice, facts.country
        )
    said = Said(decision, understood, facts, style, voice, about, chosen, channel)
    body = said.sms() if channel == "sms" else said.letter() if channel in LETTERS else said.chat()
    subject = said.subject if channel in LETTERS else ""
    return Draft(subject, body, spoken, channel, chosen, reasons, voice, facts.country)


def in_question(decision: Decision, understood: Understood | None, facts: Facts) -> tuple[Bill, ...]:
    """The open invoices that an answer is about: those of the decision, else those named, overdue, or open."""
    everything = bills(facts)
    if decision.reason in _ALL:
        return everything
    ids = set(decision.proposal.invoices) if decision.proposal is not None and decision.action != HAND_OVER else set()
    ids = ids or {str(move["invoice_id"]) for move in decision.moved("dispute") if "invoice_id" in move}
    ids = ids or set(decision.invoices)
    if not ids and understood is not None:
        ids = {slot.invoice_id for slot in understood.slots.invoices}
    named = tuple(bill for bill in everything if bill.invoice_id in ids)
    return named or tuple(bill for bill in everything if bill.due < facts.today) or everything
