"""Which part of a ledger each row of its tables goes to, found out in files instead of memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..errors import PaybenchError
from .checksum import Sums, checksums
from .piles import Piles
from .schema import TABLES
from .store import unreadable

Ints = NDArray[np.int64]

BATCH = 1 << 18
"""Rows that are looked at together."""

PILE = 1 << 19
"""Rows among which others are looked up."""

_OWNED = np.dtype([("invoice", "<u8"), ("customer", "<u8")])
_ROW = [("key", "<u8"), ("row", "<i8"), ("part", "<i4")]
_ALIKE, _NAMING = np.dtype(_ROW), np.dtype([("invoice", "<u8"), *_ROW])
_ELSEWHERE = np.dtype([("row", "<i8"), ("part", "<i4")])


class Dealt:
    """Parts of whole customers: of each row its customer's, and that of whoever owes the invoice that it names.

    Customers are dealt out by a checksum of their identifiers, those who share an invoice (one invoice, versions of
    several customers) into one part. All versions of a row are in every part that one of them is in: a payment that was
    booked to one customer and later to another must not count for the first.

    Both are looked up pile by pile, where rows lie by the checksum of the invoice that they name, and of their own key.
    Two identifiers of one checksum do no harm: their customers share a part, or a row is in one more part, where nobody
    asks for it.

    Parameters
    ----------
    whole : the ledger folder. room : a new folder for files, of about 50 bytes for each row of the tables.
    parts : how many.

    Notes
    -----
    What stays in memory is one batch of rows, one pile, and 16 bytes for each customer who shares an invoice.
    """

    def __init__(self, whole: Path, room: Path, parts: int) -> None:
        self._parts = parts
        files = {name: whole / f"{name}.parquet" for name in TABLES if (whole / f"{name}.parquet").exists()}
        self._piles = max(-(-max(map(number_of_rows, files.values())) // PILE), 1)
        owned = Piles(room / "owned", _OWNED)
        for _, batch in batches(whole / "invoices.parquet", ["invoice_id", "customer_id"]):
            invoice, customer = (checksums(texts(batch, name)) for name in ("invoice_id", "customer_id"))
            owned.add(self._pile(invoice), invoice=invoice, customer=customer)
        pairs = [_sharing(owned.read(pile)) for pile in range(self._piles)]
        self._moved, self._to = _together(np.concatenate(pairs), parts)
        apart = [name for name in files if not {"invoice_id", "customer_id"} & set(TABLES[name].key)]
        naming = {name: Piles(room / f"{name}-naming", _NAMING) for name in apart}
        alike = {name: Piles(room / f"{name}-alike", _ALIKE) for name in apart}
        self._elsewhere = {name: Piles(room / f"{name}-elsewhere", _ELSEWHERE) for name in apart}
        for name in apart:
            self._put(name, files[name], naming[name], alike[name])
        for pile in range(self._piles):
            some = owned.read(pile)
            some = some[np.argsort(some["invoice"])]
            for name in apart:
                found = _named(naming[name].read(pile), some["invoice"], self._part(some["customer"]))
                alike[name].add(self._pile(found["key"]), **{column: found[column] for column, _ in _ROW})
        for name in apart:
            for pile in range(self._piles):
                row, part = _spread(alike[name].read(pile), parts)
                self._elsewhere[name].add(row // BATCH, row=row, part=part)
        for piles in (owned, *naming.values(), *alike.values()):
            piles.remove()

    def rows(self, name: str, begin: int, batch: pa.RecordBatch) -> tuple[Ints, Ints]:
        """Parts of the rows of a table, and the rows of each in the order of the table: part by part.

        Parameters
        ----------
        begin : number of the first one in the table.
        """
        n = len(batch)
        places = self._own(name, batch) * n + np.arange(n)
        if name in self._elsewhere and n:
            piles = range(begin // BATCH, (begin + n - 1) // BATCH + 1)
            more = np.concatenate([self._elsewhere[name].read(pile) for pile in piles])
            more = more[(more["row"] >= begin) & (more["row"] < begin + n)]
            places = np.concatenate([places, more["part"] * np.int64(n) + more["row"] - begin])
        places = _once(places[places >= 0])
        return places // max(n, 1), places % max(n, 1)

    def _put(self, name: str, file: Path, naming: Piles, alike: Piles) -> None:
        """Put the rows of a table on piles by the invoice that they name, and by their own key."""
        key_name = TABLES[name].key[0]
        for begin, batch in batches(file, [key_name, "invoice_id", "customer_id"]):
            keys, named = texts(batch, key_name), texts(batch, "invoice_id")
            columns = {"key": checksums(keys), "row": begin + np.arange(len(batch)), "part": self._own(name, batch)}
            some = {column: values[_there(keys)] for column, values in columns.items()}
            alike.add(self._pile(some["key"]), **some)
            some = {column: values[_there(named)] for column, values in columns.items()}
            invoice = checksums(named)[_there(named)]
            naming.add(self._pile(invoice), invoice=invoice, **some)

    def _own(self, name: str, batch: pa.RecordBatch) -> Ints:
        """(n,) part of each row's customer; -1 in a table that names none.

        What misses an identifier that every row needs is in the first part, whose reader will say so.
        """
        if "customer_id" not in TABLES[name].names:
            return np.where(_there(texts(batch, "invoice_id")), -1, 0)
        customers = texts(batch, "customer_id")
        return np.where(_there(customers), self._part(checksums(customers)), 0)

    def _part(self, customers: Sums) -> Ints:
        part = (customers % np.uint64(self._parts)).astype(np.int64)
        if len(self._moved):
            at = np.minimum(np.searchsorted(self._moved, customers), len(self._moved) - 1)
            part = np.where(self._moved[at] == customers, self._to[at], part)
        return part

    def _pile(self, sums: Sums) -> Ints:
        return (sums % np.uint64(self._piles)).astype(np.int64)


def number_of_rows(file: Path) -> int:
    """Rows of a table, without reading them.

    Raises
    ------
    PaybenchError
        If the file cannot be read.
    """
    try:
        return int(pq.read_metadata(file).num_rows)
    except (OSError, pa.ArrowException) as error:
        raise PaybenchError(unreadable(file.parent, error)) from None


def batches(file: Path, columns: list[str] | None = None) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Rows of a table in their order, some at a time, each time with the number of the first one.

    Parameters
    ----------
    columns : of these, those that the table has; all, if none are named.

    Raises
    ------
    PaybenchError
        If the file cannot be read.
    """
    begin = 0
    try:
        source = pq.ParquetFile(file)
        names = [name for name in source.schema_arrow.names if columns is None or name in columns]
        for groups in _some(source.metadata):  # reading goes on holding the bytes of row groups that it is through with
            for batch in source.iter_batches(BATCH, groups, names):
                yield begin, batch
                begin += len(batch)
    except (OSError, pa.ArrowException) as error:
        raise PaybenchError(unreadable(file.parent, error)) from None


