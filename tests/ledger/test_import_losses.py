"""An export never silently loses rows, money or meaning: what cannot be kept is set aside, shown or asked for."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paybench.errors import PaybenchError
from paybench.ledger.book import Ledger
from paybench.ledger.formats import load_format, parse_format
from paybench.ledger.guess import propose
from paybench.ledger.readers.assemble import assemble
from paybench.ledger.readers.conserve import conserved
from paybench.ledger.readers.importer import Import, import_files
from paybench.ledger.readers.make import make_rows
from paybench.ledger.readers.sheet import read_sheet
from paybench.ledger.readers.verdict import Verdict
from paybench.ledger.settle import settle
from tests.ledger.exports import GOOD, IBM, IBM_ROWS, INVOICES, PAYMENTS, conserves, reasons, write

FLAT = "Invoice;Customer;Invoice date;Due date;Amount;Currency;Paid on"
DOCUMENTS = "Document No;Doc Type;Customer;Document Date;Due Date;Amount;Currency;Applies To"
FILLER = [f"{n};K{n % 2};2024-01-13;2024-02-12;250.00;EUR;" for n in range(7, 10)]
GERMAN = "Rechnungsnr;Kunde;Rechnungsdatum;Fällig am;Betrag;Währung;Bezahlt am"


def guessed(folder: Path, names: str, rows: list[str], *maps: str) -> Import:
    """An import by a guess; whatever it is, it adds up."""
    result = propose(save(folder, names, rows), maps).run()
    conserves(result)
    return result


def save(folder: Path, names: str, rows: list[str]) -> Path:
    return write(folder, f=[names, *rows]) / "f.csv"


def line(result: Import) -> list[str]:
    """What the import says of its money."""
    return [text.strip() for text in str(result).splitlines() if " read = " in text]


def said(result: Import) -> str:
    """All that it says, in one line."""
    return " ".join(str(result).split())


def paid(result: Import) -> list[tuple[str, float, str]]:
    rows = result.ledger.payments[["payment_id", "amount", "kind"]]
    return [(str(number), float(amount), str(kind)) for number, amount, kind in rows.itertuples(index=False)]


def left(result: Import) -> dict[str, float]:
    facts = settle(result.ledger)
    return dict(zip(facts["invoice_id"], facts["amount_open"], strict=True))


# Types of documents


def test_a_row_of_which_nothing_is_made_is_never_accepted(tmp_path: Path) -> None:
    rows = [
        "1001;Invoice;C1;2024-01-15;2024-02-14;1000.00;EUR;",
        "9001;Payment;C1;2024-02-15;;-400.00;EUR;1001",
        "9002;Dunning fee;C1;2024-02-16;;12.00;EUR;1001",
        "9003;Payment reminder;C1;2024-02-17;;5.00;EUR;1001",
    ]
    result = guessed(tmp_path, DOCUMENTS, rows, "Applies To=payments.invoice_id")
    # That its customer is known does not keep what it says; the reason names the word.
    assert reasons(result) == {
        row: f"Doc Type '{word}' is none of Invoice, Payment; add it to the rows of a table in the format"
        for row, word in ((4, "Dunning fee"), (5, "Payment reminder"))
    }
    # Its money was read, although nothing was made of it.
    assert line(result) == ["EUR 1417.0000 read = 1400.0000 accepted + 17.0000 rejected"]


_OWN = """
title: one list of documents
source: made up for this test
tested: false
files:
  - name: "*"
    rows:
      - table: invoices
        when: {type: [RV]}
        columns: {invoice_id: n, customer_id: c, issued_on: d, due_on: d, amount: a, currency: u}
      - table: disputes
        when: {disputed: [x]}
        columns: {dispute_id: n, invoice_id: n, opened_on: d}
      - table: customers
        once: true
        columns: {customer_id: c}
