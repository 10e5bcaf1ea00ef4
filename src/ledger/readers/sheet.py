"""One CSV file as text: its records, each either whole or broken, and where a person finds it."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...errors import PaybenchError
from ..formats import Format

TEXT = pa.large_string()

_BLOCK = 50_000

_SPOILT = 100
"""A file is in another encoding if more than one of so many lines has bytes that are no text, else they are slips."""

_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

_INSTANT = r"^\s*\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}(?::?\d{2})?)\s*$"
"""Day, time, and its distance from UTC."""

UTC = ZoneInfo("UTC")

_NO_TEXT = re.compile("[\udc80-\udcff]")
_Record = tuple[int, list[str] | None, str]


@dataclass(frozen=True)
class Sheet:
    """The records of a file below its column names; all text is as it stands in the file.

    Attributes
    ----------
    label : what the file is called in reports.
    columns : name -> Arrow strings, one per record; empty where the record is broken. A first column without a name
        bears the empty one.
    line : int array, the line on which each record begins, the first line of the file being 1.
    content : Arrow strings, the record as written, without its line end.
    broken : object array, None or why the record cannot be split into these columns.
    twice : the names that several columns bear; they cannot be told apart.
    native : name -> Arrow bools, for a column of a workbook, Parquet file or database: where it holds a date, number or
        flag and no text. Its text is then 2025-12-31, 1234.56 or true, whatever the format says.
    counts_days : whether a number in a column of dates is a day as Excel counts.
    unread : what else is in the file and was not read, in words.
    """

    label: str
    columns: dict[str, pa.Array]
    line: np.ndarray
    content: pa.Array
    broken: np.ndarray
    twice: frozenset[str]
    native: Mapping[str, pa.Array] = field(default_factory=dict)
    counts_days: bool = False
    unread: str = ""

    def __len__(self) -> int:
        return len(self.line)

    def first_of(self, names: tuple[str, ...]) -> str | None:
        """The first of these column names that the file has."""
        return next((name for name in names if name in self.columns), None)

    def trimmed(self, name: str) -> pa.Array:
        """A column without the blanks around its values."""
        return pc.utf8_trim_whitespace(self.columns[name])

    def renamed(self, aliases: Mapping[str, tuple[str, ...]]) -> Sheet:
        """The sheet with its columns under the first of the names that they may bear."""
        found = {self.first_of(theirs): ours for ours, theirs in aliases.items() if ours not in self.columns}
        columns = {found.get(name, name): column for name, column in self.columns.items()}
        native = {found.get(name, name): where for name, where in self.native.items()}
        twice = frozenset(found.get(name, name) for name in self.twice)
        return replace(self, columns=columns, native=native, twice=twice)


def read_sheet(path: Path, label: str, format: Format) -> Sheet:
    """Read one CSV file of a format; see :func:`csv_sheet`."""
    return csv_sheet(read_bytes(path), path, label, format)


def read_bytes(path: Path) -> bytes:
    """The content of a file.

    Raises
    ------
    PaybenchError
        If it is missing or cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise PaybenchError(f"There is no file {path}; give the path of an export.") from None
    except OSError as error:
        raise PaybenchError(f"{path} cannot be read ({error.strerror}); give the path of an export.") from None


def csv_sheet(content: bytes, path: Path, label: str, format: Format, zone: ZoneInfo = UTC) -> Sheet:
    """The records of a CSV file.

    Parameters
    ----------
    content : the file's bytes. path : what it is called in errors.
    zone : the ledger's; see :func:`in_days`.

    Raises
    ------
    PaybenchError
        If it is empty, or not text in the format's encoding: its column names are not, or more than one line in a
        hundred. Single records that are not text are broken.
    """
    text = _text(content, path, format)
    records = _records(text, format.delimiter, format.skip)
    _, names, _ = next(records, (0, None, ""))
    header = [name.strip() for name in names or []]
    if not any(header):
        raise PaybenchError(f"{path} is empty or does not begin with a line of column names; export it again with one.")
    return in_days(_sheet(label, header, records), zone)


def in_days(sheet: Sheet, zone: ZoneInfo) -> Sheet:
    """The sheet with its instants as calendar days of a time zone.

    An instant is a text like 2025-12-31T23:30:00Z or 2025-12-31 23:30+02:00; a time without its distance from UTC is
    local already, and stays what it is.
    """
    columns, native = dict(sheet.columns), dict(sheet.native)
    for name, text in sheet.columns.items():
        if not pc.any(pc.match_substring_regex(text, _INSTANT), min_count=0).as_py():
            continue
        coded = text.dictionary_encode()
        found = [_day_of(word, zone) for word in coded.dictionary.to_pylist()]
        day = pa.array(found, TEXT).take(coded.indices)
        columns[name] = pc.coalesce(day, text)
        before = native.get(name, pa.array(np.zeros(len(text), dtype=bool)))
        native[name] = pc.or_(before, pc.is_valid(day))
    return replace(sheet, columns=columns, native=native)


def _day_of(text: str, zone: ZoneInfo) -> str | None:
    if not re.search(_INSTANT, text):
        return None
    try:
        return datetime.fromisoformat(text.strip()).astimezone(zone).date().isoformat()
    except (ValueError, OverflowError):
        return None


