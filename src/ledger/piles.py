"""Files that grow piece by piece: what is sorted into them need not stay in memory."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from shutil import rmtree

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_LZ4 = pa.ipc.IpcWriteOptions(compression="lz4")


class Piles:
    """Records of numbers, each in the file of its pile.

    Parameters
    ----------
    folder : a new one, for their files. record : what each is made of.
    """

    def __init__(self, folder: Path, record: np.dtype[np.void]) -> None:
        self._folder, self._record = folder, record
        folder.mkdir(parents=True)

    def add(self, pile: Ints, **columns: np.ndarray) -> None:
        """Put records on piles, behind those that are there.

        Parameters
        ----------
        pile : (n,) number of each one's pile, from 0. columns : (n,) its numbers.
        """
        pile = pile.astype(np.min_scalar_type(pile.max(initial=0)))  # few bits are sorted quickly
        order = np.argsort(pile, kind="stable")
        records = np.empty(len(pile), dtype=self._record)
        for name, values in columns.items():
            records[name] = values[order]
        for number, begin, end in runs(pile[order]):
            with (self._folder / str(number)).open("ab") as file:
                file.write(records[begin:end].tobytes())

    def read(self, pile: int) -> np.ndarray:
        """The records of a pile in the order in which they came."""
        file = self._folder / str(pile)
        return np.fromfile(file, dtype=self._record) if file.exists() else np.zeros(0, dtype=self._record)

    def remove(self) -> None:
        """Remove the files."""
        rmtree(self._folder)


def runs(numbers: Ints) -> Iterator[tuple[int, int, int]]:
    """Each of sorted numbers, and where its run begins and ends."""
    new = np.r_[True, numbers[1:] != numbers[:-1]][: len(numbers)]
    edges = [*np.flatnonzero(new).tolist(), len(numbers)]
    for begin, end in pairwise(edges):
        yield int(numbers[begin]), begin, end


def add_rows(file: Path, rows: pa.RecordBatch | pa.Table) -> None:
    """Write rows behind those that are in a file, if it is there."""
    with file.open("ab") as sink, pa.ipc.new_stream(sink, rows.schema, options=_LZ4) as writer:
        writer.write(rows)


def rows_in(file: Path) -> pa.Table:
    """The rows of such a file in the order in which they came."""
    pieces = []
    with pa.OSFile(str(file)) as source:
        while source.tell() < source.size():
            pieces.append(pa.ipc.open_stream(source).read_all())
    return pa.concat_tables(pieces)
