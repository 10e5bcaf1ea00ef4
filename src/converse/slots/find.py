"""All slots of a message in one pass."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pandas as pd

from .amounts import find_amounts
from .balances import balances_of
from .date_together import together
from .dates import atoms_of, reading_of
from .firmness import firmness_of
from .found import AmountSlot, Slots
from .invoices import find_invoices
from .names import find_names, find_phones
from .places import Places
from .plans import find_plan, plan_of_days
from .shares import find_shares
from .wishes import channels_off, wants_waiver


def find_slots(
    text: str,
    today: date,
    language: str = "en",
    country: str = "",
    tense: str = "future",
    open_invoices: pd.DataFrame | None = None,
    known_ids: Collection[str] = (),
    anchor: date | None = None,
) -> Slots:
    """Days, amounts, invoices, names, plan, firmness and wishes that a text tells of; offsets refer to it as given.

    Parameters
    ----------
    today, language, country, tense, anchor : as of :func:`~.dates.find_dates`.
    open_invoices : this customer's, open today: ``invoice_id``, ``amount_open`` (Decimal), ``currency``, one row each.
        What "half" and "the balance" mean follows from them, if they are of one currency.
    known_ids : numbers of all invoices of this customer; no other number is ever found.

    Raises
    ------
    PaybenchError
        If language or tense are unknown, or ``open_invoices`` lacks a column.
    """
    read = reading_of(text, today, language, country, tense, anchor)
    folded, atoms = read.lexemes.folded, atoms_of(read)
    dates = together(atoms, read)
    days = [
        (read.lexemes.starts[atom.start], read.lexemes.ends[atom.end - 1])
        for atom in atoms
        if atom.span.first is not None or (atom.span.ask and not atom.span.weak)
    ]
    balances = balances_of(open_invoices)
    phones = [folded.within(*span) for span in find_phones(folded)]
    ids = {*known_ids, *balances.open}
    invoices = find_invoices(folded, ids, balances.open, Places([*days, *phones]))
    numbers = [folded.within(slot.start, slot.end) for slot in invoices]
    said = find_amounts(folded, language, balances, Places([*days, *phones, *numbers]))
    named = {slot.invoice_id for slot in invoices}
    shares = find_shares(folded, language, balances, named, said, Places(days))
    amounts = _in_order([*said, *shares])
    return Slots(
        dates=dates,
        amounts=amounts,
        invoices=tuple(invoices),
        names=tuple(find_names(folded)),
        plan=find_plan(folded, amounts) or (None if read.past else plan_of_days(text, dates, amounts)),
        firmness=firmness_of(folded.text, dates),
        waiver=wants_waiver(folded.text),
        channels_off=channels_off(folded.text),
    )


def _in_order(amounts: list[AmountSlot]) -> tuple[AmountSlot, ...]:
    """By their place, none within another."""
    out: list[AmountSlot] = []
    for slot in sorted(amounts, key=lambda slot: (slot.start, -slot.end)):
        if not out or slot.start >= out[-1].end:
            out.append(slot)
    return tuple(out)
