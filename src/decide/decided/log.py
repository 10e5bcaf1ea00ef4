"""The log of decisions to send nothing: without them nobody can tell later what sending did.

What is sent comes back into the ledger as contacts, with the chance by which it was chosen; what is not sent leaves no
trace there, so it is kept in one Parquet file that grows from day to day.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ...errors import PaybenchError
from ...files import replaced_file
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
    table["decided_on"] = pd.to_datetime(table["decided_on"]).astype(DATE)
    texts = ["decision_id", "customer_id", "invoice_id", "policy"]
    return table[COLUMNS].astype(dict.fromkeys(texts, "str"))


def check_log(file: Path | None, at: pd.Timestamp) -> pd.DataFrame | None:
    """The log before a day.

    Raises
    ------
    PaybenchError
        If it goes on after the day: decisions of a past day cannot be made again.
    """
    log = read_log(file)
    if log is None:
        return None
    if (log["decided_on"] > at).any():
        raise PaybenchError(
            f"The log {file} holds decisions of days after {at:%Y-%m-%d}; leave --log out to look back at a past day."
        )
    return log[log["decided_on"] < at]


def append(file: Path, before: pd.DataFrame | None, today: pd.DataFrame) -> None:
    """Write the log with the day's decisions at its end, whole or not at all; a day that was there is replaced."""
    parts = [today] if before is None else [before, today]
    table = pd.concat([part[COLUMNS] for part in parts if len(part)] or [today[COLUMNS]], ignore_index=True)
    with replaced_file(file) as new:
        pq.write_table(pa.Table.from_pandas(table, preserve_index=False), new, compression="zstd")
