"""Files with traps, written by hand: what comes of each is known beforehand, to the cent and the day."""

from __future__ import annotations

import gzip
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

import paybench as pb
from paybench.cli import main
from paybench.ledger import Ledger, settle

Content = str | bytes | Callable[[Path], None]


class Book(NamedTuple):
    """What an import wrote and said."""

    folder: Path
    ledger: Ledger
    rejected: list[tuple[int, str]]  # row of the file, reason
    said: str

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        found = self.ledger.table(table)[list(columns)]
        return [tuple(_plain(value) for value in row) for row in found.itertuples(index=False)]

    def amounts(self) -> dict[str, str]:
        """The invoices' amounts by number, exactly as they are stored, without the zeros at the end."""
        table = pq.read_table(self.folder / "invoices.parquet")
        return {row["invoice_id"]: f"{row['amount'].normalize():f}" for row in table.to_pylist()}

    def left(self) -> dict[str, tuple[str | None, float]]:
        """By invoice the day on which it was settled, and what is open."""
        facts = settle(self.ledger)[["invoice_id", "settled_on", "amount_open"]]
        return {number: (_plain(on), open_) for number, on, open_ in facts.itertuples(index=False)}


def _plain(value: object) -> Any:
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    return value.date().isoformat() if isinstance(value, datetime) else value


class Import:
    """Imports files into a folder of its own; every import is held to conservation."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def write(self, **files: Content) -> list[str]:
        paths = [self.folder / name.replace("_", ".", 1) for name in files]
        for path, content in zip(paths, files.values(), strict=True):
            if callable(content):
                content(path)
            else:
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return [str(path) for path in paths]

    def __call__(self, *maps: str, known: str | None = None, **files: Content) -> Book:
        code, said, err = self.run(*maps, known=known, **files)
        assert (code, err) == (0, ""), err
        for line in said.splitlines():
            # Of every file and currency what was read is what was accepted and what was rejected.
            if " read = " in line:
                currency, read, _, _, accepted, _, _, aside, _ = line.split()
                assert Decimal(read) == Decimal(accepted) + Decimal(aside), currency
            elif " rows, " in line:
                rows = [int(word.replace(",", "")) for word in line.split(": ")[1].split() if word[0].isdigit()]
                assert rows[0] == rows[1] + rows[2]
        out = self.folder / "book"
        table = pd.read_csv(out / "rejected.csv", encoding="utf-8-sig", keep_default_na=False)
        rejected = list(zip(table["row"].astype(int), table["reason"].astype(str), strict=True))
        return Book(out, pb.read_ledger(out), rejected, said)

    def refused(self, *maps: str, known: str | None = None, **files: Content) -> str:
        code, said, err = self.run(*maps, known=known, **files)
        # It ends with 1 and one line, and nothing is written.
        assert (code, said) == (1, "")
        assert err.startswith("paybench: ")
        assert err.endswith(".\n")
        assert err.count("\n") == 1
        assert not (self.folder / "book").exists()
        return err.removeprefix("paybench: ").rstrip("\n")

    def run(self, *maps: str, known: str | None, **files: Content) -> tuple[int, str, str]:
        how = ["--format", known] if known else ["--guess"]
        more = [word for pair in maps for word in ("--map", pair)]
        paths = self.write(**files)
        code = main(["ledger", "import", *paths, *how, *more, "--out", str(self.folder / "book"), "--quiet"])
        out, err = self.capsys.readouterr()
        return code, out, err


@pytest.fixture
def importing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Import:
    return Import(tmp_path, capsys)


NAMES = "Invoice;Customer;Invoice date;Due date;Amount;Currency;Paid on"


def lines(*rows: str, names: str = NAMES) -> str:
    return "\n".join([names, *rows, ""])


# What happens to invoices


def test_a_book_with_everything_in_it(importing: Import) -> None:
    book = importing(
        known="canonical",
        invoices_csv="""invoice_id,customer_id,issued_on,due_on,amount,currency,parent_id
A,C1,2024-01-03,2024-02-02,1000.00,EUR,
B,C1,2024-01-04,2024-02-03,500.00,EUR,
D,C2,2024-02-29,2024-03-30,300.00,USD,
N#1,C2,2024-01-01,2024-01-31,500.00,EUR,N
N#2,C2,2024-01-01,2024-02-29,500.00,EUR,N
""",
        payments_csv="""payment_id,customer_id,invoice_id,paid_on,amount,currency,kind
