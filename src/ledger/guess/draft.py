"""A guess as a format: the YAML that a person can look over, keep and change."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ..readers.formulas import BARE_AMOUNT, ISO, formula
from .profiles import AMOUNTS
from .reading import Guess
from .shape import INSTALMENTS, PAYMENTS, PLAIN, STATES, Shape
from .styles import units_of

_KEYS = ("invoice_id", "customer_id", "amount")


def draft(guess: Guess, shape: Shape) -> str:
    """The YAML of a format that reads the file as it was guessed.

    Everything that an invoice needs has to be known, see :meth:`.reading.Guess.missing`.
    """
    rows = [_invoices(guess, shape), *_payments(guess, shape), _customers(guess), *_disputes(guess, shape)]
    style = guess.amounts
    lines = [
        f"# Proposed for {_one_line(guess.path.name)} by 'paybench ledger import --guess'. Look it over, change what",
        "# is wrong, and import with --format and the name of this file. The words are explained in docs/import.md.",
        *(f"# Uncertain: {_one_line(note)}." for note in guess.notes),
        f"title: {_word(f'the layout of {guess.path.name}')}",
        "source: the column names and the content of one file",
        "tested: false",
        f"encoding: {_word(guess.layout.encoding)}",
        f"delimiter: {_word(guess.layout.delimiter)}",
        f"skip: {guess.layout.skip}  # lines above the column names",
        f"dates: {_word(_dates(guess))}",
        f"amounts: {_flow({'decimal': style.decimal, 'thousands': style.thousands, 'minus': list(style.minus)})}"
        f"  # {guess.amounts_why}",
        "files:",
        '  - name: "*"',
        "    needed: true",
    ]
    if frames := _frames(guess, shape):
        lines.append("    frames:")
        lines += [f"      - {_flow(frame)}  # {why}" for frame, why in frames]
    if refusals := [*shape.contradictions, *_without_days(guess, shape)]:
        lines.append("    reject:")
        lines += [f"      - {_flow({'when': when, 'reason': reason})}" for when, reason in refusals]
    lines.append("    rows:")
    for table in rows:
        lines += _table(table)
    if unused := guess.unused():
        lines.append(f"# Not imported: {_one_line(', '.join(unused))}.")
    return "\n".join(lines) + "\n"


def _frames(guess: Guess, shape: Shape) -> list[tuple[dict[str, Any], str]]:
    """Rows that are no rows."""
    columns = {ours: guess.found[ours].column for ours in ("invoice_id", "customer_id", "issued_on", "amount")}
    frames: list[tuple[dict[str, Any], str]] = [
        ({column: list(words), columns["issued_on"]: "empty"}, "sums up the others")
        for column, words in shape.totals.items()
    ]
    if shape.headers:
        frames.append(({columns["issued_on"]: [columns["issued_on"]]}, "repeats the column names"))
    return [*frames, (dict.fromkeys(columns.values(), "empty"), "says nothing")]


Draft = dict[str, Any]
"""Rows of one table as the format says them, and ``why``: our column -> comment."""


def _invoices(guess: Guess, shape: Shape) -> Draft:
    columns = {ours: _cell(guess, ours) for ours in ("invoice_id", "customer_id", "issued_on")}
    columns["due_on"] = _due(guess)
    columns |= {ours: _cell(guess, ours) for ours in ("amount", "currency")}
    when: dict[str, Any] = {}
    if "kind" in shape.words:
        when[guess.found["kind"].column] = _saying(shape, "kind", "invoice")
    elif shape.credits:
        when[_sign(guess)] = ["+", "0", ""]
    keys = [guess.found[ours].column for ours in _KEYS]
    if shape.row in (STATES, PAYMENTS):
        changed = guess.found.get("recorded_on")
        if shape.row == STATES and shape.changes and changed and changed.days:
            # Every state with another amount or day is a version, known from the day of the change.
            days = [guess.found[ours].column for ours in ("issued_on", "due_on") if guess.known(ours)]
            when[formula("first", *keys, *days)] = ["yes"]
            later = formula("later", changed.column, changed.days.pattern, *keys[:2])
            columns["recorded_on"] = {"column": later, "dates": ISO}
        else:
            when[formula("first", *keys)] = ["yes"]
    elif guess.column("recorded_on") == "recorded_on":
        columns["recorded_on"] = _cell(guess, "recorded_on")
    why = {ours: f"{f.confidence:.0%}: {f.reason}" for ours, f in guess.found.items()}
    split = {"instalments": True} if shape.row == INSTALMENTS else {}
    return {"table": "invoices", **split, "when": when, "columns": columns, "why": why}


def _payments(guess: Guess, shape: Shape) -> list[Draft]:
    found = []
    number = guess.found["invoice_id"].column
    kinds = {"kind": {"value": "payment"}, "currency": _cell(guess, "currency")}
    if guess.known("paid_on"):
        paid = guess.found["paid_on"].column
        keys = [guess.found[ours].column for ours in _KEYS]
        if shape.row == STATES:
            paid = formula("last", paid, *keys)
        when: dict[str, Any] = {paid: "filled"}
        if "kind" in shape.words:
            when[guess.found["kind"].column] = _saying(shape, "kind", "invoice")
        elif shape.credits:
            when[_sign(guess)] = ["+"]
        several = shape.row == PAYMENTS
        made = {"made_of": ["invoice_id", "paid_on"], "prefix": "P-"}
        own = made if several else {"key_of": "invoices", "prefix": "P-"}
        columns = {
            "payment_id": _cell(guess, "payment_id") if guess.known("payment_id") else own,
            "customer_id": _cell(guess, "customer_id"),
            "invoice_id": number if several else {"key_of": "invoices"},
            "paid_on": _cell(guess, "paid_on", paid),
            "amount": _cell(guess, "paid_amount" if guess.known("paid_amount") else "amount"),
        }
        note = "each row with a day of payment is one" if several else "the day on which it was settled in full"
        why = {ours: f"{f.confidence:.0%}: {f.reason}" for ours, f in guess.found.items() if ours == "paid_on"}
        found.append({"table": "payments", "note": note, "when": when, "columns": columns | kinds, "why": why})
    if set(shape.words["kind"].values()) - {"invoice"} if "kind" in shape.words else shape.credits:
        found.append(_others(guess, shape))
    return found


def _others(guess: Guess, shape: Shape) -> Draft:
    """Credit notes, and payments that have rows of their own."""
    senses = {word: sense for word, sense in shape.words.get("kind", {}).items() if sense != "invoice"}
    when: dict[str, Any] = {}
    kind: Any = {"value": "credit_note"}
    if senses:
        kind = {"column": guess.found["kind"].column, "words": senses}
        when[guess.found["kind"].column] = list(senses)
    else:
        when[_sign(guess)] = ["-"]
    cell = _cell(guess, "amount")
    amount: dict[str, Any] = dict(cell) if isinstance(cell, dict) else {"column": cell}
    if shape.credits:
        amount["negate_when"] = {_sign(guess): ["-"]}
    columns = {
        "payment_id": _cell(guess, "invoice_id"),
        "customer_id": _cell(guess, "customer_id"),
        "paid_on": _cell(guess, "issued_on"),
        "amount": amount,
        "currency": _cell(guess, "currency"),
        "kind": kind,
    }
    if shape.unnumbered:
        columns["payment_id"] = {"made_of": ["customer_id", "paid_on", "kind"], "prefix": "P-"}
    if guess.known("credits"):
        columns["invoice_id"] = _cell(guess, "credits")
    note = "amounts below zero reduce what a customer owes" if not senses else "documents that are no invoices"
    return {"table": "payments", "note": note, "when": when, "columns": columns, "why": {}}


def _customers(guess: Guess) -> Draft:
    columns = {ours: _cell(guess, ours) for ours in ("customer_id", "name", "country") if guess.known(ours)}
    return {"table": "customers", "once": True, "columns": columns, "why": {}}


def _disputes(guess: Guess, shape: Shape) -> list[Draft]:
    number = guess.found["invoice_id"].column
    columns: dict[str, Any] = {"dispute_id": {"column": number, "prefix": "D-"}, "invoice_id": number}
    when: dict[str, Any]
    state = guess.found.get("dispute") or guess.found.get("status")
    words = _saying(shape, "dispute", "disputed")
    changed, paid = guess.found.get("recorded_on"), guess.found.get("paid_on")
    if guess.known("opened_on"):
        when = {guess.found["opened_on"].column: "filled"}
        if shape.row != PLAIN:
            when[formula("first", number, guess.found["opened_on"].column)] = ["yes"]
        columns |= {ours: _cell(guess, ours) for ours in ("opened_on", "closed_on") if guess.known(ours)}
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
        columns |= {ours: _cell(guess, "paid_on") for ours in ("opened_on", "closed_on", "recorded_on")}
        note = "that it was disputed bears no date: it is known when it is settled, not before"
    else:
        return []
    if guess.known("dispute_reason"):
        columns["reason"] = _cell(guess, "dispute_reason")
    elif state and "opens" in str(when):
        columns["reason"] = state.column
    return [{"table": "disputes", "note": note, "when": when, "columns": columns, "why": {}}]


def _saying(shape: Shape, kind: str, wanted: str) -> list[str]:
    return [word for word, sense in shape.words.get(kind, {}).items() if sense == wanted]


def _sign(guess: Guess) -> str:
    return formula("sign", guess.found["amount"].column)


def _dates(guess: Guess) -> str:
    days = guess.found["issued_on"].days
    return days.pattern if days and "%T" not in days.pattern and "%y" not in days.pattern else ISO


def _cell(guess: Guess, ours: str, column: str | None = None) -> Any:
    """Where one of our columns comes from; ``column`` if not from the one that was found."""
    found = guess.found[ours]
    column = column or found.column
    if found.constant:
        return {"value": column}
    if ours in AMOUNTS and any(c.name == column and units_of(c.values) for c in guess.columns):
        return {"column": column, "find": BARE_AMOUNT}
    if not found.days or found.days.pattern == _dates(guess):
        return column
    pattern = found.days.pattern
    if "%y" in pattern:
        return {"column": formula("day", column, pattern), "dates": ISO}
    if "%T" in pattern:
        return {"column": column, "find": "^[^ T]+", "dates": re.sub("[ T]%T", "", pattern)}
    return {"column": column, "dates": pattern}


def _due(guess: Guess) -> Any:
    issued, due = guess.found["issued_on"], guess.found.get("due_on")
    pattern = issued.days.pattern if issued.days else ISO
    if not guess.known("terms"):
        return _cell(guess, "due_on")
    arguments = [issued.column, pattern, guess.found["terms"].column]
    if due and guess.known("due_on"):
        filled = next(c.filled for c in guess.columns if c.name == due.column)
        if filled == 1 or due.days is None or due.days.pattern != pattern:
            return _cell(guess, "due_on")
        arguments.append(due.column)
    return {"column": formula("due", *arguments), "dates": ISO}


def _without_days(guess: Guess, shape: Shape) -> list[tuple[dict[str, Any], str]]:
    """Invoices whose due day cannot be told: they are set aside, and never taken for due at once."""
    cell = _due(guess)
    if not isinstance(cell, dict) or not cell.get("column", "").startswith("=due("):
        return []
    when: dict[str, Any] = {cell["column"]: "empty", guess.found["issued_on"].column: "filled"}
    if "kind" in shape.words:
        when[guess.found["kind"].column] = _saying(shape, "kind", "invoice")
    elif shape.credits:
        when[_sign(guess)] = ["+"]
    due = f"{guess.column('due_on')} is empty, and " if guess.known("due_on") else "its due day cannot be told: "
    return [(when, f"{due}{guess.column('terms')} names no number of days")]


def _table(rows: Draft) -> list[str]:
    lines = [f"      - table: {rows['table']}" + (f"  # {_one_line(rows['note'])}" if rows.get("note") else "")]
    lines += [f"        {key}: true" for key in ("once", "instalments") if rows.get(key)]
    if rows.get("when"):
        lines.append(f"        when: {_flow(rows['when'])}")
    lines.append("        columns:")
    for ours, cell in rows["columns"].items():
        why = rows["why"].get(ours) if ours != "due_on" or "due(" not in str(cell) else "the terms say it"
        lines.append(f"          {ours}: {_flow(cell)}" + (f"  # {_one_line(why)}" if why else ""))
    return lines


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_word(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _word(value)


def _word(text: str) -> str:
    """Text as YAML says it: plain where nothing in it means anything to YAML, in quotes elsewhere."""
    if re.fullmatch(r"[A-Za-z_][\w-]*", text, re.ASCII) and text.lower() not in _NOT_PLAIN:
        return text
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7f")


_NOT_PLAIN = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}


def _one_line(text: str) -> str:
    return " ".join(text.split())
