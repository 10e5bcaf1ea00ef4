"""What the world knows is for comparison only: nothing that learns reads it."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

from paybench.features import at_issue
from paybench.features.labels import labels
from paybench.ledger import TABLES, data_hash, read_ledger
from paybench.models.training.train import train
from paybench.score import score
from paybench.simulate import stream_world
from paybench.simulate.truth import TRUTH_FILES

ROOT = Path(__file__).parents[2]
FOLDERS = (
    "ledger",
    "features",
    "models",
    "explain",
    "score",
    "serve",
    "erase",
    "monitor",
    "reports",
    "pages",
    "decide",
)
DECIDING = ("reports", "decide", "pipelines")
"""Where decisions are made and told: the policy's own log of those to send nothing is read there, and nowhere else."""
SOURCES = sorted(
    [
        *(f for name in FOLDERS for f in (ROOT / "src" / name).rglob("*.py")),
        *(ROOT / "pipelines").rglob("*.py"),
    ]
)


@pytest.mark.parametrize("source", SOURCES, ids=lambda f: str(f.relative_to(ROOT)))
def test_no_source_names_the_oracle(source: Path) -> None:
    text = source.read_text(encoding="utf-8")

    # No step from the ledger to the report names an oracle file, and what learns how invoices are paid no log either.
    room = source.relative_to(ROOT).parts[0 if source.is_relative_to(ROOT / "pipelines") else 1]
    secret = [n for n in TRUTH_FILES if n != "truth.parquet" and (n.startswith("truth") or room not in DECIDING)]
    assert not any(Path(name).stem in text for name in secret)
    assert "truth.parquet" not in text
    assert "read_truth" not in text

    # None of them imports the simulated world, at the top or inside a function.
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            parts = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            assert not any("simulate" in part for part in parts)


def test_there_is_something_to_look_at() -> None:
    # The search above reads the sources that it means to.
    assert len(SOURCES) > 30


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("world") / "book"
    stream_world(path, customers=25, months=6, seed=2)
    return path


@pytest.mark.parametrize("garbled", [False, True])
def test_features_and_labels_do_not_move_without_the_oracle(folder: Path, tmp_path: Path, garbled: bool) -> None:
    bare = tmp_path / "book"
    shutil.copytree(folder, bare)
    for name in TRUTH_FILES:
        assert (bare / name).exists()
        (bare / name).unlink()
        if garbled:
            (bare / name).write_bytes(b"not a table")
    whole, without = read_ledger(folder), read_ledger(bare)

    # Reading a folder ignores what lies beside its tables.
    assert data_hash(whole) == data_hash(without)
    for name in TABLES:
        assert_frame_equal(whole.table(name), without.table(name))

    # Features and labels are the same to the last bit.
    features = [at_issue(ledger) for ledger in (whole, without)]
    assert len(features[0]) > 50
    assert_frame_equal(*features)
    assert_frame_equal(
        *(labels(ledger, rows, "2024-06-15") for ledger, rows in zip((whole, without), features, strict=True))
    )


def learned(folder: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> list[pd.DataFrame]:
    """What features, labels, a trained model and its scores make of a ledger, worked in its own folder."""
    monkeypatch.chdir(folder)
    ledger = read_ledger(".")
    rows = at_issue(ledger)
    candidate = train(ledger, "2024-12-01", place, trials=1)
    assert candidate.bundle is not None
    scores = score(ledger, "2024-12-01", candidate.bundle)
    return [rows, labels(ledger, rows, "2024-06-15"), scores]


def test_what_learns_does_not_open_the_oracle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream_world(tmp_path / "whole", customers=40, months=14, seed=2)
    shutil.copytree(tmp_path / "whole", tmp_path / "garbled")
    for file in TRUTH_FILES:
        (tmp_path / "garbled" / file).write_bytes(b"not a table")
    whole, garbled = (
        learned(tmp_path / name, tmp_path / f"model-{name}", monkeypatch) for name in ("whole", "garbled")
    )

    # Whoever finds a file that lies where it works, by whatever name it looks for it, fails or reads something else:
    # all that is learnt from the ledger is the same beside the oracle and beside a broken one.
    for mine, theirs in zip(whole, garbled, strict=True):
        assert len(mine)
        assert_frame_equal(mine, theirs)


def test_no_column_of_the_ledger_is_a_column_of_the_oracle(folder: Path) -> None:
    ledger = read_ledger(folder)
    keys = {"invoice_id", "customer_id", "contact_id", "message_id"}
    hidden = {column for name, columns in TRUTH_FILES.items() if name.startswith("truth") for column in columns} - keys
    for name in TABLES:
        # Nothing hidden was written into a table of the contract.
        assert not hidden & set(ledger.table(name).columns)

    # Not by another name either: no number of the ledger is a number of the truth.
    truth = pq.read_table(folder / "truth.parquet").to_pandas()
    told = ledger.contacts["propensity"].to_numpy()
    assert not np.isin(np.unique(told), truth["p_late"].to_numpy()).any()
