"""One message understood: its text cleaned, what it means, what it names, in which mood."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pandas as pd

from ..intents.model import IntentModel
from ..slots import find_slots
from ..text import LANGUAGES, cleaned, language_of, new_text
from .mood import mood
from .understood import Understood

_LATER = frozenset({"promise_to_pay", "need_more_time", "instalment_plan", "part_payment"})


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

    Days are read as past ones only where the message says that it was paid, and nothing of what is to come.

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
    names = {intent.name for intent in meaning.intents}
    tense = "past" if "already_paid" in names and names.isdisjoint(_LATER) else "future"
    slots = find_slots(
        new, today, language=spoken, country=country, tense=tense, open_invoices=open_invoices, known_ids=known_ids
    )
    urgency, sentiment = mood(new, names)
    return Understood(whole, new, spoken, meaning, slots, urgency, sentiment)
