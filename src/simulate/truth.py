"""What the world knows and nobody else: the oracle files beside a simulated ledger.

No feature and no model reads them; they are there so that estimates can be compared with what is true.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import PaybenchError
from ..ledger.schema import DATE
from .calendar import ANY_DAY, Calendar
from .contacts import FULL, tiles
from .delays import Plans
from .forward import from_issue, summed
from .settings import WRITE_OFF

EARLIEST, LATEST = -120, WRITE_OFF
"""The grid of days late: terms are at most 120 days, and after the last day an invoice is written off."""

DAYS_LATE = np.arange(EARLIEST, LATEST + 1)
CAP = 180
"""Days late count up to here in ``expected_days_late``."""

QUANTILES = {"days_late_p10": 0.1, "days_late_p50": 0.5, "days_late_p90": 0.9}
_AFTER = {"p_late": 0, "p_late_30": 30, "p_late_60": 60, "p_late_90": 90, "p_never": LATEST}

TRUTH_FILES = {
    "truth.parquet": {
        "invoice_id": "number of the invoice",
        "customer_type": "what the customer's character was drawn from",
        "p_late": "probability, on the day of issue, of days_late > 0 if no contact is made; never paid counts as late",
        "p_late_30": "probability of days_late > 30",
        "p_late_60": "probability of days_late > 60",
        "p_late_90": "probability of days_late > 90",
        "p_never": "probability that it is never paid",
        "expected_days_late": "mean of min(days_late, 180), never paid counts as 180, in days",
        "days_late_p10": "10 % quantile of days_late, in days",
        "days_late_p50": "median of days_late, in days; empty where never paid is more likely than that",
        "days_late_p90": "90 % quantile of days_late, in days; empty where never paid is more likely than that",
        "liquidity": "the customer's level of cash on the day of issue, in standard deviations",
        "settled_on": "day on which the world settles it, past the end of the window too; empty = never",
    },
    "truth_customers.parquet": {
        "customer_id": "number of the customer",
        "customer_type": "what its character was drawn from",
        "usual_days_late": "centre of its days late at liquidity zero, in days",
        "scale": "of its days late around the centre, in days",
        "forgets": "share of its invoices that it forgets",
        "pay_rule": "pay days: 0 any day, 1 month end, 2-6 weekly (Monday to Friday), 7-11 dates of the month",
        "likes": "channel on which it answers best",
        "gone_on": "day on which it goes out of business within the window; empty = not",
        "goodwill": "what contacts left of its goodwill at the end, 0 to 1",
    },
    "truth_contacts.parquet": {
        "contact_id": "number of the contact",
        "gain_14": "by how much it raises the probability of settlement within 14 days, if nothing else is sent",
        "gain_30": "the same within 30 days",
        "gain_60": "the same within 60 days",
        "days_saved": "by how many days it lowers the mean of min(days until settled, 60)",
    },
    "truth_messages.parquet": {
        "message_id": "number of the message",
        "intent": "what it means: promise, need_time, dispute, copy, paid, stop, away, insolvent",
        "invoice_id": "the invoice that it is about",
    },
    "withheld.parquet": {
        "decision_id": "number of the decision",
        "customer_id": "whom it was about",
        "invoice_id": "about what",
        "decided_on": "day of the decision to send nothing",
        "step": "step of the ladder",
        "propensity": "probability with which the policy chose to send nothing",
        "policy": "which policy decided",
    },
}
"""The files beside a simulated ledger, their columns, and what each means."""

MEANINGS = TRUTH_FILES["truth.parquet"]


def distributions(
    plans: Plans, squeezed: np.ndarray, shared: np.ndarray, between: np.ndarray, calendar: Calendar, bounced: np.ndarray
) -> np.ndarray:
    """P(days_late <= d) of every invoice without contacts, as its day of issue knows it, (n, len(DAYS_LATE))."""
    out = np.zeros((len(plans.issued), DAYS_LATE.size), dtype=np.float32)
    for rows, settled in _by_issue(plans, squeezed, shared, between, calendar, bounced):
        term = (plans.due - plans.issued)[rows]
        since_issue = DAYS_LATE[None, :] + term[:, None]
        out[rows] = np.where(since_issue >= 0, np.take_along_axis(settled.T, np.maximum(since_issue, 0), axis=1), 0.0)
    return out


def oracle(
    plans: Plans, squeezed: np.ndarray, shared: np.ndarray, between: np.ndarray, calendar: Calendar, bounced: np.ndarray
) -> dict[str, np.ndarray]:
    """The columns of ``truth.parquet`` that summarise :func:`distributions`, without holding these."""
    n = len(plans.issued)
    out = {name: np.empty(n) for name in (*_AFTER, "expected_days_late", *QUANTILES)}
    for rows, settled in _by_issue(plans, squeezed, shared, between, calendar, bounced):
        term = (plans.due - plans.issued)[rows]
        for name, values in summarise(settled, term).items():
            out[name][rows] = values
    return out


def unknown(n: int) -> dict[str, np.ndarray]:
    """The columns of :func:`oracle`, where nobody computed them."""
    return {name: np.full(n, np.nan) for name in (*_AFTER, "expected_days_late", *QUANTILES)}


def summarise(settled: np.ndarray, term: np.ndarray) -> dict[str, np.ndarray]:
    """Compress distributions into the columns of the truth table.

    Parameters
    ----------
    settled : P(settled within k days after issue), (longest term + LATEST + 1, n). term : days of payment terms, (n,).

    Returns
    -------
    Arrays of length n: probabilities, expected days late, and quantiles (NaN where they fall on "never").
    """
    column, after_issue = np.arange(len(term)), np.arange(len(settled))[:, None]
    out = {name: 1.0 - settled[term + k, column] for name, k in _AFTER.items()}
    out["expected_days_late"] = CAP - summed(np.where(after_issue < term + CAP, settled, 0.0))
    for name, level in QUANTILES.items():
        k = (settled < level).sum(axis=0)
        out[name] = np.where(k <= term + LATEST, k - term, np.nan)
    return out


def _by_issue(
    plans: Plans, squeezed: np.ndarray, shared: np.ndarray, between: np.ndarray, calendar: Calendar, bounced: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    # Who pays in runs pays nothing on weekends, which saves time where tiles are full; alike terms look equally far.
    group = plans.issued % 7 * 2
    if group.size > FULL:
        group += plans.rule == ANY_DAY
    order = np.lexsort((plans.due - plans.issued, group))
    for rows in tiles(order, group[order]):
        yield rows, from_issue(plans.take(rows), squeezed[rows], shared[rows], between, calendar, bounced)


def read_truth(folder: str | Path, file: str = "truth.parquet") -> pd.DataFrame:
    """One of the oracle files beside a simulated ledger; :data:`TRUTH_FILES` says what the columns mean.

    Raises
    ------
    PaybenchError
        If the ledger was not simulated, or there is no such file.
    """
    if file not in TRUTH_FILES:
        raise PaybenchError(f"There is no oracle file '{file}'; there are {', '.join(TRUTH_FILES)}.")
    path = Path(folder) / file
    if not path.exists():
        raise PaybenchError(
            f"There is no {file} in {folder}; only a ledger made by 'paybench ledger simulate' has one."
        )
    return conformed(pq.read_table(path))


def conformed(table: pa.Table) -> pd.DataFrame:
    """An oracle table in memory: numbers in double precision, dates like those of a ledger."""
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    types: dict[str, str] = {}
    for field in table.schema:
        if pa.types.is_floating(field.type):
            types[field.name] = "float64"
        elif pa.types.is_date(field.type):
            types[field.name] = DATE
        elif pa.types.is_integer(field.type):
            types[field.name] = "int64"
        else:
            types[field.name] = "str"
    return frame.astype(types)
