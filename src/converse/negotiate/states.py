"""A conversation with a customer: its states, and which event leads where.

A message can come in any state, and what is decided about it says where it leads: accept to promised, counter to
proposed, a dispute to disputed, any other hand-over to person, a wish for no more contact to stopped, questions and
answers to engaged. Money makes a promise kept, its day broken. ``docs/conversation.md`` draws it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ...decide.messages.meanings import plain_letters
from ...errors import PaybenchError
from ..understand.understood import Understood
from .allowed import faults
from .case import Case, bills, total
from .decide import decide_reply, finished
from .decision import (
    ACCEPT,
    ANSWER,
    ASK,
    COLLECTIONS,
    COUNTER,
    HAND_OVER,
    PART,
    WAIVER,
    Decision,
    Move,
    Proposal,
)  # fmt: skip
from .facts import Facts
from .money import told
from .offer import draft, moves, rest
from .policy import Policy, of_currency
from .said import days

REMINDED, ENGAGED, PROPOSED, PROMISED, DISPUTED, PERSON, STOPPED, KEPT, BROKEN = STATES = (
    "reminded", "engaged", "proposed", "promised", "disputed", "person", "stopped", "kept", "broken",
)  # fmt: skip

REMIND, PAID, DAY_OVER, CLOSED, RELEASED = EVENTS = ("remind", "paid", "day_over", "closed", "released")
"""What happens besides messages and clicks: a reminder goes out, money keeps the promise, its day passes, the dispute
is closed, a person gives the conversation back."""

MOST_ROUNDS = 2
"""Counter-proposals to a counter-proposal; the next one is a person's."""

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
_ASSENT = frozenset({"acknowledgement", "promise_to_pay", "card_data_sent"})
_HESITANT = re.compile(
    r"\b\w+n't\b|\b(?:no|not|cannot|unfortunately|but|however|instead|look into|check|get back|come back|discuss|"
    r"think|consider|maybe|perhaps|forward(?:ed)?|received|"
    r"nein|nicht|kein\w*|leider|aber|jedoch|prufen|melden|besprechen|uberlegen|vielleicht|erhalten|weitergeleitet|"
    r"non|pas|malheureusement|mais|verifi\w+|revenir|revenons|discuter|reflechir|peut-etre|recu|transmis|"
    r"pero|lamentablemente|revisar\w*|comprobar\w*|consultar\w*|pensar\w*|quizas?|recibido|reenviado)\b"
)
"""Words that make thanks something else than consent."""
_NO_PROBLEM = re.compile(r"\b(?:no|kein|keine|pas de|sin|ningun) (?:problem\w*|sorgen?|worries|souci|inconveniente)\b")


@dataclass(frozen=True)
class Conversation:
    """Where a conversation stands.

    Attributes
    ----------
    state : of :data:`STATES`. proposal : the one that waits for the customer, that was agreed on, or that a person
        has to sign. rounds : counter-proposals to counter-proposals so far. would : of a draft to sign, what it
        becomes. signed : whether a person has signed it.
    """

    state: str = REMINDED
    proposal: Proposal | None = None
    rounds: int = 0
    would: str = ""
    signed: bool = False


@dataclass(frozen=True)
class Turn:
    """One turn of a conversation: where it stands now, and what was decided."""

    conversation: Conversation
    decision: Decision


