"""What was learned about contacts as versioned artefacts of a store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ...errors import PaybenchError
from ...models.store.mend import DONE
from ...models.store.store import EXPERIMENT, Store
from .learn import Uplift
from .saved import read, write

NAME = "uplift"
UPLIFT_EXPERIMENT = f"{EXPERIMENT}-{NAME}"
"""An experiment of its own, so that trainings are compared with trainings only."""
_MOST = 50_000


def log_uplift(uplift: Uplift, store: Store | str | Path, book: str = "", data_hash: str = "") -> int:
    """Log it as a run of the store's experiment ``paybench-uplift``; what declined is logged too, with the reason.

    Its artefacts are the files of :func:`.saved.save`; its tags tell book, as_of, data_hash, version and outcome.

    Parameters
    ----------
    store : or its folder; it is made at first use. book : name of the book. data_hash : of what was learned from.

    Returns
    -------
    The version: one more than the last whole one.
    """
    place = store if isinstance(store, Store) else Store.at(store)
    client = place.client()
    from mlflow.entities import Metric, Param

    tags = {"book": book, "data_hash": data_hash, "as_of": f"{uplift.date:%Y-%m-%d}", "reason": uplift.declined}
    tags["outcome"] = "declined" if uplift.declined else "learned"
    with place.lock(), _run(client, place, tags) as (run_id, version):
        with TemporaryDirectory() as new:
            write(uplift, Path(new))
            client.log_artifacts(run_id, new)
        client.log_batch(
            run_id,
            metrics=[Metric(name, value, 0, 0) for name, value in _metrics(uplift).items()],
            params=[Param("horizon", str(uplift.horizon))],
        )
    return version


def read_uplift(store: Store | str | Path, version: int | None = None) -> Uplift:
    """A logged version; None = the latest.

    Raises
    ------
    PaybenchError
        If there is no store, nothing was logged, there is no such version, or its artefacts are damaged.
    """
    place = store if isinstance(store, Store) else Store.at(store)
    runs = _runs(place) if place.exists else {}
    if not runs:
        raise PaybenchError(f"No uplift is logged in the store at {place.folder}; log one first.")
    number = max(runs) if version is None else version
    if number not in runs:
        raise PaybenchError(f"There is no version {number} of the uplift in {place.folder}; the latest is {max(runs)}.")
    return read(place.artifacts(runs[number]))


def _metrics(uplift: Uplift) -> dict[str, float]:
    found = {"decisions": float(uplift.decisions), "customers": float(uplift.customers)}
    for action, days in (-uplift.averages["effect"].dropna()).items():
        # MLflow allows no colon in a name.
        found[f"days_saved/{str(action).replace(':', '_')}"] = float(days)
    if uplift.judged is not None:
        found |= {"autoc": uplift.judged.autoc.value, "autoc_low": uplift.judged.autoc.low}
    return found


@contextmanager
def _run(client: Any, store: Store, tags: dict[str, str]) -> Iterator[tuple[str, int]]:
    """A run that is FINISHED if the block ends well; only such runs are versions."""
    version = max(_runs(store), default=0) + 1
    found = client.get_experiment_by_name(UPLIFT_EXPERIMENT)
    number = client.create_experiment(UPLIFT_EXPERIMENT, store.artifacts_uri) if found is None else found.experiment_id
    run = client.create_run(number, run_name=NAME, tags=tags | {"version": str(version), "kind": NAME})
    run_id = str(run.info.run_id)
    try:
        yield run_id, version
        client.set_terminated(run_id)
    except BaseException:
        with suppress(Exception):
            client.set_terminated(run_id, "FAILED")
        raise


def _runs(store: Store) -> dict[int, str]:
    """Whole versions and their runs."""
    client = store.client()
    found = client.get_experiment_by_name(UPLIFT_EXPERIMENT)
    if found is None:
        return {}
    runs = client.search_runs([found.experiment_id], DONE, max_results=_MOST)
    return {int(run.data.tags["version"]): str(run.info.run_id) for run in runs if "version" in run.data.tags}
