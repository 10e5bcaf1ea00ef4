"""A queue on disk: ``queue.csv`` for people, who may write into it, and ``queue.json``, from which it is read again."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd

from ...errors import PaybenchError
from ...files import check_folder, replaced_folder
from ...ledger.schema import DATE
from ...spreadsheet import csv_bytes
from .carry import RESOLVED, STATES
from .queue import COLUMNS, DATES, Queue

JSON, CSV = "queue.json", "queue.csv"
FORMAT = 1
_WRITABLE = ("state", "owner", "note")
"""Columns that a person may change in ``queue.csv``."""


def queue_files(queue: Queue) -> dict[str, bytes]:
    """The files of a queue by name, to be written beside others."""
    shown = queue.table.drop(columns=["subject"]).copy()
    shown["amount"] = shown["amount"].round(2)
    kept: dict[str, Any] = {"format": FORMAT, **queue.as_dict()}
    kept["messages_by_id"] = [
        [*map(str, row[:2]), f"{row[2]:%Y-%m-%d}", *map(str, row[3:])]
        for row in queue.messages.itertuples(index=False, name=None)
    ]
    return {CSV: csv_bytes(shown), JSON: (json.dumps(kept, indent=1, ensure_ascii=False) + "\n").encode()}


def write_queue(queue: Queue, folder: str | Path) -> None:
    """Write a folder with the files of a queue, whole or not at all.

    Parameters
    ----------
    folder : a new or empty one, or that of an earlier queue, which is replaced.

    Raises
    ------
    PaybenchError
        If the folder holds something else, or cannot be written.
    """
    check_folder(folder, "folder of a queue", JSON)
    with replaced_folder(folder) as new:
        for name, content in queue_files(queue).items():
            (new / name).write_bytes(content)


def read_queue(folder: str | Path) -> Queue:
    """Read a queue; state, owner and note are those of ``queue.csv`` where a person changed them there.

    Raises
    ------
    PaybenchError
        If there is none, it is damaged, or ``queue.csv`` holds a state that a person may not give.
    """
    path = Path(folder)
    if not (path / JSON).is_file():
        raise PaybenchError(f"There is no queue of exceptions at {path}; give the folder into which one was written.")
    try:
        kept = json.loads((path / JSON).read_text(encoding="utf-8"))
        if kept["format"] != FORMAT:
            raise PaybenchError(f"The queue at {path} has format {kept['format']}; this paybench reads {FORMAT}.")
        found = Queue(
            at=pd.Timestamp(kept["as_of"]).as_unit("s"),
            book=kept["book"],
            since=pd.Timestamp(kept["since"]).as_unit("s"),
            table=_table(kept["exceptions"]),
            movement=pd.DataFrame(kept["movement"]),
            messages=_messages(kept["messages_by_id"]),
            unlooked=tuple(kept["not_looked_for"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PaybenchError(
            f"The queue at {path} is damaged ({type(error).__name__}: {error}); take an earlier one, or begin anew."
        ) from None
    live = found.table[found.table["state"] != RESOLVED]
    if found.table["exception_id"].duplicated().any() or live.duplicated(["kind", "subject"]).any():
        raise PaybenchError(f"The queue at {path} is damaged (an exception stands in it twice); take an earlier one.")
    return _with_changes(found, path / CSV) if (path / CSV).is_file() else found


def _with_changes(queue: Queue, file: Path) -> Queue:
    now = queue.table.set_index("exception_id")
    for place, row in enumerate(_rows(file), 2):
        name = row.get("exception_id", "")
        if name not in now.index or now.at[name, "state"] == RESOLVED:
            continue
        new = {column: _unquoted(row.get(column)) for column in _WRITABLE}
        if new["state"] is not None:
            new["state"] = new["state"].strip().lower().replace(" ", "_")
            if new["state"] not in STATES[:-1]:
                raise PaybenchError(
                    f"Line {place} of {file} gives {name} the state '{row['state']}'; write one of "
                    f"{', '.join(STATES[:-1])}."
                )
        if any(value not in (None, now.at[name, column]) for column, value in new.items()):
            queue = queue.marked(name, **new)
    return queue


def _rows(file: Path) -> list[dict[str, str]]:
    """The lines of a CSV file that a spreadsheet may have written with other separators."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = file.read_text(encoding="cp1252", errors="replace")
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    return list(csv.DictReader(io.StringIO(text), delimiter=separator))


def _unquoted(cell: str | None) -> str | None:
    """A cell without the quote that keeps a spreadsheet from executing it."""
    return cell[1:] if cell is not None and cell.startswith("'") else cell


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=COLUMNS)
    for name in COLUMNS:
        if name in DATES:
            table[name] = pd.to_datetime(table[name])
        elif name not in ("amount", "priority"):
            table[name] = table[name].astype("str").fillna("")
    return table.astype({"amount": "float64", "priority": "int64", **dict.fromkeys(DATES, DATE)})


def _messages(rows: list[list[str]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["message_id", "customer_id", "received_on", "meaning", "place"])
    return table.assign(received_on=pd.to_datetime(table["received_on"])).astype({"received_on": DATE})
