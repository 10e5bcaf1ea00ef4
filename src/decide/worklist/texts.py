"""Proposed texts: what a contact says, by language, channel and tone, filled with the numbers of its line.

Values are put into the texts once and are never read as texts themselves, so that braces in a customer's name stay
braces. Names lose line breaks and control characters, which could begin a line of their own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any

import pandas as pd
import yaml

from ...errors import PaybenchError
from ...pages import LANGUAGES, Language

SMS = 160
"""Septets of one short message (GSM 03.38)."""
BEFORE = "before"
"""The texts of what is not due yet."""
FIELDS = (
    "name", "company", "phone", "email", "invoice", "due", "days", "count", "total", "pay_by", "today", "subject",
    "amount", "late",
    "part", "open",
)  # fmt: skip
"""What a text may ask to have filled in."""
_BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWO = set("^{}\\[~]|€")


@dataclass(frozen=True)
class Speaker:
    """Who writes and calls, and what may be said.

    Attributes
    ----------
    company, phone, email : as customers read them; empty = left out.
    pay_within : days until the day that is named, by tone; a weekend moves it to the Monday after.
    consequences : what may be announced in the last tone, keys of ``consequences`` in ``texts.yaml``; none by default.
    texts : of :func:`read_texts`; None = those that come along.
    """

    company: str = ""
    phone: str = ""
    email: str = ""
    pay_within: Mapping[str, int] = field(
        default_factory=lambda: {"courtesy": 14, "friendly": 10, "reminder": 7, "firm": 5, "final": 5}
    )
    consequences: tuple[str, ...] = ()
    texts: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        known = self.said("en")["consequences"]
        unknown = [name for name in self.consequences if name not in known]
        if unknown:
            raise PaybenchError(f"There is no consequence '{unknown[0]}'; give some of {', '.join(known)}.")

    def said(self, language: str) -> Mapping[str, Any]:
        """The texts in a language."""
        return (self.texts or _own())[language]

    def pay_by(self, at: pd.Timestamp, tone: str) -> pd.Timestamp:
        """The day that a contact of a tone names."""
        named = at + pd.Timedelta(self.pay_within.get(tone, 7), "D")
        return named + pd.Timedelta(max(0, 7 - named.weekday()) if named.weekday() > 4 else 0, "D")


def read_texts(file: str | Path) -> dict[str, Any]:
    """Texts of one's own: a YAML file like ``texts.yaml``; what it does not have is as it comes along.

    Raises
    ------
    PaybenchError
        If it cannot be read, or has a language, a place or a name in braces that there is not.
    """
    try:
        said = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PaybenchError(f"{file} cannot be read as texts ({error}); give a YAML file.") from None
    return _merged(_own(), said or {}, str(file), ())


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with values in its braces: plain names only, each once, and nothing in a value counts as a text.

    Examples
    --------
    >>> fill("Dear {name},", {"name": "{total}"})
    'Dear {total},'
    """
    return "".join(before + ("" if name is None else values[name]) for before, name, _, _ in Formatter().parse(text))


