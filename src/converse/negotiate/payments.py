"""Money that is said to have been sent: looked for, or asked about."""

from __future__ import annotations

from decimal import Decimal

from .case import SILENT, Case
from .decision import ANSWER, ASK, Decision, Move
from .money import told
from .offer import names


def said_paid(case: Case) -> Decision | None:
    """What is decided where a customer says that it has paid, or what a payment covers."""
    if case.has("already_paid"):
        return paid(case)
    if case.alone("remittance_advice", beside=SILENT | {"redirect", "out_of_office", "bounce"}):
        return remittance()
    return None


def remittance() -> Decision:
    """The answer to an advice of what a payment covers."""
    return Decision(ANSWER, "remittance", ("The message says what a payment covers.",))


def paid(case: Case) -> Decision:
    """Found, where what is in question is settled or money covers it that is not applied yet; else asked about."""
    settled = [name for name in case.named if name in case.facts.settled_ids]
    if case.named and len(settled) == len(case.named):
        return Decision(ANSWER, "payment_found", (f"Settled already: {', '.join(settled)}.",))
    owed: dict[str, Decimal] = {}
    for bill in case.bills:
        owed[bill.currency] = owed.get(bill.currency, Decimal(0)) + bill.amount
    free = {currency: case.facts.unapplied.get(currency, Decimal(0)) for currency in owed}
    unknown = bool(case.named) and not owed
    if not unknown and all(free[currency] >= amount for currency, amount in owed.items()):
        what = ", ".join(told(amount, currency) for currency, amount in free.items())
        why = (
            f"Money that belongs to no invoice yet covers what is in question: {what}." if owed else "Nothing is open."
        )
        return Decision(ANSWER, "payment_found", (why,))
    what = " and ".join(told(amount, currency) for currency, amount in owed.items())
    why = f"No payment of {what} was found." if owed else f"No open or paid invoice is {', '.join(case.named)}."
    until = case.later(case.policy.paid_check_days)
    pause = Move("pause", {"invoices": names(case.bills), "until": until, "why": "said_paid"})
    return Decision(
        ASK, "payment_not_found", (why, f"Dunning of these waits until {until}."), ask="payment",
        moves=(pause,) if case.bills else (),
    )  # fmt: skip
