"""What columns, types and states mean: where it is not known, it is asked or named, and not taken for another thing."""

from __future__ import annotations

from pathlib import Path

import pytest

from paybench.ledger.guess.kinds import kind_of
from paybench.ledger.guess.words import meaning
from paybench.ledger.settle import settle
from tests.ledger.exports import reasons
from tests.ledger.guesses import DOCUMENTS, FLAT, GERMAN, asks, guessed

TWO = ["1,A,2024-01-13,2024-02-12,100.00,GBP", "2,B,2024-01-14,2024-02-13,50.00,GBP"]
ZWEI = ["1;A;13.01.2024;12.02.2024;100,00;EUR", "2;B;14.01.2024;13.02.2024;50,00;EUR"]
ALL = ["GBP 150.0000 read = 150.0000 accepted + 0.0000 rejected"]


def beside(names: str, *cells: str, rows: list[str] = TWO, head: str = FLAT) -> str:
    """Two invoices with further columns."""
    mark = ";" if head is GERMAN else ","
    return "\n".join([f"{head}{mark}{names}", *(f"{row}{mark}{more}" for row, more in zip(rows, cells, strict=True))])


# Columns


@pytest.mark.parametrize(
    ("names", "cells"),
    [
        ("Payment 1 Date,Payment 1 Amount", ("2024-02-01,40.00", ",")),
        ("Written Off", ("20.00", "")),
        ("Credit Amount,Credited On", ("20.00,2024-02-20", ",")),
        ("Late fee", ("5", "")),
        ("Disputed Amount", ("20.00", "")),
    ],
)
def test_a_column_of_amounts_or_days_that_is_not_used_is_named(
    tmp_path: Path, names: str, cells: tuple[str, str]
) -> None:
    found = guessed(tmp_path, beside(f"{names},Clerk,Zero", *(f"{cell},ms,0.00" for cell in cells)))
    assert f"{names.replace(',', ', ')}: amounts or days that nothing is made of" in found.said
    assert found.result.summary["unused"] == [*names.split(","), "Clerk", "Zero"]
    assert found.payments == []
    assert found.sums == ALL


@pytest.mark.parametrize(
    "name",
    [
        *("Expected Payment Date", "Scheduled payment date", "Promised Payment Date", "Predicted payment date"),
        *("Geplantes Zahlungsdatum", "Date de paiement prévue", "Discount Due Date", "Value date", "Valuta"),
    ],
)
def test_a_day_that_is_planned_is_no_payment(tmp_path: Path, name: str) -> None:
    found = guessed(tmp_path, beside(name, "2024-03-01", "2024-03-05"))
    assert found.payments == []
    assert f"{name}: amounts or days" in found.said
    assert found.sums == ALL


def test_attributes_are_no_customers_amounts_or_due_days(tmp_path: Path) -> None:
    for name in ("Customer Group", "Kundengruppe", "Customer Type"):
        text = "\n".join(row.replace("Customer No", f"{name},Customer Name") for row in [FLAT])
        rows = [row.replace(",A,", ",Retail,Acme,").replace(",B,", ",Retail,Beta,") for row in TWO]
        invoices = guessed(tmp_path, "\n".join([text, *rows])).result.ledger.invoices
        assert invoices["customer_id"].tolist() == ["Acme", "Beta"]
    assert "amount cannot be told" in asks(tmp_path, "\n".join([FLAT.replace("Amount", "Amount before tax"), *TWO]))
    terms = "\n".join([FLAT.replace("Due Date", "Discount Due Date") + ",Payment Terms", *(f"{r},net 30" for r in TWO)])
    due = guessed(tmp_path, terms).result.ledger.invoices["due_on"]
    assert due.dt.strftime("%Y-%m-%d").tolist() == ["2024-02-12", "2024-02-13"]
    days = FLAT.replace("Invoice Date", "Ordered").replace("Due Date", "Shipped")
    assert "issued_on cannot be told" in asks(tmp_path, "\n".join([days, *TWO]))


@pytest.mark.parametrize("name", ["amount_cents", "Amount in TEUR", "Amount (k€)", "Betrag in T€"])
def test_amounts_in_parts_or_thousands_are_asked_about(tmp_path: Path, name: str) -> None:
    text = "\n".join([FLAT.replace("Amount", name), *TWO]).replace("GBP", "EUR")
    assert f"{name} says that its amounts are no whole units" in asks(tmp_path, text)
    assert guessed(tmp_path, text, f"{name}=amount").sums == [ALL[0].replace("GBP", "EUR")]


