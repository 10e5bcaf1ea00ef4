"""A file of any kind as a sheet: where its column names stand, and what is above them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...errors import PaybenchError
from ..formats import Format, Source
from ..readers.sheet import Sheet
from ..readers.sources import file_inputs, inner_name, named, unpacked
from ..readers.workbook import WORKBOOKS, Workbook
from .layout import Layout, sniff_layout

_NO_TEXT = (".xls", ".parquet")
_ROWS_ABOVE, _NAMES = 50, 3


def opened(path: Path, zone: ZoneInfo) -> tuple[Layout, Sheet]:
    """How a file is laid out, and its rows.

    Raises
    ------
    PaybenchError
        If it cannot be read, or has no line of column names.
    """
    file, sheet = named(path)
    if file.is_dir():
        raise PaybenchError(f"{file} is a folder, and a guess looks at one file; give the path of one.")
    ending = Path(inner_name(file)).suffix.lower()
    packed = "" if file.suffix.lower() == ending else f", packed as {file.suffix.lower()}"
    if ending in WORKBOOKS:
        return _workbook(Workbook.of(unpacked(file)[1], file), path.name, sheet, zone)
    layout = Layout(said="Parquet") if ending == ".parquet" else Layout()
    if ending not in _NO_TEXT:
        layout = sniff_layout(unpacked(file)[1], file)
    source = Source("*", ())
    any_file = Format(
        "guess", "", "", False, (source,), encoding=layout.encoding, delimiter=layout.delimiter, skip=layout.skip
    )
    return replace(layout, said=layout.said + packed), file_inputs([path], any_file, zone)[0].read()


def _workbook(book: Workbook, label: str, wanted: str | None, zone: ZoneInfo) -> tuple[Layout, Sheet]:
    """The first sheet of a workbook with a line of more than three names, and what is above that line."""
    names = book.chosen(wanted, 0) if wanted else list(book.sheets)
    best: tuple[int, str, int] | None = None
    for name in names:
        for skip in range(_ROWS_ABOVE):
            count = len({word for word in book.header(name, skip) if word and not re.fullmatch(r"[\d.,:/ -]+", word)})
            if count and (best is None or count > best[0]):
                best = count, name, skip
            if count > _NAMES:
                break
        if best and best[0] > _NAMES:
            break
    if best is None:
        return Layout(), book.read(next(iter(book.sheets), ""), label, 0, zone)
    _, name, skip = best
    of = f", sheet {name}" if len(book.sheets) > 1 else ""
    above = f", {skip} row{'s' * (skip > 1)} above the column names" if skip else ""
    own = None if wanted or name == next(iter(book.sheets)) else name
    layout, sheet = Layout(skip=skip, said=f"workbook{of}{above}", sheet=own), book.read(name, label, skip, zone)
    chosen = book.chosen(wanted or layout.sheet, layout.skip)
    alike = f"; also {', '.join(chosen[1:])}, with the same names" if len(chosen) > 1 else ""
    left = "" if wanted else book.left(chosen)
    return replace(layout, said=layout.said + alike + (f"; {left}" if left else "")), sheet


def without_names(sheet: Sheet) -> tuple[Sheet, int]:
    """The sheet without the rows that repeat its column names, as at the top of a page, and how many there were."""
    names = [name for name in sheet.columns if name and name not in sheet.twice]
    again = np.logical_and.reduce([pc.equal(sheet.trimmed(n), n).to_numpy(zero_copy_only=False) for n in names])
    if not names or not again.any():
        return sheet, 0
    rest = pa.array(~again)
    columns, native = ({n: a.filter(rest) for n, a in d.items()} for d in (sheet.columns, sheet.native))
    return replace(
        sheet,
        columns=columns,
        native=native,
        line=sheet.line[~again],
        content=sheet.content.filter(rest),
        broken=sheet.broken[~again],
    ), int(again.sum())