P1,C1,A,2024-01-20,400.00,EUR,payment
P2,C1,A,2024-02-20,600.00,EUR,payment
P3,C1,A,2024-02-25,-600.00,EUR,payment
P4,C1,A,2024-03-25,600.00,EUR,write_off
P5,C1,B,2024-01-10,100.00,EUR,credit_note
P6,C1,B,2024-03-01,400.00,EUR,payment
P7,C1,,2024-03-02,77.00,EUR,payment
P8,C2,D,2024-03-02,300.00,EUR,payment
P9,C2,N,2024-02-20,600.00,EUR,payment
P1,C1,A,2024-01-20,400.00,EUR,payment
""",
    )
    # A payment taken back leaves the invoice open, and what was written off is not paid; what a credit leaves is paid;
    # dollars are not paid in euros; a payment that names the whole invoice pays its instalments one after the other.
    assert book.left() == {
        "A": (None, 0.0),
        "B": ("2024-03-01", 0.0),
        "D": (None, 300.0),
        "N#1": ("2024-02-20", 0.0),
        "N#2": (None, 400.0),
    }
    assert ("P7", None) in book.rows("payments", "payment_id", "invoice_id")
    assert [reason for _, reason in book.rejected] == [
        "its currency is not its invoice's",
        "it repeats an earlier row: the same payment_id and content",
    ]


def test_several_payments_of_one_invoice(importing: Import) -> None:
    book = importing(
        f_csv=lines(
            "1;C1;2024-01-15;2024-02-14;1000.00;EUR;2024-02-01;400.00",
            "1;C1;2024-01-15;2024-02-14;1000.00;EUR;2024-02-20;600.00",
            "2;C1;2024-01-16;2024-02-15;50.00;EUR;;",
            "3;C2;2024-01-17;2024-02-16;70.00;USD;2024-02-17;30.00",
            "4;C2;2024-01-17;2024-02-16;90.00;USD;2024-02-01;-90.00",
            names=f"{NAMES};Paid amount",
        )
    )
    # The last part settles it; of what is paid in part the rest is open; a payment below zero is taken back.
    assert book.left() == {"1": ("2024-02-20", 0.0), "2": (None, 50.0), "3": (None, 40.0), "4": (None, 180.0)}


def test_a_list_of_documents(importing: Import) -> None:
    book = importing(
        "Applies To=payments.invoice_id",
        f_csv=lines(
            "1001;Invoice;C1;2024-01-15;2024-02-14;1000.00;EUR;",
            "1002;Invoice;C1;2024-01-15;2024-02-14;500.00;EUR;",
            "1003;Invoice;C2;2024-01-15;2024-02-14;20.00;USD;",
            "9001;Payment;C1;2024-02-15;;-400.00;EUR;1001",
            "9002;Payment;C1;2024-02-20;;-600.00;EUR;1001",
            "9003;Payment;C1;2024-02-21;;-55.00;EUR;",
            "9004;Credit Note;C1;2024-02-25;;-100.00;EUR;1002",
            "9005;Payment;C2;2024-03-26;;-20.00;EUR;1003",
            "9006;Payment;C2;2024-03-26;;-20.00;USD;4711",
            names="Document No;Doc Type;Customer;Document Date;Due Date;Amount;Currency;Applies To",
        ),
    )
    # Each document pays what it names; one without a name pays nothing in particular, and euros pay no dollars.
    assert book.left() == {"1001": ("2024-02-20", 0.0), "1002": (None, 400.0), "1003": (None, 20.0)}
    assert book.rows("payments", "payment_id", "invoice_id", "kind")[2:] == [
        ("9003", None, "payment"),
        ("9004", "1002", "credit_note"),
        ("9006", "4711", "payment"),
    ]
    assert book.rejected == [(9, "its currency is not its invoice's")]


def test_instalments_are_told_from_repetitions(importing: Import) -> None:
    book = importing(
        f_csv=lines(
            "N1;C1;15/01/2024;15/02/2024;500,00;EUR;16/02/2024",
            "N1;C1;15/01/2024;15/03/2024;500,00;EUR;",
            "N2;C1;16/01/2024;16/02/2024;100,00;EUR;20/02/2024",
            "N3;C2;17/01/2024;17/02/2024;100,00;EUR;",
            "N3;C2;17/01/2024;17/03/2024;150,50;EUR;18/03/2024",
            names="Factura;Cliente;Fecha factura;Vencimiento;Importe;Moneda;Fecha pago",
        )
    )
    # Other due days are instalments of one invoice, each with its own amount and payment.
    assert book.left() == {
        "N1#1": ("2024-02-16", 0.0),
        "N1#2": (None, 500.0),
        "N2": ("2024-02-20", 0.0),
        "N3#1": (None, 100.0),
        "N3#2": ("2024-03-18", 0.0),
    }
    assert book.ledger.invoices["parent_id"].fillna("").tolist() == ["N1", "N1", "", "N3", "N3"]


def test_a_number_that_is_used_again(importing: Import) -> None:
    book = importing(
        f_csv=lines(
            "1;C1;2024-01-15;2024-02-14;1000.00;EUR;2024-02-01",
            "1;C1;2024-01-15;2024-02-14;1000.00;EUR;2024-02-01",
            "2;C1;2024-01-16;2024-02-15;50.00;EUR;",
            "2;C1;2024-01-16;2024-02-15;51.00;EUR;",
            "3;C2;2024-01-17;2024-02-16;70.00;USD;",
            "3;C3;2024-01-17;2024-02-16;70.00;USD;2024-03-01",
        )
    )
    # The same row again is the same invoice; another amount or customer is another invoice, and somebody should look.
    assert book.left() == {
        "1": ("2024-02-01", 0.0),
        "2": (None, 50.0),
        "2~2": (None, 51.0),
        "3": (None, 70.0),
        "3~2": ("2024-03-01", 0.0),
    }
    assert "4 to look at: several rows bear its invoice_id" in book.said


def test_a_payment_finds_the_invoice_of_its_customer(importing: Import) -> None:
    book = importing(
        known="canonical",
        invoices_csv="""invoice_id,customer_id,issued_on,due_on,amount,currency
