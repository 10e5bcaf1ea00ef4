"""What can be wrong with single cells: which records can bear it, and the text that then stands there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .draft import Draft
from .faults import Planting

_EXCEL_DAY_0 = pd.Timestamp("1899-12-30")

_UMLAUTS = str.maketrans("aeou", "\udce4\udce9\udcf6\udcfc")
"""The bytes of ä, é, ö and ü in Latin-1, as ``surrogateescape`` writes them."""

_SWAPPED = str.maketrans(",.", ".,")


def invoices(draft: Draft) -> np.ndarray:
    """Every invoice."""
    return draft.facts["role"].eq("invoice").to_numpy()


def payments(draft: Draft) -> np.ndarray:
    """Every payment in a row of its own."""
    return draft.facts["role"].eq("payment").to_numpy()


def credits(draft: Draft) -> np.ndarray:
    """Every row of a negative amount."""
    return draft.facts["role"].eq("credit").to_numpy()


def cleared(draft: Draft) -> np.ndarray:
    """Invoices on which nothing is left to pay."""
    return invoices(draft) & draft.facts["closed_on"].notna().to_numpy()


def untouched(draft: Draft) -> np.ndarray:
    """Invoices that no other row names."""
    return invoices(draft) & draft.facts["untouched"].to_numpy()


def large(draft: Draft) -> np.ndarray:
    """Invoices of a thousand and more, the amounts that have both marks."""
    return invoices(draft) & draft.facts["amount"].ge(1000).to_numpy()


def _cells(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    texts: list[str] = planting.draft.cells[column].iloc[rows].tolist()
    return texts


def _amounts(planting: Planting, rows: np.ndarray) -> list[float]:
    amounts: list[float] = planting.draft.facts["amount"].iloc[rows].tolist()
    return amounts


def _days(planting: Planting, rows: np.ndarray, column: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(planting.draft.facts[planting.draft.dates[column][0]].iloc[rows])


def nothing(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    """An empty cell."""
    return [""] * len(rows)


def european(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    """1.080,38 in a file that writes 1080.38 or 1,080.38."""
    return [f"{amount:,.2f}".translate(_SWAPPED) for amount in _amounts(planting, rows)]


def in_parentheses(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    """(10.00) for a negative amount."""
    return [f"({text.lstrip('-')})" for text in _cells(planting, rows, column)]


def with_trailing_minus(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    """10.00- for a negative amount."""
    return [f"{text.lstrip('-')}-" for text in _cells(planting, rows, column)]


def with_leading_minus(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    """An invoice below zero."""
    return [f"-{text}" for text in _cells(planting, rows, column)]


def zero(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    """An invoice of nothing."""
    return [planting.draft.write_amount(0.0)] * len(rows)


def in_words(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    """Words in an amount's place, or around it."""
    ways = planting.rng.integers(0, 3, size=len(rows)).tolist()
    texts = _cells(planting, rows, column)
    return [("see contract", f"ca. {text}", f"{text} net")[way] for way, text in zip(ways, texts, strict=True)]


def excel_serial(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    """The number that Excel keeps for the day."""
    return [str((day - _EXCEL_DAY_0).days) for day in _days(planting, rows, column)]


def impossible_date(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    """The 30th of February."""
    pattern = planting.draft.dates[column][1].replace("%m", "02").replace("%d", "30")
    return [day.strftime(pattern) for day in _days(planting, rows, column)]


def before_issue(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    """A due date up to 30 days before the invoice's own day."""
    back = pd.to_timedelta(planting.rng.integers(1, 31, size=len(rows)), unit="D")
    days = pd.DatetimeIndex(planting.draft.facts["dated_on"].iloc[rows]) - back
    return days.strftime(planting.draft.dates[column][1]).tolist()


def next_year(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    """A day one to twelve months after the export was made."""
    ahead = planting.rng.integers(31, 366, size=len(rows)).tolist()
    pattern = planting.draft.dates[column][1]
    return [(planting.last_day + pd.Timedelta(days=days)).strftime(pattern) for days in ahead]


def number_of_another_customer(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    """The number of an invoice of somebody else, which has no other fault."""
    customers = planting.draft.facts["customer_id"].to_numpy(dtype=object)
    others = planting.rng.permutation(np.flatnonzero(invoices(planting.draft) & planting.free)).tolist()
    numbers = []
    for row, own in zip(rows.tolist(), _cells(planting, rows, column), strict=True):
        other = next((other for other in others if customers[other] != customers[row]), None)
        numbers.append(own if other is None else planting.draft.text(other, column))
        if other is not None:
            others.remove(other)
            planting.free[other] = False
    return numbers


def with_zeros(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    """A number of five digits that begins with zeros, borne by no other record."""
    taken = set(planting.draft.cells[column])
    free = [number for number in (f"{n:05d}" for n in range(100_000)) if number.startswith("0") and number not in taken]
    chosen: list[str] = planting.rng.choice(np.array(free, dtype=object), size=len(rows), replace=False).tolist()
    return chosen


def in_latin_1(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    """A name with an umlaut in Latin-1 within a file of UTF-8."""
    texts = []
    for text in _cells(planting, rows, column):
        vowels = [k for k, letter in enumerate(text) if letter in "aeou"]
        k = vowels[0] if vowels else len(text)
        texts.append(text[:k] + (text[k : k + 1] or "e").translate(_UMLAUTS) + text[k + 1 :])
    return texts


def with_nul(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    """A NUL byte after the first letter."""
    return [f"{text[:1]}\0{text[1:]}" for text in _cells(planting, rows, column)]


def with_line_break(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    """A name over two lines."""
    return [f"{text}\nc/o Accounts Payable" for text in _cells(planting, rows, column)]


def with_spaces(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    """Blanks at the end."""
    return [f"{text}  " for text in _cells(planting, rows, column)]


def in_lower_case(planting: Planting, rows: np.ndarray, column: str) -> list[str]:
    """Small letters."""
    return [text.lower() for text in _cells(planting, rows, column)]
