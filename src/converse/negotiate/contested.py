"""Disputes, wrong figures, and the wish to be spared interest or fees."""

from __future__ import annotations

from decimal import Decimal

from .case import Bill, Case
from .decision import ACCEPT, COLLECTIONS, HAND_OVER, SERVICE, WAIVER, Decision, Move, Proposal
from .money import laid_on, told
from .offer import names, waived
from .policy import of_currency

_WORDS = {"dispute": "What was delivered or billed is disputed", "amount_disagreement": "The figure is contested"}


def contested(case: Case) -> Decision | None:
    """What is contested is for a person, and is not asked for until then; small interest and fees are waived once."""
    if case.has("dispute"):
        return _disputed(case, "dispute")
    if not case.has("amount_disagreement"):
        return None
    return _waived(case) if case.understood.slots.waiver else _disputed(case, "amount_disagreement")


def _disputed(case: Case, reason: str) -> Decision:
    rows = _amounts(case)
    moves = [
        move
        for bill, amount in rows
        for move in (
            Move("dispute", {"invoice_id": bill.invoice_id, "currency": bill.currency, "amount": amount,
                             "reason": reason}),
            Move("pause", {"invoices": (bill.invoice_id,), "currency": bill.currency, "amount": amount, "until": None,
                           "why": "disputed"}),
        )
    ]  # fmt: skip
    what = ", ".join(f"{told(amount, bill.currency)} of {bill.invoice_id}" for bill, amount in rows)
    paused = f"paused is only {what}." if rows else "no open amount is newly in dispute."
    return Decision(HAND_OVER, reason, (f"{_WORDS[reason]}; {paused}",), queue=SERVICE, moves=tuple(moves))


def _amounts(case: Case) -> list[tuple[Bill, Decimal]]:
    """How much of which invoices is newly contested: the amount said, else all that is open and not yet contested."""
    free = {bill: max(bill.amount - bill.disputed, Decimal(0)) for bill in case.bills}
    said = _said(case)
    if said is None:
        return [(bill, amount) for bill, amount in free.items() if amount > 0]
    exact = [bill for bill in free if bill.amount == said]
    some = exact[:1] or list(free)
    by_name = {bill.invoice_id: bill for bill in some}
    [laid] = laid_on([said], [(bill.invoice_id, free[bill]) for bill in some])
    return [(by_name[name], amount) for name, amount in laid]


def _said(case: Case) -> Decimal | None:
    """The amount said to be wrong: of several that can be meant the largest, so that nothing contested is asked for."""
    if not case.currency:
        return None
    every = case.understood.slots.amounts
    some = [s.amount for s in every if s.currency in ("", case.currency) and 0 < s.amount <= case.total]
    return max(some, default=None)


def _waived(case: Case) -> Decision:
    facts, currency = case.facts, case.currency
    bill_amounts = {bill.amount for bill in case.bills} | ({case.total} if currency else set())
    said = {
        slot.amount
        for slot in case.understood.slots.amounts
        if slot.amount > 0 and slot.currency in ("", currency) and slot.amount not in bill_amounts
    }
    most = of_currency(case.policy.waiver, currency) if currency else Decimal(0)
    why = []
    if not currency:
        why.append("It is not clear which invoices the interest or fee belongs to.")
    elif len(said) != 1:
        why.append("It is not clear how much is meant.")
    elif max(said) > most:
        why.append(f"{told(max(said), currency)} is more than the {told(most, currency)} that are waived unasked.")
    if facts.broken:
        why.append(f"{facts.broken} promises were broken in 365 days.")
    if facts.waivers:
        why.append(f"{facts.waivers} waivers were granted in 365 days.")
    if why:
        return Decision(
            HAND_OVER, "waiver", ("The customer wishes to be spared interest or fees.", *why), queue=COLLECTIONS
        )
    [amount] = said
    proposal = Proposal(WAIVER, currency, names(case.bills), ((case.today, amount),))
    told_ = f"{told(amount, currency)} of interest or fees is waived: up to {told(most, currency)}, once in 365 days."
    return Decision(ACCEPT, "waiver", (told_,), proposal, moves=(waived(proposal),))
