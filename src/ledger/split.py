"""A ledger folder in parts of whole customers, for books that are larger than memory."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..errors import PaybenchError
from .schema import TABLES
from .store import SETTINGS, ledger_folder, unreadable

_BATCH = 1 << 18


def size_of(folder: str | Path) -> int:
    """Number of rows of the table of invoices, without reading it.

    Raises
    ------
    PaybenchError
        If there is no ledger, or its table of invoices cannot be read.
    """
    file = ledger_folder(folder) / "invoices.parquet"
    try:
        return int(pq.read_metadata(file).num_rows)
    except (OSError, pa.ArrowException) as error:
        raise PaybenchError(unreadable(Path(folder), error)) from None


def split_ledger(folder: str | Path, into: Path, parts: int) -> Iterator[Path]:
    """Write a ledger in parts, each a ledger folder of its own with everything about some of the customers.

    What belongs to two customers (an invoice that one of them paid for the other) is in the parts of both; what names
    nobody of the ledger is in none. No feature of a customer looks at rows that its part does not have.

    Parameters
    ----------
    folder : the whole ledger.
    into : an empty folder to write to; the parts take about as much room as the ledger.
    parts : how many; customers are dealt out by a checksum of their identifiers.

    Yields
    ------
    The parts' folders, once all are written; each is removed when the next one is asked for.
    """
    whole = Path(folder)
    dealt = _Dealt(whole / "invoices.parquet", parts)
    places = [into / f"part-{number}" for number in range(parts)]
    for place in places:
        place.mkdir()
        shutil.copyfile(whole / SETTINGS, place / SETTINGS)
    for name, spec in TABLES.items():
        file = whole / f"{name}.parquet"
        if file.exists():
            columns = [c for c in ("customer_id", "invoice_id") if c in spec.names]
            _deal(file, [place / file.name for place in places], dealt, columns)
    del dealt
    for place in places:
        yield place
        shutil.rmtree(place)


class _Dealt:
    """Which part each customer and each invoice is in."""

    def __init__(self, invoices: Path, parts: int) -> None:
        self.parts = parts
        table = pq.read_table(invoices, columns=["invoice_id", "customer_id"])
        ids = table["invoice_id"].combine_chunks().dictionary_encode()
        customers = table["customer_id"].combine_chunks().dictionary_encode()
        self.invoices: pa.Array = ids.dictionary
        number, who = _whole(ids.indices), _whole(customers.indices)
        group = _together(number, who, len(customers.dictionary))
        names = np.array([crc32(name.encode()) % parts for name in customers.dictionary.to_pylist()], dtype=np.int16)
        self.customers: pa.Array = customers.dictionary
        self.of_customer = names[group]
        self.of_invoice = np.zeros(len(self.invoices), dtype=np.int16)
        self.of_invoice[number] = self.of_customer[who]

    def places(self, batch: pa.RecordBatch, column: str) -> np.ndarray:
        """Part of each row by one of its columns; -1 where that names nobody of the ledger."""
        among, of = (self.customers, self.of_customer) if column == "customer_id" else (self.invoices, self.of_invoice)
        found = _whole(pc.index_in(batch.column(column), value_set=among, skip_nulls=True).fill_null(-1))
        return np.where(found < 0, -1, of[np.maximum(found, 0)])


def _together(invoice: np.ndarray, customer: np.ndarray, n: int) -> np.ndarray:
    """Per customer the first of those that it shares invoices with, directly or through others; mostly itself."""
    group = np.arange(n)
    some = np.zeros(int(invoice.max(initial=-1)) + 1, dtype=np.int64)
    some[invoice] = customer
    shared = np.flatnonzero(some[invoice] != customer)
    while shared.size:
        a, b = group[customer[shared]], group[some[invoice[shared]]]
        if (a == b).all():
            break
        np.minimum.at(group, np.maximum(a, b), np.minimum(a, b))
        group = group[group]
    return group


def _deal(file: Path, targets: list[Path], dealt: _Dealt, columns: Sequence[str]) -> None:
    source = pq.ParquetFile(file)
    writers = [pq.ParquetWriter(t, source.schema_arrow, compression="lz4", use_dictionary=False) for t in targets]
    try:
        for batch in source.iter_batches(_BATCH):
            first = dealt.places(batch, columns[0])
            _write(batch, first, writers)
            for column in columns[1:]:
                other = dealt.places(batch, column)
                apart = np.where(other != first, other, -1)
                if (apart >= 0).any():
                    _write(batch, apart, writers)
    finally:
        for writer in writers:
            writer.close()


def _write(batch: pa.RecordBatch, place: np.ndarray, writers: list[pq.ParquetWriter]) -> None:
    order = np.argsort(place, kind="stable")
    edges = np.searchsorted(place[order], np.arange(len(writers) + 1))
    sorted_ = batch.take(pa.array(order))
    for number, writer in enumerate(writers):
        lo, hi = int(edges[number]), int(edges[number + 1])
        if hi > lo:
            writer.write_batch(sorted_.slice(lo, hi - lo))


def _whole(numbers: pa.Array) -> np.ndarray:
    whole: np.ndarray = numbers.to_numpy(zero_copy_only=False)
    return whole
