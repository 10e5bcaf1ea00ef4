"""Messy exports of a book that is known: each planted fault is treated as its list asks, and all else is true."""

import csv
import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from paybench.ledger.book import Ledger
from paybench.ledger.readers.importer import Import, import_files
from paybench.ledger.schema import units
from paybench.ledger.settle import settle
from paybench.ledger.store import data_hash
from paybench.simulate import simulate
from paybench.simulate.exports import LAYOUTS, write_export
from paybench.simulate.exports.quickbooks import QUICKBOOKS_FILE, display_names
from paybench.simulate.exports.sap import SAP_FILE
from tests.ledger.exports import conserves
from tests.ledger.test_import_sources import workbook

FILES = {"sap": SAP_FILE, "quickbooks": QUICKBOOKS_FILE}


@pytest.fixture(scope="module")
def book() -> Ledger:
    return simulate(60, 12, seed=4, truth="none").ledger


@pytest.fixture(scope="module", params=[("sap", 0), ("sap", 1), ("quickbooks", 0), ("quickbooks", 1)], ids=str)
def messy(request: Any, book: Ledger, tmp_path_factory: Any) -> tuple[str, pd.DataFrame, Import]:
    layout, seed = request.param
    folder = tmp_path_factory.mktemp("messy") / layout
    faults = write_export(book, folder, layout, seed=seed)
    return layout, faults, import_files(folder / FILES[layout], layout)


def test_exactly_the_planted_faults_are_set_aside(messy: tuple[str, pd.DataFrame, Import]) -> None:
    layout, faults, result = messy
    conserves(result)
    assert {fault.fault for fault in LAYOUTS[layout][1] if hasattr(fault, "fault")} <= set(faults["fault"])
    wanted = faults.loc[faults["wanted"] == "set aside", "line"]
    assert sorted(result.rejected["row"]) == sorted(set(wanted))
    # What is to be shown to a person is, beside the rows that share a number with them, and the row itself is kept.
    flagged = faults.loc[faults["wanted"] == "flag", "line"]
    assert set(flagged) <= set(result.flagged["row"])
    partners = result.flagged["reason"].str.contains("bear its").sum()
    assert len(result.flagged) - partners == len(set(flagged)) - partners // 2


def test_all_other_invoices_are_the_books(messy: tuple[str, pd.DataFrame, Import], book: Ledger) -> None:
    layout, faults, result = messy
    truth = book.invoices.assign(customer_id=_customers(layout, book, faults, book.invoices["customer_id"]))
    # Numbers that were exchanged for others, or given twice, are known by their list.
    numbers = faults[faults["column"].isin(["doc_id", "Num"])].drop_duplicates("line").set_index("true")["stands"]
    truth["number"] = truth["invoice_id"].replace(numbers.to_dict())
    read = result.ledger.invoices
    read = read.assign(number=read.get("given_id", read["invoice_id"]).fillna(read["invoice_id"]))
    aside = faults[(faults["wanted"] == "set aside") & (faults["column"] != "(row)")]["line"].nunique()
    changed = faults.loc[faults["fault"] == "zeros_lost", "stands"]
    columns = ["number", "customer_id", "issued_on", "due_on", "amount", "currency"]
    expected = Counter(map(tuple, truth[columns].astype("str").to_numpy().tolist()))
    found = Counter(map(tuple, read[columns].astype("str").to_numpy().tolist()))
    # Nothing is there that the book does not say, but a number that lost its zeros; what is missing was set aside.
    assert sorted(row[1] for row in (found - expected).elements()) == sorted(changed)
    assert (expected - found).total() == aside + len(changed)


def test_all_other_payments_are_the_books(messy: tuple[str, pd.DataFrame, Import], book: Ledger) -> None:
    layout, faults, result = messy
    future = faults.loc[faults["fault"] == "future_payment"]
    if layout == "sap":
        mine, theirs = settle(book), settle(result.ledger)
        closed = mine["settled_on"].fillna(mine["written_off_on"])
        days = pd.Series(closed.to_numpy(), index=mine["invoice_id"])
        read_days = pd.Series(theirs["settled_on"].to_numpy(), index=theirs["invoice_id"])
        both = read_days.index.intersection(days.index)
        # Each invoice is settled on its day, but for those whose day was put into the next year or which exchanged
        # their number with one that another invoice bears.
        differ = (read_days[both] != days[both]) & (read_days[both].notna() | days[both].notna())
        renumbered = faults.loc[faults["fault"] == "number_of_another_customer", "line"].nunique()
        assert future.shape[0] <= differ.sum() <= future.shape[0] + renumbered
        return
    columns = ["invoice_id", "paid_on", "amount", "currency", "kind", "customer_id"]
    truth = book.payments.assign(customer_id=_customers(layout, book, faults, book.payments["customer_id"]))
    read = result.ledger.payments
    expected = Counter(map(tuple, truth[columns].astype("str").to_numpy().tolist()))
    read = read.assign(invoice_id=read.get("given_invoice_id", read["invoice_id"]).fillna(read["invoice_id"]))
    found = Counter(map(tuple, read[columns].astype("str").to_numpy().tolist()))
    # Every payment, credit note, reversal and write-off is there, on its invoice; only the planted days differ.
    assert (expected - found).total() == (found - expected).total() == len(future)
    assert units(read["amount"]).sum() == units(truth["amount"]).sum()


