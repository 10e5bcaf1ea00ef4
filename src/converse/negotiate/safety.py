"""What comes before everything else: automatic mail, safety, opting out, and the wish for a person."""

from __future__ import annotations

from .case import Case
from .decision import ANSWER, COLLECTIONS, CREDIT, HAND_OVER, NOTE, TREASURY, Decision, Move
from .facts import CHANNELS

_AUTOMATIC = {
    "bounce": "The mail could not be delivered; nothing is sent.",
    "out_of_office": "An automatic notice of absence; nothing is sent.",
}
_SAFETY = {
    "insolvency": (CREDIT, "The message speaks of insolvency; all dunning of the customer pauses."),
    "legal": (CREDIT, "The message speaks of lawyers or courts; all dunning of the customer pauses."),
    "change_bank_details": (TREASURY, "The message speaks of other bank details; nothing about accounts is confirmed."),
}
"""In the order in which one of several decides."""
_PAUSING = ("insolvency", "legal")
_BESIDE_STOP = frozenset({"unsubscribe", "hostile", "acknowledgement", "card_data_sent"})
_ALL = "all"


def automatic(case: Case) -> Decision | None:
    """Mail that no person wrote."""
    if not case.alone(*_AUTOMATIC, "redirect") or not case.has(*_AUTOMATIC):
        return None
    reason = next(name for name in _AUTOMATIC if case.has(name))
    return Decision(NOTE, reason, (_AUTOMATIC[reason],))


def safety(case: Case) -> Decision | None:
    """Insolvency, legal steps and bank details are for a person."""
    found = [name for name in _SAFETY if case.has(name)]
    if not found:
        return None
    queue = _SAFETY[found[0]][0]
    pauses = [name for name in found if name in _PAUSING]
    pause = (Move("pause", {"customer": case.facts.customer_id, "until": None, "why": pauses[0]}),) if pauses else ()
    return Decision(HAND_OVER, found[0], tuple(_SAFETY[name][1] for name in found), queue=queue, moves=pause)


def unsubscribed(case: Case) -> Decision | None:
    """A wish for no more contact; the consent itself is withdrawn by :func:`withdrawn`, whatever is decided."""
    if not case.has("unsubscribe"):
        return None
    if not case.sure("unsubscribe"):
        why = "It may wish for no more contact; a person reads it, and no answer is sent until then."
        return Decision(HAND_OVER, "unsubscribe", (why,), queue=COLLECTIONS)
    why = f"No more contact is wished for by {', '.join(channels_off(case))}; no answer is sent."
    if case.names <= _BESIDE_STOP:
        return Decision(NOTE, "unsubscribe", (why,))
    return Decision(HAND_OVER, "unsubscribe", (why, "Something else in it needs work."), queue=COLLECTIONS)


def channels_off(case: Case) -> tuple[str, ...]:
    """The channels by which no more contact is wished for: those said, all of them, else that of the message."""
    said = case.understood.slots.channels_off
    if _ALL in said:
        return tuple(dict.fromkeys((*CHANNELS, *case.facts.allowed, case.channel)))
    return tuple(dict.fromkeys(said)) or (case.channel,)


def withdrawn(case: Case) -> tuple[Move, ...]:
    """The consents that a message withdraws: where it is sure that it means that; else a person decides."""
    if not case.sure("unsubscribe"):
        return ()
    return tuple(Move("consent", {"channel": channel, "allowed": False}) for channel in channels_off(case))


def card_alone(case: Case) -> Decision | None:
    """A card number and nothing else; beside something else the answer bears a warning."""
    if not case.alone("card_data_sent"):
        return None
    return Decision(ANSWER, "card_data_sent", ("The message bore a card number, which was removed and is not kept.",))


def person_wanted(case: Case) -> Decision | None:
    """A wish for a person, and abuse."""
    if case.has("escalate"):
        return Decision(HAND_OVER, "escalate", ("The customer wants to speak to a person.",), queue=COLLECTIONS)
    if case.has("hostile"):
        return Decision(HAND_OVER, "hostile", ("The message is abusive.",), queue=COLLECTIONS)
    return None
