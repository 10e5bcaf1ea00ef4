"""A ledger folder in parts of whole customers, for books that are larger than memory."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import PaybenchError
from .names import distinct
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
        invoices_by, ids, number = distinct(_texts(table["invoice_id"]))
        customers_by, customers, who = distinct(_texts(table["customer_id"]))
        group = _together(number, who, len(customers))
        names = np.array([crc32(name.encode()) % parts for name in customers.to_pylist()], dtype=np.int16)
        self._among = {"customer_id": customers_by, "invoice_id": invoices_by}
        of_customer = names[group]
        of_invoice = np.zeros(len(ids), dtype=np.int16)
        of_invoice[number] = of_customer[who]
        self._of = {"customer_id": np.append(of_customer, -1), "invoice_id": np.append(of_invoice, -1)}

    def places(self, file: Path, column: str) -> np.ndarray:
        """Part of each row of a table by one of its columns; -1 where that names nobody of the ledger."""
        values = pq.read_table(file, columns=[column])[column]
        return self._of[column][self._among[column].find(_texts(values), -1)]  # the last one is -1


def _texts(values: pa.ChunkedArray) -> pa.Array:
    whole: pa.Array = values.cast(pa.large_string()).combine_chunks()
    return whole


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
        places = [dealt.places(file, column) for column in columns]
        begin = 0
        for batch in source.iter_batches(_BATCH):
            first, *others = (place[begin : begin + len(batch)] for place in places)
            begin += len(batch)
            _write(batch, first, writers)
            for other in others:
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