@pytest.mark.parametrize("name", ["Amount (LCY)", "Betrag in Hauswährung", "Amount base currency"])
def test_amounts_in_the_currency_of_the_books_are_asked_about(tmp_path: Path, name: str) -> None:
    text = "\n".join([FLAT.replace("Amount", name), TWO[0], TWO[1].replace("GBP", "USD")])
    assert f"{name} is in the currency of the books, and Currency says several" in asks(tmp_path, text)
    found = guessed(tmp_path, text, "EUR=currency")
    assert found.sums == ["EUR 150.0000 read = 150.0000 accepted + 0.0000 rejected"]


def test_a_payment_in_another_currency_is_not_booked_in_that_of_its_invoice(tmp_path: Path) -> None:
    cells = ("2024-02-01,140.00,EUR", "2024-02-02,50.00,GBP")
    found = guessed(tmp_path, beside("Paid On,Paid Amount,Payment Currency", *cells))
    assert reasons(found.result) == {2: "its currency is not its invoice's"}
    assert found.sums == ["GBP 150.0000 read = 50.0000 accepted + 100.0000 rejected"]
    text = beside("Paid On,Paid Amount (EUR)", "2024-02-01,140.00", "2024-02-02,50.00")
    assert "because its currency is not its invoice's" in asks(tmp_path, text)


@pytest.mark.parametrize("name", ["Kurs", "Skonto %"])
def test_the_decimal_mark_is_told_by_amounts_alone(tmp_path: Path, name: str) -> None:
    rows = [row.replace("100,00", "1.250").replace("50,00", "12.500") for row in ZWEI]
    text = beside(name, "1.0854", "2.05", rows=rows, head=GERMAN)
    assert "nothing tells whether 1.250 in Betrag" in asks(tmp_path, text)
    assert guessed(tmp_path, text, ",=decimal").sums == ["EUR 13750.0000 read = 13750.0000 accepted + 0.0000 rejected"]
    both = [ZWEI[0].replace("100,00", "1.250,00"), ZWEI[1].replace("50,00", "1,250.00")]
    third = "3;B;14.01.2024;13.02.2024;1.250;EUR"
    assert "nothing tells whether 1.250 in Betrag" in asks(tmp_path, "\n".join([GERMAN, *both, third]))


def test_a_pattern_that_reads_no_day_is_refused(tmp_path: Path) -> None:
    assert "No column of days is written as --map '%d.%m.%Y=dates' says" in asks(
        tmp_path, "\n".join([FLAT, *TWO]), "%d.%m.%Y=dates"
    )


# Types


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("credit_note", ["Facture d'avoir", "Rechnungskorrektur", "Stornorechnung", "out_refund", "Credit invoice"]),
        ("invoice", ["Anzahlungsrechnung", "Tax Invoice", "out_invoice", "Debit Memo", "Prepayment invoice"]),
        ("payment", ["Credit card payment", "Zahlungseingang", "Invoice payment", "Anzahlung", "Customer payment"]),
        ("reversal", ["Storno Zahlung", "Zahlungsstorno", "Returned payment", "Rücklastschrift"]),
        (None, ["Rechnung storniert", "Invoice (voided)", "Invoice cancellation", "Voided payment", "Sales Receipt"]),
        (None, ["Pro-forma Invoice", "Proformarechnung", "in_invoice", "Lieferantenrechnung", "Eingangsrechnung"]),
        (None, ["Supplier invoice", "Purchase invoice", "Facture fournisseur", "Auszahlung", "Zahlungsausgang"]),
        (None, ["Outgoing payment", "Cancelled payment", "Credit limit", "Payment discount", "Storno Gutschrift"]),
    ],
)
def test_a_word_within_a_type_does_not_tell_it(kind: str | None, texts: list[str]) -> None:
    assert {text: kind_of(text) for text in texts} == dict.fromkeys(texts, kind)


def test_what_each_type_was_taken_for_is_printed(tmp_path: Path) -> None:
    rows = ["1,A,2024-01-13,2024-02-12,100.00,GBP,Invoice", "2,A,2024-01-14,2024-02-13,20.00,GBP,Credit note"]
    rows += ["3,A,2024-01-15,2024-02-14,30.00,GBP,Supplier invoice"]
    found = guessed(tmp_path, "\n".join([DOCUMENTS, *rows]))
    assert "Type: Invoice = invoice; Credit note = credit_note" in found.said
    assert found.result.summary["types"] == {"Type": "Invoice = invoice; Credit note = credit_note"}
    assert "Type 'Supplier invoice' is none of" in reasons(found.result)[4]
    assert found.sums == ["GBP 150.0000 read = 120.0000 accepted + 30.0000 rejected"]


