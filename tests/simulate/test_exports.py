"""Messy exports: the list of faults is right and complete, and readers that are given both can be measured on them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.ledger import Ledger, settle
from paybench.ledger.readers.importer import import_files
from paybench.simulate import simulate
from paybench.simulate.exports import FAULTS_FILE, LAYOUTS, write_export
from paybench.simulate.exports.quickbooks import QUICKBOOKS_FILE, display_names
from paybench.simulate.exports.sap import SAP_FILE
from tests.ledger.exports import conserves

FILES = {"sap": SAP_FILE, "quickbooks": QUICKBOOKS_FILE}
HEADER = {"sap": 1, "quickbooks": 5}
"""The line of the column names."""


@dataclass
class Naive:
    """A file as a simple program reads it: line -> cells of the record that begins there, and its text."""

    columns: list[str]
    cells: dict[int, list[str]]
    text: dict[int, str]


def read(file: Path, header: int) -> Naive:
    content = file.read_bytes().decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    lines = list(io.StringIO(content, newline=""))
    reader = csv.reader(lines)
    cells: dict[int, list[str]] = {}
    text: dict[int, str] = {}
    at = 0
    for record in reader:
        if record:
            cells[at + 1], text[at + 1] = record, "".join(lines[at : reader.line_num]).removesuffix("\r\n")
        at = reader.line_num
    below = {line: record for line, record in cells.items() if line > header}
    return Naive(cells[header], below, text)


def printable(text: str) -> str:
    """As the list writes bytes that are no text."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def listed(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / FAULTS_FILE, keep_default_na=False, dtype={"line": int}, encoding="utf-8")


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return simulate(60, 12, 3).ledger


