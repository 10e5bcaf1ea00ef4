"""The rows of a guess's tables: where each of our columns comes from, and which rows make one."""

from __future__ import annotations

import re
from typing import Any

from ..readers.formulas import formula
from ..readers.written import BARE_AMOUNT, ISO
from .kinds import side_of
from .profiles import AMOUNTS
from .reading import Guess, code_in
from .settled import credits_are
from .shape import INSTALMENTS, PAYMENTS, PLAIN, STATE_COLUMNS, STATES, Shape
from .styles import units_of

Draft = dict[str, Any]
"""Rows of one table as the format says them, and ``why``: our column -> comment."""


def keys_of(guess: Guess, shape: Shape, *, days: bool = False) -> list[str]:
    """The columns in which all rows of one invoice say the same, with its ``days`` or without."""
    ours = ["invoice_id", "customer_id", "amount", "currency"]
    ours += ["kind"] if "kind" in shape.words else []
    ours += [day for day in ("issued_on", "due_on") if days and guess.known(day)]
    return [guess.found[name].column for name in ours if not guess.found[name].constant]


def are_invoices(guess: Guess, shape: Shape, signs: tuple[str, ...] = ("+", "0", "")) -> dict[str, Any]:
    """Which rows are invoices, or states of one; of several signs of the amount, if signs tell."""
    when: dict[str, Any] = {}
    if "kind" in shape.words:
        when = {guess.found["kind"].column: saying(shape, "kind", "invoice")}
    if guess.sided or (shape.credits and not when):
        when[sign_of(guess)] = list(signs)
    return when


def versions(guess: Guess, shape: Shape) -> bool:
    """Whether every state with another amount or day is a version, known from the day of the change."""
    changed = guess.found.get("recorded_on")
    return bool(shape.row == STATES and shape.changes and shape.dated and changed and changed.days)


def invoices(guess: Guess, shape: Shape) -> Draft:
    """The invoices."""
    columns = {ours: cell_of(guess, ours) for ours in ("invoice_id", "customer_id", "issued_on")}
    columns["due_on"] = due_of(guess)
    columns |= {ours: cell_of(guess, ours) for ours in ("amount", "currency")}
    when = are_invoices(guess, shape)
    if versions(guess, shape):
        changed = guess.found["recorded_on"]
        when[formula("first", *keys_of(guess, shape, days=True))] = ["yes"]
        number = [guess.found[ours].column for ours in ("invoice_id", "customer_id")]
        later = formula("later", changed.column, changed.days.pattern if changed.days else ISO, *number)
        columns["recorded_on"] = {"column": later, "dates": ISO}
    elif shape.row in (STATES, PAYMENTS):
        when[formula("first", *keys_of(guess, shape))] = ["yes"]
    elif guess.column("recorded_on") == "recorded_on":
        columns["recorded_on"] = cell_of(guess, "recorded_on")
    why = {ours: f"{f.confidence:.0%}: {f.reason}" for ours, f in guess.found.items()}
    split = {"instalments": True} if shape.row == INSTALMENTS else {}
    return {"table": "invoices", **split, "when": when, "columns": columns, "why": why}


def once_per_state(guess: Guess, shape: Shape) -> dict[str, Any]:
    """The first of the rows that say the same but for a state, where rows are states of others."""
    states = {guess.found[ours].column for ours in STATE_COLUMNS if ours in guess.found}
    if shape.row not in (STATES, PAYMENTS) or not states:
        return {}
    others = [name for name in guess.sheet.columns if name and name not in states and name not in guess.sheet.twice]
    return {formula("first", *others): ["yes"]}


def settled_by_day(guess: Guess, shape: Shape) -> bool:
    """Whether a day beside an invoice is its payment: not if payments have rows of their own, it would count twice."""
    return guess.known("paid_on") and shape.link is None and not shape.own_payments


def payments(guess: Guess, shape: Shape) -> list[Draft]:
    """The payments that stand beside their invoices, and those with rows of their own."""
    found = []
    number = guess.found["invoice_id"].column
    kinds = {"kind": {"value": "payment"}, "currency": _paid_in(guess)}
    if settled_by_day(guess, shape):
        paid, own_amount = guess.found["paid_on"].column, guess.known("paid_amount")
        several = shape.row == PAYMENTS or (shape.row == STATES and own_amount)
        when = are_invoices(guess, shape, ("+",))
        if several:
            when |= once_per_state(guess, shape)
        elif shape.row == STATES:
            paid = formula("last", paid, *keys_of(guess, shape))
        when[paid] = "filled"
        made = {"made_of": ["invoice_id", "paid_on"], "prefix": "P-"}
        own = made if several else {"key_of": "invoices", "prefix": "P-"}
        columns = {
            "payment_id": cell_of(guess, "payment_id") if guess.known("payment_id") else own,
            "customer_id": cell_of(guess, "customer_id"),
            "invoice_id": number if several else {"key_of": "invoices"},
            "paid_on": cell_of(guess, "paid_on", paid),
            "amount": _paid(guess, shape),
        }
        note = "each row with a day of payment is one" if several else "the day on which it was settled"
        why = {ours: f"{f.confidence:.0%}: {f.reason}" for ours, f in guess.found.items() if ours == "paid_on"}
        found.append({"table": "payments", "note": note, "when": when, "columns": columns | kinds, "why": why})
    return found + _others(guess, shape)


