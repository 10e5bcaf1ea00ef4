"""A worklist as an Excel workbook: a summary, a sheet for each collector, and the invoices."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pandas as pd

from ...errors import PaybenchError
from .worklist import Worklist

AUTOMATIC = "no collector"
"""The sheet of contacts that nobody in particular makes."""
_DATE, _MONEY, _TENTH = "yyyy-mm-dd", "#,##0.00", "#,##0.0"
_FORMATS = {
    **dict.fromkeys(("amount", "amount_open", "value", "interest", "loss_avoided", "contact_cost", "strain"), _MONEY),
    "one_more": _MONEY,
    "days_saved": _TENTH,
    "share": "0 %",
}
_WIDTHS = {"name": 28, "reason": 60, "text": 70, "subject": 34, "invoice_ids": 26, "zone": 20, "collector": 18}
_WRAPPED = ("reason", "text")
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip file can name: the same worklist gives the same bytes."""


def workbook(worklist: Worklist) -> bytes:
    """The workbook. Text is text, whatever it begins with; dates are dates, and numbers numbers.

    Raises
    ------
    PaybenchError
        If openpyxl is not installed.
    """
    try:
        from openpyxl import Workbook
        from openpyxl.writer.excel import ExcelWriter
    except ImportError:
        raise PaybenchError(
            "A worklist for Excel needs openpyxl, which the base install leaves out: pip install 'paybench[workbench]'."
        ) from None
    book = Workbook()
    book.remove(book.worksheets[0])
    at = worklist.at.to_pydatetime()
    book.properties.created = book.properties.modified = at
    book.properties.creator = "paybench"
    table = worklist.table()
    _sheet(book, "summary", _summary(worklist))
    if worklist.assigned is not None:
        _sheet(book, "room", worklist.assigned.prices)
    taken = {"summary", "room", "invoices", "served"}
    for name in worklist.collectors:
        _sheet(book, _title(name or AUTOMATIC, taken), table[table["collector"] == name].drop(columns="collector"))
    _sheet(book, "invoices", worklist.invoices())
    if worklist.served is not None:
        _sheet(book, "served", worklist.served)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()
    return _undated(packed.getvalue())


def _summary(worklist: Worklist) -> pd.DataFrame:
    """Contacts, amounts and values by collector, channel and currency."""
    table = worklist.table()
    keys = ["collector", "channel", "currency"]
    found = table.groupby(keys).agg(contacts=("order", "size"), amount=("amount", "sum"), value=("value", "sum"))
    return found.round(2).reset_index().assign(day=worklist.at)


def _sheet(book: Any, title: str, table: pd.DataFrame) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    for c, name in enumerate(table.columns, start=1):
        cell = sheet.cell(1, c)
        _text(cell, str(name).replace("_", " "))
        cell.font = Font(bold=True)
        letter = get_column_letter(c)
        sheet.column_dimensions[letter].width = _WIDTHS.get(str(name), max(10, len(str(name)) + 3))
        placed, form = Alignment(vertical="top", wrap_text=str(name) in _WRAPPED), _FORMATS.get(str(name))
        for r, value in enumerate(table[name].tolist(), start=2):
            cell = sheet.cell(r, c)
            _put(cell, value, form)
            cell.alignment = placed
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _put(cell: Any, value: Any, form: str | None) -> None:
    if value is None or value is pd.NaT or (isinstance(value, float) and pd.isna(value)):
        return
    if isinstance(value, pd.Timestamp):
        cell.value = value.to_pydatetime()
        cell.number_format = _DATE
    elif isinstance(value, bool):
        _text(cell, "yes" if value else "")
    elif isinstance(value, int | float):
        cell.value = value
        if form is not None:
            cell.number_format = form
    else:
        _text(cell, str(value))


def _text(cell: Any, text: str) -> None:
    """Text that stays text: no formula, no character that XML forbids, no more than a cell can hold."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell.value = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)[:32_767]
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(("=", "+", "-", "@"))


def _title(name: str, taken: set[str]) -> str:
    """A sheet's name: at most 31 characters, none that Excel forbids, no two alike."""
    plain = "".join("_" if letter in "[]:*?/\\" or not letter.isprintable() else letter for letter in name).strip("' ")
    plain = plain[:31] or "collector"
    title, n = plain, 2
    while title.lower() in taken:
        title, n = f"{plain[:27]} {n}", n + 1
    taken.add(title.lower())
    return title


def _undated(packed: bytes) -> bytes:
    new = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, _EPOCH)
            part.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(part, old.read(name))
    return new.getvalue()
