"""What one message says, put together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..intents.meaning import Meaning

if TYPE_CHECKING:
    from ..slots.found import Slots

URGENCIES = ("low", "normal", "high")
SENTIMENTS = ("negative", "neutral", "positive")


@dataclass(frozen=True)
class Understood:
    """One message of a customer, understood.

    Attributes
    ----------
    text : the message, cleaned: no card or account number is left in it.
    new : the part that was written now, without the quoted thread. language : en, de, fr or es.
    meaning : what it means. slots : days, amounts, invoices and names in it.
    urgency : of :data:`URGENCIES`. sentiment : of :data:`SENTIMENTS`.
    """

    text: str
    new: str
    language: str
    meaning: Meaning
    slots: Slots
    urgency: str = "normal"
    sentiment: str = "neutral"

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of its intents."""
        return frozenset(intent.name for intent in self.meaning.intents)

    def has(self, *names: str) -> bool:
        """Whether it has any of these intents."""
        return not self.names.isdisjoint(names)
