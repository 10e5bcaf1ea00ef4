"""Rows added to a ledger folder, one table after the other, each written whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from time import sleep

import numpy as np
import pandas as pd
import pyarrow as pa

from ..errors import PaybenchError
from ..files import locked_file, replaced_file
from .cut import known_on
from .schema import TABLES, conform
from .store import LOCK, SETTINGS, ledger_folder, read_settings, read_table, unreadable, write_table

_TRIES, _PAUSE = 20, 0.02
"""How often and for how many seconds a folder is looked for."""


def add_rows(folder: str | Path, tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Add rows to tables of a ledger folder.

    A row that is there already, with the same key and the same day on which it came to be known, is left as it is: what
    was cut short is finished by doing it again, and what comes twice is recorded once.

    Parameters
    ----------
    folder : of the ledger. tables : by name, what to add; columns that the contract does not know are kept.

    Returns
    -------
    How many rows were added to each table.

    Raises
    ------
    PaybenchError
        If there is no ledger, there is no such table, a needed column is missing, or rows name a customer or an invoice
        that the ledger has not.
    """
    for name in tables:
        if name not in TABLES:
            raise PaybenchError(f"A ledger has no table '{name}'; it has {', '.join(TABLES)}.")
    path = _found(folder)
    with locked_file(path / LOCK):
        zone = read_settings(path).time_zone
        new = {name: conform(name, table, zone) for name, table in tables.items() if len(table)}
        old = {name: _read(path, name) for name in {*new, "invoices"}}
        fresh = {name: _unlike(name, old[name], rows) for name, rows in new.items()}
        _check(old["invoices"], fresh)
        for name, rows in fresh.items():
            if len(rows):
                with replaced_file(path / f"{name}.parquet") as file:
                    write_table(name, pd.concat([old[name], rows], ignore_index=True), file)
    return {name: len(rows) for name, rows in fresh.items()}


def replace_table(
    folder: str | Path, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write one table of a ledger folder anew, nobody adding to it meanwhile; the others and all else stay.

    Parameters
    ----------
    change : from the table as it is to what it becomes; nothing is written where that is the very table.

    Returns
    -------
    The table as it was, and as it is.

    Raises
    ------
    PaybenchError
        If there is no ledger, or it cannot be read.
    """
    path = _found(folder)
    with locked_file(path / LOCK):
        old = _read(path, name)
        new = change(old)
        if new is not old:
            with replaced_file(path / f"{name}.parquet") as file:
                write_table(name, new, file)
    return old, new


def _found(folder: str | Path) -> Path:
    """The path of a ledger folder; one that is being replaced is away for a moment, and waited for."""
    for _ in range(_TRIES):
        if (Path(folder) / SETTINGS).exists():
            break
        sleep(_PAUSE)
    return ledger_folder(folder)


def _read(folder: Path, name: str) -> pd.DataFrame:
    file = folder / f"{name}.parquet"
    try:
        return conform(name, read_table(file) if file.exists() else None)
    except (ValueError, pa.ArrowException, OSError) as error:
        raise PaybenchError(unreadable(folder, error)) from None


def _unlike(name: str, old: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of which no version of the same day is there, each once."""
    spec = TABLES[name]
    columns = [*spec.key, "day"]
    there, come = (table[list(spec.key)].assign(day=known_on(spec, table)).astype("str") for table in (old, rows))
    if name == "consents":  # yes, no and yes again on one day: what was said last is what counts
        columns.append("allowed")
        there, come = there.assign(allowed=old["allowed"]), come.assign(allowed=rows["allowed"])
        there = there.drop_duplicates(list(spec.key), keep="last")
    known, asked = pd.MultiIndex.from_frame(there[columns]), pd.MultiIndex.from_frame(come[columns])
    return rows[~np.asarray(asked.isin(known)) & ~np.asarray(asked.duplicated())].reset_index(drop=True)


def _check(invoices: pd.DataFrame, fresh: Mapping[str, pd.DataFrame]) -> None:
    bills, owners = pd.Index(invoices["invoice_id"]), pd.Index(invoices["customer_id"])
    more = fresh.get("invoices")
    if more is not None:
        bills, owners = bills.append(pd.Index(more["invoice_id"])), owners.append(pd.Index(more["customer_id"]))
    for name, rows in fresh.items():
        for column, there in (("invoice_id", bills), ("customer_id", owners)):
            if column not in rows or name in ("invoices", "customers"):
                continue
            strange = rows[column].notna() & ~rows[column].isin(there)
            if strange.any():
                raise PaybenchError(
                    f"A row of '{name}' names the {column.removesuffix('_id')} {rows.loc[strange, column].iloc[0]}, "
                    "which the ledger has no invoice of; add what the ledger knows."
                )
