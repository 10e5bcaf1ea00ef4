"""The order of a score table: by customer and invoice."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

KEYS = ["customer_id", "invoice_id"]


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """The rows in the order of their identifiers, by code points."""
    keys = pa.table({name: pa.array(table[name], pa.large_string(), from_pandas=True) for name in KEYS})
    return table.iloc[places(keys)].reset_index(drop=True)


def places(table: pa.Table) -> pa.Array:
    """Places of the rows in their order."""
    return pc.sort_indices(table, [(name, "ascending") for name in KEYS])
