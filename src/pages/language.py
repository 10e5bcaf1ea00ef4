"""Languages of the pages: sentences by their English text, numbers and dates as each language writes them.

A catalogue is a YAML file of this folder, ``de.yaml``: the English sentence, and what it is in that language. One that
a catalogue does not have is an error, so that no page is half translated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd
import yaml

from ..errors import PaybenchError

LANGUAGES = ("en", "de")
"""Languages that are complete."""

SPACE = "\N{NO-BREAK SPACE}"
_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "de": ("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sep.", "Okt.", "Nov.", "Dez."),
}


@dataclass(frozen=True)
class Language:
    """One language.

    Attributes
    ----------
    code : ISO 639-1. sentences : from English; empty for English itself.
    """

    code: str
    sentences: dict[str, str] = field(default_factory=dict, repr=False)

    def __call__(self, sentence: str, **values: Any) -> str:
        """A sentence with values in its braces.

        Raises
        ------
        KeyError
            If the catalogue does not have it.
        """
        text = sentence if self.code == "en" else self.sentences[sentence]
        return text.format(**values) if values else text

    def number(self, value: float, places: int = 0) -> str:
        """'12,300.50', in German '12.300,50'."""
        text = f"{value:,.{places}f}"
        return text if self.code == "en" else text.translate(str.maketrans(",.", ".,"))

    def percent(self, share: float) -> str:
        """A share in whole percent; one that is not 0 or 1 never looks as if it were."""
        if 0 < share < 0.005:
            return self("under {share}", share=f"1{SPACE}%")
        if 0.995 < share < 1:
            return self("over {share}", share=f"99{SPACE}%")
        return f"{share * 100:.0f}{SPACE}%"

    def date(self, day: pd.Timestamp, year: bool = True) -> str:
        """'8 Dec 2025', in German '8. Dez. 2025'; without the year on request."""
        dot = "." if self.code == "de" else ""
        text = f"{day.day}{dot}{SPACE}{_MONTHS[self.code][day.month - 1]}"
        return f"{text}{SPACE}{day.year}" if year else text


@cache
def language(code: str) -> Language:
    """A language by its code.

    Raises
    ------
    PaybenchError
        If pages are not written in it.
    """
    if code not in LANGUAGES:
        raise PaybenchError(f"Pages are not written in '{code}'; give one of {', '.join(LANGUAGES)}.")
    if code == "en":
        return Language("en")
    text = files(__package__ or "paybench.pages").joinpath(f"{code}.yaml").read_text(encoding="utf-8")
    return Language(code, {str(k): str(v) for k, v in (yaml.safe_load(text) or {}).items()})
