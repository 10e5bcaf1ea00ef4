"""The promotion log: who served when, and why, one JSON line for each act, none of which can be taken back.

``promotions.jsonl`` in the store's folder. Each line holds the sha256 of the line before it, and the version that it is
about bears the number and the sha256 of its latest line as a tag, so that a line that was changed or removed is found,
the last one too.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from textwrap import wrap
from typing import Any

from ...errors import PaybenchError
from ...ledger.book import day
from .store import CHAMPION, NAMES, Store, Version

FILE, TAG = "promotions.jsonl", "promotion_log"
FIRST, PROMOTED, REFUSED, ROLLBACK, REEXPORT, FOUND = ACTIONS = (
    "first", "promoted", "refused", "rollback", "re-export", "found",
)  # fmt: skip
"""What can be done to a version; *found* serves although no line said so."""
CHANGES = (FIRST, PROMOTED, ROLLBACK, FOUND)
"""Acts after which the version serves that they are about."""

FIELDS = ("when", "action", "version", "previous", "as_of", "book", "reason", "signed_by", "run_id", "before")
"""Of an entry; ``before`` is the sha256 of the line before it, empty in the first."""

Entry = dict[str, Any]


def instant(given: datetime | None = None) -> str:
    """When something is done, in UTC: the only place that reads the clock, unless a time is given."""
    return (given or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def append(
    store: Store,
    action: str,
    version: Version,
    previous: Version | None,
    reason: str,
    signed_by: str = "",
    when: datetime | None = None,
) -> Entry:
    """Write an act at the end of the log, safe on the disk, and as a tag of its version. The caller holds the lock.

    Parameters
    ----------
    action : one of :data:`ACTIONS`. version : that it is about. previous : that served before, if any.
    reason : in words. signed_by : who answers for it. when : instead of now.

    Returns
    -------
    The entry. Where lines are gone from the end, ``before`` is that of the line that should be there, so that the gap
    is found for ever.
    """
    client, file = store.client(), store.folder / FILE
    _whole(file)
    lines, (known, sha) = _lines(file), max(_tags(store).values(), default=(0, ""))
    if not known or (known <= len(lines) and _sha(lines[known - 1]) == sha):
        sha = _sha(lines[-1]) if lines else ""
    entry = {
        "when": instant(when),
        "action": action,
        "version": version.number,
        "previous": None if previous is None else previous.number,
        "as_of": version.tags.get("as_of", ""),
        "book": version.tags.get("book", ""),
        "reason": reason,
        "signed_by": signed_by,
        "run_id": version.run_id,
        "before": sha,
    }
    line = json.dumps(entry).encode()
    _write(file, line + b"\n")
    for name in NAMES:
        client.set_model_version_tag(name, str(version.number), TAG, f"{len(lines) + 1} {_sha(line)}")
    return entry


def catch_up(store: Store, when: datetime | None = None) -> None:
    """Write down who serves, if the log does not say so. The caller holds the lock.

    So it is after a process that ended between an act and its line, after an alias was moved by hand, and in a store
    that is older than its log.
    """
    champion = store.version(CHAMPION)
    if champion is None:
        return
    last = next((e for e in reversed(_readable(store)) if e["action"] in CHANGES), None)
    if last is None or last["version"] != champion.number:
        number = None if last is None else int(last["version"])
        before = None if number is None else Version(number, str(last and last["run_id"]), {})
        append(store, FOUND, champion, before, "it served, and the log did not say since when", when=when)


def served_before(store: Store, version: int) -> int | None:
    """The last version that served and is another one, by what can be read of the log; None if there is none."""
    served = (e["version"] for e in reversed(_readable(store)) if e["action"] in CHANGES)
    return next((int(number) for number in served if number != version), None)


def read_log(store: Store) -> list[Entry]:
    """All entries, the oldest first, once the chain and the tags of the versions agree with them.

    Raises
    ------
    PaybenchError
        If there is none, or a line was changed or removed; it says which.
    """
    file = store.folder / FILE
    with store.lock():
        lines, tags = _lines(file), _tags(store)
    if not lines and not tags:
        raise PaybenchError(f"The store at {store.folder} has no promotion log yet; the next promotion begins one.")
    broken = f"The promotion log {file} is broken"
    restore = "put it back from a backup"
    found: list[Entry] = []
    for number, line in enumerate(lines, 1):
        entry = _entry(line)
        if entry is None:
            raise PaybenchError(f"{broken} at line {number}, which is no entry: it was changed; {restore}.")
        if entry["before"] != (_sha(lines[number - 2]) if number > 1 else ""):
            what = f"line {number - 1} was changed, or lines" if number > 1 else "lines"
            raise PaybenchError(f"{broken} before line {number}: {what} there were removed; {restore}.")
        found.append(entry)
    for version, (number, sha) in sorted(tags.items()):
        if number > len(lines):
            raise PaybenchError(
                f"{broken} after line {len(lines)}: line {number}, about {NAMES[-1]} v{version}, was removed; "
                f"{restore}."
            )
        if _sha(lines[number - 1]) != sha:
            raise PaybenchError(
                f"{broken} at line {number}, which is not what was written about {NAMES[-1]} v{version}: it was "
                f"changed; {restore}."
            )
    return found


def served_on(store: Store, date: object) -> Entry:
    """The act by which the version came to serve that did so at the end of a day (UTC).

    Raises
    ------
    PaybenchError
        If nothing served yet, the date is none, or the log is broken.
    """
    wanted = f"{day(date):%Y-%m-%d}"
    changes = [entry for entry in read_log(store) if entry["action"] in CHANGES]
    before = [entry for entry in changes if entry["when"][:10] <= wanted]
    if not before:
        since = f"; it begins on {changes[0]['when'][:10]}" if changes else ""
        raise PaybenchError(f"By the log of {store.folder} no version served on {wanted}{since}.")
    return before[-1]


def as_table(entries: list[Entry], width: int = 80) -> str:
    """The log in columns, the newest last, each reason below its act."""
    lines = [_ROW.format("when (UTC)", "action", "version", "before", "as of", "signed by")]
    for e in entries:
        names = (f"v{e['version']}", "" if e["previous"] is None else f"v{e['previous']}")
        signed = e["signed_by"] if len(e["signed_by"]) <= _SIGNED else e["signed_by"][: _SIGNED - 1] + "…"
        lines.append(_ROW.format(e["when"].replace("T", " ")[:19], e["action"], *names, e["as_of"], signed).rstrip())
        lines += wrap(e["reason"], width, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines)


_ROW = "{:19}  {:9}  {:>7}  {:>6}  {:10}  {}"
_SIGNED = 80 - len(_ROW.format(*[""] * 6))


def _sha(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _lines(file: Path) -> list[bytes]:
    """Whole lines; what follows the last line's end was never written to its end."""
    return file.read_bytes().split(b"\n")[:-1] if file.exists() else []


