"""What an export says is read, set aside with its reason, or named as not read: nothing goes without a word."""

from __future__ import annotations

import gzip
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import paybench as pb
from paybench.cli import main
from paybench.ledger import Ledger, settle
from paybench.ledger.readers.terms import days_of_terms

NAMES = "Invoice;Customer;Name;Invoice date;Due date;Amount;Currency;Paid on"
COLUMNS = NAMES.split(";")


class Run:
    """Runs the command in a folder of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def __call__(self, *arguments: str, out: str = "book") -> tuple[Ledger, list[tuple[int, str]], str]:
        code = main(["ledger", "import", *arguments, "--out", str(self.folder / out), "--quiet"])
        said, err = self.capsys.readouterr()
        assert (code, err) == (0, ""), err
        table = pd.read_csv(self.folder / out / "rejected.csv", encoding="utf-8-sig", keep_default_na=False)
        aside = list(zip(table["row"].astype(int), table["reason"].astype(str), strict=True))
        return pb.read_ledger(self.folder / out), aside, said

    def preview(self, *arguments: str) -> str:
        assert main(["ledger", "import", *arguments, "--guess"]) == 0
        return self.capsys.readouterr().out

    def refused(self, *arguments: str) -> str:
        assert main(["ledger", "import", *arguments, "--out", str(self.folder / "no")]) == 1
        return self.capsys.readouterr().err


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(tmp_path, capsys)


def row(k: int, name: str = "N", paid: str = "") -> list[Any]:
    return [str(k), f"K{k % 3}", name, f"2024-01-{10 + k}", f"2024-02-{10 + k}", f"{k}.50", "EUR", paid]


def csv(folder: Path, rows: list[list[Any]], name: str = "f.csv", names: str = NAMES) -> str:
    path = folder / name
    path.write_text("\n".join([names, *(";".join(map(str, r)) for r in rows), ""]), encoding="utf-8")
    return str(path)


# Quotes


@pytest.mark.parametrize(
    ("first", "second", "aside"),
    [
        ('24" monitor', '17" monitor', []),  # a quote within a field is one
        ('"24 inch', 'wide"', [4]),
        ('"24" monitor', '17"', [4]),
        ('"a "b" c"', '"x"', [4]),
        ('"Bad', 'Good"', [4]),
    ],
)
def test_two_stray_quotes_do_not_swallow_the_rows_between(run: Run, first: str, second: str, aside: list[int]) -> None:
    rows = [row(k, first if k == 3 else second if k == 7 else "N") for k in range(1, 12)]
    ledger, rejected, _ = run(csv(run.folder, rows), "--guess")
    assert [line for line, _ in rejected] == aside
    assert all("quotes do not pair" in reason for _, reason in rejected)
    assert len(ledger.invoices) == 11 - len(aside)


def test_a_text_of_several_lines_stays_one_row(run: Run) -> None:
    texts = ['"one;\ntwo"', '"a;b;c;d;e;f;g;\nyours; truly; we; and; all; of; us;"', '"x\n\ny ""z"""']
    ledger, rejected, _ = run(csv(run.folder, [row(k, texts[k % 3]) for k in range(1, 9)]), "--guess")
    assert (len(ledger.invoices), rejected) == (8, [])


# Workbooks


def workbook(path: Path, **sheets: list[list[Any]]) -> str:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        sheet: Any = book.create_sheet(name)
        for cells in rows:
            sheet.append(cells)
    book.save(path)
    return str(path)


def test_sheets_with_the_same_column_names_are_read_and_others_are_named(run: Run) -> None:
    months = {"Jan": [COLUMNS, row(1), row(2)], "Feb": [COLUMNS, row(3)], "Notes": [["by", "me"]], "Empty": []}
    path = workbook(run.folder / "b.xlsx", **months)
    ledger, _, said = run(path, "--guess")
    assert ledger.invoices["invoice_id"].tolist() == ["1", "2", "3"]
    assert "b.xlsx#Jan: 2 rows, 2 accepted, 0 rejected" in said
    assert "b.xlsx#Feb: 1 rows, 1 accepted, 0 rejected" in said
    assert "  the sheet 'Notes' is not read; name one as 'b.xlsx#Notes'" in said
    assert "Empty" not in said
    ledger, _, said = run(f"{path}#feb", "--guess")
    assert ledger.invoices["invoice_id"].tolist() == ["3"]
    assert "not read" not in said
    assert "has no sheet 'March'; it has Jan, Feb, Notes, Empty" in run.refused(f"{path}#March", "--guess")