def test_types_of_which_none_is_known_are_asked_about(tmp_path: Path) -> None:
    rows = ["1,A,2024-01-13,2024-02-12,120.00,GBP,SI", "2,A,2024-01-21,2024-01-21,60.00,GBP,SC"]
    assert "Type says SI, SC, and none of it is a known type" in asks(tmp_path, "\n".join([DOCUMENTS, *rows]))


def test_what_is_credited_is_a_payment_if_no_type_is_there(tmp_path: Path) -> None:
    text = f"{GERMAN};S/H\n{ZWEI[0]};S\n1;A;20.01.2024;;40,00;EUR;H\n"
    found = guessed(tmp_path, text)
    assert found.payments == [("1", 40.0, "payment")]
    assert "no column says the type of a document, so S/H H is read as payments" in found.said
    assert found.sums == ["EUR 140.0000 read = 140.0000 accepted + 0.0000 rejected"]


def test_one_amount_below_zero_leaves_the_sides_what_they_are(tmp_path: Path) -> None:
    rows = [f"{ZWEI[0]};RE;S", "3;A;15.01.2024;;50,00;EUR;ZE;H", "4;A;16.01.2024;;5,00;EUR;ZE;S"]
    rows += ["7;A;19.01.2024;18.02.2024;-20,00;EUR;RE;S"]
    found = guessed(tmp_path, "\n".join([f"{GERMAN};Belegart;S/H", *rows]))
    assert found.payments == [("3", 50.0, "payment"), ("4", -5.0, "payment")]
    assert reasons(found.result) == {5: "its amount is not above zero"}
    assert found.sums == ["EUR 125.0000 read = 145.0000 accepted + -20.0000 rejected"]


# States


def test_what_was_paid_in_part_is_not_paid_in_full(tmp_path: Path) -> None:
    for partly in ("Partially Paid", "teilbezahlt", "Partiellement payée"):
        found = guessed(tmp_path, beside("Status,Paid On", "Paid,2024-02-01", f"{partly},2024-02-02"))
        assert reasons(found.result) == {3: "Status says that a part of it was paid, and no column says how much"}
        assert found.payments == [("P-1", 100.0, "payment")]
        assert found.sums == ["GBP 150.0000 read = 100.0000 accepted + 50.0000 rejected"]
    assert meaning("status", "nicht ausgeglichen") is None
    assert meaning("status", "unsettled") is None


def test_open_invoices_with_a_day_of_payment_are_asked_about(tmp_path: Path) -> None:
    text = beside("Status,Last Payment Date", "Closed,2024-02-01", "Overdue,2024-02-02")
    assert "Status says of many rows that they are open" in asks(tmp_path, text)
    found = guessed(tmp_path, text, "Last Payment Date=nothing")
    assert (found.payments, found.sums) == ([], ALL)


@pytest.mark.parametrize("name", ["Received", "Zahlung", "Cobrado"])
def test_a_second_column_of_amounts_beside_a_day_of_payment_is_asked_about(tmp_path: Path, name: str) -> None:
    text = beside(f"Payment Date,{name}", "2024-02-20,60.00", "2024-02-22,50.00")
    assert f"{name} may be what was paid of each invoice" in asks(tmp_path, text)
    found = guessed(tmp_path, text, f"{name}=payments.amount")
    assert [amount for _, amount, _ in found.payments] == [60.0, 50.0]
    assert found.sums == ALL
    # A tax is never the whole amount.
    assert guessed(tmp_path, beside("Payment Date,VAT", "2024-02-20,16.00", "2024-02-22,8.00")).sums == ALL


def test_a_payment_is_not_counted_twice(tmp_path: Path) -> None:
    rows = ["1,A,2024-01-13,2024-02-12,100.00,GBP,Invoice,2024-02-20,", "P1,A,2024-02-20,,-100.00,GBP,Payment,,1"]
    found = guessed(tmp_path, "\n".join([f"{DOCUMENTS},Paid On,Applies to invoice", *rows]))
    assert found.payments == [("P1", 100.0, "payment")]
    assert "payments have rows of their own, so Paid On of an invoice makes no payment" in found.said
    assert found.sums == ["GBP 200.0000 read = 200.0000 accepted + 0.0000 rejected"]
    text = "\n".join([f"{DOCUMENTS},Paid On", *(row.rpartition(",")[0] for row in rows)])
    assert "nothing says which invoice each is for" in asks(tmp_path, text)