"""


def test_a_format_of_ones_own_loses_nothing_either(tmp_path: Path) -> None:
    rows = [
        "1,RV,C,2024-01-01,5,EUR,x",
        "2,ZZ,C,2024-01-02,7,EUR,x",
        "3,,C,2024-01-02,9,USD,",
        "4,ZZ,C,2024-01-03,,EUR,x",
    ]
    result = import_files(write(tmp_path, f=["n,type,c,d,a,u,disputed", *rows]), parse_format("own", _OWN))
    conserves(result)
    # A dispute does not bear the money of its row; without any money it is all that the row says.
    assert reasons(result) == {
        3: "type 'ZZ' is none of RV; add it to the rows of a table in the format",
        4: "type is empty; the format knows RV",
    }
    assert result.ledger.disputes["dispute_id"].tolist() == ["1", "4"]
    assert line(result) == [
        "EUR 12.0000 read = 5.0000 accepted + 7.0000 rejected",
        "USD 9.0000 read = 0.0000 accepted + 9.0000 rejected",
    ]


def test_write_offs_and_payments_that_went_back_have_a_place(tmp_path: Path) -> None:
    rows = [
        "1001;Invoice;C1;2024-01-15;2024-02-14;1000.00;EUR;",
        "1002;Rechnung;C1;2024-01-15;2024-02-14;500.00;EUR;",
        "9001;Payment;C1;2024-02-15;;-1000.00;EUR;1001",
        "9002;Rücklastschrift;C1;2024-02-20;;1000.00;EUR;1001",
        "9003;Write-off;C1;2024-03-26;;-500.00;EUR;1002",
        "9004;Reversal;C1;2024-03-27;;-20.00;EUR;1002",
    ]
    result = guessed(tmp_path, DOCUMENTS, rows, "Applies To=payments.invoice_id")
    assert sorted(paid(result)) == [
        ("9001", 1000.0, "payment"),
        ("9002", -1000.0, "payment"),
        ("9003", 500.0, "write_off"),
    ]
    assert left(result) == {"1001": 1000.0, "1002": 0.0}
    # What takes back and is below zero like a payment may take back an invoice: nobody can tell.
    assert "it cannot be told what it takes back" in reasons(result)[7]
    assert line(result) == ["EUR 1980.0000 read = 2000.0000 accepted + -20.0000 rejected"]


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_payment_against_the_sign_of_the_others_went_back(tmp_path: Path, sign: str) -> None:
    other = "" if sign else "-"
    rows = [
        "1;Invoice;C1;2024-01-15;2024-02-14;1000.00;EUR;",
        f"P1;Payment;C1;2024-02-15;;{sign}1000.00;EUR;1",
        f"P2;Payment;C1;2024-02-20;;{other}1000.00;EUR;1",
        f"P3;Payment;C1;2024-02-20;;{sign}5.00;EUR;1",
    ]
    result = guessed(tmp_path, DOCUMENTS, rows, "Applies To=payments.invoice_id")
    # Whether payments are written with a minus or without, the one that is not written so takes back.
    assert [amount for _, amount, _ in paid(result)] == [1000.0, -1000.0, 5.0]
    assert left(result) == {"1": 995.0}
    assert line(result) == ["EUR 1005.0000 read = 1005.0000 accepted + 0.0000 rejected"]


def test_payments_of_which_no_sign_is_usual_are_set_aside(tmp_path: Path) -> None:
    rows = ["1;Invoice;C1;2024-01-15;2024-02-14;1000.00;EUR;", "2;Payment;C1;2024-02-15;;7.00;EUR;1"]
    rows += ["3;Payment;C1;2024-02-15;;-7.00;EUR;1"]
    result = guessed(tmp_path, DOCUMENTS, rows, "Applies To=payments.invoice_id")
    assert set(reasons(result)) == {3, 4}
    assert line(result) == ["EUR 1000.0000 read = 1000.0000 accepted + 0.0000 rejected"]


@pytest.mark.parametrize(
    ("name", "debit", "credit", "maps"),
    [
        ("S/H", "S", "H", ()),
        ("Soll/Haben", "Soll", "Haben", ()),
        ("Segno", "+", "-", ()),
        ("Sens", "D", "C", ()),
        ("Konto 2", "D", "C", ("Konto 2=kind",)),
    ],
)
def test_the_side_of_an_account_is_a_sign(
    tmp_path: Path, name: str, debit: str, credit: str, maps: tuple[str, ...]
) -> None:
    rows = [f"{n};K1;2024-01-13;2024-02-12;100.00;EUR;;{debit}" for n in range(3)]
    result = guessed(tmp_path, f"{FLAT};{name}", [*rows, f"4;K1;2024-01-20;2024-02-12;40.00;EUR;;{credit}"], *maps)
    # What is credited is owed no more: it is no invoice, whatever its amount looks like.
    assert result.ledger.invoices["invoice_id"].tolist() == ["0", "1", "2"]
    assert paid(result) == [("4", 40.0, "credit_note")]
    assert line(result) == ["EUR 340.0000 read = 340.0000 accepted + 0.0000 rejected"]


def test_letters_that_may_be_sides_are_asked_about(tmp_path: Path) -> None:
    rows = ["1;K1;2024-01-13;2024-02-12;100.00;EUR;;D", "2;K1;2024-01-13;2024-02-12;40.00;EUR;;C"]
    file = save(tmp_path, f"{FLAT};Code", rows)
    with pytest.raises(PaybenchError, match="Code says D and C.*--map 'Code=kind'.*--map 'Code=nothing'"):
        propose(file).run()
    assert len(propose(file, ["Code=nothing"]).run().ledger.invoices) == 2


def test_a_side_gives_the_sign_of_documents(tmp_path: Path) -> None:
    rows = [
        "1001;Rechnung;C1;2024-01-15;2024-02-14;1000.00;EUR;;S",
        "1002;Rechnung;C1;2024-01-15;2024-02-14;30.00;EUR;;H",
        "9001;Zahlung;C1;2024-02-15;;1000.00;EUR;1001;H",
        "9002;Zahlung;C1;2024-02-20;;1000.00;EUR;1001;S",
    ]
    result = guessed(tmp_path, f"{DOCUMENTS};S/H", rows, "Applies To=payments.invoice_id")
    # A payment that is debited went back; an invoice that is credited contradicts itself.
    assert paid(result) == [("9001", 1000.0, "payment"), ("9002", -1000.0, "payment")]
    assert reasons(result) == {3: "Doc Type says that it is an invoice, and S/H that it is credited"}
    assert line(result) == ["EUR 1030.0000 read = 1000.0000 accepted + 30.0000 rejected"]


# One number, several rows


def test_instalments_stay_whole_where_disputes_are_told(tmp_path: Path) -> None:
    rows = [
        "1;K1;2024-01-15;2024-02-14;6000.00;EUR;2024-02-14;",
        "1;K1;2024-01-15;2024-03-15;4000.00;EUR;;contested",
        "2;K1;2024-01-15;2024-02-14;500.00;EUR;;",
        "2;K1;2024-01-15;2024-03-15;500.00;EUR;;",
    ]
    result = guessed(tmp_path, f"{FLAT};Dispute", [*(f"{row};" for row in FILLER), *rows])
    assert left(result) == {"7": 250, "8": 250, "9": 250, "1#1": 0, "1#2": 4000, "2#1": 500, "2#2": 500}
    assert line(result) == ["EUR 11750.0000 read = 11750.0000 accepted + 0.0000 rejected"]


def test_another_due_day_that_may_be_either_is_set_aside(tmp_path: Path) -> None:
    rows = ["1;K1;2024-01-15;2024-02-14;6000.00;EUR;2024-02-14;", "1;K1;2024-01-15;2024-03-15;6000.00;EUR;;contested"]
    rows += ["1;K1;2024-01-15;2024-03-15;6000.00;EUR;;settled"]
    result = guessed(tmp_path, f"{FLAT};Dispute", [*(f"{row};" for row in FILLER), *rows])
    # A second half of the same amount, or the day to which a dispute moved the first: nothing tells.
    assert "no column tells whether that was changed or is an instalment" in reasons(result)[6]
    # What follows the row follows it.
    assert reasons(result)[7] == "it is a later state of a row that is rejected"
    assert line(result) == ["EUR 12750.0000 read = 6750.0000 accepted + 6000.0000 rejected"]


def test_one_number_in_two_currencies_is_two_invoices(tmp_path: Path) -> None:
    rows = ["1;C3;2024-01-17;2024-02-16;70.00;USD;2024-03-01", "1;C3;2024-01-17;2024-02-16;70.00;EUR;2024-03-02"]
    result = guessed(tmp_path, FLAT, [*FILLER, *rows])
    assert left(result) == {"7": 250, "8": 250, "9": 250, "1": 0, "1~2": 0}
    assert line(result) == [
        "EUR 820.0000 read = 820.0000 accepted + 0.0000 rejected",
        "USD 70.0000 read = 70.0000 accepted + 0.0000 rejected",
    ]


def test_a_payment_finds_the_invoice_of_its_currency(tmp_path: Path) -> None:
    write(
        tmp_path,
        invoices=[INVOICES, GOOD, GOOD.replace("EUR", "USD")],
        payments=[PAYMENTS, "P,A,1,2024-02-01,10.00,USD,payment"],
    )
    result = import_files(tmp_path, "canonical")
    assert left(result) == {"1": 10, "1~2": 0}


def test_two_payments_of_one_day_are_two(tmp_path: Path) -> None:
    names = f"{FLAT};Paid amount;Bank ref"
    rows = [
        "1;K1;2024-01-03;2024-02-02;100.00;EUR;2024-02-01;50.00;A",
        "1;K1;2024-01-03;2024-02-02;100.00;EUR;2024-02-01;50.00;B",
    ]
    rows += ["2;K1;2024-01-03;2024-02-15;90.00;EUR;2024-02-15;90.00;C"]
    result = guessed(tmp_path, names, [*rows, rows[0]])
    # They came in two rows that are not the same; what is the same to the letter is said to be.
    assert left(result) == {"1": 0, "2": 0}
    assert reasons(result) == {5: "it repeats an earlier row: the same in every column"}
    # A second payment of an invoice counts beside it, and the repeated one is read as well.
    assert line(result) == ["EUR 290.0000 read = 240.0000 accepted + 50.0000 rejected"]


def test_the_payment_in_a_later_state_is_no_second_one(tmp_path: Path) -> None:
    names = f"{FLAT};Paid amount;Dispute;Changed on"
    rows = [
        "1;K1;2024-01-03;2024-02-02;100.00;EUR;;;;",
        "1;K1;2024-01-03;2024-02-02;100.00;EUR;2024-02-05;60.00;disputed;2024-02-06",
        "1;K1;2024-01-03;2024-02-02;100.00;EUR;2024-02-05;60.00;settled;2024-02-20",
        "2;K1;2024-01-03;2024-02-15;90.00;EUR;2024-02-15;90.00;;",
    ]
    result = guessed(tmp_path, names, rows)
    assert left(result) == {"1": 40, "2": 0}
    assert result.rejected.empty


def test_a_day_of_payment_that_is_corrected_is_shown(tmp_path: Path) -> None:
    rows = [
        "1;K1;2024-01-13;2024-02-12;80.00;EUR;2024-02-01;open",
        "1;K1;2024-01-13;2024-02-12;80.00;EUR;2024-02-20;paid",
    ]
    more = [f"{n};K1;2024-01-13;2024-02-12;80.00;EUR;;{state}" for n in range(2, 6) for state in ("open", "paid")]
    result = guessed(
        tmp_path, f"{FLAT};Remark", [row.replace("open", "a").replace("paid", "b") for row in (*rows, *more)]
    )
    assert result.ledger.payments["paid_on"].dt.day.tolist() == [20]
    assert result.summary["flags"] == {"a later row of the same invoice says another Paid on, and that one counts": 1}


# Currencies and decimals


def test_a_currency_beside_one_number_is_not_that_of_all(tmp_path: Path) -> None:
    names = FLAT.replace(";Currency;Paid on", "")
    rows = ["1;K1;2024-01-13;2024-02-12;78.00 CHF", *(f"{n};K1;2024-01-13;2024-02-12;{n}0.00" for n in range(2, 5))]
    file = save(tmp_path, names, rows)
    with pytest.raises(PaybenchError, match="does not say its currency"):
        propose(file).run()
    # With a currency for all the one that contradicts it is set aside.
    result = propose(file, ["EUR=currency"]).run()
    conserves(result)
    assert reasons(result) == {2: "Amount says CHF, and its currency is EUR"}
    assert line(result) == ["EUR 168.0000 read = 90.0000 accepted + 78.0000 rejected"]


def test_a_sign_of_another_currency_than_the_rows_is_set_aside(tmp_path: Path) -> None:
    rows = ["1;K1;2024-01-13;2024-02-12;$78.00;EUR;", "2;K1;2024-01-13;2024-02-12;$7.00;CAD;"]
    result = guessed(tmp_path, FLAT, [*rows, *FILLER])
    assert reasons(result) == {2: "Amount says $, and its currency is EUR"}
    assert line(result)[1] == "EUR 828.0000 read = 750.0000 accepted + 78.0000 rejected"


def test_the_name_of_the_column_says_the_currency_of_its_amounts(tmp_path: Path) -> None:
    rows = ["1;K1;2024-01-13;2024-02-12;78.00;USD;", "2;K1;2024-01-13;2024-02-12;10.00;EUR;"]
    result = guessed(tmp_path, FLAT.replace("Amount", "Amount (EUR)"), rows)
    assert reasons(result) == {2: "Amount (EUR) says EUR, and Currency another currency"}


@pytest.mark.parametrize("names", [FLAT, GERMAN])
def test_a_mark_before_three_digits_is_asked_about(tmp_path: Path, names: str) -> None:
    rows = [
        f"{n};C{n % 3};{n - 980}.03.2023;{n - 980}.05.2023;{'1.250' if n % 2 else n};EUR;" for n in range(995, 1000)
    ]
    file = save(tmp_path, names, rows)
    with pytest.raises(PaybenchError, match=r"1.250 in .* --map ',=decimal' or --map '.=decimal'"):
        propose(file).run()
    assert propose(file, [",=decimal"]).run().ledger.invoices["amount"].max() == 1250
    assert propose(file, [".=decimal"]).run().ledger.invoices["amount"].min() == 1.25
    # One number with a decimal comma tells it for all.
    more = save(tmp_path, names, [*rows, "1;C;13.03.2023;13.05.2023;7,50;EUR;"])
    assert propose(more).run().ledger.invoices["amount"].max() == 1250


# Money and disputes without a day


def test_what_is_not_open_any_more_was_paid(tmp_path: Path) -> None:
    day = "2024-01-13;2024-02-12;100.00;EUR"
    rows = [f"1;K1;{day};2024-02-10;0.00", f"2;K1;{day};2024-02-10;40.00", f"3;K2;{day};;100.00", f"4;K2;{day};;0.00"]
    rows += [f"5;K2;{day};2024-02-11;100.00", f"6;K2;{day};2024-02-11;"]
    result = guessed(tmp_path, f"{FLAT};Open amount", rows)
    # Of what was paid in part the rest is open; where no day says when, the sum is told.
    assert left(result) == {"1": 0, "2": 40, "3": 100, "4": 100, "5": 100, "6": 0}
    text = said(result)
    assert "1 to look at: Open amount is not Amount, and no day says when it was paid" in text
    assert "(EUR 100.0000)" in text
    assert "1 to look at: it has a day of payment, and all of it is open" in text


def test_money_without_a_day_is_told_with_its_sum(tmp_path: Path) -> None:
    day = "2024-01-03;2024-02-15;90.00"
    rows = [
        f"1;K1;{day};EUR;2024-02-15;90.00",
        f"2;K1;{day};EUR;;40.00",
        f"3;K1;{day};USD;;50.00",
        f"4;K1;{day};EUR;;0.00",
    ]
    result = guessed(tmp_path, f"{FLAT};Paid amount", rows)
    reason = "Paid amount is filled, and no day says when it was paid, so that payment is not in the ledger"
    assert result.summary["flagged_amounts"] == {reason: {"EUR": "40.0000", "USD": "50.0000"}}
    assert result.flagged["row"].tolist() == [3, 4]


def test_a_state_of_paid_without_a_day_is_told(tmp_path: Path) -> None:
    rows = [f"{n};K1;2024-01-03;2024-02-15;90.00;EUR;{'paid' if n % 2 else 'open'}" for n in range(5)]
    result = guessed(tmp_path, FLAT.replace("Paid on", "Status"), rows)
    reason = "Status says that it is paid, and no day says when it was paid, so that payment is not in the ledger"
    assert result.summary["flagged_amounts"] == {reason: {"EUR": "180.0000"}}


@pytest.mark.parametrize(
    ("names", "row", "lost"),
    [
        ("Dispute;Kz", "contested;2024-02-20", "says that it is disputed, and Paid on is empty"),
        ("Dispute;Dispute closed", ";2024-02-20", "Dispute closed is filled, and no day says when the dispute began"),
        ("Dispute;Changed on", "contested;", "says that it is disputed, and Changed on is empty"),
        ("Dispute;Changed on", "quux;2024-02-20", "says what no known word for a dispute is"),
        ("Dispute reason;Kz", "too late;", "Dispute reason is filled, and no day says when"),
    ],
)
def test_a_dispute_without_a_day_is_told(tmp_path: Path, names: str, row: str, lost: str) -> None:
    rows = [
        f"{line}resolved;2024-02-13".replace("resolved", "" if "reason" in names else "resolved")
        for line in (f"{n};K1;2024-01-13;2024-02-12;250.00;EUR;2024-03-01;" for n in range(7, 11))
    ]
    if "closed" in names or "reason" in names:
        rows = [line.replace("2024-02-13", "") for line in rows]
    result = guessed(tmp_path, f"{FLAT};{names}", [*rows, f"1;K1;2024-01-13;2024-02-12;100.00;EUR;;{row}"])
    assert lost in said(result)
    assert result.flagged["row"].tolist() == [6]


def test_a_dispute_may_be_called_open(tmp_path: Path) -> None:
    rows = ["1;K1;2024-01-13;2024-02-12;100.00;EUR;;;", "1;K1;2024-01-13;2024-02-12;100.00;EUR;;open;2024-02-20"]
    result = guessed(tmp_path, f"{FLAT};Dispute;Changed on", [*rows, *(f"{row};;" for row in FILLER)])
    assert result.ledger.disputes[["invoice_id", "reason"]].to_numpy().tolist() == [["1", "open"]]


# Links and frames


def test_a_payment_of_an_invoice_pays_its_instalments(tmp_path: Path) -> None:
    write(
        tmp_path,
        invoices=[INVOICES, "M#1,A,2024-01-01,2024-01-31,500,EUR", "M#2,A,2024-01-01,2024-02-29,500,EUR"],
        payments=[PAYMENTS, "P,A,M,2024-02-20,600,EUR,payment"],
    )
    # The numbers say what belongs together, also where no column of parents does.
    assert left(import_files(tmp_path, "canonical")) == {"M#1": 0, "M#2": 400}


def test_a_credit_of_its_invoices_own_number_is_applied(tmp_path: Path) -> None:
    rows = [*FILLER, "8;K0;2024-02-20;2024-02-20;-100.00;EUR;", "G1;K0;2024-02-20;2024-02-20;-30.00;EUR;"]
    result = guessed(tmp_path, FLAT, rows)
    assert left(result) == {"7": 250, "8": 150, "9": 250}
    # One that bears a number of its own is owed to the customer, and to no invoice.
    assert result.ledger.payments["invoice_id"].isna().tolist() == [False, True]


def test_what_is_passed_over_is_told_with_its_sum(tmp_path: Path) -> None:
    result = guessed(tmp_path, FLAT, [*FILLER, "Total;;;;750.00;EUR;", ";;;;;;"])
    assert "EUR 750.0000 in the rows passed over" in said(result)
    assert result.summary["files"][0]["passed_over"] == 2


def test_a_row_with_a_number_is_no_total(tmp_path: Path) -> None:
    names = "Customer;Invoice;Invoice date;Due date;Amount;Currency;Paid on"
    rows = [f"K{n};{n};2024-01-13;2024-02-12;250.00;EUR;" for n in range(3)]
    result = guessed(tmp_path, names, [*rows, "Total;77;;2024-02-12;5.00;EUR;", "Total;;;;755.00;EUR;"])
    # A customer may be called so, and its row lacks a day: it is set aside, and not taken for a sum.
    assert reasons(result) == {5: "Invoice date is empty"}
    assert line(result) == ["EUR 755.0000 read = 750.0000 accepted + 5.0000 rejected"]


def test_numbers_can_be_made_of_amounts_that_are_missing(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    text = _OWN.replace("dispute_id: n", "dispute_id: {made_of: [opened_on, amount]}").replace(
        "opened_on: d}", "opened_on: d, amount: b}"
    )
    rows = ["1,RV,C,2024-01-01,5,EUR,x,", "2,RV,C,2024-01-02,5,EUR,x,3"]
    result = import_files(write(tmp_path, f=["n,type,c,d,a,u,disputed,b", *rows]), parse_format("own", text))
    assert result.ledger.disputes["dispute_id"].is_unique
    assert not recwarn.list


_ROW = st.tuples(
    st.sampled_from(["Invoice", "Payment", "Credit note", "Write-off", "Refund", "Reversal", "Dunning fee", ""]),
    st.sampled_from(["A", "B", ""]),
    st.sampled_from(["2024-01-13", "2024-02-30", ""]),
    st.sampled_from(["2024-02-12", "2023-12-31", ""]),
    st.sampled_from(["10.00", "-10.00", "7.50", "0.00", "-3.25", "x", "$5.00", ""]),
    st.sampled_from(["EUR", "USD", ""]),
    st.sampled_from(["", "2024-02-01", "2024-02-05", "open"]),
    st.sampled_from(["", "4.00", "-4.00", "0.00"]),
    st.sampled_from(["", "S", "H"]),
    st.sampled_from(["", "disputed", "open", "resolved", "quux"]),
)
_TYPED = "No;Doc Type;Customer;Document Date;Due Date;Amount;Currency;Paid on;{};S/H;Dispute"


@settings(max_examples=30)
@given(st.lists(_ROW, max_size=10), st.sampled_from(["Paid amount", "Open amount"]))
def test_every_row_is_in_the_ledger_or_in_the_list_of_the_rejected(rows: list[tuple[str, ...]], money: str) -> None:
    good = [("Invoice", "A", "2024-01-13", "2024-02-12", f"{n}.50", "EUR", "", "", "S", "") for n in range(1, 20)]
    numbered = [";".join((f"R{n}", *row)) for n, row in enumerate([*good, *rows])]
    with tempfile.TemporaryDirectory() as folder:
        result = guessed(Path(folder), _TYPED.format(money), numbered)
    ledger, rejected = result.ledger, set(result.rejected["row"])
    there = dict(zip(ledger.payments["payment_id"], ledger.payments["amount"], strict=True))
    there |= dict(zip(ledger.invoices["invoice_id"], ledger.invoices["amount"], strict=True))
    for n, row in enumerate([*good, *rows]):
        # Each number comes once, so each row is a document of its own amount, or is said not to be.
        assert (n + 2 in rejected) != (f"R{n}" in there)
        if f"R{n}" in there:
            assert abs(there[f"R{n}"]) == abs(float(row[4].strip("$")))


def test_an_amount_that_is_counted_and_not_kept_stops_the_import(tmp_path: Path) -> None:
    write(tmp_path, invoices=[INVOICES, GOOD, "2,A,2024-01-01,2024-01-31,7.00,EUR"])
    how = load_format("canonical")
    verdict = Verdict([read_sheet(tmp_path / "invoices.csv", "invoices.csv", how)])
    made = make_rows(0, how.files[0], how, verdict)
    # A row gets lost after it was counted, and the ledger is as the tables say.
    made[0].frame = made[0].frame[:1]
    tables, _ = assemble(made, verdict)
    with pytest.raises(RuntimeError, match="the amount of every row"):
        conserved(made, verdict, verdict.rejected(), Ledger.of(**tables))


def test_an_invoice_that_is_paid_on_two_days_is_paid_once(tmp_path: Path) -> None:
    rows = ["1;K;2024-01-01;2024-02-01;50.00;EUR;2024-02-02", "1;K;2024-01-01;2024-02-01;50.00;EUR;2024-02-09"]
    result = guessed(tmp_path, FLAT, [*rows, *FILLER])
    # Without amounts of their own two days of payment are no two payments of the whole amount.
    assert result.ledger.payments["amount"].tolist() == [50.0]
    assert "says another Paid on, and that one counts" in said(result)


def test_a_day_of_payment_that_an_earlier_version_had_is_shown(tmp_path: Path) -> None:
    rows = [
        "1;K;2024-01-01;2024-02-01;50.00;EUR;2024-02-02;2024-02-03",
        "1;K;2024-01-01;2024-02-20;50.00;EUR;2024-02-09;2024-02-10",
    ]
    result = guessed(tmp_path, f"{FLAT};Changed on", [*rows, *(f"{row};" for row in FILLER)])
    assert result.ledger.invoices["invoice_id"].tolist() == ["1", "1", "7", "8", "9"]
    assert result.ledger.payments["paid_on"].dt.day.tolist() == [9]
    assert result.flagged["row"].tolist() == [2]


def test_a_state_that_ends_an_invoice_is_told(tmp_path: Path) -> None:
    states = ["open", "paid", "written off", "cancelled"]
    rows = [f"{n};K;2024-01-13;2024-02-12;50.00;EUR;{state}" for n, state in enumerate([*states, "open"])]
    result = guessed(tmp_path, FLAT.replace("Paid on", "Status"), rows)
    assert [(n, next(iter(money.values()))) for n, money in enumerate(result.summary["flagged_amounts"].values())] == [
        (0, "50.0000"),
        (1, "100.0000"),
    ]
    assert "Status says written off, cancelled, and no day says since when" in said(result)


def test_a_type_of_which_nothing_is_known_is_asked_about(tmp_path: Path) -> None:
    rows = [f"{n};K;2024-01-13;2024-02-12;50.00;EUR;;{n}" for n in range(3)]
    with pytest.raises(PaybenchError, match="T says 0, 1, 2, and none of it is a known type of document"):
        propose(save(tmp_path, f"{FLAT};T", rows), ["T=kind"]).run()


def test_a_dispute_of_an_open_invoice_of_ibms_sample_is_told(tmp_path: Path) -> None:
    row = IBM_ROWS[1].replace("3/13/2013", "").replace("10002", "10003")
    result = import_files(write(tmp_path, f=[IBM, *IBM_ROWS, row]) / "f.csv", "ibm")
    assert "1 to look at: Disputed is Yes, and no day says since when" in said(result)
