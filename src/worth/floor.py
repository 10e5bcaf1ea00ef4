"""How well the cash of a simulated book could be forecast by whoever knew everything that can be known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..ledger.schema import NO_DAY, days
from ..simulate import simulate
from .contest import Case


def forecast_floor(
    case: Case, customers: int = 150, seeds: Sequence[int] = (1,), weeks: int = 4, times: int = 6
) -> float:
    """Error of the forecast that knows each invoice's true distribution: no forecast can be expected to do better.

    Parameters
    ----------
    customers, seeds : of worlds in which nobody is contacted. weeks : of cash from the open book that are added up.
    times : mornings of each world, that many weeks apart.

    Returns
    -------
    Sum of absolute errors over the sum of what came (WAPE).
    """
    at = list(pd.date_range("2024-05-06", periods=times, freq=f"{7 * weeks}D"))
    months = int(np.ceil(5 + 7 * weeks * times / 30.4))
    off = came = 0.0
    for seed in seeds:
        world = simulate(customers, months, seed, policy=None, settings=case.settings, truth="none", foresee=at)
        settled = world.truth.set_index("invoice_id")["settled_on"]
        for date, one in world.foreseen.items():
            start = (pd.Timestamp(date) - pd.Timestamp(0)).days
            on = days(settled.loc[one.invoice_id])
            paid = one.cents_open[(on >= start) & (on < start + 7 * weeks) & (on != NO_DAY)].sum()
            expected = (one.cents_open * one.settled[:, : 7 * weeks].sum(axis=1)).sum()
            off, came = off + float(abs(expected - paid)), came + float(paid)
    return off / came
