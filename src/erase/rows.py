"""Rows of persons out of tables, and the mention of them out of the rows of others."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..files import replaced_file
from .person import NUMBERS, Persons
from .search import Words

OWNERS = ("customer_id", "customer")
"""Columns that say whose a row is."""
_INVOICES = (*NUMBERS, "invoice")
_CONTENT = "content"
"""The column of ``rejected.csv`` in which a row of an export stands as it was written."""


@dataclass(frozen=True)
class Changed:
    """What became of one table: rows removed, and rows of others that were changed because they named somebody."""

    removed: int = 0
    changed: int = 0

    def __bool__(self) -> bool:
        return bool(self.removed or self.changed)


def clean_parquet(file: Path, persons: Persons, write: bool) -> Changed:
    """Rewrite a Parquet file without the persons, so that no page, dictionary or statistics hold them.

    A row goes if it is of one of them; of a table that does not say whose a row is, if it names one. In rows of others
    the number of an invoice that is gone becomes empty, and in text a mention becomes ``[erased]``.
    """
    with pq.ParquetFile(file) as source:
        table, how = source.read(), _writing(source)
    stale = any(pa.types.is_dictionary(field.type) for field in table.schema)
    plain = _decoded(table) if stale else table
    gone = _gone(plain, persons)
    kept, changed = _without_mention(plain.filter(pa.array(~gone)), persons)
    done = Changed(int(gone.sum()), int(changed.sum()))
    hidden = not done and persons.named.in_file(file.name, file.read_bytes())
    if (done or hidden) and write:
        new = kept.cast(table.schema) if stale else kept
        with replaced_file(file) as target:
            pq.write_table(new, target, **how)
    return done if done or not hidden else Changed(changed=1)


def _writing(source: pq.ParquetFile) -> dict[str, Any]:
    about = source.metadata
    if not about.num_row_groups or not about.num_columns:
        return {}
    return {"compression": about.row_group(0).column(0).compression.replace("UNCOMPRESSED", "NONE")}


def _decoded(table: pa.Table) -> pa.Table:
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(field.type.value_type))
    return table


def _gone(table: pa.Table, persons: Persons) -> np.ndarray:
    owner = _is_in(table, OWNERS, persons.keys | persons.others)
    if owner is not None:
        return owner
    numbered = _is_in(table, _INVOICES, persons.keys)
    if numbered is not None:
        return numbered
    gone = np.zeros(len(table), dtype=bool)
    for name in _texts(table):
        gone |= _mentioned(table.column(name), persons.named)
    return gone


def _is_in(table: pa.Table, columns: tuple[str, ...], words: frozenset[str]) -> np.ndarray | None:
    """(n,) whether one of these columns holds one of the words; None if the table has none of them as text."""
    there = [name for name in columns if name in _texts(table)]
    if not there:
        return None
    found = np.zeros(len(table), dtype=bool)
    for name in there:
        column = table.column(name)
        found |= pc.is_in(column, value_set=pa.array(sorted(words), column.type)).to_numpy()
    return found


def _texts(table: pa.Table) -> list[str]:
    return [f.name for f in table.schema if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]


def _mentioned(column: pa.ChunkedArray, words: Words) -> np.ndarray:
    return np.array([bool(text) and words.within(text) for text in column.to_pylist()], dtype=bool)


def _without_mention(table: pa.Table, persons: Persons) -> tuple[pa.Table, np.ndarray]:
    changed = np.zeros(len(table), dtype=bool)
    for name in _texts(table):
        place, column = table.schema.get_field_index(name), table.column(name)
        if name in _INVOICES:
            there = pc.is_in(column, value_set=pa.array(sorted(persons.keys), column.type))
            new = pc.if_else(there, pa.scalar(None, column.type), column)
            hit = there.to_numpy()
        elif name in OWNERS:
            continue
        else:
            hit = _mentioned(column, persons.named)
            said = [persons.named.replaced(t) if h else t for t, h in zip(column.to_pylist(), hit, strict=True)]
            new = pa.chunked_array([pa.array(said, column.type)]) if hit.any() else column
        if hit.any():
            table, changed = table.set_column(place, table.schema.field(place), new), changed | hit
    return table, changed


def clean_csv(file: Path, persons: Persons, write: bool) -> Changed:
    """Rewrite a CSV file without the persons, by the same rules; every other row keeps its bytes.

    A table that does not say whose a row is loses each row that names one; the rows of an export within a column
    ``content`` are looked at cell by cell.
    """
    records = _records(file.read_bytes())
    if not records:
        return Changed()
    encoding = _encoding(b"".join(records))
    head = records[0].decode(encoding).lstrip("\ufeff")
    mark = max(",;\t|", key=head.count)
    names = [cell.strip() for cell in _cells_of(head, mark)]
    owners = [i for i, name in enumerate(names) if name in OWNERS]
    numbers = [i for i, name in enumerate(names) if name in _INVOICES]
    contents = [i for i, name in enumerate(names) if name == _CONTENT]
    known = persons.keys | persons.others
    kept, removed, changed = [records[0]], 0, 0
    for record in records[1:]:
        text = record.decode(encoding)
        cells = _cells_of(text, mark)
        whose = {_unquoted(cells[i]) for i in owners or numbers if i < len(cells)}
        inside = {part for i in contents if i < len(cells) for part in re.split(r"[,;\t|\s\"']+", cells[i])}
        said = any(map(persons.named.within, (text, *cells)))
        theirs = not known.isdisjoint(whose) or not persons.keys.isdisjoint(inside)
        if theirs or (said and not (owners or numbers)):
            removed += 1
        elif said:
            changed += 1
            kept.append(_rewritten(cells, mark, text, persons).encode(encoding))
        else:
            kept.append(record)
    if (removed or changed) and write:
        with replaced_file(file) as new:
            new.write_bytes(b"".join(kept))
    return Changed(removed, changed)


def _rewritten(cells: list[str], mark: str, text: str, persons: Persons) -> str:
    out = io.StringIO()
    ending = text[len(text.rstrip("\r\n")) :]
    csv.writer(out, delimiter=mark, lineterminator=ending).writerow([persons.named.replaced(cell) for cell in cells])
    return out.getvalue()


def _records(content: bytes) -> list[bytes]:
    """Rows as they stand, line ends included; a line end within quotes ends none."""
    records: list[bytes] = []
    within = False
    for line in re.findall(rb"[^\n]*\n|[^\n]+$", content):
        if within:
            records[-1] += line
        else:
            records.append(line)
        within ^= line.count(b'"') % 2 == 1
    return records


def _encoding(content: bytes) -> str:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _cells_of(text: str, mark: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=mark), [])
    except csv.Error:
        return text.split(mark)


def _unquoted(cell: str) -> str:
    """A cell without the quote that keeps a spreadsheet from executing it."""
    return cell[1:] if cell[:1] == "'" and len(cell) > 1 else cell
