"""Reading exports: what a ledger's own tables as CSV become, and how bad rows and files are told."""

import json
from pathlib import Path

import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.ledger.book import Ledger
from paybench.ledger.cut import as_of
from paybench.ledger.readers.importer import import_files, write_import
from paybench.ledger.store import read_ledger
from tests.ledger.exports import GOOD, INVOICES, PAYMENTS, conserves, export, reasons, same_tables, write


def test_all_tables_versions_and_words_that_look_missing_come_back(tmp_path: Path) -> None:
    day = pd.Timestamp
    ledger = Ledger.of(
        invoices=pd.DataFrame(
            {
                "invoice_id": ["00123", "NA", "00123"],
                "customer_id": ["None", "null", "None"],
                "issued_on": day("2024-01-01"),
                "due_on": day("2024-01-31"),
                "amount": [0.1, 123456789.1234, 0.3],
                "currency": "EUR",
                "parent_id": [None, "9", None],
                "recorded_on": [None, None, day("2024-02-01")],
            }
        ),
        contacts=pd.DataFrame(
            {
                "contact_id": ["1"],
                "customer_id": ["None"],
                "sent_on": day("2024-02-01"),
                "channel": "email",
                "step": [2.0],
                "propensity": [0.1],
            }
        ),
        messages=pd.DataFrame(
            {
                "message_id": ["1"],
                "customer_id": ["null"],
                "received_on": day("2024-02-03"),
                "channel": "email",
                "text": [' Dear "all",\r\n\n=sum, "I" need\ttime; Grüße '],
            }
        ),
        disputes=pd.DataFrame(
            {"dispute_id": ["1"], "invoice_id": ["NA"], "opened_on": day("2024-02-01"), "amount": [5.5]}
        ),
        promises=pd.DataFrame(
            {
                "promise_id": ["1"],
                "customer_id": ["None"],
                "made_on": day("2024-02-01"),
                "promised_on": day("2024-02-09"),
                "amount": [1.0],
            }
        ),
        consents=pd.DataFrame(
            {
                "customer_id": ["None", "None"],
                "channel": ["sms", "sms"],
                "changed_on": [day("2024-01-01"), day("2024-02-01")],
                "allowed": [True, False],
            }
        ),
        customers=pd.DataFrame({"customer_id": ["None", "null"], "name": ["NA", "nan"], "country": ["NA", "DE"]}),
    )
    result = import_files([export(ledger, tmp_path)], "canonical")
    assert result.rejected.empty
    same_tables(ledger, result.ledger)


def test_a_written_import_is_read_back_with_its_report(tmp_path: Path) -> None:
    write(tmp_path, invoices=[INVOICES, GOOD, "=1+1,A,2024-01-01,2024-01-31,x,EUR"])
    result = import_files([tmp_path / "invoices.csv"], "canonical", name="north", grace_days=5)
    write_import(result, tmp_path / "out")
    back = read_ledger(tmp_path / "out")
    same_tables(result.ledger, back)
    assert (back.name, back.grace_days) == ("north", 5)
    # The report is the summary, and the rejected row cannot run in a spreadsheet.
    assert json.loads((tmp_path / "out" / "import.json").read_text(encoding="utf-8")) == result.summary
    rejected = pd.read_csv(tmp_path / "out" / "rejected.csv")
    assert rejected["content"].tolist() == ["'=1+1,A,2024-01-01,2024-01-31,x,EUR"]
    assert rejected["row"].tolist() == [3]


