"""Segments as versioned artefacts of a store, beside the models that they stand next to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ...errors import PaybenchError
from ...models.store.kept import artifacts_of, new_version
from ...models.store.store import EXPERIMENT, Store
from ...progress import without_widgets
from .migration import Migration
from .segment import Segments

NAME = "segments"
SEGMENTS_EXPERIMENT = f"{EXPERIMENT}-{NAME}"
"""An experiment of their own, so that trainings are compared with trainings only."""
_TABLES = ("summary", "counts", "months")
_SUMMARY = "summary.json"


@dataclass(frozen=True)
class Logged:
    """One version of logged segments.

    Attributes
    ----------
    version : counts from 1. run_id : of MLflow. about : what :attr:`.Segments.as_dict` said.
    summary : of :meth:`.Segments.summary`. counts, months : as of :class:`.Migration`; empty if none was logged.
    """

    version: int
    run_id: str
    about: dict[str, Any]
    summary: pd.DataFrame
    counts: pd.DataFrame
    months: pd.DataFrame


def log_segments(segments: Segments, store: Store | str | Path, moved: Migration | None = None) -> int:
    """Log segments as a run of the store's experiment ``paybench-segments``.

    Its artefacts are the sizes of segments, the migration matrix and the moves by month (Parquet), and ``summary.json``
    with settings and flags; its tags tell book, as_of, data_hash and version. As in all runs of a store there is nobody
    in them by number or name: who is in which segment follows from the ledger of that hash and the settings, and stands
    in ``segments.csv`` of the day's decisions.

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
    tags = {name: str(about[name]) for name in ("book", "as_of", "data_hash")}
    with new_version(place, NAME, tags) as (run_id, version):
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
    number, run_id, folder = artifacts_of(place, NAME, version, "segments")
    try:
        about = json.loads((folder / _SUMMARY).read_text(encoding="utf-8"))
        tables = {name: pq.read_table(folder / f"{name}.parquet").to_pandas() for name in _TABLES}
        if "from" in tables["counts"]:
            tables["counts"] = tables["counts"].set_index("from")
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise PaybenchError(
            f"The segments at {folder} are damaged ({type(error).__name__}); restore the store from a backup."
        ) from None
    return Logged(number, run_id, about, **tables)


def _write(folder: Path, segments: Segments, moved: Migration | None) -> None:
    tables = {
        "summary": segments.summary(),
        "counts": pd.DataFrame() if moved is None else moved.counts.rename_axis("from").reset_index(),
        "months": pd.DataFrame() if moved is None else moved.months,
    }
    for name, table in tables.items():
        whole = pa.Table.from_pandas(table.rename_axis(columns=None), preserve_index=False)
        pq.write_table(whole, folder / f"{name}.parquet", compression="zstd")
    (folder / _SUMMARY).write_text(json.dumps(segments.as_dict, indent=1) + "\n", encoding="utf-8")
