"""How every model does on parts of the book, with intervals: an average hides where a model fails."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..family.daily import days_overdue
from ..learn.folds import Rows
from ..learn.metrics import calibration_error, skill
from .compare import losses
from .prediction import Prediction
from .slices import HISTORY, THIRDS

Floats = NDArray[np.float64]

LEAST = 30
"""Invoices below which a part has no interval; of parts without an order the smaller ones are taken together."""
OTHERS = "others"
SIZE, LENGTH, NEW = "invoices of the customer so far", "settled invoices of the customer", "customer"
COUNTRY, CURRENCY, AGE = "country", "currency", "days overdue at the origin"
USUAL = "amount against the customer's usual"
_AGES = {"not due yet": 0, "1 to 7": 7, "8 to 30": 30, "31 to 60": 60, "more than 60": np.inf}


def by_part(
    rows: Rows, said: tuple[Prediction, Prediction], origin: Floats, horizon: int, opened: bool
) -> pd.DataFrame:
    """Ours and the baseline's scores on every part of the book.

    Size is how many invoices the customer had been issued before, in thirds of the rows of one origin: amounts of
    several currencies cannot be added, and numbers grow with the book.

    Parameters
    ----------
    rows, said : (n,) outcomes, and our and the baseline's predictions of whole distributions.
    origin : (n,) which origin each row belongs to. horizon : of the outcomes.
    opened : whether the rows were open at their as_of. Then late, predicted, log losses and ECE are of those ``asked``:
        that were not late already.

    Returns
    -------
    DataFrame indexed by slice and part: n, customers, asked, late (share), predicted (mean P(late)), log_loss, mae and
    crps with ``_ours`` and ``_baseline``, crps_skill with low and high (95 %, by customer), coverage_80, ece. What has
    fewer than :data:`LEAST` rows has neither interval nor ECE.
    """
    scores = {name: losses(p, rows.late, rows.y, horizon) for name, p in zip(("ours", "baseline"), said, strict=True)}
    over = _already_late(rows) if opened else np.zeros(len(rows), dtype=bool)
    parts = {}
    for name, (part, order) in _slices(rows, origin, opened).items():
        for value in order:
            mine = (part == value).to_numpy()
            if mine.any():
                parts[name, value] = _scored(rows, scores, said[0], mine, mine & ~over)
    if not parts:
        return pd.DataFrame()
    table = pd.DataFrame.from_dict(parts, orient="index")
    table.index = pd.MultiIndex.from_tuples(table.index, names=["slice", "part"])
    return table


def _scored(
    rows: Rows,
    scores: dict[str, dict[str, Floats]],
    ours: Prediction,
    mine: NDArray[np.bool_],
    asked: NDArray[np.bool_],
) -> dict[str, float]:
    customers = rows.customers[mine]
    found: dict[str, float] = {"n": int(mine.sum()), "customers": customers.nunique(), "asked": int(asked.sum())}
    p = ours.p_late
    if p is not None and asked.any():
        found |= {"late": float(rows.late[asked].mean()), "predicted": float(p[asked].mean())}
    for loss in ("log_loss", "mae", "crps"):
        among = asked if loss == "log_loss" else mine
        found |= {f"{loss}_{who}": float(s[loss][among].mean()) for who, s in scores.items() if among.any()}
    gain = skill(scores["ours"]["crps"][mine], scores["baseline"]["crps"][mine], customers)
    enough = mine.sum() >= LEAST and found["customers"] > 1
    found |= dict(zip(("crps_skill", "low", "high"), gain if enough else (gain[0], np.nan, np.nan), strict=True))
    if ours.covered is not None:
        found["coverage_80"] = float(ours.covered[mine].mean())
    if p is not None and asked.sum() >= LEAST:
        found["ece"] = calibration_error(rows.late[asked], p[asked])
    return found


def _already_late(rows: Rows) -> NDArray[np.bool_]:
    """(n,) whether the day on which an invoice becomes late lies before its as_of."""
    asked_until = rows.labels["late_matures_on"].to_numpy()
    at = rows.X.index.get_level_values("as_of").to_numpy()
    return asked_until <= at


def _slices(rows: Rows, origin: Floats, opened: bool) -> dict[str, tuple[pd.Series, list[str]]]:
    """Of each slice the part of every row, and the order of the parts."""
    X = rows.X.reset_index(drop=True)
    found = {
        SIZE: (thirds(X["n_issued"].groupby(origin).rank(pct=True)), list(THIRDS)),
        LENGTH: (_cut(X["n_settled"], HISTORY), list(HISTORY)),
        NEW: (X["n_settled"].map(lambda n: "new" if n == 0 else "known").astype("str"), ["new", "known"]),
        USUAL: (
            thirds(X["amount_to_usual"].rank(pct=True)).where(X["amount_to_usual"].notna(), "no usual amount yet"),
            [*THIRDS, "no usual amount yet"],
        ),
    }
    if opened:
        overdue = pd.Series(np.maximum(days_overdue(X), 0), dtype="float64")
        found[AGE] = (_cut(overdue, _AGES), list(_AGES))
    for name, column in ((COUNTRY, "country"), (CURRENCY, "currency")):
        if X[column].nunique() > 1:
            found[name] = _named(X[column])
    return found


def thirds(rank: pd.Series) -> pd.Series:
    """Lowest, middle, highest third of ranks in (0, 1]."""
    return pd.cut(rank, [0, 1 / 3, 2 / 3, 1], labels=list(THIRDS)).astype("str")


def _cut(values: pd.Series, ends: dict[str, float]) -> pd.Series:
    return pd.cut(values, [-1.0, *ends.values()], labels=list(ends)).astype("str")


def _named(values: pd.Series) -> tuple[pd.Series, list[str]]:
    """Names as they are, those of few rows as others; the most frequent first."""
    text = values.astype("str").where(values.notna(), "not known")
    n = text.map(text.value_counts())
    text = text.where(n >= LEAST, OTHERS)
    order = sorted(set(text) - {OTHERS}, key=lambda v: (-int((text == v).sum()), v))
    return text, [*order, OTHERS]
