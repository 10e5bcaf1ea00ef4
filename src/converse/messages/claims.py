"""What a text claims: the days, sums and other numbers in it, read as its language writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from ...decide.dunning.currencies import CODES
from ...decide.messages.meanings import plain_letters
from .vocabulary import MONTH, MUCH, NUMBERS, RELATIVE, WEEKDAYS
from .written import Style

HOLE = "\N{WHITE SQUARE}"
"""What stands where something was read already."""
_FIRST, _LAST = 0xE000, 0xF8FF
"""Where a day was read there stands a letter of private use, which says which."""
_MARK = f"[{chr(_FIRST)}-{chr(_LAST)}]"
_BEFORE = re.compile(rf"({_MARK}) ?: ?$")
_DUE = re.compile(
    r"(?:due|overdue since|falls? due|fallig|uberfallig seit|echeance|echue?s? depuis|vence|vencen|vencimiento|"
    r"vencid[oa]s? desde)(?: on| am| dem| seit dem| le| el)?:? ?$"
)
_AFTER = re.compile(
    r" ?(?:due |payable |fallig )?(?:on|by|until|am|bis|bis zum|le|avant le|au plus tard le|el|antes del|"
    rf"a mas tardar el)? ?({_MARK})"
)
_SYMBOLS = {"€": ("EUR",), "$": ("USD", "CAD", "AUD", "NZD", "MXN", "SGD", "HKD"), "£": ("GBP",), "¥": ("JPY", "CNY")}
_NAMED = {
    "euro": "EUR", "euros": "EUR", "dollar": "USD", "dollars": "USD", "dolares": "USD", "pound": "GBP", "pounds": "GBP",
    "pfund": "GBP", "livres": "GBP", "libras": "GBP", "franken": "CHF", "francs": "CHF", "francos": "CHF",
}  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """One thing that a text says.

    Attributes
    ----------
    what : day, part of a day, weekday, money, share, distance, number (of anything), instalments, invoices (numbers of
        these), reference (a number by which an invoice is called). quote : its words. line : where it stands, from 0.
    day : of a day. due : whether it is said to be a due date. month : (year, month) where only these are said.
    amount : None where it is not written as the language writes numbers. currencies : that its sign can mean; empty =
        none is said. beside : of a sum, the day with which it stands ("10 March: 500 EUR", "500 EUR on 10 March").
    """

    what: str
    quote: str
    line: int = 0
    day: date | None = None
    month: tuple[int, int] | None = None
    amount: Decimal | None = None
    currencies: tuple[str, ...] = ()
    beside: date | None = None
    due: bool = False


def claims(text: str, style: Style) -> list[Claim]:
    """Every claim of a text, whose names, numbers of invoices and links are holes already."""
    found: list[Claim] = []
    for number, line in enumerate(re.sub(_MARK, HOLE, text).split("\n")):
        rest = _days(line, style, number, found)
        rest = _money(rest, style, number, found)
        _others(rest, style, number, found)
    return found


def read_number(text: str, style: Style) -> Decimal | None:
    """A number as a language writes it; None where it does not write it so.

    >>> read_number("1.234,5", Style("de")), read_number("1,234.5", Style("de"))
    (Decimal('1234.5'), None)
    """
    thousands, decimals = (re.escape(mark) for mark in style.marks)
    thousands = "[ \N{NO-BREAK SPACE}]" if style.language == "fr" and style.country not in ("CH", "LI") else thousands
    match = re.fullmatch(rf"(\d{{1,3}}(?:{thousands}\d{{3}})+|\d+)(?:{decimals}(\d+))?", text)
    if match is None:
        return None
    return Decimal(re.sub(r"\D", "", match[1]) + (f".{match[2]}" if match[2] else ""))


@cache
def _day_patterns(language: str, month_first: bool) -> list[tuple[re.Pattern[str], tuple[int, int, int]]]:
    """Patterns, and the groups of day, month and year; each may have the name of a weekday before it."""
    months = "|".join(sorted(MONTH[language], key=len, reverse=True))
    named = "|".join(WEEKDAYS[language])
    week = rf"(?:\b({named}),? (?:(?:the|den|dem|der|le|el) )?)?"
    join = {"en": r"(?:st|nd|rd|th)?(?: of)? ", "de": r"\. ?| ", "fr": r"(?:er)? ", "es": r"(?: de)? "}[language]
    year = {"es": r" (?:de|del) "}.get(language, r",? ")
    day = rf"{week}\b(\d{{1,2}})(?:{join})({months})\b\.?(?:{year}(\d{{4}})\b)?"
    turned = rf"{week}\b({months})\b\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)(?:,? (\d{{4}})\b)?"
    iso = rf"{week}\b(\d{{4}})-(\d\d)-(\d\d)\b(?![#/-]\w)"
    figures = rf"{week}\b(\d{{1,2}})[./-](\d{{1,2}})[./-](\d{{4}}|\d\d)\b(?![./-]\d)"
    short = (
        rf"{week}\b(\d{{1,2}})\.(\d{{1,2}})\.(?!\d)()"
        if language == "de"
        else rf"{week}\b(\d{{1,2}})/(\d{{1,2}})\b(?!/)()"
    )
    some = [(iso, (4, 3, 2)), (day, (2, 3, 4)), (figures, (3, 2, 4) if month_first else (2, 3, 4))]
    some += [(turned, (3, 2, 4))] if language == "en" else []
    some += [(short, (3, 2, 4) if month_first and language == "en" else (2, 3, 4))]
    return [(re.compile(pattern), groups) for pattern, groups in some]


def _days(line: str, style: Style, number: int, found: list[Claim]) -> str:
    """Reads the days out of a line; the rest of it, in small letters without accents."""
    rest = _flat(line)
    names = WEEKDAYS[style.language]
    for pattern, groups in _day_patterns(style.language, style.month_first):

        def read(match: re.Match[str], groups: tuple[int, int, int] = groups) -> str:
            day, month, year = (match[group] for group in groups)
            value = _date(day, MONTH[style.language].get(month) or month, year)
            if match[1] and value is not None and year and names.index(match[1]) != value.weekday():
                found.append(Claim("weekday", match[0].strip(), number, value))
            before = match.string[: match.start()]
            if not match[1] and _CALLED.search(before):  # the number of an invoice may look like a day
                found.append(Claim("reference", match[0].strip(), number))
                return HOLE
            due = bool(_DUE.search(before))
            found.append(Claim("day" if year else "part of a day", match[0].strip(), number, value, due=due))
            return chr(min(_FIRST + len(found) - 1, _LAST))

        rest = pattern.sub(read, rest)
    months = "|".join(sorted(MONTH[style.language], key=len, reverse=True))
    month_year = re.compile(rf"\b({months})\b\.?(?: de)? (\d{{4}})\b")
    for match in month_year.finditer(rest):
        month_of = (int(match[2]), MONTH[style.language][match[1]])
        found.append(Claim("part of a day", match[0], number, month=month_of))
    return month_year.sub(HOLE, rest)


def _date(day: str, month: str | int, year: str) -> date | None:
    """A day; of one without a year the day in a leap year, so that every day of a year is there."""
    try:
        whole = int(year or 4)
        return date(whole + 2000 * (len(year) == 2) if year else 4, int(month), int(day))
    except ValueError:
        return None


@cache
def _money_pattern(language: str, country: str) -> re.Pattern[str]:
    blank = r"|[ \u00a0](?=\d{3}(?!\d))" if language == "fr" and country not in ("CH", "LI") else ""
    number = rf"(\d(?:\d|[.,'\u2019](?=\d){blank})*)"
    # The line is in small letters; codes that are words in some language count only beside a number.
    code = "|".join(sorted((c.lower() for c in CODES), key=len, reverse=True))
    sign = rf"(?:{code}|[€$£¥]|{'|'.join(sorted(_NAMED, key=len, reverse=True))})"
    before = rf"(?:(?<![a-z])({sign}) ?)"
    return re.compile(rf"{before}?(?<![\w]){number}(?:(?: ?)({sign})(?![a-z]))?(?![\w%])|{before}{number}(?![\w%])")


def _money(line: str, style: Style, number: int, found: list[Claim]) -> str:
    def read(match: re.Match[str]) -> str:
        sign = match[3] or match[1] or match[4] or ""
        text = (match[2] or match[5]).replace("\u2019", "'")
        if not sign and text.isdecimal():
            return match[0]  # a plain number, perhaps a count
        currencies = _SYMBOLS.get(sign) or ((_NAMED.get(sign) or sign.upper(),) if sign else ())
        mark = _BEFORE.search(match.string[: match.start()]) or _AFTER.match(match.string[match.end() :])
        beside = found[ord(mark[1]) - _FIRST].day if mark else None
        amount = read_number(text, style)
        found.append(Claim("money", match[0].strip(), number, None, None, amount, currencies, beside))
        return HOLE

    return _money_pattern(style.language, style.country).sub(read, line)


_CALLED = re.compile(
    r"(?:invoices?|bills?|rechnung(?:snummer)?|factures?|facturas?|reference|referencia|number|nummer|numero|nr\.?|"
    r"no\.|n°|#) ?$"
)
_LISTED = re.compile(rf" ?: ?{HOLE}")
"""Behind the number of an invoice in a list: its amount, which was read before."""
_COUNTED = (
    (
        "instalments",
        re.compile(r" (?:\w+ ){0,2}?(?:instal|rate(?:n)?\b|teile?n?\b|echeance|mensualit|plazos?\b|cuotas?\b)"),
    ),
    ("invoices", re.compile(r" (?:\w+ ){0,2}?(?:invoices?|bills|rechnung|facture|factura)")),
)
_TOKEN = re.compile(r"\S*\d\S*")


def _others(line: str, style: Style, number: int, found: list[Claim]) -> None:
    language = style.language
    far = rf"\b(?:{RELATIVE[language]})\b|\b(?:{'|'.join(WEEKDAYS[language])})s?\b"
    much = rf"\b(?:{MUCH[language]})\b|\d+(?:[.,]\d+)? ?%"
    for what, pattern in (("distance", far), ("share", much)):
        found += [Claim(what, match[0], number) for match in re.finditer(pattern, line)]
    for word in re.finditer(rf"\b(?:{'|'.join(NUMBERS[language])})\b", line):
        counted = _counted(line[word.end() :])
        found.append(Claim(counted, word[0], number, amount=Decimal(NUMBERS[language][word[0]])))
    for token in _TOKEN.finditer(re.sub(_MARK, HOLE, line)):
        if "%" in token[0]:
            continue
        bare = token[0].strip(".,;:!?()[]\"'«»“”„*#•¿¡-\N{EN DASH}\N{EM DASH}" + HOLE)
        called = _CALLED.search(line[: token.start()]) or _LISTED.match(line[token.start() + len(bare) :])
        what = "reference" if called else _counted(line[token.end() :])
        found.append(Claim(what, bare, number, amount=Decimal(bare) if _plain(bare) else None))


def _counted(after: str) -> str:
    """What a number counts, by the words behind it."""
    return next((what for what, pattern in _COUNTED if pattern.match(after)), "number")


def _plain(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _flat(line: str) -> str:
    """Small letters without accents; the blanks, and so the gaps within numbers, stay as they are."""
    return " ".join(plain_letters(part) if part else "" for part in line.replace("\N{NO-BREAK SPACE}", " ").split(" "))
