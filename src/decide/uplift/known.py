"""What is known at a decision, as the columns that effects are learned by."""

from __future__ import annotations

import pandas as pd

from ...features import features_at
from ...ledger import Ledger

NAMES = (
    "terms_days", "age_days", "days_to_due", "n_settled", "late_share", "days_late_mean", "days_late_sd",
    "days_late_mean_5", "days_late_median_10", "days_late_decayed", "late_share_due", "pay_weekday_share", "part_share",
    "disputed_share", "open_count", "overdue_count", "oldest_overdue", "amount_to_usual", "contacts_invoice",
    "contacts_90", "days_since_contact", "messages_90", "days_since_message", "promises_broken", "promise_kept_share",
    "disputed",
)  # fmt: skip
"""Features that say how the customer pays, how late the invoice is, and what was sent and said so far."""


def decision_features(ledger: Ledger, rows: pd.DataFrame) -> pd.DataFrame:
    """Features of decisions, (n, columns), by :func:`paybench.features.features_at`, with a fresh index.

    Parameters
    ----------
    ledger : the whole book. rows : invoice_id, customer_id, as_of; what is dated on as_of or later has no influence.

    Returns
    -------
    DataFrame: :data:`NAMES`; ``unusual`` and ``unusual_median``: days by which the invoice is later by now than the
        customer's mean and median, which tells the forgetful from those who always pay late.
    """
    keys = rows[["invoice_id", "customer_id", "as_of"]]
    found = features_at(ledger, keys, NAMES).reset_index(drop=True)
    return found.assign(
        unusual=-found["days_to_due"] - found["days_late_mean"],
        unusual_median=-found["days_to_due"] - found["days_late_median_10"],
    )
