"""Backup and restore of a whole store, and putting one in order that was moved.

A backup holds the databases, the artifacts, and the store's folder: champion, promotion log, settings, candidate. A
restore checks every byte before it writes one, builds beside the place where the store will be, and takes the place
last; addresses of artifacts are changed to the new place on the way.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote, urlsplit

from ... import __version__
from ...errors import PaybenchError
from ...files import replaced_folder
from ..learn.bundle import read_bundle
from ..store.log import FILE, TAG, read_log
from ..store.postgres import locked
from ..store.settings import FILE as SETTINGS
from ..store.settings import Settings, read_settings
from ..store.store import CHAMPION, OWN, READY, Store
from ..training.candidate import Candidate
from .archive import check_name, extract, read_archive, read_one, write_archive
from .database import DUMP, SQLITE, dump, finish, load, location, occupied, relocate, relocate_server

_FOLDER, _DATABASE, _ARTIFACTS = "folder", "database", "artifacts"
"""What the names in a backup begin with."""


def backup(store: Store, out: Path) -> dict[str, Any]:
    """Write a store into one file, under its lock.

    Parameters
    ----------
    out : ends in .tar, .tar.gz or .tgz. Outside the store's folder.

    Returns
    -------
    The manifest: format, paybench, kind (sqlite or postgresql), artifacts (their address), files (sha256 by name).

    Raises
    ------
    PaybenchError
        If it cannot be read or written, or PostgreSQL's pg_dump is missing.
    """
    check_name(out)
    if out.resolve().is_relative_to(store.folder):
        raise PaybenchError(f"{out} is within the store that it would back up; name a place outside of it.")
    with store.lock(), TemporaryDirectory(prefix="paybench-") as place:
        root = location(store)
        files = [(f"{_DATABASE}/{file.name}", file) for file in dump(store, Path(place))]
        artifacts = near(root) or _fetched(root, Path(place) / "artifacts")
        files += [(f"{_ARTIFACTS}/{file.relative_to(artifacts).as_posix()}", file) for file in _files(artifacts)]
        own = _own(store, artifacts)
        files += [(f"{_FOLDER}/{file.relative_to(store.folder).as_posix()}", file) for file in own]
        kind = "postgresql" if store.settings.tracking else "sqlite"
        return write_archive(out, {"paybench": __version__, "kind": kind, "artifacts": root}, files)


def restore(file: Path, folder: Path) -> Store:
    """Make a store of a backup, in a folder that holds nothing but, if anything, the settings of the store to be.

    Parameters
    ----------
    file : that :func:`backup` wrote. folder : new, empty, or with a ``settings.yaml``, which then counts instead of
        that of the backup: so a store is put on another server, or its artifacts elsewhere.

    Raises
    ------
    PaybenchError
        If the backup is damaged, or the folder, the database or the place of the artifacts holds something.
    """
    manifest = read_archive(file)
    place = folder.resolve()
    if place.exists() and (not place.is_dir() or {path.name for path in place.iterdir()} - {SETTINGS}):
        raise PaybenchError(f"{folder} is not empty; restore into a new folder, and remove the old one afterwards.")
    given = (place / SETTINGS).read_bytes() if (place / SETTINGS).exists() else None
    settings = read_settings(place, read_one(file, f"{_FOLDER}/{SETTINGS}") if given is None else given)
    _check_target(file, place, manifest, settings)
    root = settings.artifacts or (place / "artifacts").as_uri()
    with ExitStack() as held:
        if settings.tracking:
            held.enter_context(locked(settings.tracking))
            if occupied(settings.tracking):
                raise PaybenchError(
                    f"The database {settings.tracking} holds tables already; name an empty one in "
                    f"{place / SETTINGS}, and restore again."
                )
        with replaced_folder(place) as fresh, TemporaryDirectory(prefix="paybench-") as beside:
            with _artifacts_at(root, place, fresh) as artifacts:
                rooms = {_FOLDER: fresh, _DATABASE: Path(beside), _ARTIFACTS: artifacts}
                extract(file, lambda name: rooms[name.partition("/")[0]] / name.partition("/")[2])
                if settings.tracking:
                    load(settings.tracking, Path(beside) / DUMP, (manifest["artifacts"], root), unfinished=True)
            for name in SQLITE:
                if (Path(beside) / name).exists():
                    shutil.move(Path(beside) / name, fresh / name)
            if not settings.tracking:
                relocate(fresh / SQLITE[0], manifest["artifacts"], root)
            if given is not None:
                (fresh / SETTINGS).write_bytes(given)
            (fresh / READY).touch()
        if settings.tracking:
            finish(settings.tracking)
    store = Store.at(place)
    check(store)
    return store


def moved(store: Store) -> tuple[str, str]:
    """Change the addresses of artifacts in the database to where they are now, after a folder was moved or copied.

    Returns
    -------
    The address before and after.

    Raises
    ------
    PaybenchError
        If the artifacts are not there.
    """
    with store.lock():
        old, new = location(store), store.artifacts_uri
        there = near(new)
        if there is None or not there.is_dir():
            raise PaybenchError(
                f"The artifacts of the store at {store.folder} should be at {new}, and are not; move them there first."
            )
        if old != new and store.settings.tracking:
            relocate_server(store.settings.tracking, old, new)
        elif old != new:
            relocate(store.folder / SQLITE[0], old, new)
        check(store)
    return old, new


def check(store: Store) -> str:
    """See that a store serves: log whole, and the champion's registered bundle says what its exported one does.

    Returns
    -------
    The champion's label; empty in a store where nothing was promoted yet.

    Raises
    ------
    PaybenchError
        If it does not.
    """
    champion = store.version(CHAMPION)
    if champion is None:
        if store.champion_folder.exists():
            raise PaybenchError(f"The store at {store.folder} has lost its champion; restore another backup.")
        return ""
    if (store.folder / FILE).exists() or TAG in champion.tags:
        read_log(store)
    registered, exported = store.bundle(champion), read_bundle(store.champion_folder)
    said = [(bundle.pooled.tobytes(), bundle.tail.tobytes()) for bundle in (registered, exported)]
    if registered.curve is not None:
        golden = Candidate(store.artifacts(champion.run_id) / "candidate")
        rows, past = golden.rows.head(200), golden.past.take(slice(0, 200))
        said = [(bundle.predict_from(past, rows).mass.tobytes(), b"") for bundle in (registered, exported)]
    if said[0] != said[1]:
        raise PaybenchError(
            f"{champion.label} in the store at {store.folder} does not reproduce its golden scores; "
            "restore another backup."
        )
    return champion.label


def near(uri: str) -> Path | None:
    """The folder of an address on this machine; None if it is elsewhere."""
    if uri.startswith("/"):
        return Path(uri)
    url = urlsplit(uri)
    return Path(unquote(url.path)) if url.scheme == "file" else None


def _files(folder: Path) -> list[Path]:
    """All files below a folder, in a fixed order."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def _own(store: Store, artifacts: Path) -> list[Path]:
    """Files of a store's folder but artifacts, databases, and what is temporary: names that begin with a dot."""
    found = [store.folder / OWN] if (store.folder / OWN).exists() else []
    for path in _files(store.folder):
        hidden = any(part.startswith(".") for part in path.relative_to(store.folder).parts)
        if not hidden and not path.is_relative_to(artifacts) and not path.name.startswith(SQLITE):
            found.append(path)
    return found


