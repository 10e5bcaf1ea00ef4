"""Exports of French, German, Italian and Dutch accounting programs, by a guess, to the cent and the day."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

import paybench as pb
from paybench.cli import main
from paybench.ledger import Ledger, settle
from tests.ledger.foreign import Invoice, drawn, dutch, french, german, italian


def imported(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, *options: str
) -> tuple[Ledger, str]:
    """Import one file; nothing of it is rejected unless the caller looks for it in what was said."""
    file = folder / name
    file.write_bytes(content)
    code = main(["ledger", "import", str(file), *options, "--out", str(folder / "book")])
    out, err = capsys.readouterr()
    assert (code, err) == (0, ""), err
    return pb.read_ledger(folder / "book"), out


def holds(ledger: Ledger, book: list[Invoice], prefix: str = "") -> None:
    """The ledger says of every invoice of the book what the book says."""
    facts = settle(ledger).set_index("invoice_id")
    assert sorted(facts.index) == sorted(prefix + one.number for one in book)
    for one in book:
        row = facts.loc[prefix + one.number]
        assert row["customer_id"] == one.customer
        assert (row["issued_on"].date(), row["due_on"].date()) == (one.issued, one.due)
        assert (Decimal(f"{row['amount']:.2f}"), Decimal(f"{row['amount_open']:.2f}")) == (one.amount, one.left)
        assert (None if row.isna()["settled_on"] else row["settled_on"].date()) == one.settled


@pytest.mark.parametrize("journal", [True, False])
def test_a_french_general_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str], journal: bool) -> None:
    book = drawn(1)
    ledger, said = imported(tmp_path, capsys, "gl.csv", french(book, journal), "--guess", "--map", "EUR=currency")
    holds(ledger, book, "FA")
    assert "80 rows, 80 accepted, 0 rejected, 9 passed over" in said
    assert "amount          Débit / Crédit   95%  their names; 49 debits, 49 credits" in said
    # The letter A of one customer has nothing to do with the A of the next one.
    assert "pay the invoices of the same Compte that bear the same\n  Lettrage" in said
    kinds = ledger.payments["kind"].value_counts().to_dict()
    assert kinds == ({"payment": 37, "credit_note": 3} if journal else {"payment": 40})
    assert ("no column says the type of a document" in said) != journal


def test_a_german_list_of_open_and_cleared_items(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = drawn(2)
    ledger, said = imported(tmp_path, capsys, "opos.csv", german(book), "--guess")
    holds(ledger, book, "RE")
    assert "80 rows, 80 accepted, 0 rejected, 1 passed over" in said
    # The day of clearing makes no payment where payments have rows of their own.
    assert ledger.payments["payment_id"].str.fullmatch(r"[ZG]\d+[ab]?").all()
    assert ledger.payments["kind"].value_counts().to_dict() == {"payment": 37, "credit_note": 3}


def test_columns_of_other_names_are_sides_if_the_user_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = drawn(2)
    other = german(book).replace(b"Soll;Haben", b"Plus;Betrag").replace(b"Ausgleichsbeleg", b"Zuordnung")
    maps = ["Plus=debit", "Betrag=credit", "Zuordnung=payments.match"]
    options = [word for pair in maps for word in ("--map", pair)]
    holds(imported(tmp_path, capsys, "opos.csv", other, "--guess", *options)[0], book, "RE")


def test_billed_and_paid_side_by_side_are_no_sides_of_an_account(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = "Rechnung;Kunde;Rechnungsdatum;Fällig am;Soll;Haben;Währung"
    rows = [f"{k};K{k % 3};{k + 10}.01.2024;{k + 10}.02.2024;{k},50;{k},00;EUR" for k in range(1, 9)]
    (tmp_path / "f.csv").write_text("\n".join([names, *rows, ""]), encoding="utf-8")
    assert main(["ledger", "import", str(tmp_path / "f.csv"), "--guess", "--out", str(tmp_path / "book")]) == 1
    assert "amount cannot be told" in capsys.readouterr().err
    assert main(["ledger", "import", str(tmp_path / "f.csv"), "--guess"]) == 0
    assert "Soll and Haben are both filled in many rows" in " ".join(capsys.readouterr().out.split())


def test_a_row_with_a_debit_and_a_credit_is_set_aside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = german(drawn(2)).decode("cp1252").splitlines()
    for at, (old, new) in {5: (";;EUR", ";1,00;EUR"), 9: (";;EUR", ";x;EUR")}.items():
        lines[at] = lines[at].replace(old, new, 1)
    _, said = imported(tmp_path, capsys, "f.csv", "\n".join(lines).encode("cp1252"), "--guess")
    assert "1 rejected: Soll and Haben are both filled" in said
    assert "1 rejected: Haben is not an amount" in said
    assert "78 accepted, 2 rejected" in said


def test_a_german_list_with_a_letter_for_the_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = drawn(2)
    ledger, said = imported(tmp_path, capsys, "opos.csv", german(book, letters=True), "--guess")
    holds(ledger, book, "RE")
    assert "80 rows, 80 accepted, 0 rejected, 1 passed over" in said
    # What settles an invoice, and is of no known type, is a payment: a credit note would make it cancelled.
    assert set(ledger.payments["kind"]) == {"payment"}


def test_an_italian_schedule_with_a_column_of_sides(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = drawn(3, parts=False, credits=False)
    ledger, said = imported(tmp_path, capsys, "scad.csv", italian(book), "--guess", "--map", "EUR=currency")
    holds(ledger, book, "2024/")
    assert "44 rows, 44 accepted, 0 rejected, 1 passed over" in said
    notes = ledger.payments[ledger.payments["kind"] == "credit_note"]
    assert notes["amount"].tolist() == [80.0] * 4


def test_a_dutch_list_with_what_is_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = drawn(4, parts=False, credits=False)
    ledger, said = imported(tmp_path, capsys, "op.csv", dutch(book), "--guess", "--map", "EUR=currency")
    holds(ledger, book)
    assert "40 rows, 40 accepted, 0 rejected, 1 passed over" in said
    assert "Betaald op says 'open' where it has no day" in said


@pytest.mark.parametrize("make", [french, german])
def test_what_was_guessed_reads_the_next_export(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], make: Callable[[list[Invoice]], bytes]
) -> None:
    kept = str(tmp_path / "kept.yaml")
    imported(tmp_path, capsys, "first.csv", make(drawn(5)), "--guess", "--map", "EUR=currency", "--write", kept)
    # Another customer, and so another total, comes in the month after.
    book = [*drawn(6), *drawn(7)[:1]]
    book[-1].customer, book[-1].number, book[-1].paid = "99000", "999999", []
    ledger, said = imported(tmp_path, capsys, "next.csv", make(book), "--format", kept)
    holds(ledger, book, "FA" if make is french else "RE")
    assert " 0 rejected" in said
