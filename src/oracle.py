"""The oracle of a simulated ledger as one more row of a backtest: what could be known of each invoice at its issue."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from .models.judge.prediction import Prediction, likeliest
from .models.learn.folds import Rows
from .simulate.truth import read_truth

ORACLE = "oracle (if nobody is contacted)"


def oracle_of(folder: str | Path, grace_days: int) -> Callable[[Rows, int], list[Prediction]] | None:
    """The oracle beside a ledger, to be handed to ``backtest(others=...)``; None where there is none.

    Parameters
    ----------
    folder : of the ledger. grace_days : of the ledger.
    """
    if not (Path(folder) / "truth.parquet").exists():
        return None
    return oracle(read_truth(folder), grace_days)


def oracle(truth: pd.DataFrame, grace_days: int) -> Callable[[Rows, int], list[Prediction]]:
    """What the world that drew a ledger knew, as a prediction of invoices at issue.

    It knows the customer's character and its level of cash on the day of issue, which nobody sees; but it speaks of
    what happens if no contact is made, while contacts were made: so it shows about what there is to know, and is no
    bound. It says P(late), P(more than 30, 60, 90 days late) and the median; of the rest of the distribution ``truth``
    holds too little for CRPS or coverage.

    Parameters
    ----------
    truth : ``truth.parquet`` (:data:`~.simulate.truth.TRUTH_FILES`); its P(late) is without grace.
    grace_days : of the ledger; with grace nothing is said of P(late).
    """
    known = truth.set_index("invoice_id")

    def said(rows: Rows, horizon: int) -> list[Prediction]:
        own = known.reindex(rows.X.index.get_level_values("invoice_id"))
        if own["p_late"].isna().any():
            return []  # a truth of other invoices
        p_late = own["p_late"].to_numpy(dtype=np.float64)
        beyond = own[["p_late_30", "p_late_60", "p_late_90"]].to_numpy(dtype=np.float64)
        days = np.fmin(own["days_late_p50"].to_numpy(dtype=np.float64), float(horizon))  # empty: never
        return [
            Prediction(
                ORACLE,
                p_late if grace_days == 0 else None,
                days,
                bucket=likeliest(p_late, beyond) if grace_days == 0 else None,
                beyond=beyond,
            )
        ]

    return said