def _check_target(file: Path, place: Path, manifest: dict[str, Any], settings: Settings) -> None:
    kind = "postgresql" if settings.tracking else "sqlite"
    if manifest["kind"] != kind:
        names = {"sqlite": "a store on SQLite", "postgresql": "a store on PostgreSQL"}
        raise PaybenchError(
            f"{file} is of {names[manifest['kind']]}, and the settings are of {names[kind]}; "
            "a store is restored to the kind of database that it was on."
        )
    if not settings.artifacts:
        return
    there = near(settings.artifacts)
    if _listed(settings.artifacts) if there is None else (there.exists() and any(there.iterdir())):
        raise PaybenchError(
            f"{settings.artifacts} holds something already; clear it, or name another place in {place / SETTINGS}."
        )


@contextmanager
def _artifacts_at(root: str, place: Path, fresh: Path) -> Iterator[Path]:
    """A folder to fill, from which artifacts come to where they belong: with the store's folder, beside it, or afar."""
    there = near(root)
    if there is not None and there.is_relative_to(place):
        yield fresh / there.relative_to(place)
    elif there is not None:
        with replaced_folder(there) as new:
            yield new
    else:
        with TemporaryDirectory(prefix="paybench-") as new_place:
            yield Path(new_place)
            _service(root).log_artifacts(new_place)


def _fetched(root: str, folder: Path) -> Path:
    folder.mkdir()
    if _listed(root):
        _service(root).download_artifacts("", str(folder))
    return folder


def _listed(root: str) -> list[Any]:
    return list(_service(root).list_artifacts())


def _service(root: str) -> Any:
    """MLflow's way to a place of artifacts that is not on this machine."""
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    return get_artifact_repository(root)
