"""Whatever stands in a file: every row is accepted or rejected, and money is conserved."""

import csv
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from paybench.errors import PaybenchError
from paybench.ledger.book import Ledger
from paybench.ledger.readers.importer import import_files, write_import
from tests.ledger.exports import (
    GOOD,
    IBM,
    IBM_ROWS,
    INVOICES,
    PAYMENTS,
    accepted,
    conserves,
    export,
    in_table,
    same_tables,
)
from tests.strategies import ledgers


@given(ledgers(corrections=False))
def test_a_drawn_ledger_comes_back_from_its_own_csv(ledger: Ledger) -> None:
    assume(len(ledger.invoices) > 0)
    with tempfile.TemporaryDirectory() as folder:
        result = import_files([export(ledger, Path(folder))], "canonical")
    # Nothing is rejected, and every table is what it was, in its order.
    assert result.rejected.empty
    same_tables(ledger, result.ledger)


_CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
# A row of the wrong width that goes over several lines is several rows: the reader takes its quotes for a mistake.
_ONE_LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=6)
_IDS = st.sampled_from(["1", "2", "3", "NA", "00123", "1~2"])
_MONEY = st.sampled_from(["10", "10.00", "0.01", "1234.5678", "-3", "0", "1e3", "1,000.00"])


def _mostly(good: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(good, good, good, good, good, good, good, _CELLS)


_ISO = st.sampled_from(["2024-01-01", "2024-01-31", "2024-02-29", "2023-02-29", ""])
_US = st.sampled_from(["1/1/2024", "01/31/2024", "2/29/2024", "2/29/2023", ""])
_CANONICAL_ROWS = st.lists(
    st.tuples(*map(_mostly, (_IDS, _IDS, _ISO, _ISO, _MONEY, st.sampled_from(["EUR", "USD", "usd", "", "EURO"]))))
    | st.lists(_ONE_LINE, min_size=2, max_size=7),
    max_size=12,
)
_PAYMENT_ROWS = st.lists(
    st.tuples(
        *map(
            _mostly,
            (_IDS, _IDS, _IDS, _ISO, _MONEY, st.sampled_from(["EUR", "USD"]), st.sampled_from(["payment", "gift"])),
        )
    ),
    max_size=6,
)
_IBM_PARTS = (_IDS, _IDS, _US, _IDS, _US, _US, _MONEY, st.sampled_from(["Yes", "No", "no"]), _US, _IDS, _IDS, _IDS)
_IBM_FILES = st.lists(st.tuples(*map(_mostly, _IBM_PARTS)), max_size=12)


def _csv(file: Path, header: str, rows: list[Any]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        out.write(header + "\r\n")
        csv.writer(out).writerows(rows)


@given(_CANONICAL_ROWS, _PAYMENT_ROWS)
def test_whatever_stands_in_canonical_files_is_accepted_or_rejected(invoices: list[Any], payments: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        invoices = [GOOD.replace("1,", "good,", 1).split(","), *invoices]
        _csv(Path(folder, "invoices.csv"), INVOICES, invoices)
        _csv(Path(folder, "payments.csv"), PAYMENTS, payments)
        result = import_files([folder], "canonical")
        write_import(result, Path(folder, "out"))
    summary: Any = result.summary
    # Every row is counted once, as accepted or as rejected, and so is its amount.
    assert [file["rows"]["read"] for file in summary["files"]] == [len(invoices), len(payments)]
    conserves(result)
    # What was accepted is what the tables hold.
    assert [file["rows"]["accepted"] for file in summary["files"]] == [
        len(result.ledger.invoices),
        len(result.ledger.payments),
    ]
    for file, table in zip(summary["files"], (result.ledger.invoices, result.ledger.payments), strict=True):
        assert accepted(file) == in_table(table)
    # And the tables keep their promises.
    assert result.ledger.invoices["invoice_id"].is_unique
    assert result.ledger.payments["payment_id"].is_unique
    assert (result.ledger.invoices["amount"] > 0).all()
    assert (result.ledger.invoices["due_on"] >= result.ledger.invoices["issued_on"]).all()


@given(_IBM_FILES)
def test_whatever_stands_in_a_flat_file_is_accepted_or_rejected(rows: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = [IBM_ROWS[0].split(","), *rows]
        _csv(Path(folder, "export.csv"), IBM, rows)
        result = import_files(Path(folder, "export.csv"), "ibm")
    summary: Any = result.summary
    assert summary["files"][0]["rows"]["read"] == len(rows)
    conserves(result)
    ledger = result.ledger
    assert accepted(summary["files"][0]) == in_table(ledger.invoices)
    # Every payment and dispute belongs to an accepted invoice, and every customer is there once.
    assert summary["unknown_invoices"] == {"payments": 0, "contacts": 0, "disputes": 0, "promises": 0}
    assert ledger.payments["payment_id"].is_unique
    assert sorted(ledger.customers["customer_id"]) == sorted(set(ledger.invoices["customer_id"]))


@given(st.binary(max_size=60) | st.text('1A,"\r\n\0\ufeff', max_size=60).map(str.encode), st.booleans())
def test_no_content_raises_anything_but_the_one_error(content: bytes, header: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "invoices.csv")
        file.write_bytes((f"{INVOICES}\n{GOOD}\n".encode() if header else b"") + content)
        try:
            result = import_files([file], "canonical")
        except PaybenchError:
            return
    conserves(result)
