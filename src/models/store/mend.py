"""Putting a store in order after a process that ended in the middle of a registration, however it ended."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ...errors import PaybenchError
from .store import ALIASES, EXPERIMENT, NAMES, Store

if TYPE_CHECKING:
    from mlflow import MlflowClient

DONE = "attributes.status = 'FINISHED'"
"""Of runs that were logged to their end; others are not counted as anything."""


def experiment(client: MlflowClient, store: Store) -> str:
    """The id of the experiment that holds all runs."""
    found = client.get_experiment_by_name(EXPERIMENT)
    if found is None:
        raise PaybenchError(
            f"The store at {store.folder} has no experiment '{EXPERIMENT}'; it is not a paybench store."
        )
    return str(found.experiment_id)


def mend(client: MlflowClient, store: Store) -> None:
    """End what dead processes left running, delete half-made versions, and bring the aliases together.

    Whoever calls this holds the store's lock, under which alone runs are logged: a run of ours that still runs then is
    of a process that is no more. Versions are whole if all three names have one of the same number from the same
    finished run; others are deleted, unless an alias points to them. Where the last of the names points, the others
    follow.
    """
    cut_short = set()
    for run in client.search_runs([experiment(client, store)], "attributes.status != 'FINISHED'"):
        cut_short.add(run.info.run_id)
        if run.info.status == "RUNNING" and "key" in run.data.tags:
            client.set_terminated(run.info.run_id, "KILLED")
    made: dict[str, dict[str, int]] = defaultdict(dict)
    for name in NAMES:
        for version in client.search_model_versions(f"name = '{name}'"):
            if "key" in version.tags:
                made[version.run_id][name] = int(version.version)
    for run_id, numbers in made.items():
        whole = len(numbers) == len(NAMES) and len(set(numbers.values())) == 1
        if whole and run_id not in cut_short:
            continue
        for name, number in numbers.items():
            if not client.get_model_version(name, str(number)).aliases:
                client.delete_model_version(name, str(number))
    _align(client)


def _align(client: MlflowClient) -> None:
    known = {model.name: model.aliases for model in client.search_registered_models() if model.name in NAMES}
    if len(known) < len(NAMES):
        return
    for alias in ALIASES:
        number = known[NAMES[-1]].get(alias)
        for name in NAMES[:-1]:
            if number is None and alias in known[name]:
                client.delete_registered_model_alias(name, alias)
            elif number is not None and str(known[name].get(alias)) != str(number):
                client.set_registered_model_alias(name, alias, str(number))
