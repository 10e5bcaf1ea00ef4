"""One day for all of it: more time that is asked for, and promises to pay."""

from __future__ import annotations

from datetime import date, timedelta

from .case import Case
from .decision import ACCEPT, COUNTER, EXTENSION, PROMISE, Decision, Proposal
from .frame import ask_day
from .money import told
from .offer import Offer, names
from .said import days

PROMPT_DAYS = 7
"""A promise to pay within so many days needs no approval, and is taken from a customer who has broken others."""


def more_time(case: Case) -> Offer | Decision:
    """What is answered where a customer asks to pay later."""
    said = days(case)
    if said.unclear:
        return ask_day("The day can be read in two ways.")
    if not said.any:
        since = max([case.today, *(bill.due for bill in case.bills)])
        day = min(since + timedelta(days=case.policy.default_days), case.limit)
        why = f"No day was named; {day} is proposed, {_days(case, day)} from today."
        return _offer(case, EXTENSION, COUNTER, "default_horizon", day, why)
    if not said.ahead:
        return ask_day(f"The day that was named is not after today, {case.today}.")
    return _within(case, EXTENSION, "within_policy", said.ahead[-1])


def promised(case: Case) -> Offer | Decision:
    """What is answered where a customer promises to pay all that is in question."""
    said = days(case)
    firmness = case.understood.slots.firmness
    if firmness == "aspirational" or not said.any:
        day = min(case.later(case.policy.default_days), case.limit)
        what = "A day was hoped for, not promised" if said.ahead else "Payment was announced without a day"
        return _offer(case, PROMISE, COUNTER, "no_firm_day", day, f"{what}; {day} is proposed.")
    if said.unclear:
        return ask_day("The day can be read in two ways.")
    if not said.ahead and said.today and not said.past and firmness:
        return _within(case, PROMISE, "promise", case.today)
    if not said.ahead:
        return ask_day(f"The day that was named is before today, {case.today}, or it is not said that it is promised.")
    return _within(case, PROMISE, "promise", said.ahead[-1])


def _within(case: Case, kind: str, reason: str, day: date) -> Offer:
    allowed = f"{case.limit}, for {case.risk} risk and a {case.value} customer"
    if day > case.limit:
        why = f"{day} is later than policy allows ({allowed}); that day is proposed."
        return _offer(case, kind, COUNTER, "beyond_policy", case.limit, why)
    return _offer(case, kind, ACCEPT, reason, day, f"{day} is within policy: the latest day is {allowed}.")


def _offer(case: Case, kind: str, action: str, reason: str, day: date, why: str) -> Offer:
    proposal = Proposal(kind, case.currency, names(case.bills), ((day, case.total),))
    granted = kind == PROMISE and action == ACCEPT
    return Offer(
        action, reason, proposal, (f"In question: {told(case.total, case.currency)}.", why),
        prompt=granted and day <= case.later(PROMPT_DAYS),
        firm=granted and case.understood.slots.firmness == "firm",
        by_due=granted and all(day <= bill.due for bill in case.bills),
    )  # fmt: skip


def _days(case: Case, day: date) -> str:
    n = (day - case.today).days
    return f"{n} day{'' if n == 1 else 's'}"