def _sheet(label: str, header: list[str], records: Iterator[_Record]) -> Sheet:
    width = len(header)
    twice = frozenset(name for name in header if name and header.count(name) > 1)
    # As Arrow strings a block of records takes a fraction of what its lists of text take.
    blocks = [_block([], width)]
    while block := list(islice(records, _BLOCK)):
        blocks.append(_block(block, width))
    lines, contents, reasons, *cells = zip(*blocks, strict=True)
    columns = {
        name: pa.concat_arrays(parts)
        for place, (name, parts) in enumerate(zip(header, cells, strict=True))
        if name or place == 0
    }
    nameless = [
        str(place + 1)
        for place, (name, parts) in enumerate(zip(header, cells, strict=True))
        if not name and place and any(pc.any(pc.not_equal(part, ""), min_count=0).as_py() for part in parts)
    ]
    unread = f"column {', '.join(nameless)} has no name, and is not read" if nameless else ""
    return Sheet(
        label, columns, np.concatenate(lines), pa.concat_arrays(contents), np.concatenate(reasons), twice, unread=unread
    )


def _block(records: list[_Record], width: int) -> list[Any]:
    """Line numbers, contents, reasons why broken, and the cells of each column."""
    blank = [""] * width
    reasons = np.empty(len(records), dtype=object)
    rows = []
    contents = [content for _, _, content in records]
    for k, (_, fields, content) in enumerate(records):
        if not content.isascii() and _NO_TEXT.search(content):
            reasons[k] = "it contains bytes that are no text in the format's encoding"
            contents[k] = content.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        elif fields is None:
            reasons[k] = "its quotes do not pair, or a field is longer than 131,072 characters"
        elif len(fields) != width and (len(fields) < width or any(fields[width:])):
            reasons[k] = f"it has {len(fields)} field{'s' * (len(fields) != 1)} instead of {width}"
        elif "\0" in content:
            reasons[k] = "it contains NUL bytes"
        rows.append(blank if fields is None or reasons[k] else fields[:width])
    lines = np.array([line for line, _, _ in records], dtype=np.int64)
    cells = [pa.array(column, TEXT) for column in (zip(*rows, strict=True) if rows else [()] * width)]
    return [lines, pa.array(contents, TEXT), reasons, *cells]


def _text(content: bytes, path: Path, format: Format) -> str:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), format.encoding)
    try:
        text = _decoded(content, encoding, format.skip)
    except UnicodeDecodeError as error:
        raise PaybenchError(
            f"{path} is not text in {encoding} (byte {error.start + 1} is not), and the format '{format.name}' "
            f"expects that; export it as, or convert it to, {format.encoding}."
        ) from None
    return text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")


def _decoded(content: bytes, encoding: str, skip: int) -> str:
    """Text in which each of a few bytes that are none is a lone surrogate (``surrogateescape``)."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode(encoding, "surrogateescape")
        lines = text.splitlines()
        spoilt = [number for number, line in enumerate(lines) if _NO_TEXT.search(line)]
        if not spoilt or spoilt[0] <= skip or len(spoilt) * _SPOILT > len(lines):
            raise
        return text


def _records(text: str, delimiter: str, skip: int) -> Iterator[_Record]:
    """Line number, fields (None: quotes that do not pair) and raw text of each record; empty lines are passed over.

    The first record's width is every record's. A quote that is never closed, or is closed by a stray one some lines
    later, would swallow the lines between: a record of several lines that does not come out whole, or whose first and
    last line are records themselves, is cut after its first line, and reading goes on with the next one.
    """
    lines = list(io.StringIO(text, newline=""))
    at, width = skip, 0

    def feed() -> Iterator[str]:
        nonlocal at
        while at < len(lines):
            at += 1
            yield lines[at - 1]

    reader = csv.reader(feed(), delimiter=delimiter, strict=True)
    while at < len(lines):
        start = at
        try:
            fields = next(reader, None)
        except csv.Error:
            fields = None
        if at == start + 1 and not lines[start].strip():
            continue
        width = width or len(fields or [])
        whole = fields is not None and len(fields) == width
        if whole and at > start + 1 and _are_records(lines[start], lines[at - 1], delimiter, width):
            whole, fields = False, None
        if not whole and (at > start + 1 or fields is None):
            fields = fields if at == start + 1 else None
            at = start + 1
            reader = csv.reader(feed(), delimiter=delimiter, strict=True)
        yield start + 1, fields, "".join(lines[start:at]).rstrip("\r\n")


def _are_records(first: str, last: str, delimiter: str, width: int) -> bool:
    """Whether two lines are two records: each has all the columns, and most of their cells look alike."""
    one, other = (line.rstrip("\r\n").split(delimiter) for line in (first, last))
    if min(len(one), len(other)) < width:
        return False
    return 2 * sum(_looks(a) == _looks(b) for a, b in zip(one[:width], other[:width], strict=True)) > width


def _looks(cell: str) -> str:
    """What kinds of characters a cell is made of, without regard to how many of each."""
    return re.sub("[^\\W\\d_]+", "a", re.sub(r"\d+", "0", cell.strip()))
