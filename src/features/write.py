"""Feature tables of ledgers of any size, streamed to Parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import PaybenchError
from ..files import replaced_file
from ..ledger.split import size_of, split_ledger
from .build import feature_table, tables
from .catalogue import chosen
from .kernel.book import Book
from .points import LANDMARKS, Points, at_landmarks, at_opening, number_of, when_open

WHOLE = 1_500_000
"""Invoices up to which a ledger is read as a whole."""

PART = 500_000
"""Invoices of each part of a larger one."""

GROUP = 200_000
"""Rows that are written together."""


def write_features(
    folder: Path,
    out: Path,
    at: str,
    as_of: object = None,
    names: Iterable[str] | None = None,
    progress: Callable[[list[int]], Iterable[int]] = iter,
) -> int:
    """Build features of a ledger folder and write them as Parquet, whole or not at all.

    A ledger of more than :data:`WHOLE` invoices is taken in parts of whole customers, so that memory does not grow with
    it; its rows then come part by part: the same rows in another order.

    Parameters
    ----------
    folder : the ledger. out : the file to write.
    at : "open", every invoice open at ``as_of``; "issue", every invoice as of its issue; "landmarks", these and
        landmarks during its life.
    as_of : the decision's day where ``at`` is "open"; what is dated on it or later is not known.
    names : of the features wanted; all, if none are named.
    progress : wraps the numbers of the parts.

    Returns
    -------
    Number of rows written.

    Raises
    ------
    PaybenchError
        If the ledger cannot be read, there is no such feature, or nothing was known at ``as_of``.
    """
    wanted = [f.name for f in chosen(names)]
    parts = 1 if size_of(folder) <= WHOLE else -(-size_of(folder) // PART)
    rows, known = 0, False
    with replaced_file(out) as new, TemporaryDirectory(dir=new.parent) as room:
        folders = iter([folder]) if parts == 1 else split_ledger(folder, Path(room), parts)
        writer: pq.ParquetWriter | None = None
        for number in progress(list(range(parts))):
            book = Book(next(folders))
            known |= bool((book.invoices.issued < number_of(as_of)).any()) if at == "open" else len(book.invoices) > 0
            points = _points(book, at, as_of)
            for table in [_whole(book, points, wanted)] if parts == 1 else _grouped(tables(book, points, wanted)):
                writer = writer or pq.ParquetWriter(new, table.schema)
                writer.write_table(table.cast(writer.schema))
                rows += len(table)
            if writer is None and known and number == parts - 1:
                pq.write_table(_whole(book, points, wanted), new)
            del book, points  # before the next part comes
        if writer is not None:
            writer.close()
        if not known:
            when = f"at {as_of}" if at == "open" else "in the ledger"
            raise PaybenchError(
                f"Nothing was known {when}, so there are no features; give a later as_of or more invoices."
            )
    return rows


def _points(book: Book, at: str, as_of: object) -> Points:
    if at == "open":
        return when_open(book, number_of(as_of))
    return at_opening(book) if at == "issue" else at_landmarks(book, LANDMARKS)


def _whole(book: Book, points: Points, names: list[str]) -> pa.Table:
    """In the order of the points."""
    return pa.Table.from_pandas(feature_table(book, points, names).reset_index(), preserve_index=False)


def _grouped(parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Tables of at least :data:`GROUP` rows, but the last."""
    some: list[pa.Table] = []
    for part in parts:
        some.append(part)
        if sum(len(p) for p in some) >= GROUP:
            yield pa.concat_tables(some).combine_chunks()
            some = []
    if some:
        yield pa.concat_tables(some).combine_chunks()
