"""Cells that are no text (dates, numbers and flags of workbooks, Parquet files and databases) as a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .sheet import TEXT, Sheet, in_days

_BLOCK = 50_000

Record = tuple[int, Sequence[object], str | None]
"""Where a person finds it, its values, and why it is broken (None: it is not)."""


def sheet_of_records(label: str, header: Sequence[str], records: Iterator[Record], zone: ZoneInfo) -> Sheet:
    """A sheet from Python values, e.g. of a database's driver; each record has one value per name of the header."""
    parts: list[list[pa.Array]] = [[pa.array([], TEXT)] for _ in header]
    masks: list[list[pa.Array]] = [[pa.array([], pa.bool_())] for _ in header]
    lines: list[int] = []
    reasons: list[str | None] = []
    while block := list(islice(records, _BLOCK)):
        lines += [line for line, _, _ in block]
        reasons += [reason for _, _, reason in block]
        for place, values in enumerate(zip(*(values for _, values, _ in block), strict=True)):
            parts[place].append(pa.array([_written(value, zone) for value in values], TEXT))
            native = [value is not None and not isinstance(value, str) for value in values]
            masks[place].append(pa.array(native, pa.bool_()))
    texts = [pa.concat_arrays(part) for part in parts]
    return in_days(_sheet(label, header, texts, [pa.concat_arrays(mask) for mask in masks], lines, reasons), zone)


def sheet_of_arrow(label: str, table: pa.Table, zone: ZoneInfo) -> Sheet:
    """A sheet from Arrow columns; its rows are numbered from 1.

    Raises
    ------
    ValueError
        If a column is made of lists or other things that no cell holds.
    """
    texts, masks = [], []
    for name in table.column_names:
        text, native = _text_of(name, table[name], zone)
        texts.append(text)
        masks.append(pc.and_(pa.array(np.full(len(text), native)), pc.not_equal(text, "")))
    lines = list(range(1, table.num_rows + 1))
    return in_days(_sheet(label, table.column_names, texts, masks, lines, [None] * table.num_rows), zone)


def _sheet(
    label: str,
    header: Sequence[str],
    texts: list[pa.Array],
    masks: list[pa.Array],
    lines: list[int],
    reasons: list[str | None],
) -> Sheet:
    names = [name.strip() for name in header]
    broken = np.array(reasons, dtype=object)
    for text in texts:
        nul = pc.match_substring(text, "\0").to_numpy(zero_copy_only=False)
        broken[nul & np.array([reason is None for reason in broken], dtype=bool)] = "it contains NUL bytes"
    whole = pa.array([reason is None for reason in broken], pa.bool_())
    kept = {place: name for place, name in enumerate(names) if name or place == 0}
    return Sheet(
        label,
        {name: pc.if_else(whole, texts[place], pa.scalar("", TEXT)) for place, name in kept.items()},
        np.array(lines, dtype=np.int64),
        _content(texts, len(lines)),
        broken,
        frozenset(name for name in names if name and names.count(name) > 1),
        {name: masks[place] for place, name in kept.items()},
    )


def _content(texts: list[pa.Array], n: int) -> pa.Array:
    """Each record as it would stand in a CSV file."""
    quote, comma, nothing = (pa.scalar(text, TEXT) for text in ('"', ",", ""))
    quoted = []
    for text in texts:
        inside = pc.binary_join_element_wise(quote, pc.replace_substring(text, '"', '""'), quote, nothing)
        quoted.append(pc.if_else(pc.match_substring_regex(text, '[",\r\n]'), inside, text))
    return pc.binary_join_element_wise(*quoted, comma) if quoted else pa.array([""] * n, TEXT)


def _written(value: object, zone: ZoneInfo) -> str:
    """Text as it is, a date as 2025-12-31, a number with a point, a flag as true or false; nothing for nothing."""
    if value is None or value != value:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return (value.astimezone(zone) if value.tzinfo else value).date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


def _text_of(name: str, column: pa.ChunkedArray, zone: ZoneInfo) -> tuple[pa.Array, bool]:
    """The text of a column, and whether it is made of dates, numbers or flags."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _text_of(name, column.cast(kind.value_type), zone)
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise ValueError(f"column {name} holds {kind}, and not a text, number, date or flag in each row")
    native = not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
    if pa.types.is_timestamp(kind):
        if kind.tz is not None:
            column = pc.local_timestamp(column.cast(pa.timestamp(kind.unit, str(zone))))
        column = column.cast(pa.timestamp("s"), safe=False).cast(pa.date32(), safe=False)
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, kind), column)
    text = column.cast(TEXT).combine_chunks()
    return pc.fill_null(text, ""), native
