"""Segments as versioned artefacts of a store, beside the models that they stand next to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ...errors import PaybenchError
from ...models.store.mend import DONE
from ...models.store.store import EXPERIMENT, Store
from ...progress import without_widgets
from .migration import Migration
from .segment import Segments

NAME = "segments"
SEGMENTS_EXPERIMENT = f"{EXPERIMENT}-{NAME}"
"""An experiment of their own, so that trainings are compared with trainings only."""
_TABLES = ("table", "flags", "moves", "counts")
_SUMMARY, _MOST = "summary.json", 50_000


@dataclass(frozen=True)
class Logged:
    """One version of logged segments.

    Attributes
    ----------
    version : counts from 1. run_id : of MLflow. about : what :attr:`.Segments.as_dict` said.
    table, flags : as of :class:`.Segments`. moves, counts : as of :class:`.Migration`; empty if none was logged.
    """

    version: int
    run_id: str
    about: dict[str, Any]
    table: pd.DataFrame
    flags: pd.DataFrame
    moves: pd.DataFrame
    counts: pd.DataFrame


def log_segments(segments: Segments, store: Store | str | Path, moved: Migration | None = None) -> int:
    """Log segments as a run of the store's experiment ``paybench-segments``.

    Its artefacts are the tables of segments, flags and moves (Parquet) and ``summary.json``; its tags tell book, as_of,
    data_hash and version.

    Parameters
    ----------
    segments, moved : what is logged. store : or its folder; it is made at first use.

    Returns
    -------
    The version: one more than the last whole one.
    """
    place = store if isinstance(store, Store) else Store.at(store)
    without_widgets()
    client = place.client()
    from mlflow.entities import Metric, Param

    about = segments.as_dict
    with place.lock(), _run(client, place, about) as (run_id, version):
        with TemporaryDirectory() as new:
            _write(Path(new), segments, moved)
            client.log_artifacts(run_id, new)
        metrics = {"accounts": float(len(segments))}
        metrics |= {f"flag/{flag.replace(' ', '_')}": float(n) for flag, n in about["flags"].items()}
        if moved is not None:
            metrics |= {"moved_a_month": moved.moved, "moved_without_event": moved.moved_without_event}
        client.log_batch(
            run_id,
            metrics=[Metric(name, value, 0, 0) for name, value in metrics.items()],
            params=[Param(name, str(value)) for name, value in about["settings"].items()],
        )
    return version


def read_segments(store: Store | str | Path, version: int | None = None) -> Logged:
    """Logged segments.

    Parameters
    ----------
    store : or its folder. version : which; None = the latest.

    Raises
    ------
    PaybenchError
        If there is no store, nothing was logged, there is no such version, or its artefacts are damaged.
    """
    place = store if isinstance(store, Store) else Store.at(store)
    runs = _runs(place) if place.exists else {}
    if not runs:
        raise PaybenchError(f"No segments are logged in the store at {place.folder}; log some first.")
    number = max(runs) if version is None else version
    if number not in runs:
        raise PaybenchError(
            f"There is no version {number} of the segments in {place.folder}; the latest is {max(runs)}."
        )
    folder = place.artifacts(runs[number])
    try:
        about = json.loads((folder / _SUMMARY).read_text(encoding="utf-8"))
        tables = {name: pq.read_table(folder / f"{name}.parquet").to_pandas() for name in _TABLES}
        counts = tables.pop("counts")
        counts = counts.set_index("from") if "from" in counts else counts
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise PaybenchError(
            f"The segments at {folder} are damaged ({type(error).__name__}); restore the store from a backup."
        ) from None
    return Logged(number, runs[number], about, counts=counts, **tables)


def _write(folder: Path, segments: Segments, moved: Migration | None) -> None:
    tables = {
        "table": segments.table,
        "flags": segments.flags,
        "moves": pd.DataFrame() if moved is None else moved.moves,
        "counts": pd.DataFrame() if moved is None else moved.counts.rename_axis("from").reset_index(),
    }
    for name, table in tables.items():
        whole = pa.Table.from_pandas(table.rename_axis(columns=None), preserve_index=False)
        pq.write_table(whole, folder / f"{name}.parquet", compression="zstd")
    (folder / _SUMMARY).write_text(json.dumps(segments.as_dict, indent=1) + "\n", encoding="utf-8")


@contextmanager
def _run(client: Any, store: Store, about: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """A run that is FINISHED if the block ends well; only such runs are versions."""
    version = max(_runs(store), default=0) + 1
    found = client.get_experiment_by_name(SEGMENTS_EXPERIMENT)
    number = (
        client.create_experiment(SEGMENTS_EXPERIMENT, store.artifacts_uri) if found is None else found.experiment_id
    )
    tags = {name: str(about[name]) for name in ("book", "as_of", "data_hash")}
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
    without_widgets()
    client = store.client()
    found = client.get_experiment_by_name(SEGMENTS_EXPERIMENT)
    if found is None:
        return {}
    runs = client.search_runs([found.experiment_id], DONE, max_results=_MOST)
    return {int(run.data.tags["version"]): str(run.info.run_id) for run in runs if "version" in run.data.tags}
