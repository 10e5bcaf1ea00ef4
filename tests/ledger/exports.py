"""Exports to import, and what holds of every import."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from paybench.ledger.book import Ledger
from paybench.ledger.readers.importer import Import
from paybench.ledger.schema import TABLES, units

INVOICES = "invoice_id,customer_id,issued_on,due_on,amount,currency"
PAYMENTS = "payment_id,customer_id,invoice_id,paid_on,amount,currency,kind"
GOOD = "1,A,2024-01-01,2024-01-31,10.00,EUR"
IBM = (
    "countryCode,customerID,PaperlessDate,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate,"
    "PaperlessBill,DaysToSettle,DaysLate"
)
IBM_ROWS = [
    "100,0001-ABCDE,1/5/2013,10001,1/3/2013,2/2/2013,40.10,No,1/20/2013,Paper,17,0",
    "100,0001-ABCDE,1/5/2013,10002,2/1/2013,3/3/2013,0.07,Yes,3/13/2013,Paper,40,10",
    "200,0002-ABCDE,12/31/2012,00123,11/30/2012,12/30/2012,1234.56,No,12/30/2012,Electronic,30,0",
]


def write(folder: Path, **tables: str | list[str]) -> Path:
    """CSV files of these names, each from its lines."""
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text(
            lines if isinstance(lines, str) else "\n".join([*lines, ""]), encoding="utf-8"
        )
    return folder


def reasons(result: Import) -> dict[int, str]:
    return dict(zip(result.rejected["row"], result.rejected["reason"], strict=True))


def same_tables(one: Ledger, other: Ledger) -> None:
    for name, spec in TABLES.items():
        pd.testing.assert_frame_equal(one.table(name)[spec.names], other.table(name)[spec.names])


def export(ledger: Ledger, folder: Path) -> Path:
    for name in TABLES:
        ledger.table(name).to_csv(folder / f"{name}.csv", index=False)
    return folder


def conserves(result: Import) -> None:
    """What was read was accepted or rejected: rows, and amounts per currency; what was accepted is in the ledger."""
    summary: Any = result.summary
    for file in summary["files"]:
        assert file["rows"]["read"] == file["rows"]["accepted"] + file["rows"]["rejected"]
        for amounts in file.get("amounts", {}).values():
            assert Decimal(amounts["read"]) == Decimal(amounts["accepted"]) + Decimal(amounts["rejected"])
    assert sum(file["rows"]["rejected"] for file in summary["files"]) == len(result.rejected)
    assert (result.rejected["reason"].str.len() > 0).all()
    # Where each row of the files makes one amount, the amounts accepted are those in the ledger.
    for table in ("invoices", "payments"):
        there = {code: Decimal(amount) for code, amount in summary["ledger"][table].items() if Decimal(amount)}
        assert there == in_table(result.ledger.table(table))


def accepted(file: dict[str, Any]) -> dict[str, Decimal]:
    sums = {code: Decimal(parts["accepted"]) for code, parts in file["amounts"].items()}
    return {code: amount for code, amount in sums.items() if amount}


def in_table(table: pd.DataFrame) -> dict[str, Decimal]:
    sums = {
        str(code): Decimal(sum(units(rows["amount"]).tolist())).scaleb(-4) for code, rows in table.groupby("currency")
    }
    return {code: amount for code, amount in sums.items() if amount}
