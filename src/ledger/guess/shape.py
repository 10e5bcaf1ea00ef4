"""What one row of a flat file is: an invoice, one of several states of it, or one of several payments."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from .profiles import WORDS
from .reading import Guess
from .styles import share_of_amounts
from .words import fold, meaning

PLAIN, STATES, PAYMENTS = "an invoice", "an invoice or a later state of one", "a payment"
INSTALMENTS = "an instalment"

_NUMBER = ["invoice_id", "customer_id"]

_TOTALS = 200
"""A list of more totals is no list that anybody reads; such rows are set aside instead."""

_INSTALMENTS = 0.7
"""A row is an instalment if so many of the invoices that come again are due on as many days as they have rows."""

_SLIPS = 0.2
"""If more rows contradict themselves, the state means something else."""

_PAYMENTS = 0.3
"""A row is a payment if so many of the invoices that come again bear several different ones."""


@dataclass(frozen=True)
class Shape:
    """What the rows are.

    Attributes
    ----------
    row : one of ``PLAIN``, ``STATES``, ``PAYMENTS`` and ``INSTALMENTS``. again : rows that repeat an invoice.
    changes : whether a repeated invoice has another amount or day. credits : whether amounts below zero are there.
    words : per column of states and types what its words mean. totals : a column, and the words in it that sum up.
    contradictions : what rows must not say, and why not. headers : whether rows repeat the column names.
    unnumbered : whether documents that are no invoices lack a number.
    """

    row: str
    again: int
    changes: bool
    credits: bool
    words: dict[str, dict[str, str]]
    totals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    contradictions: tuple[tuple[dict[str, object], str], ...] = ()
    headers: bool = False
    unnumbered: bool = False


def shape_of(guess: Guess) -> Shape:
    """Tell what the rows of a file are, from what was found in it."""
    frame, words = _text(guess), _words(guess)
    numbered = frame["invoice_id"] != ""
    again = int((frame.duplicated(_NUMBER) & numbered).sum())
    groups = frame[frame.duplicated(_NUMBER, keep=False) & numbered]
    row = _row(guess, groups, words) if again else PLAIN
    fixed = [c for c in ("issued_on", "due_on", "amount") if c in frame]
    changes = bool((groups.groupby(_NUMBER)[fixed].nunique() > 1).any(axis=None)) if again and fixed else False
    contradictions = _contradictions(guess, words.get("status", {})) if row == PLAIN else ()
    return Shape(
        row,
        again,
        changes,
        _credits(guess),
        words,
        _totals(guess),
        contradictions,
        _says(guess, "issued_on", guess.column("issued_on") or ""),
        _unnumbered(guess, words.get("kind", {})),
    )


def _row(guess: Guess, groups: pd.DataFrame, words: dict[str, dict[str, str]]) -> str:
    """What the rows are of which several bear the number of one invoice."""
    by = groups.groupby(_NUMBER, sort=False)
    if "due_on" in groups and "recorded_on" not in guess.found and not _disputed(guess, groups, words):
        # The same number due on different days, and nothing says that a day was changed.
        parts = (by["due_on"].nunique() == by.size()).sum() / by.ngroups
        if parts > _INSTALMENTS:
            return INSTALMENTS
    if "paid_on" in groups:
        paid = groups[groups["paid_on"] != ""].drop_duplicates().groupby(_NUMBER, sort=False)
        if (paid.size() > 1).sum() / by.ngroups > _PAYMENTS:
            return PAYMENTS
    stated = any(ours in guess.found for ours in ("status", "dispute", "paid_on", "recorded_on"))
    return STATES if stated else PLAIN


def _disputed(guess: Guess, groups: pd.DataFrame, words: dict[str, dict[str, str]]) -> bool:
    """Whether some of these rows, and not all, say that an invoice is disputed."""
    column = guess.column("dispute") or guess.column("status")
    if column is None or column not in guess.sheet.columns:
        return False
    said = guess.sheet.trimmed(column).to_pandas()[groups.index].map(words.get("dispute", {})) == "disputed"
    return bool(said.any() and not said.all())


def _text(guess: Guess) -> pd.DataFrame:
    """The cells that tell rows apart, under our names."""
    columns = ("invoice_id", "customer_id", "issued_on", "due_on", "amount", "paid_on", "paid_amount", "payment_id")
    known = {ours: guess.column(ours) for ours in columns if guess.known(ours) or ours in ("invoice_id", "customer_id")}
    empty = np.full(len(guess.sheet), "", dtype=object)
    return pd.DataFrame(
        {
            ours: guess.sheet.trimmed(column).to_pandas() if column in guess.sheet.columns else empty
            for ours, column in known.items()
        }
    )


def _credits(guess: Guess) -> bool:
    amount = guess.column("amount")
    profile = next((c for c in guess.columns if c.name == amount), None)
    return profile is not None and share_of_amounts(profile.values, guess.amounts)[1] > 0


def _words(guess: Guess) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for kind in WORDS:
        column = guess.column(kind)
        if kind == "dispute" and column is None:
            column = guess.column("status")
        profile = next((c for c in guess.columns if c.name == column), None)
        texts = profile.values.text.to_pylist() if profile else []
        if kind == "dispute" and guess.column("dispute") is None:
            # Of a general state only words say that there is a dispute; "yes" or "1" says something else there.
            texts = [t for t in texts if len(fold(t)) > 3]
        senses = {text: sense for text in texts if (sense := meaning(kind, text)) is not None}
        if senses:
            found[kind] = senses
    return found


def _says(guess: Guess, ours: str, text: str) -> bool:
    column = guess.column(ours)
    return column in guess.sheet.columns and bool((guess.sheet.trimmed(column).to_pandas() == text).any())


def _unnumbered(guess: Guess, kinds: dict[str, str]) -> bool:
    number, kind = guess.column("invoice_id"), guess.column("kind")
    if number is None or kind is None:
        return False
    others = guess.sheet.trimmed(kind).to_pandas().map(kinds).isin(["payment", "credit_note"])
    return bool((others & (guess.sheet.trimmed(number).to_pandas() == "")).any())


def _contradictions(guess: Guess, senses: dict[str, str]) -> tuple[tuple[dict[str, object], str], ...]:
    """Open rows with a day of payment, and paid rows without: set aside, if most rows are not like that."""
    if set(senses.values()) != {"open", "paid"} or not guess.known("paid_on"):
        return ()
    state, paid = guess.found["status"].column, guess.found["paid_on"].column
    sense = guess.sheet.trimmed(state).to_pandas().map(senses)
    filled = guess.sheet.trimmed(paid).to_pandas() != ""
    against = ((sense == "open") & filled) | ((sense == "paid") & ~filled)
    if against.sum() > _SLIPS * sense.notna().sum():
        return ()
    found: list[tuple[dict[str, object], str]] = []
    for wanted, cell, reason in (
        ("open", "filled", f"{state} says that it is open, and it has a {paid}"),
        ("paid", "empty", f"{state} says that it is paid, and it has no {paid}"),
    ):
        found.append(({state: [word for word, s in senses.items() if s == wanted], paid: cell}, reason))
    return tuple(found)


def _totals(guess: Guess) -> dict[str, tuple[str, ...]]:
    """Rows that sum up the others: a word for it, and no day of issue."""
    issued = guess.column("issued_on")
    if issued is None or issued not in guess.sheet.columns:
        return {}
    undated = guess.sheet.trimmed(issued).to_pandas() == ""
    for column in list(guess.sheet.columns)[:4]:
        texts = guess.sheet.trimmed(column).to_pandas()[undated]
        words = tuple(dict.fromkeys(text for text in texts if _is_total(text)))
        if 0 < len(words) <= _TOTALS:
            return {column: words}
    return {}


def _is_total(text: str) -> bool:
    return bool(text) and "total" in (meaning("total", text), meaning("total", text.split()[0]))
