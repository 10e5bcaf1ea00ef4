"""What is open on the account of the customer who writes, in exact sums by currency."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from typing import Any

import pandas as pd

from ...errors import PaybenchError
from .money import CENT

_COLUMNS = ("invoice_id", "amount_open", "currency")
_PAIRED = 30
"""Open invoices up to which sums of two are looked at."""


@dataclass(frozen=True)
class Balances:
    """Open invoices: id -> (amount, currency)."""

    open: dict[str, tuple[Decimal, str]] = field(default_factory=dict)

    @property
    def currencies(self) -> frozenset[str]:
        """Currencies in which something is open."""
        return frozenset(currency for _, currency in self.open.values())

    def total(self, invoices: Collection[str] = ()) -> tuple[Decimal, str] | None:
        """What is open on these invoices (where none of them is open: on all), if it is of one currency."""
        chosen = [self.open[one] for one in invoices if one in self.open] or list(self.open.values())
        currencies = {currency for _, currency in chosen}
        if len(currencies) != 1:
            return None
        return sum((amount for amount, _ in chosen), Decimal(0)), currencies.pop()

    def _sums(self, currency: str) -> set[Decimal]:
        sums: set[Decimal] = set()
        for code in [currency] if currency else self.currencies:
            amounts = [amount for amount, of in self.open.values() if of == code]
            sums |= {*amounts, sum(amounts, Decimal(0))} if amounts else set()
            if len(amounts) <= _PAIRED:
                sums |= {a + b for a, b in combinations(amounts, 2)}
        return sums

    def has(self, amount: Decimal) -> bool:
        """Whether it is, within a cent, what is open on one invoice, on two, or on all of a currency."""
        return any(abs(one - amount) <= CENT for one in self._sums(""))

    def matched(self, amount: Decimal, currency: str) -> Decimal:
        """The open sum within a cent of the amount; else the amount itself."""
        near = [one for one in self._sums(currency) if abs(one - amount) <= CENT]
        return min(near, key=lambda one: (abs(one - amount), one)) if near else amount


def balances_of(open_invoices: pd.DataFrame | None) -> Balances:
    """The balances of a table with ``invoice_id``, ``amount_open`` and ``currency``, one row an invoice.

    Raises
    ------
    PaybenchError
        If a column is missing.
    """
    if open_invoices is None:
        return Balances()
    missing = [column for column in _COLUMNS if column not in open_invoices.columns]
    if missing:
        raise PaybenchError(
            f"The open invoices lack {', '.join(missing)}; give a table with {', '.join(_COLUMNS)}, one row an invoice."
        )
    columns = (open_invoices[column].tolist() for column in _COLUMNS)
    return Balances({str(i): (_exact(a), str(c)) for i, a, c in zip(*columns, strict=True)})


def _exact(amount: Any) -> Decimal:
    return amount if isinstance(amount, Decimal) else Decimal(str(amount)).quantize(Decimal("0.0001"))


def part_of(total: Decimal, above: int, below: int) -> Decimal:
    """A share of a sum, in cents."""
    return (total * above / below).quantize(CENT, ROUND_HALF_UP)
