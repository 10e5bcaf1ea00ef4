"""The cash that came since a forecast, by what it was for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...ledger import Ledger
from ...ledger.schema import MONEY_UNITS, units
from ..cash.forecast import BILLING, OPEN
from .saved import Saved

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SETTLED = "on invoices that were settled before"
UNAPPLIED = "not applied to an invoice"
BEFORE = "dated before the forecast, recorded since"
ELSEWHERE = "in currencies that were not forecast"
APART = (SETTLED, UNAPPLIED, BEFORE, ELSEWHERE)
"""Cash that no line of a forecast is about: on invoices that were known then and not open (reversals of what had been
paid, too), without an invoice, what changed in the time before the forecast, and all of a currency without one."""


@dataclass(frozen=True)
class Came:
    """Payments (reversals are negative) since a forecast.

    Attributes
    ----------
    daily : (days,) units by line and currency. by_invoice : (invoices,) currency units, paid on each invoice of the
        forecast. apart : DataFrame of currency, what, came (currency units; where there is any).
    """

    daily: dict[tuple[str, str], Ints]
    by_invoice: Floats
    apart: pd.DataFrame
    days: int

    def line(self, line: str, currency: str) -> Floats:
        """(days,) what came, in currency units; of the total the sum of both lines."""
        parts = [line] if line in (OPEN, BILLING) else [OPEN, BILLING]
        none = np.zeros(self.days, dtype=np.int64)
        found: Floats = sum((self.daily.get((part, currency), none) for part in parts), none) / MONEY_UNITS
        return found

    @classmethod
    def of(cls, saved: Saved, then: Ledger, cut: Ledger, days: int) -> Came:
        """What came on so many days from the forecast's as_of on.

        Parameters
        ----------
        saved : the forecast. then : the ledger as known at its as_of. cut : as known at a later day.

        Raises
        ------
        PaybenchError
            If invoices of the forecast are not in the ledger.
        """
        own = pd.Index(saved.invoices["invoice_id"])
        _check_there(own, cut)
        paid, before = _money(cut), _money(then)
        number = (paid["paid_on"] - saved.at).dt.days.to_numpy()
        row = own.get_indexer(paid["invoice_id"])
        named = paid["invoice_id"].isin(cut.invoices["invoice_id"]).to_numpy()
        earlier = paid["invoice_id"].isin(then.invoices["invoice_id"]).to_numpy()
        what = np.select(
            [number < 0, ~paid["currency"].isin(saved.currencies), row >= 0, ~named, earlier],
            [BEFORE, ELSEWHERE, OPEN, UNAPPLIED, SETTLED],
            BILLING,
        )
        paid = paid.assign(what=what, number=number, row=row)[number < days]
        lines = paid[paid["what"].isin([OPEN, BILLING])]
        daily = {
            (str(line), str(currency)): _sums(some["number"], some["units"], days)
            for (line, currency), some in lines.groupby(["what", "currency"])
        }
        mine = lines[lines["what"] == OPEN]
        changed = before.assign(what=BEFORE, units=-before["units"])
        rest = pd.concat([paid[~paid.index.isin(lines.index)], changed], ignore_index=True)
        sums = rest.groupby(["currency", "what"], as_index=False)["units"].sum()
        sums = sums[sums["units"] != 0].reset_index(drop=True)
        apart = sums[["currency", "what"]].assign(came=sums["units"] / MONEY_UNITS)
        return cls(daily, _sums(mine["row"], mine["units"], len(own)) / MONEY_UNITS, apart, days)


def _money(cut: Ledger) -> pd.DataFrame:
    paid = cut.payments[(cut.payments["kind"] == "payment").to_numpy()].reset_index(drop=True)
    return paid[["invoice_id", "currency", "paid_on"]].assign(units=units(paid["amount"]))


def _sums(place: pd.Series, amount: pd.Series, n: int) -> Ints:
    total = np.zeros(n, dtype=np.int64)
    np.add.at(total, place.to_numpy(), amount.to_numpy())
    return total


def _check_there(own: pd.Index, cut: Ledger) -> None:
    missing = own[~own.isin(cut.invoices["invoice_id"])]
    if len(missing):
        raise PaybenchError(
            f"{len(missing)} of the {len(own)} invoices of the forecast, '{missing[0]}' for one, are not in the ledger "
            "of that day; compare with the ledger that was forecast, not with a part of it."
        )
