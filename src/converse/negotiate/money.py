"""Exact amounts: how they are written, split into instalments and laid on invoices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

from ...ledger.schema import MONEY_UNITS

CENT = Decimal("0.01")
_WITHOUT_CENTS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"


def exact(units: int) -> Decimal:
    """An amount of so many units of 1/10,000, with two decimals at least.

    >>> exact(12_500_000), exact(12_345)
    (Decimal('1250.00'), Decimal('1.2345'))
    """
    found = Decimal(int(units)) / MONEY_UNITS
    cents = found.quantize(CENT)
    return cents if cents == found else found


def told(amount: Decimal, currency: str) -> str:
    """An amount in a sentence.

    >>> told(Decimal("1250"), "EUR"), told(Decimal("0.125"), "")
    ('1,250.00 EUR', '0.125')
    """
    cents = amount.quantize(CENT)
    return f"{cents if cents == amount else amount:,} {currency}".strip()


def smallest_coin(currency: str) -> Decimal:
    """The smallest amount that can be paid."""
    if currency in _WITHOUT_CENTS.split():
        return Decimal(1)
    return Decimal("0.001") if currency in _THREE_DECIMALS.split() else CENT


def equal_parts(total: Decimal, number: int, currency: str) -> tuple[Decimal, ...]:
    """A sum in equal parts, of which the last takes the rounding.

    Where coins do not suffice there are fewer parts; all of them together are the sum, and each is more than 0.

    >>> equal_parts(Decimal("100.00"), 3, "EUR")
    (Decimal('33.33'), Decimal('33.33'), Decimal('33.34'))
    """
    coin = smallest_coin(currency)
    number = max(1, min(number, int(total / coin)))
    part = (total / number).quantize(coin, ROUND_HALF_UP)
    if total - part * (number - 1) <= 0:
        part = (total / number).quantize(coin, ROUND_DOWN)
    return (*[part] * (number - 1), total - part * (number - 1))


def parts_of(total: Decimal, part: Decimal) -> tuple[Decimal, ...]:
    """A sum in parts of a given amount, of which the last is what remains.

    >>> parts_of(Decimal(1800), Decimal(500))
    (Decimal('500'), Decimal('500'), Decimal('500'), Decimal('300'))
    """
    whole = int(total // part)
    rest = total - part * whole
    return (*[part] * whole, rest) if rest else (part,) * whole


def first_larger(total: Decimal, number: int, first: Decimal, currency: str) -> tuple[Decimal, ...]:
    """A sum of which the first part is given at least, and the others are equal.

    >>> first_larger(Decimal(1000), 3, Decimal(500), "EUR")
    (Decimal('500.00'), Decimal('250.00'), Decimal('250.00'))
    """
    first = min(first.quantize(smallest_coin(currency), ROUND_UP), total)
    rest = total - first
    return (first, *equal_parts(rest, number - 1, currency)) if rest and number > 1 else (total,)


def laid_on(amounts: Sequence[Decimal], open_: Sequence[tuple[str, Decimal]]) -> list[list[tuple[str, Decimal]]]:
    """Amounts laid on invoices, each after the other, the first invoice first.

    Parameters
    ----------
    amounts : what is paid, in its order. open_ : invoices and what is open of each.

    Returns
    -------
    For each amount the invoices that it pays, and how much of each. What is beyond all that is open is left out.
    """
    left = [(name, amount) for name, amount in open_ if amount > 0]
    found = []
    for amount in amounts:
        mine = []
        while amount > 0 and left:
            name, owed = left[0]
            paid = min(amount, owed)
            mine.append((name, paid))
            amount -= paid
            left[0] = (name, owed - paid)
            if left[0][1] == 0:
                left.pop(0)
        found.append(mine)
    return found
