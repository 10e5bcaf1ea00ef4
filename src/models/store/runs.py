"""Earlier runs of a store beside each other, by their tags."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from ...errors import PaybenchError
from ...progress import without_widgets
from .mend import DONE, experiment
from .store import NAMES, Store

TAGS = ("book", "as_of", "kind", "outcome", "reason", "tuned", "trials", "minutes", "seed", "data_hash", "key")
"""By which runs are told apart, in the order of the table."""
METRICS = ("auc", "log_loss", "ece", "mae", "crps", "coverage_80")
"""Shown of each run, with the champion's on the same rows beside them where the gate was asked."""
_MOST = 1000


def compare_runs(store: Store | str | Path, book: str | None = None, **tags: object) -> pd.DataFrame:
    """Runs of a store with their tags, parameters and main metrics, the newest first; not those that were cut short.

    Parameters
    ----------
    store : or its folder; one that is not there yet has no runs, and is not made.
    book : only runs on this book. tags : only runs with these values, for example ``outcome="promoted"``,
        ``as_of="2025-12-01"``, ``kind="timing"``; of the names in :data:`TAGS`.

    Returns
    -------
    DataFrame indexed by version (number of the registered models, missing for what was declined): started (UTC),
    :data:`TAGS`, :data:`METRICS`, ``champion/METRIC``, ``skill/LOSS``, ``tuning/LOSS``, parameters like
    ``late__leaves`` as text, run_id. Figures of different books, days or horizons are of different invoices; only
    ``skill`` and ``champion/`` compare like with like.

    Raises
    ------
    PaybenchError
        If there is no tag of a name given.
    """
    place = store if isinstance(store, Store) else Store.at(store)
    wanted = {name: value for name, value in {"book": book, **tags}.items() if value is not None}
    for name in wanted:
        if name not in TAGS:
            raise PaybenchError(f"Runs have no tag '{name}'; they can be chosen by {', '.join(TAGS)}.")
    if not place.exists:
        return _table([])
    without_widgets()
    client = place.client()
    numbers = {v.run_id: int(v.version) for v in client.search_model_versions(f"name = '{NAMES[-1]}'")}
    newest = ["attributes.start_time DESC"]
    found = client.search_runs([experiment(client, place)], DONE, order_by=newest, max_results=_MOST)
    kept = [r for r in found if all(r.data.tags.get(name) == str(value) for name, value in wanted.items())]
    return _table([_row(run, numbers.get(run.info.run_id)) for run in kept])


def _row(run: Any, version: int | None) -> dict[str, Any]:
    data = run.data
    metrics = {name: data.metrics.get(name) for name in METRICS}
    beside = ("champion/", "skill/", "tuning/")
    return {
        "version": version,
        "started": pd.Timestamp(run.info.start_time, unit="ms").floor("s"),
        **{name: data.tags.get(name, "") for name in TAGS},
        **metrics,
        **{name: value for name, value in sorted(data.metrics.items()) if name.startswith(beside)},
        **{name: value for name, value in sorted(data.params.items()) if "__" in name},
        "run_id": run.info.run_id,
    }


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = ["version", "started", *TAGS, *METRICS]
    names = dict.fromkeys([*columns, *(name for row in rows for name in row if name != "run_id"), "run_id"])
    table = pd.DataFrame(rows, columns=list(names))
    return table.astype({"version": "Int64", **dict.fromkeys(METRICS, "float64")}).set_index("version")