def test_a_sheet_behind_a_cover_is_found(run: Run) -> None:
    cover = [["Receivables"], ["of", "ACME"]]
    path = workbook(run.folder / "b.xlsx", Cover=cover, Data=[["as of today"], [], COLUMNS, row(1), row(2)])
    kept = run.folder / "kept.yaml"
    for how in (["--guess", "--write", str(kept)], ["--format", str(kept)]):
        ledger, _, said = run(path, *how)
        assert ledger.invoices["invoice_id"].tolist() == ["1", "2"]
        assert "the sheet 'Cover' is not read" in said
    assert "workbook, sheet Data, 2 rows above the column names" in " ".join(run.preview(path).split())


# Days


def test_words_among_days_of_payment_say_that_there_is_none(run: Run) -> None:
    paid = ["2024-02-01", "open", "offen", "n/a", "-", "open", "2024-02-03", "teilweise", "0000-00-00", "open"]
    path = csv(run.folder, [row(k + 1, paid=word) for k, word in enumerate(paid)])
    ledger, rejected, said = run(path, "--guess", "--write", str(run.folder / "kept.yaml"))
    assert ledger.payments["invoice_id"].tolist() == ["1", "7"]
    assert len(ledger.invoices) == 9
    assert rejected == [(9, "Paid on says 'teilweise', which is no day")]
    assert "Paid on says 'open', 'offen', 'n/a', '-' where it has no day" in " ".join(said.split())
    again, rejected, _ = run(path, "--format", str(run.folder / "kept.yaml"), out="again")
    assert (len(again.payments), [line for line, _ in rejected]) == (2, [9])


def test_a_column_of_days_that_cannot_be_read_is_named_and_a_map_reads_it(run: Run) -> None:
    paid = ["2024-02-01", "half", "half", "later", "soon", "2024-02-03", "2024-02-04", "half", "later", ""]
    path = csv(run.folder, [row(k + 1, paid=word) for k, word in enumerate(paid)])
    ledger, rejected, said = run(path, "--guess")
    assert (len(ledger.payments), rejected) == (0, [])
    assert "Paid on is called like payments.paid_on, but most of it cannot be read" in " ".join(said.split())
    ledger, rejected, _ = run(path, "--guess", "--map", "Paid on=payments.paid_on")
    assert ledger.payments["invoice_id"].tolist() == ["1", "6", "7"]
    assert [line for line, _ in rejected] == [3, 4, 5, 6, 9, 10]


def test_a_mapped_column_of_days_is_tried_however_few_can_be_read(run: Run) -> None:
    rows = [row(k) for k in range(1, 10)]
    for k in range(5):
        rows[k][3] = ["2024-02-30", "12/2024", "gestern", "2024.1", "?"][k]
    path = csv(run.folder, rows)
    assert "most of its days are not written in one known way" in run.refused(path, "--guess")
    ledger, rejected, _ = run(path, "--guess", "--map", "Invoice date=issued_on")
    assert len(ledger.invoices) == 4
    assert [line for line, _ in rejected] == [2, 3, 4, 5, 6]
    assert run.refused(path, "--guess", "--map", "Name=issued_on") == (
        "paybench: f.csv: Name holds no days for issued_on; give a column that does.\n"
    )


@pytest.mark.parametrize(
    ("zone", "day"), [(None, "2024-01-10"), ("Europe/Berlin", "2024-01-11"), ("America/New_York", "2024-01-10")]
)
def test_an_instant_is_a_day_of_the_ledgers_time_zone_wherever_it_stands(run: Run, zone: str | None, day: str) -> None:
    moment = datetime(2024, 1, 10, 23, 30, tzinfo=UTC)
    names = ["invoice_id", "customer_id", "issued_on", "due_on", "amount", "currency"]
    facts = ["1", "A", "2024-01-10T18:30:00-05:00", "2024-02-10", "5.00", "EUR"]
    (run.folder / "invoices.csv").write_text(",".join(names) + "\n" + ",".join(facts) + "\n", encoding="utf-8")
    table = {name: [fact] for name, fact in zip(names, facts, strict=True)}
    pq.write_table(pa.table(table | {"issued_on": [moment]}), run.folder / "invoices.parquet")
    with sqlite3.connect(run.folder / "b.db") as database:
        database.execute(f"create table invoices({', '.join(name + ' text' for name in names)})")
        database.execute("insert into invoices values(?,?,?,?,?,?)", facts)
    database.close()
    sources = [str(run.folder / name) for name in ("invoices.csv", "invoices.parquet")]
    more = ["--timezone", zone] if zone else []
    for source in (*sources, f"sqlite:///{run.folder / 'b.db'}"):
        ledger, _, _ = run(source, "--format", "canonical", *more)
        assert str(ledger.invoices["issued_on"].iloc[0].date()) == day
        assert ledger.time_zone == (zone or "UTC")
    for source in sources:
        ledger, _, _ = run(source, "--guess", *more)
        assert str(ledger.invoices["issued_on"].iloc[0].date()) == day


