"""What a policy says of one invoice, in plain Python: from the rules that would be broken to the state."""

from __future__ import annotations

from dataclasses import replace

from paybench.decide.dunning import Audit, Policy, Situation
from paybench.ledger.schema import NO_DAY

STATE_OF = (
    ("insolvent customer", "insolvent"),
    ("stopped by an override", "stopped"),
    ("no step left", "finished"),
    ("contacts about the invoice", "finished"),
    ("forbidden", "opted_out"),
    ("instalment of a running plan", "plan"),
    ("disputed", "disputed"),
    ("covered by unapplied money", "covered"),
    ("promised", "promised"),
    ("too early", "waiting"),
    ("a message waits for an answer", "answer_waits"),
    ("held out", "hold_out"),
    ("nothing is open", "below_threshold"),
    ("below the threshold", "below_threshold"),
    ("gap after the last step", "gap"),
    ("contacts in 7 days", "capped"),
    ("contacts in 30 days", "capped"),
    ("no call left", "capped"),
    ("closed day", "quiet_day"),
)
"""Rules in the order in which they are told, and the state that each makes."""

ENDS_WITH = {
    "stopped": ("stopped by an override",), "plan": ("instalment of a running plan",), "promised": ("promised",),
    "answer_waits": ("a message waits for an answer",), "quiet_day": ("closed day",),
    "not_due": ("too early", "gap after the last step", "closed day"),
    "waiting": ("too early", "gap after the last step", "closed day"),
    "gap": ("too early", "gap after the last step", "closed day"),
}  # fmt: skip
"""The rules that have to be kept again for a state to be over; other states end by what happens."""

OF_ACTION = ("forbidden channel", "not the only channel", "calls in 7 days", "too harsh", "not an action of this step")
FAR = 150


def state(policy: Policy, situation: Situation, row: int) -> str:
    """One of STATES."""
    broken = set(_rules(policy, situation, row))
    if not _some_action(replace(policy, caps=replace(policy.caps, calls_in_7_days=None)), situation, row):
        broken.add("forbidden")
    if not _some_action(policy, situation, row):
        broken.add("no call left")
    found = next((name for rule, name in STATE_OF if rule in broken), "due_now")
    return "not_due" if found == "waiting" and situation.today <= situation.due[row] else found


def until(policy: Policy, situation: Situation, row: int) -> int:
    """The first day on which the state is over if nothing new happens; NO_DAY if there is none within half a year."""
    rules = ENDS_WITH.get(state(policy, situation, row), ())
    for day in range(situation.today + 1, situation.today + FAR) if rules else ():
        if not set(rules) & set(_rules(policy, replace(situation, today=day), row)):
            return day
    return NO_DAY


def permitted(policy: Policy, situation: Situation, row: int) -> list[str]:
    """The options that break no rule."""
    audit = Audit(policy, situation)
    return [option for option in policy.options if not audit.violations(row, option)]


def _rules(policy: Policy, situation: Situation, row: int) -> list[str]:
    """The rules that are broken whatever is sent."""
    return [rule for rule in Audit(policy, situation).violations(row, "email:courtesy") if rule not in OF_ACTION]


def _some_action(policy: Policy, situation: Situation, row: int) -> bool:
    audit = Audit(policy, situation)
    return any(not set(OF_ACTION) & set(audit.violations(row, option)) for option in policy.options)
