"""Columns of a ledger's tables as Arrow text and integers, from memory or straight from the folder."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...errors import PaybenchError
from ...ledger import Ledger, read_ledger
from ...ledger.schema import NO_DAY, TABLES, days, empty_cell, units
from ...ledger.store import read_settings, unreadable, whole_units
from .streams import Flags, Ints

_FEW = ("customer_id", "currency", "kind", "country", "meaning")
"""Columns of few different values, which stay numbered as they are in the file."""

_TYPES = {"date": pa.date32(), "amount": pa.decimal128(18, 4)}
"""Types of a ledger's files, by kind of column."""


class Frame:
    """A table in memory."""

    def __init__(self, table: pd.DataFrame) -> None:
        self._table = table

    def __len__(self) -> int:
        return len(self._table)

    def __contains__(self, name: str) -> bool:
        return name in self._table

    def text(self, name: str) -> pa.Array:
        """A column of identifiers: Arrow strings, or a dictionary of them."""
        return whole(pa.array(self._table[name].astype("str"), pa.large_string(), from_pandas=True))

    def days(self, name: str) -> Ints:
        """A column of dates as day numbers; a missing one is NO_DAY."""
        return days(self._table[name])

    def units(self, name: str) -> Ints:
        """A column of amounts in integer units."""
        return units(self._table[name])


class File(Frame):
    """A table of a ledger folder in the types of the contract, of which only what is asked for is read.

    Raises
    ------
    PaybenchError
        From every method, if the file cannot be read, or a value is missing where every row needs one.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._spec = path, TABLES[name]
        self._columns = {c.name: c for c in self._spec.columns}
        try:
            few = [name for name in _FEW if name in pq.read_schema(path).names]
            self._file = pq.ParquetFile(path, read_dictionary=few)
        except (pa.ArrowException, OSError) as error:
            raise PaybenchError(unreadable(path.parent, error)) from None

    def __len__(self) -> int:
        return int(self._file.metadata.num_rows)

    def __contains__(self, name: str) -> bool:
        return name in self._columns

    def text(self, name: str) -> pa.Array:
        """A column of identifiers: Arrow strings, or a dictionary of them."""
        column = self._read(name)
        if pa.types.is_dictionary(column.type):
            return whole(column if column.num_chunks == 1 else column.unify_dictionaries())
        return whole(column.cast(pa.large_string()))

    def days(self, name: str) -> Ints:
        """A column of dates as day numbers; a missing one is NO_DAY."""
        column = whole(self._read(name))
        numbers = np.frombuffer(column.buffers()[1], dtype=np.int32)[column.offset :][: len(column)].astype(np.int64)
        if column.null_count:
            numbers[missing(column)] = NO_DAY
        return numbers

    def units(self, name: str) -> Ints:
        """A column of amounts in integer units."""
        return whole_units(whole(self._read(name)))

    def as_agreed(self) -> bool:
        """Whether dates and amounts are of the types of the contract; other tools write instants and floats."""
        fields = {f.name: f.type for f in self._file.schema_arrow}
        return all(fields.get(c.name, _TYPES[c.kind]) == _TYPES[c.kind] for c in self._spec.columns if c.kind in _TYPES)

    def _read(self, name: str) -> pa.ChunkedArray:
        spec = self._columns[name]
        if name not in self._file.schema_arrow.names:
            column = pa.chunked_array([pa.nulls(len(self), _TYPES.get(spec.kind, pa.large_string()))])
        else:
            try:
                column = self._file.read([name]).column(0)
            except (pa.ArrowException, OSError) as error:
                raise PaybenchError(unreadable(self._path.parent, error)) from None
        if spec.required and column.null_count:
            raise PaybenchError(empty_cell(self._spec.name, spec, int(np.flatnonzero(missing(column))[0])))
        return column


class Source:
    """A ledger in memory, or its folder.

    Attributes
    ----------
    grace : days. tolerance : currency units.
    """

    def __init__(self, ledger: Ledger | str | Path) -> None:
        self._given = ledger
        settings = ledger if isinstance(ledger, Ledger) else read_settings(ledger)
        self.grace, self.tolerance = settings.grace_days, settings.tolerance

    @cached_property
    def ledger(self) -> Ledger:
        """The whole ledger in memory."""
        return self._given if isinstance(self._given, Ledger) else read_ledger(self._given)

    def table(self, name: str) -> Frame:
        """One of its tables."""
        if isinstance(self._given, Ledger):
            return Frame(self._given.table(name))
        path = Path(self._given) / f"{name}.parquet"
        if path.exists() and (file := File(path, name)).as_agreed():
            return file
        return Frame(self.ledger.table(name))


def codes(values: pa.Array, among: pa.Array, otherwise: int) -> Ints:
    """Places of the values in a list of different ones; ``otherwise`` for those that are not in it."""
    if pa.types.is_dictionary(values.type):
        place = codes(values.dictionary.cast(among.type), among, otherwise)
        return np.append(place, otherwise)[_numbers(values.indices.fill_null(-1))]  # a missing one finds the last
    return _numbers(pc.index_in(values, value_set=among, skip_nulls=True).fill_null(otherwise))


def numbered(values: pa.Array) -> tuple[Ints, pa.Array]:
    """Each value as the place of its first occurrence among the different ones, and these."""
    coded = values if pa.types.is_dictionary(values.type) else pc.dictionary_encode(values)
    return _numbers(coded.indices), coded.dictionary.cast(pa.large_string())


def different(values: pa.Array) -> pa.Array:
    """The different values, without the missing one."""
    some = values.dictionary if pa.types.is_dictionary(values.type) else pc.unique(values)
    return pc.drop_null(some.cast(pa.large_string()))


def missing(values: pa.Array | pa.ChunkedArray) -> Flags:
    """Which values are missing."""
    return whole(values.is_null()).to_numpy(zero_copy_only=False)


def whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _numbers(numbers: pa.Array) -> Ints:
    return numbers.to_numpy(zero_copy_only=False).astype(np.int64)
