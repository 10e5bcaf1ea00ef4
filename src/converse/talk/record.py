"""What was said and decided with each customer, in the order in which it happened: an SQLite file.

An event is never changed; it goes when its customer is erased. Texts come in redacted, and are redacted once more here.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from ...errors import PaybenchError
from ...ledger.redact import redact

FILE = "conversations.db"
"""In the folder of the store."""
_WAIT = 30.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    event_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id TEXT NOT NULL,
    at TEXT NOT NULL,
    what TEXT NOT NULL,
    channel TEXT NOT NULL,
    source TEXT NOT NULL,
    source_id TEXT,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS once ON events (source, source_id) WHERE source_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS customers ON events (customer_id, event_id);
"""


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Attributes
    ----------
    customer_id : with whom; '' = a sender whom nobody knows. at : when, an instant with its zone.
    what : kind of event, one word. channel : by which. body : what there is to tell, JSON-able.
    source, source_id : who reported it, and its number there; one number is recorded once. None = it has none.
    number : in the record, rising; 0 = not recorded yet.
    """

    customer_id: str
    at: datetime
    what: str
    channel: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    source: str = "paybench"
    source_id: str | None = None
    number: int = 0

    @property
    def as_dict(self) -> dict[str, Any]:
        """For an export: plain values."""
        return {
            "number": self.number, "at": self.at.isoformat(), "what": self.what, "channel": self.channel,
            "source": self.source, **self.body,
        }  # fmt: skip


class Record:
    """The record of a store; the file is made when the first event is written.

    Threads and processes may use one file at the same time.
    """

    def __init__(self, file: str | Path) -> None:
        self._file = Path(file)

    @property
    def file(self) -> Path:
        """Where it is."""
        return self._file

    def add(self, *events: Event) -> list[Event] | None:
        """Record events together, all or none.

        Returns
        -------
        The same with their numbers; None, and nothing is recorded, where one of them was recorded before.
        """
        found = []
        with self._base(write=True) as base:
            for event in events:
                row = (
                    event.customer_id, event.at.isoformat(), event.what, event.channel, event.source,
                    None if event.source_id is None else kept_id(event.source_id),
                    json.dumps(_clean(dict(event.body)), ensure_ascii=False, sort_keys=True),
                )  # fmt: skip
                try:
                    number = base.execute(
                        "INSERT INTO events (customer_id, at, what, channel, source, source_id, body) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?)",
                        row,
                    ).lastrowid
                except sqlite3.IntegrityError:
                    base.rollback()
                    return None
                found.append(replace(event, body=json.loads(row[6]), number=int(number or 0)))
        return found

    def of(self, customer_id: str, after: int = 0) -> list[Event]:
        """A customer's events with higher numbers than ``after``, the first one first."""
        where = "WHERE customer_id = ? AND event_id > ? ORDER BY event_id"
        return self._read(where, (customer_id, after))

    def seen(self, source: str, source_id: str) -> Event | None:
        """The event of that number at whoever reported it, if there is one."""
        found = self._read("WHERE source = ? AND source_id = ?", (source, kept_id(source_id)))
        return found[0] if found else None

    def latest(self, most: int = 200) -> list[Event]:
        """The latest event of each customer, the newest first."""
        where = (
            "WHERE event_id IN (SELECT max(event_id) FROM events GROUP BY customer_id) ORDER BY event_id DESC LIMIT ?"
        )
        return self._read(where, (most,))

    def every(self) -> list[Event]:
        """All events of all customers, the first one first."""
        return self._read("ORDER BY event_id", ())

    def export(self, customer_id: str) -> list[dict[str, Any]]:
        """Everything that is kept of a customer, to be handed over on request."""
        return [event.as_dict for event in self.of(customer_id)]

    def erase(self, customer_id: str) -> int:
        """Remove a customer's events for good.

        Returns
        -------
        How many there were.
        """
        if not self._file.exists():
            return 0
        with self._base(write=True) as base:
            base.execute("PRAGMA secure_delete = ON")
            count = base.execute("DELETE FROM events WHERE customer_id = ?", (customer_id,)).rowcount
        if count:
            with self._base() as base:
                base.execute("VACUUM")
        return count

    def _read(self, where: str, values: tuple[object, ...]) -> list[Event]:
        if not self._file.exists():
            return []
        columns = "customer_id, at, what, channel, body, source, source_id, event_id"
        with self._base() as base:
            rows = base.execute(f"SELECT {columns} FROM events {where}", values).fetchall()
        return [
            Event(customer, datetime.fromisoformat(at), what, channel, json.loads(body), source, source_id, number)
            for customer, at, what, channel, body, source, source_id, number in rows
        ]

    @contextmanager
    def _base(self, write: bool = False) -> Iterator[sqlite3.Connection]:
        try:
            if write:
                self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._file, timeout=_WAIT)) as base:
                if write:
                    base.executescript(_SCHEMA)
                    base.execute("BEGIN IMMEDIATE")
                yield base
                base.commit()
        except (sqlite3.Error, OSError) as error:
            raise PaybenchError(
                f"The record of conversations at {self._file} cannot be used ({error}); see that it may be written, "
                "or name another --store."
            ) from None


def kept_id(number: str) -> str:
    """A number of somebody else's as it may be kept: one that looks like a card's by its digest, which is as unique."""
    return number if redact(number) == number else f"sha256:{sha256(number.encode()).hexdigest()}"


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {str(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value
