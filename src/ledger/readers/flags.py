"""Accepted rows that a person should look at."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..redact import looks_secret
from ..schema import TABLES, days
from .verdict import Verdict

_QUIET = 30
"""Days without anything before a payment that is taken for a slip of the pen."""

_FEW = 100
"""Only one payment in so many can be such a slip; in a smaller book nothing is said."""


def flag_rows(tables: dict[str, pd.DataFrame], verdict: Verdict) -> None:
    """Flag rows that do not fit the others.

    That is: payments dated long after all the rest; disputes that are closed before they are opened; customers' numbers
    that differ by zeros in front only; numbers that are bank accounts or cards.

    Parameters
    ----------
    tables : the accepted rows; the index is each row's place in the input.
    """
    if "payments" in tables and "invoices" in tables:
        payments, issued = tables["payments"], tables["invoices"]["issued_on"]
        late = _after_the_rest(days(payments["paid_on"]), days(issued))
        reason = f"it is dated more than {_QUIET} days after all other rows but these"
        verdict.flag(payments.index.to_numpy()[late], "payments", reason)
    if "disputes" in tables:
        disputes = tables["disputes"]
        early = (disputes["closed_on"] < disputes["opened_on"]).to_numpy()
        verdict.flag(disputes.index.to_numpy()[early], "disputes", "it was closed before it was opened")
    if "invoices" in tables:
        customers = tables["invoices"]["customer_id"]
        lost = customers.isin(_without_zeros(customers.drop_duplicates()))
        reason = "its customer_id is another one's without the zeros in front"
        verdict.flag(customers.index.to_numpy()[lost], "invoices", reason)
    for table, frame in tables.items():
        for column in (c.name for c in TABLES[table].columns if c.kind == "id" and c.name in frame):
            secret = looks_secret(frame[column]).to_numpy(dtype=bool)
            reason = (
                f"its {column} is the number of a bank account or card, which stays as it is: a key is not redacted"
            )
            verdict.flag(frame.index.to_numpy()[secret], table, reason)


def _after_the_rest(paid: np.ndarray, issued: np.ndarray) -> np.ndarray:
    """The last payments, if they are few and follow a gap in which nothing happened (bool, over the payments)."""
    dates = np.sort(np.concatenate([paid, issued]))
    few = len(dates) // _FEW
    if few == 0:
        return np.zeros(len(paid), dtype=bool)
    tail = dates[-few - 1 :]
    gaps = np.flatnonzero(np.diff(tail) > _QUIET)
    return paid > tail[gaps[0]] if gaps.size else np.zeros(len(paid), dtype=bool)


def _without_zeros(numbers: pd.Series) -> list[str]:
    padded = numbers[numbers.str.match("0+[1-9][0-9]*$")]
    return sorted(set(padded.str.lstrip("0")) & set(numbers))
