"""MLflow as the memory of what was trained, and which version serves.

One store serves one book: ``mlflow.db`` (tracking and registry), ``artifacts/``, and ``champion/``, the bundle that
the scoring script reads without MLflow.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ..errors import PaybenchError
from ..files import replaced_folder
from .bundle import Bundle, read_bundle, write_bundle
from .gate import Verdict, judge
from .train import MODEL, Candidate

if TYPE_CHECKING:
    from mlflow import MlflowClient

NAMES = ("payment-late", "payment-days", "payment-timing")
"""The registered models; their versions come from one run and move together."""
CHAMPION, CHALLENGER, PREVIOUS = "champion", "challenger", "previous_champion"
EXPERIMENT = "paybench"


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
        fresh = not (self.folder / "mlflow.db").exists()
        if not fresh:
            return MlflowClient(self.uri, self.uri)
        with self.lock():
            client = MlflowClient(self.uri, self.uri)
            if client.get_experiment_by_name(EXPERIMENT) is None:
                client.create_experiment(EXPERIMENT, artifact_location=(self.folder / "artifacts").as_uri())
            return client

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

        return Path(download_artifacts(run_id=run_id, tracking_uri=self.uri))


def register(store: Store, candidate: Candidate, extras: dict[str, Path] | None = None) -> Version:
    """Log a candidate as a run, and register its bundle as a version of the three names.

    Parameters
    ----------
    store, candidate : where, and what.
    extras : further files or folders by artifact folder (executed notebooks, reports).
    """
    client = store.client()
    about = candidate.about
    kind = candidate.bundle.kind
    experiment = client.get_experiment_by_name(EXPERIMENT)
    if experiment is None:
        raise PaybenchError(
            f"The store at {store.folder} has no experiment '{EXPERIMENT}'; it is not a paybench store."
        )
    run = client.create_run(experiment.experiment_id, run_name=f"{kind} as of {about['as_of']}")
    run_id = run.info.run_id
    try:
        _log(client, run_id, candidate)
        for where, path in (extras or {}).items():
            (client.log_artifacts if path.is_dir() else client.log_artifact)(run_id, str(path), where)
        tags = {k: str(about[k]) for k in ("as_of", "book", "code", "data_hash", "key", "paybench")} | {
            "kind": kind,
            "own_share": str(candidate.bundle.own_share),
        }
        numbers = [_register_name(client, name, run_id, candidate.bundle, tags) for name in NAMES]
        client.set_terminated(run_id)
    except BaseException:
        client.set_terminated(run_id, "FAILED")
        raise
    if len(set(numbers)) != 1:
        raise PaybenchError(f"The versions of {', '.join(NAMES)} have come apart ({numbers}); use a new --store.")
    return Version(numbers[0], run_id, tags)


def ensure_champion(store: Store, baseline: Candidate) -> Version:
    """The champion; in a new store the Baseline becomes it, so that there is always something to score with."""
    champion = store.version(CHAMPION)
    if champion is not None and champion.tags.get("book") != baseline.about["book"]:
        raise PaybenchError(
            f"The store at {store.folder} serves the book '{champion.tags.get('book')}', and this ledger is of "
            f"'{baseline.about['book']}'; name another --store."
        )
    if champion is None:
        champion = register(store, baseline)
        with store.lock():
            if (other := store.version(CHAMPION)) is not None:
                return other
            _point(store.client(), CHAMPION, champion.number)
            export(store, champion)
    return champion


def registered(store: Store, key: str) -> Version | None:
    """The newest version that was trained from the same data, settings and code, or None."""
    found = store.client().search_model_versions(f"name = '{NAMES[-1]}' and tags.key = '{key}'")
    kept = [v for v in found if v.tags.get("kind") != "baseline"]
    if not kept:
        return None
    newest = max(kept, key=lambda v: int(v.version))
    return Version(int(newest.version), str(newest.run_id), dict(newest.tags))


def attach(store: Store, version: Version, file: Path, where: str) -> None:
    """Add a file to the artifacts of a version's run."""
    store.client().log_artifact(version.run_id, str(file), where)


def challenge(store: Store, version: Version) -> None:
    """Point the alias ``challenger`` at a version."""
    _point(store.client(), CHALLENGER, version.number)


def promote(store: Store, signed_by: str = "") -> tuple[Version, Verdict]:
    """Judge the challenger against the champion; move the aliases and export the bundle if it passes.

    Returns
    -------
    The version that serves now, and the verdict.

    Raises
    ------
    PaybenchError
        If there is no challenger, or it serves already.
    """
    client = store.client()
    with store.lock():
        challenger, champion = store.version(CHALLENGER), store.version(CHAMPION)
        if champion is None or challenger is None:
            raise PaybenchError(f"The store at {store.folder} has no challenger; train one with 'paybench train'.")
        if challenger.number == champion.number:
            raise PaybenchError(
                f"{champion.label} is the champion already; train a new challenger with 'paybench train'."
            )
        twin = None if champion.tags.get("kind") == "baseline" else store.bundle(champion, "twin")
        verdict = judge(Candidate(store.artifacts(challenger.run_id) / "candidate"), twin)
        client.set_tag(challenger.run_id, "gate", "promoted" if verdict.promoted else "refused")
        for name in NAMES:
            client.set_model_version_tag(name, str(challenger.number), "gate", verdict.reason)
            if signed_by:
                client.set_model_version_tag(name, str(challenger.number), "signed_by", signed_by)
        if not verdict.promoted:
            return champion, verdict
        _serve(store, challenger, champion)
        return challenger, verdict


