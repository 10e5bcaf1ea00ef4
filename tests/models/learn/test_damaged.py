"""A damaged bundle is refused, and takes no process down with it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pytest

from paybench.ledger import read_ledger, write_ledger
from paybench.models.learn.trees_text import check_trees
from tests.models.learn.damaging import BY_ACCIDENT, ON_PURPOSE
from tests.trained import AS_OF, Trained

COUNT = 500


@dataclass(frozen=True)
class Damage:
    """What was done to a bundle, and what came of it."""

    number: int
    said: str
    outcome: str


@pytest.fixture(scope="module")
def damages(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> list[Damage]:
    """500 damaged bundles, read and scored with in a process of their own, which is begun again if it dies."""
    place = tmp_path_factory.mktemp("damaged")
    ledger = read_ledger(trained.ledger)
    few = ledger.invoices["customer_id"].drop_duplicates().head(6)
    tables = {name: getattr(ledger, name) for name in ("invoices", "payments", "customers", "contacts", "messages")}
    write_ledger(
        ledger.with_tables({name: table[table["customer_id"].isin(few)] for name, table in tables.items()}),
        place / "ledger",
    )
    said: dict[int, str] = {}
    came: dict[int, str] = {}
    while len(came) < COUNT:
        program = [sys.executable, str(Path(__file__).with_name("damaging.py"))]
        arguments = [trained.store / "champion", place / "ledger", AS_OF, place / "work", len(came), COUNT - 1]
        run = subprocess.run(
            [*program, *map(str, arguments)], capture_output=True, text=True, errors="replace", check=False, timeout=600
        )
        for line in map(json.loads, run.stdout.splitlines()):
            (said if "damage" in line else came)[line["number"]] = line.get("damage") or line["outcome"]
        if len(came) < COUNT:
            assert len(said) == len(came) + 1, run.stderr
            came[len(came)] = f"the process ended with {run.returncode}: {run.stderr[-300:]}"
    return [Damage(number, said[number], came[number]) for number in range(COUNT)]


def test_every_damage_was_tried_in_every_way(damages: list[Damage]) -> None:
    assert len(damages) == COUNT
    assert 10 * len(BY_ACCIDENT) < COUNT // 2
    assert 10 * len(ON_PURPOSE) < COUNT // 2


def test_no_damage_takes_the_process_down_or_ends_in_a_traceback(damages: list[Damage]) -> None:
    assert [d for d in damages if d.outcome not in ("refused", "same", "other")] == []


def test_what_was_damaged_by_accident_never_scores_otherwise(damages: list[Damage]) -> None:
    # Digests do it: refused, or nothing was changed that is read.
    counts = Counter(d.outcome for d in damages if d.number % 2 == 0)
    assert set(counts) <= {"refused", "same"}
    assert counts["refused"] > 0.9 * COUNT / 2


def test_whoever_writes_new_digests_can_only_write_another_model(damages: list[Damage]) -> None:
    # Trees that were cut are none. A number in place of another is another model, which no check can tell.
    counts = Counter(d.outcome for d in damages if d.number % 2)
    assert counts["refused"] > 0.5 * COUNT / 2
    cut = [d for d in damages if d.number % 2 and "cut at" in d.said]
    assert len(cut) > 20
    assert [d for d in cut if d.outcome != "refused"] == []


@pytest.mark.parametrize("objective", ["binary", "regression"])
@pytest.mark.parametrize("categories", [[], [1]])
@pytest.mark.parametrize("rows", [25, 1500])
def test_what_lightgbm_writes_is_whole(objective: str, categories: list[int], rows: int) -> None:
    rng = np.random.default_rng(rows)
    X = rng.normal(size=(rows, 4))
    X[:, 1] = rng.integers(0, 40, rows)
    X[rng.random(X.shape) < 0.1] = np.nan
    y = (np.nan_to_num(X[:, 1]) % 3 == 0) * 1.0
    data = lgb.Dataset(X, y, categorical_feature=categories, params={"verbose": -1})
    parameters = {"objective": objective, "num_leaves": 60, "verbose": -1, "num_threads": 1}
    text = lgb.train(parameters, data, 30).model_to_string()
    # Trees of constants, sets of categories, splits by what is missing: all of it passes, written once or twice.
    check_trees(text, 4)
    check_trees(lgb.Booster(model_str=text).model_to_string(), 4)
    with pytest.raises(ValueError, match="the header's max_feature_idx is 3, not 4"):
        check_trees(text, 5)
