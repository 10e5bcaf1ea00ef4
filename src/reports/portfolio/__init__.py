"""The portfolio report: the open book of a day, what to do about it, and how far to trust it, as one page."""

from .write import portfolio, write_portfolio

__all__ = ["portfolio", "write_portfolio"]
