"""Formats of exports as data: one YAML file says how the rows of an export make the rows of a ledger's tables.

A file of the format (``files``) makes rows of one or more tables (``rows``): "one file per table" lists several files
with one table each, "a flat row is an invoice and its payment" lists one file with several tables. What each key of
the YAML means is said by the attributes of the classes here; they bear the same names.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from ...errors import PaybenchError
from ..schema import TABLES, Table

_FOLDER = Path(__file__).parent

Conditions = Mapping[str, str | tuple[str, ...]]
"""Columns of the file and what each must hold: ``filled``, ``empty``, or one of a list of words. All must hold."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class Amounts:
    """How numbers are written."""

    decimal: str = "."
    thousands: str = ""
    """characters that may group digits by three; empty: none"""
    minus: tuple[str, ...] = ("leading",)
    """where a minus may stand: leading (-1.00), trailing (1.00-), parentheses ((1.00))"""


@dataclass(frozen=True)
class Cell:
    """Where one column of ours comes from: a column of the file, a constant, or a key made from the same row."""

    column: tuple[str, ...] = ()
    """names in the file; the first one that the file has is read"""
    value: str | None = None
    """a constant"""
    key_of: str | None = None
    """the number that the same row got in this table, as it ends up in the ledger (a repeated number gets a suffix)"""
    prefix: str = ""
    """put in front of it"""
    dates: str | None = None
    """the date pattern of this column, where it is not the format's"""
    words: Mapping[str, str] = field(default_factory=dict)
    """what the file's words mean; any other word is rejected"""
    empty: str | None = None
    """what an empty cell means"""
    negate_when: Conditions = field(default_factory=dict)
    """rows in which the amount counts negative"""


@dataclass(frozen=True)
class Rows:
    """Rows of one table, made from the rows of a file."""

    table: str
    columns: Mapping[str, Cell]
    """our columns; ``same`` in the YAML: every column of the table under its own name"""
    when: Conditions = field(default_factory=dict)
    """which rows make one; all, if nothing is said"""
    once: bool = False
    """one row per key, although the file repeats it in many rows: per column the last value given counts, and its
    amounts are not among those that the import accounts for"""

    @property
    def spec(self) -> Table:
        """The table in the contract."""
        return TABLES[self.table]


@dataclass(frozen=True)
class Refusal:
    """Rows that contradict themselves."""

    when: Conditions
    reason: str


@dataclass(frozen=True)
class Source:
    """One kind of file of a format."""

    name: str
    """pattern of the file's name without its ending: ``invoices``, ``bsid*``, ``*``"""
    rows: tuple[Rows, ...]
    needed: bool = False
    """whether an import without such a file is an error"""
    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """the only values that these columns may hold"""
    reject: tuple[Refusal, ...] = ()
    keep_others: bool = False
    """whether columns that the table does not know are kept, as text"""

    def needs(self) -> list[tuple[str, ...]]:
        """The columns that a file must have, each as the names that it may bear."""
        names: list[tuple[str, ...]] = []
        for rows in self.rows:
            required = {c.name for c in rows.spec.columns if c.required}
            for ours, cell in rows.columns.items():
                names += [cell.column] if cell.column and ours in required else []
                names += [(c,) for c in cell.negate_when]
            names += [(c,) for c in rows.when]
        names += [(c,) for c in self.allowed] + [(c,) for refusal in self.reject for c in refusal.when]
        return list(dict.fromkeys(names))


@dataclass(frozen=True)
class Format:
    """One ERP's export."""

    name: str
    title: str
    """one sentence for the list of formats"""
    source: str
    """where the columns are documented"""
    tested: bool
    """whether a real export was read with it"""
    files: tuple[Source, ...]
    encoding: str = "utf-8"
    """as Python names it; a byte-order mark in front is tolerated"""
    delimiter: str = ","
    skip: int = 0
    """lines above the line of column names"""
    dates: str = "%Y-%m-%d"
    """%Y year of four digits; %m, %d month and day of two digits; %-m, %-d of one or two; all else stands for itself"""
    amounts: Amounts = field(default_factory=Amounts)
    true_words: tuple[str, ...] = ("true", "yes", "1")
    false_words: tuple[str, ...] = ("false", "no", "0")

    def source_of(self, stem: str) -> Source | None:
        """The kind of file that a file name without its ending denotes, upper case and lower case alike."""
        return next((s for s in self.files if fnmatchcase(stem.lower(), s.name)), None)


