"""How good P(late) is for parts of the book: an average hides where a model fails."""

from __future__ import annotations

import pandas as pd

from ..learn.metrics import log_loss
from .compare import EMPIRICAL, MODEL

HISTORY = {"none": 0, "1 to 5": 5, "6 to 20": 20, "21 to 50": 50, "more than 50": float("inf")}
"""Settled invoices of the customer at issue, by their upper ends."""
THIRDS = ("lowest third", "middle third", "highest third")


def slices(rows: pd.DataFrame) -> pd.DataFrame:
    """Log loss of P(late) by length of the customer's history and by size of the invoice.

    Parameters
    ----------
    rows : the gate's rows (:attr:`~.candidate.Candidate.rows`).

    Returns
    -------
    DataFrame indexed by slice and part: n (invoices), customers, late (share), predicted (mean P(late)), ours and
    baseline (log loss of Timing, and of the customer's own distribution), skill = 1 - ours / baseline. The
    size is the amount against the customer's usual one, because amounts of several currencies have no common order.
    """
    late = rows["late"].to_numpy()
    ours, theirs = (rows[f"p: {name}"].to_numpy() for name in (MODEL, EMPIRICAL))
    judged = pd.DataFrame(
        {
            "customer": rows["customer"],
            "late": late,
            "predicted": ours,
            "ours": log_loss(late, ours),
            "baseline": log_loss(late, theirs),
        }
    )
    parts = {"settled invoices of the customer": _history(rows), "amount against the customer's usual": _size(rows)}
    tables = {
        name: judged.groupby(part.to_numpy(), observed=True, sort=False).agg(
            n=("late", "size"),
            customers=("customer", "nunique"),
            late=("late", "mean"),
            predicted=("predicted", "mean"),
            ours=("ours", "mean"),
            baseline=("baseline", "mean"),
        )
        for name, part in parts.items()
    }
    ordered = [tables[name].reindex([p for p in order if p in tables[name].index]) for name, order in _ORDER.items()]
    table = pd.concat(ordered, keys=list(_ORDER), names=["slice", "part"])
    return table.assign(skill=1 - table["ours"] / table["baseline"])


_ORDER = {
    "settled invoices of the customer": list(HISTORY),
    "amount against the customer's usual": [*THIRDS, "no usual amount yet"],
}


def _history(rows: pd.DataFrame) -> pd.Series:
    edges = [-1.0, *HISTORY.values()]
    return pd.cut(rows["n_settled"], edges, labels=list(HISTORY)).astype("str")


def _size(rows: pd.DataFrame) -> pd.Series:
    rank = rows["amount_to_usual"].rank(pct=True, method="average")
    thirds = pd.cut(rank, [0, 1 / 3, 2 / 3, 1], labels=list(THIRDS)).astype("str")
    return thirds.where(rows["amount_to_usual"].notna(), "no usual amount yet")