def heard(
    conversation: Conversation, understood: Understood, facts: Facts, policy: Policy, channel: str = "email"
) -> Turn:
    """What a message of the customer leads to.

    In state proposed, thanks or a promise that says nothing else takes our proposal; anything else is decided anew.
    While a person has the conversation, nothing is granted or proposed but by that person.
    """
    case = Case(understood, facts, policy, channel)
    if accepted(conversation, understood, facts, policy):
        return _taken(conversation, facts, policy, channel, case)
    decision = decide_reply(understood, facts, policy, channel)
    if decision.action in (ACCEPT, COUNTER) and conversation.state == PERSON:
        waits = () if decision.proposal is None else (draft(decision.proposal, "person"),)
        held = Decision(
            HAND_OVER, "with_person", ("A person has this conversation already.", *decision.why), decision.proposal,
            COLLECTIONS, needs_approval=True, moves=waits, would=decision.action,
        )  # fmt: skip
        decision = finished(case, held)
    if decision.action == COUNTER and conversation.state == PROPOSED and conversation.rounds >= MOST_ROUNDS:
        why = (f"{MOST_ROUNDS + 1} proposals were not taken; a person goes on.", *decision.why)
        stop = Decision(HAND_OVER, "too_many_counters", why, queue=COLLECTIONS)
        decision = finished(case, stop)
    return Turn(_after(conversation, decision), decision)


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
        take = Move("take_over", {"queue": COLLECTIONS, "reason": "refused"})
        why = ("The customer refused the proposal.",)
        decision = Decision(HAND_OVER, "refused", why, conversation.proposal, COLLECTIONS, moves=(take,))
        return Turn(replace(conversation, state=PERSON), decision)
    return _taken(conversation, facts, policy, channel)


def accepted(conversation: Conversation, understood: Understood, facts: Facts, policy: Policy) -> bool:
    """Whether a message takes the proposal that waits for it.

    It does where it means thanks or a promise and nothing else, and says nothing that differs: no other amount, no day
    later than the proposal's, no doubt.
    """
    proposal = conversation.proposal
    if conversation.state != PROPOSED or proposal is None:
        return False
    case = Case(understood, facts, policy)
    if not case.has("acknowledgement", "promise_to_pay") or not case.names <= _ASSENT:
        return False
    if case.understood.meaning.abstained or understood.slots.firmness == "aspirational":
        return False
    if case.has("promise_to_pay"):
        return _same(case, proposal)
    named = understood.slots
    return not (named.dates or named.amounts or named.plan) and not _hesitates(understood.new)


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
        moves=moves(conversation.would, proposal, some), sends=facts.allowed.get(channel, True),
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
        rounds = before.rounds + 1 if before.state == PROPOSED else 0
        return Conversation(PROPOSED, decision.proposal, rounds)
    if decision.action == ACCEPT:
        granted = decision.proposal is not None and decision.proposal.kind != WAIVER
        return Conversation(PROMISED, decision.proposal) if granted else _engaged(before)
    return _engaged(before) if decision.action in (ASK, ANSWER) else before


def _engaged(before: Conversation) -> Conversation:
    """A question in between changes nothing about what is proposed or promised, nor about what a person has."""
    return before if before.state in (PROPOSED, PROMISED, DISPUTED, PERSON) else Conversation(ENGAGED)


def _hesitates(text: str) -> bool:
    return _HESITANT.search(_NO_PROBLEM.sub(" ", plain_letters(text))) is not None


def _same(case: Case, proposal: Proposal) -> bool:
    """Whether what a promise says is what was proposed."""
    said, proposed = days(case), [day for day, _ in proposal.instalments]
    if said.unclear or said.past:
        return False
    if said.ahead and any(day not in proposed for day in said.ahead):
        return False
    amounts = {amount for _, amount in proposal.instalments} | {proposal.amount}
    named = case.understood.slots.amounts
    return all(slot.amount in amounts and slot.currency in ("", proposal.currency) for slot in named)


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
    decision = Decision(ACCEPT, "within_policy", why, proposal, moves=(*promised, pause),
                        sends=facts.allowed.get(channel, True))  # fmt: skip
    decision = decision if case is None else finished(case, decision)
    return Turn(replace(conversation, state=PROMISED), decision)


def _lapsed(conversation: Conversation, wrong: tuple[str, ...], case: Case | None = None) -> Turn:
    why = ("The proposal does not hold any more.", *wrong)
    decision = Decision(HAND_OVER, "proposal_lapsed", why, conversation.proposal, COLLECTIONS)
    if case is not None:
        decision = finished(case, decision)
    else:
        take = Move("take_over", {"queue": COLLECTIONS, "reason": "proposal_lapsed"})
        decision = replace(decision, moves=(take,))
    return Turn(replace(conversation, state=PERSON), decision)
