"""Exports of real rows, and seeded ways to spoil them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from paybench.ledger import Ledger, as_of, read_ledger
from paybench.simulate.exports import write_export

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
CUSTOMERS = 12


@dataclass(frozen=True)
class Export:
    """Files of one export by name, and the format that reads them."""

    format: str
    files: dict[str, bytes]


def exports(folder: Path) -> list[Export]:
    """The same rows of the sample as exports of every kind."""
    ledger = _some(read_ledger(SAMPLE))
    tables = {name: ledger.table(name) for name in ("invoices", "payments", "customers", "messages", "disputes")}
    found = [
        Export("canonical", {f"{name}.csv": table.to_csv(index=False).encode() for name, table in tables.items()}),
        Export("canonical", {f"{name}.xlsx": _workbook(table) for name, table in list(tables.items())[:2]}),
        Export("canonical", {f"{name}.parquet": _parquet(table) for name, table in tables.items()}),
        Export("ibm", {"ibm.csv": _ibm(ledger).to_csv(index=False).encode()}),
        Export("ibm", {"ibm.xlsx": _workbook(_ibm(ledger))}),
    ]
    for layout in ("sap", "quickbooks"):
        write_export(as_of(ledger, "2026-01-02"), folder / layout, layout, seed=1)
        files = [file for file in (folder / layout).iterdir() if file.name != "faults.csv"]
        found.append(Export(layout, {file.name: file.read_bytes() for file in files}))
    return found


def _some(ledger: Ledger) -> Ledger:
    kept = sorted(ledger.customers["customer_id"])[:CUSTOMERS]
    tables = {
        name: table[table["customer_id"].isin(kept)].reset_index(drop=True)
        for name in ("invoices", "payments", "customers", "contacts", "messages", "promises", "consents")
        if (table := ledger.table(name)) is not None
    }
    mine = ledger.disputes["invoice_id"].isin(tables["invoices"]["invoice_id"])
    return ledger.with_tables(tables | {"disputes": ledger.disputes[mine].reset_index(drop=True)})


def _ibm(ledger: Ledger) -> pd.DataFrame:
    invoices = ledger.invoices
    paid = ledger.payments.groupby("invoice_id")["paid_on"].max().reindex(invoices["invoice_id"]).to_numpy()
    days = pd.DataFrame({"i": invoices["issued_on"], "d": invoices["due_on"], "s": pd.Series(paid)})
    i, d, s = (days[c].map(lambda t: "" if pd.isna(t) else f"{t.month}/{t.day}/{t.year}") for c in "ids")
    return pd.DataFrame(
        {
            "countryCode": "391", "customerID": invoices["customer_id"], "PaperlessDate": "", "invoiceNumber":
            invoices["invoice_id"], "InvoiceDate": i, "DueDate": d, "InvoiceAmount": invoices["amount"],
            "Disputed": "No", "SettledDate": s, "PaperlessBill": "Paper", "DaysToSettle": 1, "DaysLate": 0,
        }
    )  # fmt: skip


def _parquet(table: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    table.to_parquet(out, index=False)
    return out.getvalue()


def _workbook(table: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    table.to_excel(out, index=False)
    return out.getvalue()


def spoilt(given: Export, seed: int) -> tuple[dict[str, bytes], str]:
    """The files of an export, one of them spoilt in one to three ways, and the names of these ways."""
    rng = random.Random(seed)
    name = rng.choice(sorted(given.files))
    content = given.files[name]
    ways = TEXT if name.endswith((".csv", ".txt")) else BOOK if name.endswith(".xlsx") else BYTES
    chosen = [rng.choice(ways) for _ in range(rng.randint(1, 3))]
    for way in chosen:
        content = way(content, rng)
    files = {**given.files, name: content}
    said = ", ".join(way.__name__.strip("_") for way in chosen)
    if rng.random() < 0.08:
        ending, pack = rng.choice(
            [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress), (".zip", None)]
        )
        packed = pack(content) if pack else _zip(name, content, rng)
        del files[name]
        files[name + ending] = _flip(packed, rng) if rng.random() < 0.5 else packed
        said += f", packed as {ending}"
    return files, said


Way = Callable[[bytes, random.Random], bytes]


def _zip(name: str, content: bytes, rng: random.Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content + b"0" * rng.choice([0, 2_000_000]))  # little that becomes much
    return out.getvalue()


def _flip(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice([1, 3, 30])):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _without_a_piece(content: bytes, rng: random.Random) -> bytes:
    begin = rng.randrange(len(content) + 1)
    return content[:begin] + content[begin + rng.randint(1, 200) :]


def _piece_again(content: bytes, rng: random.Random) -> bytes:
    begin = rng.randrange(len(content) + 1)
    return content[: begin + 300] + content[begin:]


def _other_encoding(content: bytes, rng: random.Random) -> bytes:
    text = content.decode("utf-8", errors="replace").replace(
        "a", rng.choice(["ä", "Ж", "\u202e", "😀", "\0", "\x1f", "\u2028"]), 5
    )
    return text.encode(rng.choice(["utf-16", "utf-16-be", "utf-8-sig", "cp1252", "utf-32", "cp037"]), errors="replace")


def _other_delimiter(content: bytes, rng: random.Random) -> bytes:
    return content.replace(rng.choice([b",", b";"]), rng.choice([b";", b"\t", b"|", b",,", b", "]))


def _header(content: bytes, rng: random.Random) -> bytes:
    lines = content.split(b"\n")
    cells = lines[0].split(b",")
    at = rng.randrange(len(cells))
    cells = rng.choice(
        [[*cells, cells[at]], cells[:at] + cells[at + 1 :], [*cells[:at], b"", *cells[at + 1 :]], [], cells[::-1]]
    )
    lines[0] = b",".join(cells)
    return b"\n".join(lines[:1] * rng.choice([0, 1, 1, 2]) + lines[1:])


VALUES = [
    *(
        "1e308",
        "-1e308",
        "9" * 40,
        "0." + "0" * 30 + "1",
        "NaN",
        "inf",
        "-inf",
        "1,234,567.8",
        "1.234.567,8",
        "--5",
        "+5",
    ),
    *("(5)", "5-", "0001-01-01", "9999-12-31", "2024-02-30", "99999-01-01", "1/1/1", "00/00/0000", "=1+1", "@SUM(A1)"),
    *("'", '"', '""', '"a""b', "\\", "", " ", "\u00a0", "\ufeff", "null", "None", "-", "€", "EUR5", "5 EUR", "true"),
    *("\x1b[31m", "a" * 5000, "1" * 140_000, "\uff11\uff12\uff13", "\u0663", "2024-01-01T00:00:00Z", "24:61", "45000"),
    *("-1", "1_000", "0x10", "1e5", "\U0001d7d9"),
]


def _cells(content: bytes, rng: random.Random) -> bytes:
    lines = content.split(b"\n")
    for _ in range(rng.choice([1, 5, 40])):
        at = rng.randrange(len(lines))
        cells = lines[at].split(b",")
        cells[rng.randrange(len(cells))] = rng.choice(VALUES).encode()
        lines[at] = b",".join(cells)
    return b"\n".join(lines)


def _line_ends(content: bytes, rng: random.Random) -> bytes:
    ends = [b"\n", b"\r\n", b"\r", b"\n\n", b"\x0b", b"\xe2\x80\xa8"]
    return b"".join(line + rng.choice(ends[: rng.randint(1, 6)]) for line in content.split(b"\n"))


def _quotes(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + rng.choice([b'"', b'""', b'"""', b'"\n"', b'",', b"'", b"\0"]) + content[at:]


