"""Exports that no format knows: what the guess finds, what it refuses, and what holds of every import by a guess."""

from __future__ import annotations

import csv
import io
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.cli import main
from paybench.errors import PaybenchError
from paybench.ledger.formats import load_format
from paybench.ledger.guess import overridden, propose
from paybench.ledger.readers.importer import import_files
from paybench.ledger.settle import settle
from paybench.simulate import simulate
from paybench.simulate.exports import write_export
from tests.ledger.exports import IBM, IBM_ROWS, accepted, conserves, export, in_table, reasons, same_tables, write

NASTY = [
    "Offene Posten;;;;;;;;;",
    "Mandant 01 Müller & Söhne GmbH;;;;;;;;;",
    "Stand 31.03.2024;;;;;;;;;",
    "Rechnungsnr.;Kundennr.;Name;Rechnungsdatum;Fällig am;Betrag;Währung;Bezahlt am;Klärung;Geändert am",
    "00123;K-1;NA;03.01.2024;02.02.2024;1.080,38;EUR;05.02.2024;;",
    "00124;K-2;Größe AG;10.01.2024;09.02.2024;250,00;EUR;;in Klärung;15.02.2024",
    "",
    "00124;K-2;Größe AG;10.01.2024;09.02.2024;250,00;EUR;20.03.2024;geklärt;12.03.2024",
    "00125;NA;NA;15.01.2024;14.02.2024;99,90;EUR;;;",
    "00126;K-3;Zeta;20.01.2024;;10,00;EUR;;;",
    "G-7;K-1;NA;22.01.2024;22.01.2024;(80,00);EUR;;;",
    ";;;;;;;;;",
    "00127;K-3;Zeta;31.01.2024;01.03.2024;12.000,00;EUR;01.03.2024;;",
    "Summe;;;;;13.360,28;;;;",
    "",
]


def save(folder: Path, lines: list[str], name: str = "export.csv", encoding: str = "utf-8") -> Path:
    file = folder / name
    file.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return file


def columns(file: Path, *maps: str) -> dict[str, str]:
    """Our columns -> theirs."""
    return {ours: found.column for ours, found in propose(file, maps).guess.found.items()}


def test_a_nasty_file_is_read_as_a_person_would(tmp_path: Path) -> None:
    file = save(tmp_path, NASTY, encoding="cp1252")
    proposal = propose(file)
    layout = proposal.guess.layout
    assert (layout.encoding, layout.delimiter, layout.skip) == ("cp1252", ";", 3)
    result = proposal.run()
    invoices, payments = result.ledger.invoices, result.ledger.payments
    # Numbers keep their zeros, a customer may be called NA, and the repeated invoice is one.
    assert invoices["invoice_id"].tolist() == ["00123", "00124", "00125", "00127"]
    assert invoices["customer_id"].tolist() == ["K-1", "K-2", "NA", "K-3"]
    assert invoices["amount"].tolist() == [1080.38, 250.0, 99.9, 12000.0]
    assert invoices["issued_on"].dt.strftime("%d.%m.").tolist() == ["03.01.", "10.01.", "15.01.", "31.01."]
    # Each is paid once, by the row that says so last; what is below zero is a credit note.
    assert settle(result.ledger)["amount_open"].tolist() == [0, 0, 99.9, 0]
    assert {
        (number, kind, amount) for number, kind, amount in payments[["payment_id", "kind", "amount"]].to_numpy()
    } == {
        ("P-00123", "payment", 1080.38),
        ("P-00124", "payment", 250.0),
        ("P-00127", "payment", 12000.0),
        ("G-7", "credit_note", 80.0),
    }
    # The dispute lasts from the change into the state to the change out of it.
    dispute = result.ledger.disputes.iloc[0]
    assert (dispute["invoice_id"], dispute["reason"]) == ("00124", "in Klärung")
    assert (str(dispute["opened_on"].date()), str(dispute["closed_on"].date())) == ("2024-02-15", "2024-03-12")
    # What lacks a due day is set aside, and the total and the empty row are no rows.
    assert reasons(result) == {10: "Fällig am is empty"}
    file_summary = result.summary["files"][0]
    assert (file_summary["rows"]["read"], file_summary["passed_over"]) == (7, 2)
    # The money of all rows is there, that of the repeated one once.
    assert Decimal(file_summary["amounts"]["EUR"]["read"]) == Decimal("13520.28")
    conserves(result)


