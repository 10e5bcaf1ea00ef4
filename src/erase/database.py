"""Rows and mentions of persons out of an SQLite file, pages that nothing points to included."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from ..errors import PaybenchError
from .person import Persons

MARK = b"SQLite format 3\0"
"""What such a file begins with."""
_WAIT = 30.0


OWNER = "customer_id"
"""A column of that name says whose a row is; those of persons go whole, whatever else stands in them."""


def clean_database(file: Path, persons: Persons, write: bool) -> tuple[int, int]:
    """Remove rows, replace mentions in what is left, then write the file anew, so that what was deleted is gone.

    Returns
    -------
    The number of rows of theirs, and of other values that named somebody.

    Raises
    ------
    PaybenchError
        If another program holds the database, or it is damaged.
    """
    try:
        with closing(sqlite3.connect(file, timeout=_WAIT)) as base:
            base.execute("PRAGMA secure_delete = ON")
            removed = sum(_remove(base, table, persons, write) for table in _tables(base))
            changed = sum(_clean(base, table, persons, write) for table in _tables(base))
            if write:
                base.commit()
                base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                base.execute("VACUUM")
            return removed, changed
    except sqlite3.Error as error:
        raise PaybenchError(
            f"The database {file} cannot be cleaned ({error}); stop what uses it, and erase again."
        ) from None


def _tables(base: sqlite3.Connection) -> list[str]:
    names = base.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    return [name for (name,) in names]


def _remove(base: sqlite3.Connection, table: str, persons: Persons, write: bool) -> int:
    theirs, whose = _theirs(base, table, persons)
    count: int = base.execute(f'SELECT count(*) FROM "{table}" WHERE {theirs}', whose).fetchone()[0]
    if write and count:
        base.execute(f'DELETE FROM "{table}" WHERE {theirs}', whose)
    return count


def _theirs(base: sqlite3.Connection, table: str, persons: Persons) -> tuple[str, list[str]]:
    """A condition on rows of theirs, and its values."""
    if OWNER not in (column[1] for column in base.execute(f'PRAGMA table_info("{table}")').fetchall()):
        return "0", []
    return f'"{OWNER}" IN (SELECT value FROM json_each(?))', [json.dumps(sorted(persons.customers))]


def _clean(base: sqlite3.Connection, table: str, persons: Persons, write: bool) -> int:
    theirs, whose = _theirs(base, table, persons)
    found = 0
    for _, column, kind, *_ in base.execute(f'PRAGMA table_info("{table}")').fetchall():
        if any(word in kind.upper() for word in ("INT", "FLOAT", "REAL", "NUMERIC", "BOOL", "DATE")):
            continue
        others = f'"{table}" WHERE NOT {theirs}'
        for (value,) in base.execute(f'SELECT DISTINCT "{column}" FROM {others}', whose).fetchall():
            text = value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value
            if not isinstance(text, str) or not persons.named.within(text):
                continue
            new = persons.named.replaced(text)
            where = f'{others} AND "{column}" = ?'
            found += base.execute(f"SELECT count(*) FROM {where}", (*whose, value)).fetchone()[0]
            if write:
                given = new.encode() if isinstance(value, bytes) else new
                base.execute(
                    f'UPDATE "{table}" SET "{column}" = ? WHERE NOT {theirs} AND "{column}" = ?',
                    (given, *whose, value),
                )
    return found
