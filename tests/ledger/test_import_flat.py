"""Layouts in which one row makes rows of several tables, and what a format can say."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.ledger.formats import format_names, load_format, parse_format
from paybench.ledger.readers.importer import import_files
from paybench.ledger.schema import TABLES
from paybench.ledger.settle import settle
from tests.ledger.exports import IBM, IBM_ROWS, conserves, in_table, reasons, write


def test_a_flat_row_is_an_invoice_its_payment_its_customer_and_its_dispute(tmp_path: Path) -> None:
    write(tmp_path, export=[IBM, *IBM_ROWS])
    result = import_files([tmp_path / "export.csv"], "ibm")
    ledger = result.ledger
    assert result.rejected.empty
    assert ledger.invoices["invoice_id"].tolist() == ["10001", "10002", "00123"]
    assert ledger.customers[["customer_id", "country"]].to_numpy().tolist() == [
        ["0001-ABCDE", "100"],
        ["0002-ABCDE", "200"],
    ]
    # Each invoice is settled when the file says so; its lateness is the file's, where that is not floored at zero.
    settled = settle(ledger)
    assert settled["days_to_pay"].tolist() == [17, 40, 30]
    assert settled["days_late"].clip(lower=0).tolist() == [0, 10, 0]
    assert settled["amount_open"].tolist() == [0, 0, 0]
    # That it was disputed is known from the settlement, not before.
    dispute = ledger.disputes.iloc[0]
    dates = {dispute["opened_on"], dispute["closed_on"], dispute["recorded_on"]}
    assert (len(ledger.disputes), dispute["invoice_id"], dates) == (1, "10002", {pd.Timestamp("2013-03-13")})
    # Nothing that the file knows only afterwards becomes a column.
    assert set(ledger.invoices.columns) == set(TABLES["invoices"].names)


def test_a_flat_row_is_rejected_as_a_whole_and_follows_its_number(tmp_path: Path) -> None:
    same_number = IBM_ROWS[1].replace("0.07", "9.99").replace("0001-", "0003-")
    bad_payment = IBM_ROWS[0].replace("10001", "10009").replace("1/20/2013", "20/1/2013")
    still_open = IBM_ROWS[0].replace("10001", "10010").replace("1/20/2013", "")
    unsure = IBM_ROWS[0].replace("10001", "10011").replace("No", "perhaps")
    write(tmp_path, export=[IBM, *IBM_ROWS, same_number, bad_payment, still_open, unsure])
    result = import_files([tmp_path / "export.csv"], "ibm")
    assert reasons(result) == {
        6: "SettledDate is not a date of the calendar written like 12/31/2025",
        8: "Disputed is not one of Yes, No",
    }
    assert result.ledger.invoices["invoice_id"].tolist() == ["10001", "10002", "00123", "10002~2", "10010"]
    # Payment and dispute bear the number that their invoice ended up with; an open invoice has no payment.
    assert result.ledger.payments["invoice_id"].tolist() == ["10001", "10002", "00123", "10002~2"]
    assert result.ledger.payments["payment_id"].is_unique
    assert result.ledger.disputes["invoice_id"].tolist() == ["10002", "10002~2"]
    summary: Any = result.summary
    # 40.10 + 0.07 + 1234.56 + 9.99 + 40.10 are in the ledger, twice 40.10 is not.
    assert summary["files"][0]["amounts"] == {
        "USD": {"read": "1405.0200", "accepted": "1324.8200", "rejected": "80.2000"}
    }


def test_the_real_file_is_accepted_whole_and_agrees_with_its_own_arithmetic() -> None:
    name = "WA_Fn-UseC_-Accounts-Receivable.csv"
    default = Path(__file__).parents[3] / "shared" / "data" / "ibm" / name
    file = Path(os.environ.get("PAYBENCH_IBM_CSV", default))
    if not file.exists():
        pytest.skip("IBM's file is not here; PAYBENCH_IBM_CSV can name it")
    raw = pd.read_csv(file, dtype=str)
    result = import_files(file, "ibm")
    assert (len(result.ledger.invoices), len(result.rejected)) == (2466, 0)
    # The sum of the file's own decimals is what the ledger holds.
    assert in_table(result.ledger.invoices) == {"USD": sum(map(Decimal, raw["InvoiceAmount"]))}
    settled = settle(result.ledger)
    assert (settled["days_to_pay"] == raw["DaysToSettle"].astype(int)).all()
    assert (settled["days_late"].clip(lower=0) == raw["DaysLate"].astype(int)).all()


_EUROPEAN = """
title: open items with signs
source: made up for this test
tested: false
encoding: cp1252
delimiter: ";"
skip: 1
dates: "%d.%m.%Y"
amounts: {decimal: ",", thousands: ".", minus: [trailing]}
files:
  - name: "items*"
    needed: true
    reject: [{when: {state: [open], cleared: filled}, reason: it is open and cleared}]
    rows:
      - table: invoices
        when: {type: [RV]}
        columns:
          invoice_id: [reference, number]
          customer_id: account
          issued_on: date
          due_on: due
          amount: amount
          currency: curr
      - table: payments
        when: {type: [RV], cleared: filled}
        columns:
          payment_id: {key_of: invoices, prefix: P-}
          customer_id: account
          invoice_id: {key_of: invoices}
          paid_on: cleared
          amount: amount
          currency: curr
          kind: {value: payment}
      - table: payments
        when: {type: [DZ, DG]}
        columns:
          payment_id: number
          customer_id: account
          paid_on: date
          amount: {column: amount, negate_when: {side: [S]}}
          currency: {column: curr, empty: EUR}
          kind: {column: type, words: {DZ: payment, DG: credit_note}}
