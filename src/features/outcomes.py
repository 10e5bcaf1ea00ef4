"""The customer's own past outcomes at each decision point: what the strongest simple baseline predicts from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..ledger import Ledger
from .build import moments
from .kernel.book import Book
from .kernel.streams import Floats
from .points import named


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
    book = Book(ledger, rows)
    counts = np.zeros((len(rows), last - first + 1))
    for at, places in moments(book, named(book, rows)):
        bins = np.clip(at.settled.values["days_late"], first, last) - first
        counts[places] = at.settled.counts_by_group(bins, counts.shape[1])
    return counts
