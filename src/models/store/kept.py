"""Things that stand beside the models of a store, in versions: each one a finished run of an experiment of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ...errors import PaybenchError
from ...progress import without_widgets
from .mend import DONE
from .store import EXPERIMENT, Store

_MOST = 50_000


def versions_of(store: Store, kind: str) -> dict[int, str]:
    """Whole versions of a kind of thing, and their runs; none where the store has none."""
    if not store.exists:
        return {}
    without_widgets()
    client = store.client()
    found = client.get_experiment_by_name(f"{EXPERIMENT}-{kind}")
    if found is None:
        return {}
    runs = client.search_runs([found.experiment_id], DONE, max_results=_MOST)
    return {int(run.data.tags["version"]): str(run.info.run_id) for run in runs if "version" in run.data.tags}


@contextmanager
def new_version(store: Store, kind: str, tags: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """A run that becomes the next version if the block ends well; the experiment is ``paybench-`` and the kind.

    Parameters
    ----------
    store : made at first use; it is locked meanwhile. kind : of thing, one word. tags : of the run.

    Yields
    ------
    The id of the run, and the version, one more than the last whole one.
    """
    without_widgets()
    client = store.client()
    with store.lock():
        version = max(versions_of(store, kind), default=0) + 1
        name = f"{EXPERIMENT}-{kind}"
        found = client.get_experiment_by_name(name)
        number = client.create_experiment(name, store.artifacts_uri) if found is None else found.experiment_id
        run = client.create_run(number, run_name=kind, tags={**tags, "version": str(version), "kind": kind})
        run_id = str(run.info.run_id)
        try:
            yield run_id, version
            client.set_terminated(run_id)
        except BaseException:
            with suppress(Exception):
                client.set_terminated(run_id, "FAILED")
            raise


def artifacts_of(store: Store, kind: str, version: int | None, what: str) -> tuple[int, str, Path]:
    """The version (the latest, if none is named), its run and the folder of its artifacts.

    Raises
    ------
    PaybenchError
        If there is no store, nothing of that kind, or no such version.
    """
    runs = versions_of(store, kind)
    if not runs:
        raise PaybenchError(f"No {what} are logged in the store at {store.folder}; log some first.")
    number = max(runs) if version is None else version
    if number not in runs:
        raise PaybenchError(f"There is no version {number} of the {what} in {store.folder}; the latest is {max(runs)}.")
    return number, runs[number], store.artifacts(runs[number])
