"""Who is written to: the wrong one, or somebody else in future."""

from __future__ import annotations

from .case import Case
from .decision import ANSWER, COLLECTIONS, HAND_OVER, Decision, Move

_NOTED = "Another contact was named; a person checks it before anything is written there."


def wrong_person(case: Case) -> Decision | None:
    """A wrong contact, with or without the right one, and a redirection alone."""
    if case.has("wrong_contact") and not case.has("redirect"):
        return Decision(HAND_OVER, "wrong_contact", ("The writer is not the one concerned.",), queue=COLLECTIONS)
    return redirected() if case.has("wrong_contact") or case.alone("redirect") else None


def redirected() -> Decision:
    """Thanks for the contact."""
    return Decision(ANSWER, "redirect", (_NOTED,))


def contacts(case: Case) -> tuple[Move, ...]:
    """The contacts that a message names, for a person to check; the ledger's own are not changed by a message."""
    if not case.has("redirect"):
        return ()
    return tuple(
        Move("contact", {"name": slot.name, "email": slot.email, "phone": slot.phone, "state": "to_check"})
        for slot in case.understood.slots.names
    )
