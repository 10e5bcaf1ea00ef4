"""What columns are called and what words in them mean, in seven languages; the lists are in ``words.yaml``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("words.yaml")

CODES = "EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|CAD|AUD|NZD|JPY|BRL|MXN|ZAR|INR|CNY|SGD|HKD"
"""Currencies that stand in names of columns, as a regular expression."""


_PART = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z])|(?<=\D)(?=\d)|(?<=\d)(?=\D)")
"""What stands between the words of a name; invoiceNumber has two."""

_WORD = re.compile(r"[^\s()\[\]_.,:/]+")

_NOT = ("not", "nicht", "non", "no", "niet", "nao", "never", "ne", "pas")

_WHOLE = (
    "incl",
    "inkl",
    "including",
    "inklusive",
    "gross",
    "brutto",
    "ttc",
    "incluido",
    "incluida",
    "inclusief",
    "lordo",
)

_KINDS_OF_NAMES = dict.fromkeys(("amount", "debit", "credit", "open_amount", "paid_amount"), "amounts")
_KINDS_OF_NAMES |= dict.fromkeys(("invoice_id", "customer_id", "name", "country", "payment_id", "credits"), "numbers")


@dataclass(frozen=True)
class Name:
    """How well a column's name fits: ``score`` from 0 to 1, the ``language`` whose word it is."""

    score: float
    language: str = ""


def fold(text: str) -> str:
    """Letters and digits alone: accents, case, blanks and signs do not count.

    >>> fold("Fällig am"), fold("N° de facture"), fold("invoiceNumber"), fold("Straße")
    ('falligam', 'ndefacture', 'invoicenumber', 'strasse')
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]+", "", "".join(c for c in plain if not unicodedata.combining(c)))


def name_fit(field: str, name: str) -> Name:
    """How well a column's name says that it is one of our columns.

    The words of a column in the list are of two kinds: ``sure`` ones that mean nothing else, and others that do when
    nothing fits better. The whole name counts more than a part of it.
    """
    folded = fold(_without_unit(name))
    others = _besides(field, name)
    best = Name(0.0)
    for kind, whole, part in (("sure", 0.95, 0.8), ("maybe", 0.7, 0.55)):
        for language, words in _names()[field][kind].items():
            for word in words:
                if folded == word:
                    score = whole
                elif len(word) >= 5 and word in folded and not says(others, name, folded.replace(word, " ", 1)):
                    score = part * (0.9 + 0.1 * len(word) / len(folded))
                else:
                    continue
                best = max(best, Name(score, language), key=lambda fit: fit.score)
    return best


def meaning(kind: str, text: str, *, parts: bool = True) -> str | None:
    """What a word of a status, a dispute state, a document's type or a total means, if it is known.

    Without ``parts`` the whole text has to be a word that is known.
    """
    folded = fold(text)
    for sense, words in _senses()[kind].items():
        if folded in words:
            return sense
    return next(iter(meanings(kind, text)), None) if parts else None


def meanings(kind: str, text: str) -> dict[str, str]:
    """Everything that the words in a text mean: a word of its own, or a longer one that is a part of another."""
    folded, own = fold(text), {fold(part) for part in _PART.split(text)}
    found: dict[str, str] = {}
    for sense, words in _senses()[kind].items():
        for word in words:
            if ((len(word) >= 6 and word in folded) or (len(word) >= 5 and word in own)) and not _denied(text, word):
                found.setdefault(sense, word)
    return found


def says(words: Sequence[str], name: str, folded: str | None = None) -> bool:
    """Whether a name has one of these folded words in it: as a word of its own or, a long one, as a part.

    Parameters
    ----------
    folded : where the parts are looked for, if not in the whole name.
    """
    folded = fold(name) if folded is None else folded
    own = {fold(part) for part in _PART.split(name)}
    return any(word in own or (len(word) >= 5 and word in folded) for word in words)


def another(kind: str, name: str) -> bool:
    """Whether a name says that its column is none of ours: planned ``days``, ``amounts`` before tax, a group."""
    return says(_said_besides()[kind], name)


def unit_said(name: str, kind: str) -> bool:
    """Whether the name of a column of amounts says thousands or hundredths (``parts``), or the ``house`` currency."""
    words = _said()["units"][kind]
    own = {part.casefold() for part in _WORD.findall(name)} | {fold(part) for part in _PART.split(name)}
    return any(word in own or (len(word) >= 8 and fold(word) in fold(name)) for word in words)


def is_unpaid(text: str) -> bool:
    """Whether what stands in place of a day says that there is none: "open", "n/a", "-", "00.00.0000"."""
    return re.fullmatch(r"[0\W_]+", text) is not None or meaning("unpaid", text) is not None


def fields() -> list[str]:
    """Our columns that names are known for."""
    return list(_names())


def _denied(text: str, word: str) -> bool:
    """Whether a text says the opposite of a word in it: "unsettled", "nicht bezahlt"."""
    return f"un{word}" in fold(text) or any(p in _NOT and p not in word for p in map(fold, _PART.split(text)))


def _besides(field: str, name: str) -> tuple[str, ...]:
    """What makes another thing of a column of this name; an amount with its tax is the whole of it."""
    kind = "days" if field.endswith("_on") else _KINDS_OF_NAMES.get(field, "")
    return () if kind == "amounts" and says(_WHOLE, name) else _said_besides().get(kind, ())


def _without_unit(name: str) -> str:
    bare = re.sub(r"[(\[].*?[)\]]", "", name)
    bare = re.sub(rf"\s+(?:in\s+)?(?:{CODES})\s*$", "", bare)
    return bare if fold(bare) else name


@cache
def _said() -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return said


@cache
def _said_besides() -> dict[str, tuple[str, ...]]:
    return {kind: tuple(fold(word) for word in words) for kind, words in _said()["besides"].items()}


@cache
def _names() -> dict[str, dict[str, dict[str, tuple[str, ...]]]]:
    return {
        field: {
            kind: {language: tuple(fold(word) for word in words) for language, words in (by.get(kind) or {}).items()}
            for kind in ("sure", "maybe")
        }
        for field, by in _said()["names"].items()
    }


@cache
def _senses() -> dict[str, dict[str, tuple[str, ...]]]:
    return {
        kind: {sense: tuple(fold(word) for word in words) for sense, words in senses.items()}
        for kind, senses in _said()["meanings"].items()
    }
