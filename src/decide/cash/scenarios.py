"""What if: a customer does not pay, everybody pays later, terms are changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ...ledger import Ledger
from .items import OpenItems
from .paths import Paths

_FORM = re.compile(r"^(without|later|terms)=(.+)$")
_LONGEST = 90


@dataclass(frozen=True)
class Scenario:
    """A what-if; the default is none.

    Attributes
    ----------
    without : customers who pay nothing from as_of on, neither what is open nor what would be billed.
    later : days by which everybody pays later than expected. terms : days by which the payment terms of what will be
        billed are longer (negative: shorter); what is open keeps its terms.
    """

    without: tuple[str, ...] = ()
    later: int = 0
    terms: int = 0

    @classmethod
    def of(cls, texts: Sequence[str]) -> Scenario:
        """From texts like ``without=C017``, ``later=7``, ``terms=15``; several are taken together.

        Raises
        ------
        PaybenchError
            If one has another form.
        """
        without: list[str] = []
        days = {"later": 0, "terms": 0}
        for text in texts:
            form = _FORM.match(text)
            if form is None:
                raise PaybenchError(
                    f"'{text}' is no scenario; give without=CUSTOMER, later=DAYS or terms=DAYS, for example later=7."
                )
            name, value = form.groups()
            if name == "without":
                without.append(value)
                continue
            least = 0 if name == "later" else -_LONGEST
            if not re.fullmatch(r"[+-]?\d{1,3}", value) or not least <= int(value) <= _LONGEST:
                raise PaybenchError(f"'{text}' cannot be: give whole days from {least} to {_LONGEST}.")
            days[name] = int(value)
        return cls(tuple(without), **days)

    @property
    def said(self) -> str:
        """In words; empty if nothing is supposed."""
        parts = [f"{name} pays nothing" for name in self.without]
        parts += [f"everybody pays {self.later} days later"] if self.later else []
        parts += [f"new invoices have {self.terms:+d} days of terms"] if self.terms else []
        return "; ".join(parts)

    def on_items(self, items: OpenItems) -> OpenItems:
        """Open invoices under the scenario.

        Raises
        ------
        PaybenchError
            If a customer has no open invoice.
        """
        absent = sorted(set(self.without) - set(items.customer_id.tolist()))
        if absent:
            raise PaybenchError(
                f"Customer '{absent[0]}' has no open invoice at {items.at:%Y-%m-%d}; name one that has."
            )
        on_day, later = items.on_day, items.later
        if self.later:
            stays = max(items.days - self.later, 0)
            later = later + on_day[:, stays:].sum(axis=1)
            on_day = np.pad(on_day[:, :stays], ((0, 0), (items.days - stays, 0)))
        if self.without:
            out = np.isin(items.customer_id, self.without)
            on_day, later = np.where(out[:, None], 0.0, on_day), np.where(out, 0.0, later)
        return items.with_days(on_day, later)

    def on_billing(self, billed: Paths, cut: Ledger) -> Paths:
        """New billing under the scenario: shares of customers, and later days; terms are part of the draw."""
        cash = billed.cash
        if self.without:
            cash = cash * _left(cut, billed.currencies, self.without)[:, None, None]
        if self.later:
            stays = max(cash.shape[2] - self.later, 0)
            cash = np.pad(cash[:, :, :stays], ((0, 0), (0, 0), (cash.shape[2] - stays, 0)))
        return Paths(billed.at, billed.currencies, cash)


def _left(cut: Ledger, currencies: tuple[str, ...], without: tuple[str, ...]) -> np.ndarray:
    """(currencies,) share of the last year's billing that is not these customers'."""
    recent = cut.invoices[cut.invoices["issued_on"] >= cut.invoices["issued_on"].max() - pd.Timedelta(days=365)]
    mine = recent["customer_id"].isin(without)
    whole = recent.groupby("currency")["amount"].sum().reindex(currencies).to_numpy(dtype=np.float64)
    theirs = recent[mine].groupby("currency")["amount"].sum().reindex(currencies).fillna(0.0).to_numpy(dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, 1 - theirs / whole, 1.0)
