"""Negotiation: which offer answers what is asked, and the guards that give it to a person instead."""

from __future__ import annotations

from . import frame, offer
from .case import NEGOTIATION, Case
from .decision import ACCEPT, ANSWER, COLLECTIONS, CREDIT, HAND_OVER, Decision
from .extensions import more_time, promised
from .money import told
from .offer import Offer
from .parts import paid_already, part_payment
from .payments import paid
from .plans import plan, usual_plan
from .policy import of_currency
from .said import only_foreign, part, whole


def negotiated(case: Case) -> Decision | None:
    """What is decided where a later day, instalments or a part are asked for, or payment is promised."""
    kind = next((name for name in NEGOTIATION if case.has(name)), None)
    return None if kind is None else negotiate(case, kind)


def negotiate(case: Case, kind: str) -> Decision:
    """The answer to one kind of negotiation."""
    unclear = frame.unclear(case)
    if unclear is not None:
        return unclear
    found = _answer(case, kind)
    if isinstance(found, Decision) and found.action == ANSWER:  # all of it is said to be paid, and was
        return found
    return _guarded(case, found)


def in_hardship(case: Case) -> Decision | None:
    """What is decided where money is short and nothing is asked for."""
    if not case.alone("hardship", beside=_BESIDE_HARDSHIP):
        return None
    unclear = frame.unclear(case)
    if unclear is not None:
        return unclear
    if case.risk == "high":
        return _hardship(case)
    return _guarded(case, usual_plan(case, "hardship", "Money is short", named=False))


_BESIDE_HARDSHIP = frozenset(
    {"card_data_sent", "acknowledgement", "out_of_scope", "redirect", "out_of_office", "bounce"}
)


def _answer(case: Case, kind: str) -> Offer | Decision:
    if kind == "promise_to_pay":
        if only_foreign(case):
            return frame.ask_currency(case)
        kind = kind if whole(case) else "part_payment"
    elif kind == "part_payment" and part(case) == case.total:  # the part is all of it
        if paid_already(case):
            return paid(case)
        kind = "promise_to_pay"
    return _ANSWERS[kind](case)


_ANSWERS = {
    "instalment_plan": plan,
    "need_more_time": more_time,
    "part_payment": part_payment,
    "promise_to_pay": promised,
}


def _guarded(case: Case, found: Offer | Decision) -> Decision:
    """An offer, unless a person has to decide or to sign."""
    made = found if isinstance(found, Offer) else None
    stopped = _stopped(case, made)
    if stopped is not None:
        return stopped
    if made is None:
        assert isinstance(found, Decision)
        return found
    most = of_currency(case.policy.approval, case.currency)
    free = made.prompt or made.by_due
    if case.total > most and not free:
        why = f"{told(case.total, case.currency)} is more than {told(most, case.currency)}; a person has to sign."
        return Decision(
            HAND_OVER, "approval", (why, *made.why), made.proposal, CREDIT, needs_approval=True, would=made.action,
            moves=(offer.draft(made.proposal, "person"), *made.moves),
        )  # fmt: skip
    moves = (*offer.moves(made.action, made.proposal, case.bills), *made.moves)
    return Decision(made.action, made.reason, made.why, made.proposal, ask=made.ask, moves=moves)


def _stopped(case: Case, made: Offer | None) -> Decision | None:
    broken, tolerated = case.facts.broken, case.policy.broken_tolerated[case.value]
    prompt = made is not None and made.action == ACCEPT and made.firm and made.prompt
    if broken > tolerated and not prompt:
        why = f"{broken} promises were broken in 365 days; {tolerated} are tolerated of a {case.value} customer."
        return Decision(HAND_OVER, "broken_promises", (why,), queue=COLLECTIONS)
    used = max(bill.promises for bill in case.bills)
    by_due = made is not None and made.by_due
    if used >= case.policy.most_extensions and not by_due:
        most = [bill.invoice_id for bill in case.bills if bill.promises == used]
        why = f"Of invoice {most[0]} {used} promises were made; from {case.policy.most_extensions} on a person decides."
        return Decision(HAND_OVER, "extensions_used", (why,), queue=COLLECTIONS)
    return _hardship(case) if case.has("hardship") and case.risk == "high" else None


def _hardship(case: Case) -> Decision:
    return Decision(HAND_OVER, "hardship", ("Money is short, and the risk is high.",), queue=COLLECTIONS)
