"""SAP's open and cleared items in the columns of the public HighRadius set."""

import os
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.ledger.readers.importer import import_files
from paybench.ledger.settle import settle
from tests.ledger.exports import conserves, in_table, reasons, write

COLUMNS = (
    "cust_number,name_customer,clear_date,doc_id,due_in_date,invoice_currency,total_open_amount,"
    "baseline_create_date,isOpen"
)
PAID = "0000000123,NA,2024-02-09 00:00:00,0100,20240210.0,EUR,1080.38,20240111.0,0"
OPEN = "0000000123,NA,,0101,20240310.0,EUR,99.0,20240209.0,1"


def test_a_row_is_an_invoice_and_once_it_is_cleared_its_payment(tmp_path: Path) -> None:
    result = import_files(write(tmp_path, items=[COLUMNS, PAID, OPEN]), "sap")
    assert result.rejected.empty
    # Numbers keep their zeros, and a customer may be called NA.
    assert result.ledger.invoices["invoice_id"].tolist() == ["0100", "0101"]
    assert result.ledger.customers[["customer_id", "name"]].to_numpy().tolist() == [["0000000123", "NA"]]
    settled = settle(result.ledger)
    # The terms run from the baseline date; the clearing day settles, and an open item has none.
    assert settled["issued_on"].tolist() == [pd.Timestamp("2024-01-11"), pd.Timestamp("2024-02-09")]
    assert settled["days_late"].fillna(999).tolist() == [-1, 999]
    assert settled["amount_open"].tolist() == [0, 99]
    assert len(result.ledger.payments) == 1


def test_what_is_open_is_not_cleared(tmp_path: Path) -> None:
    rows = [
        PAID,
        OPEN,
        PAID.replace("0100", "0102").replace(",0", ",1", 1)[:-1] + "1",
        OPEN.replace("0101", "0103")[:-1] + "0",
        OPEN.replace("0101", "0104")[:-1],
        PAID.replace("0100", "0105").replace(" 00:00:00", ""),
        PAID.replace("0100", "0106").replace("20240210.0", "45332"),
    ]
    result = import_files(write(tmp_path, items=[COLUMNS, *rows]), "sap")
    assert reasons(result) == {
        4: "it is open and has a clearing day",
        5: "it is cleared and has no clearing day",
        6: "isOpen is not one of 0, 1",
        7: "clear_date is not a date of the calendar written like 2025-12-31 00:00:00",
        8: "due_in_date is not a date of the calendar written like 20251231.0",
    }
    conserves(result)


def test_a_name_that_changes_is_still_one_customer(tmp_path: Path) -> None:
    result = import_files(write(tmp_path, items=[COLUMNS, PAID, OPEN.replace("NA", "NA Group")]), "sap")
    assert result.ledger.customers["name"].tolist() == ["NA Group"]


def test_columns_that_say_nothing_of_payment_may_be_missing(tmp_path: Path) -> None:
    rows = [",".join(row.split(",")[:1] + row.split(",")[2:]) for row in (COLUMNS, PAID, OPEN)]
    result = import_files(write(tmp_path, items=rows), "sap")
    assert (len(result.ledger.invoices), len(result.ledger.customers)) == (2, 1)
    with pytest.raises(PaybenchError, match="has no column isOpen"):
        import_files(write(tmp_path, items=[row.rpartition(",")[0] for row in rows]), "sap")


def test_a_slip_of_the_encoding_costs_its_row_and_another_encoding_the_file(tmp_path: Path) -> None:
    rows = [OPEN.replace("0101", f"{n:04d}") for n in range(250)]
    slips = [*rows[:240], *(row.replace("NA", "Größe") for row in rows[240:])]
    mixed = "\n".join([COLUMNS, *slips[:241]]).encode("latin-1") + "\n".join(["", *slips[241:], ""]).encode()
    (tmp_path / "items.csv").write_bytes(mixed)
    result = import_files([tmp_path / "items.csv"], "sap")
    # One name of 250 is in Latin-1: its row is set aside, shown byte for byte, and every other one is read.
    assert reasons(result) == {242: "it contains bytes that are no text in the format's encoding"}
    assert result.rejected["content"].tolist() == [slips[240].replace("Größe", "Gr\\xf6\\xdfe")]
    assert len(result.ledger.invoices) == 249
    conserves(result)
    # Ten of 250 are no slips: the file is in another encoding.
    (tmp_path / "items.csv").write_bytes("\n".join([COLUMNS, *slips]).encode("latin-1"))
    with pytest.raises(PaybenchError, match="items.csv is not text in utf-8"):
        import_files([tmp_path / "items.csv"], "sap")
    # Nor can its columns be told if their names are not text.
    (tmp_path / "items.csv").write_bytes(
        "\n".join([f"{COLUMNS},Größe", *(f"{row}," for row in rows)]).encode("latin-1")
    )
    with pytest.raises(PaybenchError, match="items.csv is not text in utf-8"):
        import_files([tmp_path / "items.csv"], "sap")


def test_the_real_file_is_accepted_whole() -> None:
    default = Path(__file__).parents[3] / "shared" / "data" / "highradius" / "book-as-known-2019-10-01.csv"
    file = Path(os.environ.get("PAYBENCH_HIGHRADIUS_CSV", default))
    if not file.exists():
        pytest.skip("the HighRadius set is not here; PAYBENCH_HIGHRADIUS_CSV can name it")
    raw = pd.read_csv(file, dtype=str, keep_default_na=False)
    result = import_files(file, "sap")
    assert (len(result.ledger.invoices), len(result.rejected)) == (len(raw), 0)
    # The sum of the file's own decimals is what the ledger holds.
    assert in_table(result.ledger.invoices) == {"USD": sum(map(Decimal, raw["total_open_amount"]))}
    # Each cleared item is settled on its clearing day, and no open one is.
    settled = settle(result.ledger)
    cleared = pd.to_datetime(raw["clear_date"].str[:10].where(raw["isOpen"] == "0"))
    assert settled["settled_on"].astype("str").tolist() == cleared.astype("str").tolist()
    assert (settled["settled_on"].isna() == (raw["isOpen"] == "1")).all()
