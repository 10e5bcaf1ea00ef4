"""A worklist as files: for a spreadsheet, for Excel, and for the people who work from it."""

from __future__ import annotations

from pathlib import Path

from ...files import check_folder, replaced_folder
from ...pages import with_workbench
from ...spreadsheet import csv_bytes
from .page import worklist_page
from .workbook import workbook
from .worklist import Worklist

MARK = "worklist.csv"
"""The file that every folder of a worklist has."""


def worklist_files(worklist: Worklist) -> dict[str, bytes]:
    """The files by name; the same worklist gives the same bytes.

    Raises
    ------
    PaybenchError
        If Jinja2 or openpyxl is not installed.
    """
    with with_workbench("worklist"):
        page = worklist_page(worklist)
    return {
        MARK: csv_bytes(worklist.table()),
        "worklist.xlsx": workbook(worklist),
        "worklist.html": page.encode("utf-8"),
    }


def write_worklist(worklist: Worklist, folder: str | Path) -> None:
    """Write a worklist's folder, whole or not at all.

    Raises
    ------
    PaybenchError
        If the folder holds something else, or cannot be written; as :func:`worklist_files`.
    """
    check_folder(folder, "folder of a worklist", MARK)
    made = worklist_files(worklist)
    with replaced_folder(folder) as new:
        for name, data in made.items():
            (new / name).write_bytes(data)
