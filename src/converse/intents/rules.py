"""Hard rules: the safety intents by words, words that take them back, and check digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ...ledger.redact import CARD
from ..text import cleaned, new_text
from .letters import Letters, letters_of
from .meaning import Intent

STOP_WORDS = frozenset(
    {
        *(
            "stop",
            "stopall",
            "end",
            "quit",
            "cancel",
            "unsubscribe",
            "revoke",
            "optout",
            "arret",
            "arreter",
            "desabonner",
        ),
        *("desabonnement", "baja", "parar", "alto", "stopp", "abmelden", "abbestellen", "remove"),
    }
)
"""A message that is only one of these wants no more of its kind (Twilio's words, and those of other languages)."""
_CLAUSE = re.compile(
    r"[.;:!?](?=[\s\n]|$)|\n|(?:, | - | )(?=(?:but|however|though|aber|jedoch|sondern|mais|pero|sino)\b)"
)


@dataclass(frozen=True)
class Rule:
    """How one safety intent is recognised: what says it, what takes it back, whether a negation before it does."""

    name: str
    says: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None
    bare: bool


@cache
def rules() -> tuple[tuple[Rule, ...], re.Pattern[str]]:
    """The rules of ``rules.yaml``, and the negation that ends right before what it denies."""
    text = files(__package__).joinpath("rules.yaml").read_text(encoding="utf-8")
    given: dict[str, Any] = yaml.safe_load(text)
    negation = given.pop("negation")
    reach = rf"\b{negation['words']}(?:[ ,-]+[\w']+){{0,{negation['reach'] - 1}}}[ ,-]*$"
    found = []
    for name, rule in given.items():
        says = tuple(re.compile(rf"(?<!\w)(?:{one})(?!\w)") for one in rule["says"])
        unless = "|".join(f"(?:{one})" for one in rule.get("unless", ()))
        taken = re.compile(rf"(?<!\w)(?:{unless})(?!\w)") if unless else None
        found.append(Rule(name, says, taken, bool(rule.get("bare"))))
    return tuple(found), re.compile(reach)


def hard_rules(text: str) -> tuple[Intent, ...]:
    """Safety intents that a message has for sure enough that a person has to see it.

    Parameters
    ----------
    text : as it came in; what is quoted in it says nothing.

    >>> [intent.name for intent in hard_rules("Please stop texting me, our administrator was appointed on Monday")]
    ['unsubscribe', 'insolvency']
    """
    new = new_text(cleaned(text))
    letters = letters_of(new)
    found: dict[str, list[str]] = {}
    if CARD in new:
        found["card_data_sent"] = [CARD]
    if re.sub(r"[^a-z ]", "", letters.plain).strip() in STOP_WORDS:
        found["unsubscribe"] = [new.strip()]
    for start, end in _clauses(letters.plain):
        said = {rule.name: _said(rule, letters, start, end) for rule in rules()[0]}
        if said["insolvency"]:  # its courts and lawyers are those of the proceedings
            said["legal"] = []
        for name, quotes in said.items():
            found.setdefault(name, []).extend(quotes)
    return tuple(Intent(name, 1.0, "rule", tuple(dict.fromkeys(quotes))) for name, quotes in found.items() if quotes)


def _clauses(plain: str) -> list[tuple[int, int]]:
    ends = [match.end() for match in _CLAUSE.finditer(plain)]
    return [(start, end) for start, end in zip([0, *ends], [*ends, len(plain)], strict=True) if end > start]


def _said(rule: Rule, letters: Letters, start: int, end: int) -> list[str]:
    """The quotes of what a clause says by a rule; a word that lies within what takes it back does not count."""
    clause = letters.plain[start:end]
    quotes = []
    taken: list[tuple[int, int]] | None = None
    for pattern in rule.says:
        for match in pattern.finditer(clause):
            if taken is None:
                taken = [found.span() for found in rule.unless.finditer(clause)] if rule.unless else []
            if any(first < match.end() and match.start() < last for first, last in taken):
                continue
            if not rule.bare and rules()[1].search(clause[: match.start()]):
                continue
            quotes.append(letters.quote(start + match.start(), start + match.end()))
    return quotes
