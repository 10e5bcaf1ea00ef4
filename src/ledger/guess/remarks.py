"""What is to be said of a guess: what types were taken for, what is uncertain, and what is left out."""

from __future__ import annotations

import pandas as pd

from ..readers.formulas import columns_of, shown
from .columns import SURE
from .kinds import is_lost
from .maps import target_of
from .profiles import Profile
from .reading import Guess
from .settled import credits_are, only_credits
from .shape import INSTALMENTS, STATES, Shape
from .words import fold

_CALLED = {"payment": "payments", "credit_note": "credit notes"}


def notes(guess: Guess, shape: Shape) -> list[str]:
    """What is uncertain or left out, in sentences."""
    return [*guess.notes, *_of_shape(guess, shape), *_items(guess, shape), *_names(guess), *_left_out(guess)]


def types(guess: Guess, shape: Shape) -> dict[str, str]:
    """What the words of the column of types were taken for: the column -> "RE, RV = invoice; DZ = payment"."""
    kinds = shape.words.get("kind")
    if not kinds:
        return {}
    said: dict[str, list[str]] = {}
    for word, sense in kinds.items():
        said.setdefault(sense, []).append(word)
    return {guess.found["kind"].column: "; ".join(f"{', '.join(words)} = {s}" for s, words in said.items())}


def _items(guess: Guess, shape: Shape) -> list[str]:
    """Rows that say the same of one invoice but for columns that are not read, as the lines of it do."""
    if not shape.again:
        return []
    columns = [name for name in guess.sheet.columns if name]
    text = pd.DataFrame({name: guess.sheet.trimmed(name).to_pandas() for name in columns})
    unused = guess.unused()
    read = [name for name in columns if name not in unused and columns_of(name) == [name]]
    rows = text[text.duplicated(read, keep=False) & (text[guess.found["invoice_id"].column] != "")]
    differ = [name for name in unused if rows.groupby(read, sort=False)[name].nunique().gt(1).any()]
    return [f"rows of one invoice differ in {', '.join(differ)} alone; all but the first repeat it"] if differ else []


def _names(guess: Guess) -> list[str]:
    """Customers that the rows call by several names."""
    if not (guess.known("name") and guess.known("customer_id")):
        return []
    number, name = guess.found["customer_id"].column, guess.found["name"].column
    said = pd.DataFrame({own: guess.sheet.trimmed(own).to_pandas() for own in (number, name)}).drop_duplicates()
    several = int((said[(said != "").all(axis=1)][number].value_counts() > 1).sum())
    what = "customer bears several names" if several == 1 else "customers bear several names"
    return [f"{several} {what} in {name}; the last one counts"] if several else []


def _left_out(guess: Guess) -> list[str]:
    """Columns that hold amounts or days, and of which nothing is made."""
    unused = [column for column in guess.columns if column.name in guess.unused() and column.name not in guess.ignored]
    names = [column.name for column in unused if _counts(column)]
    found = [f"{', '.join(names)}: amounts or days that nothing is made of"] if names else []
    twice = [name for name in sorted(guess.sheet.twice) if name]
    return found + [f"several columns are called {name}, and none of them is read" for name in twice]


def _counts(column: Profile) -> bool:
    """Whether a column holds numbers other than zero, or days, be it in a few cells."""
    looks = column.values.like(r"^\D{0,4}\d[\d., ]*[.,]\d{2}\D{0,4}$|^\d{1,4}([-./])\d{1,2}[-./]\d{2,4}")
    other = ~column.values.like(r"^[0\W]*$")
    return bool((looks & other).any() or (column.marks is not None and other.any()))


def _of_shape(guess: Guess, shape: Shape) -> list[str]:
    notes = [
        f"{target_of(ours)} is not imported from {f.column}: less than {SURE:.0%} sure"
        for ours, f in guess.found.items()
        if f.confidence < SURE and ours not in guess.missing()
    ]
    words = shape.words
    if "paid" in words.get("status", {}).values() and "paid_on" not in guess.found:
        notes.append(f"{guess.column('status')} says what is paid, but no column says when; all invoices stay open")
    disputed = "disputed" in words.get("dispute", {}).values()
    if disputed and not {"opened_on", "recorded_on", "paid_on"} & set(guess.found):
        notes.append("there are disputes, but no column says when; they are not imported")
    if shape.changes and shape.row == STATES and "recorded_on" not in guess.found:
        notes.append(
            "invoices come again with another amount or day, and no column says when that changed; a row with another "
            "day is set aside, and one with another amount is an invoice of its own"
        )
    if shape.row == INSTALMENTS:
        notes.append("the same number is due on different days, which is read as instalments, not as a changed day")
    if unknown := _unknown_states(guess, shape):
        state = guess.column("status")
        notes.append(f"{state} is {', '.join(unknown)} in some rows; no known state, and nothing is made of it")
    if shape.own_payments and shape.link is None and guess.known("paid_on"):
        day = shown(guess.column("paid_on") or "")
        notes.append(f"payments have rows of their own, so {day} of an invoice makes no payment")
    if "kind" in words and (unknown := _unknown_kinds(guess, words["kind"])):
        notes.append(f"{guess.column('kind')} is {', '.join(unknown)} in rows that are set aside; no known type")
    pays = "payment" in words.get("kind", {}).values() or (guess.sided and "kind" not in words)
    if shape.link:
        one, *others = columns_of(shape.link)
        same = " and ".join(others)
        notes.append(f"payments pay the invoices of the same {one} that bear the same {same}, the oldest due first")
    elif pays and not guess.known("credits"):
        notes.append("no column says which invoice a payment is for (payments.invoice_id); invoices stay open")
    if guess.sided and "kind" not in words:
        _, credit = columns_of(guess.found["amount"].column)
        kind = _CALLED[credits_are(guess, shape.link)]
        notes.append(f"no column says the type of a document, so every {credit} is read as {kind}")
    elif credits := only_credits(words.get("kind", {})):
        said, kind = ", ".join(credits), _CALLED[credits_are(guess, shape.link)]
        notes.append(f"no column says the type of a document, so {guess.column('kind')} {said} is read as {kind}")
    elif shape.credits and "kind" not in words:
        notes.append(f"{guess.column('amount')} is below zero in rows that are read as credit notes")
    return notes


def _unknown_states(guess: Guess, shape: Shape) -> list[str]:
    """Words of the column of states that mean nothing known."""
    column = next((c for c in guess.columns if c.name == guess.column("status")), None)
    known = {**shape.words.get("status", {}), **shape.words.get("dispute", {})}
    texts = column.values.text.to_pylist() if column else []
    return [text for text in texts if fold(text) and text not in known and not is_lost(text)][:8]


def _unknown_kinds(guess: Guess, words: dict[str, str]) -> list[str]:
    column = next(c for c in guess.columns if c.name == guess.column("kind"))
    return [text for text in column.values.text.to_pylist() if text not in words and text != column.name][:5]
