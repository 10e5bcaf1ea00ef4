"""Words of threats, and of what nobody decided."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ...decide.messages.meanings import plain_letters
from ..negotiate.decision import ACCEPT, WAIVER, Decision
from .drafted import Draft

_ABOUT_INTEREST = frozenset({"waiver", "amount_disagreement"})
_INTEREST = ("interest", "fees")
_CHARGED = {
    "en": r"\b(?:charge|add|bill|apply|accru|demand)\w*",
    "de": r"\b(?:berechn|erheb|fallen|anfall|forder|stell)\w*",
    "fr": r"\b(?:factur(?:er|ons|erons|ees?)|appliqu\w+|ajout\w+|exig\w+|court|courent)\b",
    "es": r"\b(?:cobr\w+|aplic\w+|factur(?:ar|amos|aremos)|anad\w+|exig\w+|deveng\w+)\b",
}
_IF = re.compile(
    r"\b(?:until|once|when|if|as soon as|bis|sobald|wenn|falls|jusqu|lorsque|quand|des que|si|hasta|cuando) [^.!?\n]*"
)
"""What is said under a condition claims nothing."""
_TELLS = {
    "interest": "interest", "fees": "fees", "stop": "deliveries that stop", "collection": "a collection agency",
    "legal": "legal steps", "menace": "consequences that nothing allows", "bank": "details of bank accounts",
    "waived": "money that is forgiven", "paid": "money that came in", "agreed": "an agreement",
}  # fmt: skip


def worded(draft: Draft, text: str, decision: Decision | None) -> list[str]:
    """What a text threatens or grants without being allowed to.

    Parameters
    ----------
    text : of the draft, without names, numbers and links. decision : what was decided; None = nothing was.
    """
    plain = "\n".join(plain_letters(line) for line in text.split("\n"))
    found = []
    for kind, by_name in _words(draft.language).items():
        for name, pattern in by_name.items():
            match = pattern.search(_IF.sub(" ", plain) if name == "paid" else plain)
            if match and not _allowed(kind, name, draft, plain, pattern, decision):
                found.append(_fault(kind, name, match[0]))
    return found


def _allowed(
    kind: str, name: str, draft: Draft, plain: str, pattern: re.Pattern[str], decision: Decision | None
) -> bool:
    reason = decision.reason if decision is not None else ""
    if kind == "threats":
        if draft.tone == "final" and name in draft.voice.consequences:
            return True
        speaks = [sentence for sentence in re.split(r"[.!?\n]", plain) if re.search(pattern, sentence)]
        charged = any(re.search(_CHARGED[draft.language], sentence) for sentence in speaks)
        return name in _INTEREST and reason in _ABOUT_INTEREST and not charged
    if kind == "never" or decision is None:
        return False
    proposal = decision.proposal
    return {
        "waived": (proposal is not None and proposal.kind == WAIVER) or reason == "waiver",
        "paid": reason == "payment_found",
        "agreed": decision.action == ACCEPT,
    }[name]


def _fault(kind: str, name: str, quote: str) -> str:
    if kind == "threats":
        return f"It speaks of {_TELLS[name]} ('{quote}'), which is not enabled in this tone."
    if kind == "never":
        return f"It speaks of {_TELLS[name]} ('{quote}'), which no message may."
    return f"It speaks of {_TELLS[name]} ('{quote}'), which was not decided."


@cache
def _words(language: str) -> dict[str, dict[str, re.Pattern[str]]]:
    text = files(__package__ or "paybench.converse.messages").joinpath("words.yaml").read_text(encoding="utf-8")
    said: dict[str, Any] = yaml.safe_load(text)
    return {
        kind: {name: re.compile("|".join(by_language[language])) for name, by_language in by_name.items()}
        for kind, by_name in said.items()
    }
