"""Segments are versions of a store: each is read back whole, and what was cut short is none."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from paybench.decide.segments import log_segments, migration, read_segments
from paybench.decide.segments.logged import NAME, SEGMENTS_EXPERIMENT
from paybench.errors import PaybenchError
from paybench.models.store.runs import compare_runs
from paybench.models.store.store import Store
from tests.decide.segments.small import book, told


def test_versions_are_counted_and_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.at(tmp_path / "store")
    with pytest.raises(PaybenchError, match="No segments are logged in the store at"):
        read_segments(store)
    moved = migration(told(), book())
    assert log_segments(told("2025-03-01"), store) == 1
    # What stops in the middle is no version.
    with monkeypatch.context() as patch:
        patch.setattr(type(store.client()), "log_batch", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            log_segments(told(), store)
    assert log_segments(told(), store.folder, moved) == 2

    last = read_segments(store)
    assert last.version == 2
    pd.testing.assert_frame_equal(last.summary, told().summary(), check_dtype=False)
    pd.testing.assert_frame_equal(
        last.months, moved.months, check_dtype=False, check_index_type=False, check_names=False
    )
    pd.testing.assert_frame_equal(last.counts, moved.counts, check_names=False)
    assert last.about == told().as_dict
    first = read_segments(store, 1)
    pd.testing.assert_frame_equal(first.summary, told("2025-03-01").summary(), check_dtype=False)
    assert first.counts.empty
    # Nobody is in it.
    kept = [file.read_bytes() for file in store.artifacts(last.run_id).rglob("*") if file.is_file()]
    assert not [one for one in told().table["customer_id"] if any(one.encode() in content for content in kept)]
    with pytest.raises(PaybenchError, match="There is no version 7 of the segments in .*; the latest is 2."):
        read_segments(store, 7)

    # The run bears what a search needs, and is none of the trainings.
    client = store.client()
    run = client.get_run(last.run_id)
    assert run.info.run_name == NAME
    wanted = {"as_of": "2025-05-01", "data_hash": told().data_hash, "version": "2", "book": book().name}
    assert wanted.items() <= run.data.tags.items()
    assert run.data.metrics["accounts"] == len(told())
    assert client.get_experiment_by_name(SEGMENTS_EXPERIMENT).experiment_id == run.info.experiment_id
    assert compare_runs(store).empty

    # Damage is said.
    (store.artifacts(last.run_id) / "summary.parquet").write_bytes(b"no table")
    with pytest.raises(PaybenchError, match="are damaged .* restore the store from a backup."):
        read_segments(store)
