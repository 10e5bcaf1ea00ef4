"""A ledger on disk: one Parquet file per table, and ``ledger.json``."""

from __future__ import annotations

import hashlib
import json
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import PaybenchError
from ..files import check_folder, locked_file, replaced_folder
from .book import Ledger
from .schema import MONEY_UNITS, TABLES, conform, units

_AMOUNT = pa.decimal128(18, 4)
SETTINGS = "ledger.json"
LOCK = ".lock"
"""In the folder: who adds or replaces holds it, so that of two at once neither is lost."""
_MOST = 1e14
_ARROW = {"date": pa.date32(), "amount": _AMOUNT, "number": pa.float64(), "flag": pa.bool_()}


def write_ledger(ledger: Ledger, folder: str | Path, extras: dict[str, bytes] | None = None) -> None:
    """Write a ledger folder, whole or not at all; a ledger that was there is replaced.

    Parameters
    ----------
    ledger : what to write.
    folder : where; created with its parents.
    extras : further files by name (the import's report, rejected rows), written beside the tables.

    Raises
    ------
    PaybenchError
        If the folder exists and holds something that is not a ledger, or an amount has more than 14 digits before the
        point.
    """
    check_folder(folder, "ledger folder", "ledger.json")
    path = Path(folder)
    # Who adds rows just then would put its old tables into the new folder.
    alone = locked_file(path / LOCK) if (path / LOCK).exists() else nullcontext()
    with alone, replaced_folder(folder) as new:
        for name in TABLES:
            write_table(name, ledger.table(name), new / f"{name}.parquet")
        for file, content in (extras or {}).items():
            (new / file).write_bytes(content)
        (new / "ledger.json").write_text(settings_text(ledger.settings), encoding="utf-8")


def settings_text(settings: dict[str, object]) -> str:
    """What stands in ``ledger.json``."""
    return json.dumps(settings, indent=2) + "\n"


def ledger_folder(folder: str | Path) -> Path:
    """The path of a ledger folder.

    Raises
    ------
    PaybenchError
        If there is none.
    """
    path = Path(folder)
    if not path.is_dir():
        raise PaybenchError(
            f"There is no ledger at {path}; make one with 'paybench ledger import' or 'paybench ledger simulate'."
        )
    if not (path / SETTINGS).exists():
        raise PaybenchError(
            f"{path} holds no ledger.json, so it is no ledger folder; "
            "name the folder that 'paybench ledger import' wrote."
        )
    return path


def read_settings(folder: str | Path) -> Ledger:
    """The settings of a ledger folder, as a ledger without rows.

    Raises
    ------
    PaybenchError
        If there is no ledger, or ``ledger.json`` cannot be read.
    """
    path = ledger_folder(folder)
    try:
        return Ledger(**json.loads((path / SETTINGS).read_text(encoding="utf-8")))
    except (ValueError, TypeError, OSError) as error:
        raise PaybenchError(unreadable(path, error)) from None


def unreadable(path: Path, error: Exception) -> str:
    """What is said of a ledger folder in which a file is broken."""
    return f"The ledger at {path} cannot be read ({error}); import or simulate it again."


def read_ledger(folder: str | Path) -> Ledger:
    """Read a ledger folder.

    Raises
    ------
    PaybenchError
        If the folder, ``ledger.json`` or a needed table is missing or cannot be read.
    """
    path = ledger_folder(folder)
    try:
        parts: dict[str, object] = json.loads((path / SETTINGS).read_text(encoding="utf-8"))
        for name in TABLES:
            file = path / f"{name}.parquet"
            if file.exists():
                parts[name] = read_table(file)
        if "invoices" not in parts:
            raise PaybenchError(f"{path} holds no invoices.parquet; a ledger needs at least invoices and payments.")
        return Ledger.of(**parts)  # type: ignore[arg-type]
    except (ValueError, pa.ArrowException, OSError, TypeError) as error:
        raise PaybenchError(unreadable(path, error)) from None


def read_table(file: Path) -> pd.DataFrame:
    """One table of a ledger folder, as it is there."""
    return _to_pandas(pq.read_table(file))


def write_table(name: str, table: pd.DataFrame, file: Path) -> None:
    """Write one table in the types of the contract."""
    pq.write_table(_to_arrow(name, table), file, compression="zstd")


def data_hash(ledger: Ledger) -> str:
    """Sixteen hex digits that change with the settings or any value of any table, not with the order of rows.

    A column that is newer than the contract counts where it says something, so that hashes of before still hold.
    """
    digest = hashlib.sha256(json.dumps(ledger.settings, sort_keys=True).encode())
    for name, spec in TABLES.items():
        table = ledger.table(name)
        frame = table[[c.name for c in spec.columns if not (c.newer and _says_nothing(table, c.name))]]
        rows = pd.util.hash_pandas_object(frame, index=False).sort_values()
        digest.update(name.encode() + rows.to_numpy().tobytes())
    return digest.hexdigest()[:16]


def _says_nothing(table: pd.DataFrame, column: str) -> bool:
    return column not in table or not table[column].notna().any()


def _to_arrow(name: str, table: pd.DataFrame) -> pa.Table:
    frame = conform(name, table)
    kinds = {c.name: c.kind for c in TABLES[name].columns}
    columns = {}
    for column, values in frame.items():
        kind = kinds.get(str(column), "")
        if kind == "amount":
            columns[str(column)] = _decimals(name, values)
        else:
            columns[str(column)] = pa.array(values, type=_ARROW.get(kind), from_pandas=True)
    return pa.table(columns)


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    """A table with amounts as float64; one by one as Python decimals they would take longer than all the rest."""
    for place, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            whole = table.column(place).cast(_AMOUNT).combine_chunks()
            amounts = whole_units(whole) / MONEY_UNITS
            amounts[whole.is_null().to_numpy(zero_copy_only=False)] = np.nan
            table = table.set_column(place, field.name, pa.array(amounts, from_pandas=True))
    return table.to_pandas(date_as_object=False)


def whole_units(amounts: pa.Array) -> np.ndarray:
    """Amounts of type decimal(18, 4) in :data:`~.schema.MONEY_UNITS` (int64): the inverse of :func:`decimals`."""
    halves = np.frombuffer(amounts.buffers()[1], dtype=np.int64, count=2 * (amounts.offset + len(amounts)))
    return halves[2 * amounts.offset :: 2].copy()


def _decimals(table: str, amounts: pd.Series) -> pa.Array:
    if not (amounts.abs() < _MOST)[amounts.notna()].all():
        raise PaybenchError(f"An amount of table '{table}' is not below 100 million million; set it right.")
    missing = amounts.isna().to_numpy()
    return decimals(np.where(missing, 0, units(amounts.fillna(0.0))), missing)


def decimals(whole: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    """Amounts in :data:`~.schema.MONEY_UNITS` (int64) as decimal(18, 4), null where ``missing``."""
    # A decimal128 is a 128-bit integer, the lower half first: the upper half repeats the sign.
    halves = np.stack([whole.astype(np.int64), whole.astype(np.int64) >> 63], axis=1)
    valid = None if missing is None or not missing.any() else pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.Array.from_buffers(_AMOUNT, len(whole), [valid, pa.py_buffer(np.ascontiguousarray(halves))])