def test_the_format_that_is_written_does_what_the_guess_does(tmp_path: Path) -> None:
    proposal = propose(save(tmp_path, NASTY, encoding="cp1252"))
    proposal.write(tmp_path / "own.yaml")
    again = import_files([tmp_path / "export.csv"], tmp_path / "own.yaml")
    same_tables(proposal.run().ledger, again.ledger)
    # The reasons stand beside the columns, as comments.
    assert 'invoice_id: "Rechnungsnr."  # 95%: its name' in (tmp_path / "own.yaml").read_text(encoding="utf-8")


def test_a_guess_depends_on_the_content_alone(tmp_path: Path) -> None:
    one = propose(save(tmp_path, NASTY, encoding="cp1252"))
    (tmp_path / "other").mkdir()
    other = propose(save(tmp_path / "other", NASTY, encoding="cp1252"))
    # The same file gives the same guess, format and page, wherever it lies and whenever it is asked.
    assert one.yaml == other.yaml == propose(tmp_path / "export.csv").yaml
    assert one.preview() == other.preview()
    # In another encoding it is the same guess, too.
    utf = propose(save(tmp_path / "other", NASTY, encoding="utf-8-sig"))
    assert utf.guess.found == one.guess.found
    assert propose(save(tmp_path / "other", NASTY, encoding="utf-16")).guess.found == one.guess.found


def test_what_our_own_tools_write_is_recognised(tmp_path: Path) -> None:
    ledger = simulate(12, 8, seed=5).ledger
    wanted = {"issued_on", "due_on", "amount", "currency"}
    # The canonical table of invoices bears our names.
    canonical = propose(export(ledger, tmp_path) / "invoices.csv")
    found = {ours: f.column for ours, f in canonical.guess.found.items()}
    assert {ours: found[ours] for ours in ("invoice_id", "customer_id", *wanted)} == {
        ours: ours for ours in ("invoice_id", "customer_id", *wanted)
    }
    same = canonical.run().ledger.invoices
    pd.testing.assert_frame_equal(
        same[["invoice_id", "due_on", "amount"]], ledger.invoices[["invoice_id", "due_on", "amount"]]
    )
    # SAP's list is read as its format reads it.
    write_export(ledger, tmp_path / "sap", "sap", faults=False)
    file = next((tmp_path / "sap").glob("open*.csv"))
    by_guess, by_format = propose(file).run().ledger, import_files([file], "sap").ledger
    for table in ("invoices", "payments", "customers"):
        mine, known = by_guess.table(table), by_format.table(table)
        pd.testing.assert_frame_equal(mine[known.columns.intersection(mine.columns)], known)
    # And so is IBM's sample, once its currency is said.
    ibm = write(tmp_path, ibm=[IBM, *IBM_ROWS]) / "ibm.csv"
    same_tables(propose(ibm, ["USD=currency"]).run().ledger, import_files([ibm], "ibm").ledger)


_HEADERS = {
    "en": "Invoice No.,Customer Number,Invoice Date,Due Date,Gross Amount,Currency,Date Paid",
    "de": "RechnungsNr,Debitor,Belegdatum,Fälligkeit,Bruttobetrag,Währung,Zahlungseingang",
    "fr": "N° de facture,Code client,Date de facturation,Échéance,Montant TTC,Devise,Réglé le",
    "es": "Nº Factura,Cliente,Fecha de emisión,Vencimiento,Importe,Divisa,Fecha de cobro",
    "it": "Numero fattura,Cod. Cliente,Data fattura,Scadenza,Importo,Valuta,Data incasso",
    "nl": "FACTUURNR,KLANTNR,FACTUURDATUM,VERVALDATUM,BEDRAG,VALUTA,BETAALDATUM",
    "pt": "Nº da fatura,Código do cliente,Data de emissão,Data de vencimento,Valor,Moeda,Data de pagamento",
}


