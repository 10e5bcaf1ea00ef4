"""What has to be clear before anything is negotiated: which invoices, in one currency."""

from __future__ import annotations

from .case import Case
from .decision import ANSWER, ASK, Decision


def unclear(case: Case) -> Decision | None:
    """The answer where there is nothing to negotiate about, or it is not clear about what; else None."""
    if not case.open:
        return Decision(ANSWER, "nothing_open", ("Nothing is open, so there is nothing to agree on.",))
    if not case.bills:
        names = ", ".join(case.named)
        return Decision(ASK, "which_invoice", (f"Named: {names}. None of these is an open invoice.",), ask="invoice")
    if not case.currency:
        codes = " and ".join(sorted({bill.currency for bill in case.bills}))
        why = f"The invoices in question are in {codes}; each currency needs an agreement of its own."
        return Decision(ASK, "which_currency", (why,), ask="currency")
    return None


def ask_day(why: str) -> Decision:
    """The customer is asked for a day."""
    return Decision(ASK, "which_day", (why,), ask="day")


def ask_currency(case: Case) -> Decision:
    """The customer is asked for the currency."""
    why = f"The amount is in another currency than the invoices in question ({case.currency})."
    return Decision(ASK, "which_currency", (why,), ask="currency")
