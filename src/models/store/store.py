"""The MLflow store in a folder: tracking, registry, artifacts, and the champion's bundle.

One store serves one book: ``mlflow.db`` (tracking and registry), ``optuna.db`` (studies), ``artifacts/``, and
``champion/``, the bundle that the scoring script reads without MLflow. Its ``settings.yaml`` may put runs, versions and
studies into a PostgreSQL database and artifacts anywhere; the folder then holds the rest, and is shared by all who use
the store.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ...errors import PaybenchError
from ...files import locked_file, replaced_file
from ..learn.bundle import Bundle, read_bundle
from .postgres import STUDIES, engine_uri, locked
from .schema import latest, revision
from .settings import Settings, read_settings

if TYPE_CHECKING:
    from mlflow import MlflowClient

NAMES = ("payment-late", "payment-days", "payment-timing")
"""The registered models; their versions come from one run and move together."""
CHAMPION, CHALLENGER, PREVIOUS = ALIASES = "champion", "challenger", "previous_champion"
EXPERIMENT = "paybench"
READY, OWN = ".ready", ".id"
"""Files of a store's folder: its database is made; by this name the database knows the folder (PostgreSQL only)."""
OWNER = "paybench.store"
"""Tag of the experiment with that name."""
_STUDIES = ".studies"
_LONGEST = 150
"""Characters; a run's address has 200, and adds its id."""
_HELD: dict[tuple[object, ...], Any] = {}
"""Locks that threads of this process hold, and their connections."""


@dataclass(frozen=True)
class Version:
    """One registered version: its number (the same for all three names), run and tags."""

    number: int
    run_id: str
    tags: dict[str, str]

    @property
    def label(self) -> str:
        """payment-timing v3."""
        return f"{NAMES[-1]} v{self.number}"


@dataclass(frozen=True)
class Store:
    """An MLflow store in a folder.

    Parameters
    ----------
    folder : created when first used.
    """

    folder: Path

    @classmethod
    def at(cls, folder: str | Path) -> Store:
        """The store in a folder."""
        return cls(Path(folder).resolve())

    @cached_property
    def settings(self) -> Settings:
        """What its ``settings.yaml`` says."""
        return read_settings(self.folder)

    @property
    def exists(self) -> bool:
        """Whether the store was made."""
        return (self.folder / (READY if self.settings.tracking else "mlflow.db")).exists()

    @property
    def uri(self) -> str:
        """MLflow's tracking and registry URI; no password is in it."""
        tracking = self.settings.tracking
        return engine_uri(tracking) if tracking else f"sqlite:///{self.folder / 'mlflow.db'}"

    @property
    def study_uri(self) -> str:
        """Optuna's storage; its tables are made at first use, one process at a time. No password is in it."""
        tracking = self.settings.tracking
        uri = engine_uri(tracking, STUDIES) if tracking else f"sqlite:///{self.folder / 'optuna.db'}"
        if not (self.folder / _STUDIES).exists():
            with self.lock() as connection:
                from optuna.storages import RDBStorage

                if tracking:
                    connection.run(f"CREATE SCHEMA IF NOT EXISTS {STUDIES}")
                RDBStorage(uri).engine.dispose()
                (self.folder / _STUDIES).touch()
        return uri

    @property
    def artifacts_uri(self) -> str:
        """Where the artifacts of a new store go."""
        return self.settings.artifacts or (self.folder / "artifacts").as_uri()

    @property
    def champion_folder(self) -> Path:
        """Where the bundle is that serves."""
        return self.folder / "champion"

    def client(self) -> MlflowClient:
        """An MLflow client; makes the schema and the experiment at first use, one process at a time."""
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
        os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
        try:
            from mlflow import MlflowClient
        except ImportError:
            raise PaybenchError(
                "The registry needs MLflow, which the base install leaves out: pip install 'paybench[workbench]'."
            ) from None
        import logging

        logging.getLogger("mlflow").setLevel(logging.WARNING)
        logging.getLogger("alembic").setLevel(logging.WARNING)
        try:
            self._stays()
            if (self.folder / READY).exists():
                _reach(os.getpid(), self)
                return MlflowClient(self.uri, self.uri)
            with self.lock():  # of several first uses at once only one may make the schema
                client = MlflowClient(self.uri, self.uri)
                self._own(client)
                (self.folder / READY).touch()
                return client
        except Exception as error:
            if isinstance(error, PaybenchError):
                raise
            raise self._unopened(error) from None

    def _stays(self) -> None:
        """A store stays where it began, whatever its settings say later."""
        file, name = self.folder / "mlflow.db", self.folder / OWN
        if self.settings.tracking and file.exists():
            raise PaybenchError(
                f"The store at {self.folder} is kept in its mlflow.db, and its settings now name a database; "
                "a store stays where it began: put these settings into a new folder, and give that as --store."
            )
        if not self.settings.tracking and name.exists():
            raise PaybenchError(
                f"The store at {self.folder} is kept in a PostgreSQL database that its settings no longer name; "
                "put the line 'tracking: postgresql://...' back into its settings.yaml."
            )

    def _own(self, client: MlflowClient) -> None:
        """Make the experiment; a database of PostgreSQL belongs to one folder, because that holds the log."""
        found = client.get_experiment_by_name(EXPERIMENT)
        tracking, name = self.settings.tracking, self.folder / OWN
        if tracking and not name.exists():
            with replaced_file(name) as new:
                new.write_text(uuid4().hex, encoding="utf-8")
        tags = {OWNER: name.read_text(encoding="utf-8")} if tracking else {}
        if found is None and tracking and len(self.artifacts_uri) > _LONGEST:
            raise PaybenchError(
                f"MLflow keeps addresses of artifacts of up to {_LONGEST} characters in PostgreSQL, and "
                f"{self.artifacts_uri} has {len(self.artifacts_uri)}; name a shorter place in settings.yaml."
            )
        if found is None:
            client.create_experiment(EXPERIMENT, self.artifacts_uri, tags)
        elif tracking and found.tags.get(OWNER) != tags[OWNER]:
            name.unlink()
            raise PaybenchError(
                f"The database {tracking} belongs to the store in another folder than {self.folder}; "
                "share that folder, or name another database."
            )

    def _unopened(self, error: Exception) -> PaybenchError:
        return PaybenchError(
            f"The store at {self.folder} cannot be opened ({type(error).__name__}); "
            f"restore its {'database' if self.settings.tracking else 'mlflow.db'}, or name another --store."
        )

    @contextmanager
    def lock(self) -> Iterator[Any]:
        """One process at a time reads, compares and sets; whoever has the lock may take it again.

        On PostgreSQL it is the database's, for processes on all machines; the block is given the lock's connection.
        """
        held = (os.getpid(), threading.get_ident(), self.folder)
        if held in _HELD:
            yield _HELD[held]
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PaybenchError(
                f"No store can be made at {self.folder} ({error.strerror}); name another --store."
            ) from None
        tracking = self.settings.tracking
        with locked(tracking) if tracking else locked_file(self.folder / ".lock") as connection:
            _HELD[held] = connection
            try:
                yield connection
            finally:
                del _HELD[held]

    def version(self, alias: str, name: str = NAMES[-1]) -> Version | None:
        """The version that an alias of a name points to, or None."""
        from mlflow.exceptions import MlflowException

        try:
            found = self.client().get_model_version_by_alias(name, alias)
        except MlflowException:
            return None
        return Version(int(found.version), str(found.run_id), dict(found.tags))

    def bundle(self, version: Version, part: str = "bundle") -> Bundle:
        """A version's bundle (or its ``twin``) from the artifacts of its run."""
        return read_bundle(self.artifacts(version.run_id) / part)

    def artifacts(self, run_id: str) -> Path:
        """The folder of a run's artifacts."""
        from mlflow.artifacts import download_artifacts

        uri = str(self.client().get_run(run_id).info.artifact_uri)
        near = uri.startswith(("/", "file:"))
        try:
            into = None if near else mkdtemp(dir=_downloads(os.getpid()).name)
            return Path(download_artifacts(artifact_uri=uri, tracking_uri=self.uri, dst_path=into))
        except Exception as error:  # every service has errors of its own
            cure = (
                f"after moving or copying it, 'paybench store moved --store {self.folder}' finds them"
                if near
                else "see that the service can be reached, and that you may read there"
            )
            raise PaybenchError(
                f"The artifacts of run {run_id} are not where the store at {self.folder} says "
                f"({type(error).__name__}); {cure}."
            ) from None