@pytest.fixture(scope="module")
def exports(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders ``sap``, ``quickbooks``, and ``sap-clean``, ``quickbooks-clean`` without faults."""
    folder = tmp_path_factory.mktemp("exports")
    for layout in LAYOUTS:
        write_export(ledger, folder / layout, layout, seed=1)
        write_export(ledger, folder / f"{layout}-clean", layout, faults=False)
    return folder


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_listed_stands_there(exports: Path, layout: str) -> None:
    file, faults = exports / layout / FILES[layout], listed(exports / layout)
    naive = read(file, HEADER[layout])
    for fault in faults.itertuples():
        # The cell, the record or the mark that the list names is in the file, at that line.
        if fault.column == "(file)":
            assert file.read_bytes().startswith(b"\xef\xbb\xbf")
        elif fault.column == "(row)":
            assert printable(naive.text[fault.line]) == fault.stands
        else:
            assert printable(naive.cells[fault.line][naive.columns.index(fault.column)]) == fault.stands
            assert fault.stands != fault.true
    # A row bears at most one fault, and all have a file and one of four wishes.
    assert (faults.groupby("line")["fault"].nunique() == 1).all()
    assert set(faults["file"]) == {file.name}
    assert set(faults["wanted"]) == {"keep", "repair", "set aside", "flag"}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_faults_undone_leave_the_file_without_faults(exports: Path, layout: str) -> None:
    naive = read(exports / layout / FILES[layout], HEADER[layout])
    clean = read(exports / f"{layout}-clean" / FILES[layout], HEADER[layout])
    cells = dict(naive.cells)
    for fault in listed(exports / layout).itertuples():
        if fault.column == "(row)":
            del cells[fault.line]
        elif fault.column != "(file)":
            cells[fault.line][naive.columns.index(fault.column)] = str(fault.true)
    # With every listed cell set right and every listed row taken out, the records are those of the clean file.
    assert list(cells.values()) == list(clean.cells.values())
    assert naive.columns == clean.columns
    # A clean file lists nothing.
    assert listed(exports / f"{layout}-clean").empty


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_small_book_has_every_fault_of_its_layout(exports: Path, layout: str) -> None:
    everywhere = {
        *("byte_order_mark", "name_like_missing", "repeated_row", "other_state", "number_of_another_customer"),
        *("european_decimals", "parentheses", "trailing_minus", "negative_amount", "zero_amount", "text_in_amount"),
        *("excel_serial_date", "impossible_date", "missing_due_date", "due_before_issue", "future_payment"),
        *("latin_1", "nul_byte", "line_break", "trailing_spaces", "currency_in_lower_case", "repeated_header"),
        "leading_zeros",
    }
    # QuickBooks has no number beside a customer's name; its totals are no fault.
    only = {"sap": {"zeros_lost", "name_changed", "total_row"}, "quickbooks": set[str]()}
    faults = listed(exports / layout)
    assert set(faults["fault"]) == everywhere | only[layout]
    # Customers called like nothing are called so in each of their rows.
    called = faults[(faults["fault"] == "name_like_missing") & faults["column"].str.contains("name")]
    assert set(called["stands"]) == {"NA", "None", "Null"}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_seed_gives_the_same_bytes(exports: Path, ledger: Ledger, tmp_path: Path, layout: str) -> None:
    returned = write_export(ledger, tmp_path / "again", layout, seed=1)
    write_export(ledger, tmp_path / "other", layout, seed=2)
    for name in (FILES[layout], FAULTS_FILE):
        first = (exports / layout / name).read_bytes()
        assert (tmp_path / "again" / name).read_bytes() == first
        assert (tmp_path / "other" / name).read_bytes() != first
    # What is returned is what is written.
    assert returned.astype("str").to_numpy().tolist() == listed(exports / layout).astype("str").to_numpy().tolist()


def date(pattern: str) -> Callable[[str], Any]:
    return lambda text: pd.Timestamp(datetime.strptime(text, pattern)) if text else pd.NaT


def test_unlisted_rows_of_sap_are_the_ledgers(exports: Path, ledger: Ledger) -> None:
    naive, faults = read(exports / "sap" / SAP_FILE, 1), listed(exports / "sap")
    rows = [dict(zip(naive.columns, cells, strict=True)) for line, cells in naive.cells.items()]
    told = [row for row, line in zip(rows, naive.cells, strict=True) if line not in set(faults["line"])]
    state = settle(ledger).set_index("invoice_id")
    names = ledger.customers.set_index("customer_id")["name"]
    assert len(told) > 0.8 * len(state)
    for row in told:
        true = state.loc[row["doc_id"]]
        closed = true["settled_on"] if pd.notna(true["settled_on"]) else true["written_off_on"]
        # Customer, name, currency, amount and days are the ledger's; open is what nothing has closed.
        assert (row["cust_number"], row["invoice_currency"]) == (true["customer_id"], true["currency"])
        assert row["name_customer"] == names[true["customer_id"]]
        assert float(row["total_open_amount"]) == true["amount"]
        assert date("%Y%m%d.0")(row["due_in_date"]) == true["due_on"]
        assert {date("%Y%m%d.0")(row["baseline_create_date"]), date("%Y-%m-%d")(row["posting_date"])} == {
            true["issued_on"]
        }
        cleared = date("%Y-%m-%d 00:00:00")(row["clear_date"])
        assert cleared == closed or (pd.isna(cleared) and pd.isna(closed))
        assert row["isOpen"] == ("1" if pd.isna(closed) else "0")
    # No invoice is missing: what is not told without a fault is listed.
    cells = faults[faults["column"] != "(row)"]["line"]
    assert len(told) + cells[cells > 1].nunique() == len(state)


def test_unlisted_rows_of_quickbooks_are_the_ledgers(exports: Path, ledger: Ledger) -> None:
    naive, faults = read(exports / "quickbooks" / QUICKBOOKS_FILE, 5), listed(exports / "quickbooks")
    rows = {line: dict(zip(naive.columns, cells, strict=True)) for line, cells in naive.cells.items()}
    told = [row for line, row in rows.items() if line not in set(faults["line"]) and row["Date"]]
    names = display_names(ledger)
    state, paid = settle(ledger), ledger.payments

    def of(kind: str) -> list[tuple[Any, ...]]:
        return [
            (
                row["Num"],
                row["Customer full name"],
                *(date("%m/%d/%Y")(row[column]) for column in ("Date", "Due date")),
                *(float(row[column].replace(",", "")) for column in ("Amount", "Open balance")),
                row["Currency"],
                row["Memo/Description"],
            )
            for row in told
            if row["Transaction type"] == kind
        ]

    # Invoices: number, name, days, amount, what is open of it, currency.
    invoices = {
        (r.invoice_id, names[r.customer_id], r.issued_on, r.due_on, r.amount, r.amount_open, r.currency, "")
        for r in state.itertuples()
    }
    assert len(of("Invoice")) > 0.8 * len(state)
    assert set(of("Invoice")) <= invoices
    # Payments: name, day, amount, invoice; nothing is open of them.
    cash = paid[(paid["kind"] == "payment") & (paid["amount"] > 0)]
    payments = {(names[r.customer_id], r.paid_on, r.amount, f"Invoice {r.invoice_id}") for r in cash.itertuples()}
    assert {(row[1], row[2], row[4], row[7]) for row in of("Payment")} <= payments
    assert len(of("Payment")) > 0.8 * len(cash)
    assert {row[5] for row in of("Payment")} == {0.0}
    # Credit notes and write-offs are below zero, and tell themselves apart by the memo.
    bad = {"credit_note": "", "write_off": "Bad debt, "}
    credits = paid[paid["kind"].isin(list(bad)) & (paid["amount"] > 0)]
    memos = {
        (r.payment_id, names[r.customer_id], r.paid_on, -r.amount, f"{bad[r.kind]}Invoice {r.invoice_id}")
        for r in credits.itertuples()
    }
    assert of("Credit Memo")
    assert {(*row[:3], row[4], row[7]) for row in of("Credit Memo")} <= memos


def test_quickbooks_frames_its_rows_and_its_totals_add_up(exports: Path, ledger: Ledger) -> None:
    clean = read(exports / "quickbooks-clean" / QUICKBOOKS_FILE, 5)
    current, total = "", 0.0
    for record in list(clean.cells.values())[:-1]:
        row = dict(zip(clean.columns, record, strict=True))
        if row["Date"]:
            # A row stands below its customer's heading.
            assert row["Customer full name"] == current
            total += float(row["Open balance"].replace(",", ""))
        elif row[""].startswith("Total for "):
            # A customer's total is what is open of his rows.
            assert row[""] == f"Total for {current}"
            assert round(total, 2) == float(row["Open balance"].replace(",", ""))
        elif row[""] != "TOTAL":
            current, total = row[""], 0.0


def test_reversals_and_payments_without_an_invoice_are_in_quickbooks(tmp_path: Path) -> None:
    invoices = {"invoice_id": ["1"], "customer_id": ["A"], "issued_on": ["2024-01-01"], "due_on": ["2024-01-31"]}
    payments = pd.DataFrame(
        [("p", "1", "2024-02-01", 10.0), ("q", "1", "2024-02-05", -10.0), ("r", None, "2024-02-06", 2.5)],
        columns=["payment_id", "invoice_id", "paid_on", "amount"],
    )
    ledger = Ledger.of(
        invoices=pd.DataFrame({**invoices, "amount": 10.0, "currency": "EUR"}),
        payments=payments.assign(customer_id="A", currency="EUR", kind="payment"),
    )
    write_export(ledger, tmp_path / "out", "quickbooks", faults=False)
    naive = read(tmp_path / "out" / QUICKBOOKS_FILE, 5)
    rows = [dict(zip(naive.columns, cells, strict=True)) for cells in naive.cells.values()]
    told = [(r["Transaction type"], r["Memo/Description"], r["Amount"], r["Open balance"]) for r in rows if r["Date"]]
    assert told == [
        ("Invoice", "", "10.00", "10.00"),
        ("Payment", "Invoice 1", "10.00", "0.00"),
        ("Journal Entry", "Reversed payment, Invoice 1", "10.00", "0.00"),
        ("Payment", "", "2.50", "-2.50"),
    ]


def test_without_faults_sap_reads_back_as_the_ledger(exports: Path, ledger: Ledger) -> None:
    result = import_files([exports / "sap-clean" / SAP_FILE], "sap")
    conserves(result)
    assert result.rejected.empty
    mine, theirs = settle(ledger), settle(result.ledger)
    # Invoices are the same; each is settled on the day on which the ledger's was, or was written off.
    for column in ("invoice_id", "customer_id", "currency", "issued_on", "due_on", "amount"):
        assert mine[column].tolist() == theirs[column].tolist()
    closed = mine["settled_on"].fillna(mine["written_off_on"])
    assert np.array_equal(closed.to_numpy(), theirs["settled_on"].to_numpy(), equal_nan=True)


def test_with_faults_sap_loses_no_row(exports: Path) -> None:
    file, faults = exports / "sap" / SAP_FILE, listed(exports / "sap")
    result = import_files([file], "sap")
    conserves(result)
    # Every record of the file is accepted or rejected.
    rows = result.summary["files"][0]["rows"]
    assert rows["read"] == len(read(file, 1).cells)
    # What is to be set aside is, and nothing else: but where an invoice stands there in two states, the first one read
    # counts, whichever it is.
    rejected = set(result.rejected["row"])
    once = faults[faults["fault"] != "other_state"]
    assert set(once.loc[once["wanted"] == "set aside", "line"]) <= rejected
    assert not set(once.loc[once["wanted"] != "set aside", "line"]) & rejected
    twice = faults["fault"] == "other_state"
    assert len(rejected) == once.loc[once["wanted"] == "set aside", "line"].nunique() + twice.sum()


def test_bad_requests_are_told_in_one_sentence(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(PaybenchError, match="no layout 'xero'; choose one of sap, quickbooks"):
        write_export(ledger, tmp_path / "out", "xero")
    with pytest.raises(PaybenchError, match="holds no invoice"):
        write_export(Ledger(), tmp_path / "out", "sap")
    twice = ledger.with_tables({"invoices": pd.concat([ledger.invoices.iloc[:3], ledger.invoices.iloc[:1]])})
    with pytest.raises(PaybenchError, match="several versions .* cut it with as_of"):
        write_export(twice, tmp_path / "out", "sap")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(PaybenchError, match="is no export"):
        write_export(ledger, tmp_path / "thesis", "sap")


def test_a_book_of_one_invoice_can_be_exported(tmp_path: Path) -> None:
    invoice = {"invoice_id": ["1"], "customer_id": ["A"], "issued_on": ["2024-01-01"], "due_on": ["2024-01-31"]}
    ledger = Ledger.of(invoices=pd.DataFrame({**invoice, "amount": 10.0, "currency": "EUR"}))
    for layout in LAYOUTS:
        # One row bears one fault; what finds no row is left out.
        faults = write_export(ledger, tmp_path / layout, layout)
        assert (faults.loc[faults["column"] != "(row)"].groupby("line")["fault"].nunique() == 1).all()
