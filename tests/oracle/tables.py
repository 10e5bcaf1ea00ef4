"""The ledger's tables in SQLite, and which of their rows are known at the moments that matter.

Days are integers since 1970-01-01, amounts integers of 1/10,000 currency unit.
"""

from __future__ import annotations

import sqlite3

import numpy as np
import pandas as pd

from paybench.ledger.book import Ledger

# Per table the columns of the ledger's table of that name; the first is the key, the own date is called own_day.
_COLUMNS = {
    "invoice": "invoice_id customer_id issued_on due_on amount currency parent_id recorded_on",
    "payment": "payment_id customer_id invoice_id paid_on amount currency kind recorded_on",
    "contact": "contact_id customer_id invoice_id sent_on recorded_on",
    "message": "message_id customer_id received_on meaning recorded_on",
    "dispute": "dispute_id invoice_id opened_on closed_on recorded_on",
    "promise": "promise_id customer_id invoice_id made_on promised_on recorded_on",
    "customer": "customer_id country recorded_on",
}

# A row is known from the later of its own day and the day it was recorded; its version is the day it was recorded.
_LEDGER = """
CREATE TABLE invoice (pos, invoice_id, customer_id, own_day, due, amount, currency, parent_id, recorded, version,
    known);
CREATE TABLE payment (pos, payment_id, customer_id, invoice_id, own_day, amount, currency, kind, recorded, version,
    known);
CREATE TABLE contact (pos, contact_id, customer_id, invoice_id, own_day, recorded, version, known);
CREATE TABLE message (pos, message_id, customer_id, own_day, meaning, recorded, version, known);
CREATE TABLE dispute (pos, dispute_id, invoice_id, own_day, closed, recorded, version, known);
CREATE TABLE promise (pos, promise_id, customer_id, invoice_id, own_day, promised, recorded, version, known);
CREATE TABLE customer (pos, customer_id, country, recorded);
CREATE TABLE point (n INTEGER PRIMARY KEY, invoice_id, customer_id, t);
CREATE TABLE setting (grace, tolerance);
"""

_INDEXES = """
UPDATE {name} SET version = COALESCE(recorded, own_day), known = MAX(own_day, COALESCE(recorded, own_day));
CREATE INDEX {name}_key ON {name} ({name}_id);
"""

_MORE_INDEXES = """
CREATE INDEX invoice_customer ON invoice (customer_id);
CREATE INDEX payment_invoice ON payment (invoice_id);
CREATE INDEX payment_customer ON payment (customer_id);
CREATE INDEX contact_invoice ON contact (invoice_id);
CREATE INDEX contact_customer ON contact (customer_id);
CREATE INDEX message_customer ON message (customer_id);
CREATE INDEX dispute_invoice ON dispute (invoice_id);
CREATE INDEX promise_invoice ON promise (invoice_id);
CREATE INDEX promise_customer ON promise (customer_id);
CREATE INDEX customer_key ON customer (customer_id);
"""

DATED = ("invoice", "payment", "contact", "message", "dispute", "promise")

# Of the known versions of one row the last one counts.
_KNOWN = """
CREATE TABLE known_{name} AS
SELECT * FROM (
    SELECT wanted_{name}.t, {name}.*,
        ROW_NUMBER() OVER (PARTITION BY t, {name}.{name}_id ORDER BY version DESC, pos DESC) AS newest
    FROM wanted_{name} JOIN {name} ON {name}.{name}_id = wanted_{name}.{name}_id
    WHERE {name}.known < wanted_{name}.t)
WHERE newest = 1;
"""


def database(ledger: Ledger, rows: pd.DataFrame) -> sqlite3.Connection:
    """The whole ledger, and the decision points (invoice_id, customer_id, as_of) numbered in their order."""
    base = sqlite3.connect(":memory:")
    base.executescript(_LEDGER)
    for name, columns in _COLUMNS.items():
        _insert(base, name, ledger.table(f"{name}s"), columns.split())
    _insert(base, "point", rows, ["invoice_id", "customer_id", "as_of"])
    base.execute("INSERT INTO setting VALUES (?, ?)", (ledger.grace_days, round(ledger.tolerance * 10_000)))
    base.executescript("".join(_INDEXES.format(name=name) for name in DATED) + _MORE_INDEXES)
    return base


def know(base: sqlite3.Connection, name: str) -> None:
    """Make ``known_<name>`` out of ``wanted_<name>``, which holds moments t and keys of rows."""
    base.executescript(_KNOWN.format(name=name))


def _insert(base: sqlite3.Connection, table: str, frame: pd.DataFrame, names: list[str]) -> None:
    columns = [_plain(name, frame[name]) for name in names]
    width = len(base.execute(f"SELECT * FROM {table}").description)
    nothing = [None] * (width - 1 - len(columns))
    records = [(pos, *values, *nothing) for pos, values in enumerate(zip(*columns, strict=True))]
    base.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", records)


def _plain(name: str, values: pd.Series) -> list[object]:
    if name == "amount":
        return [round(value * 10_000) for value in values.tolist()]
    if name.endswith("_on") or name == "as_of":
        dates = values.to_numpy().astype("datetime64[D]")
        numbers = zip(dates.astype(np.int64).tolist(), np.isnat(dates).tolist(), strict=True)
        return [None if missing else number for number, missing in numbers]
    return [value if isinstance(value, str) else None for value in values.to_numpy(dtype="object")]
