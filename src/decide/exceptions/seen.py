"""What is looked at: a book as it was known at a date, its open invoices, and what the scores say of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...ledger import Ledger, settle
from ...ledger.schema import units

Flags = NDArray[np.bool_]
Recogniser = Callable[[str], str | None]
"""What a message means, in one word; None where it is not understood."""

LARGE = 0.9
"""An invoice is large from this quantile of the open amounts of its currency on."""
_SCORES = ("risk", "flags", "p_late", "pay_on_p10", "pay_on_p50", "pay_on_p90")


@dataclass(frozen=True)
class Seen:
    """A book at a date.

    Attributes
    ----------
    cut : the ledger as it was known. at : as_of.
    state : its invoices, of :func:`paybench.ledger.settle`.
    open : those that are open: invoice_id, customer_id, currency, issued_on, due_on, amount, amount_open,
        days_overdue; and of the score table, where it has the invoice, risk, flags, p_late, pay_on_p10, p50 and p90.
    scored : whether there is a score table. since : events of closed invoices before this day are taken as seen; NaT
        where none are. recognise : what a message means.
    """

    cut: Ledger
    at: pd.Timestamp
    state: pd.DataFrame
    open: pd.DataFrame
    scored: bool
    since: pd.Timestamp
    recognise: Recogniser

    @classmethod
    def of(
        cls,
        cut: Ledger,
        at: pd.Timestamp,
        table: pd.DataFrame | None,
        since: pd.Timestamp | None,
        recognise: Recogniser,
    ) -> Seen:
        """Gather it.

        Raises
        ------
        PaybenchError
            If the score table lacks a column, or is of another day.
        """
        state = settle(cut)
        still = state.loc[state["amount_open"] > 0].drop(columns=["settled_on", "written_off_on"])
        still = still.assign(days_overdue=(at - still["due_on"]).dt.days).reset_index(drop=True)
        if table is not None:
            still = still.merge(_scores(table, at), on="invoice_id", how="left")
        beginning = pd.NaT if since is None else since
        return cls(cut, at, state, still, table is not None, beginning, recognise)  # type: ignore[arg-type]

    def recent(self, dates: pd.Series) -> pd.Series:
        """Which days are not before :attr:`since`."""
        return ~(dates < self.since)

    def open_of(self, customer: str) -> pd.DataFrame:
        """The open invoices of a customer."""
        return self.open.iloc[self._places.get(customer, [])]

    @cached_property
    def moves(self) -> pd.DataFrame:
        """Every payment with its ``units``, and the invoice that it names: owner, currency_due, issued_on.

        ``fits`` where that invoice is known and of the payment's currency.
        """
        bills = self.cut.invoices[["invoice_id", "customer_id", "currency", "issued_on"]].rename(
            columns={"customer_id": "owner", "currency": "currency_due"}
        )
        moves = self.cut.payments.assign(units=units(self.cut.payments["amount"]))
        moves = moves.merge(bills, on="invoice_id", how="left")
        return moves.assign(fits=(moves["currency_due"] == moves["currency"]).fillna(False).astype(bool))

    @cached_property
    def _places(self) -> dict[Any, Any]:
        return dict(self.open.groupby("customer_id").indices)

    @cached_property
    def large(self) -> pd.Series:
        """By currency, the open amount from which on an invoice is large."""
        return self.open.groupby("currency")["amount_open"].quantile(LARGE)

    def is_large(self, rows: pd.DataFrame) -> Flags:
        """Which rows (currency, amount) are as large as a large open invoice of their currency."""
        line = rows["currency"].map(self.large).to_numpy(dtype=np.float64)
        return rows["amount"].to_numpy(dtype=np.float64) >= line


def flagged(table: pd.DataFrame, flag: str) -> pd.Series:
    """Which rows of a score table bear a flag."""
    return (" " + table["flags"].astype("str") + " ").str.contains(f" {flag} ", regex=False)


def _scores(table: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    missing = [name for name in ("invoice_id", "flags") if name not in table]
    if missing:
        raise PaybenchError(
            f"The score table has no column {missing[0]!r}; give the table that 'paybench score' wrote for the day."
        )
    others = [] if "as_of" not in table else [each for each in table["as_of"].unique() if pd.Timestamp(each) != at]
    if others:
        raise PaybenchError(
            f"The score table is of {pd.Timestamp(others[0]):%Y-%m-%d} and the exceptions are asked for "
            f"{at:%Y-%m-%d}; score that day."
        )
    named = table.drop_duplicates("invoice_id")
    return named[["invoice_id", *(name for name in _SCORES if name in table)]]
