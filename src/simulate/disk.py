"""A ledger folder with the oracle files beside its tables, written block after block."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..files import replaced_folder
from ..ledger import TABLES
from ..ledger.store import settings_text
from .exchange import Tables
from .exports import EXPORTS
from .place import check_place
from .tables import to_disk
from .truth import TRUTH_FILES


def on_disk(tables: Tables) -> Tables:
    """Tables as they are written."""
    return {name: to_disk(name, table) for name, table in tables.items()}


def write(
    folder: str | Path,
    settings: dict[str, object],
    blocks: Callable[[Path], Generator[Tables, None, None]],
    finish: Callable[[Path], None] | None = None,
) -> dict[str, int]:
    """Write a folder, whole or not at all; returns the rows of each table of the ledger.

    Parameters
    ----------
    settings : of the ledger. blocks : is given the new folder, and gives tables that are :func:`on_disk`.
    finish : is given the new folder when the tables are written.

    Raises
    ------
    PaybenchError
        If the folder holds anything but a simulated ledger.
    """
    check_place(folder, EXPORTS)
    rows = dict.fromkeys(TABLES, 0)
    with replaced_folder(folder) as new:
        writers: dict[str, pq.ParquetWriter] = {}
        try:
            with closing(blocks(new)) as drawn:
                for tables in drawn:
                    for name, ready in tables.items():
                        if name not in writers:
                            file = name if name in TRUTH_FILES else f"{name}.parquet"
                            writers[name] = _writer(new / file, ready.schema)
                        writers[name].write_table(ready)
                        if name in rows:
                            rows[name] += len(ready)
        finally:
            for writer in writers.values():
                writer.close()
        (new / "ledger.json").write_text(settings_text(settings), encoding="utf-8")
        if finish is not None:
            finish(new)
    return rows


def _writer(file: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Numbers that hardly repeat, as those of the oracle, are smaller when their bytes lie apart."""
    numbers = [f.name for f in schema if pa.types.is_float32(f.type)]
    others = [f.name for f in schema if f.name not in numbers]
    return pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=others, use_byte_stream_split=numbers)
