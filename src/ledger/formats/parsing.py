"""From a format's YAML to the format, or to what is wrong with it."""

from __future__ import annotations

import codecs
import re
from dataclasses import fields
from typing import Any, TypeVar

import yaml

from ...errors import PaybenchError
from ..schema import TABLES
from .language import EXCEL_DAYS, Again, Amounts, Cell, Conditions, Format, Refusal, Rows, Source, Unread

_T = TypeVar("_T")

_ORIGINS = ("column", "value", "key_of", "made_of", "match")


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
        why = " ".join(str(error).split())
        raise PaybenchError(f"The format '{name}' cannot be used ({why}); correct its YAML.") from None


def _source(said: dict[str, Any]) -> Source:
    return _of(
        Source,
        said,
        rows=lambda rows: tuple(_rows(r) for r in rows),
        allowed=_conditions,
        reject=lambda refusals: tuple(_of(Refusal, r, when=_conditions) for r in refusals),
        frames=lambda frames: tuple(_conditions(f) for f in frames),
        again=lambda again: _of(
            Again, again, when=_conditions, last=lambda last: {name: tuple(of) for name, of in last.items()}
        ),
        unread=lambda unread: tuple(_of(Unread, u, when=_conditions) for u in unread),
        aliases=lambda names: {ours: tuple(theirs) for ours, theirs in names.items()},
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
    known = [ours for ours, cell in cells.items() if cell.column or cell.value is not None]
    if other := [name for cell in cells.values() for name in cell.made_of if name not in known]:
        raise ValueError(f"a number cannot be made of {', '.join(other)}, only of {', '.join(known)}")
    if said.get("instalments") and spec.name != "invoices":
        raise ValueError(f"only invoices have instalments, not {spec.name}")
    if any(cell.match and (ours != "invoice_id" or spec.name == "invoices") for ours, cell in cells.items()):
        raise ValueError("only the invoice_id of a table other than invoices can be matched")
    if any(cell.known and (ours != "invoice_id" or spec.name == "invoices") for ours, cell in cells.items()):
        raise ValueError("only the invoice_id of a table other than invoices can be asked whether it is known")
    return _of(Rows, {**said, "columns": cells}, when=_conditions, prefer=_conditions)


def _cell(said: str | list[str] | dict[str, Any]) -> Cell:
    if not isinstance(said, dict):
        said = {"column": said}
    texts = [said.get(key, "") for key in ("value", "prefix", "empty", "find", "match")]
    texts += [word for pair in said.get("words", {}).items() for word in pair]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(f"constants and words are text; put quotes around those of {said}")
    if sum(key in said for key in _ORIGINS) != 1:
        raise ValueError(f"a column comes from one of {', '.join(_ORIGINS)}; not from {said}")
    names = {key: said[key] for key in ("column", "less") if key in said}
    return _of(
        Cell,
        {**said, **{key: [name] if isinstance(name, str) else name for key, name in names.items()}},
        dates=_pattern,
        negate_when=_conditions,
        find=_expression,
    )


def _expression(said: str) -> str:
    try:
        re.compile(said)
    except re.error as error:
        raise ValueError(f"{said} is no regular expression ({error})") from None
    return said


def _pattern(said: str) -> str:
    if said != EXCEL_DAYS and (sorted(re.findall("%-?(.)", said)) != ["Y", "d", "m"] or "%-Y" in said):
        raise ValueError(f"a date is made of one %Y, one %m or %-m, and one %d or %-d, or is 'excel'; not of {said}")
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
