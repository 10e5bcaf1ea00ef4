"""The catalogue of reasons in one language (``words_en.yaml``, ``words_de.yaml``), and how it writes numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from ..pages import Language, language


@dataclass(frozen=True)
class Speech:
    """The catalogue of one language."""

    language: Language
    forms: dict[str, Any]
    sentences: dict[str, Any]
    features: dict[str, dict[str, Any]]
    missing: dict[str, dict[str, str]]

    def counted(self, form: str, number: int) -> str:
        """'1 day', '14 days'."""
        return _counted(self.language.code, form, number)

    def lateness(self, days: float) -> str:
        """'14 days late', '3 days early' or 'on the due date'."""
        whole = int(np.rint(days))
        if whole == 0:
            return str(self.forms["due"])
        return self.counted("late" if whole > 0 else "early", abs(whole))

    def percent(self, share: float) -> str:
        """'38 %'."""
        return f"{share * 100:.0f} %"

    def points(self, change: float) -> str:
        """'+18 points': a change of a probability; below one point with one decimal."""
        whole = change * 100
        return _points(self.language.code, f"{whole:+.0f}" if abs(whole) >= 1 else f"{whole:+.1f}")

    def times(self, ratio: float) -> str:
        """'1.4', in German '1,4'."""
        return _decimal(self.language.code, f"{ratio:.1f}")

    def days(self, days: float) -> str:
        """'14 days'."""
        return self.counted("days", int(np.rint(days)))

    def weekday(self, number: float) -> str:
        """'Monday'."""
        return str(self.forms["weekdays"][int(number) % 7])

    def overdue(self, days: int, audience: str = "finance") -> str:
        """Since when an invoice is late: 'Unpaid 3 days after its due date.' is said to finance."""
        one, more = self.sentences["overdue" if audience == "finance" else "overdue_told"]
        return str(one if days == 1 else more).format(n=days)


@cache
def speech(code: str) -> Speech:
    """The catalogue of a language.

    Raises
    ------
    PaybenchError
        If there is none.
    """
    spoken = language(code)
    text = files(__package__ or "paybench.explain").joinpath(f"words_{code}.yaml").read_text(encoding="utf-8")
    return Speech(spoken, **yaml.safe_load(text))


@lru_cache(maxsize=1 << 14)  # a book of a million invoices has the same few numbers again and again
def _counted(code: str, form: str, number: int) -> str:
    one, more = speech(code).forms[form]
    return str(one if number == 1 else more).format(n=number)


@lru_cache(maxsize=1 << 12)
def _points(code: str, text: str) -> str:
    one, more = speech(code).forms["points"]
    return str(one if text in ("+1", "-1") else more).format(n=_decimal(code, text))


def _decimal(code: str, text: str) -> str:
    return text.replace(".", ",") if code == "de" else text
