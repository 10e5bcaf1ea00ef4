"""One Excel workbook: which of its sheets are read, and their rows."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ...errors import PaybenchError
from .cells import Record, sheet_of_records
from .sheet import Sheet

WORKBOOKS = (".xlsx", ".xlsm")


@dataclass(frozen=True)
class Workbook:
    """A workbook; ``path`` is what it is called in errors, ``sheets`` the rows of each sheet, as they are in it."""

    path: Path
    sheets: dict[str, list[list[Any]]]
    counts_from_1904: bool

    @classmethod
    def of(cls, content: bytes, path: Path) -> Workbook:
        """The workbook in a file's bytes.

        Raises
        ------
        PaybenchError
            If it is none, or openpyxl is not installed.
        """
        try:
            import openpyxl
        except ImportError:
            raise PaybenchError(
                f"Reading {path} needs openpyxl, which the base install leaves out: pip install 'paybench[workbench]', "
                "or save the sheet as CSV."
            ) from None
        try:
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheets = {sheet.title: [list(row) for row in sheet.iter_rows()] for sheet in book.worksheets}
        except Exception as error:  # a broken workbook fails in as many ways as there are parts in it
            why = (str(error) or type(error).__name__).partition("\n")[0].rstrip(".")
            raise PaybenchError(
                f"{path} cannot be read as a workbook ({why}); save it again as .xlsx or .csv."
            ) from None
        return cls(path, sheets, book.epoch.year < 1904)

    def chosen(self, sheet: str | None, skip: int) -> list[str]:
        """The sheets to read: the one that is named, else the first one and those with the same column names.

        Raises
        ------
        PaybenchError
            If there is no such sheet.
        """
        if sheet is not None:
            found = next((name for name in self.sheets if name.lower() == sheet.lower()), None)
            if found is None:
                raise PaybenchError(f"{self.path} has no sheet '{sheet}'; it has {', '.join(self.sheets) or 'none'}.")
            return [found]
        first = next(iter(self.sheets), "")
        names = set(self.header(first, skip))
        return [name for name in self.sheets if name == first or (names and set(self.header(name, skip)) == names)]

    def left(self, chosen: list[str]) -> str:
        """What to say of the sheets that are not read and not empty; nothing if there are none."""
        others = [name for name in self.sheets if name not in chosen and any(map(_values, self.sheets[name]))]
        if not others:
            return ""
        what = "the sheet" if len(others) == 1 else "the sheets"
        named = ", ".join(f"'{name}'" for name in others)
        return (
            f"{what} {named} {'is' if len(others) == 1 else 'are'} not read; name one as '{self.path.name}#{others[0]}'"
        )

    def read(self, name: str, label: str, skip: int, zone: ZoneInfo) -> Sheet:
        """The rows of one sheet.

        Raises
        ------
        PaybenchError
            If it has no line of column names.
        """
        header = self.header(name, skip)
        width = max((place + 1 for place, word in enumerate(header) if word), default=0)
        if width == 0:
            raise PaybenchError(
                f"{self.path} is empty or does not begin with a line of column names; export it again with one."
            )
        found = sheet_of_records(label, header[:width], _records(self.sheets[name], width, skip + 1), zone)
        return replace(found, counts_days=self.counts_from_1904)

    def header(self, name: str, skip: int) -> list[str]:
        """What stands in the row of a sheet below so many others; nothing if there is none."""
        cells = next(iter(self.sheets.get(name, [])[skip:]), [])
        return ["" if cell.value is None else str(cell.value).strip() for cell in cells]


def _values(cells: list[Any]) -> bool:
    return any(cell.value is not None and cell.value != "" for cell in cells)


def _records(rows: list[list[Any]], width: int, above: int) -> Iterator[Record]:
    """The rows below the column names; the row of the sheet is where a person finds one."""
    for number, cells in enumerate(rows[above:], above + 1):
        values = [getattr(cell, "value", None) for cell in cells]
        if all(value is None or value == "" for value in values):
            continue
        reason = None
        if any(value is not None for value in values[width:]):
            reason = f"it has a value to the right of the {width} columns that have a name"
        elif error := next((cell for cell in cells if getattr(cell, "data_type", "") == "e"), None):
            reason = f"it contains the error {getattr(error, 'value', '')} of a formula"
        yield number, (values + [None] * width)[:width], reason
