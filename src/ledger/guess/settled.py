"""What says that an invoice was paid: a day, a state, a document of its own; and where two of them do not agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ..formats import Format
from ..readers.formulas import columns_of, units_in
from .columns import SURE
from .kinds import sides_of
from .reading import Guess
from .words import another, name_fit

_SLIPS = 0.2
"""If more rows contradict themselves, nobody knows which of the two is wrong."""

_MANY = 1 / 3
"""If more invoices have a day of payment, the list keeps its payments there, too."""

Rules = tuple[tuple[dict[str, object], str], ...]


def credits_are(guess: Guess, link: str | None) -> str:
    """What the credits of an account are, if no column says the type: what settles an invoice is a payment.

    Where a column is there for the day of payment, payments stand beside their invoices, and a credit is a credit note.
    """
    dated = guess.known("paid_on") or any(name_fit("paid_on", name).score >= SURE for name in guess.sheet.columns)
    return "credit_note" if link is None and dated else "payment"


def has_payments(guess: Guess, kinds: Mapping[str, str] | None, link: str | None) -> bool:
    """Whether payments have rows of their own."""
    if kinds:
        return "payment" in kinds.values()
    return guess.sided and credits_are(guess, link) == "payment"


def contradictions(guess: Guess, senses: Mapping[str, str]) -> Rules:
    """Open rows with a day of payment, and paid rows without: set aside, if few rows are like that."""
    if not {"open", "paid"} <= set(senses.values()) or not guess.known("paid_on"):
        return ()
    state, paid = guess.found["status"].column, guess.found["paid_on"].column
    found: list[tuple[dict[str, object], str]] = []
    for wanted, cell, reason in (
        ("open", "filled", f"{state} says that it is open, and it has a {paid}"),
        ("paid", "empty", f"{state} says that it is paid, and it has no {paid}"),
    ):
        if 0 <= _against(guess, senses, wanted) <= _SLIPS:
            found.append(({state: [word for word, s in senses.items() if s == wanted], paid: cell}, reason))
    return tuple(found)


def _against(guess: Guess, senses: Mapping[str, str], wanted: str) -> float:
    """The share of the rows with a known state that are open with a day of payment, or paid without one."""
    sense = guess.sheet.trimmed(guess.found["status"].column).to_pandas().map(senses)
    filled = guess.sheet.trimmed(guess.found["paid_on"].column).to_pandas() != ""
    against = (sense == wanted) & (filled if wanted == "open" else ~filled)
    return float(against.sum() / max(1, sense.notna().sum()))


def questions(
    guess: Guess, words: Mapping[str, Mapping[str, str]], own: bool, link: str | None, residual: bool, plain: bool
) -> tuple[str, ...]:
    """What has to be asked before a day of payment is read as a payment.

    Parameters
    ----------
    words : what the words of columns mean. own : whether payments have rows of their own. link : what they share with
        their invoices. residual : whether an open amount says what was paid. plain : whether no invoice comes again.
    """
    if not guess.known("paid_on") or link is not None:
        return ()
    if own:
        return tuple(_twice(guess, words.get("kind", {})))
    return (
        *(_open_with_day(guess, words.get("status", {})) if plain else ()),
        *(() if residual else _amounts_beside(guess)),
    )


def _twice(guess: Guess, kinds: Mapping[str, str]) -> Iterator[str]:
    paid = guess.found["paid_on"].column
    filled = guess.sheet.trimmed(paid).to_pandas() != ""
    if kinds:
        filled = filled[guess.sheet.trimmed(guess.found["kind"].column).to_pandas().map(kinds) == "invoice"]
    if not guess.known("credits") and filled.mean() > _MANY:
        name = columns_of(paid)[0]
        yield (
            f"{name} gives invoices a day of payment, payments have rows of their own as well, and nothing says which "
            f"invoice each is for; name a column that does, --map 'their column=payments.invoice_id' or "
            f"'=payments.match', or leave the days out with --map '{name}=nothing'."
        )


def _open_with_day(guess: Guess, senses: Mapping[str, str]) -> Iterator[str]:
    said = guess.known("paid_amount") or guess.known("open_amount")
    if said or not senses or _against(guess, senses, "open") <= _SLIPS:
        return
    state, name = guess.found["status"].column, columns_of(guess.found["paid_on"].column)[0]
    yield (
        f"{state} says of many rows that they are open, and {name} gives them a day of payment; name the column of "
        f"what was paid, --map 'theirs=payments.amount', or leave out what does not count, --map '{state}=nothing' "
        f"or --map '{name}=nothing'."
    )


def _amounts_beside(guess: Guess) -> Iterator[str]:
    """A column that may be what was paid: never above the amount, and sometimes all of it."""
    amount = guess.column("amount")
    if guess.known("paid_amount") or amount not in guess.sheet.columns:
        return
    how = Format("guess", "", "", False, (), amounts=guess.amounts)
    paid = (guess.sheet.trimmed(guess.found["paid_on"].column).to_pandas() != "").to_numpy()
    whole, _ = units_in(guess.sheet, amount, how)
    for column in guess.columns:
        if column.name not in guess.unused() or column.name in guess.ignored or not column.marks or column.is_dated:
            continue
        part, there = units_in(guess.sheet, column.name, how)
        rows = paid & (whole > 0)
        same, less = part[rows] == whole[rows], part[rows] < whole[rows]
        if not rows.any() or not there[rows].all() or not np.all(same | less) or another("amounts", column.name):
            continue
        if less.any() and (same.any() or name_fit("paid_on", column.name).score) and np.all(part[rows] >= 0):
            yield (
                f"{column.name} may be what was paid of each invoice; say so with --map '{column.name}="
                f"payments.amount', or that it is not with --map '{column.name}=nothing'."
            )


def only_credits(kinds: Mapping[str, str]) -> list[str]:
    """The words for the side of the credits, if debit and credit stand for the types of documents."""
    return [word for word, side in sides_of(list(kinds)).items() if side == "credit"]
