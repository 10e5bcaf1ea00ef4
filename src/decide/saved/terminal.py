"""Tables of money for a terminal of 80 columns, in plain letters."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

import pandas as pd

from ...explain.numbers import DASH, SPACE, date, span

WIDTH = 80
_COLUMN = 12
_WIDEST = 99_999_999.5  # what a column holds, with a sign and a space before it
_UNITS = {1.0: "", 1e3: ", all in thousands", 1e6: ", all in millions", 1e9: ", all in billions"}


class Money:
    """How amounts of one currency are written: in whole units, or in the smallest of thousands that fits.

    Parameters
    ----------
    largest : amounts of those that will be written.

    Attributes
    ----------
    said : which units, for a heading; empty where they are the currency's own.
    """

    def __init__(self, *largest: float) -> None:
        most = max(largest, default=0.0)
        self._unit = next((unit for unit in _UNITS if most / unit < _WIDEST), 1e9)
        self.said = _UNITS[self._unit]

    def __call__(self, amount: float, signed: bool = False) -> str:
        """'12,300', or '+12,300' and '-12,300'; there is no minus zero."""
        whole = round(amount / self._unit)
        return f"{whole:+,d}" if signed and whole else f"{whole:,d}"


def line(first: str, cells: Sequence[str] = ()) -> str:
    """One line of a table: a label on the left, up to five figures on the right, each in a column of its own."""
    width = WIDTH - 3 - _COLUMN * max(len(cells), 1)
    shown = first if len(first) < width else f"{first[: width - 4]}..."
    return f"{shown:<{width}}{''.join(f'{cell:>{_COLUMN}}' for cell in cells)}".rstrip()


def period(by: str, start: pd.Timestamp, end: pd.Timestamp) -> str:
    """'1-7 Dec', 'Jan 2026', 'Q1 2026', or 'rest of Dec', 'rest of Q4' of what had begun before it."""
    if by == "month" and end.is_month_end:
        _, month, year = plain(date(start)).split()
        return f"{month} {year}" if start.is_month_start else f"rest of {month}"
    if by == "quarter" and end.is_quarter_end:
        return f"Q{start.quarter} {start.year}" if start.is_quarter_start else f"rest of Q{start.quarter}"
    return plain(span(start, end))


def plain(text: str) -> str:
    """The letters of every terminal: no tied spaces, no dashes."""
    return text.replace(SPACE, " ").replace(DASH, "-")


def paragraph(text: str, indent: str = "") -> list[str]:
    """A sentence in lines."""
    return wrap(plain(text), WIDTH - 1, initial_indent=indent, subsequent_indent=indent)
