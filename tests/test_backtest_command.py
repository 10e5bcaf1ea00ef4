"""``paybench backtest`` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from paybench.cli import main
from paybench.oracle import ORACLE
from paybench.simulate import simulate, write_world


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("simulated") / "book"
    write_world(simulate(customers=25, months=15, seed=6), place)
    return place


def test_everything_is_in_its_folder(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    asked = ["--origins", "2", "--weeks", "2", "400", "--trials", "1", "--json"]
    assert main(["backtest", str(folder), "--out", str(out), *asked]) == 0
    said = json.loads(capsys.readouterr().out)
    assert len(said["origins"]) == 2
    # A simulated ledger has the oracle beside it, which stands in the table.
    assert ORACLE in said["metrics"]
    # The page, the learning curve and its picture, and all tables that can be read.
    names = {path.name for path in out.iterdir()}
    assert {"backtest.html", "learning.png", "learning.csv", "summary.txt"} <= names
    assert len([pd.read_csv(path) for path in out.glob("*.csv")]) == 13
    assert (out / "learning.png").read_bytes().startswith(b"\x89PNG")
    assert "LEARNING CURVE" in (out / "summary.txt").read_text()
    # A backtest may take the place of another one.
    assert main(["backtest", str(folder), "--out", str(out), "--origin", "2024-10-01", "--trials", "1", "--quiet"]) == 0
    assert "learning.csv" not in {path.name for path in out.iterdir()}


@pytest.mark.parametrize(
    "wrong",
    [
        ["--origin", "2024-10-01", "--origins", "2"],
        ["--origins", "0"],
        ["--weeks"],
        ["--weeks", "soon"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["backtest", str(folder), "--out", str(tmp_path / "out"), *wrong])
    assert stopped.value.code == 2
    assert "usage: paybench backtest" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
