"""Databases: a book's tables in SQLite and in a PostgreSQL server are the book, at once or day by day."""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from paybench.cli import main
from paybench.errors import PaybenchError
from paybench.ledger.book import Ledger
from paybench.ledger.readers.importer import import_files
from paybench.ledger.store import data_hash, read_ledger
from tests.ledger.databases import fill, others, sqlite
from tests.ledger.exports import GOOD, IBM, IBM_ROWS, INVOICES, conserves
from tests.strategies import ledgers


@settings(max_examples=max(8, settings().max_examples // 5))
@given(ledgers(corrections=False), st.booleans())
def test_a_drawn_ledger_comes_back_from_sqlite(ledger: Ledger, as_text: bool) -> None:
    assume(len(ledger.invoices) > 0)
    with tempfile.TemporaryDirectory() as folder:
        engine, url = sqlite(folder)
        fill(engine, ledger, as_text)
        result = import_files(url, "canonical", name=ledger.name, **others(ledger))
    conserves(result)
    # Nothing is rejected, and every value of every table is what it was.
    assert result.rejected.empty
    assert data_hash(result.ledger) == data_hash(ledger)


def test_a_server_says_what_its_tables_hold(server: str, drawn: Ledger) -> None:
    engine = sa.create_engine(server, poolclass=sa.pool.NullPool)
    for as_text in (False, True):
        fill(engine, drawn, as_text)
        result = import_files(server, "canonical", name=drawn.name, **others(drawn))
        assert result.rejected.empty
        assert data_hash(result.ledger) == data_hash(drawn)
    # The server knows no such user, and the password stays where it was.
    with pytest.raises(PaybenchError, match="cannot be read .* see that it runs") as caught:
        import_files(server.replace("postgres:", "nobody:"), "canonical")
    assert "h0use" not in str(caught.value)


@pytest.fixture(scope="module")
def drawn() -> Ledger:
    from paybench.simulate import simulate

    return simulate(12, 6, seed=5, truth="none").ledger


def test_a_view_in_another_schema_is_read_by_a_format_of_ones_own(server: str, tmp_path: Path) -> None:
    with sa.create_engine(server, poolclass=sa.pool.NullPool).begin() as connection:
        connection.execute(sa.text("CREATE SCHEMA IF NOT EXISTS sales"))
        said = "'NA' AS \"NR\", 1.5 AS total, TIMESTAMPTZ '2024-01-01 23:30+00' AS issued, 20240201 AS due"
        connection.execute(sa.text(f"CREATE OR REPLACE VIEW sales.documents AS SELECT {said}"))
    own = tmp_path / "own.yaml"
    own.write_text(
        "title: own\nsource: made up for this test\ntested: false\ndates: '%Y%m%d'\nfiles:\n"
        "  - name: documents\n    needed: true\n    table: sales.documents\n"
        "    rows: [{table: invoices, columns: {invoice_id: Nr, customer_id: {value: A}, issued_on: Issued,\n"
        "      due_on: Due, amount: Total, currency: {value: EUR}}}]\n",
        encoding="utf-8",
    )
    invoices = import_files(server, own, time_zone="Europe/Berlin").ledger.invoices
    # Columns are found in large and small letters, an instant is a day of the ledger's time zone, and a number may be
    # a day in the format's pattern.
    assert invoices[["invoice_id", "amount"]].to_numpy().tolist() == [["NA", 1.5]]
    assert invoices["issued_on"].tolist() == [pd.Timestamp("2024-01-02")]
    assert invoices["due_on"].tolist() == [pd.Timestamp("2024-02-01")]


def test_the_command_reads_a_database_and_says_no_password(
    server: str, drawn: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(sa.create_engine(server, poolclass=sa.pool.NullPool), drawn)
    out = tmp_path / "book"
    assert main(["ledger", "import", server, "--format", "canonical", "--out", str(out)]) == 0
    assert main(["ledger", "import", server, "--format", "canonical", "--out", str(out), "--since", "2024-03-01"]) == 0
    said = capsys.readouterr()
    report = (out / "import.json").read_text(encoding="utf-8")
    assert json.loads(report)["since"] == "2024-03-01"
    assert read_ledger(out).invoices["invoice_id"].is_unique
    for text in (said.out, said.err, report, (out / "rejected.csv").read_text(encoding="utf-8-sig")):
        assert "h0use" not in text


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite:///nowhere.db", "There is no database file nowhere.db"),
        ("postgresql://me:h0use@127.0.0.1:1/book", r"postgresql://127.0.0.1:1/book cannot be read \(.+\); see that"),
        ("oracle://me:h0use@host/book", r"No driver for oracle is installed; 'paybench\[workbench\]' brings"),
        ("fairy://me:h0use@host/book", "No driver for fairy is installed"),
        ("postgresql:/me:h0use@host/book", "The address of the database cannot be understood"),
        ("postgresql://me:h0use@host:port/book", "The address of the database cannot be understood; write it like"),
    ],
)
def test_a_database_that_cannot_be_read_is_told_without_its_password(url: str, message: str) -> None:
    with pytest.raises(PaybenchError, match=message) as caught:
        import_files(url, "canonical")
    assert "h0use" not in str(caught.value)


def test_what_cannot_be_asked_of_a_database_is_told(tmp_path: Path, drawn: Ledger) -> None:
    engine, url = sqlite(tmp_path)
    pd.DataFrame({"x": [1]}).to_sql("orders", engine, index=False)
    with pytest.raises(PaybenchError, match=r"has no table or view of the format 'canonical' called invoices; it has"):
        import_files(url, "canonical")
    with pytest.raises(PaybenchError, match="called .*; it has orders"):
        import_files(url, "ibm")
    with pytest.raises(PaybenchError, match="2 files and databases were given; import one database"):
        import_files([url, url], "canonical")
    with pytest.raises(PaybenchError, match="Only a database can be asked for rows since a day"):
        import_files(tmp_path, "canonical", since="2024-01-01", into=drawn)
    with pytest.raises(PaybenchError, match="give both, the ledger and since, or neither"):
        import_files(url, "canonical", since="2024-01-01")
    pd.DataFrame([IBM_ROWS[0].split(",")], columns=IBM.split(",")).to_sql("flat", engine, index=False)
    with pytest.raises(PaybenchError, match=r"holds days as text that does not sort \(%-m/%-d/%Y\), so --since"):
        import_files(url, "ibm", since="2024-01-01", into=drawn)
    own = tmp_path / "own.yaml"
    own.write_text(
        "title: own\nsource: made up for this test\ntested: false\nfiles:\n  - name: orders\n"
        "    rows: [{table: invoices, instalments: true, columns: {invoice_id: x, customer_id: x, issued_on: x,\n"
        "      due_on: x, amount: x, currency: {value: EUR}}}]\n",
        encoding="utf-8",
    )
    with pytest.raises(PaybenchError, match="The format 'own' finds out what belongs together from all rows at once"):
        import_files(url, own, since="2024-01-01", into=drawn)


def test_a_query_stands_for_a_table(tmp_path: Path) -> None:
    engine, url = sqlite(tmp_path)
    pd.DataFrame({"nr": ["1", "2"], "total": [5, -1], "day": ["2024-01-01"] * 2}).to_sql("docs", engine, index=False)
    own = tmp_path / "own.yaml"
    own.write_text(
        "title: own\nsource: made up for this test\ntested: false\nfiles:\n"
        "  - name: documents\n    needed: true\n    query: SELECT nr, total, day FROM docs WHERE total > 0;\n"
        "    rows: [{table: invoices, columns: {invoice_id: NR, customer_id: {value: A}, issued_on: day, due_on: day,\n"
        "      amount: total, currency: {value: EUR}}}]\n",
        encoding="utf-8",
    )
    result = import_files(url, own)
    assert result.ledger.invoices["invoice_id"].tolist() == ["1"]
    merged = import_files(url, own, since="2024-01-01", into=result.ledger)
    assert data_hash(merged.ledger) == data_hash(result.ledger)


_VALUES = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.text(max_size=6), st.binary(max_size=4),
    st.sampled_from(["2024-01-31", "2024-02-30 00:00:00", "EUR", 1.5, 20240131]),
)  # fmt: skip


