"""The grammar of days: rules over the letters of ``lexicon.py``, tried in this order wherever one can begin.

``W`` weekday, ``M`` month, ``N`` number, ``O`` ordinal, ``A`` year, ``D`` date in numbers, ``R`` today and the like,
``d b w m q y k`` units, ``E B C L`` parts, ``X T Z V`` next, this, last, next but one, ``o l`` words that say nothing.
What a rule's words mean is in ``date_meanings.py``, ``date_numbers.py``, ``date_units.py`` and ``date_counts.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from . import date_counts as count
from . import date_meanings as say
from . import date_numbers as number
from . import date_units as unit
from .calendar_days import Span
from .reading import Reading

Meaning = Callable[[re.Match[str], Reading], Span | None]
Rule = tuple[re.Pattern[str], Meaning]

_G = "[ol]{0,3}"
_S = "[ol,-]{0,3}"
_WD = "(?:(?P<W>W)[ol,t.-]{0,3})?"
_YEAR = "(?:[ol,-]{0,2}(?P<A>A))?"


def _which(letter: str) -> str:
    return rf"(?:(?P<X>[XTZV]){_G}{letter}|{letter}{_G}(?P<X2>[XTZ])|(?P<bare>{letter}))"


_OF_MONTH = rf"(?:m?{_G}(?P<M>M){_YEAR}|{_which('m')})"
_TABLE: tuple[tuple[str, str, Meaning], ...] = (
    ("!", "!", say.nothing),
    ("D", rf"(?P<D>D)[ol]{{0,2}}(?P<M>M){_YEAR}", number.two_days),
    ("WD", rf"{_WD}(?P<D>D)(?:,?(?P<A>A))?", number.in_numbers),
    ("WNO", rf"{_WD}(?P<a>[NO]){_G}[-|&,Y]{_G}(?P<b>[NO]){_S}(?P<M>M){_YEAR}", say.days_of_a_month),
    ("M", rf"(?P<M>M){_G}(?P<a>[NO]){_G}[-|&Y]{_G}(?P<b>[NO])(?:,?(?P<A>A))?(?![dbwmqy$#])", say.days_of_a_month),
    ("NO", r"(?P<d>[NO])-(?P<M>M)-(?P<yy>N)", say.day_and_month),
    ("WNO", rf"{_WD}(?P<d>[NO])t?{_S}(?:m{_G})?(?P<M>M){_YEAR}", say.day_and_month),
    ("WM", rf"{_WD}(?P<M>M){_S}(?P<d>[NO])(?:,?(?P<A>A))?(?![dbwmqyM$|n])", say.month_and_day),
    ("OZNV", rf"(?P<O>[OZN]){_G}(?P<u>[wHh])[oli]{{0,3}}{_OF_MONTH}", unit.week_of_month),
    ("OZ", r"(?P<O>[OZ])(?P<at>@)", unit.week_of_month),
    ("OZ", rf"(?P<O>[OZ]){_G}(?P<W>W)[olKi]{{1,3}}{_OF_MONTH}", unit.weekday_of_month),
    ("EBCL", r"(?P<p>[EBCL])[ol-]{0,3}[wK]\.?(?P<N>N)(?:\|(?P<A>A))?(?![dbwmq])", unit.calendar_week),
    ("Kw", r"[wK][.o]?(?P<N>N)(?:[|-](?P<A>A)|[-|&]o?K?(?P<N2>N))?(?![dbwmqM$.]N?\d)", unit.calendar_week),
    ("NO", r"(?P<N>[NO])K(?:\|?(?P<A>A))?", unit.calendar_week),
    ("EBCL", rf"(?P<p>[EBCL])[ol-]{{0,3}}{_which('w')}", unit.week),
    ("EBCL", rf"(?P<p>[EBCL])[ol-]{{0,3}}{_OF_MONTH}", unit.month),
    ("P", r"Po?(?P<N>N)(?![dbwmqyM$])", unit.calendar_week),
    ("P", rf"(?P<P>P){_G}(?:(?P<M>M){_YEAR}|(?P<X>[XTZ])(?![dbwmqyWM]))?", unit.period),
    ("EBCL", rf"(?P<p>[EBCL])[ol-]{{0,3}}(?:(?P<Q>Q)|(?P<O>O){_G}q|{_which('q')}){_YEAR}", unit.quarter),
    ("EBCL", rf"(?P<p>[EBCL])[ol-]{{0,3}}(?:{_which('y')}|(?P<A>A))", unit.year),
    ("EBCL", r"(?P<p>[EBCL])[ol-]{0,3}(?P<P>P)", unit.period),
    ("EBCL", rf"(?P<p>[EBCL])[ol-]{{0,3}}{_which('k')}", unit.weekend),
    ("QXTO", rf"(?:(?P<Q>Q)|(?P<O>O){_G}q|(?P<X>[XT]){_G}q){_YEAR}", unit.quarter),
    ("Q", r"(?P<Q>Q)[-/]?E", unit.quarter),
    ("XTZVw", rf"(?:(?P<X>[XTZV]){_G}w|w{_G}(?P<X2>[XTZ]))[ol,t]{{0,3}}(?P<W>W)", unit.weekday_of_week),
    ("W", rf"(?P<W>W)[ol,t]{{0,3}}(?:(?P<X>[XTZV]){_G}w|w{_G}(?P<X2>[XTZ]))", unit.weekday_of_week),
    ("W", rf"(?P<W>W){_G}(?P<P>P)", unit.weekday_of_period),
    ("P", r"(?P<P>P)[ol,]{0,3}(?P<W>W)", unit.weekday_of_period),
    (
        "XTZVm",
        rf"(?:(?P<X>[XTZV]){_G}m|m{_G}(?P<X2>[XTZ]))[,]?[lYo]{{1,3}}(?P<d>[NO])(?![dbwmqy$#])",
        unit.day_of_which,
    ),
    ("NO", rf"(?P<d>[NO])(?:[ol]{{1,3}}|(?<=O))(?:(?P<X>[XTZV]){_G}m|m{_G}(?P<X2>[XTZ])|m)(?!m)", unit.day_of_which),
    ("NO", r"(?P<d>[NO])[ol]{0,2}(?P<T>T)(?![dbwmqykWMt])", unit.day_of_current),
    ("XTZVw", rf"(?:(?P<X>[XTZV]){_G}w|w{_G}(?P<X2>[XTZ]))", unit.week),
    ("XTZVm", rf"(?:(?P<X>[XTZV]){_G}m|m{_G}(?P<X2>[XTZ]))", unit.month),
    ("XTZVk", rf"{_which('k')}", unit.weekend),
    ("XTy", rf"(?:(?P<X>[XT]){_G}y|y{_G}(?P<X2>[XT]))", unit.year),
    ("X", r"X(?P<u>[bd])(?!\w?[N])", count.next_day),
    ("aN", r"(?P<n>[aN])(?P<size>[wd])[olF]{0,2}(?P<base>[WR])", count.weeks_from),
    ("WR", r"(?P<base>[WR])[ol]?i(?P<n>[aN])(?P<u>[wd])", count.weeks_from),
    ("WR", r"(?P<base>[WR])(?:w|i(?P<huit>N)(?![dbwm]))", count.weeks_from),
    ("N", r"Nd[ol]{0,2}(?:P|E[ol]{0,2}m)", say.left_open_terms),
    (
        "Naf+",
        r"(?P<more>\+)?[ol]?(?:(?P<n>[Na])(?:[-|&Y][oli]{0,2}(?P<n2>N))?o?-?[oX]?(?P<more2>\+)?-?)?(?P<u>[dbwmqy])"
        r"(?:\|(?P<n3>[Na])(?P<u3>[dbwm])?(?![\w$]?[dbwm]))?(?P<more3>\+)?",
        count.duration,
    ),
    ("iIY", r"[iIY]l?(?P<u>d)", count.fortnight),
    ("iI", r"[iI](?P<u>[wm])", count.whole_next),
    ("G", "G", count.hours),
    ("f", r"f[+XTol]{0,3}[dbwmyq]", count.few),
    ("WNO", r"(?P<W>W)[ol,]{0,3}(?P<d>[NO])(?![dbwmqykM$#HK%n])", say.weekday_and_day),
    ("W", r"(?P<W>W)>[ol]?X", say.weekday_after_next),
    ("XTZVW", rf"(?:(?P<X>[XTZV]){_G})?(?P<W>W)(?:[ol]?(?P<X2>[XZT])(?![dbwmqyWM]))?", say.weekday),
    ("NO", r"(?P<d>[NO])(?![dbwmqykM$#K%n])", say.day_alone),
    ("XTZM", rf"(?:(?P<X>[XTZ]){_G})?(?P<M>M)(?:{_G}(?P<A>A))?(?:[|-](?P<M2>M)(?:{_G}(?P<A2>A))?)?", say.month_alone),
    ("R", "(?P<R>R)", say.relative),
    ("S", "S", say.end_of_day),
    ("J", "(?P<J>J)(?:[ol]?(?P<A>A))?", say.holiday),
    ("?", r"\?", say.left_open),
)
"""First letters, pattern, meaning."""

RULES: dict[str, list[Rule]] = {}
for _first, _pattern, _meaning in _TABLE:
    _rule = (re.compile(_pattern), _meaning)
    for _letter in _first:
        RULES.setdefault(_letter, []).append(_rule)