def test_columns_of_the_users_own_are_kept_as_text(tmp_path: Path) -> None:
    write(tmp_path, invoices=[f"{INVOICES},unit", f"{GOOD},007"])
    result = import_files([tmp_path / "invoices.csv"], "canonical")
    assert result.ledger.invoices["unit"].tolist() == ["007"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",A,2024-01-01,2024-01-31,10,EUR", "invoice_id is empty"),
        ("2,  ,2024-01-01,2024-01-31,10,EUR", "customer_id is empty"),
        ("2,A,2024-01-01,,10,EUR", "due_on is empty"),
        ("2,A,2013-02-30,2024-01-31,10,EUR", "issued_on is not a date of the calendar written like 2025-12-31"),
        ("2,A,01/02/2024,2024-01-31,10,EUR", "issued_on is not a date of the calendar written like 2025-12-31"),
        ("2,A,2024-02-01,2024-01-31,10,EUR", "it is due before it was issued"),
        ("2,A,2024-01-01,2024-01-31,ten,EUR", "amount is not an amount written like 1234.56"),
        ('2,A,2024-01-01,2024-01-31,"1.080,38",EUR', "amount is not an amount written like 1234.56"),
        ("2,A,2024-01-01,2024-01-31,0,EUR", "its amount is not above zero"),
        ("2,A,2024-01-01,2024-01-31,-5,EUR", "its amount is not above zero"),
        ("2,A,2024-01-01,2024-01-31,10,EURO", "currency is not a currency code of three letters"),
        ("2,A,2024-01-01,2024-01-31,10,EUR,x", "it has 7 fields instead of 6"),
        ("2,A", "it has 2 fields instead of 6"),
        ("2,A\0,2024-01-01,2024-01-31,10,EUR", "it contains NUL bytes"),
        ('"2\n3",A,2024-01-01,2024-01-31,10,EUR', "invoice_id contains a line break or another control character"),
        (GOOD, "it repeats an earlier row: the same invoice_id and content"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason_and_its_text(tmp_path: Path, row: str, reason: str) -> None:
    write(tmp_path, invoices=[INVOICES, GOOD, row, GOOD.replace("1,", "3,", 1)])
    result = import_files([tmp_path / "invoices.csv"], "canonical")
    # The bad row is the only one that is missing, and it is told where it stands and what it says.
    assert result.ledger.invoices["invoice_id"].tolist() == ["1", "3"]
    assert result.rejected.to_dict("records") == [
        {"file": "invoices.csv", "row": 3, "table": "invoices", "reason": reason, "content": row}
    ]
    conserves(result)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2,A,1,2024-02-01,10,USD,payment", "its currency is not its invoice's"),
        ("2,A,1,2024-02-01,10,EUR,gift", "kind is not one of payment, credit_note, write_off"),
        ("2,A,1,2024-02-01,10,EUR,", "kind is empty"),
        ("2,A,1,,10,EUR,payment", "paid_on is empty"),
        ("1,A,1,2024-02-01,10,EUR,payment", "it repeats an earlier row: the same payment_id and content"),
    ],
)
def test_a_bad_payment_is_rejected_with_its_reason(tmp_path: Path, row: str, reason: str) -> None:
    good = "1,A,1,2024-02-01,10,EUR,payment"
    write(tmp_path, invoices=[INVOICES, GOOD], payments=[PAYMENTS, good, row])
    result = import_files([tmp_path], "canonical")
    assert len(result.ledger.payments) == 1
    assert result.rejected[["file", "row", "table", "reason"]].to_numpy().tolist() == [
        ["payments.csv", 3, "payments", reason]
    ]


def test_a_quote_that_is_never_closed_costs_its_own_row_only(tmp_path: Path) -> None:
    broken = '2,"A,2024-01-01,2024-01-31,10,EUR'
    rows = [GOOD.replace("1,", f"{n},", 1) for n in range(10, 15)]
    write(tmp_path, invoices=[INVOICES, rows[0], broken, *rows[1:], ",".join(['"20"', *GOOD.split(",")[1:]])])
    result = import_files([tmp_path / "invoices.csv"], "canonical")
    assert reasons(result) == {3: "its quotes do not pair, or a field is longer than 131,072 characters"}
    assert result.ledger.invoices["invoice_id"].tolist() == ["10", "11", "12", "13", "14", "20"]


def test_rows_are_numbered_as_the_lines_of_the_file(tmp_path: Path) -> None:
    two_lines = '1,A,2024-02-01,email,"first\nsecond"'
    lines = ["message_id,customer_id,received_on,channel,text", "", two_lines, "", "2,A,2024-02-31,email,x"]
    write(tmp_path, invoices=[INVOICES, GOOD], messages=lines)
    result = import_files([tmp_path], "canonical")
    # Empty lines are no rows, and a row of two lines pushes the next ones down.
    assert result.rejected["row"].tolist() == [6]
    assert result.ledger.messages["text"].tolist() == ["first\nsecond"]


def test_an_invoice_number_of_several_invoices_gets_a_suffix_and_payments_follow_their_customer(tmp_path: Path) -> None:
    write(
        tmp_path,
        invoices=[
            INVOICES,
            "7,A,2024-01-01,2024-01-31,10,EUR",
            "7,B,2024-01-01,2024-01-31,20,EUR",
            "7~2,C,2024-01-01,2024-01-31,5,EUR",
            "7,A,2024-01-01,2024-01-31,10.00,EUR",
            "7,A,2024-03-01,2024-03-31,30,EUR",
        ],
        payments=[
            PAYMENTS,
            "1,A,7,2024-02-01,10,EUR,payment",
            "2,B,7,2024-02-01,20,EUR,payment",
            "2,B,7,2024-02-02,-20,EUR,payment",
            "3,C,7,2024-02-01,1,EUR,payment",
            "4,A,8,2024-02-01,1,EUR,payment",
        ],
    )
    result = import_files([tmp_path], "canonical")
    # The first stays, a repetition is rejected, and a suffix that is taken is not given again.
    assert reasons(result) == {5: "it repeats an earlier row: the same invoice_id and content"}
    invoices = result.ledger.invoices
    assert invoices["invoice_id"].tolist() == ["7", "7~3", "7~2", "7~4"]
    assert invoices["renumbered"].tolist() == [False, True, False, True]
    payments = result.ledger.payments
    # A payment belongs to its customer's invoice; somebody else's to the number as it stands.
    assert payments["invoice_id"].tolist() == ["7", "7~3", "7~3", "7", "8"]
    # A payment's number that stands for two payments gets a suffix, too.
    assert payments["payment_id"].tolist() == ["1", "2", "2~2", "3", "4"]
    # One for an invoice that is not there is kept and counted.
    assert result.summary["unknown_invoices"] == {"payments": 1, "contacts": 0, "disputes": 0, "promises": 0}
    assert result.summary["renumbered"] == 3
    conserves(result)