@pytest.mark.parametrize("language", _HEADERS)
def test_names_are_known_in_seven_languages(tmp_path: Path, language: str) -> None:
    rows = ["1,A,2024-01-01,2024-01-31,10.50,EUR,2024-02-01", "2,A,2024-01-02,2024-02-01,9.00,EUR,"]
    names = _HEADERS[language].split(",")
    ours = ["invoice_id", "customer_id", "issued_on", "due_on", "amount", "currency", "paid_on"]
    assert columns(save(tmp_path, [_HEADERS[language], *rows])) == dict(zip(ours, names, strict=True))


def test_without_names_the_content_tells_or_nothing_is_imported(tmp_path: Path) -> None:
    rows = [f"R{k},C{k % 2},2024-02-{10 + k},2024-03-{10 + k},{k}.50,EUR" for k in range(1, 9)]
    proposal = propose(save(tmp_path, ["a,b,c,d,e,f", *rows]))
    assert [f.column for f in proposal.guess.found.values()] == list("abcdef")
    # Less than what a name would make it.
    assert {f.confidence for f in proposal.guess.found.values()} == {0.55}
    # Two columns that could both be the amount: it is asked for, with the candidates and what to type.
    two = [row + f",{k}.25" for k, row in enumerate(rows)]
    with pytest.raises(PaybenchError, match=r"amount cannot be told .*it could be [eg], [eg]; .*--map '[eg]=amount'"):
        propose(save(tmp_path, ["a,b,c,d,e,f,g", *two])).run()
    assert propose(tmp_path / "export.csv", ["g=amount"]).run().ledger.invoices["amount"].iloc[1] == 1.25


HEAD = "Invoice,Customer,Invoice date,Due date,Amount,Currency"


@pytest.mark.parametrize(
    ("header", "row", "sentence"),
    [
        (
            HEAD.replace("Currency", "Note"),
            "1,A,2024-01-31,2024-02-29,10.5,x y",
            "does not say its currency.*EUR=currency",
        ),
        (HEAD.replace("Due date", "Note"), "1,A,2024-01-31,x,10.5,EUR", "due_on cannot be told"),
        (
            HEAD,
            "1,A,31 Jan,2024-01-31,10.5,EUR",
            r"Invoice date is called so, but most of its days are not written in one",
        ),
        (f"{HEAD},Amount", "1,A,2024-01-01,2024-01-31,10.5,EUR,9.5", "several columns are called Amount"),
        (HEAD, "1,A,2024-02-29,2024-01-31,10.5,EUR", "issued_on cannot be told"),
        (HEAD, "1,A,01/02/2024,02/03/2024,10.5,GBP", "tells day from month.*%d/%m/%Y=dates.*%m/%d/%Y=dates"),
    ],
)
def test_what_cannot_be_told_is_asked_for(tmp_path: Path, header: str, row: str, sentence: str) -> None:
    proposal = propose(save(tmp_path, [header, row, row.replace("1,A", "2,A", 1)]))
    with pytest.raises(PaybenchError, match=sentence):
        proposal.run()
    # The page says so as well, and shows how far the guess came.
    assert "the first rows as they" in proposal.preview()
    assert all(len(line) <= 80 for line in proposal.preview().splitlines())


