"""Registering: a candidate becomes a run, and a version of the three registered models."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ..errors import PaybenchError
from .bundle import Bundle
from .candidate import Candidate
from .compare import MODEL
from .store import EXPERIMENT, NAMES, Store, Version

if TYPE_CHECKING:
    from mlflow import MlflowClient


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
        }
        numbers = [_register_name(client, name, run_id, candidate.bundle, tags) for name in NAMES]
        client.set_terminated(run_id)
    except BaseException:
        client.set_terminated(run_id, "FAILED")
        raise
    if len(set(numbers)) != 1:
        raise PaybenchError(f"The versions of {', '.join(NAMES)} have come apart ({numbers}); use a new --store.")
    return Version(numbers[0], run_id, tags)


def registered(store: Store, key: str) -> Version | None:
    """The newest version that was trained from the same data, settings and code, or None."""
    found = store.client().search_model_versions(f"name = '{NAMES[-1]}' and tags.key = '{key}'")
    kept = [v for v in found if v.tags.get("kind") != "baseline"]
    if not kept:
        return None
    newest = max(kept, key=lambda v: int(v.version))
    return Version(int(newest.version), str(newest.run_id), dict(newest.tags))


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
    text = {NAMES[0]: bundle.late_text, NAMES[1]: bundle.hazard_text}.get(name, "")
    if text:
        folder = f"models/{name}"
        _log_native(client, run_id, folder, text)
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