def test_a_credit_note_that_was_cleared_with_an_invoice_is_named(tmp_path: Path) -> None:
    found = guessed(tmp_path, beside("Paid On", "2024-02-20", "2024-02-20", rows=[TWO[0], TWO[1].replace("50", "-30")]))
    assert "it is a credit note with a Paid On" in found.said
    assert found.result.summary["flagged_amounts"] == {next(iter(found.result.summary["flags"])): {"GBP": "-30.0000"}}


def test_a_state_that_is_not_known_is_named(tmp_path: Path) -> None:
    found = guessed(tmp_path, beside("Status", "Open", "Draft"))
    assert "Status is Draft in some rows; no known state, and nothing is made of it" in found.said
    found = guessed(tmp_path, beside("Storniert", "nein", "ja"))
    assert "1 to look at: Storniert says ja; in the ledger nothing of that is known (GBP 50.0000)" in found.said
    assert found.sums == ALL
    found = guessed(tmp_path, beside("Status,Paid On", "Paid,2024-02-01", "Written off,2024-02-03"))
    assert "Status says Written off, and Paid On is filled" in reasons(found.result)[3]
    assert found.sums == ["GBP 150.0000 read = 100.0000 accepted + 50.0000 rejected"]


# Rows that do not fit the others


def test_a_payment_of_an_invoice_that_is_not_there_is_named(tmp_path: Path) -> None:
    rows = [f"{TWO[0]},Invoice,", "P1,A,2024-01-21,,20.00,GBP,Payment,99", "P2,A,2024-01-22,,30.00,GBP,Payment,1"]
    found = guessed(tmp_path, "\n".join([f"{DOCUMENTS},Applies to invoice", *rows]))
    assert "1 payment of invoices that are not in the ledger" in found.said
    assert found.sums == ["GBP 150.0000 read = 150.0000 accepted + 0.0000 rejected"]


def test_a_letter_shared_by_two_currencies_links_each_with_its_own(tmp_path: Path) -> None:
    names = "Konto;Belegnr;Art;Datum;Fällig;Soll;Haben;Währung;Ausgleichsbeleg"
    rows = ["A;1;RE;13.01.2024;12.02.2024;100,00;;EUR;X1", "A;2;RE;14.01.2024;13.02.2024;80,00;;USD;X1"]
    rows += ["A;3;ZE;20.01.2024;;;80,00;USD;X1", "A;4;ZE;21.01.2024;;;100,00;EUR;X1"]
    found = guessed(tmp_path, "\n".join([names, *rows]))
    assert settle(found.result.ledger)["amount_open"].tolist() == [0.0, 0.0]
    assert found.sums == [f"{code} {n}.0000 read = {n}.0000 accepted + 0.0000 rejected" for code, n in SHARED]


SHARED = [("EUR", 200), ("USD", 160)]


def test_what_is_open_is_not_more_than_the_amount(tmp_path: Path) -> None:
    rows = [*TWO, TWO[1].replace("2,B", "3,B")]
    text = beside("Open Amount,Paid On", "120.00,2024-02-20", "10.00,2024-02-20", ",2024-02-20", rows=rows)
    found = guessed(tmp_path, text)
    assert reasons(found.result) == {2: "Open Amount is more than Amount"}
    assert "Open Amount is empty, and Paid On is filled; all of it counts as paid (GBP 50.0000)" in found.said
    assert [amount for _, amount, _ in found.payments] == [40.0, 50.0]
    assert found.sums == ["GBP 200.0000 read = 100.0000 accepted + 100.0000 rejected"]


def test_lines_of_one_invoice_names_of_one_customer_and_swapped_days_are_named(tmp_path: Path) -> None:
    found = guessed(tmp_path, beside("Item", "Widget", "Gadget", rows=[TWO[0], TWO[0]]))
    assert "rows of one invoice differ in Item alone; all but the first repeat it" in found.said
    assert found.sums == ["GBP 200.0000 read = 100.0000 accepted + 100.0000 rejected"]
    found = guessed(tmp_path, beside("Customer Name", "Acme", "Beta", rows=[TWO[0], TWO[1].replace("B", "A")]))
    assert "1 customer bears several names in Customer Name; the last one counts" in found.said
    found = guessed(tmp_path, beside("Dispute Opened,Dispute Closed", "2024-02-25,2024-02-20", ","))
    assert "it was closed before it was opened" in found.said
    assert found.sums == ALL
