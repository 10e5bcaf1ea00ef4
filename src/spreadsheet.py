"""Tables for people: CSV that a spreadsheet opens without executing any of it."""

from __future__ import annotations

import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Beginnings of a formula; the last four are =, +, - and @ as wide as a Chinese character."""


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A table as CSV (UTF-8 with a byte-order mark, so that Excel reads umlauts).

    A text cell, or the name of a column, that a spreadsheet would take for a formula gets a leading quote; numbers stay
    numbers.
    """
    safe = table.copy()
    for column in table.columns:
        if not (pd.api.types.is_numeric_dtype(table[column]) or pd.api.types.is_datetime64_any_dtype(table[column])):
            text = table[column].astype("str").str.replace("\0", "\N{SYMBOL FOR NULL}", regex=False)
            safe[column] = text.mask(text.str.startswith(_FORMULA), "'" + text)
    safe.columns = pd.Index([f"'{name}" if str(name).startswith(_FORMULA) else name for name in table.columns])
    csv: str = safe.to_csv(index=False, lineterminator="\r\n")
    return csv.encode("utf-8-sig")
