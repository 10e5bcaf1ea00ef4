"""Erasing persons: out of the ledger, and out of everything that was made of it."""

from .everywhere import Erasure, erase

__all__ = ["Erasure", "erase"]