def _rows(content: bytes, rng: random.Random) -> bytes:
    lines = content.split(b"\n")
    body = lines[1:]
    rng.shuffle(body)
    return b"\n".join([*lines[:1], *body, *body[: rng.choice([0, 1, 10])], b"total,,,,," * rng.randint(0, 1)])


def _book(content: bytes, rng: random.Random) -> bytes:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
    except Exception:  # spoilt already
        return _flip(content, rng)
    sheet = book.active
    assert sheet is not None
    for _ in range(rng.choice([1, 5, 20])):
        row, column = rng.randint(1, sheet.max_row + 2), rng.randint(1, sheet.max_column + 2)
        what = rng.choice(["value", "value", "value", "merge", "error", "formula", "delete"])
        if what == "merge":
            sheet.merge_cells(start_row=row, end_row=row + 2, start_column=column, end_column=column + 1)
        elif what == "delete":
            sheet.delete_rows(row) if rng.random() < 0.5 else sheet.delete_cols(column)
        else:
            cell = sheet.cell(row, column)
            if type(cell).__name__ == "MergedCell":
                continue
            values = [*(v for v in VALUES if v.isprintable() and len(v) < 30_000), 1e300, -0.0, True, 10**18]
            cell.value = {"error": "#REF!", "formula": "=1/0"}.get(what) or rng.choice(values)  # type: ignore[assignment]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


BYTES: list[Way] = [_flip, _cut, _without_a_piece, _piece_again]
TEXT: list[Way] = [*BYTES, _other_encoding, _other_delimiter, _header, _cells, _cells, _line_ends, _quotes, _rows]
BOOK: list[Way] = [_book, _book, _book, _flip, _cut]
