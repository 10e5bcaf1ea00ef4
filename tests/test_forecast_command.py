"""``paybench forecast`` and pipelines/forecast.py, for real: what they print, write and refuse."""

from __future__ import annotations

import json
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from paybench import read_ledger
from paybench.cli import main
from paybench.decide.cash.forecast import BILLING, OPEN, TOTAL
from paybench.decide.kpi import ageing, kpi_history, kpi_table
from paybench.decide.saved.saved import read_forecast
from paybench.erase import erase
from paybench.ledger import known, write_ledger
from paybench.ledger.schema import units
from paybench.models.learn.bundle import write_bundle
from tests.decide.cash.small import book, bundle

PIPELINES = Path(__file__).parents[1] / "pipelines"
AT, LATER = "2024-06-28", "2024-08-15"
"""Early, so that there are few past weeks to look back on."""
FEW = ("--paths", "60", "--weeks", "15")
Run = Callable[..., tuple[int, str, str]]


@dataclass(frozen=True)
class Place:
    """A ledger, a store with the exported Baseline only, a forecast of the command and what it printed."""

    ledger: Path
    store: Path
    out: Path
    said: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def go(*arguments: object) -> tuple[int, str, str]:
        try:
            code = main([str(a) for a in arguments])
        except SystemExit as stop:
            code = int(str(stop.code))
        return (code, *capsys.readouterr())

    return go


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("forecast")
    write_ledger(book(), folder / "ledger")
    write_bundle(bundle(AT), folder / "store" / "champion")
    arguments = ["forecast", folder / "ledger", "--as-of", AT, "--store", folder / "store", "--out", folder / "out"]
    done = subprocess.run(
        [sys.executable, "-m", "paybench", *map(str, arguments), *FEW], capture_output=True, text=True, check=True
    )
    return Place(folder / "ledger", folder / "store", folder / "out", done.stdout)