def plain(text: object, most: int = 80) -> str:
    """A name on one line: no control or direction characters, spaces in their place, cut at ``most`` characters."""
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs") else c for c in str(text))
    line = " ".join(kept.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def for_sms(text: str) -> str:
    """A text in the letters of a short message; others lose their accents, or become a question mark."""
    found = []
    for letter in text.replace("\N{NO-BREAK SPACE}", " ").replace("…", "..."):
        bare = unicodedata.normalize("NFKD", letter)[0]
        found.append(letter if letter in _BASIC | _TWO else bare if bare in _BASIC else "?")
    return "".join(found)


def septets(text: str) -> int:
    """The length of a short message, in septets."""
    return sum(2 if letter in _TWO else 1 for letter in text)


@dataclass(frozen=True)
class Way:
    """How something is said; ``tone`` may be ``before``; again = not for the first time."""

    channel: str
    tone: str
    several: bool
    again: bool


def words(
    said: Mapping[str, Any], speaker: Speaker, values: Mapping[str, str], way: Way, listed: str
) -> tuple[str, str]:
    """Subject and text of a contact.

    Parameters
    ----------
    said : texts of the customer's language. values : of :data:`FIELDS`. listed : the invoices, one a line.
    """
    tone = way.tone
    many = int(way.several)
    subject = fill(said["subject"][tone][many], values)
    if way.channel == "sms":
        return "", _short(said["sms"][tone], values)
    if way.channel == "phone":
        phone = said["phone"]
        points = [phone["about"][many], phone["opening"][tone], phone["ask"][tone]]
        points += [said["consequences"][c] for c in speaker.consequences] if tone == "final" else []
        points += [] if tone == BEFORE else [phone["dispute"]]
        return "", "\n".join(f"• {fill(point, values)}" for point in points) + f"\n\n{listed}"
    opening = said["opening"][tone][many] + (f" {said['earlier']}" if way.again and tone in _HARD else "")
    threats = [said["consequences"][c] for c in speaker.consequences] if tone == "final" else []
    reach = said["reach"].get(_reach(speaker), "")
    blocks = [
        said["greeting"] if values["name"] else said["nameless"],
        opening,
        "\0",
        " ".join([said["ask"][tone], *threats]),
        " ".join(part for part in (reach, "" if tone == BEFORE else said["paid"]) if part),
        said["closing"],
    ]
    letter = [said["letter"]] if way.channel == "letter" else []
    known = {**values, "subject": subject}
    filled = [listed if block == "\0" else fill(block, known).strip() for block in [*letter, *blocks]]
    return subject, "\n\n".join(block for block in filled if block)


_HARD = ("reminder", "firm", "final")


def _reach(speaker: Speaker) -> str:
    return (
        "both" if speaker.phone and speaker.email else "phone" if speaker.phone else "email"[: 5 * bool(speaker.email)]
    )


def _short(forms: list[str], values: Mapping[str, str]) -> str:
    """The first form that fits; if none does, the last one with a shorter name of the company."""
    for form in forms:
        text = for_sms(fill(form, values))
        if septets(text) <= SMS and (values["phone"] or "{phone}" not in form):
            return text
    for most in range(len(values["company"]), 1, -1):
        text = for_sms(fill(forms[-1], {**values, "company": plain(values["company"], most)}))
        if septets(text) <= SMS:
            return text
    return text[:SMS]


def money(t: Language, amount: float, currency: str) -> str:
    """'12,300.50 EUR', in German '12.300,50 EUR'."""
    return f"{t.number(amount, 2)}\N{NO-BREAK SPACE}{currency}"


@cache
def _own() -> dict[str, Any]:
    text = files(__package__ or "paybench.decide.worklist").joinpath("texts.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def _merged(own: Any, said: Any, file: str, place: tuple[str, ...]) -> Any:
    where = ": ".join(place) or "the top"
    if isinstance(own, dict):
        if not isinstance(said, dict):
            raise PaybenchError(f"{file} has at {where} '{said}'; there belong {', '.join(own)}.")
        unknown = [str(key) for key in said if key not in own]
        if unknown:
            raise PaybenchError(f"{file} has '{unknown[0]}' at {where}, which there is not; give {', '.join(own)}.")
        return {k: _merged(v, said[k], file, (*place, k)) if k in said else v for k, v in own.items()}
    texts = said if isinstance(own, list) and isinstance(said, list) else [said]
    if isinstance(own, list) != isinstance(said, list) or len(texts) != (len(own) if isinstance(own, list) else 1):
        shape = f"a list of {len(own)} texts" if isinstance(own, list) else "one text"
        raise PaybenchError(f"{file} has at {where} '{said}'; there belongs {shape}.")
    for text in texts:
        _check(text, file, where)
    return said


def _check(text: Any, file: str, where: str) -> None:
    try:
        asked = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text) if name is not None]
    except (TypeError, ValueError):
        raise PaybenchError(
            f"{file} has at {where} '{text}', in which the braces do not pair up; correct it."
        ) from None
    for name, spec, conversion in asked:
        if name not in FIELDS or spec or conversion:
            raise PaybenchError(
                f"{file} asks at {where} for '{{{name}}}', which there is not; braces hold one of {', '.join(FIELDS)}."
            )


__all__ = ["BEFORE", "LANGUAGES", "SMS", "Speaker", "fill", "plain", "read_texts", "septets", "words"]
