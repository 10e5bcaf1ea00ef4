"""Scores from a ledger folder to a file, in parts of whole customers, so that memory does not grow with the book."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow as pa

from ..errors import PaybenchError
from ..features.opened import OpenBook, anything_known
from ..files import replaced_file
from ..ledger import day
from ..ledger.piles import add_rows, rows_in
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
    invoices is taken in parts of whole customers, in temporary files beside ``out``
    (:func:`~paybench.ledger.split.split_ledger`); the scores are then sorted by ranges of customers.

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
    customers : of every so many-th row. known : whether any invoice was. rows : how many are open. risk : how many are
        of each.
    """

    file: Path
    customers: np.ndarray
    known: bool
    rows: int
    risk: dict[str, int]

    @classmethod
    def write(cls, table: pd.DataFrame, file: Path, known: bool, rows: int) -> _Sorted:
        """Write a sorted table."""
        add_rows(file, pa.Table.from_pandas(table, preserve_index=False))
        risk = {str(name): int(count) for name, count in table["risk"].value_counts().items()}
        return cls(file, table["customer_id"].iloc[:: _step()].to_numpy(), known, rows, risk)


def _step() -> int:
    return max(GROUP // 1_000, 1)


def _merged(parts: list[_Sorted]) -> Iterator[pa.Table]:
    """The rows of all parts in one order, some customers at a time."""
    some = [part for part in parts if part.rows] or parts[:1]
    if len(some) == 1:
        yield rows_in(some[0].file)
        return
    # Every part's rows are dealt out to files of ranges of customers that have about as many rows.
    customers = np.sort(np.concatenate([part.customers for part in some]))
    every = max(GROUP // 2 // _step(), 1)
    bounds = np.unique(customers[every::every])
    ranges = [some[0].file.with_name(f"range-{number}.arrows") for number in range(len(bounds) + 1)]
    for part in some:
        table = rows_in(part.file)
        edges = [0, *np.searchsorted(table["customer_id"].to_numpy(), bounds).tolist(), len(table)]
        for file, (begin, end) in zip(ranges, pairwise(edges), strict=True):
            if end > begin:
                add_rows(file, table.slice(begin, end - begin))
        part.file.unlink()
    for file in ranges:
        if file.exists():
            yield _in_order(file)
            file.unlink()


def _in_order(file: Path) -> pa.Table:
    together = rows_in(file)
    return together.take(places(together))
