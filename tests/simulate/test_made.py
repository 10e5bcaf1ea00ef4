"""What the command makes: a ledger, a likeness, a report, messy exports; and what it says when it cannot."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paybench.cli import main
from paybench.errors import PaybenchError
from paybench.ledger import Ledger, read_ledger, write_ledger
from paybench.ledger.readers.importer import import_files
from paybench.simulate import Settings, simulate, write_world
from paybench.simulate.calibration import calibration, fit
from paybench.simulate.calibration.comparison import distance
from paybench.simulate.calibration.counted import count
from paybench.simulate.calibration.fit import LABELS, notes

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
    assert found.distance < found.before.mean

    # What a book shows is counted: window, terms, currency, how often customers are billed.
    assert (found.start, found.months) == ("2021-03-01", 10)
    assert max(found.settings.terms, key=lambda t: found.settings.terms[t]) == 20
    assert found.settings.weekend_billing == pytest.approx(1.0, abs=0.3)
    assert found.customers == pytest.approx(60, rel=0.1)

    # What ended at the edge of what is tried is told, and only that.
    assert set(found.at_bounds) <= {*found.parameters, *found.counted}
    edge = replace(found, parameters=found.parameters | {"within": float(np.exp(-3))})
    assert edge.at_bounds["within"] == pytest.approx(0.0498, abs=1e-4)
    assert notes(edge)[LABELS["within"]] == "at the edge of what is tried"


def test_a_likeness_by_the_command(tmp_path: Path, slow_book: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    write_ledger(slow_book, tmp_path / "real")
    arguments = ["--like", str(tmp_path / "real"), "--worlds", "3", "--policy", "none", "--report", "--json", "--out"]
    assert main(["ledger", "simulate", *arguments, str(tmp_path / "alike")]) == 0
    answer = json.loads(capsys.readouterr().out)

    # The answer holds what was fitted and how far it is off; the page shows both books.
    assert set(answer["fit"]) == {"parameters", "counted", "at_bounds", "drawn_with", "worlds", "gaps", "before"}
    assert answer["fit"]["gaps"]["largest"] >= answer["fit"]["gaps"]["moving"] > 0

    # The fit drew with the ladder, whatever policy the world has; both are said.
    assert answer["fit"]["drawn_with"] == {"mode": "easy", "policy": "ladder"}

    # The book is called by its folder, beside the name that it was given.
    assert f"real ({slow_book.name})" in (tmp_path / "alike" / "calibration.html").read_text(encoding="utf-8")
    assert read_ledger(tmp_path / "alike").invoices["issued_on"].min().year == 2021


def test_terms_count_with_what_is_billed_on_them() -> None:
    many, few = [("big", n, 30) for n in range(90)], [(f"small{n}", n, 60) for n in range(10)]
    odd = [("big", n, 12) for n in range(90, 100)]
    invoices = pd.DataFrame([*many, *few, *odd], columns=["customer_id", "nth", "term"])
    invoices["invoice_id"] = [f"I{n}" for n in range(len(invoices))]
    invoices["issued_on"] = pd.Timestamp("2023-01-02") + pd.to_timedelta(invoices["nth"], unit="D")
    invoices["due_on"] = invoices["issued_on"] + pd.to_timedelta(invoices.pop("term"), unit="D")
    ledger = Ledger.of("terms", invoices=invoices.drop(columns="nth").assign(amount=100.0, currency="EUR"))
    settings, *_ = count(ledger, calibration(ledger))

    # Ten of eleven customers have 60 days, but ten of eleven invoices are the other one's.
    assert settings.terms == pytest.approx({30: 100 / 110, 60: 10 / 110})

    # Other terms are those that it has besides, not any that somebody has.
    assert settings.other_terms == pytest.approx(10 / 110)
    assert settings.others == {12: 1.0}
    world = simulate(40, 6, settings=replace(Settings(), terms={30: 1.0}, others={12: 1.0}), truth="none").ledger
    assert set((world.invoices["due_on"] - world.invoices["issued_on"]).dt.days) == {12, 30}


def test_what_cannot_be_is_refused_before_the_fit(tmp_path: Path, slow_book: Ledger, monkeypatch: pytest.MonkeyPatch,
                                                 capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    write_ledger(slow_book, tmp_path / "real")

    def fitted(*_: object, **__: object) -> None:
        raise AssertionError("The fit has begun.")

    monkeypatch.setattr("paybench.simulate.made.fit", fitted)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "thesis.html").write_text("<p>mine</p>")
    like = ["--like", str(tmp_path / "real")]
    for arguments, said in (
        ([*like, "--start", "soon"], "'soon' is not a date"),
        ([*like, "--start", "2024-01-01", "--months", "9999"], "go on past 2190"),
        ([*like, "--months", "9999"], "go on past 2190"),
        (["--like", str(tmp_path / "loop")], "leads nowhere"),
        ([*like, "--report", str(tmp_path / "thesis.html")], "is no calibration page"),
        ([*like, "--out", str(tmp_path / "c\udcff")], "is no UTF-8 text"),
    ):
        # In one sentence, and at once.
        assert main(["ledger", "simulate", "--out", str(tmp_path / "out"), *arguments]) == 1
        assert said in " ".join(capsys.readouterr().err.split())
    assert (tmp_path / "thesis.html").read_text() == "<p>mine</p>"

    # An option without its name is a wrong usage.
    with pytest.raises(SystemExit):
        main([*SMALL, "--out", str(tmp_path / "out"), "--report", ""])
    assert "the name is empty" in capsys.readouterr().err


def test_progress_ends_at_the_total(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SMALL, "--out", str(tmp_path / "book")]) == 0

    # The last line tells that all of it is done.
    assert capsys.readouterr().err.strip().split("\n")[-1] == "simulating: 1 of 1"


def test_a_page_may_be_replaced_by_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    for seed in ("1", "2"):
        arguments = ["--customers", "5", "--months", "8", "--seed", seed, "--report", str(page)]

        # Its own page is no loss.
        assert main(["ledger", "simulate", "--out", str(tmp_path / "book"), *arguments]) == 0
        assert f"simulated-{seed}" in page.read_text(encoding="utf-8")
    capsys.readouterr()


@pytest.mark.parametrize("mine", ["notes.txt", "mine/notes.txt", "sap/notes.txt", "calibration.html/notes.txt"])
def test_what_the_user_put_there_is_not_deleted(tmp_path: Path, capsys: pytest.CaptureFixture[str], mine: str) -> None:
    book = tmp_path / "book"
    arguments = ["ledger", "simulate", "--customers", "5", "--months", "8", "--out", str(book)]
    assert main([*arguments, "--as", "sap"]) == 0

    # What it made itself it makes anew.
    assert main([*arguments, "--as", "sap"]) == 0
    (book / mine).parent.mkdir(exist_ok=True)
    (book / mine).write_text("mine")
    before = {f: f.read_bytes() for f in book.rglob("*") if f.is_file()}
    capsys.readouterr()

    # A file of the user's own is named, and nothing has changed; in Python too.
    assert main(arguments) == 1
    assert f"holds '{mine.split('/')[0]}'" in " ".join(capsys.readouterr().err.split())
    with pytest.raises(PaybenchError, match="did not make"):
        write_world(simulate(3, 2), book)
    assert {f: f.read_bytes() for f in book.rglob("*") if f.is_file()} == before


def test_a_book_that_was_not_simulated_is_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_ledger(simulate(5, 3, truth="none").ledger, tmp_path / "book")

    # Written by Python, imported or typed by hand: it has no truth, and so it was not drawn.
    assert main([*SMALL, "--out", str(tmp_path / "book")]) == 1
    assert "a ledger that was not simulated" in " ".join(capsys.readouterr().err.split())


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
    write_world(simulate(5, 3), book)
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
    write_world(simulate(5, 3), book)
    before = {f: f.read_bytes() for f in book.iterdir()}

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("paybench.simulate.made.write_export", stopped)

    # Stopped while the export is written: the new ledger has not taken the place of the old one.
    assert main([*SMALL, "--out", str(book), "--as", "sap"]) == 130
    assert {f: f.read_bytes() for f in book.iterdir()} == before