def test_names_and_numbers_are_kept_as_they_are(messy: tuple[str, pd.DataFrame, Import]) -> None:
    _, faults, result = messy
    ledger = result.ledger
    kept = faults[faults["wanted"] == "keep"]
    names = kept.loc[kept["column"].isin(["name_customer", "Customer full name"]), "stands"]
    # Customers may be called NA, None and Null.
    assert set(names) <= set(ledger.customers["name"])
    assert {"NA", "None", "Null"} <= set(names)
    # A second line is no part of a name, and zeros in front are part of a number.
    assert not ledger.customers["name"].str.contains("\n").any()
    numbers = kept.loc[kept["column"].isin(["Num"]), "stands"]
    assert set(numbers) <= set(ledger.invoices["invoice_id"])
    customers = kept.loc[kept["column"] == "cust_number", "stands"]
    assert set(customers) <= set(ledger.customers["customer_id"])


def _customers(layout: str, book: Ledger, faults: pd.DataFrame, numbers: pd.Series) -> pd.Series:
    """What the export calls customers: SAP by number, QuickBooks by name, some of them renamed."""
    names = numbers if layout == "sap" else numbers.map(display_names(book))
    column = "cust_number" if layout == "sap" else "Customer full name"
    renamed = faults[(faults["column"] == column) & (faults["wanted"] == "keep")]
    return names.replace(dict(zip(renamed["true"], renamed["stands"], strict=True)))


def test_credits_reversals_and_unapplied_cash_come_back_from_quickbooks(tmp_path: Path) -> None:
    rows = [
        ("1", "1", "2024-02-01", 10.0, "payment"),
        ("2", "1", "2024-02-05", -10.0, "payment"),
        ("3", "1", "2024-02-06", 4.0, "credit_note"),
        ("4", "1", "2024-02-07", -1.5, "credit_note"),
        ("5", "1", "2024-02-08", 7.5, "write_off"),
        ("6", None, "2024-02-09", 2.5, "payment"),
        ("7", "1", "2024-02-10", 3.0, "payment"),
        ("8", "1", "2024-02-10", 3.0, "payment"),
    ]
    payments = pd.DataFrame(rows, columns=["payment_id", "invoice_id", "paid_on", "amount", "kind"])
    invoices = {"invoice_id": ["1"], "customer_id": ["A"], "issued_on": ["2024-01-01"], "due_on": ["2024-01-31"]}
    ledger = Ledger.of(
        invoices=pd.DataFrame({**invoices, "amount": 1080.38, "currency": "EUR"}),
        payments=payments.assign(customer_id="A", currency="EUR"),
    )
    write_export(ledger, tmp_path / "out", "quickbooks", faults=False)
    read = import_files(tmp_path / "out" / QUICKBOOKS_FILE, "quickbooks")
    assert read.rejected.empty
    columns = ["invoice_id", "paid_on", "amount", "kind", "currency"]
    pd.testing.assert_frame_equal(read.ledger.payments[columns], ledger.payments[columns])
    # Payments bear no number there: each gets one of its own, the same in every export.
    numbers = read.ledger.payments["payment_id"]
    assert numbers.is_unique
    again = import_files(tmp_path / "out" / QUICKBOOKS_FILE, "quickbooks").ledger.payments["payment_id"]
    assert again.tolist() == numbers.tolist()
    # Saved as a workbook, the report says the same.
    with (tmp_path / "out" / QUICKBOOKS_FILE).open(encoding="utf-8", newline="") as file:
        book = workbook(tmp_path / "report.xlsx", [_as_excel_keeps_it(row) for row in csv.reader(file)])
    assert data_hash(import_files(book, "quickbooks").ledger) == data_hash(read.ledger)


def _as_excel_keeps_it(row: list[str]) -> list[Any]:
    """Days and amounts of a line of CSV as Excel makes them of it."""
    cells: list[Any] = [cell or None for cell in row]
    for place, cell in enumerate(row):
        if re.fullmatch(r"\d\d/\d\d/\d{4}", cell):
            cells[place] = datetime.strptime(cell, "%m/%d/%Y")
        elif re.fullmatch(r"-?[\d,]+\.\d\d", cell):
            cells[place] = float(cell.replace(",", ""))
    return cells
