"""Tables as JSON."""

from __future__ import annotations

from typing import Any

import pandas as pd


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON can say them; dates are ISO text."""
    dates = table.select_dtypes("datetime").columns
    plain = table.assign(**{name: table[name].dt.strftime("%Y-%m-%d") for name in dates})
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]
