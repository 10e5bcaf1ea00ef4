"""What a check found, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["refuse", "quarantine", "warn"]

SEVERITIES: tuple[Severity, ...] = ("refuse", "quarantine", "warn")
"""The gravest first."""

EXAMPLES = 3
"""How many rows a finding names."""


@dataclass(frozen=True)
class Finding:
    """One expectation that a ledger does not meet.

    Attributes
    ----------
    severity : "refuse" where every number made from the ledger would be wrong; "quarantine" where these rows are wrong
        and should be set aside, see :func:`.quarantine.set_aside`; "warn" where rows count for nothing or look odd.
    table : where. rows : how many rows (of a check of volume: months or gaps). examples : up to three of their numbers.
    sentence : the same in words, with what to do or what follows.
    """

    severity: Severity
    table: str
    sentence: str
    rows: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """How grave it is not to meet an expectation, and how to say so of one row and of several."""

    severity: Severity
    one: str
    several: str
    then: str


def has(severity: Severity, what: str, then: str) -> Words:
    """The words where one row has it and several have it."""
    return Words(severity, f"has {what}", f"have {what}", then)


def found(words: Words, severity: Severity, table: str, noun: str, rows: int, examples: tuple[str, ...]) -> Finding:
    """The finding in words; ``noun`` is what one row is called, its plural has an s behind its first word."""
    first, *others = noun.split(" ")
    what = noun if rows == 1 else " ".join([f"{first}s", *others])
    which = f" ({examples[0]})" if rows == 1 else f", for example {', '.join(examples)}"
    sentence = f"{rows:,} {what} {words.one if rows == 1 else words.several}{which}; {words.then}"
    return Finding(severity, table, printable(sentence), rows, examples)


def printable(text: str) -> str:
    """Text without what a terminal would obey."""
    return "".join(c if c.isprintable() else "?" for c in text)
