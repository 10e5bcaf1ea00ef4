"""The command line: what is right is done, what is wrong is one sentence, and nothing is left half."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from paybench.actions.answer import say
from paybench.cli import main
from paybench.command import answered
from paybench.ledger import TABLES, Ledger, write_ledger
from tests.trained import AS_OF, Trained

# mlflow 3.17 uses what SQLAlchemy 2.1 gives up.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")

COMMANDS: tuple[list[str], ...] = (
    [], ["demo"], ["ledger"], ["ledger", "simulate"], ["ledger", "import"], ["ledger", "formats"], ["ledger", "check"],
    ["features"], ["train"], ["promote"], ["score"], ["backtest"], ["explain"],
    ["forecast"], ["decide"], ["monitor"], ["registry"], ["registry", "log"], ["registry", "champion"],
    ["store"], ["store", "backup"], ["store", "restore"], ["store", "moved"], ["store", "upgrade"],
    ["reply"], ["replies"], ["replies", "train"], ["replies", "read"], ["replies", "export"], ["serve"], ["erase"],
)  # fmt: skip

HEADER = "invoice_id,customer_id,issued_on,due_on,amount,currency\n"
EXPORTS = {
    "header": HEADER,
    "nothing": "",
    "no_due": "invoice_id,customer_id,issued_on,amount,currency\n1,C,2024-01-01,10,EUR\n",
    "text_amount": HEADER + "1,C,2024-01-01,2024-01-31,ten,EUR\n",
    "no_such_day": HEADER + "1,C,2024-02-30,2024-03-31,10,EUR\n",
    "binary": "\x00\x01\x02",
}

Answer = tuple[int | None, str, str]
Run = Callable[..., Answer]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command: exit code, standard output, standard error."""

    def go(*arguments: object) -> Answer:
        capsys.readouterr()
        try:
            code: Any = main([str(a) for a in arguments])
        except SystemExit as stop:
            code = stop.code
        return (code, *capsys.readouterr())

    return go


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with everything that is no ledger."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "thesis.txt").write_text("years of work", encoding="utf-8")
    (tmp_path / "file").touch()
    for name, text in EXPORTS.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "invoices.csv").write_text(text, encoding="utf-8")
    write_ledger(Ledger(), tmp_path / "empty")
    return tmp_path


