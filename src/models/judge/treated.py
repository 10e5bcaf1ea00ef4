"""How much of what a model learns from had been treated: contacts change what happens."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger import Ledger
from ..learn.folds import Rows

Days = NDArray[np.int64]


def treated(cut: Ledger, rows: Rows) -> dict[str, float]:
    """Shares of rows that had been contacted, by when.

    Parameters
    ----------
    cut : the ledger as it was known at a date, which bounds what is unpaid. rows : matured ones, at issue.

    Returns
    -------
    before_issue : whose customer was contacted in the 90 days before as_of, as known then (``contacts_90``).
    before_outcome : who were contacted from their issue to before their settlement, about this invoice or about none
        in particular; what is not settled, until the ledger was cut.
    """
    if len(rows) == 0:
        return {"before_issue": 0.0, "before_outcome": 0.0}
    index = rows.X.index.to_frame(index=False)
    issued = _days(index["as_of"])
    settled = _days(rows.labels["settled_on"], never=np.iinfo(np.int64).max // 2)
    sent = _days(cut.contacts["sent_on"])
    about = cut.contacts["invoice_id"].fillna("").to_numpy()
    contacted = _between(
        index["invoice_id"], issued, settled, cut.contacts["invoice_id"][about != ""], sent[about != ""]
    ) | _between(index["customer_id"], issued, settled, cut.contacts["customer_id"][about == ""], sent[about == ""])
    return {
        "before_issue": round(float((rows.X["contacts_90"] > 0).mean()), 4),
        "before_outcome": round(float(contacted.mean()), 4),
    }


def _between(names: pd.Series, start: Days, end: Days, of: pd.Series, on: Days) -> NDArray[np.bool_]:
    """(n,) whether any event of a name falls on a day in [start, end)."""
    if len(of) == 0:
        return np.zeros(len(names), dtype=bool)
    known = pd.Index(of.unique())
    first = int(on.min())
    width = int(on.max()) - first + 2  # days of one name; those outside end at its edges
    key = np.sort(known.get_indexer(pd.Index(of)) * width + (on - first))
    mine = known.get_indexer(pd.Index(names))
    left, right = (np.searchsorted(key, mine * width + np.clip(days - first, 0, width - 1)) for days in (start, end))
    return (mine >= 0) & (right > left)


def _days(dates: pd.Series, never: int = 0) -> Days:
    days = dates.to_numpy().astype("datetime64[D]").astype(np.int64)
    return np.where(dates.isna(), never, days)