def rollback(store: Store) -> Version:
    """Make the previous champion serve again; the one that served becomes the previous one."""
    store.client()
    with store.lock():
        champion, previous = store.version(CHAMPION), store.version(PREVIOUS)
        if champion is None or previous is None:
            raise PaybenchError(f"The store at {store.folder} has no previous champion to go back to.")
        _serve(store, previous, champion)
        return previous


def export(store: Store, version: Version) -> None:
    """Write a version's bundle to ``champion/``, read it back and compare its golden scores first."""
    bundle = store.bundle(version)
    bundle = replace(bundle, about=bundle.about | {"version": version.label, "run_id": version.run_id})
    with replaced_folder(store.champion_folder) as new:
        write_bundle(bundle, new / "bundle")
        written = new / "bundle"
        if bundle.forest is not None:
            golden = Candidate(store.artifacts(version.run_id) / "candidate")
            _same_scores(store.bundle(version), read_bundle(written), golden)
        for file in list(written.iterdir()):
            shutil.move(file, new / file.name)
        written.rmdir()


def _same_scores(registered: Bundle, written: Bundle, golden: Candidate) -> None:
    rows, past = golden.rows.head(200), golden.past[:200]
    said = [bundle.predict_from(past, rows).mass.tobytes() for bundle in (registered, written)]
    if said[0] != said[1]:
        raise PaybenchError("The exported bundle does not reproduce its golden scores; nothing was promoted.")


def _serve(store: Store, version: Version, instead_of: Version) -> None:
    export(store, version)
    client = store.client()
    _point(client, PREVIOUS, instead_of.number)
    _point(client, CHAMPION, version.number)


def _point(client: MlflowClient, alias: str, number: int) -> None:
    for name in NAMES:
        client.set_registered_model_alias(name, alias, str(number))


def _log(client: MlflowClient, run_id: str, candidate: Candidate) -> None:
    from mlflow.entities import Metric, Param, RunTag

    about = candidate.about
    parameters = {k: about[k] for k in ("as_of", "trials", "seed", "horizon", "grace_days")} | about.get(
        "parameters", {}
    )
    metrics: dict[str, Any] = {k: about[k] for k in ("invoices", "matured")}
    if not candidate.declined and (candidate.folder / "metrics.csv").exists():
        for model, row in candidate.metrics.iterrows():
            prefix = "" if model == MODEL else f"{_plain(str(model))}/"
            metrics |= {f"{prefix}{name}": value for name, value in row.dropna().items()}
    client.log_batch(
        run_id,
        metrics=[Metric(k, float(v), 0, 0) for k, v in metrics.items()],
        params=[Param(k, str(v)) for k, v in parameters.items()],
        tags=[RunTag(k, str(about[k])) for k in ("data_hash", "code", "book", "paybench", "declined") if about.get(k)],
    )
    client.log_artifacts(run_id, str(candidate.folder), "candidate")
    for part in ("bundle", "twin"):
        if (candidate.folder / part).is_dir():
            client.log_artifacts(run_id, str(candidate.folder / part), part)


def _register_name(client: MlflowClient, name: str, run_id: str, bundle: Bundle, tags: dict[str, str]) -> int:
    from mlflow.exceptions import MlflowException

    try:
        client.get_registered_model(name)
    except MlflowException:
        client.create_registered_model(name)
    folder = "bundle"
    if bundle.forest is not None and name != NAMES[-1]:
        folder = f"models/{name}"
        _log_native(client, run_id, folder, bundle.late_text if name == NAMES[0] else bundle.days_text)
    source = f"{client.get_run(run_id).info.artifact_uri}/{folder}"
    return int(client.create_model_version(name, source, run_id, tags=tags).version)


def _log_native(client: MlflowClient, run_id: str, folder: str, text: str) -> None:
    """The trees as an MLflow model of LightGBM's flavour (text, no pickle), for ``mlflow.lightgbm.load_model``."""
    import lightgbm as lgb
    import mlflow.lightgbm

    with TemporaryDirectory() as place:
        path = Path(place) / "model"
        mlflow.lightgbm.save_model(lgb.Booster(model_str=text), path, pip_requirements=[f"lightgbm=={lgb.__version__}"])
        client.log_artifacts(run_id, str(path), folder)


def _plain(name: str) -> str:
    return "".join(c if c.isalnum() or c in " -_." else "" for c in name).strip()


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