"""


def test_signs_types_and_decimals_are_the_formats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    european = parse_format("european", _EUROPEAN)
    monkeypatch.setattr("paybench.ledger.readers.importer.load_format", lambda name: european)
    lines = [
        "List of 2024",
        "number;account;type;side;date;due;amount;curr;cleared;state",
        "1;Größe;RV;S;01.02.2024;02.03.2024;1.080,38;EUR;05.03.2024;",
        "2;B;RV;S;01.02.2024;02.03.2024;10;EUR;;",
        "3;B;DZ;H;01.02.2024;;5,50;;;",
        "4;B;DG;S;01.02.2024;;5,50;;;",
        "5;B;DG;H;01.02.2024;;5,50-;;;",
        "6;B;RV;S;01.02.2024;02.03.2024;10;EUR;03.03.2024;open",
        "7;B;XX;S;01.02.2024;02.03.2024;10;EUR;;",
    ]
    (tmp_path / "Items-2024.csv").write_bytes("\r\n".join(lines).encode("cp1252"))
    result = import_files(tmp_path, "european")
    assert reasons(result) == {
        8: "it is open and cleared",
        9: "type 'XX' is none of RV, DZ, DG; add it to the rows of a table in the format",
    }
    assert result.ledger.invoices[["invoice_id", "customer_id", "amount"]].to_numpy().tolist() == [
        ["1", "Größe", 1080.38],
        ["2", "B", 10.0],
    ]
    assert result.ledger.payments[["payment_id", "amount", "kind", "currency"]].to_numpy().tolist() == [
        ["P-1", 1080.38, "payment", "EUR"],
        ["3", 5.5, "payment", "EUR"],
        ["4", -5.5, "credit_note", "EUR"],
        ["5", -5.5, "credit_note", "EUR"],
    ]
    conserves(result)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type: [RV]": "type: 3"}, "can be asked for filled, empty or a list of words"),
        ({"invoice_id: [reference, number]": "parent_id: number"}, "columns not given \\['invoice_id'\\]"),
        ({"paid_on: cleared": "paid: cleared"}, "unknown columns \\['paid'\\]"),
        ({"DZ: payment": "DZ: 1"}, "constants and words are text"),
        ({"encoding: cp1252": "encoding: cp9"}, "unknown encoding"),
        ({"{key_of: invoices, prefix: P-}": "{key_of: payments}"}, "cannot take its keys"),
        ({"skip: 1": "skips: 1"}, "Format has no skips"),
        ({"{value: payment}": "{}"}, "one of column, value, key_of"),
        ({"%d.%m.%Y": "%d.%m.%y"}, "one %Y, one %m or %-m"),
    ],
)
def test_a_format_that_says_nonsense_is_refused(change: dict[str, str], message: str) -> None:
    text = _EUROPEAN
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(PaybenchError, match=message):
        parse_format("european", text)


def test_every_format_that_is_listed_loads_and_says_where_its_columns_are_documented() -> None:
    assert {"canonical", "ibm"} <= set(format_names())
    for name in format_names():
        assert load_format(name).source
        assert load_format(name).title
