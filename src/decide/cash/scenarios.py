"""What if: a customer does not pay, everybody pays later, terms are changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import PaybenchError
from ...ledger import Ledger
from ...ledger.some import without_customers
from .items import OpenItems

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
        """Open invoices of who pays nothing are never paid; the rest stays as it is.

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
        if not self.without:
            return items
        out = np.isin(items.customer_id, self.without)
        return items.with_days(np.where(out[:, None], 0.0, items.on_day), np.where(out, 0.0, items.later))

    def on_ledger(self, cut: Ledger) -> Ledger:
        """The ledger from which new billing is drawn: without who pays nothing."""
        return without_customers(cut, set(self.without)) if self.without else cut
