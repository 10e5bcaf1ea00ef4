"""The same rows in files of every kind are the same ledger, with the same account of each row."""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import lzma
import tempfile
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given

from paybench.errors import PaybenchError
from paybench.ledger.book import Ledger
from paybench.ledger.readers.importer import import_files
from paybench.ledger.schema import TABLES
from paybench.ledger.store import data_hash, write_ledger
from tests.ledger.exports import GOOD, INVOICES, PAYMENTS, conserves, in_table, reasons, same_tables, write
from tests.strategies import ledgers

ROWS = [
    GOOD,
    "00123,NA,2024-01-02,2024-02-01,1234.5678,EUR",
    "3,B,2024-01-03,2024-01-02,5,EUR",
    "4,B,2024-02-30,2024-03-31,5,EUR",
    "5,Größe,2024-02-29,2024-03-31,0.07,USD",
]


def workbook(path: Path, rows: list[list[Any]], title: str = "Sheet", others: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for other in others:
        book.create_sheet(other)
    book.save(path)
    return path


def _zip(content: bytes, path: Path, inner: str = "invoices.csv") -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(inner, content)


PACKED: dict[str, Callable[[bytes, Path], Any]] = {
    "invoices.csv": lambda content, path: path.write_bytes(content),
    "INVOICES.CSV.gz": lambda content, path: path.write_bytes(gzip.compress(content)),
    "invoices.csv.bz2": lambda content, path: path.write_bytes(bz2.compress(content)),
    "invoices.csv.xz": lambda content, path: path.write_bytes(lzma.compress(content)),
    "invoices.csv.zip": _zip,
    "invoices.zip": _zip,
    "export 2024.zip": _zip,
}
ENCODED = {
    "utf-8 with a mark": "utf-8-sig",
    "utf-16 with a mark": "utf-16",
}


@pytest.mark.parametrize("name", PACKED)
def test_a_packed_file_is_what_is_in_it(tmp_path: Path, name: str) -> None:
    content = "\n".join([INVOICES, *ROWS, ""]).encode()
    PACKED[name](content, tmp_path / name)
    # By its own name and by its folder, it gives the rows and the reasons that the plain file gives.
    for given_path in (tmp_path / name, tmp_path):
        result = import_files(given_path, "canonical")
        conserves(result)
        assert result.ledger.invoices["invoice_id"].tolist() == ["1", "00123", "5"]
        assert reasons(result) == {
            4: "it is due before it was issued",
            5: "issued_on is not a date of the calendar written like 2025-12-31",
        }


@pytest.mark.parametrize("encoding", ENCODED.values(), ids=list(ENCODED))
def test_a_mark_says_how_the_file_is_encoded(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "invoices.csv").write_bytes("\n".join([INVOICES, *ROWS]).encode(encoding))
    assert import_files(tmp_path, "canonical").ledger.invoices["customer_id"].tolist() == ["A", "NA", "Größe"]


@given(ledgers(corrections=False))
def test_a_drawn_ledger_comes_back_from_its_own_parquet_files(ledger: Ledger) -> None:
    assume(len(ledger.invoices) > 0)
    with tempfile.TemporaryDirectory() as folder:
        write_ledger(ledger, Path(folder, "book"))
        result = import_files(Path(folder, "book"), "canonical")
    assert result.rejected.empty
    same_tables(ledger, result.ledger)


def test_a_workbook_holds_dates_and_numbers_as_excel_does(tmp_path: Path) -> None:
    day = dt.datetime
    workbook(
        tmp_path / "invoices.xlsx",
        [
            [*INVOICES.split(","), "unit"],
            [123, "A", day(2024, 1, 1), dt.date(2024, 1, 31), 357.79999999999995, "eur", 7],
            ["00123", "None", "2024-01-01", 45322, "10.50", "EUR", "007"],
            [],
            [124.0, "B", day(2024, 1, 1, 13, 30), day(2024, 1, 31), Decimal("0.07"), "EUR", None],
            ["125", "B", "01.02.2024", day(2024, 2, 1), 5, "EUR", None],
            ["126", "B", day(2024, 1, 1), day(2024, 2, 1), 1.00005, "EUR", None],
            ["127", "B", day(2024, 1, 1), day(2024, 2, 1), 5, "EUR", None, "beside"],
            ["128", "#REF!", day(2024, 1, 1), day(2024, 2, 1), 5, "EUR", None],
            ["129", "B", 20240101, day(2024, 2, 1), 5, "EUR", None],
        ],
        others=("notes",),
    )
    result = import_files(tmp_path, "canonical")
    conserves(result)
    invoices = result.ledger.invoices
    # Text stays as it is, a number is its digits, a date is a day; a number among dates is a day as Excel counts.
    assert invoices["invoice_id"].tolist() == ["123", "00123", "124"]
    assert invoices["customer_id"].tolist() == ["A", "None", "B"]
    assert (invoices["issued_on"] == pd.Timestamp("2024-01-01")).all()
    assert invoices["due_on"].tolist() == [pd.Timestamp("2024-01-31")] * 3
    # What a sum of floats leaves behind the fourth decimal is no part of the amount.
    assert in_table(invoices) == {"EUR": Decimal("368.3700")}
    assert invoices["unit"].tolist()[:2] == ["7", "007"]
    assert reasons(result) == {
        6: "issued_on is not a date of the calendar written like 2025-12-31",
        7: "amount is not an amount written like 1234.56",
        8: "it has a value to the right of the 7 columns that have a name",
        9: "it contains the error #REF! of a formula",
        10: "issued_on is not a date of the calendar written like 2025-12-31",
    }


def test_a_workbook_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    file = tmp_path / "invoices.xlsx"
    file.write_bytes(b"PK\3\4 no workbook")
    with pytest.raises(PaybenchError, match=r"invoices.xlsx cannot be read as a workbook \(.*\); save it again"):
        import_files(file, "canonical")
    workbook(file, [[None], ["x"]])
    with pytest.raises(PaybenchError, match="is empty or does not begin with a line of column names"):
        import_files(file, "canonical")
    (tmp_path / "invoices.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(PaybenchError, match="is a workbook of the old kind; save it as .xlsx or .csv"):
        import_files(tmp_path / "invoices.xls", "canonical")


def test_a_format_of_your_own_names_the_sheet_and_how_days_are_counted(tmp_path: Path) -> None:
    own = tmp_path / "mine.yaml"
    own.write_text(
        "title: mine\nsource: made up for this test\ntested: false\ndates: excel\nfiles:\n"
        '  - {name: "*", needed: true, sheet: Items, aliases: {Nr: [Number]}, rows: [{table: invoices, columns: {\n'
        "      invoice_id: Nr, customer_id: Who, issued_on: From, due_on: To, amount: Sum,\n"
        "      currency: {value: EUR}}}]}\n",
        encoding="utf-8",
    )
    rows = [["Number", "Who", "From", "To", "Sum"], ["1", "A", "45292", "45292.0", "5"], ["2", "A", "45292", "60", "5"]]
    book = openpyxl.load_workbook(workbook(tmp_path / "book.xlsx", [["nothing"]], others=("Items",)))
    for row in rows:
        book["Items"].append(row)
    book.save(tmp_path / "book.xlsx")
    result = import_files(tmp_path / "book.xlsx", own)
    assert result.ledger.name == "mine"
    assert result.ledger.invoices["due_on"].tolist() == [pd.Timestamp("2024-01-01")]
    # Before March 1900 Excel's days are not the calendar's.
    assert reasons(result) == {3: "To is not a date of the calendar written like 46022"}
    with pytest.raises(PaybenchError, match=r"has no sheet 'Items'; it has Sheet"):
        import_files(workbook(tmp_path / "other.xlsx", rows), own)
    with pytest.raises(PaybenchError, match=r"There is no format file .*none.yaml; give the path of one"):
        import_files(tmp_path / "book.xlsx", tmp_path / "none.yaml")


def test_parquet_of_other_programs(tmp_path: Path) -> None:
    instant = pd.Timestamp("2024-01-01 23:30", tz="UTC")
    table = pa.table(
        {
            "invoice_id": pa.array([1.0, 2.0, None]),
            "customer_id": pa.array(["NA", "B", "C"]).dictionary_encode(),
            "issued_on": pa.array([instant, instant, instant]),
            "due_on": pa.array(["2024-02-01"] * 3),
            "amount": pa.array([0.1 + 0.2, float("nan"), 1.0]),
            "currency": pa.array(["EUR"] * 3),
        }
    )
    pq.write_table(table, tmp_path / "invoices.parquet")
    result = import_files(tmp_path, "canonical", time_zone="Europe/Berlin")
    # Numbers that pandas made floats of are whole again; an instant is a day of the ledger's time zone.
    assert result.ledger.invoices["invoice_id"].tolist() == ["1"]
    assert result.ledger.invoices["issued_on"].tolist() == [pd.Timestamp("2024-01-02")]
    assert in_table(result.ledger.invoices) == {"EUR": Decimal("0.3000")}
    assert reasons(result) == {2: "amount is empty", 3: "invoice_id is empty"}
    pq.write_table(pa.table({"invoice_id": [["1"]]}), tmp_path / "invoices.parquet")
    with pytest.raises(PaybenchError, match="cannot be read as Parquet .column invoice_id holds list"):
        import_files(tmp_path, "canonical")


def test_what_cannot_be_unpacked_is_told(tmp_path: Path) -> None:
    for name in ("invoices.csv.gz", "invoices.csv.bz2", "invoices.csv.xz", "invoices.csv.zip", "invoices.parquet"):
        (tmp_path / name).write_bytes(b"\x1f\x8bnothing")
        with pytest.raises(PaybenchError, match=rf"{name} cannot be (unpacked|read as Parquet) \(.+\); "):
            import_files(tmp_path / name, "canonical")
    with zipfile.ZipFile(tmp_path / "invoices.zip", "w") as archive:
        archive.writestr("invoices.csv", INVOICES)
        archive.writestr("payments.csv", PAYMENTS)
    with pytest.raises(PaybenchError, match="invoices.zip holds 2 files, and one is expected"):
        import_files(tmp_path / "invoices.zip", "canonical")
    with pytest.raises(PaybenchError, match="There is no time zone 'Berlin'"):
        import_files(write(tmp_path, invoices=[INVOICES, GOOD]), "canonical", time_zone="Berlin")


def test_files_of_several_kinds_are_one_export(tmp_path: Path) -> None:
    write(tmp_path, payments=[PAYMENTS, "p,A,1,2024-02-01,10,EUR,payment"])
    workbook(tmp_path / "invoices.xlsx", [INVOICES.split(","), *(row.split(",") for row in ROWS)])
    result = import_files(tmp_path, "canonical")
    plain = tmp_path / "plain"
    plain.mkdir()
    write(plain, invoices=[INVOICES, *ROWS], payments=[PAYMENTS, "p,A,1,2024-02-01,10,EUR,payment"])
    assert data_hash(result.ledger) == data_hash(import_files(plain, "canonical").ledger)
    assert set(result.summary["tables"]) == set(TABLES)
