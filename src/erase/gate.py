"""The gate's rows of a candidate, which lie in two files that belong together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..files import replaced_file
from .person import Persons

ROWS, HABITS = "gate.parquet", "gate.npz"
_WAITING = ".gate.npz.new"
"""The new counts of habits, until the rows are written that belong to them."""


def clean_gate(folder: Path, persons: Persons, write: bool) -> int:
    """Remove persons' rows from ``gate.parquet`` and ``gate.npz``; returns how many.

    The second file waits beside the first until that is in its place: whoever comes after a process that died between
    the two puts it there.
    """
    rows, habits, waiting = (folder / name for name in (ROWS, HABITS, _WAITING))
    with pq.ParquetFile(rows) as source:
        table = source.read()
    if waiting.exists() and write:
        if len(table) == _length(waiting) != _length(habits):
            waiting.replace(habits)
        else:
            waiting.unlink()
    numbers = pa.array(sorted(persons.keys), table.column("customer").type)
    gone = pc.is_in(table.column("customer"), value_set=numbers).to_numpy()
    if not gone.any() or not write:
        return int(gone.sum())
    with np.load(habits, allow_pickle=False) as counts, replaced_file(waiting) as new, new.open("wb") as out:
        np.savez_compressed(out, **{name: counts[name][~gone] for name in counts.files})
    with replaced_file(rows) as new:
        pq.write_table(table.filter(pa.array(~gone)), new)
    waiting.replace(habits)
    return int(gone.sum())


def _length(file: Path) -> int:
    with np.load(file, allow_pickle=False) as counts:
        return len(counts[counts.files[0]])
