"""The decision about a reply: the rules in their order, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ...errors import PaybenchError
from ..understand.understood import Understood
from . import contested, payments, people, safety, service, terms
from .case import Case
from .decision import ACCEPT, ANSWER, ASK, COLLECTIONS, COUNTER, HAND_OVER, NOTE, Decision, Move
from .facts import Facts
from .offer import names
from .policy import Policy

Rule = Callable[[Case], Decision | None]

ORDER: tuple[Rule, ...] = (
    safety.automatic,
    safety.safety,
    safety.unsubscribed,
    safety.card_alone,
    safety.person_wanted,
    contested.contested,
    people.wrong_person,
    terms.negotiated,
    terms.in_hardship,
    payments.said_paid,
    service.served,
    service.last,
)
"""The first that applies decides."""

_SENT = (ACCEPT, COUNTER, ASK, ANSWER)


def decide_reply(
    understood: Understood, facts: Facts, policy: Policy, channel: str = "email", about: tuple[str, ...] = ()
) -> Decision:
    """Decide about a customer's message: by policy alone, whatever its words say.

    Parameters
    ----------
    understood : the message. facts : of its writer, on its day. channel : by which it came, and an answer would go.
    about : invoices that the conversation is about, which are meant where the message names none.

    Returns
    -------
    Decision; its moves are all that may change.

    Raises
    ------
    PaybenchError
        If there is no channel.
    """
    if not channel:
        raise PaybenchError("No channel is given; give the one by which the message came, for example email.")
    case = Case(understood, facts, policy, channel, about)
    found = next(decision for rule in ORDER if (decision := rule(case)) is not None)
    return finished(case, found)


def finished(case: Case, found: Decision) -> Decision:
    """A decision with what holds for all: consents, contacts, who takes over, and whether an answer may go out."""
    why, moves = list(found.why), [*found.moves, *safety.withdrawn(case), *people.contacts(case)]
    sends = found.action in _SENT
    if found.action == HAND_OVER:
        moves.append(Move("take_over", {"queue": found.queue, "reason": found.reason}))
    elif sends and not case.facts.allowed.get(case.channel, True):
        sends = False
        why.append(f"No answer goes out by {case.channel}, which the customer forbade; a person answers another way.")
        moves.append(Move("take_over", {"queue": COLLECTIONS, "reason": "channel_forbidden"}))
    others = sorted(name.replace("_", " ") for name in case.names - {found.reason})
    if others:
        why.append(f"Understood: {', '.join(others)}.")
    card = case.has("card_data_sent")
    return replace(
        found, why=tuple(why), moves=tuple(moves), sends=sends, card_warning=card, invoices=_invoices(case, found)
    )


def _invoices(case: Case, found: Decision) -> tuple[str, ...]:
    """What a decision is about: its proposal's invoices, else those in question."""
    if found.invoices or found.action == NOTE:
        return found.invoices
    return found.proposal.invoices if found.proposal is not None else names(case.bills)
