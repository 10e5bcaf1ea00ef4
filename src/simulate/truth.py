"""What the world knows about each invoice and a model has to estimate."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import PaybenchError
from ..ledger.schema import DATE
from .delays import DAYS_LATE

TRUTH_FILE = "truth.parquet"
"""Lies beside the tables of a ledger; no feature and no model reads it."""

CAP = 180
"""Days late count up to here in ``expected_days_late``."""

QUANTILES = {"days_late_p10": 0.1, "days_late_p50": 0.5, "days_late_p90": 0.9}

MEANINGS = {
    "invoice_id": "number of the invoice",
    "customer_type": "what the customer's character was drawn from",
    "p_late": "probability, on the day of issue, of days_late > grace_days; never paid counts as late",
    "p_late_30": "probability of days_late > 30",
    "p_late_60": "probability of days_late > 60",
    "p_late_90": "probability of days_late > 90",
    "p_never": "probability that it is never paid",
    "expected_days_late": "mean of min(days_late, 180), never paid counts as 180, in days",
    "days_late_p10": "10 % quantile of days_late, in days",
    "days_late_p50": "median of days_late, in days; empty where never paid is more likely than that",
    "days_late_p90": "90 % quantile of days_late, in days; empty where never paid is more likely than that",
    "settled_on": "day on which the world settles it, past the end of the window too; empty = never",
}
"""The columns of the truth table, and what each means."""


def summarise(distribution: np.ndarray, grace_days: int = 0) -> dict[str, np.ndarray]:
    """Compress distributions of days late into the columns of the truth table.

    Parameters
    ----------
    distribution : P(days_late <= d), shape (n, len(DAYS_LATE)), see :mod:`.delays`.
    grace_days : days after due that do not count as late.

    Returns
    -------
    Arrays of length n: probabilities, expected days late, and quantiles (NaN where they fall on "never").
    """
    after = {"p_late": grace_days, "p_late_30": 30, "p_late_60": 60, "p_late_90": 90, "p_never": int(DAYS_LATE[-1])}
    out = {name: 1.0 - distribution[:, k - int(DAYS_LATE[0])] for name, k in after.items()}
    up_to_cap = distribution[:, : CAP - int(DAYS_LATE[0])]
    out["expected_days_late"] = CAP - up_to_cap.sum(axis=1)
    for name, level in QUANTILES.items():
        column = (distribution < level).sum(axis=1)
        out[name] = np.where(column < DAYS_LATE.size, DAYS_LATE[np.minimum(column, DAYS_LATE.size - 1)], np.nan)
    return out


def to_parquet(truth: pd.DataFrame) -> bytes:
    """The truth table as a Parquet file: dates as date32, numbers in single precision, which halves it."""
    types = {"invoice_id": pa.string(), "customer_type": pa.string(), "settled_on": pa.date32()}
    columns = {name: pa.array(truth[name], types.get(name, pa.float32()), from_pandas=True) for name in MEANINGS}
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, compression="zstd", use_dictionary=["customer_type"])
    return file.getvalue()


def read_truth(folder: str | Path) -> pd.DataFrame:
    """The truth beside a simulated ledger, one row per invoice; its columns are :data:`MEANINGS`.

    Raises
    ------
    PaybenchError
        If the ledger was not simulated.
    """
    file = Path(folder) / TRUTH_FILE
    if not file.exists():
        raise PaybenchError(
            f"There is no {TRUTH_FILE} in {folder}; only a ledger made by 'paybench ledger simulate' has one."
        )
    table: pd.DataFrame = pq.read_table(file).to_pandas(date_as_object=False)
    types = {name: "float64" for name in table.columns if table[name].dtype == np.float32}
    return table.astype({**types, "invoice_id": "str", "customer_type": "str", "settled_on": DATE})