def test_versions_of_an_invoice_are_no_repetitions(tmp_path: Path) -> None:
    rows = ["7,A,2024-01-01,2024-01-31,10,EUR,", "7,A,2024-01-01,2024-01-31,10,EUR,2024-02-01"]
    write(tmp_path, invoices=[f"{INVOICES},recorded_on", *rows])
    result = import_files([tmp_path], "canonical")
    assert result.ledger.invoices["invoice_id"].tolist() == ["7", "7"]


def test_rows_of_a_dispute_that_changes_its_state_are_versions(tmp_path: Path) -> None:
    rows = ["d,1,2024-02-01,", "d,1,2024-02-01,2024-02-20", "d,1,2024-02-01,2024-02-20", "e,1,2024-03-01,2024-03-05"]
    write(tmp_path, invoices=[INVOICES, GOOD], disputes=["dispute_id,invoice_id,opened_on,closed_on", *rows])
    result = import_files([tmp_path], "canonical")
    assert reasons(result) == {4: "it repeats an earlier row: the same dispute_id and content"}
    assert result.ledger.disputes["dispute_id"].tolist() == ["d", "d", "e"]
    # Before it was closed it was open; nothing else was known then.
    before, after = (as_of(result.ledger, day).disputes for day in ("2024-02-20", "2024-02-21"))
    assert before["closed_on"].isna().tolist() == [True]
    assert after["closed_on"].tolist() == [pd.Timestamp("2024-02-20")]


def test_a_customer_has_one_name(tmp_path: Path) -> None:
    write(tmp_path, invoices=[INVOICES, GOOD], customers=["customer_id,name", "A,Abel", "A,Cain"])
    result = import_files([tmp_path], "canonical")
    assert reasons(result) == {3: "an earlier row says something else of the same customer_id"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "invoices.csv is empty"),
        (b"\n\n", "invoices.csv is empty"),
        (f"{INVOICES}\n".encode(), "invoices.csv holds no invoice"),
        (b"invoice_id,amount\n1,2\n", "has no column customer_id, issued_on.*it has invoice_id, amount"),
        (f"{INVOICES},amount\n{GOOD},2\n".encode(), "several columns called amount"),
        (f"{INVOICES}\n{GOOD}\n".encode("utf-16")[:-1], "is not text in utf-16"),
        (f"{INVOICES}\n{GOOD}".replace("A", "Ä").encode("latin-1"), "byte 59 is not"),
        (
            f"{INVOICES}\nx,A,1,2,3,4\n\n1,2\n".encode(),
            "2 rows were rejected, the first one .invoices.csv, row 2. because",
        ),
    ],
)
def test_what_cannot_be_imported_at_all_is_told_in_one_sentence(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "invoices.csv").write_bytes(content)
    with pytest.raises(PaybenchError, match=message):
        import_files([tmp_path / "invoices.csv"], "canonical")


def test_files_that_do_not_belong_to_the_format_are_told(tmp_path: Path) -> None:
    write(tmp_path, payments=[PAYMENTS], export=[INVOICES, GOOD])
    with pytest.raises(PaybenchError, match=r"no format 'sap9'; choose one of canonical, "):
        import_files([tmp_path], "sap9")
    with pytest.raises(PaybenchError, match=r"There is no file .*invoices.csv"):
        import_files([tmp_path / "invoices.csv"], "canonical")
    with pytest.raises(PaybenchError, match=r"export.csv is no file of the format 'canonical'"):
        import_files([tmp_path / "export.csv"], "canonical")
    with pytest.raises(PaybenchError, match=r"needs invoices.csv, and was given payments.csv"):
        import_files([tmp_path], "canonical")
    with pytest.raises(PaybenchError, match=r"needs invoices.csv, and was given no file"):
        import_files([], "canonical")
    (tmp_path / "empty").mkdir()
    with pytest.raises(PaybenchError, match="is a folder without a file of the format"):
        import_files([tmp_path / "empty"], "ibm")


def test_a_byte_order_mark_and_blanks_around_names_are_tolerated(tmp_path: Path) -> None:
    (tmp_path / "Invoices.csv").write_text(f"\ufeff{INVOICES.replace(',', ' , ')}\r\n{GOOD}\r\n", encoding="utf-8")
    assert len(import_files([tmp_path], "canonical").ledger.invoices) == 1


def test_an_import_can_be_repeated(tmp_path: Path) -> None:
    write(tmp_path, invoices=[INVOICES, GOOD, "x"])
    one, two = (import_files([tmp_path], "canonical") for _ in range(2))
    # The same files give the same ledger and the same report.
    assert one.summary == two.summary
    same_tables(one.ledger, two.ledger)
