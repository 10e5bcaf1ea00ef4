"""A guess as a format: the YAML that a person can look over, keep and change."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from .asides import again, frames, refusals, unread
from .reading import Guess
from .shape import Shape
from .tables import Draft, customers, dates_of, disputes, invoices, payments


def draft(guess: Guess, shape: Shape) -> str:
    """The YAML of a format that reads the file as it was guessed.

    Everything that an invoice needs has to be known, see :meth:`.reading.Guess.missing`.
    """
    rows = [invoices(guess, shape), *payments(guess, shape), customers(guess), *disputes(guess, shape)]
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
        f"dates: {_word(dates_of(guess))}",
        f"amounts: {_flow({'decimal': style.decimal, 'thousands': style.thousands, 'minus': list(style.minus)})}"
        f"  # {guess.amounts_why}",
        "files:",
        '  - name: "*"',
        "    needed: true",
        *([f"    sheet: {_word(guess.layout.sheet)}"] if guess.layout.sheet else []),
    ]
    lines.append("    frames:")
    lines += [f"      - {_flow(frame)}  # {why}" for frame, why in frames(guess, shape)]
    if repeated := again(guess, shape):
        lines.append(f"    again: {_flow(repeated)}  # a later state of an earlier row")
    for key, rules in (
        ("reject", [{"when": when, "reason": reason} for when, reason in refusals(guess, shape)]),
        ("unread", unread(guess, shape)),
    ):
        lines += [f"    {key}:"] * bool(rules) + [f"      - {_flow(rule)}" for rule in rules]
    lines.append("    rows:")
    for table in rows:
        lines += _table(table)
    if unused := guess.unused():
        lines.append(f"# Not imported: {_one_line(', '.join(unused))}.")
    return "\n".join(lines) + "\n"


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
    return str(value).lower() if isinstance(value, bool) else _word(value)


def _word(text: str) -> str:
    """Text as YAML says it: plain where nothing in it means anything to YAML, in quotes elsewhere."""
    if re.fullmatch(r"[A-Za-z_][\w-]*", text, re.ASCII) and text.lower() not in _NOT_PLAIN:
        return text
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7f")


_NOT_PLAIN = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}


def _one_line(text: str) -> str:
    return " ".join(text.split())
