"""What came of each decision point, and from when on that can be known.

Maturity, not settlement, decides what trains: a row counts once its question is answered for *every* invoice due that
day, paid or not. Training on what happens to be settled already would keep the quick payers only.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..ledger import Ledger, as_of, day, settle


def labels(ledger: Ledger, rows: pd.DataFrame, as_of_date: object, horizon: int = 60) -> pd.DataFrame:
    """Labels of decision rows as they are known at a cut-off.

    Parameters
    ----------
    ledger : the whole book; it is cut at ``as_of_date`` here.
    rows : decision rows, or a feature table, whose index holds them.
    as_of_date : the cut-off; what is dated on it or later does not touch a label.
    horizon : H in days after the due date, beyond which days late are not told apart.

    Returns
    -------
    DataFrame in the order of ``rows`` and with the index of the table given:

    - due_on, settled_on (NaT if not settled), days_late, days_to_pay (NaN likewise), written_off, cancelled;
    - late: 1 if later than due_on + grace or written off, else 0; NaN before ``late_matures_on`` = due_on + grace + 1;
    - days_late_capped: days late, H + 1 for anything beyond H (unpaid and written off included); NaN before
      ``days_mature_on`` = due_on + H + 1.

    Cancelled invoices (more than half credited) have no label.
    """
    at = day(as_of_date)
    facts = settle(as_of(ledger, at)).set_index("invoice_id")
    names = rows["invoice_id"] if "invoice_id" in rows else rows.index.get_level_values("invoice_id")
    facts = facts.reindex(names)
    known = facts["due_on"].notna().to_numpy()
    late_on = facts["due_on"] + np.timedelta64(ledger.grace_days + 1, "D")
    days_on = facts["due_on"] + np.timedelta64(horizon + 1, "D")
    cancelled = facts["cancelled"].eq(True).to_numpy()
    days_late = facts["days_late"].to_numpy(dtype=np.float64)
    late = np.where(days_late <= ledger.grace_days, 0.0, 1.0)
    capped = np.where(days_late <= horizon, days_late, horizon + 1.0)
    table = facts[["due_on", "settled_on", "days_late", "days_to_pay"]].copy()
    table["written_off"] = facts["written_off_on"].notna()
    table["cancelled"] = cancelled
    table["late"] = np.where(known & ~cancelled & (late_on <= at).to_numpy(), late, np.nan)
    table["late_matures_on"] = late_on
    table["days_late_capped"] = np.where(known & ~cancelled & (days_on <= at).to_numpy(), capped, np.nan)
    table["days_mature_on"] = days_on
    table.index = rows.index
    return table
