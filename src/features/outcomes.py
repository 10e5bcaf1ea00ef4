"""The customer's own past outcomes at each decision point: what the strongest simple baseline predicts from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..ledger import Ledger
from .build import moments
from .streams import Floats


def past_days_late(ledger: Ledger, rows: pd.DataFrame, first: int, last: int) -> Floats:
    """How often each customer had settled so many days late before as_of.

    Parameters
    ----------
    ledger, rows : as in :func:`~.build.features_at`; a feature table, whose index holds the rows, will do as well.
    first, last : days late of the first and the last bin; what lies outside is counted in them.

    Returns
    -------
    (n, last - first + 1) counts.
    """
    if "invoice_id" not in rows:
        rows = rows.index.to_frame(index=False)
    rows = rows.reset_index(drop=True)
    counts = np.zeros((len(rows), last - first + 1))
    for at in moments(ledger, rows):
        position = at.own.rows.index.to_numpy()
        bins = np.clip(at.settled.column("days_late"), first, last) - first
        by_customer = np.argsort(at.customer, kind="stable")
        for mine in np.split(by_customer, np.flatnonzero(np.diff(at.customer[by_customer])) + 1):
            if mine.size == 0:
                continue
            lo, hi = at.settled.lo[mine], at.settled.hi[mine]
            start, end = int(lo.min()), int(hi.max())
            seen = np.zeros((end - start + 1, counts.shape[1]), dtype=np.int32)
            seen[np.arange(1, end - start + 1), bins[start:end]] = 1
            np.cumsum(seen, axis=0, out=seen)
            counts[position[mine]] = seen[hi - start] - seen[lo - start]
    return counts
