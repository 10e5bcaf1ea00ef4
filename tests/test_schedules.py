"""The examples for schedulers: each line of them is run, on a real ledger and store."""

from __future__ import annotations

import ast
import configparser
import json
import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

from paybench.decide.segments import read_segments
from tests.trained import AS_OF, Trained

PIPELINES = Path(__file__).parents[1] / "pipelines"
SCHEDULES = PIPELINES / "schedules"
HOME = "/srv/paybench"
"""Where the examples say that paybench lies."""


def environment(trained: Trained, out: Path, **more: str) -> dict[str, str]:
    places = {"LEDGER": str(trained.ledger), "STORE": str(trained.store), "OUT": str(out), "PYTHON": sys.executable}
    return os.environ | places | more


def copied(trained: Trained, place: Path) -> Trained:
    """The same with a store of its own."""
    shutil.copytree(trained.store, place / "store")
    return Trained(trained.ledger, place / "store")


def answers(printed: str) -> list[dict[str, object]]:
    """The JSON objects in what was printed, one after the other."""
    found, rest = [], printed.strip()
    while rest:
        answer, end = json.JSONDecoder().raw_decode(rest)
        found.append(answer)
        rest = rest[end:].strip()
    return found


def test_a_night_on_which_nothing_is_due_scores_and_watches(trained: Trained, tmp_path: Path) -> None:
    night = [str(SCHEDULES / "nightly.sh"), AS_OF]
    # A night keeps versions in the store, and that of the training belongs to other tests, too.
    own = copied(trained, tmp_path)
    run = subprocess.run(night, capture_output=True, text=True, check=False, cwd="/", env=environment(own, tmp_path))
    assert run.returncode == 0, run.stderr
    scored, forecast, decided, watched = answers(run.stdout)
    assert scored["rows"] == len(pd.read_parquet(tmp_path / f"scores-{AS_OF}.parquet"))
    assert watched["due"] is False
    assert pd.read_csv(Path(str(forecast["out"])) / "cash.csv")["expected"].sum() > 0
    assert len(pd.read_csv(tmp_path / "decisions" / "contacts.csv")) == decided["contacts"]
    assert len(pd.read_parquet(tmp_path / "withheld.parquet")) == decided["withheld"]
    assert read_segments(own.store).version == decided["segments"] == 1
    assert (tmp_path / "monitor").is_dir()


def test_a_night_on_which_retraining_is_due_retrains_and_scores_again(trained: Trained, tmp_path: Path) -> None:
    night = [str(SCHEDULES / "nightly.sh"), "2026-02-01"]
    given = environment(copied(trained, tmp_path), tmp_path, RETRAIN="--trials 2 --dry-run")
    run = subprocess.run(night, capture_output=True, text=True, check=False, cwd="/", env=given)
    assert run.returncode == 0, run.stderr
    *_, watched, planned, scored, forecast = answers(run.stdout)
    assert watched["due"] is True
    assert planned["dry_run"] is True
    assert scored["out"] == str(tmp_path / "scores-2026-02-01.parquet")
    assert forecast["out"] == str(tmp_path / "forecast-2026-02-01")


def test_a_night_that_cannot_begin_says_so_and_stops(trained: Trained, tmp_path: Path) -> None:
    given = environment(trained, tmp_path) | {"STORE": str(tmp_path / "none")}
    run = subprocess.run(
        [str(SCHEDULES / "nightly.sh"), AS_OF], capture_output=True, text=True, check=False, cwd="/", env=given
    )
    assert run.returncode == 1
    assert run.stdout == ""
    assert "There is no model at" in run.stderr.splitlines()[-1]


def test_the_lines_of_the_crontab_run(trained: Trained, tmp_path: Path) -> None:
    lines = [line for line in (SCHEDULES / "crontab").read_text().splitlines() if line and not line.startswith("#")]
    given = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z]+=", line))
    assert set(given) == {"LEDGER", "STORE", "OUT"}
    (entry,) = (line for line in lines if not re.match(r"[A-Z]+=", line))
    *when, command = entry.split(maxsplit=5)
    assert re.fullmatch(r"(\d+|\*)( (\d+|\*)){4}", " ".join(when))
    # cron takes a percent sign for the end of the line.
    assert "%" not in command
    for kind in ("log", "lock"):
        command = command.replace(f"{HOME}/nightly.{kind}", str(tmp_path / kind))
    command = command.replace(HOME, str(PIPELINES.parent))
    command = command.replace("nightly.sh", f"nightly.sh {AS_OF}")
    given |= environment(copied(trained, tmp_path), tmp_path)
    subprocess.run(["/bin/sh", "-c", command], check=True, cwd="/", env=given)
    assert '"due": false' in (tmp_path / "log").read_text()


def test_what_the_timer_starts_runs(tmp_path: Path) -> None:
    service, timer = (_unit(SCHEDULES / f"paybench-nightly.{kind}") for kind in ("service", "timer"))
    start = Path(service["Service"]["ExecStart"])
    # It is the script that the tests above run, and it can be run.
    assert start.relative_to(HOME) == (SCHEDULES / "nightly.sh").relative_to(PIPELINES.parent)
    assert os.access(SCHEDULES / "nightly.sh", os.X_OK)
    assert timer["Timer"]["OnCalendar"] == "*-*-* 02:30:00"
    if shutil.which("systemd-analyze"):
        for unit in SCHEDULES.glob("paybench-nightly.*"):
            here = unit.read_text().replace(HOME, str(PIPELINES.parent)).replace("User=paybench", "User=root")
            (tmp_path / unit.name).write_text(here)
        command = ["systemd-analyze", "verify", *map(str, tmp_path.iterdir())]
        assert "paybench" not in subprocess.run(command, capture_output=True, text=True, check=False).stderr


def _unit(file: Path) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(strict=False, interpolation=None, delimiters="=")
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(file.read_text())
    return unit


def test_the_tasks_of_the_dag_are_commands_that_there_are(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (SCHEDULES / "airflow_dag.py").read_text()
    tree = ast.parse(text)
    constants = [node for node in tree.body if isinstance(node, ast.Assign)]
    names: dict[str, str] = {}
    exec(compile(ast.Module(constants, []), "dag", "exec"), names)
    values = {
        "{{ var.value.paybench_home }}/.venv/bin/python": sys.executable,
        "{{ var.value.paybench_home }}": str(PIPELINES.parent),
        "{{ var.value.paybench_store }}": str(trained.store),
        "{{ var.value.paybench_ledger }}": str(trained.ledger),
        "{{ var.value.paybench_out }}": str(tmp_path),
        "{{ ds }}": AS_OF,
    }
    commands = {task: names[task] for task in ("SCORE", "FORECAST", "DECIDE", "MONITOR", "RETRAIN")}
    for old, new in values.items():
        commands = {task: command.replace(old, new) for task, command in commands.items()}
    assert not any("{{" in command for command in commands.values())
    # Nothing is due on the day of the training: Airflow is told to skip what comes next.
    assert subprocess.run(["bash", "-c", commands["MONITOR"]], capture_output=True, check=False).returncode == 99
    later = commands["MONITOR"].replace(AS_OF, "2026-02-01")
    assert subprocess.run(["bash", "-c", later], capture_output=True, check=False).returncode == 0
    # Retraining is asked for as the script understands it.
    monkeypatch.syspath_prepend(PIPELINES)
    import shlex

    _, _, *arguments = shlex.split(commands["RETRAIN"])
    assert import_module("retrain").main([*arguments, "--dry-run"]) == 0
    assert json.loads(capsys.readouterr().out)["dry_run"] is True
