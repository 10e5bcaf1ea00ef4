"""Sums of money that a message names in figures or words, and what they match among the open invoices."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from .balances import Balances
from .folded import Folded, has_any
from .found import AmountSlot
from .money import CURRENCY, currency_of, read_amount
from .patterns import pattern
from .places import Places
from .said_numbers import number_of, said_number

_FIGURES = (
    r"\d{1,3}(?:[.,' ]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d{1,2}(?:,\d\d)+,\d{3}(?:\.\d\d)?(?!\d)|"
    r"\d{1,12}(?:[.,]\d{1,2}(?!\d))?"
)
_TIMES = r"k|tsd\.?|thousand|tausend|mille|mil|grand|mio\.?|million|millionen|millones?|millions"
_SHARE = r" ?(?:%|percent|per cent|prozent|pct|pour ?cent|por ciento|procent)"
_SUM = re.compile(
    rf"(?<![\d.,/#_-])(?<!\d:)(?<![a-z_])(?P<n>{_FIGURES})(?P<dash>[.,]?-{{1,2}}(?!\d))?(?: "
    rf"?(?P<times>{_TIMES})(?![a-z]))?"
    rf"(?: ?(?P<after>{CURRENCY})(?! ?\d))?"
)
_LETTERED_SUM = re.compile(rf"(?<![^\W_]){CURRENCY} ?$")
_GLUED = re.compile(
    rf"(?<![^\W_])(?:eur|gbp|usd|chf|us\$|sfr)(?P<n>{_FIGURES})(?P<dash>[.,]?-{{1,2}}(?!\d))?(?: "
    rf"?(?P<times>{_TIMES})(?![a-z]))?(?P<after>(?!))?"
)
_AFTER = re.compile(rf"{_SHARE}|[\w]|[/:]\d|-\d|[.,]\d|-[a-z]")
_LETTERED = re.compile(r"[a-z]-?$")
_MILLIONS = ("mio", "million", "millionen", "millon", "millones", "millions")
_CUE = re.compile(pattern("amounts_cue"))
_COUNTED = re.compile(pattern("amounts_counted"))
_PER = re.compile(pattern("amounts_per"))
_THEN = re.compile(pattern("amounts_then"))
_NO_SUM = re.compile(pattern("amounts_no_sum"))


def find_amounts(folded: Folded, language: str, balances: Balances, taken: Places) -> list[AmountSlot]:
    """The sums in a text, but not where ``taken`` says that something else stands (days, telephones, invoices).

    A bare number is a sum where words of paying stand before it, or where it is what is open; one with a currency, with
    thousands, cents or a k always is. A sum within a cent of what is open is that.
    """
    out = []
    for match in (*_SUM.finditer(folded.text), *_GLUED.finditer(folded.text)):
        if (found := _read(folded.text, match, balances, taken)) is not None:
            start, amount, currency = found
            out.append(_slot(folded, start, _end(match), balances.matched(amount, currency), currency))
    return out + _in_words(folded, language, balances)


def _slot(folded: Folded, start: int, end: int, amount: Decimal, currency: str) -> AmountSlot:
    return AmountSlot(*folded.quote(start, end), amount, currency)


def _end(match: re.Match[str]) -> int:
    return match.end()


def _read(text: str, match: re.Match[str], balances: Balances, taken: Places) -> tuple[int, Decimal, str] | None:
    start, end, figures = match.start("n"), match.end(), match["n"]
    before = _LETTERED_SUM.search(text[max(0, start - 10) : start])
    first = start - len(before[0]) if before else start
    if before and before[0].strip() in ("fr", "fr.") and "CHF" not in balances.currencies:
        before = None
    name = before[0].strip() if before else match["after"] or ""
    amount = read_amount(figures)
    if amount is None or (_AFTER.match(text, end) and not match["after"]):
        return None
    if not name and _LETTERED.search(text[max(0, start - 2) : start]):
        return None
    if taken.meet(start, match.end("n")):
        return None
    if match["times"]:
        amount *= 1_000_000 if match["times"].rstrip(".") in _MILLIONS else 1000
    if amount <= 0:
        return None
    if name or match["times"]:
        return (
            first if before else start,
            amount,
            currency_of(name, balances.currencies, text[end : end + 12]) if name else "",
        )
    return (start, amount, "") if _bare(text, start, end, figures, amount, balances, bool(match["dash"])) else None


def _bare(text: str, start: int, end: int, figures: str, amount: Decimal, balances: Balances, dash: bool) -> bool:
    """Whether a number without a currency is a sum."""
    left = text[max(0, start - 60) : start]
    if _NO_SUM.search(left[-24:]) or (_COUNTED.match(text, end) and not dash):
        return False
    cents, grouped = re.search(r"[.,]\d\d$", figures), re.search(r"[.,']\d{3}", figures)
    if " " in figures and not cents:
        return False
    if cents or grouped or dash:
        return True
    if not figures.isdigit() or (figures[0] == "0"):
        return False
    if amount >= 100 and balances.has(amount):
        return True
    year = len(figures) == 4 and 1990 <= amount <= 2099
    if amount >= 20 and not year and len(figures) <= 7 and _THEN.match(text, end):
        return True
    if _PER.match(text, end) and amount >= 10:
        return True
    return len(figures) <= 7 and amount >= 10 and not year and bool(_CUE.search(left))


@lru_cache(maxsize=4)
def _words_and_currency(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<w>{said_number(language).pattern}) (?P<c>{CURRENCY})")


_MONEY = ("eur", "pound", "quid", "dollar", "buck", "frank", "franc", "grand", "libra", "livre", "dolar")


def _in_words(folded: Folded, language: str, balances: Balances) -> list[AmountSlot]:
    """Two hundred euros, fünfhundert Euro; a grand."""
    out = []
    if not has_any(folded.text, _MONEY):
        return []
    for match in _words_and_currency(language).finditer(folded.text):
        number = number_of(match["w"], language)
        if number:
            after = folded.text[match.end() : match.end() + 12]
            currency = currency_of(match["c"], balances.currencies, after)
            amount = balances.matched(Decimal(number), currency)
            out.append(_slot(folded, match.start(), match.end(), amount, currency))
    for match in re.finditer(r"\b(?:a|one|two|three|four|five) grand\b", folded.text):
        count = number_of(match[0], "en")
        if count:
            out.append(_slot(folded, match.start(), match.end(), Decimal(count), ""))
    return out
