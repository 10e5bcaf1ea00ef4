"""Which invoice a payment pays, where the export names several."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.ledger.cut import as_of
from paybench.ledger.readers.allocate import allocate, families, instalments
from paybench.ledger.readers.importer import import_files
from paybench.ledger.schema import conform, units
from paybench.ledger.settle import settle
from paybench.ledger.store import data_hash, write_ledger
from tests.ledger.exports import INVOICES, PAYMENTS, conserves, in_table, reasons, write

PARTS = [
    "N#2,A,2024-01-01,2024-02-29,30,EUR,N",
    "N#1,A,2024-01-01,2024-01-31,50,EUR,N",
    "N#3,A,2024-01-01,2024-03-31,20,EUR,N",
]


def test_what_is_paid_on_the_parent_pays_the_oldest_due_first(tmp_path: Path) -> None:
    paid = [
        "1,A,N,2024-01-20,60,EUR,payment",
        "2,A,N,2024-01-10,10,EUR,credit_note",
        "3,A,N#3,2024-01-15,5,EUR,payment",
        "4,A,N,2024-02-01,-15,EUR,payment",
        "5,A,N,2024-03-01,45,EUR,payment",
    ]
    result = import_files(
        write(tmp_path, invoices=[f"{INVOICES},parent_id", *PARTS], payments=[PAYMENTS, *paid]), "canonical"
    )
    conserves(result)
    payments = result.ledger.payments
    told = payments[["payment_id", "invoice_id", "amount"]].to_numpy().tolist()
    # 10 and 40 fill the first part, 20 of 60 go to the second; 15 are taken back from the last that was paid.
    assert told == [
        ["1#1", "N#1", 40],
        ["1#2", "N#2", 20],
        ["2", "N#1", 10],
        ["3", "N#3", 5],
        ["4#1", "N#3", -5],
        ["4#2", "N#2", -10],
        ["5#1", "N#2", 20],
        ["5#2", "N#3", 25],
    ]
    assert payments["given_invoice_id"].fillna("").tolist() == ["N", "N", "N", "", "N", "N", "N", "N"]
    # What is too much stays at the last part, and nobody's money is lost.
    assert in_table(payments) == {"EUR": Decimal("105.0000")}
    assert settle(result.ledger)["amount_open"].tolist() == [0, 0, 0]
    # The parent's number is one that the ledger knows.
    assert result.summary["unknown_invoices"]["payments"] == 0
    # Written and read as an export, the ledger is what it was.
    write_ledger(result.ledger, tmp_path / "book")
    again = import_files(tmp_path / "book", "canonical")
    assert data_hash(again.ledger) == data_hash(result.ledger)


def test_a_parent_that_is_an_invoice_itself_is_paid_itself(tmp_path: Path) -> None:
    rows = ["N,A,2024-01-01,2024-01-31,100,EUR,", "N#1,A,2024-01-01,2024-01-31,50,EUR,N"]
    write(tmp_path, invoices=[f"{INVOICES},parent_id", *rows], payments=[PAYMENTS, "1,A,N,2024-01-20,60,EUR,payment"])
    assert import_files(tmp_path, "canonical").ledger.payments["invoice_id"].tolist() == ["N"]


_AMOUNTS = st.integers(1, 30).map(lambda n: n / 4)


@given(
    st.lists(_AMOUNTS, min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(1, 9), st.integers(-40, 60).map(lambda n: n / 4)), max_size=8),
)
def test_parts_are_paid_in_their_order_and_money_is_kept(parts: list[float], paid: list[tuple[int, float]]) -> None:
    invoices = conform("invoices", _invoices(parts))
    payments = conform("payments", _payments(paid))
    shared = allocate(payments, invoices, families(invoices))
    # Each payment is its parts, exactly, in the order of the payments.
    whole = shared["split_of"].fillna(shared["payment_id"]) if "split_of" in shared else shared["payment_id"]
    sums = pd.Series(units(shared["amount"])).groupby(whole.to_numpy(), sort=False).sum()
    assert sums.tolist() == units(payments["amount"]).tolist()
    assert sums.index.tolist() == payments["payment_id"].tolist()
    # A later part got nothing before the ones before it were full, and only the last can be paid too much.
    total = shared.groupby("invoice_id")["amount"].sum().reindex(invoices["invoice_id"], fill_value=0.0).tolist()
    if all(amount >= 0 for _, amount in paid):
        for n, amount in enumerate(parts):
            assert total[n] >= amount or sum(total[n + 1 :]) == 0
            assert total[n] <= amount or n == len(parts) - 1


def _invoices(parts: list[float]) -> pd.DataFrame:
    due = pd.date_range("2024-01-31", periods=len(parts), freq="D")
    frame = pd.DataFrame({"invoice_id": [f"N#{n + 1}" for n in range(len(parts))], "amount": parts, "due_on": due})
    return frame.assign(customer_id="A", issued_on=pd.Timestamp("2024-01-01"), currency="EUR", parent_id="N")


def _payments(paid: list[tuple[int, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "payment_id": [f"P{n}" for n in range(len(paid))],
            "paid_on": pd.to_datetime([f"2024-03-0{day}" for day, _ in paid]),
            "amount": [amount for _, amount in paid],
        }
    )
    return frame.assign(customer_id="A", invoice_id="N", currency="EUR", kind="payment")


@given(st.lists(st.sampled_from(["2024-02-01", "2024-03-01", "2024-04-01"]), min_size=1, max_size=6))
def test_parts_are_numbered_in_the_order_of_their_due_days(due: list[str]) -> None:
    invoices = _invoices([1.0] * len(due)).assign(invoice_id="N", due_on=pd.to_datetime(due), parent_id=None)
    found = instalments(conform("invoices", invoices))
    if len(set(due)) == 1:
        assert set(found["invoice_id"]) == {"N"}
    else:
        assert found["invoice_id"].tolist() == [f"N#{sorted(set(due)).index(day) + 1}" for day in due]
        assert set(found["parent_id"]) == {"N"}


ODOO = (
    "date,invoice_date,date_maturity,move_name,move_type,parent_state,account_type,partner_id,amount_currency,"
    "currency_id,matching_number"
)
ODOO_LABELS = (
    "Date,Invoice/Bill Date,Due Date,Number,Type,Status,Internal Type,Partner,Amount in Currency,Currency,Matching #"
)
ODOO_ROWS = [
    "2024-01-01,2024-01-01,2024-01-31,INV/1,out_invoice,posted,asset_receivable,Azure,100.0,EUR,P1",
    "2024-01-01,2024-01-01,2024-02-29,INV/1,out_invoice,posted,asset_receivable,Azure,50.0,EUR,P1",
    "2024-01-02,2024-01-02,2024-02-01,INV/2,out_invoice,posted,asset_receivable,Deco,70.0,USD,12",
    "2024-01-03,2024-01-03,2024-02-02,INV/3,out_invoice,posted,asset_receivable,Deco,30.0,USD,12",
    "2024-01-03,2024-01-03,2024-02-02,INV/3,out_invoice,posted,income,Deco,-30.0,USD,",
    "2024-02-05,,,BNK/1,entry,posted,asset_receivable,Azure,-120.0,EUR,P1",
    "2024-02-06,,,BNK/2,entry,posted,asset_receivable,Deco,-90.0,USD,12",
    "2024-02-07,2024-02-07,2024-02-07,RINV/1,out_refund,posted,asset_receivable,Deco,-10.0,USD,12",
    "2024-02-08,,,BNK/3,entry,posted,asset_receivable,Deco,-5.0,USD,",
    "2024-02-09,,,BNK/4,entry,posted,asset_receivable,Azure,-8.0,EUR,13",
    "2024-02-10,,,BNK/4R,entry,posted,asset_receivable,Azure,8.0,EUR,13",
    "2024-02-11,2024-02-11,2024-03-12,INV/4,out_invoice,draft,asset_receivable,Azure,11.0,EUR,",
]
_LABELS = {
    "out_invoice": "Customer Invoice", "out_refund": "Customer Credit Note", "entry": "Journal Entry",
    "posted": "Posted", "asset_receivable": "Receivable", "income": "Income", "draft": "Draft",
}  # fmt: skip


def _labelled(row: str) -> str:
    return ",".join(_LABELS.get(cell, cell) for cell in row.split(","))


@pytest.mark.parametrize(
    "lines", [[ODOO, *ODOO_ROWS], [ODOO_LABELS, *map(_labelled, ODOO_ROWS)]], ids=["fields", "labels"]
)
def test_journal_items_of_odoo_are_invoices_and_what_was_matched_with_them(tmp_path: Path, lines: list[str]) -> None:
    (tmp_path / "Journal Item (account.move.line).csv").write_text("\n".join(lines), encoding="utf-8")
    result = import_files(tmp_path, "odoo")
    conserves(result)
    ledger = result.ledger
    # Due on two days, an invoice is two instalments.
    invoices: Any = ledger.invoices[["invoice_id", "parent_id", "amount"]].fillna("")
    assert invoices.to_numpy().tolist() == [
        ["INV/1#1", "INV/1", 100],
        ["INV/1#2", "INV/1", 50],
        ["INV/2", "", 70],
        ["INV/3", "", 30],
    ]
    # What bears an invoice's matching number paid it, the oldest due first; what bears none, or a number of no
    # invoice, paid nothing.
    assert ledger.payments[["payment_id", "invoice_id", "amount", "kind"]].fillna("").to_numpy().tolist() == [
        ["BNK/1#1", "INV/1#1", 100, "payment"],
        ["BNK/1#2", "INV/1#2", 20, "payment"],
        ["BNK/2#1", "INV/2", 70, "payment"],
        ["BNK/2#2", "INV/3", 20, "payment"],
        ["RINV/1", "INV/3", 10, "credit_note"],
        ["BNK/3", "", 5, "payment"],
        ["BNK/4", "", 8, "payment"],
        ["BNK/4R", "", -8, "payment"],
    ]
    assert settle(ledger)["amount_open"].tolist() == [0, 30, 0, 0]
    word = "posted, Posted"
    assert reasons(result) == {13: f"parent_state is not one of {word}"}
    assert result.summary["files"][0]["passed_over"] == 1
    assert sorted(ledger.customers["name"]) == ["Azure", "Deco"]


def test_a_corrected_payment_pays_once_at_every_time(tmp_path: Path) -> None:
    paid = [
        "1,A,N,2024-01-20,60,EUR,payment,",
        "2,A,N,2024-01-25,30,EUR,payment,",
        "1,A,N,2024-01-20,40,EUR,payment,2024-02-10",
    ]
    write(tmp_path, invoices=[f"{INVOICES},parent_id", *PARTS], payments=[f"{PAYMENTS},recorded_on", *paid])
    ledger = import_files(tmp_path, "canonical").ledger
    for day, total in (("2024-02-10", 90), ("2024-02-11", 70)):
        known = as_of(ledger, day).payments
        # What is known on a day adds up to what was known of the payments on it.
        assert known["amount"].sum() == total
    assert known[known["amount"] > 0][["split_of", "invoice_id", "amount"]].to_numpy().tolist() == [
        ["2", "N#1", 10],
        ["2", "N#2", 20],
        ["1", "N#1", 40],
    ]
