"""Steps: done once, again when anything changed, and never half."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from paybench.models.training.steps import Steps, sweep


def write(text: str) -> object:
    def work(new: Path) -> None:
        (new / "folder").mkdir()
        (new / "folder" / "text").write_text(text)

    return work


def test_a_step_is_done_once(tmp_path: Path) -> None:
    for _ in range(2):
        steps = Steps(tmp_path / "run")
        where = steps.run("tune", {"trials": 3}, write("one"))
        assert (where / "folder" / "text").read_text() == "one"
    assert (steps.ran, steps.skipped) == ([], ["tune"])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("input", "trials has changed"),
        ("more", "seed has changed"),
        ("content", "folder/text is not what was written"),
        ("gone", "folder/text is not what was written"),
        ("manifest", "not done yet"),
        ("half", "not done yet"),
    ],
)
def test_it_is_done_again_when_anything_changed(change: str, why: str, tmp_path: Path) -> None:
    steps, inputs = Steps(tmp_path / "run"), {"trials": 3}
    where = steps.run("tune", inputs, write("one")) / "folder" / "text"
    manifest = tmp_path / "run" / "tune.json"
    if change == "input":
        inputs = {"trials": 4}
    if change == "more":
        inputs = {"trials": 3, "seed": 1}
    if change == "content":
        where.write_text("two")
    if change == "gone":
        where.unlink()
    if change == "manifest":
        manifest.unlink()
    if change == "half":
        manifest.write_text(manifest.read_text()[:-20])
    assert steps.due("tune", inputs) == why
    steps.run("tune", inputs, write("three"))
    assert where.read_text() == "three"
    assert steps.due("tune", inputs) == ""


def test_what_fails_leaves_nothing_and_the_next_step_knows(tmp_path: Path) -> None:
    steps = Steps(tmp_path / "run")
    before = steps.digest("tune")
    assert before == ""

    def fail(new: Path) -> None:
        (new / "text").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        steps.run("tune", {}, fail)
    assert [p for p in (tmp_path / "run").rglob("*") if p.is_file()] == []
    steps.run("tune", {}, write("one"))
    one = steps.digest("tune")
    steps.forget("tune")
    steps.run("tune", {}, write("two"))
    # What comes after it depends on what it wrote.
    assert len({before, one, steps.digest("tune")}) == 3


def test_one_process_at_a_time_and_a_dead_one_holds_nothing_up(tmp_path: Path) -> None:
    hold = f"""
import os, time
from pathlib import Path
from paybench.models.training.steps import Steps
with Steps(Path({str(tmp_path / "run")!r})).lock():
    Path({str(tmp_path / "run")!r}, ".tune-half").mkdir()
    print("held", flush=True)
    time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        # The folders of others that work are not swept away.
        sweep(tmp_path, keep=0)
        assert (tmp_path / "run").is_dir()
        other.kill()
    with Steps(tmp_path / "run").lock():
        # What it left half written is gone.
        assert [p.name for p in (tmp_path / "run").iterdir()] == [".lock"]
    sweep(tmp_path, keep=0)
    assert list(tmp_path.iterdir()) == []


def test_the_newest_runs_stay(tmp_path: Path) -> None:
    for name in ("c", "a", "b"):
        Steps(tmp_path / name).run("tune", {}, write(name))
    sweep(tmp_path, keep=2)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


def test_a_manifest_names_each_file(tmp_path: Path) -> None:
    Steps(tmp_path).run("tune", {"key": "k"}, write("one"))
    manifest = json.loads((tmp_path / "tune.json").read_text())
    assert manifest["inputs"] == {"key": "k"}
    assert list(manifest["outputs"]) == ["folder/text"]
