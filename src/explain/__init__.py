"""Why: attributions in words, and the report for finance."""

from .reasons import reasons

__all__ = ["reasons"]
