"""Scores from a ledger folder to a file, in parts of whole customers, so that memory does not grow with the book."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import PaybenchError
from ..features.opened import OpenBook, anything_known
from ..files import replaced_file
from ..ledger import day
from ..ledger.split import size_of, split_ledger
from ..ledger.store import read_settings
from ..models.learn.bundle import Bundle
from ..progress import track
from .book import bundle_of, check_count, check_fits, nothing_known, tables_of, whole
from .order import places
from .write import GROUP, check_ending, write_pieces

PART = 200_000
"""Invoices, paid ones too, up to which a book is taken as a whole; a larger one is taken in parts of about so many."""


@dataclass(frozen=True)
class Scored:
    """What was scored: how many rows, of which risk (low, medium, high), by which version."""

    rows: int
    risk: dict[str, int]
    model_version: str


def score_folder(
    folder: str | Path,
    date: object,
    out: str | Path,
    models: Bundle | str = "champion",
    store: str | Path = "mlruns",
    show: bool = False,
    language: str = "en",
) -> Scored:
    """Score every invoice of a ledger folder that is open at a date, and write the table, whole or not at all.

    The same bytes as those of :func:`~.write.write_scores` of :func:`~.book.score`. A ledger of more than :data:`PART`
    invoices is taken in parts of whole customers, in temporary files beside ``out`` that take about as much room as the
    ledger and the table; each part's rows are sorted, and the parts then merged.

    Parameters
    ----------
    folder : the ledger. out : a .parquet or .csv file.
    date, models, store, show, language : as in :func:`~.book.score`.

    Raises
    ------
    PaybenchError
        As :func:`~.book.score` does, if the ledger cannot be read, or if ``out`` ends in neither.
    """
    ending, settings, at = check_ending(out), read_settings(folder), day(date)
    bundle, tables = bundle_of(models, store), tables_of(models, store)
    try:
        check_fits(bundle, settings, at)
    except PaybenchError:
        if not anything_known(Path(folder), at):
            raise nothing_known(at) from None
        raise
    parts = max(1, -(-size_of(folder) // PART))
    with replaced_file(out) as new, TemporaryDirectory(dir=new.parent) as room:
        folders = split_ledger(folder, Path(room), parts) if parts > 1 else iter([Path(folder)])
        found: list[_Sorted] = []
        for number in track(range(parts), "scoring parts of the book", show and parts > 1):
            file = Path(room) / f"scores-{number}.arrow"
            found.append(_part(next(folders), bundle, at, tables, file, show and parts == 1, language))
            if parts > 1:
                gc.collect()  # a book's parts refer to each other, and it has to go before the next one comes
        if not any(part.known for part in found):
            raise nothing_known(at)
        there = sum(part.rows for part in found)
        check_count(write_pieces(_merged(found), new, ending), there)
    risk = {name: sum(part.risk.get(name, 0) for part in found) for name in ("high", "medium", "low")}
    return Scored(there, {name: count for name, count in risk.items() if count}, bundle.version if there else "")


def _part(
    folder: Path, bundle: Bundle, at: pd.Timestamp, tables: Path | None, file: Path, show: bool, language: str
) -> _Sorted:
    book = OpenBook(folder, at)
    table = whole(book, bundle, at, tables, show, language)
    return _Sorted.write(table, file, book.known, len(book))


@dataclass(frozen=True)
class _Sorted:
    """A part's scores in a file, sorted.

    Attributes
    ----------
    customers : in their order. sizes : how many rows each has. known : whether any invoice was. rows : how many are
        open. risk : how many are of each.
    """

    file: Path
    customers: pa.Array
    sizes: np.ndarray
    known: bool
    rows: int
    risk: dict[str, int]

    @classmethod
    def write(cls, table: pd.DataFrame, file: Path, known: bool, rows: int) -> _Sorted:
        """Write a sorted table."""
        arrow = pa.Table.from_pandas(table, preserve_index=False)
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, arrow.schema) as writer:
            writer.write_table(arrow, max_chunksize=GROUP)
        customers = table["customer_id"].to_numpy()
        first = np.flatnonzero(np.r_[np.ones(min(len(table), 1), dtype=bool), customers[1:] != customers[:-1]])
        names = pa.array(customers[first], pa.large_string())
        risk = {str(name): int(count) for name, count in table["risk"].value_counts().items()}
        return cls(file, names, np.diff(first, append=len(table)), known, rows, risk)

    def table(self) -> pa.Table:
        """The rows, which stay in the file until they are looked at."""
        return pa.ipc.open_file(pa.memory_map(str(self.file))).read_all()


def _merged(parts: list[_Sorted]) -> Iterator[pa.Table]:
    """The rows of all parts in one order, some customers at a time."""
    tables = [part.table() for part in parts]
    if len(tables) == 1 or not any(map(len, tables)):
        yield tables[0]
        return
    part = np.repeat(np.arange(len(parts)), [len(p.customers) for p in parts])
    size = np.concatenate([p.sizes for p in parts])
    order = pc.sort_indices(pa.concat_arrays([p.customers for p in parts])).to_numpy()
    part, size = part[order], size[order]
    step = (np.cumsum(size) - size) // GROUP
    begin = np.zeros(len(parts), dtype=np.int64)
    for some in np.split(np.arange(len(size)), np.flatnonzero(np.diff(step)) + 1):
        rows = np.bincount(part[some], weights=size[some], minlength=len(parts)).astype(np.int64)
        slices = [t.slice(b, r) for t, b, r in zip(tables, begin.tolist(), rows.tolist(), strict=True) if r]
        begin += rows
        together = pa.concat_tables(slices)
        yield together.take(places(together))
