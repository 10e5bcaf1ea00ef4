"""Names in a text that nobody is known by."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

from .claims import HOLE
from .texts import dunning, texts
from .vocabulary import MONTH, WEEKDAYS

_GREETING = {
    "en": r"(?:dear|hello|hi|good (?:morning|afternoon|day))",
    "de": r"(?:guten (?:tag|morgen|abend)|sehr geehrte[rs]?|hallo|liebe[rs]?)",
    "fr": r"(?:bonjour|bonsoir|cher|chere|chers|madame|monsieur|a l'attention de)",
    "es": r"(?:hola|buenos dias|buenas tardes|estimad[oa]s?|a la atencion de|querid[oa]s?)",
}
_NOBODY = frozenset({
    "sir", "or", "madam", "sirs", "all", "customer", "team", "ladies", "and", "gentlemen", "damen", "und", "herren",
    "kunde", "kundin", "zusammen", "alle", "madame", "monsieur", "messieurs", "mesdames", "client", "cliente",
    "senores", "senor", "senora", "clientes", "a", "todos", "tous", "equipe", "equipo",
})  # fmt: skip
_TITLES = {
    "en": r"(?:mr|mrs|ms|miss|dr|prof)\.?",
    "de": r"(?:herrn?|frau|dr\.|prof\.)",
    "fr": r"(?:m\.|mme|mlle|monsieur|madame|dr)",
    "es": r"(?:sr\.?|sra\.?|don|dona|senor|senora)",
}
_FIRM = (
    r"(?:GmbH|AG|KG|OHG|UG|SE|e\.V\.|Ltd|LTD|Limited|LLC|Inc|PLC|plc|LLP|Corp|SARL|Sarl|SAS|SA|S\.A\.|S\.L\.|SL|"
    r"S\.R\.L\.|BV|NV)"
)
_CLOSING = {
    "en": r"(?:(?:with )?(?:kind|best|warm) )?regards|(?:yours )?(?:sincerely|faithfully|truly)|many thanks|thank you",
    "de": r"mit (?:freundlichen|besten|vielen) grussen|(?:freundliche|beste|viele|herzliche) grusse|vielen dank",
    "fr": r"(?:bien )?cordialement|sinceres salutations|salutations(?: distinguees)?|meilleures salutations",
    "es": r"(?:un )?(?:cordial|atento) saludo|saludos(?: cordiales)?|atentamente|cordialmente",
}
_BEGIN = '.!?:;•*¿¡"«“„(-\N{EN DASH}\N{EM DASH}'
_USUAL = frozenset({"i", "eur", "gbp", "usd", "chf", "sms", "whatsapp", "slack", "teams", "iban", "pdf", "po", "ok"})
_CASED = re.compile(r"[^\W\d_](?:[\w'\u2019&-]|\.(?=\w))*")


def strangers(text: str, plain: str, language: str) -> list[str]:
    """Names that are in a text.

    Parameters
    ----------
    text : without the names that are known (holes). plain : the same in small letters without accents.
    """
    return list(dict.fromkeys([*_greeted(plain, language), *_titled(text, plain, language), *_signed(plain, language),
                               *_cased(text, language)]))  # fmt: skip


def _greeted(plain: str, language: str) -> list[str]:
    for line in plain.split("\n")[:3]:
        match = re.match(rf"\s*{_GREETING[language]}\b,? ?([^,:!.;\n]*)", line)
        if match:
            words = [word for word in re.findall(r"[^\W\d_][\w'-]*", match[1]) if word not in _NOBODY]
            return [" ".join(words)] if words and len(words) <= 6 else []
    return []


def _titled(text: str, plain: str, language: str) -> list[str]:
    titled = re.findall(rf"\b{_TITLES[language]} ([a-z][\w'-]+)", plain)
    firms = re.findall(rf"([\w&'{HOLE}-]+) {_FIRM}(?!\w)", text)
    return [name for name in titled if name not in _NOBODY] + [name for name in firms if HOLE not in name]


def _signed(plain: str, language: str) -> list[str]:
    """Whatever stands below the closing words, if it is not known."""
    lines = plain.split("\n")
    ends = [n for n, line in enumerate(lines) if re.fullmatch(rf"\s*(?:{_CLOSING[language]})[\s,.!]*", line)]
    below = lines[ends[-1] + 1 :] if ends else []
    return [line.strip() for line in below if re.search(r"[^\W\d_]{2}", line) and not _known(line)]


def _known(line: str) -> bool:
    words = re.findall(r"[^\W\d_]+", line)
    return all(word in {"your", "ihr", "ihre", "votre", "su", "team", "equipe", "equipo"} for word in words)


def _cased(text: str, language: str) -> list[str]:
    """Capital letters within a sentence; in German, where nouns bear them, two unknown words that do in a row."""
    found, house = [], _house(language)
    for line in text.split("\n"):
        run: list[str] = []
        for match in _CASED.finditer(line):
            word, before = match[0], line[: match.start()].rstrip()
            capital = word[0].isupper() and (len(word) < 2 or not word.isupper() or len(word) > 4)
            begins = not before or before[-1] in _BEGIN or not re.search(r"\w", before)
            pieces = [piece for piece in re.split(r"['\u2019-]", word.casefold()) if len(piece) > 1]
            unknown = capital and any(piece not in house and piece not in _USUAL for piece in pieces)
            if language != "de":
                if unknown and not begins:
                    found.append(word)
                continue
            run = [*run, word] if unknown else []
            if len(run) == 2 and line[match.start() - 1 : match.start()] == " ":
                found.append(" ".join(run))
    return found


@cache
def _house(language: str) -> Collection[str]:
    """Every word of our own texts, and the names of months and days."""
    words = {
        word.casefold()
        for text in [*_leaves(texts(language).said), *_leaves(dunning(language))]
        for word in re.findall(r"[^\W\d_]+", text)
    }
    return words | set(MONTH[language]) | set(WEEKDAYS[language]) | {"märz", "février", "août", "décembre", "miércoles"}


def _leaves(said: object) -> list[str]:
    if isinstance(said, dict):
        return [text for value in said.values() for text in _leaves(value)]
    return [text for value in said for text in _leaves(value)] if isinstance(said, list) else [str(said)]
