"""Persons out of a ledger, its store, and the files that were made of them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pandas as pd

from ..errors import PaybenchError
from ..files import locked_file, replaced_file
from ..ledger import TABLES, read_ledger
from ..ledger.store import LOCK, SETTINGS
from ..models.store.log import instant
from ..models.store.store import CHAMPION, NAMES, Store
from .files import clean, remains
from .person import Persons
from .rows import clean_parquet

LOG = "erasures.jsonl"
"""In the store: one line for each erasure, with when, how many and which versions, and no word of whom."""
UNFINISHED = "work"
"""In the store: steps of trainings that were cut short, with what they had read."""
_MOST_RUNS = 50_000
_LAST = ("invoices", "customers")
"""By these tables the persons are known, so they are cleaned when all else is."""


@dataclass
class Erasure:
    """What was removed where, or would be.

    Attributes
    ----------
    customers : how many were asked for. unknown : those of which the ledger has no row (any more).
    rows : of them in each table of the ledger.
    files : each with file, done (rows removed, mentions replaced, deleted) and count (rows or values; 1 of a file).
    versions : registered versions that were trained on them: version, as_of, champion (whether it serves).
    elsewhere : what belongs to the store and was not looked into: a database server, artifacts in other places.
    left : files that hold a number or name of theirs and are needed as they are.
    store : whether there is one.
    """

    customers: int
    dry_run: bool
    unknown: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    versions: list[dict[str, Any]] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    store: bool = True

    @property
    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self)

    def __str__(self) -> str:
        known = self.customers - len(self.unknown)
        lines = [f"{known} customer{'s' if known != 1 else ''} {'would be erased' if self.dry_run else 'erased'}"]
        lines += [f"  {number}: the ledger has no row of it" for number in self.unknown]
        lines += [f"  ledger, {table}: {count} rows" for table, count in self.rows.items() if count]
        for f in self.files:
            said = f["done"] if f["done"] == "deleted" else f"{f['count']} {f['done']}"
            lines.append(f"  {f['file']}: {said}")
        lines += [f"  not looked into: {place}" for place in self.elsewhere]
        lines += [f"  LEFT: {file} names somebody, and is needed as it is; see to it yourself" for file in self.left]
        if not self.store:
            lines.append("  there is no store there, so no run was looked at")
        for v in self.versions:
            lines.append(
                f"trained on them: {v['version']}, as of {v['as_of']}{', which serves' if v['champion'] else ''}"
            )
        if self.versions:
            lines.append("these learned from the erased; train again, if nothing of it is to remain in what serves")
        return "\n".join(lines)


def erase(
    ledger: str | Path,
    customers: Iterable[str],
    store: str | Path = "mlruns",
    also: Iterable[str | Path] = (),
    dry_run: bool = False,
) -> Erasure:
    """Remove customers from a ledger folder, a store and other files.

    Rows of theirs go from tables; in rows of others that name them, the name becomes ``[erased]``. Files that cannot be
    rewritten row by row (pages, executed notebooks, answers, workbooks) are deleted whole if they name one, as is an
    executed notebook with pictures of single invoices. What is learned stays: it holds no row of anybody; which
    versions learned from them is told. Each file is replaced whole, the ledger's last, so that an erasure that was cut
    short is finished by doing it again.

    Parameters
    ----------
    ledger : the ledger folder, everything in it. customers : their numbers.
    store : folder of the registry; its runs, deleted ones too, and free pages of its database.
    also : further files, and folders with everything in them: features, scores, reports, notebooks.
    dry_run : only tell.

    Raises
    ------
    PaybenchError
        If the ledger cannot be read, one of ``also`` is not there, or a program holds the store's database.
    """
    folder, place = Path(ledger).resolve(), Store.at(store)
    others = [Path(path).resolve() for path in also]
    for path in others:
        if not path.exists():
            raise PaybenchError(f"There is nothing at {path} to erase from; give the path of a file or folder.")
    persons = Persons.of(read_ledger(folder), customers)
    there = place.folder.is_dir()
    result = Erasure(len(persons.customers), dry_run, list(persons.unknown), persons.rows, store=there)
    if place.exists:
        result.versions = _versions(place, persons, read_ledger(folder).name)
        result.elsewhere = _elsewhere(place)
    alone = locked_file(folder / LOCK) if (folder / LOCK).exists() else nullcontext()
    with place.lock() if there else nullcontext(), alone:
        kept = [folder, place.folder]
        for path in others:
            _sweep(path, persons, result, kept)
        if there:
            _unfinished(place.folder / UNFINISHED, result)
            _sweep(place.folder, persons, result, [folder, place.folder / UNFINISHED], in_store=True)
            for root in _artifacts(place) if place.exists else []:
                _sweep(root, persons, result, [], in_store=True)
        _sweep(folder, persons, result, [], tables=True)
        if there and not dry_run and len(persons.unknown) < len(persons.customers):
            _log(place.folder / LOG, result)
        for name in [*(t for t in TABLES if t not in _LAST), *_LAST]:
            file = folder / f"{name}.parquet"
            if file.exists():
                done = clean_parquet(file, persons, not dry_run)
                _told(result, file, "mentions replaced", done.changed)
    return result


def _sweep(
    path: Path, persons: Persons, result: Erasure, kept: list[Path], in_store: bool = False, tables: bool = False
) -> None:
    """Clean every file below a path, and what dead processes left beside it, but for folders that are ``kept``."""
    for root in [path, *sorted(path.parent.glob(f".{path.name}-*"))]:
        for file in _files(root, kept if root == path else []):
            inner = file.relative_to(root if root.is_dir() else root.parent)
            if tables and root == path and (str(inner) == SETTINGS or _is_table(inner)):
                continue
            if remains(inner, in_store):
                if persons.named.in_file(inner.name, file.read_bytes()):
                    result.left.append(str(file))
                continue
            for done, count in clean(file, inner, persons, not result.dry_run):
                _told(result, file, done, count)


def _files(root: Path, kept: list[Path]) -> Iterator[Path]:
    if root.is_file():
        yield root
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if here / name not in kept)
        yield from (here / name for name in sorted(names) if (here / name).is_file())


def _is_table(inner: Path) -> bool:
    return len(inner.parts) == 1 and inner.suffix == ".parquet" and inner.stem in TABLES


def _told(result: Erasure, file: Path, done: str, count: int) -> None:
    if count:
        result.files.append({"file": str(file), "done": done, "count": count})


def _unfinished(folder: Path, result: Erasure) -> None:
    if folder.is_dir():
        _told(result, folder, "deleted", 1)
        if not result.dry_run:
            for link in folder.parent.iterdir():
                if link.is_symlink() and link.resolve().is_relative_to(folder):
                    link.unlink()
            shutil.rmtree(folder)


def _versions(store: Store, persons: Persons, book: str) -> list[dict[str, Any]]:
    """Versions of the three names whose ledger held an invoice of theirs, as was known at their as_of."""
    first = persons.first
    if not isinstance(first, pd.Timestamp):
        return []
    champion = store.version(CHAMPION)
    found = store.client().search_model_versions(f"name = '{NAMES[-1]}'")
    on_them = [v for v in found if v.tags.get("book") == book and pd.Timestamp(v.tags.get("as_of", "1900")) > first]
    return [
        {
            "version": f"{NAMES[-1]} v{v.version}",
            "as_of": v.tags["as_of"],
            "champion": champion is not None and int(v.version) == champion.number,
        }
        for v in sorted(on_them, key=lambda v: int(v.version))
    ]


def _elsewhere(store: Store) -> list[str]:
    """What belongs to a store and is not in files that are swept."""
    from mlflow.entities import ViewType

    client = store.client()
    experiments = [e.experiment_id for e in client.search_experiments(view_type=ViewType.ALL)]
    runs = client.search_runs(experiments, run_view_type=ViewType.ALL, max_results=_MOST_RUNS)
    swept = [f"{root.as_uri()}/" for root in (store.folder, *_artifacts(store))]
    places = {str(run.info.artifact_uri) for run in runs}
    found = sorted(uri for uri in places if not any(uri.startswith(root) for root in swept))
    return [*(["the PostgreSQL database of the store"] if store.settings.tracking else []), *found]


def _artifacts(store: Store) -> list[Path]:
    """The folder of all artifacts, if it is one of this machine outside the store's."""
    given = urlsplit(store.artifacts_uri)
    folder = Path(unquote(given.path))
    if given.scheme not in ("", "file") or folder.is_relative_to(store.folder) or not folder.is_dir():
        return []
    return [folder]


def _log(file: Path, result: Erasure) -> None:
    entry = {
        "when": instant(),
        "customers": result.customers - len(result.unknown),
        "rows": sum(result.rows.values()),
        "versions": [v["version"] for v in result.versions],
    }
    before = file.read_bytes() if file.exists() else b""
    with replaced_file(file) as new:
        new.write_bytes(before + json.dumps(entry).encode() + b"\n")
