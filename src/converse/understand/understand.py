"""One message understood: its text cleaned, what it means, what it names, in which mood."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date

import pandas as pd

from ..intents.model import IntentModel
from ..slots import find_slots
from ..slots.found import Slots
from ..text import LANGUAGES, cleaned, language_of, new_text, plain_letters
from .foreign import foreign
from .mood import mood
from .understood import Understood
from .weighed import weighed

_LATER = frozenset({"promise_to_pay", "need_more_time", "instalment_plan", "part_payment"})
_MORE = re.compile(
    r"\b(?:more|another|extra|further|additional|longer|on top|extension|extend\w*|noch|weitere\w*|mehr|zusatzlich\w*|"
    r"langer|verlanger\w*|encore|plus|supplementaires?|prolong\w*|mas|otr[ao]s?|adicional\w*|prorrog\w*|ampli\w*)\b"
)
"""Words of a wish that counts from the day until which there was time anyway."""


def understand(
    text: str,
    today: date,
    model: IntentModel,
    *,
    language: str = "",
    country: str = "",
    open_invoices: pd.DataFrame | None = None,
    known_ids: Collection[str] = (),
) -> Understood:
    """Understand one message of a customer.

    Days are read as past ones only where the message says that it was paid, and nothing of what is to come; "two more
    weeks" count from the due date of the invoices in question, if that is ahead.

    Parameters
    ----------
    text : as it came in. today : the day on which it was written. model : of :func:`.champion_intents`.
    language : the customer's; the text's own counts where it can be told. country : the customer's, for the order of
    day and month. open_invoices, known_ids : of this customer, as of :func:`~..slots.find_slots`.
    """
    whole = cleaned(text)
    new = new_text(whole)
    spoken = language_of(new, language if language in LANGUAGES else "en")
    meaning = model.meaning(whole, spoken)

    def named(tense: str, anchor: date | None = None) -> Slots:
        return find_slots(
            new, today, language=spoken, country=country, tense=tense, open_invoices=open_invoices,
            known_ids=known_ids, anchor=anchor,
        )  # fmt: skip

    slots = named("future")
    since = anchor_of(slots, open_invoices, today)
    if since > today and _MORE.search(plain_letters(new)):
        slots = named("future", since)
    owed = () if open_invoices is None else tuple(open_invoices["amount_open"])
    meaning = weighed(meaning, slots, new, today, owed)
    names = {intent.name for intent in meaning.intents}
    if "already_paid" in names and names.isdisjoint(_LATER):
        slots = named("past")
    slots = replace(slots, invoices=(*slots.invoices, *foreign(new, slots, _own(open_invoices, known_ids))))
    urgency, sentiment = mood(new, names)
    return Understood(whole, new, spoken, meaning, slots, urgency, sentiment)


def _own(open_invoices: pd.DataFrame | None, known_ids: Collection[str]) -> frozenset[str]:
    return frozenset(known_ids) | frozenset(() if open_invoices is None else open_invoices["invoice_id"].astype(str))


def anchor_of(slots: Slots, open_invoices: pd.DataFrame | None, today: date) -> date:
    """The day that "two more weeks" counts from: today, or the latest due date of the invoices in question."""
    if open_invoices is None or open_invoices.empty:
        return today
    named = {slot.invoice_id for slot in slots.invoices}
    pairs = list(zip(open_invoices["invoice_id"], pd.to_datetime(open_invoices["due_on"]).dt.date, strict=True))
    due = [day for name, day in pairs if name in named] if named else [day for _, day in pairs if day < today]
    return max([today, *(due or ([] if named else [day for _, day in pairs]))])
