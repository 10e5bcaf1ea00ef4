"""Score tables as files, written piece by piece, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import PaybenchError
from ..files import replaced_file
from ..spreadsheet import csv_bytes

GROUP = 100_000
"""Rows of a row group of Parquet, and of CSV that is laid out at a time."""


def write_scores(table: pd.DataFrame, file: str | Path) -> None:
    """Write the score table as Parquet or CSV by the file's ending, whole or not at all.

    Raises
    ------
    PaybenchError
        If the ending is neither.
    """
    ending = check_ending(file)
    with replaced_file(file) as new:
        write_pieces(iter([pa.Table.from_pandas(table, preserve_index=False)]), new, ending)


def write_pieces(pieces: Iterator[pa.Table], new: Path, ending: str) -> int:
    """Write tables one after the other to one file; how they are cut does not change a byte.

    Returns
    -------
    Number of rows written.
    """
    return _parquet(groups(pieces), new) if ending == ".parquet" else _csv(groups(pieces), new)


def groups(pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in tables of :data:`GROUP` rows; the last has what is left, and is empty only where all is."""
    waiting: list[pa.Table] = []
    none = True
    for piece in pieces:
        waiting.append(piece)
        while sum(map(len, waiting)) >= GROUP:
            some, none = pa.concat_tables(waiting), False
            waiting = [some.slice(GROUP)]
            some = some.slice(0, GROUP).combine_chunks()  # what it was cut from goes before it is written
            yield some
    if waiting and (none or sum(map(len, waiting))):
        yield pa.concat_tables(waiting).combine_chunks()


def check_ending(file: str | Path) -> str:
    """The ending of a score file: .parquet or .csv.

    Raises
    ------
    PaybenchError
        If it is neither.
    """
    ending = Path(file).suffix.lower()
    if ending not in (".parquet", ".csv"):
        raise PaybenchError(
            f"Scores are written as .parquet or .csv, not as '{Path(file).name}'; change the file's ending."
        )
    return ending


def _parquet(tables: Iterator[pa.Table], new: Path) -> int:
    writer: pq.ParquetWriter | None = None
    rows = 0
    for table in tables:
        writer = writer or pq.ParquetWriter(new, table.schema)
        writer.write_table(table, row_group_size=GROUP)
        rows += len(table)
    if writer is not None:
        writer.close()
    return rows


def _csv(tables: Iterator[pa.Table], new: Path) -> int:
    rows = 0
    with new.open("wb") as file:
        for number, table in enumerate(tables):
            text = csv_bytes(table.to_pandas())
            file.write(text if number == 0 else text[text.index(b"\n") + 1 :])  # one mark and one header
            rows += len(table)
    return rows
