"""Mentions of persons out of an SQLite file, pages that nothing points to included."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from ..errors import PaybenchError
from .person import Persons

MARK = b"SQLite format 3\0"
"""What such a file begins with."""
_WAIT = 30.0


def clean_database(file: Path, persons: Persons, write: bool) -> int:
    """Replace mentions in every text of every table, then write the file anew, so that what was deleted is gone.

    Returns
    -------
    The number of values that named somebody.

    Raises
    ------
    PaybenchError
        If another program holds the database, or it is damaged.
    """
    try:
        with closing(sqlite3.connect(file, timeout=_WAIT)) as base:
            base.execute("PRAGMA secure_delete = ON")
            found = sum(_clean(base, table, persons, write) for table in _tables(base))
            if write:
                base.commit()
                base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                base.execute("VACUUM")
            return found
    except sqlite3.Error as error:
        raise PaybenchError(
            f"The database {file} cannot be cleaned ({error}); stop what uses it, and erase again."
        ) from None


def _tables(base: sqlite3.Connection) -> list[str]:
    names = base.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    return [name for (name,) in names]


def _clean(base: sqlite3.Connection, table: str, persons: Persons, write: bool) -> int:
    found = 0
    for _, column, kind, *_ in base.execute(f'PRAGMA table_info("{table}")').fetchall():
        if any(word in kind.upper() for word in ("INT", "FLOAT", "REAL", "NUMERIC", "BOOL", "DATE")):
            continue
        for (value,) in base.execute(f'SELECT DISTINCT "{column}" FROM "{table}"').fetchall():
            text = value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value
            if not isinstance(text, str) or not persons.named.within(text):
                continue
            new = persons.named.replaced(text)
            where = f'"{table}" WHERE "{column}" = ?'
            found += base.execute(f"SELECT count(*) FROM {where}", (value,)).fetchone()[0]
            if write:
                given = new.encode() if isinstance(value, bytes) else new
                base.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE "{column}" = ?', (given, value))
    return found