8,C2,2024-01-01,2024-01-31,10,EUR
8,C3,2024-01-01,2024-01-31,20,EUR
""",
        payments_csv="""payment_id,customer_id,invoice_id,paid_on,amount,currency,kind
P,C3,8,2024-02-20,20.00,EUR,payment
""",
    )
    # Two customers have an invoice 8: what the second one pays does not pay the first one's.
    assert book.left() == {"8": (None, 10.0), "8~2": ("2024-02-20", 0.0)}


def test_a_dispute_that_comes_back(importing: Import) -> None:
    book = importing(
        f_csv=lines(
            "1;K1;03.01.2024;02.02.2024;100,00;EUR;;;",
            "1;K1;03.01.2024;02.02.2024;100,00;EUR;;in Klärung;10.02.2024",
            "1;K1;03.01.2024;02.02.2024;100,00;EUR;;geklärt;20.02.2024",
            "1;K1;03.01.2024;02.02.2024;100,00;EUR;;in Klärung;01.03.2024",
            "1;K1;03.01.2024;02.02.2024;100,00;EUR;25.03.2024;geklärt;20.03.2024",
            "2;K2;13.01.2024;12.02.2024;250,00;EUR;;;",
            "2;K2;13.01.2024;12.02.2024;250,00;EUR;;strittig;15.02.2024",
            "3;K2;14.01.2024;13.02.2024;50,00;EUR;13.02.2024;;",
            names="Rechnungsnr;Kunde;Rechnungsdatum;Fällig;Betrag;Währung;Bezahlt am;Klärfallstatus;Geändert am",
        )
    )
    # Five states are one invoice with one payment and two disputes; the one without an end is open.
    assert book.left() == {"1": ("2024-03-25", 0.0), "2": (None, 250.0), "3": ("2024-02-13", 0.0)}
    assert book.rows("disputes", "invoice_id", "opened_on", "closed_on") == [
        ("1", "2024-02-10", "2024-02-20"),
        ("1", "2024-03-01", "2024-03-20"),
        ("2", "2024-02-15", None),
    ]


def test_versions_of_an_invoice(importing: Import) -> None:
    book = importing(
        f_csv=lines(
            "1;K1;2024-01-03;2024-02-02;100.00;EUR;;2024-01-03",
            "1;K1;2024-01-03;2024-02-02;90.00;EUR;;2024-01-20",
            "1;K1;2024-01-03;2024-02-15;90.00;EUR;2024-02-14;2024-02-14",
            "2;K1;2024-01-03;2024-02-15;90.00;EUR;;2024-01-03",
            names=f"{NAMES};Changed on",
        )
    )
    # The amount changed on 20 January, the due day with the payment: three versions of one invoice, paid once.
    assert book.rows("invoices", "invoice_id", "due_on", "amount", "recorded_on") == [
        ("1", "2024-02-02", 100, None),
        ("1", "2024-02-02", 90, "2024-01-20"),
        ("1", "2024-02-15", 90, "2024-02-14"),
        ("2", "2024-02-15", 90, None),
    ]
    assert book.rows("payments", "invoice_id", "paid_on", "amount") == [("1", "2024-02-14", 90)]


# How it is written


def test_numbers_and_names_stay_what_they_are(importing: Import) -> None:
    day = "2024-01-15;2024-02-14;10.00;EUR;2024-02-01"
    book = importing(
        f_csv=lines(
            f"00123;NA;None;{day}",
            f"123;None;null;{day}",
            f'0126;null;"He said ""x"";\nsecond line";{day}',
            f"1e5;nan;;{day}",
            f"NA;007;#N/A;{day}",
            f"a1;7;-;{day}",
            names=NAMES.replace("Customer", "Customer;Name"),
        )
    )
    # Nothing that looks like a number or like nothing is taken for it.
    assert book.ledger.invoices["invoice_id"].tolist() == ["00123", "123", "0126", "1e5", "NA", "a1"]
    assert book.rows("customers", "customer_id", "name") == [
        ("NA", "None"),
        ("None", "null"),
        ("null", 'He said "x";\nsecond line'),
        ("nan", None),
        ("007", "#N/A"),
        ("7", "-"),
    ]


@pytest.mark.parametrize(
    ("day", "currency", "written", "amounts"),
    [
        pytest.param(
            "{}.02.2023",
            "EUR",
            "1.080,38|12 345,60|12\u00a0345,60|12\u202f345,60|€ 1.234,50|1.234,50 €|1.234|0,5|1.234,5678|1'234,50",
            "1080.38|12345.6|12345.6|12345.6|1234.5|1234.5|1234|0.5|1234.5678|1234.5",
            id="comma",
        ),
        pytest.param(
            "2023-02-{}",
            "USD",
            "$1,234.50|1,234.5678|1,234|1234.5|12,345,678.90|10|0.0001",
            "1234.5|1234.5678|1234|1234.5|12345678.9|10|0.0001",
            id="point",
        ),
    ],
)
def test_amounts_of_one_column(importing: Import, day: str, currency: str, written: str, amounts: str) -> None:
    rows = [
        f"{n};C{n};{day.format(n)};{day.format(n + 3)};{amount};{currency};"
        for n, amount in enumerate(written.split("|"), 10)
    ]
    book = importing(f_csv=lines(*rows))
    # A column is read as a whole: the same digits mean another amount beside other rows, and no digit is lost.
    assert list(map(Decimal, book.amounts().values())) == list(map(Decimal, amounts.split("|")))


def test_what_is_below_zero_is_owed_to_the_customer(importing: Import) -> None:
    ways = ["1.234,56-", "(1.234,56)", "-1.234,56"]
    rows = [f"{n};C;01.02.2023;03.03.2023;{way};EUR;" for n, way in enumerate(ways)]
    zero = [f"{n};C;01.02.2023;03.03.2023;{way};EUR;" for n, way in enumerate(["-0,00", "0,00"], 3)]
    more = [f"{n};C;01.02.2023;03.03.2023;{n},50;EUR;" for n in range(10, 20)]
    book = importing(f_csv=lines(*rows, *zero, *more))
    # Three ways to write a minus are three credit notes of the same amount; zero, whatever its sign, is no invoice.
    assert book.rows("payments", "payment_id", "amount", "kind") == [
        (str(n), pytest.approx(1234.56), "credit_note") for n in range(3)
    ]
    assert book.rejected == [(5, "its amount is not above zero"), (6, "its amount is not above zero")]


def test_an_amount_of_another_kind_is_set_aside(importing: Import) -> None:
    good = [f"{n};C;0{n % 8 + 1}.02.2023;13.03.2023;1.0{n},50;EUR;" for n in range(10, 70)]
    bent = ["1e3", "1,234.5678", "1.23", "12.34.567,00", "1.2345,00", "\u0663,\u0665", "--5,00", "1,2,3", "0x10", "n/a"]
    bent += ["1_000,00", "123456789012345678901234567890", "999.999.999.999.999,99", ""]
    book = importing(f_csv=lines(*good, *(f"X{n};C;01.02.2023;03.03.2023;{x};EUR;" for n, x in enumerate(bent))))
    # None is bent into one: each row is set aside with a reason, and the others are read.
    assert [row for row, _ in book.rejected] == list(range(62, 76))
    assert len(book.ledger.invoices) == 60


def test_days_that_do_not_exist(importing: Import) -> None:
    good = [f"{n};C;{n}.02.2023;{n}.03.2023;{n},50;EUR;" for n in range(10, 29)] * 2
    good = [f"{n}-{row}" for n, row in enumerate(good)]
    nasty = ["29.02.2024", "30.02.2024", "31.04.2024", "29.02.2023", "00.00.0000"]
    book = importing(f_csv=lines(*good, *(f"X{day};C;{day};30.05.2024;50,00;EUR;" for day in nasty)))
    # 29 February is one of 2024 and none of 2023; no day is moved to the next one that exists.
    assert book.rows("invoices", "invoice_id", "issued_on")[38:] == [("X29.02.2024", "2024-02-29")]
    assert [row for row, _ in book.rejected] == [41, 42, 43, 44]
    assert {reason for _, reason in book.rejected} == {
        "Invoice date is not a date of the calendar written like 31.12.2025"
    }


@pytest.mark.parametrize("currency", ["EUR", "GBP"])
def test_day_and_month_are_not_guessed(importing: Import, currency: str) -> None:
    rows = [f"{n};C{n % 2};0{n % 6 + 1}/0{n}/2023;1{n % 3}/1{(n + 1) % 3}/2023;{n}.50;{currency};" for n in range(1, 9)]
    said = importing.refused(f_csv=lines(*rows))
    # Where nothing tells them apart, the import asks, and says how to answer.
    assert "--map '%d/%m/%Y=dates' or --map '%m/%d/%Y=dates'" in said
    book = importing("%d/%m/%Y=dates", f_csv=lines(*rows))
    assert book.rows("invoices", "issued_on", "due_on")[0] == ("2023-01-02", "2023-12-11")


def test_days_of_two_columns_may_be_written_in_two_ways(importing: Import) -> None:
    book = importing(
        f_csv=lines(
            "1;C;13/02/2023;05/21/2023;10.00;GBP;",
            "2;C;14/02/2023;05/22/2023;10.00;GBP;",
            "3;C;02/03/2023;06/05/2023;10.00;GBP;",
        )
    )
    # Each column is read in its own way.
    assert book.rows("invoices", "issued_on", "due_on")[2] == ("2023-03-02", "2023-06-05")


# Frames and bytes


def test_rows_of_another_width(importing: Import) -> None:
    book = importing(
        f_csv=lines(
            "1;C1;2024-01-15;2024-02-14;1000.00;EUR;2024-02-01;;",
            ";;;;;;;;",
            "",
            "2;C1;2024-01-16;2024-02-15;50.00;EUR;;;",
            "   ",
            "3;C2;2024-01-17;2024-02-16;70.00;USD;;;;9;9",
            "4;C2;2024-01-17;2024-02-16;70.00;USD",
            '5;"C2;2024-01-17;2024-02-16;70.00;USD;;;',
            "6;C2;2024-01-17;2024-02-16;70.00;USD;;;",
            names=f"{NAMES};;",
        )
    )
    # Columns without a name and empty lines do no harm; a row that is too wide or narrow, or whose quote never ends,
    # is set aside alone, and its fields do not move into other columns.
    assert list(book.amounts()) == ["1", "2", "6"]
    assert [row for row, _ in book.rejected] == [7, 8, 9]


def test_a_customer_may_be_called_total(importing: Import) -> None:
    names = ["TotalEnergies SE", "Total", "Summe AG", "Subtotal", "Invoice"]
    rows = [f"{n};{name};2024-01-13;2024-02-12;{n}00.00;EUR;" for n, name in enumerate(names, 1)]
    book = importing(f_csv=lines(*rows, "Total;K3;2024-01-13;2024-02-12;7.00;EUR;"))
    # A row with days of its own is no total, whatever it is called, and if it is the sum of the others.
    assert [f"{Decimal(a):.0f}" for a in book.amounts().values()] == ["100", "200", "300", "400", "500", "7"]
    assert book.rejected == []


def test_a_hundred_columns(importing: Import) -> None:
    ours = {7: "Invoice", 33: "Customer", 40: "Invoice date", 55: "Due date", 77: "Amount", 99: "Currency"}
    names = ";".join(ours.get(n, f"col{n}") for n in range(100))
    rows = []
    for n in range(6):
        mine = {7: f"R{n}", 33: "K", 40: f"1{n}.03.2024", 55: f"1{n}.04.2024", 77: f"{n + 1},50", 99: "EUR"}
        rows.append(";".join(mine.get(column, str(1000 + column * n)) for column in range(100)))
    book = importing(f_csv=lines(*rows, names=names))
    # The six that matter are found among ninety-four that do not.
    assert book.rows("invoices", "invoice_id", "customer_id", "issued_on", "due_on")[5] == (
        "R5", "K", "2024-03-15", "2024-04-15",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "end"),
    [
        ("utf-8", "\n"),
        ("utf-8-sig", "\r\n"),
        ("utf-16", "\n"),
        ("utf-16-be", "\r\n"),
        ("cp1252", "\r\n"),
        ("utf-8", "\r"),
    ],
)
def test_text_of_every_kind(importing: Import, encoding: str, end: str) -> None:
    names = ["Müller & Söhne", "Ünal", "Ñandú"]
    rows = [f"{n};K{n};{name};1{n}.01.2023;1{n}.02.2023;1.080,38;EUR;" for n, name in enumerate(names)]
    text = lines(*rows, names=NAMES.replace("Customer", "Customer;Name"))
    book = importing(f_csv=text.replace("\n", end).encode(encoding))
    # Names and amounts are what was written, with or without a byte-order mark, whatever ends the lines.
    assert [name for (name,) in book.rows("customers", "name")] == names
    assert set(book.amounts().values()) == {"1080.38"}


def test_nul_bytes(importing: Import) -> None:
    book = importing(
        f_csv=lines(
            "1;K1;15.01.2023;15.02.2023;1.080,38;EUR;",
            "2;K2;16.01.2023;16.02.2023;10,\x0000;EUR;",
            "3;K\x003;16.01.2023;16.02.2023;7,00;EUR;",
            "4;K4;17.01.2023;18.02.2023;5,00;EUR;",
        )
    )
    # The rows in which they stand are set aside, and shown.
    assert list(book.amounts()) == ["1", "4"]
    assert book.rejected == [(3, "it contains NUL bytes"), (4, "it contains NUL bytes")]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\n\n\n", id="empty-lines"),
        pytest.param(NAMES.encode(), id="names-only"),
        pytest.param(bytes(range(256)), id="binary"),
        pytest.param(gzip.compress(lines("1;K;2024-01-01;2024-02-01;1.00;EUR;").encode()), id="packed"),
        pytest.param(lines("1;K1;15.01.2023;15.02.2023;1,00;EUR;").encode("utf-32"), id="utf-32"),
    ],
)
def test_what_is_no_list_is_refused(importing: Import, content: bytes) -> None:
    importing.refused(f_csv=content)


def test_two_columns_of_one_name(importing: Import) -> None:
    rows = [f"{n};K;2024-01-{n};2024-02-{n};{n}.00;{n * 2}.00;EUR" for n in range(10, 20)]
    said = importing.refused(f_csv=lines(*rows, names="Invoice;Customer;Invoice date;Due date;Amount;Amount;Currency"))
    # Neither is taken on chance.
    assert "several columns are called Amount" in said


def test_a_ledger_survives_an_import_that_fails(importing: Import) -> None:
    good = lines(*(f"{n};K;2024-01-{n};2024-02-{n};{n}.00;EUR;" for n in range(10, 14)))
    importing(f_csv=good)
    folder = importing.folder / "book"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    code, _, _ = importing.run(known=None, g_csv="a;b\n1;2\n")
    # What was there is there, byte by byte, and nothing lies beside it.
    assert code == 1
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert {path.name for path in importing.folder.iterdir()} == {"book", "f.csv", "g.csv"}
    # A folder that is no ledger is never written over.
    (importing.folder / "mine").mkdir()
    (importing.folder / "mine" / "x.txt").write_text("mine")
    paths = importing.write(f_csv=good)
    assert main(["ledger", "import", *paths, "--guess", "--out", str(importing.folder / "mine"), "--quiet"]) == 1
    assert [path.name for path in (importing.folder / "mine").iterdir()] == ["x.txt"]


# Other kinds of files


def _workbook(path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(["ACME Ltd, Receivables"])
    sheet.merge_cells("A1:G1")
    sheet.append(["As of", date(2024, 4, 1)])
    sheet.append([])
    sheet.append(NAMES.split(";"))
    for n in range(14):
        sheet.append([3000 + n, "K-3", date(2024, 1, 1 + n), date(2024, 2, 1 + n), 10 + n, "EUR", date(2024, 2, 13)])
    sheet.append(["00123", "NA", date(2024, 1, 3), date(2024, 2, 2), 1080.38, "EUR", datetime(2024, 2, 5, 23, 59, 59)])
    sheet.append([124, "K-1", datetime(2024, 1, 4), 45325, Decimal("250.10"), "EUR", None])
    sheet.append([125, "K-1", "2024-01-05", "2024-02-04", "99.90", "EUR", "2024-03-01"])
    sheet.append([126, "K-1", date(2024, 2, 29), 45381, 0.1 + 0.2, "EUR", None])
    sheet.append([127, "K-2", date(2024, 2, 29), date(2024, 3, 30), "=5*20", "EUR", None])
    sheet.append([128, "K-2", date(2024, 2, 28), date(2024, 3, 30), -12.5, "EUR", None])
    sheet.append([129, "K-2", date(2024, 2, 28), "05.02.2024", 7, "EUR", None])
    sheet.append([130, "K-2", date(2024, 2, 28), date(2024, 3, 30), "#N/A", "EUR", None])
    sheet.append(["Total", None, None, None, "=SUM(E5:E22)", "EUR", None])
    workbook.save(path)


def test_a_workbook(importing: Import) -> None:
    book = importing(f_xlsx=_workbook)
    rows = book.rows("invoices", "invoice_id", "issued_on", "due_on")[14:]
    # Dates are dates as cells, as Excel's numbers and as text; a number that came out of 0.1 + 0.2 is 0.3.
    assert rows == [
        ("00123", "2024-01-03", "2024-02-02"),
        ("124", "2024-01-04", "2024-02-03"),
        ("125", "2024-01-05", "2024-02-04"),
        ("126", "2024-02-29", "2024-03-30"),
    ]
    assert list(book.amounts().values())[14:] == ["1080.38", "250.1", "99.9", "0.3"]
    assert [book.left()[number][0] for number in ("00123", "125")] == ["2024-02-05", "2024-03-01"]
    # A formula that nobody has calculated, a day written in another way and an error are set aside; title and total
    # are no rows.
    assert [row for row, _ in book.rejected] == [23, 25, 26]
    assert "1 passed over" in book.said


def _serials(path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(NAMES.split(";"))
    for n in range(8):
        sheet.append([1000 + n, f"K{n % 3}", 45000 + n, 45030 + n, 100.25 + n, "EUR", 45035 + n if n % 2 else None])
    workbook.save(path)


def _since_1904(path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    sheet = workbook.active
    sheet.append(NAMES.split(";"))
    for n in range(8):
        sheet.append([1000 + n, f"K{n % 3}", date(2023, 3, 15 + n), date(2023, 4, 14 + n), 100.25 + n, "EUR", None])
    workbook.save(path)


@pytest.mark.parametrize("write", [_serials, _since_1904])
def test_days_as_excels_numbers(importing: Import, write: Callable[[Path], None]) -> None:
    book = importing(f_xlsx=write)
    # 45000 is 15 March 2023; a workbook that counts from 1904 says the same days.
    assert book.rows("invoices", "issued_on", "due_on")[0] == ("2023-03-15", "2023-04-14")


def _parquet(path: Path) -> None:
    table = pa.table(
        {
            "Invoice": pa.array(["00123", "2", "NA", None]).dictionary_encode(),
            "Customer": pa.array(["None", "null", "NA", "x"]).dictionary_encode(),
            "Invoice date": pa.array([date(2024, 2, 29)] * 4),
            "Due date": pa.array([datetime(2024, 3, 30, 23, 30)] * 4, pa.timestamp("us")),
            "Amount": pa.array([Decimal("1080.3800"), Decimal("0.0001"), Decimal("7.0000"), Decimal("1.0000")],
                               pa.decimal128(38, 4)),
            "Currency": pa.array(["EUR", "EUR", "USD", "USD"]).dictionary_encode(),
            "Paid on": pa.array([datetime(2024, 4, 1, 12, 0, tzinfo=UTC), None, None, None],
                                pa.timestamp("ms", tz="America/New_York")),
        }
    )  # fmt: skip
    pq.write_table(table, path)


def test_parquet_with_its_own_types(importing: Import) -> None:
    book = importing(f_parquet=_parquet)
    # Decimals are exact, words that are stored once are words, and a moment is a day.
    assert book.amounts() == {"00123": "1080.38", "2": "0.0001", "NA": "7"}
    assert book.ledger.invoices["customer_id"].tolist() == ["None", "null", "NA"]
    assert book.left()["00123"] == ("2024-04-01", 0.0)
    assert book.rejected == [(4, "Invoice is empty")]


_CANONICAL = """invoice_id,customer_id,issued_on,due_on,amount,currency
00123,NA,2024-01-03,2024-02-02,1080.38,EUR
2,None,2024-01-04,2024-02-03,0.01,EUR
"""


def test_a_packed_file(importing: Import) -> None:
    book = importing(known="canonical", **{"invoices_csv.gz": gzip.compress(_CANONICAL.encode("utf-8-sig"))})
    # It is read like the file that was packed.
    assert book.amounts() == {"00123": "1080.38", "2": "0.01"}
    assert importing.run(known="canonical", **{"invoices_csv.gz": gzip.compress(_CANONICAL.encode())[:-9]})[0] == 1
    assert importing.run(known="canonical", **{"invoices_csv.gz": _CANONICAL})[0] == 1


def test_an_archive_of_two_files_is_refused(importing: Import) -> None:
    def archive(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("invoices.csv", _CANONICAL)
            packed.writestr("../../evil.csv", "x")

    # None is taken for all.
    assert "holds 2 files" in importing.refused(known="canonical", f_zip=archive)


def test_a_database_with_days_in_text(importing: Import) -> None:
    path = importing.folder / "f.db"
    with sqlite3.connect(path) as database:
        database.execute(
            "create table invoices(invoice_id text, customer_id text, issued_on text, due_on text, amount numeric,"
            " currency text)"
        )
        database.executemany(
            "insert into invoices values(?,?,?,?,?,'EUR')",
            [
                ("00123", "NA", "2024-01-06", "2024-02-05", "1080.38"),
                ("1", "None", "2024-01-06", "2024-02-05", 0.1 + 0.2),
                ("2", "K", "2024-01-03T23:30:00-05:00", "2024-02-02", 1),
                ("3", "K", "2024-01-05T00:30:00Z", "2024-02-04", 7),
                ("4", "K", "2024-02-30", "2024-03-05", 1),
                ("5", "K", "2024-02-28", None, 1),
                ("6\x00", "K", "2024-02-28", "2024-03-05", 1),
            ],
        )
    database.close()
    out = importing.folder / "book"
    assert main(["ledger", "import", f"sqlite:///{path}", "--format", "canonical", "--out", str(out), "--quiet"]) == 0
    book = Book(out, pb.read_ledger(out), [], importing.capsys.readouterr().out)
    # A moment elsewhere is a day of the ledger's time zone; three rows are set aside, the others are exact.
    assert book.amounts() == {"2": "1", "3": "7", "00123": "1080.38", "1": "0.3"}
    assert "7 rows, 4 accepted, 3 rejected" in book.said
    assert book.ledger.invoices["customer_id"].tolist() == ["K", "K", "NA", "None"]
    assert str(book.ledger.invoices["issued_on"].iloc[0].date()) == "2024-01-04"
