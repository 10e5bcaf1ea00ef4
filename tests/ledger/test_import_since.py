"""A book read day by day from its database is the book read at once."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from paybench.ledger.book import Ledger
from paybench.ledger.readers.importer import import_files, write_import
from paybench.ledger.schema import TABLES
from paybench.ledger.store import data_hash, read_ledger
from tests.ledger.databases import fill, sqlite
from tests.ledger.exports import IBM, IBM_ROWS, conserves
from tests.strategies import ledgers


def split(ledger: Ledger, day: pd.Timestamp) -> Ledger:
    """What a database held that knew nothing dated, recorded or closed on the day or later."""
    tables = {}
    for name, spec in TABLES.items():
        rows = ledger.table(name)
        events = [column for column in (spec.dated, "recorded_on") if column]
        rows = rows[~(rows[events] >= day).any(axis=1)].copy()
        if "closed_on" in rows:
            rows.loc[rows["closed_on"] >= day, "closed_on"] = pd.NaT
        tables[name] = rows.reset_index(drop=True)
    return ledger.with_tables(tables)


@settings(max_examples=max(8, settings().max_examples // 5))  # each of them is imported four times
@given(ledgers(corrections=True), st.integers(0, 400))
def test_what_came_since_a_day_makes_the_whole_ledger(ledger: Ledger, ahead: int) -> None:
    assume(len(ledger.invoices) > 1)
    day = ledger.invoices["issued_on"].min() + pd.Timedelta(days=ahead)
    earlier = split(ledger, day)
    assume(len(earlier.invoices) > 0)
    with tempfile.TemporaryDirectory() as folder:
        engine, url = sqlite(folder)
        fill(engine, earlier)
        first = import_files(url, "canonical").ledger
        fill(engine, ledger)
        whole = import_files(url, "canonical").ledger
        merged = import_files(url, "canonical", since=day, into=first)
        again = import_files(url, "canonical", since=day, into=merged.ledger).ledger
    conserves(merged)
    # What was there and what came since is what a whole import reads; and once more changes nothing.
    assert data_hash(merged.ledger) == data_hash(whole)
    assert data_hash(again) == data_hash(whole)


def test_since_a_day_follows_numbers_that_several_invoices_bear(server: str, tmp_path: Path) -> None:
    engine = sa.create_engine(server, poolclass=sa.pool.NullPool)
    day = "2024-03-01"
    early = [("7", "A", "2024-01-01", 10.0), ("8#1", "A", "2024-01-05", 60.0), ("8#2", "A", "2024-01-05", 40.0)]
    late = [*early, ("7", "B", "2024-03-01", 20.0)]
    paid = [("p", "B", "7", "2024-02-01", 5.0), ("q", "A", "8", "2024-02-01", 70.0), ("q", "A", "7", "2024-02-01", 1.0)]

    def book(invoices: list[Any], payments: list[Any]) -> Ledger:
        rows = pd.DataFrame(invoices, columns=["invoice_id", "customer_id", "issued_on", "amount"])
        due = pd.to_datetime(rows["issued_on"]) + pd.to_timedelta(rows["invoice_id"].str[-1].astype(int), unit="D")
        parent = rows["invoice_id"].str.extract("(.*)#")[0]
        money = pd.DataFrame(payments, columns=["payment_id", "customer_id", "invoice_id", "paid_on", "amount"])
        return Ledger.of(
            invoices=rows.assign(due_on=due, parent_id=parent, currency="EUR"),
            payments=money.assign(currency="EUR", kind="payment"),
        )

    fill(engine, book(early, paid))
    first = import_files(server, "canonical").ledger
    fill(engine, book(late, [*paid, ("r", "A", "8", "2024-03-02", 25.0)]))
    write_import(import_files(server, "canonical", since=day, into=first), tmp_path / "book")
    merged, whole = read_ledger(tmp_path / "book"), import_files(server, "canonical").ledger
    # B's invoice came late and got a suffix; B's payment, which stood at A's, follows it.
    assert dict(zip(merged.payments["payment_id"], merged.payments["invoice_id"], strict=True)) == {
        "p": "7~2", "q#1": "8#1", "q#2": "8#2", "q~2": "7", "r": "8#2",
    }  # fmt: skip
    assert data_hash(merged) == data_hash(whole)


def test_what_is_corrected_in_place_is_replaced_and_old_versions_stay(tmp_path: Path) -> None:
    engine, url = sqlite(tmp_path)
    columns = "invoice_id, customer_id, issued_on, due_on, amount, currency, recorded_on"
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE Invoices ({columns})"))
        connection.execute(
            sa.text("INSERT INTO Invoices VALUES ('1', 'A', '2024-01-01', '2024-01-31', 10, 'EUR', NULL)")
        )
    first = import_files(url, "canonical").ledger
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE Invoices SET amount = 12, recorded_on = '2024-02-01'"))
    merged = import_files(url, "canonical", since="2024-02-01", into=first)
    # The database forgot what it said before; the ledger did not.
    assert merged.ledger.invoices["amount"].tolist() == [10, 12]
    assert merged.ledger.invoices["recorded_on"].isna().tolist() == [True, False]
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE Invoices SET amount = 13"))
    again = import_files(url, "canonical", since="2024-02-01", into=merged.ledger)
    assert again.ledger.invoices["amount"].tolist() == [10, 13]
    # The account says what of the ledger before was replaced.
    before: Any = again.summary["files"][0]
    assert (before["file"], before["rows"]["accepted"], before["passed_over"]) == ("the ledger before: invoices", 1, 1)


def test_a_flat_table_since_a_day(tmp_path: Path) -> None:
    engine, url = sqlite(tmp_path)
    rows = pd.DataFrame([row.split(",") for row in IBM_ROWS], columns=IBM.split(","))
    dates = ["InvoiceDate", "DueDate", "SettledDate"]
    rows[dates] = rows[dates].apply(lambda column: pd.to_datetime(column, format="%m/%d/%Y"))
    later = rows.copy()
    rows.loc[rows["SettledDate"] >= "2013-02-01", "SettledDate"] = pd.NaT
    kinds = dict.fromkeys(dates, sa.Date())
    rows[rows["InvoiceDate"] < "2013-02-01"].to_sql("receivables", engine, index=False, dtype=kinds)
    pd.DataFrame({"note": ["another table"]}).to_sql("aaa", engine, index=False)
    first = import_files(url, "ibm").ledger
    later.to_sql("receivables", engine, index=False, if_exists="replace", dtype=kinds)
    merged = import_files(url, "ibm", since="2013-02-01", into=first)
    whole = import_files(url, "ibm")
    # The table is found by its columns, and payments and disputes come with the invoices that they are told with.
    assert data_hash(merged.ledger) == data_hash(whole.ledger)
    assert (len(first.payments), len(merged.ledger.payments)) == (2, 3)
