r"""Columns that a file does not have but that follow from those that it has: named like a formula of a spreadsheet.

A format may speak of ``=sign(Betrag)`` wherever it speaks of a column. Arguments stand between bars. PATTERN is a date
pattern of the formats (``%d.%m.%Y``, ``excel``), which may have ``%y``, a year of two digits (69 to 99 are of the last
century), and at its end ``%T``, a time of day, which does not count. Days come out as ``2025-12-31``. An argument may
be a formula itself; the bars within it are written ``\|``.

``=day(COLUMN | PATTERN | WORD ...)``
    the day; nothing for one of the words; what is written in another way stays as it is.
``=due(ISSUED | PATTERN | TERMS)``, ``=due(ISSUED | PATTERN | TERMS | DUE)``
    the due day: what stands in DUE, else ISSUED and the days that TERMS name, else nothing.
``=filled()``
    ``yes`` where any column of the file is filled, else ``no``.
``=sign(AMOUNT)``
    ``+``, ``-`` or ``0``; empty where no amount stands. A currency in front or behind does not count.
``=net(DEBIT | CREDIT)``
    what stands on the one side, or with a minus what stands on the other; of a row with both, both as they stand, which
    is no amount.
``=joined(COLUMN | COLUMN ...)``
    what stands in them, with a blank between; nothing if one of them is empty.
``=begins(COLUMN | WORD ...)``
    ``yes`` where the text begins with one of the words, upper case and lower case alike, else ``no``.
``=first(COLUMN | COLUMN ...)``
    ``yes`` in the first row in which these columns say what they say, ``no`` in the others.
``=last(COLUMN | COLUMN ...)``
    in the first row in which the other columns say what they say: what stands in the first one in the last of these
    rows in which it is filled.
``=later(CHANGED | PATTERN | COLUMN | COLUMN ...)``
    the day of CHANGED in every row but the first in which these columns say what they say: there nothing.
``=opens(NUMBER | CUSTOMER | CHANGED | PATTERN | STATE | WORD | WORD ...)``, ``=closes(...)`` with the same arguments
    of invoices that the file repeats whenever their state changes, in the order of CHANGED: in the row in which the
    state becomes one of the words, the day of it, and the day on which it stops to be; empty in every other row.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ...errors import PaybenchError
from ..formats import Format, Source
from ..schema import MONEY_UNITS
from .parse import parse_amounts, parse_native
from .sheet import TEXT, Sheet
from .states import again, last, spells
from .terms import days_of_terms
from .written import ISO, bare_amounts, parse_days

BAR = r"\|"
"""A bar in the name of a column."""

_FORMULA = re.compile(r"=(\w+)\((.*)\)", re.S)


def formula(name: str, *arguments: str) -> str:
    """The name of a computed column.

    >>> formula("due", "Datum", "%d.%m.%Y", "Ziel")
    '=due(Datum | %d.%m.%Y | Ziel)'
    """
    return f"={name}({' | '.join(argument.replace('|', BAR) for argument in arguments)})"


def computed(sheet: Sheet, source: Source, format: Format) -> Sheet:
    """The sheet with the formulas that the format speaks of.

    Raises
    ------
    PaybenchError
        If there is no such formula, or the file lacks a column that one is computed from.
    """
    for name in sorted(_names(source)):
        sheet = with_formula(sheet, name, format)
    return sheet


def with_formula(sheet: Sheet, name: str, format: Format) -> Sheet:
    """The sheet with the column that a name denotes, if it denotes a formula, and those that it is computed from.

    Raises
    ------
    PaybenchError
        As :func:`computed`.
    """
    found = _FORMULA.fullmatch(name)
    if name in sheet.columns or found is None:
        return sheet
    arguments = _arguments(found[2])
    for argument in arguments:
        sheet = with_formula(sheet, argument, format)
    return replace(sheet, columns={**sheet.columns, name: _compute(name, found[1], arguments, sheet, format)})


def columns_of(name: str) -> list[str]:
    r"""The columns of the file that a formula is computed from; of another name, the name.

    >>> columns_of(r"=sign(=net(Soll \| Haben))"), columns_of("=day(bezahlt | %d.%m.%Y | offen)")
    (['Soll', 'Haben'], ['bezahlt'])
    """
    found = _FORMULA.fullmatch(name)
    if found is None or found[1] not in KINDS:
        return [name]
    arguments = _arguments(found[2])
    return [column for argument in _of_columns(arguments, KINDS[found[1]][1]) for column in columns_of(argument)]


def shown(name: str) -> str:
    """What a column is called in messages: of a day or a difference that is computed, what it is computed from.

    >>> shown("=day(bezahlt | %d.%m.%Y | offen)"), shown("=sign(Betrag)"), shown("Betrag")
    ('bezahlt', '=sign(Betrag)', 'Betrag')
    """
    found = _FORMULA.fullmatch(name)
    return " / ".join(columns_of(name)) if found and found[1] in ("day", "net") else name


def _of_columns(arguments: list[str], signature: str) -> list[str]:
    letters = signature.rstrip("*?")
    letters = letters.ljust(len(arguments), letters[-1])
    return [a for a, letter in zip(arguments, letters, strict=False) if letter == "c"]


def _arguments(text: str) -> list[str]:
    return [argument.strip().replace(BAR, "|") for argument in re.split(r"(?<!\\)\|", text)]


def _names(source: Source) -> set[str]:
    """Every column that a format speaks of."""
    cells = [cell for rows in source.rows for cell in rows.columns.values()]
    conditions = [*(rows.when for rows in source.rows), *(rows.prefer for rows in source.rows), *source.asked()]
    conditions += [*(cell.negate_when for cell in cells), *(refusal.when for refusal in source.reject)]
    matched = [cell.match for cell in cells if cell.match]
    return {
        name for names in (source.allowed, matched, *conditions, *(cell.column for cell in cells)) for name in names
    }


def _compute(name: str, kind: str, arguments: list[str], sheet: Sheet, format: Format) -> pa.Array:
    if kind not in KINDS:
        raise PaybenchError(f"There is no formula {name}; the formulas are {', '.join(f'={k}(...)' for k in KINDS)}.")
    compute, signature = KINDS[kind]
    count, ending = len(signature.rstrip("*?")), signature[-1]
    least, most = count - ("?" in signature), len(arguments) if ending == "*" else count
    if not least <= len(arguments) <= most:
        wanted = f"at least {least}" if ending == "*" else " or ".join(map(str, sorted({least, most})))
        raise PaybenchError(f"The formula {name} has {len(arguments)} arguments between bars and needs {wanted}.")
    if missing := [column for column in _of_columns(arguments, signature) if column not in sheet.columns]:
        raise PaybenchError(
            f"{sheet.label} has no column {', '.join(missing)} for {name}; it has {', '.join(sheet.columns)}."
        )
    return compute(sheet, arguments, format)


def _day(sheet: Sheet, arguments: list[str], format: Format) -> pa.Array:
    column, pattern, *words = arguments
    word = pc.is_in(sheet.trimmed(column), value_set=pa.array(words, TEXT))
    return pc.if_else(word, pa.scalar("", TEXT), _in_iso(sheet, column, pattern))


def _net(sheet: Sheet, arguments: list[str], format: Format) -> pa.Array:
    texts = [sheet.trimmed(column) for column in arguments]
    empty = [pc.equal(text, "").to_numpy(zero_copy_only=False) for text in texts]
    (debit, one), (credit, other) = (units_in(sheet, column, format) for column in arguments)
    readable = (one | empty[0]) & (other | empty[1]) & ~(empty[0] & empty[1]) & ((debit == 0) | (credit == 0))
    written = [_written(n, format.amounts.decimal) for n in (debit - credit).tolist()]
    both = pc.binary_join_element_wise(*texts, pa.scalar(" / ", TEXT))
    both = pc.if_else(pa.array(empty[0] & empty[1]), pa.scalar("", TEXT), both)
    return pc.if_else(pa.array(readable), pa.array(written, TEXT), both)


def _written(units: int, mark: str) -> str:
    """An amount with two decimals, or four where it has them."""
    fraction = f"{abs(units) % MONEY_UNITS:04}"
    return f"{'-' * (units < 0)}{abs(units) // MONEY_UNITS}{mark}{fraction.removesuffix('00')}"


def _filled(sheet: Sheet, arguments: list[str], format: Format) -> pa.Array:
    own = [name for name in sheet.columns if _FORMULA.fullmatch(name) is None]
    filled = [pc.not_equal(sheet.trimmed(name), "").to_numpy(zero_copy_only=False) for name in own]
    return pa.array(np.where(np.logical_or.reduce(filled), "yes", "no").astype(object), TEXT)


def _joined(sheet: Sheet, arguments: list[str], format: Format) -> pa.Array:
    texts = [sheet.trimmed(column) for column in arguments]
    whole = pc.binary_join_element_wise(*texts, pa.scalar(" ", TEXT))
    empty = np.logical_or.reduce([pc.equal(text, "").to_numpy(zero_copy_only=False) for text in texts])
    return pc.if_else(pa.array(empty), pa.scalar("", TEXT), whole)


def _begins(sheet: Sheet, arguments: list[str], format: Format) -> pa.Array:
    column, *words = arguments
    start = rf"(?i)^(?:{'|'.join(map(re.escape, words))})(?:\W|$)"
    found = pc.match_substring_regex(sheet.trimmed(column), start)
    return pc.if_else(found, pa.scalar("yes", TEXT), pa.scalar("no", TEXT))


def _due(sheet: Sheet, arguments: list[str], format: Format) -> pa.Array:
    issued, pattern, terms, *due = arguments
    days, ok = _days(sheet, issued, pattern)
    said = pc.dictionary_encode(sheet.trimmed(terms))
    net = [days_of_terms(text) for text in said.dictionary.to_pylist()]
    at = said.indices.to_numpy() if len(said) else np.zeros(0, dtype=np.int64)
    known = ok & np.array([n is not None for n in net], dtype=bool)[at]
    days = days + np.array([n or 0 for n in net], dtype="timedelta64[D]")[at]
    derived = pc.if_else(pa.array(known), _iso(days), pa.scalar("", TEXT))
    if not due:
        return derived
    return pc.if_else(pc.equal(sheet.trimmed(due[0]), ""), derived, _in_iso(sheet, due[0], pattern))


def _sign(sheet: Sheet, arguments: list[str], format: Format) -> pa.Array:
    units, ok = units_in(sheet, arguments[0], format)
    return pa.array(np.where(ok, np.array(["0", "+", "-"], dtype=object)[np.sign(units)], ""), TEXT)


def units_in(sheet: Sheet, column: str, format: Format) -> tuple[np.ndarray, np.ndarray]:
    """The amounts of a column in integers (0 where there is none), and where there is one."""
    text, native = sheet.trimmed(column), _native(sheet, column)
    units, ok = parse_amounts(bare_amounts(text), format.amounts)
    if native.any():
        plain = parse_native(text, "amount", ISO, False)
        units, ok = (np.where(native, *both) for both in zip(plain, (units, ok), strict=True))
    return np.where(ok, units, 0), ok


def _first(sheet: Sheet, arguments: list[str], format: Format) -> pa.Array:
    return pa.array(np.where(again(_texts(sheet, arguments)), "no", "yes").astype(object), TEXT)


def _later(sheet: Sheet, arguments: list[str], format: Format) -> pa.Array:
    changed, pattern, *columns = arguments
    return pc.if_else(pa.array(again(_texts(sheet, columns))), _in_iso(sheet, changed, pattern), pa.scalar("", TEXT))


def _last(sheet: Sheet, arguments: list[str], format: Format) -> pa.Array:
    return pa.array(last(sheet.trimmed(arguments[0]), _texts(sheet, arguments[1:])), TEXT)


def _opens(sheet: Sheet, arguments: list[str], format: Format) -> pa.Array:
    return _spells(sheet, arguments)[0]


def _closes(sheet: Sheet, arguments: list[str], format: Format) -> pa.Array:
    return _spells(sheet, arguments)[1]


def _spells(sheet: Sheet, arguments: list[str]) -> tuple[pa.Array, pa.Array]:
    number, customer, changed, pattern, state, *words = arguments
    inside = pc.is_in(sheet.trimmed(state), value_set=pa.array(words, TEXT)).to_numpy(zero_copy_only=False)
    opened, closed = spells(_texts(sheet, [number, customer]), *_days(sheet, changed, pattern), inside)
    return _iso(opened), _iso(closed)


def _texts(sheet: Sheet, columns: list[str]) -> list[pa.Array]:
    return [sheet.trimmed(column) for column in columns]


KINDS: dict[str, tuple[Callable[[Sheet, list[str], Format], pa.Array], str]] = {
    "day": (_day, "cpw?*"),
    "due": (_due, "cpcc?"),
    "filled": (_filled, "w"),
    "sign": (_sign, "c"),
    "net": (_net, "cc"),
    "joined": (_joined, "cc*"),
    "begins": (_begins, "cw*"),
    "first": (_first, "c*"),
    "last": (_last, "cc*"),
    "later": (_later, "cpc*"),
    "opens": (_opens, "cccpcw*"),
    "closes": (_closes, "cccpcw*"),
}
"""Each formula and its arguments: c column, p pattern, w word; the last may be missing (?) or come again (*)."""


def _days(sheet: Sheet, column: str, pattern: str) -> tuple[np.ndarray, np.ndarray]:
    text, native = sheet.trimmed(column), _native(sheet, column)
    days, ok = parse_days(text, pattern)
    if native.any():
        days, ok = (np.where(native, *both) for both in zip(parse_days(text, ISO), (days, ok), strict=True))
    return days, ok


def _native(sheet: Sheet, column: str) -> np.ndarray:
    """Where a workbook or database holds a date or number, which reads the same in every format."""
    where = sheet.native.get(column)
    return np.zeros(len(sheet), dtype=bool) if where is None else where.to_numpy(zero_copy_only=False)


def _in_iso(sheet: Sheet, column: str, pattern: str) -> pa.Array:
    days, ok = _days(sheet, column, pattern)
    return pc.if_else(pa.array(ok), _iso(days), sheet.trimmed(column))


def _iso(days: np.ndarray) -> pa.Array:
    """Days as text; empty where there is none."""
    codes, found = pd.factorize(days)
    text = np.array([*np.datetime_as_string(found.astype("datetime64[D]")).tolist(), ""], dtype=object)
    return pa.array(text[codes], TEXT)
