"""A conversation with a customer: its states, and which event leads where.

A message can come in any state, and what is decided about it says where it leads: accept to promised, counter to
proposed, a dispute to disputed, any other hand-over to person, a wish for no more contact to stopped, questions and
answers to engaged. Money makes a promise kept, its day broken. ``docs/conversation.md`` draws it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...errors import PaybenchError
from ..understand.understood import Understood
from .allowed import faults
from .case import Case, bills, total
from .consent import REFUSES, TAKES, answer
from .decide import decide_reply, finished
from .decision import (
    ACCEPT,
    ANSWER,
    ASK,
    COLLECTIONS,
    COUNTER,
    HAND_OVER,
    NOTE,
    PART,
    WAIVER,
    Decision,
    Move,
)  # fmt: skip
from .facts import Facts
from .money import told
from .offer import draft, moves, rest
from .policy import Policy, of_currency
from .standing import (
    BROKEN,
    DISPUTED,
    ENGAGED,
    KEPT,
    PERSON,
    PROMISED,
    PROPOSED,
    REMINDED,
    STOPPED,
    Conversation,
)  # fmt: skip
from .wish import Wish, completed, instead, remembered

REMIND, PAID, DAY_OVER, CLOSED, RELEASED = EVENTS = ("remind", "paid", "day_over", "closed", "released")
"""What happens besides messages and clicks: a reminder goes out, money keeps the promise, its day passes, the dispute
is closed, a person gives the conversation back."""

MOST_ROUNDS = 2
"""Counter-proposals one after the other; the next one is a person's."""

TAKE, REFUSE = CHOICES = ("accept", "refuse")
"""What can be clicked below a proposal."""

_NEXT = {
    (PROMISED, PAID): KEPT,
    (PROPOSED, PAID): KEPT,
    (BROKEN, REMIND): REMINDED,
    (PROMISED, DAY_OVER): BROKEN,
    (PROPOSED, DAY_OVER): ENGAGED,
    (DISPUTED, CLOSED): ENGAGED,
    (DISPUTED, RELEASED): ENGAGED,
    (PERSON, RELEASED): ENGAGED,
    (STOPPED, RELEASED): ENGAGED,
    (ENGAGED, REMIND): REMINDED,
    (KEPT, REMIND): REMINDED,
}


@dataclass(frozen=True)
class Turn:
    """One turn of a conversation: where it stands now, and what was decided."""

    conversation: Conversation
    decision: Decision


def heard(
    conversation: Conversation, understood: Understood, facts: Facts, policy: Policy, channel: str = "email"
) -> Turn:
    """What a message of the customer leads to.

    In state proposed, consent that names nothing else takes our proposal, and a refusal that names nothing new is for a
    person; anything else is decided anew, with what was wished for before where we had asked back.
    While a person has the conversation, nothing is granted or proposed but by that person.
    """
    case = Case(understood, facts, policy, channel, conversation.about)
    said = answer(conversation, case)
    if said == TAKES:
        return _taken(conversation, facts, policy, channel, case)
    if said == REFUSES:
        return _refused(conversation, case)
    wish, made = conversation.open_wish, conversation.proposal
    whole = completed(wish, case) if wish is not None else None
    if whole is None and conversation.state == PROPOSED and made is not None:
        whole = instead(made, case)
    if whole is not None:
        case = Case(whole, facts, policy, channel, conversation.about)
    decision = decide_reply(case.understood, facts, policy, channel, conversation.about)
    if decision.action in (ACCEPT, COUNTER) and conversation.state == PERSON:
        waits = () if decision.proposal is None else (draft(decision.proposal, "person"),)
        held = Decision(
            HAND_OVER, "with_person", ("A person has this conversation already.", *decision.why), decision.proposal,
            COLLECTIONS, needs_approval=True, moves=waits, would=decision.action,
        )  # fmt: skip
        decision = finished(case, held)
    if decision.action == COUNTER and conversation.state == PROPOSED and conversation.rounds >= MOST_ROUNDS:
        why = (f"{MOST_ROUNDS} proposals were not taken; a person goes on.", *decision.why)
        decision = finished(case, Decision(HAND_OVER, "no_agreement", why, queue=COLLECTIONS))
    after = _after(conversation, decision)
    return Turn(replace(after, open_wish=_open_wish(conversation, case, decision)), decision)


def clicked(conversation: Conversation, choice: str, facts: Facts, policy: Policy, channel: str = "email") -> Turn:
    """What a click below our proposal leads to.

    Raises
    ------
    PaybenchError
        If there is no such choice, or no proposal waits for an answer.
    """
    if choice not in CHOICES:
        raise PaybenchError(f"'{choice}' cannot be clicked; give one of {', '.join(CHOICES)}.")
    if conversation.state != PROPOSED or conversation.proposal is None:
        raise PaybenchError(
            f"No proposal waits for an answer (the conversation is '{conversation.state}'); "
            "a click counts once, while it is 'proposed'."
        )
    if choice == REFUSE:
        return _refused(conversation)
    return _taken(conversation, facts, policy, channel)


