"""The features themselves, a file for each family; importing them fills the catalogue."""

from . import age, calendar, contacts, conversations, exposure, history, terms

__all__ = ["age", "calendar", "contacts", "conversations", "exposure", "history", "terms"]
