"""What may be granted or proposed, and the changes of state that follow from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .case import Bill, total
from .decision import ACCEPT, PART, WAIVER, Move, Proposal
from .money import laid_on


@dataclass(frozen=True)
class Offer:
    """A proposal within policy, before the guards that may keep it from being made.

    Attributes
    ----------
    action : accept or counter. ask : what is asked for besides. moves : of its own, besides those of the proposal.
    prompt : a promise to pay within seven days. firm : said without reserve. by_due : a promise to pay when due.
    """

    action: str
    reason: str
    proposal: Proposal
    why: tuple[str, ...]
    ask: str = ""
    moves: tuple[Move, ...] = ()
    prompt: bool = False
    firm: bool = False
    by_due: bool = False


def moves(action: str, proposal: Proposal, bills: tuple[Bill, ...]) -> tuple[Move, ...]:
    """The changes of state that follow where a proposal is granted (accept) or made (counter).

    A counter to a part payment takes the part as promised, and proposes the rest.
    """
    if proposal.kind == WAIVER:
        return (waived(proposal),)
    if action == ACCEPT:
        until = max(day for day, _ in proposal.instalments)
        pause = {"invoices": proposal.invoices, "until": until, "why": "promised"}
        return (*promises(proposal, bills), Move("pause", pause))
    made = promises(proposal, bills, stop=1) if _bears_a_part(proposal) else ()
    return (*made, draft(proposal, "customer"))


def rest(proposal: Proposal, bills: tuple[Bill, ...]) -> tuple[Move, ...]:
    """The promises that follow where a customer takes a proposal: all of it, but the part that it promised before."""
    return promises(proposal, bills, start=1 if _bears_a_part(proposal) else 0)


def promises(proposal: Proposal, bills: tuple[Bill, ...], start: int = 0, stop: int | None = None) -> tuple[Move, ...]:
    """Promises of some of a proposal's instalments, laid on its invoices, the one due first first.

    Where they are less than what is open, the rest is what was promised or said to be paid before: the oldest.
    """
    mine = tuple(bill for bill in bills if bill.invoice_id in proposal.invoices)
    some = proposal.instalments[start:]
    before = max(total(mine) - sum(amount for _, amount in some), Decimal(0))
    amounts = [before, *(amount for _, amount in some)]
    laid = laid_on(amounts, [(bill.invoice_id, bill.amount) for bill in mine])[1:]
    pairs = list(zip((day for day, _ in some), laid, strict=True))[:stop]
    return tuple(_promise(proposal, name, day, amount) for day, paid in pairs for name, amount in paid)


def draft(proposal: Proposal, awaits: str) -> Move:
    """A proposal that binds nobody yet: it awaits the customer's consent or a person's signature."""
    return Move(
        "proposal",
        {
            "kind": proposal.kind,
            "currency": proposal.currency,
            "invoices": proposal.invoices,
            "instalments": proposal.instalments,
            "state": "draft",
            "awaits": awaits,
        },
    )


def waived(proposal: Proposal) -> Move:
    """Interest or fees that are not asked for any more."""
    details = {"currency": proposal.currency, "amount": proposal.amount, "invoices": proposal.invoices}
    return Move("waiver", details)


def names(bills: Iterable[Bill]) -> tuple[str, ...]:
    """Their numbers."""
    return tuple(bill.invoice_id for bill in bills)


def _promise(proposal: Proposal, invoice: str, day: date, amount: Decimal) -> Move:
    return Move(
        "promise",
        {
            "invoice_id": invoice,
            "currency": proposal.currency,
            "amount": amount,
            "promised_on": day,
            "state": "active",
            "kind": proposal.kind,
        },
    )


def _bears_a_part(proposal: Proposal) -> bool:
    return proposal.kind == PART and len(proposal.instalments) > 1