def test_there_is_no_such_time_zone(run: Run) -> None:
    path = csv(run.folder, [row(1), row(2)])
    assert "There is no time zone 'Mars/Olympus'" in run.refused(path, "--guess", "--timezone", "Mars/Olympus")


# Terms


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2/10 net 30", 30),
        ("2/10, n/30", 30),
        ("2% 10, net 30", 30),
        ("net 30, 2% 10 days", 30),
        ("14 Tage 2% Skonto, 30 Tage netto", 30),
        ("2 % Skonto bei Zahlung innerhalb 14 Tagen, netto 30 Tage", 30),
        ("2% 10 Tage, 1% 20 Tage, 30 Tage netto", 30),
        ("30 jours, escompte 2% 10 jours", 30),
        ("30 jours date de facture", 30),
        ("Bonifico 30 gg", 30),
        ("30 gg d.f.", 30),
        ("60 giorni data fattura", 60),
        ("Zahlbar sofort ohne Abzug", 0),
        ("Paiement à réception de facture", 0),
        ("NET-30", 30),
        ("30 jours fin de mois", None),
        ("net 30 EOM", None),
        ("30 gg D.F.F.M.", None),
        ("EOM", None),
        ("RB 30/60 gg", None),
        ("-5", None),
        ("2/10", None),
        ("14 Tage 2% Skonto", None),
        ("15th of next month", None),
    ],
)
def test_terms_name_the_net_days_or_nothing(text: str, days: int | None) -> None:
    assert days_of_terms(text) == days


# Packed


def _zipped(content: bytes, path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner/opos.csv", content)
        archive.writestr("__MACOSX/inner/._opos.csv", b"\0")


@pytest.mark.parametrize(
    ("name", "pack"),
    [("f.csv.gz", lambda content, path: path.write_bytes(gzip.compress(content))), ("f.zip", _zipped)],
)
def test_a_packed_file_is_guessed_like_a_plain_one(run: Run, name: str, pack: Callable[[bytes, Path], Any]) -> None:
    plain = Path(csv(run.folder, [row(k, paid="2024-02-20") for k in range(1, 8)]))
    pack(plain.read_bytes(), run.folder / name)
    expected, _, _ = run(str(plain), "--guess")
    ledger, _, _ = run(str(run.folder / name), "--guess")
    pd.testing.assert_frame_equal(settle(ledger), settle(expected))
    assert f"packed as {Path(name).suffix}" in run.preview(str(run.folder / name))


def test_a_database_is_read_by_a_kept_guess(run: Run) -> None:
    rows = [row(k) for k in range(1, 8)]
    path, kept = csv(run.folder, rows), str(run.folder / "kept.yaml")
    expected, _, _ = run(path, "--guess", "--write", kept)
    with sqlite3.connect(run.folder / "b.db") as database:
        pd.DataFrame(rows, columns=COLUMNS).to_sql("items", database, index=False)
    database.close()
    url = f"sqlite:///{run.folder / 'b.db'}"
    with pytest.raises(SystemExit):
        main(["ledger", "import", url, "--guess"])
    assert "export" in run.capsys.readouterr().err
    ledger, _, _ = run(url, "--format", kept)
    pd.testing.assert_frame_equal(settle(ledger), settle(expected))


# What looks like something else


def test_whole_amounts_of_five_digits_beside_zeros_are_no_days(run: Run) -> None:
    rows = [row(k) for k in range(1, 9)]
    for k, line in enumerate(rows):
        line[5] = "0" if k == 3 else str(25_000 + k)
    ledger, rejected, _ = run(csv(run.folder, rows), "--guess")
    assert ledger.invoices["amount"].tolist() == [25_000.0 + k for k in range(8) if k != 3]
    assert [line for line, _ in rejected] == [5]


def test_a_credit_note_of_the_day_of_payment_is_not_what_paid(run: Run) -> None:
    rows = [row(k, paid="2024-02-20" if k < 4 else "") for k in range(1, 8)]
    rows += [[f"G{k}", *line[1:5], "-0.25", "EUR", "2024-02-20"] for k, line in enumerate(rows[:3])]
    ledger, _, _ = run(csv(run.folder, rows), "--guess")
    # The payments of the invoices are not in the file; the day says that there were some.
    assert ledger.payments["kind"].value_counts().to_dict() == {"payment": 3, "credit_note": 3}
    assert settle(ledger)["settled_on"].notna().sum() == 3