@given(st.lists(st.lists(_VALUES, min_size=6, max_size=6), max_size=8), st.booleans())
def test_whatever_stands_in_a_table_is_accepted_or_rejected(rows: list[list[Any]], typed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _, url = sqlite(folder)
        connection = sqlite3.connect(Path(folder, "book.db"))
        kinds = ("TEXT", "TEXT", "DATE", "DATETIME", "NUMERIC", "TEXT") if typed else ("",) * 6
        columns = ", ".join(f"{name} {kind}" for name, kind in zip(INVOICES.split(","), kinds, strict=True))
        connection.execute(f"CREATE TABLE invoices ({columns})")
        connection.executemany("INSERT INTO invoices VALUES (?, ?, ?, ?, ?, ?)", [GOOD.split(","), *rows])
        connection.commit()
        connection.close()
        result = import_files(url, "canonical")
    conserves(result)
    counts: Any = result.summary["files"][0]["rows"]
    assert (counts["read"], counts["accepted"]) == (len(rows) + 1, len(result.ledger.invoices))


def test_what_the_base_install_lacks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(PaybenchError, match=r"needs SQLAlchemy, which the base install leaves out: pip install 'payb"):
        import_files("sqlite:///book.db", "canonical")
    (tmp_path / "invoices.xlsx").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(PaybenchError, match=r"needs openpyxl, which the base install leaves out: .* or save the sheet"):
        import_files(tmp_path, "canonical")


def test_a_guess_at_a_database_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["ledger", "import", "postgresql://me:h0use@host/book", "--guess"])
    said = capsys.readouterr().err
    assert (caught.value.code, "read a database by a --format" in said, "h0use" in said) == (2, True, False)


def test_since_a_day_needs_a_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["ledger", "import", "sqlite:///book.db", "--format", "canonical", "--since", "2024-01-01"]
    assert main([*arguments, "--out", str(tmp_path / "none")]) == 1
    assert "There is no ledger at" in capsys.readouterr().err
