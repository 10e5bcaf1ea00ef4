"""What the user says of the columns: ``--map "Rechnungsnr.=invoice_id"``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...errors import PaybenchError

TARGETS = {
    "invoice_id": "invoice_id",
    "customer_id": "customer_id",
    "issued_on": "issued_on",
    "due_on": "due_on",
    "terms": "terms",
    "amount": "amount",
    "debit": "debit",
    "credit": "credit",
    "currency": "currency",
    "recorded_on": "recorded_on",
    "kind": "kind",
    "side": "side",
    "open_amount": "open_amount",
    "status": "status",
    "dispute": "dispute",
    "payments.payment_id": "payment_id",
    "payments.paid_on": "paid_on",
    "payments.amount": "paid_amount",
    "payments.invoice_id": "credits",
    "payments.currency": "paid_currency",
    "payments.match": "match",
    "customers.name": "name",
    "customers.country": "country",
    "disputes.opened_on": "opened_on",
    "disputes.closed_on": "closed_on",
    "disputes.reason": "dispute_reason",
    "dates": "dates",
    "decimal": "decimal",
    "nothing": "nothing",
}
"""What a column can be mapped to, and what the guess calls it."""

SAID = "as you say"
"""Why a column is one of ours that was mapped."""

_ALIASES = {
    f"invoices.{n}": n
    for n in ("invoice_id", "customer_id", "issued_on", "due_on", "amount", "currency", "recorded_on")
}
_ALIASES |= {
    target.partition(".")[2]: target for target in TARGETS if "." in target and target.partition(".")[2] not in TARGETS
}
_ALIASES |= {"paid_amount": "payments.amount"}


@dataclass(frozen=True)
class Maps:
    """What was said.

    Attributes
    ----------
    columns : the guess's name of our column -> column of the file. currency : a code for every row.
    dates : a date pattern for every column of days that it reads. unused : columns that are nothing.
    decimal : the decimal mark of all amounts.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    currency: str | None = None
    dates: str | None = None
    unused: frozenset[str] = frozenset()
    decimal: str | None = None


def parse_maps(given: Sequence[str], columns: Sequence[str]) -> Maps:
    """What the user says of a file with these columns.

    Raises
    ------
    PaybenchError
        If a map is not ``theirs=ours``, the file has no such column, or there is no such column of ours.
    """
    found: dict[str, str] = {}
    unused = set()
    currency = dates = decimal = None
    for text in given:
        theirs, ours = split_map(text)
        target = TARGETS.get(_ALIASES.get(ours, ours))
        if target is None:
            raise PaybenchError(f"'{ours}' in --map '{text}' is no column of ours; give one of {', '.join(TARGETS)}.")
        if target == "dates":
            if (
                sorted(re.findall("%-?([a-zA-Z])", theirs.replace("%T", ""))) not in (["Y", "d", "m"], ["d", "m", "y"])
                and theirs != "excel"
            ):
                raise PaybenchError(f"'{theirs}' in --map '{text}' is no date pattern; give one like '%d.%m.%Y=dates'.")
            dates = theirs
        elif target == "decimal":
            if theirs not in (",", "."):
                raise PaybenchError(
                    f"'{theirs}' in --map '{text}' is no decimal mark; give ',=decimal' or '.=decimal'."
                )
            decimal = theirs
        elif theirs not in columns:
            if target == "currency" and re.fullmatch("[A-Z]{3}", theirs):
                currency = theirs
                continue
            raise PaybenchError(f"The file has no column '{theirs}' for --map '{text}'; it has {', '.join(columns)}.")
        elif target == "nothing":
            unused.add(theirs)
        else:
            found[target] = theirs
    return Maps(found, currency, dates, frozenset(unused), decimal)


def split_map(text: str) -> tuple[str, str]:
    """Their column and ours.

    Raises
    ------
    PaybenchError
        If there is no ``=`` between two names.
    """
    theirs, _, ours = text.rpartition("=")
    if not theirs.strip() or not ours.strip():
        raise PaybenchError(f"--map '{text}' has to be written theirs=ours, for example 'Rechnungsnr.=invoice_id'.")
    return theirs.strip(), ours.strip()


def target_of(field: str) -> str:
    """What to write behind ``=`` for a column of the guess."""
    return next((target for target, name in TARGETS.items() if name == field), field)
