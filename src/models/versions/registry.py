"""Registering: a candidate becomes a run, and a version of the three registered models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ..judge.compare import MODEL
from ..learn.bundle import Bundle
from ..store.mend import DONE, experiment, mend
from ..store.store import NAMES, Store, Version
from ..training.candidate import Candidate
from ..training.card import LOSSES, model_card, short
from .pyfunc import save_pyfunc

if TYPE_CHECKING:
    from mlflow import MlflowClient


def register(store: Store, candidate: Candidate, extras: dict[str, Path] | None = None) -> Version:
    """Log a candidate as a run, and register its bundle as a version of the three names.

    One process at a time. What an earlier one left half made is put in order first; what this one leaves if it is
    interrupted is taken back at once or, if it cannot be, by the next one.

    Parameters
    ----------
    store, candidate : where, and what.
    extras : further files or folders by artifact folder (executed notebooks, reports).
    """
    with _run(store, candidate, f"{candidate.bundle.kind} as of {candidate.about['as_of']}") as (client, run_id):
        _log(client, run_id, candidate, "registered")
        for where, path in (extras or {}).items():
            (client.log_artifacts if path.is_dir() else client.log_artifact)(run_id, str(path), where)
        tags = _tags(candidate) | {"outcome": "registered"}
        number = _same_number(client, run_id, candidate, tags)
    return Version(number, run_id, tags)


def record_declined(store: Store, candidate: Candidate) -> None:
    """Log a declined candidate as a run without a version, once, so that it is seen among the others why."""
    client = store.client()
    known = f"tags.key = '{candidate.about['key']}' and tags.outcome = 'declined' and {DONE}"
    if client.search_runs([experiment(client, store)], known, max_results=1):
        return
    with _run(store, candidate, f"declined as of {candidate.about['as_of']}") as (client, run_id):
        _log(client, run_id, candidate, "declined", candidate.declined)


@contextmanager
def _run(store: Store, candidate: Candidate, name: str) -> Iterator[tuple[MlflowClient, str]]:
    """A run under the store's lock; FINISHED if the block ends well, else FAILED and without versions."""
    client = store.client()
    with store.lock():
        mend(client, store)
        run = client.create_run(experiment(client, store), run_name=name, tags=_tags(candidate))
        run_id = str(run.info.run_id)
        try:
            yield client, run_id
            client.set_terminated(run_id)
        except BaseException:
            with suppress(Exception):  # what stopped the run may stop this, too; then the next registration mends it
                client.set_terminated(run_id, "FAILED")
                mend(client, store)
            raise


def settle_outcome(store: Store, version: Version, outcome: str, reason: str, **more: str) -> None:
    """Write what came of a version into the tags of its run and of the three names, and at the end of its page.

    Parameters
    ----------
    outcome : promoted or refused. reason : of the gate. more : further tags of the version.
    """
    client = store.client()
    for key, value in {"gate": outcome, "outcome": outcome, "reason": reason}.items():
        client.set_tag(version.run_id, key, value)
    for name in NAMES:
        for key, value in {"gate": reason, "outcome": outcome, **more}.items():
            client.set_model_version_tag(name, str(version.number), key, value)
        page, _, _ = (client.get_model_version(name, str(version.number)).description or "").partition(_GATE)
        client.update_model_version(name, str(version.number), f"{page}{_GATE}{outcome}: {reason}.\n")


_GATE = "\n**Gate**: "


def _tags(candidate: Candidate) -> dict[str, str]:
    """What runs and versions can be found and compared by."""
    about = candidate.about
    names = ("as_of", "book", "code", "data_hash", "key", "paybench", "seed", "trials")
    budget = {} if about["minutes"] is None else {"minutes": f"{about['minutes']:g}"}
    tuned = any(any(about.get("tuning", {}).get(loss, ())) for loss in LOSSES)
    return {
        **{name: str(about[name]) for name in names},
        **budget,
        "kind": candidate.bundle.kind,
        "tuned": "yes" if tuned else "no: the defaults",
    }


def registered(store: Store, key: str) -> Version | None:
    """The newest version that was trained from the same data, settings and code, or None."""
    client = store.client()
    with store.lock():
        mend(client, store)
        found = client.search_model_versions(f"name = '{NAMES[-1]}' and tags.key = '{key}'")
    kept = [v for v in found if v.tags.get("kind") != "baseline"]
    if not kept:
        return None
    newest = max(kept, key=lambda v: int(v.version))
    return Version(int(newest.version), str(newest.run_id), dict(newest.tags))


