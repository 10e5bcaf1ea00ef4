"""Drafted messages: answers and reminders in the customer's language, held against the facts before they leave."""

from .draft import draft
from .drafted import SMS_LETTERS, TONES, Draft, Voice
from .grounded import grounded
from .reminder import reminder
from .written import LANGUAGES, Style

__all__ = ["LANGUAGES", "SMS_LETTERS", "TONES", "Draft", "Style", "Voice", "draft", "grounded", "reminder"]
