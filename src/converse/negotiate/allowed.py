"""Whether a proposal is within policy, computed apart from the rules that make proposals."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from .case import Bill, bills, limit, total, worst
from .decision import PART, PLAN, WAIVER, Proposal
from .facts import Facts
from .policy import Policy, of_currency


def faults(proposal: Proposal, facts: Facts, policy: Policy, *, begun: int = 0) -> tuple[str, ...]:
    """What is wrong with a proposal on a customer's day, as sentences; empty = it is within policy.

    Parameters
    ----------
    begun : instalments, from the first on, that were promised before, and are not looked at any more.
    """
    if proposal.kind == WAIVER:
        return _waiver(proposal, facts, policy)
    some = tuple(bill for bill in bills(facts) if bill.invoice_id in proposal.invoices)
    if len(some) < len(proposal.invoices) or {bill.currency for bill in some} != {proposal.currency}:
        return ("Not all of its invoices are open, in its currency.",)
    left = proposal.instalments[begun:]
    found = []
    owed, due = total(some), sum((amount for _, amount in left), Decimal(0))
    if due > owed or (proposal.kind != PART and due != owed):
        found.append(f"Its amounts are {due}, and {owed} is open.")
    if not left or any(day < facts.today for day, _ in left):
        found.append("Its day has passed.")
    if any(amount <= 0 for _, amount in left):
        found.append("An instalment is nothing.")
    if proposal.kind == PLAN:
        return (*found, *_plan(proposal, some, facts, policy))
    last = limit(some, facts, policy)
    if any(day > last for day, _ in left):
        found.append(f"It is later than {last}.")
    return tuple(found)


def _plan(proposal: Proposal, some: tuple[Bill, ...], facts: Facts, policy: Policy) -> list[str]:
    terms, risk, found = policy.plan, worst(some), []
    days, amounts = zip(*proposal.instalments, strict=True)
    if len(amounts) > terms.most[risk]:
        found.append(f"It has {len(amounts)} instalments; {terms.most[risk]} are allowed.")
    if (days[0] - facts.today).days > terms.first_within_days:
        found.append(f"Its first instalment is not within {terms.first_within_days} days.")
    if amounts[0] < terms.first_share[risk] * proposal.amount:
        found.append("Its first instalment is too small.")
    if len(amounts) > 1 and min(amounts) < of_currency(terms.least, proposal.currency):
        found.append("One of its instalments is too small.")
    if any((later - earlier).days > max(terms.every_days, 31) for earlier, later in pairwise(days)):
        found.append("Its instalments are too far apart.")
    return found


def _waiver(proposal: Proposal, facts: Facts, policy: Policy) -> tuple[str, ...]:
    if facts.broken or facts.waivers or proposal.amount > of_currency(policy.waiver, proposal.currency):
        return ("It is more than policy waives.",)
    return ()
