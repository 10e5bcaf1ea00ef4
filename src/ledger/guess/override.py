"""A known format, some of whose columns are called otherwise in the user's export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ...errors import PaybenchError
from ..formats import Cell, Format, Rows
from ..schema import TABLES
from .maps import split_map


def overridden(format: Format, maps: Sequence[str]) -> Format:
    """The format with other columns of the file in some places.

    Parameters
    ----------
    maps : ``theirs=ours`` or ``theirs=table.ours``. Without a table it means every table of the format in which ours
        comes from the same column as in the first one that has it.

    Raises
    ------
    PaybenchError
        If a map is not written so, or the format reads no such column of ours.
    """
    for text in maps:
        theirs, ours = split_map(text)
        format = _with(format, text, theirs, *_target(format, text, ours))
    return format


def _target(format: Format, text: str, ours: str) -> tuple[str | None, str]:
    table, _, column = ours.rpartition(".")
    read = {(rows.table, name) for source in format.files for rows in source.rows for name in rows.columns}
    if (table and (table, column) not in read) or (not table and column not in {name for _, name in read}):
        known = [f"{t}.{c}" for t in TABLES for c in TABLES[t].names if (t, c) in read]
        raise PaybenchError(
            f"'{ours}' in --map '{text}' is no column that the format '{format.name}' reads; give one of "
            f"{', '.join(known)}."
        )
    return table or None, column


def _with(format: Format, text: str, theirs: str, table: str | None, ours: str) -> Format:
    every = [rows for source in format.files for rows in source.rows if ours in rows.columns]
    first = min((rows for rows in every if not table or rows.table == table), key=lambda r: list(TABLES).index(r.table))
    as_before = first.columns[ours]

    def meant(rows: Rows) -> bool:
        if ours not in rows.columns or (table and rows.table != table):
            return False
        cell = rows.columns[ours]
        return rows is first or (cell.column == as_before.column and bool(cell.column))

    def changed(cell: Cell) -> Cell:
        return replace(cell, column=(theirs,), value=None, key_of=None, made_of=(), match=None, less=(), known=False)

    return _each(
        format,
        lambda rows: (
            replace(rows, columns={**rows.columns, ours: changed(rows.columns[ours])}) if meant(rows) else rows
        ),
    )


def _each(format: Format, change: Callable[[Rows], Rows]) -> Format:
    files = tuple(replace(source, rows=tuple(change(rows) for rows in source.rows)) for source in format.files)
    return replace(format, files=files)
