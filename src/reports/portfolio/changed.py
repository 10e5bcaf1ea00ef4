"""Customers who pay otherwise than before: the last 90 days against their own year before that.

Invoices that a customer settles on one day are one decision to pay, not many, so that a day of payment counts once,
with the mean days late of what was settled on it. The two groups of days are compared by ranks (Mann and Whitney 1947,
with corrections for ties and continuity), which a single very late payment does not decide. As many customers are
asked at once, the false discovery rate is held (Benjamini and Hochberg 1995): of those listed, at most
:data:`RATE` are expected to be there by chance.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger import Ledger, day, settle

Floats = NDArray[np.float64]

RECENT, EARLIER = 90, 365
"""Days that are compared: the last ones, and those before them."""
FEWEST = 3, 6
"""Days of payment needed in each; fewer could hardly ever differ more than by chance."""
RATE = 0.05
"""Share of those listed that may be there by chance."""
LEAST = 1.0
"""Days by which the medians have to differ: less is no matter, however sure."""


def changed(cut: Ledger, date: object) -> pd.DataFrame:
    """Customers who settle later, or earlier, than in the year before.

    Parameters
    ----------
    cut : the ledger as it was known at ``date`` (as_of).

    Returns
    -------
    DataFrame, the largest change first: customer_id; days_now, days_before (median days late of the invoices settled
    in the last 90 days, and in the 365 days before these); late_now, late_before (shares of them that were late);
    invoices_now, invoices_before; chance (p-value, adjusted for the number of customers asked). Attribute ``asked`` is
    how many customers had enough days of payment in both.
    """
    at = day(date)
    known = settle(cut)
    known = known[known["settled_on"].notna() & ~known["cancelled"]]
    age = (at - known["settled_on"]).dt.days
    known = known.assign(
        now=age <= RECENT, late=known["days_late"] > cut.grace_days
    )[age <= RECENT + EARLIER]  # fmt: skip
    days = known.groupby(["customer_id", "settled_on", "now"], as_index=False)["days_late"].mean()
    tested = _tested(days)
    told = known.groupby(["customer_id", "now"]).agg(
        days=("days_late", "median"), late=("late", "mean"), invoices=("late", "size")
    )
    for now, name in ((True, "now"), (False, "before")):
        own = told.xs(now, level="now").reindex(tested.index) if len(tested) else told.iloc[:0]
        for column in ("days", "late", "invoices"):
            tested[f"{column}_{name}"] = own[column].to_numpy()
    moved = tested["days_now"] - tested["days_before"]
    sure = (tested["chance"] <= RATE) & (moved.abs() >= LEAST) & (np.sign(moved) == np.sign(tested["shift"]))
    found = tested[sure].assign(size=moved[sure].abs()).sort_values("size", ascending=False, kind="stable")
    found = found.drop(columns=["size", "shift"]).reset_index()
    found.attrs["asked"] = len(tested)
    return found.astype({"invoices_now": "int64", "invoices_before": "int64"})


def _tested(days: pd.DataFrame) -> pd.DataFrame:
    """By customer with enough days of payment: ``chance``, and ``shift``, above 0 if it pays later now."""
    from scipy.special import ndtr

    counts = days.groupby(["customer_id", "now"]).size().unstack(fill_value=0).reindex(columns=[True, False])
    enough = counts[(counts[True] >= FEWEST[0]) & (counts[False] >= FEWEST[1])].index
    days = days[days["customer_id"].isin(enough)]
    rank = days.groupby("customer_id")["days_late"].rank()
    same = days.groupby(["customer_id", "days_late"]).size()
    ties = (same**3 - same).groupby(level="customer_id").sum().reindex(enough).to_numpy(np.float64)
    n1, n2 = (counts.loc[enough, now].to_numpy(np.float64) for now in (True, False))
    above = rank[days["now"]].groupby(days["customer_id"]).sum().reindex(enough).to_numpy() - n1 * (n1 + 1) / 2
    n, shift = n1 + n2, above - n1 * n2 / 2
    spread = np.sqrt(np.maximum(n1 * n2 / 12 * (n + 1 - ties / (n * (n - 1))), 0.0))
    z = np.divide(np.maximum(np.abs(shift) - 0.5, 0.0), spread, out=np.zeros_like(n), where=spread > 0)
    return pd.DataFrame({"shift": shift, "chance": adjusted(2 * ndtr(-z))}, index=enough)


def adjusted(p: Floats) -> Floats:
    """Of each p-value the smallest false discovery rate at which it is still taken (Benjamini and Hochberg 1995).

    Parameters
    ----------
    p : (n,) p-values.
    """
    order = np.argsort(p)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    result: Floats = np.empty(len(p))
    result[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return result