def test_a_due_day_comes_from_the_terms_or_the_row_is_set_aside(tmp_path: Path) -> None:
    terms = ["30", "net 30", "30 Tage netto", "sofort", "NAB4", "0", "", "30 EOM"]
    rows = [f"{k},A,31.01.2024,{text},10,EUR" for k, text in enumerate(terms)]
    result = propose(save(tmp_path, ["Rechnung,Kunde,Rechnungsdatum,Zahlungsziel,Betrag,Währung", *rows])).run()
    due = dict(zip(result.ledger.invoices["invoice_id"], result.ledger.invoices["due_on"], strict=True))
    day = pd.Timestamp("2024-01-31")
    # Days in words count from the issue; only words that say so are due at once.
    assert due == {**dict.fromkeys("012", day + pd.Timedelta(days=30)), "3": day}
    assert set(result.rejected["reason"]) == {"its due day cannot be told: Zahlungsziel names no number of days"}
    conserves(result)


def test_days_are_decided_over_the_whole_column(tmp_path: Path) -> None:
    rows = [f"{k},A,0{k}/02/2024,0{k}/05/2024,10.5,USD" for k in range(1, 9)]
    # Nothing but the currency tells, and the page says so.
    unclear = propose(save(tmp_path, [HEAD, *rows]))
    assert unclear.guess.found["issued_on"].days.pattern == "%m/%d/%Y"
    assert "because the amounts are in US dollars" in " ".join(unclear.preview().split())
    # One day above 12 tells how all of them are read, in the other column as well.
    clear = propose(save(tmp_path, [HEAD, *rows, "9,A,13/02/2024,09/05/2024,10.5,USD"]))
    assert [clear.guess.found[ours].days.pattern for ours in ("issued_on", "due_on")] == ["%d/%m/%Y"] * 2
    assert clear.run().ledger.invoices["issued_on"].dt.month.eq(2).all()
    # And what the user says comes first.
    said = propose(save(tmp_path, [HEAD, *rows]), ["%d/%m/%Y=dates"])
    assert said.run().ledger.invoices["issued_on"].dt.month.eq(2).all()


