"""Numbers as finance reads them: money, percentages and dates, and roundings that still add up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..pages.language import SPACE, language

__all__ = [
    "DASH",
    "MINUS",
    "SPACE",
    "date",
    "money",
    "percent",
    "plural",
    "rounded_to_sum",
    "short",
    "span",
    "tenths",
    "tied",
]

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"

_ENGLISH = language("en")


def percent(share: float) -> str:
    """A share in whole percent; one that is not 0 or 1 never looks as if it were.

    Examples
    --------
    >>> [percent(x).replace(SPACE, " ") for x in (0.384, 0.001, 0.0, 0.999)]
    ['38 %', 'under 1 %', '0 %', 'over 99 %']
    """
    return _ENGLISH.percent(share).replace(" ", SPACE)


def money(amount: float, places: int = 0) -> str:
    """'12,300' or '12,300.50'."""
    return f"{amount:,.{places}f}"


def short(amount: float) -> str:
    """'2.1 m' from a million on, below in whole units."""
    return f"{amount / 1e6:,.1f}{SPACE}m" if amount >= 999_500 else money(amount)


def plural(number: int, noun: str) -> str:
    """'1 invoice', '1,697 invoices'."""
    return f"{number:,}{SPACE}{noun}{'' if number == 1 else 's'}"


def date(day: pd.Timestamp, year: bool = True) -> str:
    """'8 Dec 2025', in English whatever the machine's language; without the year on request."""
    return _ENGLISH.date(day, year)


def span(first: pd.Timestamp, last: pd.Timestamp) -> str:
    """'1-7 Dec' or '29 Dec - 4 Jan'."""
    if first.month == last.month:
        return f"{first.day}{DASH}{date(last, year=False)}"
    return f"{date(first, year=False)} {DASH} {date(last, year=False)}"


def tied(text: str) -> str:
    """A sentence whose percent signs stay with their numbers at the end of a line."""
    return text.replace(" %", f"{SPACE}%")


def tenths(whole: int, signed: bool = False) -> str:
    """A number of tenths with one decimal: 123 is '12.3', signed '+12.3'; minus is a real minus."""
    sign = MINUS if whole < 0 else "+" if signed else ""
    return f"{sign}{abs(whole) // 10}.{abs(whole) % 10}"


def rounded_to_sum(values: Sequence[float] | NDArray[np.float64], total: int) -> list[int]:
    """Whole numbers near the values whose sum is ``total``: what is over goes to the largest remainders.

    Parameters
    ----------
    values : numbers that add up to about ``total``.

    Examples
    --------
    >>> rounded_to_sum([33.4, 33.3, 33.3], 100)
    [34, 33, 33]
    """
    exact = np.asarray(values, dtype=np.float64)
    floor = np.floor(exact)
    order = np.argsort(floor - exact, kind="stable")
    over = total - int(floor.sum())
    added = np.full(len(exact), over // max(len(exact), 1))
    added[order[: over % max(len(exact), 1)]] += 1
    return [int(whole) for whole in floor + added]
