"""What may be granted or proposed to a customer who writes: policy as data, facts, decisions, states."""

from .allowed import faults
from .consent import accepted
from .decide import decide_reply
from .decision import ACTIONS, MOVES, QUEUES, REASONS, Decision, Move, Proposal
from .facts import Facts, facts_of
from .policy import Plan, Policy, read_policy
from .standing import STATES, Conversation
from .states import EVENTS, Turn, clicked, happened, heard, signed

__all__ = [
    "ACTIONS",
    "EVENTS",
    "MOVES",
    "QUEUES",
    "REASONS",
    "STATES",
    "Conversation",
    "Decision",
    "Facts",
    "Move",
    "Plan",
    "Policy",
    "Proposal",
    "Turn",
    "accepted",
    "clicked",
    "decide_reply",
    "facts_of",
    "faults",
    "happened",
    "heard",
    "read_policy",
    "signed",
]
