"""The MLflow store in a folder: tracking, registry, artifacts, and the champion's bundle.

One store serves one book: ``mlflow.db`` (tracking and registry), ``artifacts/``, and ``champion/``, the bundle that
the scoring script reads without MLflow.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import PaybenchError
from ..learn.bundle import Bundle, read_bundle

if TYPE_CHECKING:
    from mlflow import MlflowClient

NAMES = ("payment-late", "payment-days", "payment-timing")
"""The registered models; their versions come from one run and move together."""
CHAMPION, CHALLENGER, PREVIOUS = ALIASES = "champion", "challenger", "previous_champion"
EXPERIMENT = "paybench"
_READY = ".ready"


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

    @property
    def uri(self) -> str:
        """MLflow's tracking and registry URI."""
        return f"sqlite:///{self.folder / 'mlflow.db'}"

    @property
    def champion_folder(self) -> Path:
        """Where the bundle is that serves."""
        return self.folder / "champion"

    def client(self) -> MlflowClient:
        """An MLflow client; makes the schema and the experiment at first use, one process at a time."""
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
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
            if (self.folder / _READY).exists():
                return MlflowClient(self.uri, self.uri)
            with self.lock():  # of several first uses at once only one may make the schema
                client = MlflowClient(self.uri, self.uri)
                if client.get_experiment_by_name(EXPERIMENT) is None:
                    client.create_experiment(EXPERIMENT, artifact_location=(self.folder / "artifacts").as_uri())
                (self.folder / _READY).touch()
                return client
        except Exception as error:
            if isinstance(error, PaybenchError):
                raise
            raise PaybenchError(
                f"The store at {self.folder} cannot be opened ({type(error).__name__}); "
                "restore its mlflow.db, or name another --store."
            ) from None

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One process at a time reads, compares and sets."""
        import fcntl

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PaybenchError(
                f"No store can be made at {self.folder} ({error.strerror}); name another --store."
            ) from None
        with (self.folder / ".lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

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
        from mlflow.exceptions import MlflowException

        try:
            return Path(download_artifacts(run_id=run_id, tracking_uri=self.uri))
        except (MlflowException, OSError):
            raise PaybenchError(
                f"The artifacts of run {run_id} are not where the store at {self.folder} says; "
                "a store that was moved or copied loses them: move it back, or train again."
            ) from None


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
    if not (store.folder / "mlflow.db").exists():
        raise PaybenchError(
            f"There is no store at {store.folder}; train a model with 'paybench train', or name another --store."
        )
    version = store.version(alias, name)
    if version is None:
        raise PaybenchError(f"No version of {name} is called '{alias}' in {store.folder}; train or promote one first.")
    bundle = store.bundle(version)
    return replace(bundle, about=bundle.about | {"version": f"{name} v{version.number}", "run_id": version.run_id})
