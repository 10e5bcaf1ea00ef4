"""Text of an export to dates, amounts, numbers and flags: one declared way to write each, nothing guessed.

Every function takes the trimmed text of a column (Arrow strings, n of them) and returns the values and a bool array,
both numpy of length n: where the text is not written in the declared way, the second is False and the first is void.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..formats import EXCEL_DAYS, Amounts
from ..schema import DATE, FIRST_YEAR, LAST_YEAR, MONEY_UNITS

_DATE_PARTS = {"%Y": r"(?P<Y>\d{4})", "%m": r"(?P<m>\d{2})", "%d": r"(?P<d>\d{2})"}
_DATE_PARTS |= {"%-m": r"(?P<m>\d{1,2})", "%-d": r"(?P<d>\d{1,2})"}
_EXCEL_DAY_0 = np.datetime64("1899-12-30", "D")
_EXCEL_MARCH_1900 = 61
"""Before it Excel's days are one off: it knows a 29 February 1900."""

_MOST_EXACT = 200_000_000_000
"""Below it float64 holds four decimals."""

_LARGEST = 11
"""Digits before the decimal mark that can always be kept; if a longer number is refused, that is why."""

_NOISE = 1e-13
"""What sums of floats leave, relative to the amount."""

_SIGNS = {"leading": "-0", "trailing": "0-", "parentheses": "(0)"}


