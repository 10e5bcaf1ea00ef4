"""What columns are called and what words in them mean, in seven languages; the lists are in ``words.yaml``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("words.yaml")

CODES = "EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|CAD|AUD|NZD|JPY|BRL|MXN|ZAR|INR|CNY|SGD|HKD"
"""Currencies that stand in names of columns, as a regular expression."""


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
    best = Name(0.0)
    for kind, whole, part in (("sure", 0.95, 0.8), ("maybe", 0.7, 0.55)):
        for language, words in _names()[field][kind].items():
            for word in words:
                if folded == word:
                    score = whole
                elif len(word) >= 5 and word in folded:
                    score = part * (0.9 + 0.1 * len(word) / len(folded))
                else:
                    continue
                best = max(best, Name(score, language), key=lambda fit: fit.score)
    return best


def meaning(kind: str, text: str) -> str | None:
    """What a word of a status, a dispute state, a document's type or a total means, if it is known."""
    folded = fold(text)
    for sense, words in _senses()[kind].items():
        if folded in words or any(len(word) >= 6 and word in folded for word in words):
            return sense
    return None


def is_unpaid(text: str) -> bool:
    """Whether what stands in place of a day says that there is none: "open", "n/a", "-", "00.00.0000"."""
    return re.fullmatch(r"[0\W_]+", text) is not None or meaning("unpaid", text) is not None


def fields() -> list[str]:
    """Our columns that names are known for."""
    return list(_names())


def _without_unit(name: str) -> str:
    bare = re.sub(r"[(\[].*?[)\]]", "", name)
    bare = re.sub(rf"\s+(?:in\s+)?(?:{CODES})\s*$", "", bare)
    return bare if fold(bare) else name


@cache
def _said() -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return said


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
