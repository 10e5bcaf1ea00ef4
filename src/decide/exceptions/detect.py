"""Every kind of exception of a book at a date."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from ...errors import PaybenchError
from ...ledger import Ledger
from ..messages import recognised
from . import claims, conflicts, doubts, loose, replies, sizes
from .kinds import KINDS
from .rows import Exceptions
from .seen import Recogniser, Seen

_FOUND: dict[str, Callable[[Seen], pd.DataFrame]] = {
    "unapplied": loose.unapplied,
    "credit": loose.credit,
    "disputed": claims.disputed,
    "broken": claims.broken,
    "cold_start": doubts.cold_start,
    "unseen_value": doubts.unseen_value,
    "overpaid": loose.overpaid,
    "stray": loose.stray,
    "misapplied": loose.misapplied,
    "conflict": conflicts.conflict,
    "broken_account": claims.broken_account,
    "unusual_amount": sizes.unusual_amount,
    "key_account": sizes.key_account,
    "uncertain": doubts.uncertain,
}
WRITTEN = ("bank_details", "insolvency", "not_understood", "said_paid", "said_disputed")
"""Kinds of exceptions that are messages."""
SCORED = ("cold_start", "unseen_value", "uncertain")
"""Kinds that nothing is known of without a score table."""
NEED_SCORES = (*SCORED, "key_account")
"""Kinds of which less is found without a score table."""


def exceptions(
    cut: Ledger,
    at: pd.Timestamp,
    table: pd.DataFrame | None = None,
    *,
    kinds: Sequence[str] | None = None,
    since: pd.Timestamp | None = None,
    recognise: Recogniser = recognised,
) -> tuple[Exceptions, ...]:
    """The exceptions of a book.

    Parameters
    ----------
    cut : the ledger as it was known at ``at`` (as_of). table : the score table of that day; None = without one.
    kinds : of :data:`.kinds.KINDS`, in this order; None = all.
    since : messages, and what is odd about invoices that are closed, before this day are taken as seen; None = nothing.
    recognise : what a message means, in one word, or None where it is not understood.

    Raises
    ------
    PaybenchError
        If a kind is none, or the score table lacks a column or is of another day.
    """
    return found_in(Seen.of(cut, at, table, since, recognise), kinds)[0]


def found_in(seen: Seen, kinds: Sequence[str] | None = None) -> tuple[tuple[Exceptions, ...], pd.DataFrame]:
    """The exceptions, and every message with its place (:func:`.replies.messages`)."""
    asked = list(KINDS if kinds is None else kinds)
    unknown = [kind for kind in asked if kind not in KINDS]
    if unknown:
        raise PaybenchError(f"There is no kind of exception '{unknown[0]}'; give some of {', '.join(KINDS)}.")
    read = replies.messages(seen) if set(asked) & set(WRITTEN) else seen.cut.messages.head(0)
    found = tuple(
        Exceptions(
            kind,
            replies.of_kind(seen, read, kind) if kind in WRITTEN else _FOUND[kind](seen),
            _recorded(seen, kind),
        )
        for kind in asked
    )
    return found, read


def of_invoices(found: tuple[Exceptions, ...], table: pd.DataFrame) -> dict[str, pd.Series]:
    """By kind, which rows of the score table it concerns: the invoice itself, or any of the customer's account."""
    account = table["customer_id"] + "\0" + table["currency"]
    concerned = {}
    for one in found:
        whole = one.rows[one.rows["invoice_id"] == ""]
        mine = account.isin(whole["customer_id"] + "\0" + whole["currency"])
        concerned[one.kind] = mine | table["invoice_id"].isin(one.rows["invoice_id"])
    return concerned


def _recorded(seen: Seen, kind: str) -> bool:
    if kind in SCORED:
        return seen.scored
    cut = seen.cut
    needed = {
        "disputed": cut.disputes, "broken": cut.promises, "broken_account": cut.promises,
        **dict.fromkeys(("unapplied", "credit", "overpaid", "stray", "misapplied"), cut.payments),
        **dict.fromkeys(WRITTEN, cut.messages),
    }.get(kind, cut.invoices)  # fmt: skip
    return not needed.empty
