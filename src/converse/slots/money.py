"""How sums of money are written: separators, thousands, and the currency beside them."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal

CENT = Decimal("0.01")
_NAMES = {
    "EUR": "€ eur euro euros teuro",
    "GBP": "£ gbp pound pounds quid sterling libras libra livres livre",
    "USD": "us$ usd bucks",
    "CHF": "chf sfr sfr. franken",
    "JPY": "¥ jpy yen",
    "INR": "₹ inr rupees rupien",
    "PLN": "pln zloty",
    "SEK": "sek",
    "DKK": "dkk",
    "NOK": "nok",
    "CAD": "cad c$ ca$",
    "AUD": "aud a$ au$",
    "CZK": "czk",
    "HUF": "huf",
    "MXN": "mxn mx$",
    "SGD": "sgd",
    "HKD": "hkd",
    "NZD": "nzd",
    "ZAR": "zar",
}
_SHARED = {
    "$ dollar dollars dolar dolares bucks": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"),
    "franc francs franco francos fr fr. sfr": ("CHF", "XOF", "XAF"),
    "kr kronen kroner kronor coronas couronnes": ("SEK", "NOK", "DKK"),
    "peso pesos": ("MXN", "ARS", "COP", "CLP"),
}
"""Words of several currencies, and these."""
_BY_NAME = {name: code for code, names in _NAMES.items() for name in names.split()}
_BY_SHARED = {name: codes for names, codes in _SHARED.items() for name in names.split()}
_ALL = sorted({*_BY_NAME, *_BY_SHARED}, key=len, reverse=True)
CURRENCY = "(?:" + "|".join(re.escape(name) + (r"(?![a-z])" if name[-1].isalpha() else "") for name in _ALL) + ")"
"""A pattern of the folded names and signs of currencies."""


def currency_of(name: str, open_in: Collection[str] = (), after: str = "") -> str:
    """ISO code of a folded name; of a word of several currencies, the one that the open invoices are in.

    A dollar is of the United States where no open invoice says otherwise. Empty where nobody can tell.

    >>> currency_of("quid"), currency_of("$"), currency_of("$", ["CAD"]), currency_of("pesos")
    ('GBP', 'USD', 'CAD', '')
    """
    if name in _BY_NAME and name not in _BY_SHARED:
        return _BY_NAME[name]
    codes = _BY_SHARED.get(name, ())
    fitting = [code for code in codes if code in open_in]
    if len(fitting) == 1:
        return fitting[0]
    if after.lstrip().startswith(("suisse", "suizo", "swiss")) or name == "sfr":
        return "CHF"
    return "USD" if "USD" in codes and len(fitting) == 0 else ""


_KEPT = re.compile(r"[^\d.,]")


def read_amount(text: str) -> Decimal | None:
    """The number of written figures: the last of two separators is the decimal one, three digits after it thousands.

    >>> [str(read_amount(t)) for t in ("1.234,56", "1,234.56", "1'234.50", "1.234", "12,5", "1 234")]
    ['1234.56', '1234.56', '1234.50', '1234', '12.5', '1234']
    """
    text = _KEPT.sub("", text).strip(".,")
    if not text or len(text) > 18:
        return None
    dot, comma = text.rfind("."), text.rfind(",")
    if dot >= 0 and comma >= 0:
        thousands, decimal = (".", ",") if comma > dot else (",", ".")
        return Decimal(text.replace(thousands, "").replace(decimal, ".")) if text.count(decimal) == 1 else None
    mark = "." if dot >= 0 else ","
    if text.count(mark) > 1:
        return Decimal(text.replace(mark, ""))
    whole, _, part = text.partition(mark)
    if len(part) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0"):
        return Decimal(whole + part)
    return Decimal(f"{whole or '0'}.{part}") if part else Decimal(whole)
