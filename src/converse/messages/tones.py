"""In which tone a message is written, and why."""

from __future__ import annotations

from collections.abc import Iterable

from ..negotiate.decision import ACCEPT, HAND_OVER, Decision
from ..negotiate.facts import Facts
from ..understand.understood import Understood
from .drafted import Bill

SOFT = "friendly"
"""The hardest tone to who is in hardship."""
_SHORT_OF_MONEY = ("hardship", "insolvency")

_REMINDER, _FIRM, _FINAL = 10, 30, 60
"""Days overdue from which each tone is fitting; the last only where a promise was broken, too."""


def in_hardship(decision: Decision, understood: Understood | None) -> bool:
    """Whether the customer said that money or life is short."""
    said = understood is not None and understood.has(*_SHORT_OF_MONEY)
    return said or decision.reason in _SHORT_OF_MONEY


def tone_of(
    decision: Decision, understood: Understood | None, facts: Facts, about: Iterable[Bill], given: str = ""
) -> tuple[str, str]:
    """The tone of an answer, and the sentence that says why.

    Parameters
    ----------
    about : the invoices in question. given : the tone that was asked for; it is taken, but where a person takes over or
        the customer is in hardship.
    """
    if decision.action == HAND_OVER:
        return "person", "Tone: a person takes over, so nothing is promised or pressed."
    if in_hardship(decision, understood):
        return SOFT, "Tone: the customer's means are short, so the text is kind and presses nothing."
    if given:
        return given, f"Tone: {given}, as it was asked for."
    days = max(((facts.today - bill.due).days for bill in about), default=0)
    if days <= 0:
        return "courtesy", "Tone: nothing in question is overdue."
    since = f"the oldest invoice in question is {days} day{'s' if days > 1 else ''} overdue"
    broken = f"{facts.broken} promise{'s were' if facts.broken > 1 else ' was'} broken in the last year"
    if decision.action == ACCEPT:
        return "friendly", f"Tone: {since}, but what was asked for is granted."
    if facts.broken and days > _FINAL:
        return "final", f"Tone: {since}, and {broken}."
    if facts.broken:
        return "firm", f"Tone: {since}, and {broken}."
    if days > _FIRM:
        return "firm", f"Tone: {since}; from {_FIRM} days on it is firm."
    return ("reminder" if days > _REMINDER else "friendly"), f"Tone: {since}, and no promise was broken."
