"""What a clerk answers: releases, order numbers, copies, questions; and what needs no answer."""

from __future__ import annotations

import re

from ...decide.messages.meanings import plain_letters
from ..understand.topics import topic
from .case import Case
from .decision import ANSWER, ASK, HAND_OVER, NOTE, SERVICE, Decision
from .payments import remittance
from .people import redirected
from .said import days
from .terms import negotiate

_DOCUMENT = re.compile(
    r"\b(?:cop(?:y|ies)|statement|list\w*|overview|breakdown|send|e-?mail|forward|pdf|document\w*|kopie\w*|auszug|"
    r"kontoauszug|aufstellung|ubersicht|liste|schicken|senden|zusenden|copie|releve|etat|envoy\w*|copia|extracto|listado|relacion|envi\w*)\b"
)
"""Words of a wish for a document."""


def served(case: Case) -> Decision | None:
    """What a clerk answers."""
    if case.has("internal_approval"):
        if days(case).ahead:
            return negotiate(case, "promise_to_pay")
        return Decision(ASK, "approval_when", ("The invoice waits for a release; by when is not said.",), ask="release")
    if case.has("missing_po"):
        why = "An order number or a registration is missing."
        return Decision(HAND_OVER, "missing_po", (why,), queue=SERVICE)
    if case.has("send_invoice", "send_statement") and not _only_asks(case):
        return Decision(ANSWER, "documents", ("Documents are asked for; only the customer's own are sent.",))
    if case.has("question", "send_invoice", "send_statement"):
        return _question(case)
    if case.has("who_are_you"):
        return Decision(ANSWER, "who_are_you", ("The customer asks who is writing.",))
    return None


def _only_asks(case: Case) -> bool:
    """Whether what is owed is asked, and no document."""
    plain = plain_letters(case.understood.new)
    return topic(case.understood.new) == "what_is_owed" and not _DOCUMENT.search(plain)


def _question(case: Case) -> Decision:
    about = topic(case.understood.new)
    if about:
        return Decision(ANSWER, about, (f"The question is {about.replace('_', ' ')}.",))
    return Decision(HAND_OVER, "question", ("A question that a person has to answer.",), queue=SERVICE)


def last(case: Case) -> Decision:
    """What is left: thanks, what does not concern us, and what was not understood."""
    if case.has("remittance_advice"):
        return remittance()
    if case.has("redirect"):
        return redirected()
    if case.has("out_of_office", "bounce"):
        return Decision(NOTE, "bounce" if case.has("bounce") else "out_of_office", ("An automatic message.",))
    if case.has("acknowledgement"):
        return Decision(NOTE, "acknowledgement", ("Thanks; nothing is to be done.",))
    if case.has("out_of_scope"):
        return Decision(NOTE, "out_of_scope", ("It has nothing to do with what is owed.",))
    return Decision(HAND_OVER, "not_understood", ("The message was not understood.",), queue=SERVICE)