@cache
def _reach(process: int, store: Store) -> None:
    """See once that the database answers, where MLflow would try for minutes, and is of the MLflow that is installed.

    MLflow itself migrates what it opens, without a backup, if the schema lacks a table, and refuses it otherwise.
    """
    if revision(store.settings.tracking, store.folder, "mlflow") not in ("", latest("mlflow")):
        raise PaybenchError(
            f"The store at {store.folder} was made with another version of MLflow; "
            f"'paybench store upgrade --store {store.folder}' brings it up to this one."
        )


@cache
def _downloads(process: int) -> TemporaryDirectory[str]:
    """A folder for what is fetched from a distance; it goes when the process ends."""
    return TemporaryDirectory(prefix="paybench-")


def attach(store: Store, version: Version, file: Path, where: str) -> None:
    """Add a file to the artifacts of a version's run."""
    store.client().log_artifact(version.run_id, str(file), where)


def registered_bundle(folder: str | Path, reference: str) -> Bundle:
    """The bundle of a registered version.

    Parameters
    ----------
    folder : of the store. reference : NAME@ALIAS, for example payment-late@challenger.

    Raises
    ------
    PaybenchError
        If the reference or the version does not exist.
    """
    name, _, alias = reference.partition("@")
    if name not in NAMES or not alias:
        raise PaybenchError(
            f"There is no model '{reference}'; give 'champion', or NAME@ALIAS with NAME one of {', '.join(NAMES)} "
            f"and ALIAS one of {CHAMPION}, {CHALLENGER}, {PREVIOUS}."
        )
    store = Store.at(folder)
    if not store.exists:
        raise PaybenchError(
            f"There is no store at {store.folder}; train a model with 'paybench train', or name another --store."
        )
    version = store.version(alias, name)
    if version is None:
        raise PaybenchError(f"No version of {name} is called '{alias}' in {store.folder}; train or promote one first.")
    bundle = store.bundle(version)
    return replace(bundle, about=bundle.about | {"version": f"{name} v{version.number}", "run_id": version.run_id})
