"""The score table of some open invoices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..explain.attributions import attributions
from ..explain.reasons import baseline_reasons, reasons, with_overdue
from ..features.opened import Opened
from ..models.family.distribution import DaysLate
from ..models.learn.bundle import CAP, SURE, Bundle

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHUNK = 8_192
"""Invoices scored at a time; bounds the memory."""

COLUMNS = [
    *["invoice_id", "customer_id", "as_of", "currency", "amount_open", "due_on", "days_overdue"],
    *["p_late", "p_late_30", "p_late_60", "p_late_90", "p_never"],
    *["pay_on_p10", "pay_on_p50", "pay_on_p90", "expected_days_late", "risk"],
    *["reason_1", "reason_2", "reason_3", "flags", "model_version"],
]
"""Columns of the score table."""

_COLD = 3
_TILE = 512  # distributions that are asked together: few enough for the processor's cache


def scored(bundle: Bundle, at: pd.Timestamp, some: Opened, tables: Path | None, language: str = "en") -> pd.DataFrame:
    """The score table of some open invoices, in their order.

    Parameters
    ----------
    at : as_of. tables : where the tables of the classifier's trees are kept. language : of the reasons.
    """
    due = some.due_on.reset_index(drop=True)
    overdue = (at - due).dt.days.to_numpy(dtype=np.int64)
    grace = int(bundle.about["grace_days"])
    predicted, rows = bundle.predict_seen(some.habits, some.X)
    tiles = [slice(i, i + _TILE) for i in range(0, max(len(some), 1), _TILE)]
    parts = [_told(bundle, predicted.rows(tile), overdue[tile], grace) for tile in tiles]
    told = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    table = pd.DataFrame(
        {
            "invoice_id": some.X.index.get_level_values("invoice_id").astype("str"),
            "customer_id": some.X.index.get_level_values("customer_id").astype("str"),
            "as_of": at,
            "currency": some.currency.to_numpy(),
            "amount_open": some.amount_open,
            "due_on": due,
            "days_overdue": overdue,
            "p_late": told["p_late"],
            **{f"p_late_{k}": told[f"p_late_{k}"] for k in (30, 60, 90)},
            "p_never": told["p_never"],
            **{f"pay_on_p{q}": due + _days(told[f"p{q}"]) for q in (10, 50, 90)},
            "expected_days_late": told["expected"],
            "risk": pd.array(np.array(["low", "medium", "high"], dtype=object)[told["risk"]], dtype="str"),
        }
    )
    if bundle.kind == "baseline":
        said = baseline_reasons(some.X, bundle.about.get("late_share"), language)
    else:
        moved = attributions(bundle, rows, tables)
        said = reasons(rows, moved, bundle.about["averages"], overdue > grace, language)
    said = with_overdue(said, overdue, grace, language)
    table[list(said.columns)] = said.to_numpy()
    table["flags"] = _flags(bundle, some.X, table)
    table["model_version"] = pd.array([bundle.version], dtype="str").repeat(len(table))
    return table[COLUMNS].astype(dict.fromkeys(said.columns, "str"))


def _told(bundle: Bundle, predicted: DaysLate, overdue: Ints, grace: int) -> dict[str, NDArray[np.generic]]:
    """What some distributions say, knowing that each invoice is unpaid."""
    predicted = predicted.given_unpaid(overdue)
    low, high = bundle.about["risk_limits"]
    still = predicted.later_than(overdue + 29)
    return {
        "p_late": np.where(overdue > grace, 1.0, predicted.later_than(grace)),
        **{f"p_late_{k}": predicted.later_than(k) for k in (30, 60, 90)},
        "p_never": predicted.never,
        **{f"p{q}": predicted.quantile(q / 100) for q in (10, 50, 90)},
        "expected": predicted.expected(CAP),
        "risk": np.where((still > high) | (still >= SURE), 2, np.where(still > low, 1, 0)),
    }


def _days(numbers: NDArray[np.generic]) -> pd.Series:
    return pd.Series(pd.to_timedelta(numbers, unit="D")).astype("timedelta64[s]")


def _flags(bundle: Bundle, X: pd.DataFrame, table: pd.DataFrame) -> pd.api.extensions.ExtensionArray:
    thin, unseen = np.zeros(len(X), dtype=bool), np.zeros(len(X), dtype=bool)
    for k in bundle.about["thin"]:
        thin |= (table[f"p_late_{k}"] > 0.05).to_numpy()
    for encoder in (bundle.encoder, bundle.late_encoder):
        if encoder is not None:
            unseen |= encoder.unseen(X)
    raised = {"cold_start": (X["n_settled"] < _COLD).to_numpy(), "unseen_value": unseen, "thin_tail": thin}
    names = np.array([""], dtype=object)
    number = np.zeros(len(X), dtype=np.intp)
    for k, (name, on) in enumerate(raised.items()):
        names = np.concatenate([names, [f"{some} {name}".lstrip() for some in names]])
        number += on.astype(np.intp) << k
    return pd.array(names[number], dtype="str")