def _paid_in(guess: Guess) -> Any:
    """The currency of payments beside their invoices; one in another currency than its invoice is rejected."""
    amount = guess.column("paid_amount") if guess.known("paid_amount") else None
    if amount and (code := code_in(amount)):
        return {"value": code}
    return cell_of(guess, "paid_currency") if amount and guess.known("paid_currency") else cell_of(guess, "currency")


def _paid(guess: Guess, shape: Shape) -> Any:
    """What was paid: an amount of its own, or what is not open any more, or all."""
    if guess.known("paid_amount"):
        amount = _mapping(cell_of(guess, "paid_amount"))
        return (
            {**amount, "negate_when": {guess.found["paid_amount"].column: "filled"}}
            if shape.negative_payments
            else amount
        )
    amount = _mapping(cell_of(guess, "amount"))
    return {**amount, "less": open_of(guess, shape)} if shape.residual else amount


def open_of(guess: Guess, shape: Shape) -> str:
    """Where it stands what is open of an invoice in the end."""
    open_ = guess.found["open_amount"].column
    return formula("last", open_, *keys_of(guess, shape)) if shape.row in (STATES, PAYMENTS) else open_


def _others(guess: Guess, shape: Shape) -> list[Draft]:
    """Credit notes, payments that have rows of their own, write-offs, and payments that went back."""
    if guess.sided:
        return _of_sides(guess, shape)
    sign, side = sign_of(guess), guess.found.get("side")
    if "kind" not in shape.words:
        when, negate = {sign: ["-"]}, {sign: ["-"]}
        note = "amounts below zero reduce what a customer owes"
        return [_document(guess, shape, when, {"value": "credit_note"}, negate, note)] if shape.credits else []
    kind = guess.found["kind"].column
    senses = {word: sense for word, sense in shape.words["kind"].items() if sense not in ("invoice", "reversal")}
    back = saying(shape, "kind", "reversal")
    found = []
    if senses:
        below = [word for word, sense in senses.items() if sense in shape.below]
        negate = {kind: below} if below else {side.column: side_words(guess, "debit")} if side else {}
        note = "documents that are no invoices"
        found.append(_document(guess, shape, {kind: list(senses)}, {"column": kind, "words": senses}, negate, note))
    if back:
        note = "payments that went back"
        found.append(_document(guess, shape, {kind: back}, {"value": "payment"}, {sign: ["+"]}, note))
    return found


def _of_sides(guess: Guess, shape: Shape) -> list[Draft]:
    """What an account's credits are: by the type of the document, if a column says it; debits of payments went back."""
    sign, words = sign_of(guess), shape.words.get("kind", {})
    turned = {sign: ["+", "-"]}
    if not words:
        kind: Any = {"value": credits_are(guess, shape.link)}
        return [_document(guess, shape, {sign: ["-"]}, kind, turned, "credits of the account")]
    column = guess.found["kind"].column
    credited = {column: saying(shape, "kind", "invoice"), sign: ["-"]}
    found = [_document(guess, shape, credited, {"value": "credit_note"}, turned, "invoices on the side of the credits")]
    senses = {word: "payment" if s == "reversal" else s for word, s in words.items() if s != "invoice"}
    if senses:
        kind = {"column": column, "words": senses}
        found.append(_document(guess, shape, {column: list(senses)}, kind, turned, "documents that are no invoices"))
    return found


def _document(guess: Guess, shape: Shape, when: Any, kind: Any, negate: Any, note: str) -> Draft:
    amount = _mapping(cell_of(guess, "amount"))
    columns = {
        "payment_id": cell_of(guess, "invoice_id"),
        "customer_id": cell_of(guess, "customer_id"),
        # A document that names no invoice may bear the number of its own.
        "invoice_id": {"column": guess.found["invoice_id"].column, "known": True},
        "paid_on": cell_of(guess, "issued_on"),
        "amount": {**amount, "negate_when": negate} if negate else amount,
        "currency": cell_of(guess, "currency"),
        "kind": kind,
    }
    if shape.unnumbered:
        columns["payment_id"] = {"made_of": ["customer_id", "paid_on", "kind"], "prefix": "P-"}
    if guess.known("credits"):
        columns["invoice_id"] = cell_of(guess, "credits")
    elif shape.link:
        columns["invoice_id"] = {"match": shape.link}
    return {"table": "payments", "note": note, "when": when, "columns": columns, "why": {}}


