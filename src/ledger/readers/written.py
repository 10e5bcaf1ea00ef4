"""Days and amounts as exports write them: years of two digits, times of day, a currency beside the number."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..formats import EXCEL_DAYS
from ..schema import DATE, FIRST_YEAR, LAST_YEAR

ISO = "%Y-%m-%d"

_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?"
_PARTS = {"%Y": r"(?P<Y>\d{4})", "%y": r"(?P<y>\d{2})", "%m": r"(?P<m>\d{2})", "%d": r"(?P<d>\d{2})"}
_PARTS |= {"%-m": r"(?P<m>\d{1,2})", "%-d": r"(?P<d>\d{1,2})", "%T": _TIME, EXCEL_DAYS: r"(?P<n>\d{5})(?:\.\d+)?"}
_UNIT = "(?:[€$£¥]|[A-Z]{3})"
BARE_AMOUNT = rf"^(?:{_UNIT}\s*)?(.*?)(?:\s*{_UNIT})?$"
"""What a cell's ``find`` has to be where amounts bear a currency: € 1,50 or 1,50 EUR."""

_EXCEL_EPOCH = np.datetime64("1899-12-30", "D")


def parse_days(text: pa.Array, pattern: str) -> tuple[np.ndarray, np.ndarray]:
    """Days (``datetime64[s]``) in one PATTERN, and whether the text is written in it; otherwise the day is void."""
    found = pc.dictionary_encode(text)
    pieces = re.split(r"(%-?[a-zA-Z])", pattern) if pattern != EXCEL_DAYS else [pattern]
    regex = re.compile("".join(_PARTS.get(piece) or re.escape(piece) for piece in pieces))
    read = [_day_of(regex.fullmatch(written)) for written in found.dictionary.to_pylist()]
    days = np.array([np.datetime64("NaT", "D"), *read], dtype="datetime64[D]")[found.indices.to_numpy() + 1]
    ok = ~np.isnat(days)
    return np.where(ok, days, np.datetime64(0, "D")).astype(DATE), ok


def bare_amounts(text: pa.Array) -> pa.Array:
    """Amounts without the currency in front of them or behind."""
    return pc.replace_substring_regex(text, pattern=rf"^{_UNIT}\s*|\s*{_UNIT}$", replacement="")


def _day_of(found: re.Match[str] | None) -> np.datetime64:
    if found is None:
        return np.datetime64("NaT", "D")
    said = {part: int(number) for part, number in found.groupdict().items()}
    if "n" in said:
        return _EXCEL_EPOCH + said["n"]
    year = said["Y"] if "Y" in said else said["y"] + (1900 if said["y"] >= 69 else 2000)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return np.datetime64("NaT", "D")
    try:
        return np.datetime64(f"{year:04}-{said['m']:02}-{said['d']:02}", "D")
    except ValueError:
        return np.datetime64("NaT", "D")