def content(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", encoding="utf-8-sig")


def test_a_person_reads_weeks_months_and_quarters(place: Place) -> None:
    lines = place.said.splitlines()
    assert max(map(len, lines[:-1])) <= 80
    assert lines[-1] == f"written to {place.out}"
    assert "by baseline (not registered)" in place.said.replace("\n", " ")
    cash = table(place.out, "cash").query("currency == 'EUR'")
    begin = next(k for k, text in enumerate(lines) if text.startswith("EUR: "))
    # A line's figures are those of the table, in whole units: new billing is a column of its own.
    for label, by, start in (
        ("28 Jun - 4 Jul", "week", AT),
        ("rest of Jun", "month", AT),
        ("Jul 2024", "month", "2024-07-01"),
        ("Q3 2024", "quarter", "2024-07-01"),
    ):
        rows = cash[(cash["period"] == by) & (cash["start"] == start)].set_index("line")
        figures = [rows.loc[OPEN, name] for name in ("expected", "low_80", "high_80")]
        figures += [rows.loc[BILLING, "expected"], rows.loc[TOTAL, "expected"]]
        text = next(text for text in lines[begin:] if text.startswith(f"  {label} "))
        shown = [int(word.replace(",", "")) for word in text.split()[-5:]]
        assert shown == pytest.approx(figures, abs=0.51)


def test_the_folder_has_the_kpis_of_the_day(place: Place) -> None:
    ledger = read_ledger(place.ledger)
    pd.testing.assert_frame_equal(table(place.out, "ageing"), ageing(ledger, AT), check_dtype=False)
    kpis, history = kpi_table(ledger, AT), kpi_history(ledger, AT)
    for name, found in (("kpi", kpis), ("kpi_history", history)):
        assert table(place.out, name)["value"].to_numpy() == pytest.approx(found["value"].to_numpy(), nan_ok=True)


def test_a_program_reads_json(place: Place, run: Run, tmp_path: Path) -> None:
    arguments = ("--as-of", AT, "--store", place.store, "--out", tmp_path / "f", *FEW, "--json")
    code, out, err = run("forecast", place.ledger, *arguments)
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert answer["about"] == read_forecast(tmp_path / "f").about
    assert answer["about"]["past_weeks"] >= 8
    assert answer["out"] == str(tmp_path / "f")
    assert {row["period"] for row in answer["periods"]} == {"week", "month", "quarter"}
    assert answer["periods"][0]["start"] == AT
    # The same command gives the same bytes.
    assert content(tmp_path / "f") == content(place.out)


def test_the_future_changes_no_byte(place: Place, run: Run, tmp_path: Path) -> None:
    write_ledger(known(book(), AT), tmp_path / "ledger")
    arguments = ("--as-of", AT, "--store", place.store, "--out", tmp_path / "f", *FEW)
    assert run("forecast", tmp_path / "ledger", *arguments)[0] == 0
    assert content(tmp_path / "f") == content(place.out)


def test_a_scenario_is_told_against_the_forecast_without(place: Place, run: Run, tmp_path: Path) -> None:
    largest = table(place.out, "invoices").groupby("customer_id")["amount"].sum().idxmax()
    arguments = ("--as-of", AT, "--store", place.store, "--out", tmp_path / "f", *FEW, "--without-names", "--quiet")
    suppose = ("--scenario", "later=7", "--scenario", f"without={largest}")
    code, out, _ = run("forecast", place.ledger, *arguments, *suppose)
    assert code == 0
    assert f"Supposed: {largest} pays nothing; everybody pays 7 days later." in out
    change, plain = table(tmp_path / "f", "change"), table(place.out, "cash")
    # What it is held against is the forecast without.
    assert change["without"].tolist() == plain["expected"].tolist()
    assert change["expected"].tolist() == table(tmp_path / "f", "cash")["expected"].tolist()
    assert (change["expected"] - change["without"] - change["change"]).abs().max() <= 0.0101
    # Nobody pays in the first week, and one customer in no week.
    weeks = change.query("period == 'week' and line == @OPEN")
    assert (weeks["expected"][weeks["start"] == AT] == 0).all()
    assert (weeks["without"][weeks["start"] == AT] > 0).any()
    rows = table(tmp_path / "f", "invoices")
    assert (rows["rest"] == rows["amount"])[rows["customer_id"] == largest].all()
    assert "name" not in rows
    assert "name" in table(place.out, "invoices")


def test_what_came_is_that_of_the_ledger(place: Place, run: Run, tmp_path: Path) -> None:
    code, out, err = run("forecast", place.ledger, "--as-of", LATER, "--compare", place.out, "--json")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    whole = pd.DataFrame(answer["periods"]).query("period == 'so far'")
    apart = pd.DataFrame(answer["apart"], columns=["currency", "what", "came"])
    paid = book().payments.query("kind == 'payment' and paid_on >= @AT and paid_on < @LATER")
    for currency, rows in paid.groupby("currency"):
        lines = whole[(whole["currency"] == currency) & (whole["line"] != TOTAL)]["came"].to_list()
        lines += apart[apart["currency"] == currency]["came"].to_list()
        # All the cash of these days is in a line or apart, to the last unit.
        assert int(units(pd.Series(lines)).sum()) == int(units(rows["amount"]).sum())
    code, out, _ = run("forecast", place.ledger, "--as-of", LATER, "--compare", place.out, "--out", tmp_path / "c")
    assert code == 0
    *lines, last = out.splitlines()
    # It fits a terminal, but for the name of the folder, which is the user's.
    assert last == f"written to {tmp_path / 'c'}"
    assert max(map(len, lines)) <= 80
    assert "comparison.csv" in content(tmp_path / "c")


def test_a_scheduler_gets_one_line(place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scheduled = runpy.run_path(str(PIPELINES / "forecast.py"))["main"]
    given = ["--ledger", str(place.ledger), "--store", str(place.store), "--out", str(tmp_path / "f")]
    assert scheduled([*given, "--as-of", AT]) == 0
    out, _ = capsys.readouterr()
    answer: dict[str, Any] = json.loads(out)
    assert len(out.splitlines()) == 1
    # It is the command with its usual futures and weeks.
    assert answer == read_forecast(place.out).about | {"paths": 1000, "weeks": 26, "out": str(tmp_path / "f")}
    assert sorted(content(tmp_path / "f")) == sorted(content(place.out))
    before = content(tmp_path / "f")
    assert scheduled([*given, "--as-of", "1999-01-01"]) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"forecast: {' '.join(err.split()[1:])}\n")
    assert "Nothing was known at 1999-01-01" in err
    assert content(tmp_path / "f") == before


def test_who_is_erased_is_in_no_forecast(place: Place, tmp_path: Path, run: Run) -> None:
    shutil.copytree(place.ledger, tmp_path / "ledger")
    shutil.copytree(place.out, tmp_path / "f")
    customer = str(table(place.out, "invoices")["customer_id"].iloc[0])
    erase(tmp_path / "ledger", [customer], tmp_path / "no store", [tmp_path / "f"])
    assert customer not in set(table(tmp_path / "f", "invoices")["customer_id"])
    assert customer not in set(pd.read_parquet(tmp_path / "f" / "invoices.parquet")["customer_id"])
    # What is left can be read by people, and is not compared: their cash is still in the futures.
    code, _, err = run("forecast", tmp_path / "ledger", "--as-of", LATER, "--compare", tmp_path / "f")
    assert code == 1
    assert "customers may have been erased since: forecast again." in err


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("--scenario", "later=soon"), "'later=soon' cannot be: give whole days from 0 to 90."),
        (("--scenario", "rain"), "'rain' is no scenario; give without=CUSTOMER, later=DAYS or terms=DAYS"),
        (("--scenario", "without=NOBODY"), f"Customer 'NOBODY' has no open invoice at {AT}; name one that has."),
        (("--as-of", "1999-01-01"), "Nothing was known at 1999-01-01"),
        (("--as-of", "2024-06-01"), f"was trained on what was known at {AT}"),
        (("--as-of", "31.1.2025"), "'31.1.2025' is not a date; write it as YYYY-MM-DD"),
        (("--store", "none"), "There is no model at"),
        (("--model", "champ"), "There is no model 'champ'; give 'champion', or NAME@ALIAS"),
        (("--compare", "none"), "There is no forecast at none; give the folder that"),
        (("--compare", "{out}"), "nothing has come of it; give a later day."),
        (("--compare", "{out}", "--as-of", LATER), "exists and is no folder of a comparison"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_is_one_sentence(
    place: Place, run: Run, tmp_path: Path, more: tuple[str, ...], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(place.out, tmp_path / "f") if "{out}" in more and LATER in more else None
    before = {str(p): p.is_file() for p in tmp_path.rglob("*")}
    usual = ("--as-of", AT, "--store", place.store, "--out", tmp_path / "f", *FEW)
    code, out, err = run("forecast", place.ledger, *usual, *(text.format(out=place.out) for text in more), "--quiet")
    assert (code, out) == (1, "")
    assert sentence in err
    assert len(err.splitlines()) == 1
    assert {str(p): p.is_file() for p in tmp_path.rglob("*")} == before


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("--out", "x", "--weeks", "0"),
        ("--out", "x", "--weeks", "53"),
        ("--out", "x", "--paths", "9"),
        ("--out", "x", "--paths", "many"),
        ("--compare", "x", "--scenario", "later=7"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2(place: Place, run: Run, more: tuple[str, ...]) -> None:
    code, out, err = run("forecast", place.ledger, "--as-of", AT, "--store", place.store, *more)
    assert (code, out) == (2, "")
    assert ": error: " in err.splitlines()[-1]


def test_help_fits_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = run("forecast", "--help")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