def side_words(guess: Guess, side: str) -> list[str]:
    """The words of the column of sides for debit or credit."""
    texts = guess.sheet.trimmed(guess.found["side"].column).to_pandas()
    return [text for text in texts.unique() if side_of(text) == side]


def customers(guess: Guess) -> Draft:
    """The customers."""
    columns = {ours: cell_of(guess, ours) for ours in ("customer_id", "name", "country") if guess.known(ours)}
    return {"table": "customers", "once": True, "columns": columns, "why": {}}


def disputes(guess: Guess, shape: Shape) -> list[Draft]:
    """The disputes."""
    number = guess.found["invoice_id"].column
    columns: dict[str, Any] = {"dispute_id": {"column": number, "prefix": "D-"}, "invoice_id": number}
    when: dict[str, Any]
    state = guess.found.get("dispute") or guess.found.get("status")
    words = saying(shape, "dispute", "disputed")
    changed, paid = guess.found.get("recorded_on"), guess.found.get("paid_on")
    if guess.known("opened_on"):
        when = {guess.found["opened_on"].column: "filled"}
        if shape.row != PLAIN:
            when[formula("first", number, guess.found["opened_on"].column)] = ["yes"]
        columns |= {ours: cell_of(guess, ours) for ours in ("opened_on", "closed_on") if guess.known(ours)}
        note = "a dispute, with its own days"
    elif state and words and changed and changed.days:
        arguments = (
            number,
            guess.found["customer_id"].column,
            changed.column,
            changed.days.pattern,
            state.column,
            *words,
        )
        opens, closes = formula("opens", *arguments), formula("closes", *arguments)
        when = {opens: "filled"}
        columns |= {"opened_on": {"column": opens, "dates": ISO}, "closed_on": {"column": closes, "dates": ISO}}
        note = f"disputed while {state.column} says {' or '.join(words)}"
    elif state and words and paid and guess.known("paid_on"):
        when = {state.column: words, paid.column: "filled"}
        if shape.row != PLAIN:
            when[formula("first", number, state.column, paid.column)] = ["yes"]
        columns |= {ours: cell_of(guess, "paid_on") for ours in ("opened_on", "closed_on", "recorded_on")}
        note = "that it was disputed bears no date: it is known when it is settled, not before"
    else:
        return []
    if "kind" in shape.words:
        when |= are_invoices(guess, shape)
    if guess.known("dispute_reason"):
        columns["reason"] = cell_of(guess, "dispute_reason")
    elif state and "opens" in str(when):
        columns["reason"] = state.column
    return [{"table": "disputes", "note": note, "when": when, "columns": columns, "why": {}}]


def saying(shape: Shape, kind: str, wanted: str) -> list[str]:
    """The words of a column that mean this."""
    return [word for word, sense in shape.words.get(kind, {}).items() if sense == wanted]


def sign_of(guess: Guess) -> str:
    """The formula for the sign of the amount."""
    return formula("sign", guess.found["amount"].column)


def dates_of(guess: Guess) -> str:
    """The pattern in which most days are written."""
    days = guess.found["issued_on"].days
    return days.pattern if days and "%T" not in days.pattern and "%y" not in days.pattern else ISO


def cell_of(guess: Guess, ours: str, column: str | None = None) -> Any:
    """Where one of our columns comes from; ``column`` if not from the one that was found."""
    found = guess.found[ours]
    column = column or found.column
    if found.constant:
        return {"value": column}
    if ours in AMOUNTS and any(c.name == column and units_of(c.values) for c in guess.columns):
        return {"column": column, "find": BARE_AMOUNT}
    if not found.days or found.days.pattern == dates_of(guess):
        return column
    pattern = found.days.pattern
    if "%y" in pattern:
        return {"column": formula("day", column, pattern), "dates": ISO}
    if "%T" in pattern:
        return {"column": column, "find": "^[^ T]+", "dates": re.sub("[ T]%T", "", pattern)}
    return {"column": column, "dates": pattern}


def due_of(guess: Guess) -> Any:
    """Where the due day comes from: its column, or the terms."""
    issued, due = guess.found["issued_on"], guess.found.get("due_on")
    pattern = issued.days.pattern if issued.days else ISO
    if not guess.known("terms"):
        return cell_of(guess, "due_on")
    arguments = [issued.column, pattern, guess.found["terms"].column]
    if due and guess.known("due_on"):
        filled = next(c.filled for c in guess.columns if c.name == due.column)
        if filled == 1 or due.days is None or due.days.pattern != pattern:
            return cell_of(guess, "due_on")
        arguments.append(due.column)
    return {"column": formula("due", *arguments), "dates": ISO}


def _mapping(cell: Any) -> dict[str, Any]:
    return dict(cell) if isinstance(cell, dict) else {"column": cell}