def parse_dates(text: pa.Array, pattern: str) -> tuple[np.ndarray, np.ndarray]:
    """Calendar days (``datetime64[s]``) written in one pattern; see :class:`~..formats.Format` for its language."""
    if pattern == EXCEL_DAYS:
        return _excel_days(text)
    pieces = re.split(r"(%-?[a-zA-Z])", pattern)
    regex = "".join(_DATE_PARTS.get(piece) or re.escape(piece) for piece in pieces)
    found = pc.extract_regex(text, pattern=f"^{regex}$")
    ok = pc.is_valid(found).to_numpy(zero_copy_only=False)
    year, month, day = (_integers(pc.struct_field(found, part), ok) for part in "Ymd")
    ok = ok & (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    months = np.where(ok, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    dates = months.astype("datetime64[D]") + np.where(ok, day - 1, 0)
    ok &= dates.astype("datetime64[M]") == months
    return dates.astype(DATE), ok


def _excel_days(text: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    found = pc.extract_regex(text, pattern=r"^(?P<n>\d{1,6})(?:\.0+)?$")
    ok = pc.is_valid(found).to_numpy(zero_copy_only=False)
    numbers = _integers(pc.struct_field(found, "n"), ok)
    dates = _EXCEL_DAY_0 + numbers
    ok = ok & (numbers >= _EXCEL_MARCH_1900) & (dates < np.datetime64(f"{LAST_YEAR + 1}-01-01"))
    return dates.astype(DATE), ok


def example_date(pattern: str) -> str:
    """The last day of 2025 in this pattern."""
    if pattern == EXCEL_DAYS:
        return str((np.datetime64("2025-12-31", "D") - _EXCEL_DAY_0).astype(int))
    return re.sub(r"%-?([Ymd])", lambda part: {"Y": "2025", "m": "12", "d": "31"}[part[1]], pattern)


def parse_amounts(text: pa.Array, style: Amounts) -> tuple[np.ndarray, np.ndarray]:
    """Amounts in integers of 1/10,000 currency unit (int64), from decimal text with at most four decimals.

    Text counts as no amount, too, where the float64 of the ledger could not hold all of its digits: beyond 200 billion
    with four decimals, beyond 14 trillion without.
    """
    whole = r"\d{1,14}"
    if style.thousands:
        whole = rf"\d{{1,3}}(?:[{re.escape(style.thousands)}]\d{{3}}){{1,4}}|{whole}"
    regex = (
        rf"^(?P<before>[-(]?)(?P<whole>{whole})(?:{re.escape(style.decimal)}(?P<part>\d{{1,4}})0*)?(?P<after>[-)]?)$"
    )
    found = pc.extract_regex(text, pattern=regex)
    signs = pc.binary_join_element_wise(
        pc.struct_field(found, "before"), pc.struct_field(found, "after"), pa.scalar("0", text.type)
    )
    ok = pc.is_in(signs, value_set=pa.array(["0", *(_SIGNS[m] for m in style.minus)], text.type))
    ok = ok.to_numpy(zero_copy_only=False)
    digits = pc.struct_field(found, "whole")
    if style.thousands:
        digits = pc.replace_substring_regex(digits, pattern=f"[{re.escape(style.thousands)}]", replacement="")
    fraction = pc.utf8_rpad(pc.struct_field(found, "part"), width=4, padding="0")
    units = _integers(digits, ok) * MONEY_UNITS + _integers(fraction, ok)
    ok &= np.rint((units / MONEY_UNITS) * MONEY_UNITS).astype(np.int64) == units
    positive = pc.equal(signs, pa.scalar("0", text.type)).fill_null(True).to_numpy(zero_copy_only=False)
    return np.where(positive, units, -units), ok


def too_large(text: pa.Array, style: Amounts) -> np.ndarray:
    """Which texts that are no amount are numbers of so many digits that the ledger could not keep them all."""
    marks, mark = re.escape(style.thousands), re.escape(style.decimal)
    whole = rf"(?:\d{{1,3}}(?:[{marks}]\d{{3}})+|\d+)" if marks else r"\d+"
    written = pc.match_substring_regex(text, rf"^[-(]?{whole}(?:{mark}\d{{1,4}}0*)?[-)]?$")
    digits = pc.utf8_length(pc.replace_substring_regex(text, pattern=rf"{mark}.*|\D", replacement=""))
    return pc.and_(written, pc.greater(digits, _LARGEST)).to_numpy(zero_copy_only=False)


def parse_numbers(text: pa.Array, decimal: str) -> tuple[np.ndarray, np.ndarray]:
    """Finite numbers (float64), with an exponent if need be."""
    ok = pc.match_substring_regex(text, rf"^-?\d+(?:{re.escape(decimal)}\d+)?(?:[eE][-+]?\d{{1,3}})?$")
    plain = pc.if_else(ok, pc.replace_substring(text, pattern=decimal, replacement="."), pa.scalar("0", text.type))
    numbers = pc.cast(plain, pa.float64()).to_numpy(zero_copy_only=False)
    return numbers, ok.to_numpy(zero_copy_only=False) & np.isfinite(numbers)


def parse_flags(text: pa.Array, yes: tuple[str, ...], no: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Flags (bool) from two lists of words, upper case and lower case alike."""
    lower = pc.utf8_lower(text)
    true, false = (
        pc.is_in(lower, value_set=pa.array([w.lower() for w in words], text.type)).to_numpy(zero_copy_only=False)
        for words in (yes, no)
    )
    return true, true | false


def parse_native(text: pa.Array, kind: str, pattern: str, counts_days: bool) -> tuple[np.ndarray, np.ndarray]:
    """The value of cells that were no text: see :attr:`.sheet.Sheet.native` for how they are written.

    Parameters
    ----------
    kind : the column's, see :class:`~..schema.Column`. pattern : of dates; 20251231 may be a number.
    counts_days : whether another number is a day as Excel counts.
    """
    if kind == "amount":
        return _either(parse_amounts(text, Amounts()), _near_amounts(text))
    if kind == "number":
        return parse_numbers(text, ".")
    if kind == "flag":
        return parse_flags(text, ("true", "1", "1.0"), ("false", "0", "0.0"))
    whole = pc.replace_substring_regex(text, pattern=r"\.0$", replacement="")
    found = _either(parse_dates(text, "%Y-%m-%d"), parse_dates(whole, pattern.removesuffix(".0")))
    return _either(found, _excel_days(text)) if counts_days else found


def _near_amounts(text: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Amounts from floats like 357.79999999999995, which a sum of 0.1 and the like leaves."""
    numbers, ok = parse_numbers(text, ".")
    ok = ok & (np.abs(numbers) < _MOST_EXACT)
    units = np.rint(np.where(ok, numbers, 0.0) * MONEY_UNITS)
    return units.astype(np.int64), ok & (np.abs(numbers * MONEY_UNITS - units) < _NOISE * np.maximum(np.abs(units), 1))


def _either(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    return np.where(one[1], one[0], other[0]), one[1] | other[1]


def _integers(digits: pa.Array, ok: np.ndarray) -> np.ndarray:
    there = pc.if_else(pa.array(ok), digits, pa.scalar("0", digits.type))
    return pc.cast(there, pa.int64()).to_numpy(zero_copy_only=False)
