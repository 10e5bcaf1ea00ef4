"""A text as a row of letters, one a word or number, each with what it says and where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from .folded import Folded
from .lexicon import Lexicon, Value, lexicon

CURRENCIES = frozenset(
    [
        "€",
        "£",
        "$",
        "%",
        "eur",
        "euro",
        "euros",
        "gbp",
        "pound",
        "pounds",
        "quid",
        "usd",
        "dollar",
        "dollars",
        "bucks",
        "chf",
        "franken",
        "francs",
        "franc",
        "sfr",
        "sek",
        "dkk",
        "nok",
        "pln",
        "jpy",
        "cad",
        "aud",
        "czk",
        "huf",
        "cents",
        "cent",
        "pence",
        "prozent",
        "percent",
        "pct",
        "porcent",
        "kr",
        "libras",
        "libra",
        "dolares",
        "dolar",
        "franco",
        "francos",
        "rappen",
        "k",
        "grand",
        "mille",
        "¥",
        "zloty",
        "kronen",
        "kroner",
        "coronas",
        "couronnes",
        "pourcent",
        "livres",
        "tsd",
        "mio",
    ]
)
"""Words and signs that make the number beside them a sum or a share."""
_MEASURES = frozenset(["uhr", "kg", "km", "mb", "gb", "stk", "pcs", "pieces", "x", "m2", "qm", "cm", "mm"])
_TIMES = {
    "en": r"a\.?m\b\.?|p\.?m\b\.?|o'clock|hrs?\b|hours?\b",
    "de": r"uhr\b|h\b|stunden\b|std\b",
    "fr": r"h\b|heures?\b",
    "es": r"hs?\b|horas?\b|hrs\b|a\.?m\b\.?|p\.?m\b\.?",
}


_WHOLE_DAYS = re.compile(r"(?:24|48|72|96) ?(?:h|hs|hrs?|hours?|heures?|horas?|stunden|std)")
_DAYTIME = re.compile(r"(.*tag|mittwoch|sonnabend)(?:morgen|vormittag|nachmittag|mittag|abend|fruh|frueh)s?")


@dataclass
class Lexemes:
    """n lexemes: ``letters`` (a string of n), and of each its offsets in the folded text, value and first word."""

    folded: Folded
    lexicon: Lexicon
    letters: str = ""
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)

    def word(self, place: int) -> str:
        """The folded words of a lexeme; empty beyond the ends."""
        if not 0 <= place < len(self.starts):
            return ""
        return self.folded.text[self.starts[place] : self.ends[place]]

    def letter(self, place: int) -> str:
        """The letter of a lexeme; a full stop beyond the ends."""
        return self.letters[place] if 0 <= place < len(self.letters) else "."

    def capital(self, place: int) -> bool:
        """Whether the original word begins with a capital."""
        return self.folded.original[self.folded.span(self.starts[place], self.ends[place])[0]].isupper()


@lru_cache(maxsize=8)
def _tokens(language: str) -> re.Pattern[str]:
    times = _TIMES[language]
    clear = r"(?<![\w/#.])(?<!\d,)(?<![a-z]-)"
    done = r"(?![\w/%])(?!-\d)(?!\.\d)(?!,\d)"
    return re.compile(
        rf"(?P<x>[\w.+-]{{1,64}}@[\w.-]{{1,100}}|https?://\S{{1,300}}|www\.\S{{1,300}}"
        r"|(?<![\w.,/-])(?:(?:\+|00)\d[\d ()/.-]{6,20}\d|0\d([ .-])\d\d(?:\2\d\d){3}|0\d{2,5}[ "
        r"/-]\d{3,}(?:[ -]\d{2,})*|0\d{8,12})(?!\d))"
        rf"|(?P<t>(?<![\w.,/-])\d{{1,2}}(?::\d\d(?:\s?(?:{times}))?|h\d\d\b|(?:\.\d\d)?\s?(?:{times})))"
        rf"|(?P<iso>{clear}\d{{4}}(?P<s1>[-/.])\d{{1,2}}(?P=s1)\d{{1,2}}(?![\w/])(?!-\d))"
        rf"|(?P<dmy>{clear}\d{{1,2}}(?P<s2>[-/.]) ?\d{{1,2}}(?P=s2) ?(?:\d{{4}}|'?\d\d)"
        r"(?![\w/%])(?!-\d{3})(?![.,]\d))"
        rf"|(?P<dm>{clear}\d{{1,2}}\. ?\d{{1,2}}\.(?!\d)|{clear}\d{{1,2}}/\d{{1,2}}{done}|"
        rf"{clear}\d{{1,2}}\.\d{{1,2}}{done})"
        r"|(?P<sum>\d{1,3}(?:[.,']\d{3})+(?![\d])(?:[.,]\d{1,2}(?!\d))?|\d+[.,]\d+)"
        r"|(?P<n>\d+)"
        r"|(?P<w>[^\W\d_]+)"
        r"|(?P<stop>\n\s*\n|[!?;]|\.(?=\s|$))"
        r"|(?P<p>[^\s'_])"
    )


def lexemes(folded: Folded, language: str) -> Lexemes:
    """The lexemes of a text by the words of ``language``."""
    words = lexicon(language)
    tokens = [(str(m.lastgroup), m[0], m.start(), m.end()) for m in _tokens(language).finditer(folded.text)]
    out = Lexemes(folded, words)
    letters: list[str] = []
    place = 0
    while place < len(tokens):
        kind, text, start, _ = tokens[place]
        used, letter, value = 1, "x", None
        if kind == "w" or text == "&":
            used, letter, value = _word(words, tokens, place)
        elif kind == "n":
            used, letter, value = _word(words, tokens, place) if text in words.phrases else (1, "x", None)
            if letter == "x":
                used, letter, value = _number(words, tokens, place)
        elif kind in ("iso", "dmy", "dm"):
            letter, value = ("D", text) if not _beside_money(tokens, place) else ("#", None)
        elif kind == "sum":
            letter = "#"
        elif kind == "t":
            letter, value = ("G", int(text[:2]) // 24) if _WHOLE_DAYS.fullmatch(text) else ("t", None)
        elif kind == "stop":
            letter = "."
        elif kind == "p":
            letter = "$" if text in CURRENCIES else _SIGNS.get(text, ",")
        letters.append(letter)
        out.starts.append(start)
        out.ends.append(tokens[place + used - 1][3])
        out.values.append(value)
        place += used
    out.letters = "".join(letters)
    return out


_SIGNS = {"/": "|", "-": "-", "~": "~", "+": "x", "#": "x", "@": "x", "*": "x", "=": "x"}
Token = tuple[str, str, int, int]


def _word(words: Lexicon, tokens: list[Token], place: int) -> tuple[int, str, Value]:
    text = tokens[place][1]
    for rest, letter, value in words.phrases.get(text, ()):
        used = _continues(tokens, place, rest)
        if used and not (letter in "dbwmqyKks" and len(text) <= 2 and not _short(tokens, place, text, used)):
            return used, letter, value
    if text in CURRENCIES:
        return 1, "$", None
    if text in ("q", "t") and place + 1 < len(tokens):
        kind, digits, start, _ = tokens[place + 1]
        if kind == "n" and digits in "1234" and start == tokens[place][3]:
            return 2, "Q", int(digits)
    if len(text) >= 4 and text in words.typos:
        return 1, *words.typos[text]
    if text.endswith("woche") and (month := words.phrases.get(text[:-5])) and month[-1][1] == "M":
        return 1, "@", month[-1][2]
    if (parted := _DAYTIME.fullmatch(text)) and (day := words.phrases.get(parted[1])) and day[-1][1] == "W":
        return 1, "W", day[-1][2]
    return 1, "x", None


def _short(tokens: list[Token], place: int, text: str, used: int) -> bool:
    """Whether a unit of one or two letters (10 d, S23) stands beside its number."""
    if text in ("an", "wk", "kw", "cw", "yr", "mo") or used > 1:
        return text != "mo" or (place > 0 and tokens[place - 1][0] == "n")
    before = place > 0 and tokens[place - 1][0] == "n" and tokens[place][2] - tokens[place - 1][3] <= 1
    after = place + 1 < len(tokens) and tokens[place + 1][0] == "n" and tokens[place + 1][2] == tokens[place][3]
    return before or after


def _continues(tokens: list[Token], place: int, rest: tuple[str, ...]) -> int:
    """How many tokens a phrase takes that begins here and goes on with ``rest``; hyphens may stand between."""
    at = place + 1
    for word in rest:
        if at < len(tokens) and tokens[at][1] in ("-", "/") and tokens[at][2] == tokens[at - 1][3]:
            at += 1
        if at >= len(tokens) or tokens[at][1] != word:
            return 0
        at += 1
    return at - place


def _beside_money(tokens: list[Token], place: int) -> bool:
    before = tokens[place - 1][1] if place else ""
    after = tokens[place + 1][1] if place + 1 < len(tokens) else ""
    return after in CURRENCIES or after in _MEASURES or (before in CURRENCIES and before not in ("k", "mille", "%"))


def _number(words: Lexicon, tokens: list[Token], place: int) -> tuple[int, str, Value]:
    _, text, start, end = tokens[place]
    if len(text) > 4:
        return 1, "#", None
    number = int(text)
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    if len(text) == 4:
        return 1, ("A" if 1990 <= number <= 2099 and not _beside_money(tokens, place) else "#"), number
    if (
        place
        and tokens[place - 1][3] == start
        and (tokens[place - 1][1] in ("#", "'") or tokens[place - 1][0] == "sum")
    ):
        return 1, "#", None
    if _beside_money(tokens, place):
        return 1, "#", None
    if following and following[1] in words.suffixes and following[2] - end <= 1 and 1 <= number <= 31:
        adjacent = following[2] == end
        if adjacent or (len(following[1]) == 2 and words.language == "en"):
            return 2, "O", number
    if following and following[1] == "." and following[2] == end and words.language == "de" and 1 <= number <= 31:
        return 2, "O", number
    return 1, "N", number
