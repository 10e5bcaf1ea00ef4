"""Dunning: a policy as data, what it says of every invoice on a day, and why."""

from .audit import Audit, violations
from .hours import send_at
from .names import check_names
from .overrides import held_out
from .policy import CHANNELS, NOTHING, TONES, Collector, Money, Policy, Step, default_policy, read_policy
from .replay import replay, state_counts, states_on, states_table
from .situation import Situation, situation_of
from .steps import STATES, Decided, decide, one_per_customer
from .told import sentences, why, why_customer

__all__ = [
    "CHANNELS",
    "NOTHING",
    "STATES",
    "TONES",
    "Audit",
    "Collector",
    "Decided",
    "Money",
    "Policy",
    "Situation",
    "Step",
    "check_names",
    "decide",
    "default_policy",
    "held_out",
    "one_per_customer",
    "read_policy",
    "replay",
    "send_at",
    "sentences",
    "situation_of",
    "state_counts",
    "states_on",
    "states_table",
    "violations",
    "why",
    "why_customer",
]
