"""A second way to the KPIs: plain SQL in SQLite, on a ledger that :func:`paybench.ledger.as_of` has cut.

Days are whole numbers since 1970-01-01, amounts are units of 1/10,000. Nothing here is shared with the package but the
cut. Each statement gives rows of currency and customer; the customer of a payment is that of the invoice that it names.
"""

from __future__ import annotations

import sqlite3
from typing import Any

import pandas as pd

from paybench.ledger import Ledger, as_of
from tests.drawn import number_of, rows_of

Cell = tuple[str, str]

_TABLES = """
CREATE TABLE bill (id TEXT PRIMARY KEY, customer TEXT, currency TEXT, issued INT, due INT, amount INT);
CREATE TABLE raw (id TEXT PRIMARY KEY, customer TEXT, currency TEXT, invoice TEXT, paid INT, amount INT, kind TEXT);
CREATE VIEW pay AS
    SELECT raw.currency, coalesce(bill.customer, raw.customer) AS customer, bill.id AS invoice,
        raw.paid, raw.amount, kind
    FROM raw LEFT JOIN bill ON bill.id = raw.invoice AND bill.currency = raw.currency;
CREATE TABLE day (at INT);
CREATE TABLE book (tolerance INT);
"""

_LEFT = """
CREATE VIEW owed AS
    SELECT bill.*, at,
        bill.amount - coalesce((SELECT sum(amount) FROM pay WHERE invoice = bill.id AND paid < at), 0) AS missing,
        (SELECT count(*) FROM pay WHERE invoice = bill.id AND paid < at) AS moves
    FROM bill JOIN day WHERE issued < at;
CREATE VIEW state AS
    SELECT *, CASE
        WHEN missing > (SELECT tolerance FROM book) OR (missing > 0 AND moves = 0) THEN missing ELSE 0 END AS open
    FROM owed;
CREATE VIEW stray AS
    SELECT pay.*, at FROM pay JOIN day
    WHERE paid < at AND (invoice IS NULL OR (SELECT issued FROM bill WHERE id = invoice) >= at);
"""

AGEING = """
SELECT currency, customer, sum(not_due), sum(a), sum(b), sum(c), sum(d), sum(rest), sum(loose) FROM (
    SELECT currency, customer,
        CASE WHEN at - due <= 0 THEN open ELSE 0 END AS not_due,
        CASE WHEN at - due BETWEEN 1 AND 30 THEN open ELSE 0 END AS a,
        CASE WHEN at - due BETWEEN 31 AND 60 THEN open ELSE 0 END AS b,
        CASE WHEN at - due BETWEEN 61 AND 90 THEN open ELSE 0 END AS c,
        CASE WHEN at - due > 90 THEN open ELSE 0 END AS d,
        CASE WHEN open = 0 AND missing > 0 THEN missing ELSE 0 END AS rest,
        CASE WHEN missing < 0 THEN missing ELSE 0 END AS loose
    FROM state WHERE at = :at
    UNION ALL SELECT currency, customer, 0, 0, 0, 0, 0, 0, -amount FROM stray WHERE at = :at
) GROUP BY currency, customer
"""

_MOVES = """
CREATE VIEW entry AS
    SELECT currency, customer, issued AS day, amount AS billed, 0 AS collected, 0 AS credited, 0 AS lost FROM bill
    UNION ALL
    SELECT currency, customer, paid, 0,
        CASE WHEN kind = 'payment' THEN amount ELSE 0 END,
        CASE WHEN kind = 'credit_note' THEN amount ELSE 0 END,
        CASE WHEN kind = 'write_off' THEN amount ELSE 0 END
    FROM pay;
"""

FLOWS = """
SELECT currency, customer,
    sum(CASE WHEN day < :from THEN billed - collected - credited - lost ELSE 0 END),
    sum(CASE WHEN day >= :from THEN billed ELSE 0 END),
    sum(CASE WHEN day >= :from THEN collected ELSE 0 END),
    sum(CASE WHEN day >= :from THEN credited ELSE 0 END),
    sum(CASE WHEN day >= :from THEN lost ELSE 0 END),
    sum(billed - collected - credited - lost)
FROM entry GROUP BY currency, customer
"""

DELAYS = """
SELECT currency, customer, sum(amount * late), sum(amount) FROM (
    SELECT pay.currency, pay.customer, pay.amount, paid - due AS late
    FROM pay JOIN bill ON bill.id = pay.invoice WHERE kind = 'payment' AND due BETWEEN :from AND :at - 1
    UNION ALL
    SELECT currency, customer, missing, :at - due FROM (
        SELECT bill.*, amount - coalesce(
            (SELECT sum(amount) FROM pay WHERE invoice = bill.id AND kind <> 'write_off'), 0) AS missing
        FROM bill WHERE due BETWEEN :from AND :at - 1
    ) WHERE missing > (SELECT tolerance FROM book)
) GROUP BY currency, customer
"""

RISKS = """
SELECT currency, customer, strftime('%Y-%m-01', issued * 86400, 'unixepoch') AS month, sum(amount),
    sum(CASE WHEN due + 90 < :at AND missing > (SELECT tolerance FROM book) THEN missing ELSE 0 END),
    min(due + 90 < :at)
FROM (
    SELECT bill.*, amount - coalesce(
        (SELECT sum(amount) FROM pay
        WHERE invoice = bill.id AND kind <> 'write_off' AND paid <= due + 90), 0) AS missing
    FROM bill
) WHERE strftime('%Y-%m', issued * 86400, 'unixepoch') < strftime('%Y-%m', :at * 86400, 'unixepoch')
GROUP BY currency, customer, month
"""


def ask(ledger: Ledger, date: object, statement: str, **days: int) -> list[tuple[Any, ...]]:
    """The rows of one of the statements above; ``from`` is :at less ``days``."""
    cut, at = as_of(ledger, date), number_of(date)
    with sqlite3.connect(":memory:") as db:
        db.executescript(_TABLES + _LEFT + _MOVES)
        db.execute("INSERT INTO book VALUES (?)", [round(ledger.tolerance * 10_000)])
        db.execute("INSERT INTO day VALUES (?)", [at])
        db.executemany(
            "INSERT INTO bill VALUES (:invoice_id, :customer_id, :currency, :issued_on, :due_on, :amount)",
            [{**row, "amount": round(row["amount"] * 10_000)} for row in rows_of(cut, "invoices")],
        )
        db.executemany(
            "INSERT INTO raw VALUES (:payment_id, :customer_id, :currency, :invoice_id, :paid_on, :amount, :kind)",
            [{**row, "amount": round(row["amount"] * 10_000)} for row in rows_of(cut, "payments")],
        )
        found = db.execute(statement, {"at": at, "from": at - days.get("days", 90)}).fetchall()
    db.close()
    return found


def by_cell(rows: list[tuple[Any, ...]]) -> dict[Cell, tuple[Any, ...]]:
    """The rows by currency and customer."""
    return {(row[0], row[1]): row[2:] for row in rows}


def of(table: pd.DataFrame, *columns: str) -> dict[Cell, tuple[int, ...]]:
    """Amounts of a table of ours by currency and group, in units."""
    return {
        (str(row["currency"]), str(row["group"])): tuple(round(row[name] * 10_000) for name in columns)
        for row in table.to_dict("records")
    }