def signed(conversation: Conversation, facts: Facts, policy: Policy, channel: str = "email") -> Turn:
    """What a person's signature under a draft leads to: it is granted, or proposed to the customer.

    Raises
    ------
    PaybenchError
        If no draft waits for a signature.
    """
    proposal = conversation.proposal
    if conversation.state != PERSON or proposal is None or conversation.would not in (ACCEPT, COUNTER):
        raise PaybenchError(
            f"No draft waits for a signature (the conversation is '{conversation.state}'); decide on a reply first."
        )
    wrong = faults(proposal, facts, policy)
    if wrong:
        return _lapsed(conversation, wrong)
    some = bills(facts)
    made = Decision(
        conversation.would, "within_policy", ("A person has signed it.",), proposal,
        moves=moves(conversation.would, proposal, some), invoices=proposal.invoices,
        sends=facts.allowed.get(channel, True),
    )  # fmt: skip
    if proposal.kind == WAIVER:
        return Turn(Conversation(ENGAGED), made)
    state = PROMISED if made.action == ACCEPT else PROPOSED
    return Turn(replace(conversation, state=state, signed=True, would=""), made)


def happened(conversation: Conversation, event: str) -> Conversation:
    """Where an event of :data:`EVENTS` leads; one that means nothing in a state leaves it as it is.

    Raises
    ------
    PaybenchError
        If there is no such event.
    """
    if event not in EVENTS:
        raise PaybenchError(f"'{event}' is no event of a conversation; give one of {', '.join(EVENTS)}.")
    state = _NEXT.get((conversation.state, event))
    if state is None:
        return conversation
    return Conversation(state, conversation.proposal if state in (KEPT, BROKEN) else None)


def _after(before: Conversation, decision: Decision) -> Conversation:
    """Where a decision about a message leads."""
    consents = decision.moved("consent")
    if decision.action == HAND_OVER:
        state = DISPUTED if decision.moved("dispute") and before.state != STOPPED else PERSON
        if decision.proposal is None and before.state == state == PERSON:
            return before
        return Conversation(state, decision.proposal, before.rounds, decision.would)
    if consents:
        return Conversation(STOPPED)
    if before.state == STOPPED:
        return before
    if decision.action == COUNTER:
        rounds = before.rounds + 1 if before.state == PROPOSED else 1
        return Conversation(PROPOSED, decision.proposal, rounds)
    if decision.action == ACCEPT:
        granted = decision.proposal is not None and decision.proposal.kind != WAIVER
        return Conversation(PROMISED, decision.proposal) if granted else _engaged(before)
    return _engaged(before) if decision.action in (ASK, ANSWER) else before


def _engaged(before: Conversation) -> Conversation:
    """A question in between changes nothing about what is proposed or promised, nor about what a person has."""
    return before if before.state in (PROPOSED, PROMISED, DISPUTED, PERSON) else Conversation(ENGAGED)


def _open_wish(before: Conversation, case: Case, decision: Decision) -> Wish | None:
    """What the customer is asked about from now on; a question or thanks in between leave it open."""
    found = remembered(case, decision)
    return before.open_wish if found is None and decision.action in (ASK, ANSWER, NOTE) else found


def _refused(conversation: Conversation, case: Case | None = None) -> Turn:
    made = conversation.proposal
    why, about = ("The customer refused the proposal.",), made.invoices if made is not None else ()
    decision = Decision(HAND_OVER, "refused", why, made, COLLECTIONS, invoices=about)
    if case is not None:
        decision = finished(case, decision)
    else:
        take = Move("take_over", {"queue": COLLECTIONS, "reason": "refused"})
        decision = replace(decision, moves=(take,))
    return Turn(replace(conversation, state=PERSON, open_wish=None), decision)


def _taken(conversation: Conversation, facts: Facts, policy: Policy, channel: str, case: Case | None = None) -> Turn:
    proposal = conversation.proposal
    assert proposal is not None
    begun = 1 if proposal.kind == PART and len(proposal.instalments) > 1 else 0
    some = tuple(bill for bill in bills(facts) if bill.invoice_id in proposal.invoices)
    wrong = list(faults(proposal, facts, policy, begun=begun))
    most = of_currency(policy.approval, proposal.currency)
    if total(some) > most and not conversation.signed:
        wrong.append(f"More than {told(most, proposal.currency)} is open, and nobody has signed it.")
    if facts.broken > policy.broken_tolerated[facts.value_in(proposal.currency)]:
        wrong.append(f"{facts.broken} promises were broken in 365 days.")
    if wrong:
        return _lapsed(conversation, tuple(wrong), case)
    promised = rest(proposal, some)
    until = max(day for day, _ in proposal.instalments)
    pause = Move("pause", {"invoices": proposal.invoices, "until": until, "why": "promised"})
    last = proposal.instalments[-1][0]
    why = (f"The customer takes our proposal: {told(proposal.amount, proposal.currency)}, the last of it on {last}.",)
    decision = Decision(ACCEPT, "agreed", why, proposal, moves=(*promised, pause), invoices=proposal.invoices,
                        sends=facts.allowed.get(channel, True))  # fmt: skip
    decision = decision if case is None else finished(case, decision)
    return Turn(replace(conversation, state=PROMISED, open_wish=None), decision)


def _lapsed(conversation: Conversation, wrong: tuple[str, ...], case: Case | None = None) -> Turn:
    why = ("The proposal does not hold any more.", *wrong)
    made = conversation.proposal
    about = made.invoices if made is not None else ()
    decision = Decision(HAND_OVER, "proposal_lapsed", why, made, COLLECTIONS, invoices=about)
    if case is not None:
        decision = finished(case, decision)
    else:
        take = Move("take_over", {"queue": COLLECTIONS, "reason": "proposal_lapsed"})
        decision = replace(decision, moves=(take,))
    return Turn(replace(conversation, state=PERSON, open_wish=None), decision)
