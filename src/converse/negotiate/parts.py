"""A part of what is in question: paid now, the rest later; or said to be paid already."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from .case import Case
from .decision import ASK, COUNTER, PART, Decision, Move, Proposal
from .frame import ask_currency, ask_day
from .money import told
from .offer import Offer, names
from .plans import usual_plan
from .said import days, only_foreign, part

PART_DAYS = 7
"""Days from today that count for a part where no day is named."""


def paid_already(case: Case) -> bool:
    """Whether the part is said to be paid."""
    said = days(case)
    return case.has("already_paid") or (said.past and not said.ahead and not said.today)


def part_payment(case: Case) -> Offer | Decision:
    """What is answered where a part is offered or said to be paid; it is less than all that is in question."""
    amount = part(case)
    if amount is None:
        if only_foreign(case):
            return ask_currency(case)
        return Decision(ASK, "which_amount", ("A part was offered; how much is not said.",), ask="amount")
    if paid_already(case):
        return _rest(case, amount)
    if amount < case.policy.part_share * case.total:
        why = (
            f"{told(amount, case.currency)} is {amount / case.total:.0%} of {told(case.total, case.currency)}; "
            f"a part has to be {case.policy.part_share:.0%}"
        )
        return usual_plan(case, "part_too_small", why, named=False)
    return _now_and_later(case, amount)


def _now_and_later(case: Case, amount: Decimal) -> Offer | Decision:
    said = days(case)
    if said.unclear:
        return ask_day("The day of the part payment can be read in two ways.")
    wanted = case.today if said.today else said.ahead[0] if said.ahead else case.later(PART_DAYS)
    now = min(wanted, case.limit)
    later = max(_later(case), now + timedelta(days=1))
    if later > case.limit:
        why_plan = f"After {now}, the day of the part, policy allows no later one ({case.limit}) for the rest"
        return usual_plan(case, "beyond_policy", why_plan, named=False)
    rest = case.total - amount
    instalments = ((now, amount), (later, rest))
    why = [f"{told(amount, case.currency)} of {told(case.total, case.currency)} is taken as promised for {now}."]
    if wanted > case.limit:
        why.append(f"{wanted} is later than policy allows ({case.limit}).")
    why.append(f"{told(rest, case.currency)} stays open; {later} is proposed for it.")
    return Offer(COUNTER, "rest_open", Proposal(PART, case.currency, names(case.bills), instalments), tuple(why))


def _rest(case: Case, amount: Decimal) -> Offer:
    rest, later = case.total - amount, _later(case)
    proposal = Proposal(PART, case.currency, names(case.bills), ((later, rest),))
    found = case.facts.unapplied.get(case.currency, Decimal(0)) >= amount
    why = f"{told(amount, case.currency)} is said to be paid and {'was' if found else 'was not'} found; "
    why += f"{later} is proposed for the rest, {told(rest, case.currency)}."
    if found:
        return Offer(COUNTER, "rest_open", proposal, (why,))
    wait = Move(
        "pause",
        {
            "invoices": names(case.bills),
            "currency": case.currency,
            "amount": amount,
            "until": case.later(case.policy.paid_check_days),
            "why": "said_paid",
        },
    )
    return Offer(COUNTER, "rest_open", proposal, (why,), ask="payment", moves=(wait,))


def _later(case: Case) -> date:
    return min(case.later(case.policy.default_days), case.limit)
