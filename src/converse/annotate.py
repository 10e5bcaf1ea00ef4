"""What customers wrote becomes a column that models learn from."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import pandas as pd

from ..errors import PaybenchError
from ..ledger import Ledger
from ..ledger.add import replace_table
from .intents import INTENTS
from .text import cleaned, new_text

NOTHING = "none"
"""What stands where a message was read and nothing was understood."""


class Named(Protocol):
    """An intent, as far as it matters here."""

    @property
    def name(self) -> str:
        """One of :data:`~.intents.INTENTS`."""


class Understood(Protocol):
    """What a text means, as far as it matters here."""

    @property
    def intents(self) -> Iterable[Named]:
        """Most confident first; nothing, where it was not understood."""


class Reader(Protocol):
    """Whatever reads texts: the trained intents' model, the rules alone, or one's own."""

    def meaning(self, text: str) -> Understood:
        """What a text means."""


def meaning_of(names: Iterable[str]) -> str:
    """Names of intents as the column ``meaning`` of ``messages`` has them.

    >>> meaning_of(["need_more_time", "hardship"]), meaning_of([])
    ('need_more_time,hardship', 'none')

    Raises
    ------
    PaybenchError
        If one of them is no intent.
    """
    different = list(dict.fromkeys(names))
    for name in different:
        if name not in INTENTS:
            raise PaybenchError(f"A message was read to mean '{name}', which is none of {', '.join(INTENTS)}.")
    return ",".join(different) or NOTHING


def annotated(ledger: Ledger, model: Reader) -> Ledger:
    """The ledger with a meaning for every message that has none.

    What a message means follows from its text alone, so it is known when the text is, and no version of a row is added:
    reading old messages with a model of today is no look ahead, as long as that model learned from texts and not from
    what became of invoices.

    Parameters
    ----------
    ledger : the book. What was read before keeps its meaning; no other value of a row changes.
    model : reads each different text once, cleaned and without the thread quoted beneath
        (:func:`~.text.cleaned`, :func:`~.text.new_text`).

    Raises
    ------
    PaybenchError
        If the model says what is no intent.
    """
    messages = read_by(model, ledger.messages)
    return ledger if messages is ledger.messages else ledger.with_tables({"messages": messages})


def annotate(folder: str | Path, model: Reader) -> int:
    """The same for a ledger folder: its messages are written anew, nobody adding to them meanwhile.

    Returns
    -------
    How many messages were read; where there were none nothing is written.

    Raises
    ------
    PaybenchError
        As :func:`annotated` does, or if there is no ledger, or it cannot be read.
    """
    before, after = replace_table(folder, "messages", lambda messages: read_by(model, messages))
    return newly_read(before, after)


def newly_read(before: pd.DataFrame, after: pd.DataFrame) -> int:
    """How many messages have a meaning that had none."""
    return int(after["meaning"].notna().sum() - before["meaning"].notna().sum())


def read_by(model: Reader, messages: pd.DataFrame) -> pd.DataFrame:
    """The table of messages, read; the very table where nothing was left to read."""
    said = messages["meaning"]
    unread = (said.isna() | (said.str.strip(" ,") == "")).to_numpy()
    if not unread.any():
        return messages
    by_text: dict[str, str] = {}
    by_words: dict[str, str] = {}
    for text in messages.loc[unread, "text"].unique():
        words = new_text(cleaned(str(text)))
        if words not in by_words:
            by_words[words] = meaning_of(intent.name for intent in model.meaning(words).intents)
        by_text[text] = by_words[words]
    meaning = said.mask(unread, messages["text"].map(by_text)).astype(said.dtype)
    return messages.assign(meaning=meaning)
