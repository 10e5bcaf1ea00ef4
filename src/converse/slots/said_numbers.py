"""Numbers in words: two hundred and fifty, zweihundertfünfzig, deux cents, quinientos."""

from __future__ import annotations

import re
from functools import lru_cache

_UNITS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen a=1 an=1 twenty=20 thirty=30 forty=40 fifty=50 sixty=60 seventy=70 eighty=80 "
    "ninety=90",
    "de": "null ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn "
    "siebzehn achtzehn neunzehn eine=1 einen=1 eins=1 zwo=2 fuenf=5 zwoelf=12 zwanzig=20 dreissig=30 vierzig=40 "
    "funfzig=50 fuenfzig=50 sechzig=60 siebzig=70 achtzig=80 neunzig=90",
    "fr": "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize une=1 "
    "vingt=20 trente=30 quarante=40 cinquante=50 soixante=60 septante=70 huitante=80 nonante=90",
    "es": "cero un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis "
    "diecisiete dieciocho diecinueve veinte uno=1 una=1 veinticinco=25 treinta=30 cuarenta=40 cincuenta=50 sesenta=60 "
    "setenta=70 ochenta=80 noventa=90 doscientos=200 doscientas=200 trescientos=300 trescientas=300 "
    "cuatrocientos=400 "
    "cuatrocientas=400 quinientos=500 quinientas=500 seiscientos=600 seiscientas=600 setecientos=700 setecientas=700 "
    "ochocientos=800 ochocientas=800 novecientos=900 novecientas=900",
}
"""Words in the order of their numbers, and others with theirs."""
_TIMES = {
    "en": {"hundred": 100, "thousand": 1000, "grand": 1000},
    "de": {"hundert": 100, "tausend": 1000, "mille": 1000},
    "fr": {"cent": 100, "cents": 100, "mille": 1000},
    "es": {"cien": 100, "ciento": 100, "mil": 1000},
}
_JOINS = {"en": "and", "de": "und", "fr": "et", "es": "y"}
_WORD = re.compile(r"[a-z]+")


@lru_cache(maxsize=4)
def _units(language: str) -> dict[str, int]:
    pairs = [word.partition("=") for word in _UNITS[language].split()]
    return {word: int(number) if number else k for k, (word, _, number) in enumerate(pairs)}


@lru_cache(maxsize=4)
def said_number(language: str) -> re.Pattern[str]:
    """A pattern of at most eight words of numbers of the language, of which the first is no mere article."""
    words = sorted({*_units(language), *_TIMES[language]}, key=len, reverse=True)
    if language == "de":
        one = "(?:" + "|".join([*words, "und"]) + "){1,8}"
        return re.compile(rf"(?<![^\W_]){one}(?: {one}){{0,3}}(?![^\W_])")
    one = "(?:" + "|".join(words) + ")"
    join = _JOINS[language]
    return re.compile(rf"(?<![^\W_]){one}(?:[ -](?:{join}[ -])?{one}){{0,7}}(?![^\W_])")


def number_of(text: str, language: str) -> int | None:
    """The number that folded words say; None if they say none.

    >>> number_of("two hundred and fifty", "en"), number_of("zweihundertfunfzig", "de"), number_of("deux mille", "fr")
    (250, 250, 2000)
    """
    units, times = _units(language), _TIMES[language]
    words = _WORD.findall(text)
    if language == "de":
        words = [part for word in words for part in _parted(word)]
    total, current, seen = 0, 0, False
    for word in words:
        if word in times:
            if times[word] == 1000:
                total, current = total + max(current, 1) * 1000, 0
            else:
                current = current + 100 if language == "es" else max(current, 1) * 100
        elif word in units:
            value = units[word]
            current = current * value if language == "fr" and value == 20 and current == 4 else current + value
        elif word != _JOINS[language]:
            return None
        seen = True
    return total + current if seen and total + current < 1_000_000 else None


@lru_cache(maxsize=1)
def _german() -> re.Pattern[str]:
    return re.compile("|".join(sorted({*_units("de"), *_TIMES["de"], "und"}, key=len, reverse=True)))


def _parted(word: str) -> list[str]:
    return _german().findall(word)
