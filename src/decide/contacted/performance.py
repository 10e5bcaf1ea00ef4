"""The performance of communications, by channel, tone, step, weekday and policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...ledger import Ledger, as_of, day
from .effect import Chance
from .intervals import share
from .outcomes import PAID_DAYS, WEEKDAYS, outcomes
from .told import told

BY = ("channel", "tone", "step", "weekday", "policy")
RATES = {
    "answered": "ripe",
    "promised": "ripe",
    "kept": "promise_due",
    **{f"paid_{k}": f"matured_{k}" for k in PAID_DAYS},
}
"""By rate, the contacts of which it is a share."""
COLUMNS = [
    *["by", "group", "sent", "customers", "ripe", "answered", "promised", "promise_due", "kept"],
    *[f"{what}_{k}" for k in PAID_DAYS for what in ("matured", "paid")],
    *[f"{rate}_{part}" for rate in RATES for part in ("rate", "low", "high")],
]
"""Columns of the table."""


@dataclass(frozen=True)
class Performance:
    """What came of the contacts up to a date.

    Attributes
    ----------
    at : as_of. table : :data:`COLUMNS`, by group: contacts sent and customers; of how many 14 days have passed
        (``ripe``), answered and promised of these; promises whose day has passed (``promise_due``), and kept; of how
        many k days have passed (``matured_k``; those about an invoice that was open), and paid within k days. Each rate
        with its 95 % interval, clustered by customer. Contacts of one day are compared by date: hours are not known.
    effects : what contacts changed, by decisions left to chance (:meth:`.effect.Chance.effects`); empty if there are
        too few. chance : such decisions; withheld : those of them that sent nothing.
    """

    at: pd.Timestamp
    table: pd.DataFrame
    effects: pd.DataFrame
    chance: int
    withheld: int

    def as_dict(self) -> dict[str, Any]:
        """Everything, JSON-able."""
        return {
            "as_of": f"{self.at:%Y-%m-%d}",
            "chance_decisions": self.chance,
            "withheld_by_chance": self.withheld,
            "performance": _records(self.table),
            "effects": _records(self.effects),
        }

    def __str__(self) -> str:
        return told(self)


def performance(ledger: Ledger, date: object, withheld: pd.DataFrame | None = None) -> Performance:
    """What came of the contacts that were sent before a day.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated or recorded on it or later has an influence.
    withheld : decisions to send nothing: decision_id, customer_id, invoice_id, decided_on, step, propensity, policy
        (``withheld.parquet`` beside a ledger); None = nothing is known of such decisions.

    Raises
    ------
    PaybenchError
        If the date is none, or ``withheld`` lacks a column or holds a probability that is none.
    """
    at = day(date)
    cut = as_of(ledger, at)
    contacts = outcomes(cut, at)
    cluster = pd.factorize(contacts["customer_id"])[0].astype(np.int64)
    lines = [_line(contacts, cluster, "all", "")]
    for by in BY:
        for group in _groups(contacts[by], by):
            mine = (contacts[by] == group).to_numpy(dtype=bool)
            lines.append(_line(contacts[mine], cluster[mine], by, f"{group:g}" if by == "step" else str(group)))
        nameless = contacts[by].isna().to_numpy()
        if nameless.any():
            lines.append(_line(contacts[nameless], cluster[nameless], by, "not said"))
    chance = Chance.of(contacts, cut, withheld, at)
    return Performance(
        at,
        pd.DataFrame(lines, columns=COLUMNS),
        chance.effects(),
        len(chance.table),
        int((~chance.table["sent"]).sum()),
    )


def _groups(values: pd.Series, by: str) -> list[Any]:
    found = values.dropna().unique().tolist()
    return [name for name in WEEKDAYS if name in found] if by == "weekday" else sorted(found)


def _line(rows: pd.DataFrame, cluster: np.ndarray, by: str, group: str) -> list[Any]:
    flags = {name: rows[name].to_numpy(dtype=bool) for name in rows if rows[name].dtype == bool}
    counts = {name: int(flags[name].sum()) for name in ("ripe", "promise_due", "kept")}
    counts |= {name: int((flags[name] & flags["ripe"]).sum()) for name in ("answered", "promised")}
    counts |= {f"{what}_{k}": int(flags[f"{what}_{k}"].sum()) for k in PAID_DAYS for what in ("matured", "paid")}
    rates = [value for rate, of in RATES.items() for value in share(flags[rate][flags[of]], cluster[flags[of]])]
    named = {"by": by, "group": group, "sent": len(rows), "customers": len(np.unique(cluster))} | counts
    return [named[name] for name in COLUMNS[: len(named)]] + rates


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in table.astype("object").to_dict("records")
    ]
