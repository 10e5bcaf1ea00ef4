"""A retraining that is killed, whatever it is doing, and run again ends as if nothing had happened."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from paybench.ledger import read_ledger, write_ledger
from paybench.models.store.log import read_log
from paybench.models.store.store import ALIASES, NAMES, Store
from paybench.models.training.candidate import Candidate
from paybench.models.training.train import train
from tests.trained import AS_OF, uneven_book

PIPELINES = Path(__file__).parents[1] / "pipelines"
STEPS = (
    "import", "check", "features", "tune", "fit", "calibrate",
    "evaluate", "explain", "register", "gate", "export", "promote",
)  # fmt: skip
TRIALS = 3
ROUNDS = 5 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 1

# mlflow 3.17 uses what SQLAlchemy 2.1 gives up.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import matplotlib.font_manager  # noqa: F401  (makes its list of fonts once; a notebook would say so in red)

    place = tmp_path_factory.mktemp("killed") / "ledger"
    write_ledger(uneven_book(), place)
    return place


def command(ledger: Path, store: Path, *more: str) -> list[str]:
    script = [sys.executable, str(PIPELINES / "retrain.py")]
    return [*script, "--ledger", str(ledger), "--as-of", AS_OF, "--store", str(store), "--trials", str(TRIALS), *more]


def killed_at(step: str, command: list[str], pause: float) -> list[str]:
    """Run a retraining until it says that it begins a step, and kill it, with all its processes, a moment later."""
    run = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    said: list[str] = []
    assert run.stderr is not None
    for line in run.stderr:
        said.append(line.rstrip())
        if said[-1].split(":")[0].removesuffix(" again") == f"step {step}":
            time.sleep(pause)
            os.killpg(run.pid, signal.SIGKILL)
            break
    else:
        raise AssertionError(f"it never came to '{step}': {said}")
    run.communicate()
    assert run.returncode == -signal.SIGKILL
    return said


def finished(command: list[str]) -> dict[str, Any]:
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "Traceback" not in run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.fixture(scope="module", params=range(ROUNDS))
def killed(request: pytest.FixtureRequest, ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A store whose retraining was killed at each step, each time run again from there, and the answer of the last."""
    place = tmp_path_factory.mktemp("store")
    chance = random.Random(request.param)
    for step in STEPS:
        said = killed_at(step, command(ledger, place), chance.uniform(0, 0.4))
        # What was done before is not done again: at most the step that was cut short, and this one.
        again = [line for line in said if line.startswith("step ")]
        assert len(again) <= 2, again
    answer = finished(command(ledger, place))
    return Store.at(place), answer


def test_the_last_run_ends_right(killed: Any) -> None:
    store, answer = killed
    # The kill came at the last step, before or after it was through; either way the new version serves.
    assert answer["outcome"] in ("promoted", "known")
    assert set(answer["ran"]) <= {"export", "promote"}
    assert answer["challenger"] == answer["champion"] == "payment-timing v2"
    # One version beside the Baseline, of each name, and the aliases together.
    client = store.client()
    for name in NAMES:
        assert len(client.search_model_versions(f"name = '{name}'")) == 2
        aliases = client.get_registered_model(name).aliases
        assert {alias: int(aliases[alias]) for alias in ALIASES} == {
            "champion": 2,
            "challenger": 2,
            "previous_champion": 1,
        }
    # What serves is whole, and the log as well.
    version = store.version("champion")
    assert version is not None
    assert json.loads((store.champion_folder / "manifest.json").read_text())["about"]["run_id"] == version.run_id
    assert [e["version"] for e in read_log(store) if e["action"] in ("first", "promoted", "found")][-1] == 2
    # Nothing half-written is left.
    assert not [p for p in store.folder.glob("**/.*-*") if "artifacts" not in p.parts]


def test_it_is_what_a_run_without_a_kill_gives(killed: Any, ledger: Path, tmp_path: Path) -> None:
    store, answer = killed
    plain = train(read_ledger(ledger), AS_OF, tmp_path / "plain", TRIALS)
    (ours,) = (store.folder / "work").iterdir()
    again = Candidate(ours / "evaluate")
    assert again.about == plain.about
    for file in ("bundle/hazard.txt", "bundle/late.txt", "bundle/shares.npz", "twin/late.txt", "trials.csv", "card.md"):
        assert (again.folder / file).read_bytes() == (plain.folder / file).read_bytes(), file
    assert answer["data_hash"] == plain.about["data_hash"]


def test_what_is_done_is_said_and_not_done_again(
    killed: Any, ledger: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store, _ = killed
    monkeypatch.syspath_prepend(PIPELINES)
    before = {p: p.stat().st_mtime_ns for p in store.folder.rglob("*") if p.name not in (".lock", ".helpers")}
    assert import_module("retrain").main([*command(ledger, store.folder)[2:], "--dry-run"]) == 0
    said = capsys.readouterr()
    answer = json.loads(said.out)
    assert [s["step"] for s in answer["steps"]] == list(STEPS)
    assert not any(s["runs"] for s in answer["steps"])
    # With another setting everything but reading is new, and nothing is written by saying so.
    assert import_module("retrain").main([*command(ledger, store.folder, "--seed", "7")[2:], "--dry-run"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [s["why"] for s in answer["steps"]] == ["not done yet"] + ["after import"] * 11
    after = {p: p.stat().st_mtime_ns for p in store.folder.rglob("*") if p.name not in (".lock", ".helpers")}
    assert after.keys() == before.keys()


def test_a_step_whose_result_was_touched_is_done_again(
    killed: Any, ledger: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store, _ = killed
    (ours,) = (store.folder / "work").iterdir()
    (ours / "tune" / "trials.csv").write_text("part\n")
    monkeypatch.syspath_prepend(PIPELINES)
    assert import_module("retrain").main([*command(ledger, store.folder)[2:], "--dry-run"]) == 0
    steps = {s["step"]: s["why"] for s in json.loads(capsys.readouterr().out)["steps"]}
    assert steps["features"] == ""
    assert steps["tune"] == "trials.csv is not what was written"
    assert steps["fit"] == "after tune"
