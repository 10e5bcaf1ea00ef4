"""What the command makes: a ledger, a likeness, a report, messy exports; and what it says when it cannot."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from paybench.cli import main
from paybench.errors import PaybenchError
from paybench.ledger import Ledger, read_ledger, write_ledger
from paybench.ledger.importer import import_files
from paybench.simulate import Settings, simulate
from paybench.simulate.calibration import calibration, fit
from paybench.simulate.calibration.comparison import distance

SMALL = ["ledger", "simulate", "--customers", "40", "--months", "8", "--seed", "3"]


@pytest.fixture(scope="module")
def slow_book() -> Ledger:
    """A book of slow payers who forget little and are billed every day of the week."""
    settings = replace(
        Settings(), lateness_shift=20.0, within=0.6, forgetting=0.3, terms={20: 1.0}, weekend_billing=1.0, rate=3.0
    )
    return simulate(60, 10, seed=17, start="2021-03-01", settings=settings, truth="none").ledger


def test_a_book_with_its_report_and_its_exports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SMALL, "--out", str(tmp_path / "book"), "--report", "--as", "sap", "--as", "quickbooks"]) == 0
    said = capsys.readouterr().out
    book = tmp_path / "book"
    ledger = read_ledger(book)

    # It says what was written where, in lines that a terminal can hold; figures stand beside published ones.
    assert f"{len(ledger.invoices)} invoices and {len(ledger.payments)} payments written to" in said
    assert "Late, by number" in said
    assert (book / "calibration.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")

    # The export is the same book: what a reader accepts of it has the ledger's invoices.
    files = [f for f in (book / "sap").iterdir() if f.name != "faults.csv"]
    read = import_files(files, "sap")
    assert read.ledger.invoices["invoice_id"].isin(ledger.invoices["invoice_id"]).mean() > 0.9
    assert (book / "quickbooks" / "faults.csv").exists()


def test_modes_and_policies_are_passed_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for policy in ("none", "random"):
        place = tmp_path / policy
        assert main([*SMALL, "--out", str(place), "--mode", "hard", "--policy", policy, "--start", "2022-05-01"]) == 0
        ledger = read_ledger(place)

        # The book begins when it is told to, and its contacts are those of the policy.
        assert ledger.invoices["issued_on"].min() < ledger.invoices["issued_on"].min().replace(year=2023)
        assert ledger.invoices["issued_on"].min().year == 2022
        assert set(ledger.contacts["policy"]) == ({"random"} if policy == "random" else set())
    capsys.readouterr()


def test_a_fitted_world_is_nearer_to_the_book(slow_book: Ledger) -> None:
    found = fit(slow_book, worlds=30)
    real = calibration(slow_book)
    alike, usual = (
        calibration(simulate(300, found.months, 5, found.start, settings=s, truth="none").ledger)
        for s in (found.settings, Settings())
    )

    # With other random numbers than it was fitted with, its curve is nearer to the book's than the usual world's.
    assert distance(alike, real) < 0.75 * distance(usual, real)
    assert found.distance < found.before

    # What a book shows is counted: window, terms, currency, how often customers are billed.
    assert (found.start, found.months) == ("2021-03-01", 10)
    assert max(found.settings.terms, key=lambda t: found.settings.terms[t]) == 20
    assert found.settings.weekend_billing == pytest.approx(1.0, abs=0.3)
    assert found.customers == pytest.approx(60, rel=0.1)


def test_a_likeness_by_the_command(tmp_path: Path, slow_book: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    write_ledger(slow_book, tmp_path / "real")
    arguments = ["--like", str(tmp_path / "real"), "--worlds", "3", "--report", "--json", "--out"]
    assert main(["ledger", "simulate", *arguments, str(tmp_path / "alike")]) == 0
    answer = json.loads(capsys.readouterr().out)

    # The answer holds what was fitted and how far it is off; the page shows both books.
    assert set(answer["fit"]) == {"parameters", "distance", "before"}
    assert slow_book.name in (tmp_path / "alike" / "calibration.html").read_text(encoding="utf-8")
    assert read_ledger(tmp_path / "alike").invoices["issued_on"].min().year == 2021


def test_too_little_to_resemble_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_ledger(simulate(2, 2, truth="none").ledger, tmp_path / "tiny")

    # One sentence says how much there is, and how much it needs; nothing is written.
    assert main(["ledger", "simulate", "--like", str(tmp_path / "tiny"), "--out", str(tmp_path / "out")]) == 1
    error = capsys.readouterr().err
    assert "matured invoices; fitting a world to a book needs 50 or more" in error
    assert not (tmp_path / "out").exists()
    with pytest.raises(PaybenchError, match="needs 50 or more"):
        fit(Ledger())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--report", "{book}"], "give the name of a file that ends in .html"),
        (["--report", "{book}/invoices.parquet"], "give the name of a file that ends in .html"),
        (["--report", "{book}/mine.html"], "--report without a name writes it there"),
        (["--report", "{book}/../none/r.html"], "make it first"),
        (["--like", "{book}"], "give --out another name"),
        (["--start", ""], "'' is not a date"),
        (["--start", "2189-06-01", "--months", "24"], "go on past 2190"),
    ],
)
def test_what_is_refused_leaves_the_old_book_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    book = tmp_path / "book"
    write_ledger(simulate(5, 3, truth="none").ledger, book)
    before = {f: f.read_bytes() for f in book.iterdir()}
    code = main(["ledger", "simulate", "--out", str(book), *(a.format(book=book) for a in arguments)])

    # One sentence, and every file is what it was.
    assert code == 1
    assert said in " ".join(capsys.readouterr().err.split())
    assert {f: f.read_bytes() for f in book.iterdir()} == before


def test_an_imported_book_is_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = tmp_path / "book"
    write_ledger(simulate(5, 3, truth="none").ledger, book, extras={"import.json": b"{}"})

    # What was imported is the user's own.
    assert main([*SMALL, "--out", str(book)]) == 1
    assert "holds an imported book" in capsys.readouterr().err


def test_a_failure_at_the_end_keeps_the_old_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = tmp_path / "book"
    write_ledger(simulate(5, 3, truth="none").ledger, book)
    before = {f: f.read_bytes() for f in book.iterdir()}

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("paybench.simulate.made.write_export", stopped)

    # Stopped while the export is written: the new ledger has not taken the place of the old one.
    assert main([*SMALL, "--out", str(book), "--as", "sap"]) == 130
    assert {f: f.read_bytes() for f in book.iterdir()} == before