def format_names() -> list[str]:
    """The formats that can be imported, in alphabetical order."""
    return sorted(file.stem for file in _FOLDER.glob("*.yaml"))


@cache
def load_format(name: str) -> Format:
    """Read a format.

    Raises
    ------
    PaybenchError
        If there is no format of this name, or its YAML says something that no format can say.
    """
    if name not in format_names():
        raise PaybenchError(f"There is no format '{name}'; choose one of {', '.join(format_names())}.")
    file = _FOLDER / f"{name}.yaml"
    return parse_format(name, file.read_text(encoding="utf-8"))


def parse_format(name: str, text: str) -> Format:
    """A format from its YAML.

    Raises
    ------
    PaybenchError
        If it says something that no format can say.
    """
    try:
        said = yaml.safe_load(text)
        said["files"] = tuple(_source(file) for file in said["files"])
        codecs.lookup(said.get("encoding", "utf-8"))
        return _of(Format, {"amounts": {}, **said, "name": name}, dates=_pattern, amounts=lambda a: _of(Amounts, a))
    except (LookupError, TypeError, ValueError, AttributeError, yaml.YAMLError) as error:
        raise PaybenchError(f"The format '{name}' cannot be used ({error}); correct its YAML.") from None


def _source(said: dict[str, Any]) -> Source:
    return _of(
        Source,
        said,
        rows=lambda rows: tuple(_rows(r) for r in rows),
        allowed=_conditions,
        reject=lambda refusals: tuple(_of(Refusal, r, when=_conditions) for r in refusals),
    )


def _rows(said: dict[str, Any]) -> Rows:
    spec = TABLES[said["table"]]
    columns = said["columns"]
    if columns == "same":
        columns = {ours: ours for ours in spec.names}
    unknown = [ours for ours in columns if ours not in spec.names]
    missing = [c.name for c in spec.columns if c.required and c.name not in columns]
    if unknown or missing:
        raise ValueError(f"table {spec.name}: unknown columns {unknown}, columns not given {missing}")
    cells = {ours: _cell(cell) for ours, cell in columns.items()}
    earlier = list(TABLES)[: list(TABLES).index(spec.name)]
    if late := [cell.key_of for cell in cells.values() if cell.key_of and cell.key_of not in earlier]:
        raise ValueError(f"table {spec.name} comes before {', '.join(late)} and cannot take its keys")
    return _of(Rows, {**said, "columns": cells}, when=_conditions)


def _cell(said: str | list[str] | dict[str, Any]) -> Cell:
    if not isinstance(said, dict):
        said = {"column": said}
    texts = [said.get(key, "") for key in ("value", "prefix", "empty")]
    texts += [word for pair in said.get("words", {}).items() for word in pair]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(f"constants and words are text; put quotes around those of {said}")
    if sum(key in said for key in ("column", "value", "key_of")) != 1:
        raise ValueError(f"a column comes from one of column, value, key_of; not from {said}")
    names = said.get("column", [])
    return _of(
        Cell, {**said, "column": [names] if isinstance(names, str) else names}, dates=_pattern, negate_when=_conditions
    )


def _pattern(said: str) -> str:
    if sorted(re.findall("%-?(.)", said)) != ["Y", "d", "m"] or "%-Y" in said:
        raise ValueError(f"a date is made of one %Y, one %m or %-m, and one %d or %-d; not of {said}")
    return said


def _conditions(said: dict[str, Any]) -> Conditions:
    for column, wanted in said.items():
        if not (
            wanted in ("filled", "empty") or (isinstance(wanted, list) and all(isinstance(w, str) for w in wanted))
        ):
            raise ValueError(f"{column} can be asked for filled, empty or a list of words, not for {wanted!r}")
    return {column: tuple(w) if isinstance(w, list) else w for column, w in said.items()}


def _of(kind: type[_T], said: dict[str, Any], **readers: Any) -> _T:
    """A dataclass from a mapping: lists become tuples, and ``readers`` read the fields that they name."""
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    if unknown := set(said) - known:
        raise ValueError(
            f"{kind.__name__} has no {', '.join(sorted(map(str, unknown)))}, only {', '.join(sorted(known))}"
        )
    values = {key: readers[key](value) if key in readers else value for key, value in said.items()}
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})
