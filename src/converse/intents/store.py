"""Versions of the model of intents in a store: in MLflow as ``reply-intents``, exported for the base install."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ...errors import PaybenchError
from ...models.store.kept import new_version
from ...models.store.store import CHALLENGER, CHAMPION, PREVIOUS, Store
from ...progress import without_widgets
from .bundle import MANIFEST, read_intents, write_intents
from .gate import Verdict
from .learn import NAME
from .model import RULES, IntentModel

if TYPE_CHECKING:
    from mlflow import MlflowClient

KIND = "replies"
"""The experiment ``paybench-replies``, and the folder of a store from which the champion is read."""
_MODEL, _TWIN = "model", "twin"


@dataclass(frozen=True)
class Registered:
    """One version: its number, its run, and whether it serves now. reason : what the gate said."""

    number: int
    run_id: str
    promoted: bool
    reason: str


def champion_intents(store: Store | str | Path) -> IntentModel:
    """The model that serves; :data:`.RULES` where none was promoted yet.

    It is read from ``replies/`` in the store's folder, with the base install.

    Raises
    ------
    PaybenchError
        If its files are damaged.
    """
    folder = (store if isinstance(store, Store) else Store.at(store)).folder / KIND
    return read_intents(folder) if (folder / MANIFEST).is_file() else RULES


def register_intents(
    model: IntentModel,
    store: Store | str | Path,
    verdict: Verdict | None = None,
    twin: IntentModel | None = None,
    signed_by: str = "",
) -> Registered:
    """Log a model as a run of ``paybench-replies``, register it as challenger, and let it serve if the gate passed it.

    Nobody is in a run by number or name: its vocabulary is of a corpus in which all names are invented. A model that is
    trained on real replies is another matter, and has to stay out of stores that others read.

    Parameters
    ----------
    store : or its folder; made at first use. verdict : of :func:`.judge_intents` on the champion of this store; None
        registers only. twin : trained as the model, but without the replies of the gate; a later challenger is judged
    against it. signed_by : who answers for it; has to be given where the store's settings say so.
    """
    from ...models.store.rules import signature

    place = store if isinstance(store, Store) else Store.at(store)
    without_widgets()
    name = signature(place, signed_by) if verdict is not None and verdict.passed else ""
    client = place.client()
    about = dict(model.about)
    promoted = verdict is not None and verdict.passed
    reason = "the gate was not asked" if verdict is None else verdict.reason
    tags = {"corpus": str(about.get("corpus", "")), "outcome": "promoted" if promoted else "registered"}
    tags |= {"signed_by": name} if name else {}
    with place.lock(), new_version(place, KIND, tags) as (run_id, _):
        number = _registered(client, model, twin, run_id, verdict, tags)
        client.set_registered_model_alias(NAME, CHALLENGER, str(number))
        if promoted:
            _serve(
                client, place, replace(model, about=about | {"version": f"{NAME} v{number}", "run_id": run_id}), number
            )
    return Registered(number, run_id, promoted, reason)


def champion_twin(store: Store) -> IntentModel:
    """The champion as it is without the replies of the gate; :data:`.RULES` where there is no champion."""
    run_id = champion_intents(store).about.get("run_id")
    return RULES if run_id is None else read_intents(store.artifacts(str(run_id)) / _TWIN)


def rollback_intents(store: Store | str | Path) -> int:
    """Let the previous champion serve again; the number of its version.

    Raises
    ------
    PaybenchError
        If there is none.
    """
    place = store if isinstance(store, Store) else Store.at(store)
    client = place.client()
    with place.lock():
        number = _alias(client, PREVIOUS)
        if number is None:
            raise PaybenchError(f"The store at {place.folder} has no previous model of replies to go back to.")
        found = client.get_model_version(NAME, str(number))
        model = read_intents(place.artifacts(str(found.run_id)) / _MODEL)
        about = dict(model.about) | {"version": f"{NAME} v{number}", "run_id": str(found.run_id)}
        _serve(client, place, replace(model, about=about), number)
    return number


def _serve(client: MlflowClient, store: Store, model: IntentModel, number: int) -> None:
    """Export, then move the aliases; the caller holds the lock."""
    before = _alias(client, CHAMPION)
    write_intents(model, store.folder / KIND)
    if before is not None and before != number:
        client.set_registered_model_alias(NAME, PREVIOUS, str(before))
    client.set_registered_model_alias(NAME, CHAMPION, str(number))


def _registered(
    client: MlflowClient,
    model: IntentModel,
    twin: IntentModel | None,
    run_id: str,
    verdict: Verdict | None,
    tags: dict[str, str],
) -> int:
    from mlflow.entities import Metric, Param
    from mlflow.exceptions import MlflowException

    about: dict[str, Any] = dict(model.about)
    parameters = {"seed": about.get("seed", ""), **about.get("settings", {})}
    measured = {} if verdict is None else verdict.challenger
    client.log_batch(
        run_id,
        metrics=[Metric(key, value, 0, 0) for key, value in measured.items() if value == value],
        params=[Param(key, str(value)) for key, value in parameters.items()],
    )
    with TemporaryDirectory() as new:
        write_intents(model, Path(new) / _MODEL)
        if twin is not None:
            write_intents(twin, Path(new) / _TWIN)
        if verdict is not None:
            (Path(new) / "gate.json").write_text(json.dumps(verdict.as_dict, indent=1) + "\n", encoding="utf-8")
        client.log_artifacts(run_id, new)
    try:
        client.get_registered_model(NAME)
    except MlflowException:
        client.create_registered_model(NAME)
    source = f"{client.get_run(run_id).info.artifact_uri}/{_MODEL}"
    return int(client.create_model_version(NAME, source, run_id, tags=tags).version)


def _alias(client: MlflowClient, alias: str) -> int | None:
    from mlflow.exceptions import MlflowException

    try:
        return int(client.get_model_version_by_alias(NAME, alias).version)
    except MlflowException:
        return None
