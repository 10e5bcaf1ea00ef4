"""Amounts and days as a customer's language and country write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ...errors import PaybenchError
from ..negotiate.money import smallest_coin

LANGUAGES = ("en", "de", "fr", "es")
"""Languages in which messages are written."""

MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    "de": (
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
        "Dezember",
    ),
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ),
    "es": (
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
        "diciembre",
    ),
}  # fmt: skip
NARROW = "\N{NO-BREAK SPACE}"
_USUAL = {"en": (",", "."), "de": (".", ","), "fr": (NARROW, ","), "es": (".", ",")}
_APOSTROPHE = frozenset({"CH", "LI"})
_POINT_IN_SPANISH = frozenset(["MX", "GT", "HN", "NI", "SV", "PA", "DO", "PE", "PR", "US"])
_MONTH_FIRST = frozenset({"US", "PH"})
_AND = {"en": "and", "de": "und", "fr": "et", "es": "y"}


@dataclass(frozen=True)
class Style:
    """How a language writes numbers and days in a country.

    Attributes
    ----------
    language : of :data:`LANGUAGES`. country : ISO 3166 code; empty = the language's own.
    """

    language: str = "en"
    country: str = ""

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise PaybenchError(f"Messages are not written in '{self.language}'; give one of {', '.join(LANGUAGES)}.")

    @property
    def marks(self) -> tuple[str, str]:
        """What stands between thousands, and before decimals."""
        if self.country in _APOSTROPHE and self.language != "en":
            return "'", "."
        if self.language == "es" and self.country in _POINT_IN_SPANISH:
            return ",", "."
        return _USUAL[self.language]

    @property
    def month_first(self) -> bool:
        """Whether the month comes before the day, '3/31/2026'."""
        return self.language == "en" and self.country in _MONTH_FIRST

    def number(self, value: Decimal, places: int = 0) -> str:
        """At least so many decimals, and as many more as the value has.

        >>> Style("de").number(Decimal("1234.5"), 2), Style("fr", "CH").number(Decimal("1234.5"), 2)
        ('1.234,50', "1'234.50")
        """
        exponent = value.normalize().as_tuple().exponent
        more = max(places, -exponent if isinstance(exponent, int) else 0)
        thousands, decimals = self.marks
        return f"{value:,.{more}f}".translate(str.maketrans(",.", thousands + decimals))

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount and its currency, never rounded.

        >>> Style("de").money(Decimal("1234.5"), "EUR"), Style("en", "GB").money(Decimal(1200), "JPY")
        ('1.234,50 EUR', '1,200 JPY')
        """
        coin = smallest_coin(currency).as_tuple().exponent
        return f"{self.number(amount, -coin if isinstance(coin, int) else 2)} {currency}"

    def day(self, day: date) -> str:
        """A day in words.

        >>> march = date(2026, 3, 1)
        >>> Style("de").day(march), Style("fr").day(march), Style("es").day(march)
        ('1. März 2026', '1er mars 2026', '1 de marzo de 2026')
        >>> Style("en", "US").day(march), Style("en", "GB").day(march)
        ('March 1, 2026', '1 March 2026')
        """
        month = MONTHS[self.language][day.month - 1]
        if self.month_first:
            return f"{month} {day.day}, {day.year}"
        if self.language == "fr" and day.day == 1:
            return f"1er {month} {day.year}"
        join = {"de": ". ", "es": " de "}.get(self.language, " ")
        return f"{day.day}{join}{month}{' de' if self.language == 'es' else ''} {day.year}"

    def short_day(self, day: date) -> str:
        """A day where there is little room.

        >>> Style("de").short_day(date(2026, 3, 1)), Style("en", "US").short_day(date(2026, 3, 1))
        ('01.03.2026', 'Mar 1, 2026')
        """
        if self.language == "en":
            month = MONTHS["en"][day.month - 1][:3]
            return f"{month} {day.day}, {day.year}" if self.month_first else f"{day.day} {month} {day.year}"
        return f"{day:%d.%m.%Y}" if self.language == "de" else f"{day:%d/%m/%Y}"

    def listed(self, names: tuple[str, ...]) -> str:
        """Names in a row.

        >>> Style("en").listed(("A", "B", "C"))
        'A, B and C'
        """
        if len(names) < 2:
            return "".join(names)
        return f"{', '.join(names[:-1])} {_AND[self.language]} {names[-1]}"
