"""The log of decisions to send nothing: without them nobody can tell later what sending did.

What is sent comes back into the ledger as contacts, with the chance by which it was chosen; what is not sent leaves no
trace there, so it is kept in one Parquet file that grows from day to day.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ...errors import PaybenchError
from ...files import replaced_file
from ...ledger import Ledger
from ...ledger.schema import DATE

COLUMNS = ["decision_id", "customer_id", "invoice_id", "decided_on", "step", "propensity", "policy"]
FILE = "withheld.parquet"
"""Its usual name, beside the tables of a ledger."""


def read_log(file: Path | None) -> pd.DataFrame | None:
    """The log in a file; None where there is none yet.

    Raises
    ------
    PaybenchError
        If it cannot be read, or lacks a column.
    """
    if file is None or not file.exists():
        return None
    try:
        table = pq.read_table(file).to_pandas(date_as_object=False)
    except (OSError, pa.ArrowException) as error:
        raise PaybenchError(f"The log of decisions {file} cannot be read ({error}); name another one.") from None
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        raise PaybenchError(f"{file} is no log of decisions: it has no column '{missing[0]}'; name another file.")
    texts = ["decision_id", "customer_id", "invoice_id", "policy"]
    try:
        table["decided_on"] = pd.to_datetime(table["decided_on"], format="ISO8601").dt.normalize().astype(DATE)
        table = table[COLUMNS].astype(dict.fromkeys(texts, "str") | dict.fromkeys(["step", "propensity"], "float64"))
    except (TypeError, ValueError) as error:
        raise PaybenchError(f"{file} is no log of decisions ({error}); name another file.") from None
    _check(file, table)
    return table


def _check(file: Path, table: pd.DataFrame) -> None:
    chance = table["propensity"]
    for wrong, what in (
        (table[COLUMNS[:4]].isna().any(axis=1), "lacks its number, customer, invoice or day"),
        (table["decision_id"].duplicated(), "is there twice"),
        (~((chance > 0) & (chance <= 1)), "has a propensity that is no chance above 0 and up to 1"),
    ):
        if wrong.any():
            row = int(np.flatnonzero(wrong.to_numpy())[0])
            raise PaybenchError(
                f"The log of decisions {file} is damaged: decision '{table['decision_id'].iloc[row]}' in row {row + 1} "
                f"{what}; correct it, or name another file."
            )


def check_log(file: Path | None, at: pd.Timestamp, ledger: Ledger) -> pd.DataFrame | None:
    """The log of a book before a day.

    Raises
    ------
    PaybenchError
        If it goes on after the day: decisions of a past day cannot be made again; or if it is about other invoices.
    """
    log = read_log(file)
    if log is None:
        return None
    if (log["decided_on"] > at).any():
        raise PaybenchError(
            f"The log {file} holds decisions of days after {at:%Y-%m-%d}; leave --log out to look back at a past day."
        )
    if len(log) and not log["invoice_id"].isin(ledger.invoices["invoice_id"]).any():
        raise PaybenchError(
            f"The log {file} is about no invoice of the book '{ledger.name}'; name the log of this book, or a new file."
        )
    return log[log["decided_on"] < at]


@contextmanager
def appended(file: Path, before: pd.DataFrame | None, today: pd.DataFrame) -> Iterator[None]:
    """The log with the day's decisions at its end, in place when the block ends well; a day that was there is replaced.

    It is written before the block begins, so that what cannot be written stops the block, too.
    """
    parts = [today] if before is None else [before, today]
    table = pd.concat([part[COLUMNS] for part in parts if len(part)] or [today[COLUMNS]], ignore_index=True)
    with replaced_file(file) as new:
        pq.write_table(pa.Table.from_pandas(table, preserve_index=False), new, compression="zstd")
        yield