def _log(client: MlflowClient, run_id: str, candidate: Candidate, outcome: str, reason: str = "") -> None:
    from mlflow.entities import Metric, Param, RunTag

    about = candidate.about
    parameters = {k: about[k] for k in ("as_of", "trials", "seed", "horizon", "grace_days")} | about.get(
        "parameters", {}
    )
    metrics: dict[str, Any] = {k: about[k] for k in ("invoices", "matured")}
    metrics |= {f"treated_{k}": share for k, share in about["treated"].items()}
    for loss in LOSSES:
        for what in ("skill", "tuning"):
            if loss in about.get(what, {}):
                ends = (f"{what}/{loss}{end}" for end in ("", "_low", "_high"))
                metrics |= dict(zip(ends, about[what][loss], strict=True))
    if not candidate.declined and (candidate.folder / "metrics.csv").exists():
        for model, row in candidate.metrics.iterrows():
            prefix = "" if model == MODEL else f"{_plain(str(model))}/"
            metrics |= {f"{prefix}{name}": value for name, value in row.dropna().items()}
    client.log_batch(
        run_id,
        metrics=[Metric(k, float(v), 0, 0) for k, v in metrics.items()],
        params=[Param(k, str(v)) for k, v in parameters.items()],
        tags=[RunTag(k, v) for k, v in (_tags(candidate) | {"outcome": outcome, "reason": reason}).items() if v],
    )
    client.log_artifacts(run_id, str(candidate.folder), "candidate")
    for part in ("bundle", "twin"):
        if (candidate.folder / part).is_dir():
            client.log_artifacts(run_id, str(candidate.folder / part), part)


def _same_number(client: MlflowClient, run_id: str, candidate: Candidate, tags: dict[str, str]) -> int:
    """A version of each name, all with one number.

    MLflow gives the number after the highest that a name ever had, deleted ones counted: where a name is behind,
    numbers are used up until it is not.
    """
    page = short(model_card(candidate))
    sources = {name: _source(client, name, run_id, candidate) for name in NAMES}

    def made(name: str) -> int:
        return int(client.create_model_version(name, sources[name], run_id, tags=tags, description=page).version)

    numbers = {name: made(name) for name in NAMES}
    highest = max(numbers.values())
    for name in NAMES:
        while numbers[name] < highest:
            client.delete_model_version(name, str(numbers[name]))
            numbers[name] = made(name)
    return highest


def _source(client: MlflowClient, name: str, run_id: str, candidate: Candidate) -> str:
    """Where the artifacts of a name's version are; they and the name are made if need be."""
    from mlflow.exceptions import MlflowException

    try:
        client.get_registered_model(name)
    except MlflowException:
        client.create_registered_model(name)
    folder, bundle = f"models/{NAMES[-1]}", candidate.bundle
    text = {NAMES[0]: bundle.late_text, NAMES[1]: bundle.hazard_text}.get(name, "")
    if text:
        folder = f"models/{name}"
        _log_native(client, run_id, folder, text)
    elif name == NAMES[-1]:  # of a version without trees the other names mean the same
        _log_pyfunc(client, run_id, folder, bundle)
    return f"{client.get_run(run_id).info.artifact_uri}/{folder}"


def _log_native(client: MlflowClient, run_id: str, folder: str, text: str) -> None:
    """The trees as an MLflow model of LightGBM's flavour (text, no pickle), for ``mlflow.lightgbm.load_model``."""
    import lightgbm as lgb
    import mlflow.lightgbm

    with TemporaryDirectory() as place:
        path = Path(place) / "model"
        mlflow.lightgbm.save_model(lgb.Booster(model_str=text), path, pip_requirements=[f"lightgbm=={lgb.__version__}"])
        client.log_artifacts(run_id, str(path), folder)


def _log_pyfunc(client: MlflowClient, run_id: str, folder: str, bundle: Bundle) -> None:
    """The bundle as an MLflow model, for ``mlflow.pyfunc.load_model``."""
    with TemporaryDirectory() as place:
        path = Path(place) / "model"
        save_pyfunc(bundle, path)
        client.log_artifacts(run_id, str(path), folder)


def _plain(name: str) -> str:
    return "".join(c if c.isalnum() or c in " -_." else "" for c in name).strip()