def tree(folder: Path) -> dict[str, bytes | None]:
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_fits_a_terminal(run: Run, command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = run(*command, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"usage: {' '.join(['paybench', *command])} ")
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["ledger"],
        ["scores"],
        ["score"],
        ["score", "book"],
        ["score", "book", "--as-of"],
        ["features", "book", "--out", "x.parquet"],
        ["features", "book", "--as-of", AS_OF, "--at-issue", "--out", "x.parquet"],
        ["train", "book", "--as-of", AS_OF, "--trials", "0"],
        ["train", "book", "--as-of", AS_OF, "--trials", "many"],
        ["train", "book", "--as-of", AS_OF, "--minutes", "0"],
        ["train", "book", "--as-of", AS_OF, "--minutes", "long"],
        ["train", "book", "--as-of", AS_OF, "--minutes", "5", "--trials", "5"],
        ["train", "book", "--as-of", AS_OF, "--seed", "1.5"],
        ["train", "book", "--as-of", AS_OF, "--seed", "-1"],
        ["ledger", "simulate", "--out", "x", "--customers", "-3"],
        ["ledger", "import", "--format", "canonical", "--out", "x"],
        ["explain", "book", "--as-of", AS_OF, "--out", "x.html", "--page", "seven"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2(run: Run, arguments: list[str], place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    before = tree(place)
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("usage: paybench")
    assert ": error: " in err.splitlines()[-1]
    assert tree(place) == before


IMPORT = "ledger import {place}/%s --format canonical --out {place}/out"
SCORE = "score {ledger} --as-of 2025-05-01 --store {store} --out {place}/out.csv"
TRAIN = "train {ledger} --as-of 2025-05-01 --store {place}/store --trials 1"
EXPLAIN = "explain {ledger} --as-of 2025-05-01 --store {store} --out {place}/out.html"
FEATURES = "features {ledger} --as-of 2025-05-01 --out {place}/out.parquet"
BACKTEST = "backtest {ledger} --out {place}/out --trials 1"
SIMULATE = "ledger simulate --customers 2 --months 3 --out {place}/out"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        *[
            (command.replace("{ledger}", ledger), sentence)
            for command in (SCORE, TRAIN, EXPLAIN, FEATURES, BACKTEST, "ledger check {ledger}")
            for ledger, sentence in (
                ("{place}/none", "There is no ledger at .*/none; make one with"),
                ("{place}/file", "There is no ledger at .*/file; make one with"),
                ("{place}/folder", "holds no ledger.json, so it is no ledger folder"),
            )
        ],
        *[
            (command.replace("{ledger}", "{place}/empty"), sentence)
            for command, sentence in (
                (SCORE, "Nothing was known at 2025-05-01"),
                (TRAIN, "Nothing was known at 2025-05-01: the ledger has no invoice"),
                (EXPLAIN, "Nothing was known at 2025-05-01"),
                (FEATURES, "Nothing was known at 2025-05-01"),
                (BACKTEST, "has no invoice, so there is nothing to test with"),
            )
        ],
        *[
            (command.replace("2025-05-01", "1999-01-01"), "Nothing was known at 1999-01-01")
            for command in (SCORE, TRAIN, EXPLAIN, FEATURES)
        ],
        *[
            (command.replace("2025-05-01", day), f"'{day}' is not a date; write it as YYYY-MM-DD")
            for command in (SCORE, TRAIN, EXPLAIN, FEATURES)
            for day in ("2025-02-30", "1/5/2025")
        ],
        (BACKTEST + " --origin soon", "'soon' is not a date"),
        (BACKTEST + " --until now", "'now' is not a date"),
        (BACKTEST + " --origin 1999-01-01", "1999-01-01"),
        (BACKTEST + " --origin 2031-01-01", "2031-01-01"),
        (BACKTEST + " --until 1999-01-01", "Nothing was known at 1999-01-01"),
        (IMPORT % "none", "none is no file of the format"),
        (IMPORT % "none/invoices.csv", "There is no file .*none/invoices.csv; give the path of an export"),
        (IMPORT % "folder", "is a folder without a file of the format 'canonical'; its files are called invoices.csv"),
        ((IMPORT % "header").replace("canonical", "sap"), "sap"),
        ((IMPORT % "header").replace("canonical", "../canonical"), "canonical"),
        (IMPORT % "header", "invoices.csv"),
        (IMPORT % "nothing", "is empty or does not begin with a line of column names"),
        (IMPORT % "no_due", "has no column due_on"),
        (IMPORT % "text_amount", "amount is not an amount written like"),
        (IMPORT % "no_such_day", "issued_on is not a date of the calendar written like"),
        (IMPORT % "binary", "invoices.csv"),
        *[
            (SCORE.replace("{place}/out.csv", out), sentence)
            for out, sentence in (
                ("{place}/out.xlsx", "Scores are written as .parquet or .csv, not as 'out.xlsx'"),
                ("{place}/out", "Scores are written as .parquet or .csv, not as 'out'"),
                ("{place}/file/out.csv", "Nothing can be written at .*/file/out.csv .*; choose another place"),
                ("/dev/null/out.csv", "Nothing can be written at /dev/null/out.csv"),
                ("{place}/" + "n" * 300 + ".csv", "Nothing can be written at"),
            )
        ],
        (EXPLAIN.replace("out.html", "out.pdf"), "The report is written as .html, not as 'out.pdf'"),
        (FEATURES.replace("out.parquet", "folder"), "folder is a folder; give the name of a file to write"),
        (FEATURES.replace("out.parquet", "file/x"), "Nothing can be written at"),
        (TRAIN.replace("{place}/store", "{place}/file"), "file"),
        (SIMULATE.replace("/out", "/folder"), "folder exists and is no ledger folder; give another name"),
        (SIMULATE.replace("/out", "/file"), "file exists and is no ledger folder"),
        (SIMULATE.replace("/out", "/file/x"), "Nothing can be written at"),
        ((IMPORT % "header").replace("/out", "/folder"), "folder exists and is no ledger folder; give another name"),
        (BACKTEST.replace("/out", "/folder"), "folder exists and is no folder of a backtest; give another name"),
        (BACKTEST.replace("/out", "/file"), "file exists and is no folder of a backtest"),
        (SCORE.replace("{store}", "{place}/store"), "There is no model at .*store/champion; train one with"),
        (EXPLAIN.replace("{store}", "{place}/store"), "There is no model at .*store/champion; train one with"),
        (SCORE.replace("{store}", "{place}/file"), "There is no model at"),
        (SCORE + " --model nope@champion", "There is no model 'nope@champion'; give 'champion', or NAME@ALIAS"),
        (SCORE + " --model challenger", "There is no model 'challenger'; give 'champion', or NAME@ALIAS"),
        (SCORE + " --model payment-late@nope", "No version of payment-late is called 'nope'"),
        (SCORE + " --model payment-late@<script>", "No version of payment-late is called '<script>'"),
        (SCORE.replace("{store}", "{place}/store") + " --model payment-late@champion", "There is no store at"),
        ("promote --store {place}/store", "There is no store at .*; train a model with 'paybench train'"),
        ("promote --rollback --store {place}/store", "There is no store at"),
        ("promote --store {store}", "payment-timing v2 is the champion already; train a new challenger"),
    ],
    ids=lambda value: value if " " in value and "{" in value else "",
)  # fmt: skip
def test_what_is_wrong_is_one_sentence(run: Run, trained: Trained, place: Path, command: str, sentence: str) -> None:
    before, serves = tree(place), tree(trained.store / "champion")
    names = {"place": place, "ledger": trained.ledger, "store": trained.store}
    code, out, err = run(*(word.format(**names) for word in command.split()), "--quiet")
    one_sentence((code, out, err), sentence)
    # Nothing is left half, and nothing is changed.
    assert tree(place) == before
    assert tree(trained.store / "champion") == serves


def one_sentence(answer: Answer, sentence: str) -> None:
    code, out, err = answer
    assert code == 1, err
    assert out == ""
    (line,) = err.splitlines()
    assert line.startswith("paybench: ")
    assert "should not have happened" not in line
    assert pd.Series([line]).str.contains(sentence, regex=True)[0], line


@pytest.mark.parametrize("file", ["manifest.json", "shares.npz", "late.txt", "hazard.txt"])
@pytest.mark.parametrize("damage", ["gone", "empty", "half", "one byte less", "one byte changed"])
def test_a_damaged_bundle_is_one_sentence(run: Run, trained: Trained, tmp_path: Path, file: str, damage: str) -> None:
    shutil.copytree(trained.store / "champion", tmp_path / "store" / "champion")
    path = tmp_path / "store" / "champion" / file
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    elif damage == "one byte changed":
        at = content.index(b'"sha256"') if b'"sha256"' in content else 10
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    else:
        keep = {"empty": 0, "half": len(content) // 2, "one byte less": len(content) - 2}[damage]
        path.write_bytes(content[:keep])
    before = tree(tmp_path)
    answer = run(
        "score", trained.ledger, "--as-of", AS_OF, "--store", tmp_path / "store", "--out", tmp_path / "s.csv", "--quiet"
    )
    one_sentence(answer, "There is no model at|The bundle at .* is damaged .*; export it again|has format")
    assert tree(tmp_path) == before


def test_json_is_one_document_and_nothing_else(run: Run, trained: Trained, tmp_path: Path) -> None:
    ledger, at = trained.ledger, ["--as-of", AS_OF]
    store = ["--store", trained.store]
    for arguments, keys in (
        (["ledger", "simulate", "--customers", 3, "--months", 4, "--out", tmp_path / "l"], set(TABLES)),
        (["ledger", "formats"], {"formats"}),
        (["features", ledger, *at, "--out", tmp_path / "f.parquet"], {"rows", "features"}),
        (["features", ledger, "--at-issue", "--out", tmp_path / "f.parquet"], {"rows", "features"}),
        (["score", ledger, *at, *store, "--out", tmp_path / "s.csv"], {"rows", "risk", "model_version", "out"}),
    ):
        code, out, err = run(*arguments, "--json")
        assert (code, err) == (0, "")
        assert set(json.loads(out)) == keys


def test_numbers_that_are_none_are_null(capsys: pytest.CaptureFixture[str]) -> None:
    answer = {"a": float("nan"), "b": [1.5, float("inf")], "c": {"d": "NaN"}}
    say(argparse.Namespace(json=True), (answer, ""))
    found = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert found == {"a": None, "b": [1.5, None], "c": {"d": "NaN"}}


def test_progress_is_on_standard_error_only(run: Run, trained: Trained, tmp_path: Path) -> None:
    arguments = ["score", trained.ledger, "--as-of", AS_OF, "--store", trained.store, "--out", tmp_path / "s.csv"]
    _, loud, progress = run(*arguments)
    _, quiet, nothing = run(*arguments, "--quiet")
    assert "scoring" in progress
    assert (loud, nothing) == (quiet, "")
    assert len(loud.splitlines()) == 1


def test_odd_names_are_names(run: Run, trained: Trained, tmp_path: Path) -> None:
    place = tmp_path / "a b" / "größe 日本 ' \" $(x)" / "-dash"
    shutil.copytree(trained.ledger, place / "ledger")
    shutil.copytree(trained.store / "champion", place / "store" / "champion")
    out = place / "new" / "ü%20.csv"
    code, _, err = run("score", place / "ledger", "--as-of", AS_OF, "--store", place / "store", "--out", out, "--quiet")
    assert (code, err) == (0, "")
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_stopped_while_training_nothing_half_is_left(trained: Trained, tmp_path: Path) -> None:
    store = tmp_path / "store"
    command = ["train", str(trained.ledger), "--as-of", AS_OF, "--trials", "500", "--store", str(store)]
    program = "import sys; from paybench.cli import main; sys.exit(main(sys.argv[1:]))"
    running = subprocess.Popen([sys.executable, "-c", program, *command], stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith(("tuning", "fitting")):
            break
    os.kill(running.pid, signal.SIGINT)
    rest = running.communicate()[1]
    assert running.returncode == 130
    assert rest.splitlines()[-1] == "paybench: stopped; nothing half-written was left behind."
    assert "Traceback" not in rest
    # Nothing half is left, and nothing serves; the steps that were done stay for the next run, each with its manifest.
    (work,) = (store / "work").iterdir()
    assert {p.stem for p in work.iterdir() if p.is_dir()} == {p.stem for p in work.glob("*.json")}
    assert {p.name for p in work.glob("*.json")} == {"import.json", "features.json"}
    assert not (store / "champion").exists()
    assert not (store / "mlflow.db").exists()


def test_a_reader_that_goes_away_is_no_error(trained: Trained) -> None:
    program = "import sys; from paybench.cli import main; sys.exit(main(['ledger', 'formats']))"
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run([sys.executable, "-c", program], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (run.returncode, run.stderr) == (0, b"")


def test_what_the_base_install_lacks_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        raise ModuleNotFoundError("No module named 'sklearn'", name="sklearn")

    # A scoring machine that is asked to train says what to install.
    assert answered("paybench", work) == 1
    assert capsys.readouterr().err == (
        "paybench: this needs sklearn, which the base install leaves out: pip install 'paybench[workbench]'.\n"
    )