def _some(about: pq.FileMetaData) -> Iterator[list[int]]:
    """Row groups of a file, as many at a time as have a batch of rows together."""
    some: list[int] = []
    rows = 0
    for group in range(about.num_row_groups):
        more = about.row_group(group).num_rows
        if some and rows + more > BATCH:
            yield some
            some, rows = [], 0
        some.append(group)
        rows += more
    yield some


def texts(batch: pa.RecordBatch, name: str) -> pa.Array:
    """A column of identifiers; of missing ones where there is no such column."""
    if name not in batch.schema.names:
        return pa.nulls(len(batch), pa.large_string())
    return batch.column(name).cast(pa.large_string())


def _there(values: pa.Array) -> np.ndarray:
    there: np.ndarray = values.is_valid().to_numpy(zero_copy_only=False)
    return there


def _sharing(owned: np.ndarray) -> np.ndarray:
    """(k, 2) customers who have versions of one invoice, each pair once."""
    owned = owned[np.argsort(owned["invoice"])]
    invoice, customer = owned["invoice"], owned["customer"]
    some = np.flatnonzero((invoice[1:] == invoice[:-1]) & (customer[1:] != customer[:-1]))
    pairs = np.stack([customer[some], customer[some + 1]], axis=1)
    pairs.sort(axis=1)
    found: np.ndarray = np.unique(pairs, axis=0)
    return found


def _together(pairs: np.ndarray, parts: int) -> tuple[Sums, Ints]:
    """Customers who share invoices, directly or through others, in order, and the one part of all of them."""
    customers, place = np.unique(pairs, return_inverse=True)
    a, b = place.reshape(-1, 2).T
    first = np.arange(len(customers))
    while (first[a] != first[b]).any():
        low, high = np.minimum(first[a], first[b]), np.maximum(first[a], first[b])
        np.minimum.at(first, high, low)
        first = first[first]
    return customers, (customers[first] % np.uint64(parts)).astype(np.int64)


def _named(naming: np.ndarray, invoices: Sums, part: Ints) -> np.ndarray:
    """Those rows that name one of some (sorted) invoices in another part than their own, with that part."""
    if not len(invoices):
        return naming[:0]
    at = np.minimum(np.searchsorted(invoices, naming["invoice"]), len(invoices) - 1)
    some = np.flatnonzero((invoices[at] == naming["invoice"]) & (part[at] != naming["part"]))
    found = naming[some]
    found["part"] = part[at[some]]
    return found


def _once(numbers: Ints) -> Ints:
    """The different numbers in order."""
    numbers = np.sort(numbers)
    return numbers[np.r_[True, numbers[1:] != numbers[:-1]][: len(numbers)]]


def _spread(alike: np.ndarray, parts: int) -> tuple[Ints, Ints]:
    """Rows of which one with the same key is in another part, and every part that one of these is in."""
    alike = alike[np.argsort(alike["key"])]
    new = np.r_[True, alike["key"][1:] != alike["key"][:-1]][: len(alike)]
    first = np.flatnonzero(new)
    if not len(first):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    uneven = np.minimum.reduceat(alike["part"], first) != np.maximum.reduceat(alike["part"], first)
    key = np.cumsum(new) - 1
    some = np.flatnonzero(uneven[key])
    key, part = key[some], alike["part"][some].astype(np.int64)
    row, place = np.unique(alike["row"][some], return_index=True)
    wanted = _once((key * parts + part)[part >= 0])
    begin, end = (np.searchsorted(wanted // parts, key[place], side=side) for side in ("left", "right"))
    size = end - begin
    at = np.arange(size.sum()) + np.repeat(end - np.cumsum(size), size)
    return np.repeat(row, size), wanted[at] % parts
