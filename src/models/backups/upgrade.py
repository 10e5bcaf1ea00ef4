"""Bringing a store to the schemas of the MLflow and the Optuna that are installed, or leaving it as it was."""

from __future__ import annotations

import logging
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ...errors import PaybenchError
from ..store.log import FILE
from ..store.postgres import STUDIES, engine_uri
from ..store.schema import LIBRARIES, latest, revision
from ..store.store import READY, Store
from .archive import extract
from .backup import backup, check
from .database import DUMP, SQLITE, copy, dump, load


@dataclass(frozen=True)
class Upgrade:
    """What an upgrade did.

    Attributes
    ----------
    before, after : revisions of the schemas by library (mlflow, optuna; those that are there). champion : that serves.
    kept : the backup; None where nothing had to be done.
    """

    before: dict[str, str]
    after: dict[str, str]
    champion: str
    kept: Path | None


def upgrade(store: Store, keep: Path) -> Upgrade:
    """Back a store up, bring its databases to today's schemas, and see that it serves as before; all under its lock.

    On SQLite this is done to a copy, which takes the place in one transaction once it was found to be good. On
    PostgreSQL each library migrates in one transaction; if the store is not good afterwards, its backup is put back.

    Parameters
    ----------
    keep : the backup to write; a new file.

    Raises
    ------
    PaybenchError
        If it cannot be done; the store is then as it was.
    """
    if keep.exists():
        raise PaybenchError(f"{keep} exists, and may be the only good backup; name another file by --backup.")
    with store.lock():
        before = _revisions(store)
        if before == {library: latest(library) for library in before}:
            return Upgrade(before, before, check(store), None)
        backup(store, keep)
        (_on_server if store.settings.tracking else _on_copy)(store, keep)
        (store.folder / READY).touch()
        return Upgrade(before, _revisions(store), check(store), keep)


def _on_copy(store: Store, keep: Path) -> None:
    with TemporaryDirectory(prefix="paybench-") as place:
        tried = Store.at(place)
        dump(store, tried.folder)
        for name in (FILE, store.champion_folder.name):
            path = store.folder / name
            if path.is_dir():
                shutil.copytree(path, tried.folder / name)
            elif path.exists():
                shutil.copyfile(path, tried.folder / name)
        try:
            _migrate(tried)
            check(tried)
        except Exception as error:
            raise _undone(store, error, keep) from None
        for name in SQLITE:
            if (tried.folder / name).exists():
                copy(tried.folder / name, store.folder / name)


def _on_server(store: Store, keep: Path) -> None:
    try:
        _migrate(store)
        check(store)
    except BaseException as error:
        with TemporaryDirectory(prefix="paybench-") as place:
            wanted = Path(place) / DUMP
            extract(keep, lambda name: wanted if name == f"database/{DUMP}" else None)
            try:
                load(store.settings.tracking, wanted)
            except PaybenchError as failed:
                raise PaybenchError(
                    f"The upgrade of the store at {store.folder} failed, and could not be undone ({failed}); "
                    f"its backup is {keep}."
                ) from None
        if not isinstance(error, Exception):
            raise
        raise _undone(store, error, keep) from None


def _undone(store: Store, error: Exception, keep: Path) -> PaybenchError:
    why = str(error).strip().partition("\n")[0].rstrip(".") if isinstance(error, PaybenchError) else _first_line(error)
    return PaybenchError(
        f"The store at {store.folder} could not be upgraded ({why}) and is as it was; its backup is {keep}."
    )


def _first_line(error: Exception) -> str:
    origin = getattr(error, "orig", None) or error
    said = origin.args[0] if origin.args else ""
    text = said.get("M", "") if isinstance(said, dict) else str(said)
    return f"{type(error).__name__}: {text.strip().partition(chr(10))[0].rstrip('.')}"


def _migrate(store: Store) -> None:
    there, before = _revisions(store), logging.root.manager.disable
    logging.disable(logging.ERROR)  # Optuna's migrations set logging up anew, to say each step
    try:
        for library in there:
            _BRING[library](_address(store, library))
    finally:
        logging.disable(before)


def _revisions(store: Store) -> dict[str, str]:
    """Revision of each library's schema that the store has."""
    asked = {library: revision(store.settings.tracking, store.folder, library) for library in LIBRARIES}
    found = {library: number for library, number in asked.items() if number}
    if "mlflow" not in found:
        raise PaybenchError(f"The store at {store.folder} was never used, so that there is nothing to upgrade.")
    return found


def _address(store: Store, library: str) -> str:
    if store.settings.tracking:
        return engine_uri(store.settings.tracking, STUDIES if library == "optuna" else "")
    return f"sqlite:///{store.folder / f'{library}.db'}"


def _bring_mlflow(address: str) -> None:
    from mlflow.store.db.utils import _upgrade_db, create_sqlalchemy_engine

    engine = create_sqlalchemy_engine(address)
    try:
        _upgrade_db(engine)
    finally:
        with suppress(Exception):
            engine.dispose()


def _bring_optuna(address: str) -> None:
    from optuna.storages import RDBStorage

    storage: Any = RDBStorage(address, skip_compatibility_check=True, skip_table_creation=True)
    try:
        storage.upgrade()
    finally:
        storage.engine.dispose()


_BRING = {"mlflow": _bring_mlflow, "optuna": _bring_optuna}
"""What brings the database of a library to its newest revision."""
