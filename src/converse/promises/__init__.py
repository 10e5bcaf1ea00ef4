"""Promises to pay: the states they pass through, and what became of those in a ledger."""

from .became import Counts, became, counts
from .states import EVENTS, STATES, next_state

__all__ = ["EVENTS", "STATES", "Counts", "became", "counts", "next_state"]
