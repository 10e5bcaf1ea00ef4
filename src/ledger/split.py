"""A ledger folder in parts of whole customers, for books that are larger than memory."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from .dealt import Dealt, batches, number_of_rows
from .piles import add_rows, rows_in, runs
from .schema import TABLES
from .store import SETTINGS, ledger_folder


def size_of(folder: str | Path) -> int:
    """Number of rows of the table of invoices, without reading it.

    Raises
    ------
    PaybenchError
        If there is no ledger, or its table of invoices cannot be read.
    """
    return number_of_rows(ledger_folder(folder) / "invoices.parquet")


def split_ledger(folder: str | Path, into: Path, parts: int) -> Iterator[Path]:
    """Write a ledger in parts, each a ledger folder of its own with everything about some of the customers.

    What belongs to two customers (an invoice that one of them paid for the other, a payment that was first booked to
    one and then to the other) is in the parts of both; what names no customer and no invoice of the ledger is in none.
    Rows keep their order. No feature of a customer looks at rows that its part does not have.

    Parameters
    ----------
    folder : the whole ledger.
    into : an empty folder to write to; takes up to about three times as much room as the ledger.
    parts : how many; customers are dealt out by a checksum of their identifiers.

    Yields
    ------
    The parts' folders, once all rows are dealt out; each is removed when the next one is asked for.

    Raises
    ------
    PaybenchError
        If a table cannot be read.
    """
    whole, piles = Path(folder), into / "piles"
    dealt = Dealt(whole, piles, parts)
    places = [into / f"part-{number}" for number in range(parts)]
    for place in places:
        place.mkdir()
        shutil.copyfile(whole / SETTINGS, place / SETTINGS)
    files = {name: whole / f"{name}.parquet" for name in TABLES if (whole / f"{name}.parquet").exists()}
    for name, file in files.items():
        for begin, batch in batches(file):
            part, row = dealt.rows(name, begin, batch)
            rows = batch.take(pa.array(row))
            for number, first, end in runs(part):
                add_rows(_dealt(places[number], name), rows.slice(first, end - first))
    shutil.rmtree(piles)
    schemas = {name: pq.read_schema(file) for name, file in files.items()}
    for place in places:
        for name, schema in schemas.items():
            _gather(_dealt(place, name), place / f"{name}.parquet", schema)
        yield place
        shutil.rmtree(place)


def _dealt(place: Path, name: str) -> Path:
    return place / f"{name}.arrows"


def _gather(dealt: Path, file: Path, schema: pa.Schema) -> None:
    """Write what was dealt to a part as a table of a ledger."""
    rows = rows_in(dealt) if dealt.exists() else schema.empty_table()
    rows = rows.replace_schema_metadata(schema.metadata)
    pq.write_table(rows, file, compression="none", use_dictionary=False, write_statistics=False)
    dealt.unlink(missing_ok=True)