def _entry(line: bytes) -> Entry | None:
    with suppress(ValueError):
        found = json.loads(line)
        if isinstance(found, dict) and found.get("action") in ACTIONS and type(found.get("version")) is int:
            return found if tuple(found) == FIELDS else None
    return None


def _readable(store: Store) -> list[Entry]:
    return [entry for line in _lines(store.folder / FILE) if (entry := _entry(line)) is not None]


def _tags(store: Store) -> dict[int, tuple[int, str]]:
    """By version: the number and the sha256 of the latest line about it."""
    found = {}
    for version in store.client().search_model_versions(f"name = '{NAMES[-1]}'"):
        number, _, sha = version.tags.get(TAG, "").partition(" ")
        if number.isdecimal():
            found[int(version.version)] = int(number), sha
    return found


def _whole(file: Path) -> None:
    """Take away the beginning of a line that a dead process or a full disk left."""
    if not file.exists():
        return
    kept = sum(len(line) + 1 for line in _lines(file))
    if kept < file.stat().st_size:
        os.truncate(file, kept)


def _write(file: Path, line: bytes) -> None:
    with file.open("ab") as out:
        out.write(line)
        out.flush()
        os.fsync(out.fileno())
    folder = os.open(file.parent, os.O_RDONLY)  # a new file's name has to be safe, too
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
