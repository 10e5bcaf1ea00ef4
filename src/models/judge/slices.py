"""How good P(late) is for parts of the book: an average hides where a model fails."""

from __future__ import annotations

import pandas as pd

from ..learn.metrics import log_loss
from .compare import EMPIRICAL, MODEL

HISTORY = {"none": 0, "1 to 5": 5, "6 to 20": 20, "21 to 50": 50, "more than 50": float("inf")}
"""Settled invoices of the customer at issue, by their upper ends."""
THIRDS = ("lowest third", "middle third", "highest third")
LARGE = 500
"""Matured rows from which a slice is large; of a slice without an order the smaller parts are taken together."""
OTHERS = "others"
_LATE = {"never late so far": 0.0, "up to half late so far": 0.5, "more than half late so far": 1.0}


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


def parts(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Of every slicing that the rows have the columns for, the part of each row, by what was known at issue.

    Parameters
    ----------
    rows : feature columns, one row per invoice.

    Returns
    -------
    (n,) names of parts by the name of the slicing. Amounts are ordered within their currency.
    """
    found = {}
    if "n_settled" in rows:
        found["settled invoices of the customer"] = _history(rows)
    if "amount_to_usual" in rows:
        found["amount against the customer's usual"] = _size(rows)
    if {"amount", "currency"} <= set(rows):
        rank = rows.groupby("currency", dropna=False, observed=True)["amount"].rank(pct=True, method="average")
        found["amount in its currency"] = _thirds(rank)
    if "late_share" in rows:
        shares = pd.cut(rows["late_share"], [-1.0, *_LATE.values()], labels=list(_LATE)).astype("str")
        found["customer's record"] = shares.where(rows["late_share"].notna(), "nothing settled yet")
    for column, name, some, none in (
        ("overdue_count", "customer's other invoices", "some overdue", "none overdue"),
        ("contacts_90", "customer in the 90 days before", "contacted", "not contacted"),
    ):
        if column in rows:
            found[name] = (rows[column] > 0).map({True: some, False: none})
    for column, name in (("country", "country"), ("currency", "currency"), ("terms_days", "days of terms")):
        if column in rows:
            found[name] = _named(rows[column])
    return found


def _named(values: pd.Series) -> pd.Series:
    """Values as they are, those of few rows as others."""
    whole = pd.api.types.is_numeric_dtype(values)
    text = (values.astype("Int64") if whole else values).astype("str").where(values.notna(), "not known")
    return text.where(text.map(text.value_counts()) >= LARGE, OTHERS)


_ORDER = {
    "settled invoices of the customer": list(HISTORY),
    "amount against the customer's usual": [*THIRDS, "no usual amount yet"],
}


def _history(rows: pd.DataFrame) -> pd.Series:
    edges = [-1.0, *HISTORY.values()]
    return pd.cut(rows["n_settled"], edges, labels=list(HISTORY)).astype("str")


def _size(rows: pd.DataFrame) -> pd.Series:
    thirds = _thirds(rows["amount_to_usual"].rank(pct=True, method="average"))
    return thirds.where(rows["amount_to_usual"].notna(), "no usual amount yet")


def _thirds(rank: pd.Series) -> pd.Series:
    return pd.cut(rank, [0, 1 / 3, 2 / 3, 1], labels=list(THIRDS)).astype("str")