def test_days_as_excel_counts_and_of_two_digits(tmp_path: Path) -> None:
    rows = ["1,A,45292,31.01.24,10.5,EUR", "2,A,45300,08.02.24,10.5,EUR"]
    invoices = propose(save(tmp_path, [HEAD, *rows])).run().ledger.invoices
    assert invoices["issued_on"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-01", "2024-01-09"]
    assert invoices["due_on"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-31", "2024-02-08"]


@pytest.mark.parametrize("ending", [".parquet", ".xlsx"])
def test_workbooks_and_parquet_are_guessed_alike(tmp_path: Path, ending: str) -> None:
    days = pd.to_datetime(["2024-01-01", "2024-01-05", "2024-02-02"])
    table = pd.DataFrame(
        {"Invoice number": ["001", "2", "3"], "Customer": ["A", "B", "A"], "Invoice date": days}
        | {"Terms": ["30", "net 45", "14"], "Amount": [10.5, 20.25, -3.0], "Currency": "EUR"}
    )
    file = tmp_path / f"export{ending}"
    if ending == ".parquet":
        table.to_parquet(file)
    else:
        pytest.importorskip("openpyxl")
        table.to_excel(file, index=False, startrow=2)
    result = propose(file).run()
    assert result.ledger.invoices["invoice_id"].tolist() == ["001", "2"]
    assert result.ledger.invoices["due_on"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-31", "2024-02-19"]
    assert result.ledger.payments[["kind", "amount"]].to_numpy().tolist() == [["credit_note", 3.0]]
    conserves(result)


def test_a_currency_beside_the_numbers_is_the_currency(tmp_path: Path) -> None:
    lines = ["Rechnung;Kunde;Rechnungsdatum;Fällig;Betrag"]
    lines += [f"{k};A;13.02.2024;12.03.2024;{k}.080,50 €" for k in range(1, 6)]
    result = propose(save(tmp_path, [*lines, "6;A;13.02.2024;12.03.2024;-12,00 €"])).run()
    assert in_table(result.ledger.invoices) == {"EUR": Decimal("15402.5")}
    assert in_table(result.ledger.payments) == {"EUR": Decimal(12)}
    # A sign that could be misread is no number, and what stands beside different currencies is none of them.
    unclear = propose(save(tmp_path, [*lines, "6;A;13.02.2024;12.03.2024;-€ 12,00"])).run()
    assert reasons(unclear) == {7: "Betrag is not an amount written like 1234,56"}
    with pytest.raises(PaybenchError, match="does not say its currency"):
        propose(save(tmp_path, [*lines, "6;A;13.02.2024;12.03.2024;12,00 USD"])).run()


def test_a_row_may_be_a_payment(tmp_path: Path) -> None:
    header = "Facture;Client;Date facture;Échéance;Montant;Devise;Payé le;Montant payé"
    rows = [
        "F1;C;05/03/24;04/04/24;1 200,00;EUR;01/04/24;700,00",
        "F1;C;05/03/24;04/04/24;1 200,00;EUR;20/04/24;500,00",
    ]
    rows += ["F2;C;06/03/24;05/04/24;80,00;EUR;;"]
    result = propose(save(tmp_path, [header, *rows])).run()
    state = settle(result.ledger)
    # The invoice is there once, and is settled when its payments reach it.
    assert state["invoice_id"].tolist() == ["F1", "F2"]
    assert state["amount_open"].tolist() == [0, 80]
    assert state["settled_on"].iloc[0] == pd.Timestamp("2024-04-20")
    assert result.ledger.payments["amount"].tolist() == [700, 500]
    conserves(result)


def test_a_row_may_be_an_instalment(tmp_path: Path) -> None:
    rows = ["1,A,2024-01-01,2024-01-31,5.5,EUR,2024-02-02", "1,A,2024-01-01,2024-02-29,5.5,EUR,"]
    result = propose(save(tmp_path, [f"{HEAD},Paid on", *rows, "2,A,2024-01-13,2024-02-29,7.5,EUR,"])).run()
    # No money is taken for a repetition of other money.
    assert result.ledger.invoices["invoice_id"].tolist() == ["1#1", "1#2", "2"]
    assert settle(result.ledger)["amount_open"].tolist() == [0, 5.5, 7.5]
    conserves(result)


def test_a_dispute_that_moves_the_due_day_is_no_second_invoice(tmp_path: Path) -> None:
    rows = ["1,A,2024-01-01,2024-01-31,5.5,EUR,", "1,A,2024-01-01,2024-02-29,5.5,EUR,disputed"]
    proposal = propose(save(tmp_path, [f"{HEAD},Dispute status", *rows, "2,A,2024-01-13,2024-02-29,7.5,EUR,"]))
    # Without a day of the change the first row counts, and the page says so.
    assert in_table(proposal.run().ledger.invoices) == {"EUR": Decimal(13)}
    assert "no column says when that changed" in " ".join(proposal.preview().split())


def test_states_with_another_due_day_are_versions(tmp_path: Path) -> None:
    header = "Invoice,Customer,Invoice date,Due date,Amount,Currency,Status,Changed on"
    rows = ["1,A,2024-01-01,2024-01-31,10.5,EUR,open,2024-01-01", "1,A,2024-01-01,2024-02-29,10.5,EUR,open,2024-01-20"]
    ledger = propose(save(tmp_path, [header, *rows])).run().ledger
    assert ledger.invoices["invoice_id"].tolist() == ["1", "1"]
    assert ledger.invoices["recorded_on"].isna().tolist() == [True, False]
    # At any day there is one of them, with the due day that was known then.
    from paybench.ledger import as_of

    assert as_of(ledger, "2024-01-20").invoices["due_on"].tolist() == [pd.Timestamp("2024-01-31")]
    assert as_of(ledger, "2024-01-21").invoices["due_on"].tolist() == [pd.Timestamp("2024-02-29")]


def test_documents_are_told_apart_by_their_type(tmp_path: Path) -> None:
    header = "Belegnr;Kunde;Belegart;Datum;Fällig;Betrag;Währung;Rechnungsbezug"
    rows = ["1;A;Rechnung;01.02.2024;02.03.2024;100,00;EUR;", "2;A;Zahlung;20.02.2024;;-60,00;EUR;1"]
    rows += ["3;A;Gutschrift;21.02.2024;;-40,00;EUR;1", "4;A;Rechnung;01.02.2024;02.03.2024;-5,00;EUR;"]
    result = propose(save(tmp_path, [header, *rows])).run()
    assert result.ledger.payments[["kind", "amount", "invoice_id"]].to_numpy().tolist() == [
        ["payment", 60.0, "1"],
        ["credit_note", 40.0, "1"],
    ]
    # An invoice below zero is no credit note that says it is one.
    assert reasons(result) == {5: "its amount is not above zero"}


def test_open_and_paid_is_set_aside(tmp_path: Path) -> None:
    rows = [f"{k},A,2024-01-01,2024-01-31,10.5,EUR,{'paid,2024-02-01' if k % 2 else 'open,'}" for k in range(10)]
    rows += ["10,A,2024-01-01,2024-01-31,10.5,EUR,open,2024-02-01", "11,A,2024-01-01,2024-01-31,10.5,EUR,paid,"]
    result = propose(save(tmp_path, [f"{HEAD},Status,Paid on", *rows])).run()
    assert reasons(result) == {
        12: "Status says that it is open, and it has a Paid on",
        13: "Status says that it is paid, and it has no Paid on",
    }


def test_a_map_changes_one_column_of_a_known_format(tmp_path: Path) -> None:
    renamed = IBM.replace("invoiceNumber", "No").replace("customerID", "Who")
    file = save(tmp_path, [renamed, *IBM_ROWS])
    maps = ["No=invoice_id", "Who=customer_id"]
    result = import_files([file], overridden(load_format("ibm"), maps))
    # In every table that took it from the same column.
    assert result.ledger.payments["customer_id"].tolist() == ["0001-ABCDE", "0001-ABCDE", "0002-ABCDE"]
    plain = import_files([save(tmp_path, [IBM, *IBM_ROWS])], "ibm")
    same_tables(result.ledger, plain.ledger)
    with pytest.raises(
        PaybenchError, match=r"'payments.no' .* no column that the format 'ibm' reads; give one of invoices.inv"
    ):
        overridden(load_format("ibm"), ["x=payments.no"])


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("Betrag", "has to be written theirs=ours"),
        ("Betrag=sum", "'sum' in --map 'Betrag=sum' is no column of ours; give one of invoice_id, "),
        ("Foo=amount", "no column 'Foo' .* it has Rechnungsnr., Kundennr."),
        ("%d=dates", "is no date pattern"),
    ],
)
def test_a_map_that_names_nothing_is_refused(tmp_path: Path, said: str, sentence: str) -> None:
    with pytest.raises(PaybenchError, match=sentence):
        propose(save(tmp_path, NASTY, encoding="cp1252"), [said])


def test_what_the_user_says_comes_first(tmp_path: Path) -> None:
    file = save(tmp_path, [f"{HEAD},Net,Settled", "1,A,2024-01-01,2024-01-31,11.9,EUR,10.0,2024-02-01"])
    found = columns(file, "Net=amount", "Settled=payments.paid_on", "USD=currency")
    assert (found["amount"], found["paid_on"], found["currency"]) == ("Net", "Settled", "USD")
    result = propose(file, ["Net=amount", "USD=currency", "Settled=nothing"]).run()
    assert in_table(result.ledger.invoices) == {"USD": Decimal(10)}
    assert result.ledger.payments.empty


def test_the_command_shows_writes_and_imports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = save(tmp_path, NASTY, encoding="cp1252")
    # A look writes nothing.
    assert main(["ledger", "import", str(file), "--guess"]) == 0
    assert list(tmp_path.iterdir()) == [file]
    # With --write the format is written, and nothing else.
    assert main(["ledger", "import", str(file), "--guess", "--write", str(tmp_path / "own.yaml")]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export.csv", "own.yaml"]
    (tmp_path / "own.yaml").unlink()
    # An import that cannot be told writes nothing either, and says in one sentence what to say.
    assert (
        main(["ledger", "import", str(file), "--guess", "--map", "Betrag=nothing", "--out", str(tmp_path / "o")]) == 1
    )
    assert "amount cannot be told with enough confidence" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [file]
    # Neither a format nor a guess is wrong usage.
    with pytest.raises(SystemExit) as stop:
        main(["ledger", "import", str(file), "--out", str(tmp_path / "o")])
    assert stop.value.code == 2


_DAYS = st.sampled_from(["03.01.2024", "31.01.2024", "15.02.2024", "30.02.2024", "", "x"])
_CELLS = st.tuples(
    st.sampled_from(["1", "2", "3", "NA", "00123", "", "Summe"]),
    st.sampled_from(["A", "B", "NA", ""]),
    _DAYS,
    _DAYS,
    st.sampled_from(["10,00", "1.080,38", "(5,00)", "-5,00", "0,00", "1e3", "1,080.38", ""]),
    st.sampled_from(["EUR", "USD", "eur", ""]),
    _DAYS,
    st.sampled_from(["", "in Klärung", "geklärt", "offen"]),
    _DAYS,
)


@given(
    st.lists(_CELLS, max_size=8), st.sampled_from([";", ",", "\t", "|"]), st.sampled_from(["utf-8", "cp1252", "utf-16"])
)
def test_whatever_stands_in_the_rows_adds_up(rows: list[tuple[str, ...]], delimiter: str, encoding: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(
        ["Rechnung", "Kunde", "Rechnungsdatum", "Fällig am", "Betrag", "Währung", "Bezahlt am", "Klärung", "Stand"]
    )
    # Enough good rows that the columns are told by them; the others are what is asked about.
    writer.writerows(
        [f"G{k}", f"C{k % 4}", "13.01.2024", "15.02.2024", "1,50", "EUR", "20.02.2024", "", ""] for k in range(40)
    )
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "x.csv")
        file.write_bytes(out.getvalue().encode(encoding))
        result = propose(file).run()
    conserves(result)
    invoices = result.ledger.invoices
    assert invoices["invoice_id"].is_unique
    assert result.ledger.payments["payment_id"].is_unique
    assert (invoices["amount"] > 0).all()
    assert (invoices["due_on"] >= invoices["issued_on"]).all()
    # An invoice that is repeated counts once: the amounts accepted are those of the tables, each row in one of them.
    summary: Any = result.summary["files"][0]
    made = in_table(result.ledger.invoices)
    for code, amount in in_table(result.ledger.payments[result.ledger.payments["kind"] == "credit_note"]).items():
        made[code] = made.get(code, Decimal(0)) + amount
    assert accepted(summary) == {code: amount for code, amount in made.items() if amount}


@pytest.mark.parametrize("name", ["x.gz", "x.xls", "x.csv", "x.xlsx", "x.parquet"])
def test_what_is_no_export_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x00\x01\x02 nothing")
    with pytest.raises(PaybenchError, match=name):
        propose(tmp_path / name)
    with pytest.raises(PaybenchError, match="folder"):
        propose(tmp_path)
    with pytest.raises(PaybenchError, match="There is no file"):
        propose(tmp_path / f"none-{name}".replace(".gz", ""))


@given(st.binary(max_size=80) | st.text('1A,;"\r\n\t|\0\ufeff', max_size=80).map(str.encode), st.booleans())
def test_no_content_raises_anything_but_the_one_error(content: bytes, header: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "x.csv")
        file.write_bytes((f"{HEAD}\n1,A,2024-01-31,2024-02-29,10.5,EUR\n".encode() if header else b"") + content)
        try:
            proposal = propose(file)
            proposal.preview()
            result = proposal.run()
        except PaybenchError:
            return
    conserves(result)
