"""How a text file is laid out: its encoding, what separates its columns, and the line of their names."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from ...errors import PaybenchError

DELIMITERS = {",": "','", ";": "';'", "\t": "tabs", "|": "'|'"}
"""What may separate columns, and how it is called."""

_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_LOOKED_AT = 500
"""Lines that tell the delimiter; the encoding is told by all of them."""

_NO_NAME = re.compile(r"(?!\d{1,3}\s*-\s*\d{1,3}$|\d{1,3}\+$)[\d\s.,:/()+-]*")
"""What is no name; 31-60 and 90+ are those of days overdue."""

_FILLED = 0.6
"""A line of names, or one that stands above it like a row, has so many of its cells filled."""


@dataclass(frozen=True)
class Layout:
    """What a reader has to know before it sees columns.

    Attributes
    ----------
    encoding : as Python names it. delimiter : one of :data:`DELIMITERS`. skip : lines above the column names.
    said : the same in words. sheet : of a workbook, if it is not the first one.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    skip: int = 0
    said: str = ""
    sheet: str | None = None


def sniff_layout(content: bytes, path: Path) -> Layout:
    """Tell the layout of a text file.

    Parameters
    ----------
    content : the file's bytes. path : what it is called in errors.

    Raises
    ------
    PaybenchError
        If it is empty, or no line of it can be the column names of those that follow.
    """
    encoding, marked = sniff_encoding(content)
    text = content.decode(encoding, "replace").removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    lines = list(io.StringIO(text, newline=""))
    found = [(*head, delimiter) for delimiter in DELIMITERS if (head := _header(lines[:_LOOKED_AT], delimiter))]
    if not found:
        raise PaybenchError(
            f"{path} has no line of column names, separated by one of {', '.join(DELIMITERS.values())}, that its rows "
            "share; export it again with its column names."
        )
    _, skip, rows, delimiter = max(found, key=lambda head: head[0])
    if rows:
        raise PaybenchError(
            f"{path} has {rows} line{'s' * (rows > 1)} like rows above its column names in line {skip + 1}; delete "
            "what is no part of the list, or import what has other columns as a file of its own."
        )
    above = "" if not skip else f", {skip} line{'s' * (skip > 1)} above the column names"
    guessed = "" if encoding.startswith("utf") else ", as far as can be told"
    mark = " with a byte-order mark" if marked else guessed
    return Layout(
        encoding, delimiter, skip, f"text in {encoding}{mark}, columns between {DELIMITERS[delimiter]}{above}"
    )


def sniff_encoding(content: bytes) -> tuple[str, bool]:
    """The encoding, and whether a byte-order mark says it.

    Without a mark: UTF-16 if every other byte is NUL, UTF-8 if more lines with other letters than those of ASCII are
    valid in it than are not (the others are slips, which the reader sets aside), else Windows' cp1252.
    """
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return encoding, True
    start = content[:2000]
    for encoding, nuls in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if nuls and nuls.count(0) > 0.7 * len(nuls):
            return encoding, False
    other = [line for line in content.splitlines() if not line.isascii()]
    valid = sum(_is_utf8(line) for line in other)
    return ("utf-8" if 2 * valid >= len(other) else "cp1252"), False


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _header(lines: list[str], delimiter: str) -> tuple[float, int, int] | None:
    """How well a delimiter explains the lines, how many stand above the column names, and how many of these are rows.

    The first line that can be the names counts: in a list of several pages they come again.
    """
    records: list[tuple[int, list[str]]] = []
    reader = csv.reader(lines, delimiter=delimiter)
    before = 0
    try:
        for fields in reader:
            if any(field.strip() for field in fields):
                records.append((before, fields))
            before = reader.line_num
    except csv.Error:
        pass
    found: list[tuple[float, int, int]] = []
    for k, (line, fields) in enumerate(records):
        width = len(fields)
        if width > 1 and _are_names(fields):
            share = sum(_as_wide(other, width) for _, other in records[k:]) / (len(records) - k)
            if share >= 0.5:
                above = sum(_filled(other) >= max(3, _FILLED * _filled(fields)) for _, other in records[:k])
                found.append((share * width, line, above))
    return (max(found)[0], *found[0][1:]) if found else None


def _as_wide(fields: list[str], width: int) -> bool:
    """Whether a line has so many fields; empty ones behind them do not count."""
    return len(fields) >= width and not any(fields[width:])


def _filled(fields: list[str]) -> int:
    return sum(1 for field in fields if field.strip())


def _are_names(fields: list[str]) -> bool:
    names = [field.strip() for field in fields if field.strip()]
    return len(names) > 1 and len(names) >= _FILLED * len(fields) and not any(map(_NO_NAME.fullmatch, names))
