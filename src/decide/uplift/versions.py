"""What was learned about contacts as versioned artefacts of a store."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from ...models.store.kept import artifacts_of, new_version
from ...models.store.store import EXPERIMENT, Store
from ...progress import without_widgets
from .learn import Uplift
from .saved import read, write

NAME = "uplift"
UPLIFT_EXPERIMENT = f"{EXPERIMENT}-{NAME}"
"""An experiment of its own, so that trainings are compared with trainings only."""


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
    without_widgets()
    client = place.client()
    from mlflow.entities import Metric, Param

    tags = {"book": book, "data_hash": data_hash, "as_of": f"{uplift.date:%Y-%m-%d}", "reason": uplift.declined}
    tags["outcome"] = "declined" if uplift.declined else "learned"
    with new_version(place, NAME, tags) as (run_id, version):
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
    return read(artifacts_of(place, NAME, version, "effects")[2])


def _metrics(uplift: Uplift) -> dict[str, float]:
    found = {"decisions": float(uplift.decisions), "customers": float(uplift.customers)}
    for action, days in (-uplift.averages["effect"].dropna()).items():
        # MLflow allows no colon in a name.
        found[f"days_saved/{str(action).replace(':', '_')}"] = float(days)
    if uplift.judged is not None:
        found |= {"autoc": uplift.judged.autoc.value, "autoc_low": uplift.judged.autoc.low}
    return found
