"""Features and labels in plain SQL: the same definitions as the kernel, nothing shared with it but the tables.

Days are integers since 1970-01-01, amounts integers of 1/10,000 currency unit. Every statement repeats one
definition; indexes aside, nothing here is meant to be fast.
"""

from __future__ import annotations

import sqlite3

import pandas as pd

from paybench.ledger.book import Ledger, day

_LEDGER = """
CREATE TABLE invoice_row (pos, invoice_id, customer_id, own_day, due, amount, currency, recorded);
CREATE TABLE payment_row (pos, payment_id, customer_id, invoice_id, own_day, amount, kind, recorded);
CREATE TABLE dispute_row (pos, dispute_id, invoice_id, own_day, recorded);
CREATE TABLE customer_row (pos, customer_id, country, recorded);
CREATE TABLE point (n INTEGER PRIMARY KEY, invoice_id, customer_id, t);
CREATE TABLE setting (grace, tolerance);
"""

# A row is known from the later of its own day and the day it was recorded; its version is the day it was recorded.
_VERSIONS = """
CREATE VIEW invoice AS SELECT *, own_day AS issued, COALESCE(recorded, own_day) AS version,
    MAX(own_day, COALESCE(recorded, own_day)) AS known FROM invoice_row;
CREATE VIEW payment AS SELECT *, COALESCE(recorded, own_day) AS version,
    MAX(own_day, COALESCE(recorded, own_day)) AS known FROM payment_row;
CREATE VIEW dispute AS SELECT *, COALESCE(recorded, own_day) AS version,
    MAX(own_day, COALESCE(recorded, own_day)) AS known FROM dispute_row;
CREATE TABLE moment AS SELECT DISTINCT t FROM point;
"""

_KNOWN = """
CREATE TABLE known_{name} AS
SELECT * FROM (
    SELECT moment.t, {name}.*,
        ROW_NUMBER() OVER (PARTITION BY moment.t, {name}_id ORDER BY version DESC, pos DESC) AS newest
    FROM moment JOIN {name} ON {name}.known < moment.t)
WHERE newest = 1;
CREATE INDEX known_{name}_index ON known_{name} (t, {column});
"""

# Account 'paid' decides settlement; account 'closed' counts write-offs too.
_STATE = """
CREATE TABLE balance AS
WITH movement AS (
    SELECT t, invoice_id, own_day AS day, amount, 'paid' AS account FROM known_payment
    WHERE invoice_id IS NOT NULL AND kind <> 'write_off'
    UNION ALL
    SELECT t, invoice_id, own_day AS day, amount, 'closed' AS account FROM known_payment
    WHERE invoice_id IS NOT NULL),
daily AS (
    SELECT t, invoice_id, account, day, SUM(amount) AS amount FROM movement GROUP BY t, invoice_id, account, day)
SELECT t, invoice_id, account, day,
    SUM(amount) OVER (PARTITION BY t, invoice_id, account ORDER BY day) AS total
FROM daily;
CREATE INDEX balance_index ON balance (t, invoice_id, account, day);

CREATE TABLE reached AS
SELECT b.t, b.invoice_id, b.account, MIN(b.day) AS day
FROM balance b JOIN known_invoice i ON i.t = b.t AND i.invoice_id = b.invoice_id
WHERE NOT EXISTS (
    SELECT 1 FROM balance later
    WHERE later.t = b.t AND later.invoice_id = b.invoice_id AND later.account = b.account
        AND later.day >= b.day AND later.total < i.amount - (SELECT tolerance FROM setting))
GROUP BY b.t, b.invoice_id, b.account;
CREATE INDEX reached_index ON reached (t, invoice_id, account);

CREATE TABLE state AS
SELECT i.t, i.invoice_id, i.customer_id, i.currency, i.issued, i.due, i.amount,
    paid.day AS settled,
    paid.day - i.due AS days_late,
    paid.day - i.issued AS days_to_pay,
    paid.day IS NULL AND closed.day IS NOT NULL AS written_off,
    paid.day IS NULL AND closed.day IS NULL AS is_open,
    MAX(0, i.amount - (
        SELECT COALESCE(SUM(p.amount), 0) FROM known_payment p
        WHERE p.t = i.t AND p.invoice_id = i.invoice_id)) AS still_due,
    2 * (
        SELECT COALESCE(SUM(p.amount), 0) FROM known_payment p
        WHERE p.t = i.t AND p.invoice_id = i.invoice_id AND p.kind = 'credit_note') > i.amount AS cancelled
FROM known_invoice i
LEFT JOIN reached paid ON paid.t = i.t AND paid.invoice_id = i.invoice_id AND paid.account = 'paid'
LEFT JOIN reached closed ON closed.t = i.t AND closed.invoice_id = i.invoice_id AND closed.account = 'closed';
CREATE INDEX state_index ON state (t, customer_id);
CREATE INDEX state_invoice_index ON state (t, invoice_id);
"""

# Own terms: the newest version known before t; without one, the version that becomes known first.
_POINTS = """
CREATE TABLE own AS
SELECT n, amount, currency, issued, due FROM (
    SELECT point.n, invoice.*, ROW_NUMBER() OVER (PARTITION BY point.n ORDER BY
        known < t DESC,
        CASE WHEN known < t THEN version END DESC,
        CASE WHEN known < t THEN pos END DESC,
        known, version, pos) AS choice
    FROM point JOIN invoice ON invoice.invoice_id = point.invoice_id)
WHERE choice = 1;
CREATE INDEX own_index ON own (n);

CREATE TABLE other AS
SELECT point.n, state.*
FROM point JOIN state ON state.t = point.t AND state.customer_id = point.customer_id
    AND state.invoice_id <> point.invoice_id;
CREATE INDEX other_index ON other (n, currency);

CREATE TABLE history AS
SELECT *, days_late > (SELECT grace FROM setting) AS late,
    ROW_NUMBER() OVER (PARTITION BY n ORDER BY settled DESC, due DESC, invoice_id DESC) AS back,
    ((settled + 3) % 7 + 7) % 7 AS weekday
FROM other WHERE settled IS NOT NULL AND NOT cancelled;
CREATE INDEX history_index ON history (n);

CREATE TABLE fallen_due AS
SELECT n, settled IS NULL OR days_late > (SELECT grace FROM setting) AS late,
    ROW_NUMBER() OVER (
        PARTITION BY n
        ORDER BY MAX(due + (SELECT grace FROM setting), issued) DESC, due DESC, invoice_id DESC) AS back
FROM other WHERE NOT cancelled AND due + (SELECT grace FROM setting) < t;
CREATE INDEX fallen_due_index ON fallen_due (n);
"""

_FEATURES = """
SELECT
    own.amount / 10000.0 AS amount,
    own.due - own.issued AS terms_days,
    ((own.due + 3) % 7 + 7) % 7 AS due_weekday,
    CAST(JULIANDAY(own.due * 86400, 'unixepoch', 'start of month', '+1 month', '-1 day')
        - JULIANDAY(own.due * 86400, 'unixepoch') AS INTEGER) AS due_to_month_end,
    (SELECT country FROM customer_row c
     WHERE c.customer_id = point.customer_id AND (recorded IS NULL OR recorded < point.t)
     ORDER BY recorded IS NULL, recorded DESC, pos DESC LIMIT 1) AS country,
    (SELECT COUNT(*) FROM history h WHERE h.n = point.n) AS n_settled,
    (SELECT AVG(late) FROM history h WHERE h.n = point.n) AS late_share,
    (SELECT AVG(days_late) FROM history h WHERE h.n = point.n) AS days_late_mean,
    (SELECT CASE WHEN COUNT(*) > 1 THEN
        SQRT(SUM((h.days_late - centre.mean) * (h.days_late - centre.mean)) / (COUNT(*) - 1)) END
     FROM history h, (SELECT n, AVG(days_late) AS mean FROM history GROUP BY n) centre
     WHERE h.n = point.n AND centre.n = point.n) AS days_late_sd,
    (SELECT days_late FROM history h WHERE h.n = point.n AND back = 1) AS days_late_last,
    (SELECT AVG(late) FROM fallen_due f WHERE f.n = point.n) AS late_share_due,
    (SELECT AVG(late) FROM fallen_due f WHERE f.n = point.n AND back <= 10) AS late_share_due_10,
    (SELECT SUM(days_late * POWER(0.5, (point.t - settled) / 90.0)) / SUM(POWER(0.5, (point.t - settled) / 90.0))
     FROM history h WHERE h.n = point.n) AS days_late_decayed,
    point.t - (
        SELECT MAX(own_day) FROM known_payment p
        WHERE p.t = point.t AND p.customer_id = point.customer_id AND p.kind = 'payment' AND p.amount > 0
            AND p.invoice_id IS NOT point.invoice_id) AS days_since_payment,
    (SELECT weekday FROM history h WHERE h.n = point.n
     GROUP BY weekday ORDER BY COUNT(*) DESC, weekday LIMIT 1) AS pay_weekday,
    (SELECT AVG(EXISTS (SELECT 1 FROM known_dispute d WHERE d.t = o.t AND d.invoice_id = o.invoice_id))
     FROM other o WHERE o.n = point.n) AS disputed_share,
    (SELECT COUNT(*) FROM other o WHERE o.n = point.n AND o.currency = own.currency AND is_open) AS open_count,
    (SELECT COALESCE(SUM(still_due), 0) FROM other o
     WHERE o.n = point.n AND o.currency = own.currency AND is_open) / 10000.0 AS open_amount,
    (SELECT COUNT(*) FROM other o
     WHERE o.n = point.n AND o.currency = own.currency AND is_open AND o.due < point.t) AS overdue_count,
    own.amount / (SELECT AVG(o.amount) FROM other o
     WHERE o.n = point.n AND o.currency = own.currency) AS amount_to_usual
FROM point LEFT JOIN own ON own.n = point.n
ORDER BY point.n
"""

_LABELS = """
SELECT due AS due_on, settled AS settled_on, days_late, days_to_pay, written_off, cancelled,
    CASE WHEN due IS NULL OR cancelled OR due + :grace + 1 > :cut_off THEN NULL
        ELSE NOT (settled IS NOT NULL AND days_late <= :grace) END AS late,
    due + :grace + 1 AS late_matures_on,
    CASE WHEN due IS NULL OR cancelled OR due + :horizon + 1 > :cut_off THEN NULL
        WHEN settled IS NULL OR days_late > :horizon THEN :horizon + 1
        ELSE days_late END AS days_late_capped,
    due + :horizon + 1 AS days_mature_on
FROM point LEFT JOIN state ON state.t = point.t AND state.invoice_id = point.invoice_id
ORDER BY point.n
"""


def features(ledger: Ledger, rows: pd.DataFrame) -> pd.DataFrame:
    """The features of decision points.

    Parameters
    ----------
    ledger : the whole book, corrections and all.
    rows : invoice_id, customer_id, as_of (what is dated on that day or later is unknown); an invoice may occur often.

    Returns
    -------
    DataFrame in the order of ``rows`` with a fresh index: ``country`` as text, everything else float64.
    """
    base = _database(ledger, rows)
    base.executescript(_POINTS)
    frame = _read(base, _FEATURES, {})
    text = frame.pop("country").astype("str")
    frame = frame.astype("float64")
    frame.insert(4, "country", text)
    return frame


def labels(ledger: Ledger, rows: pd.DataFrame, as_of: object, horizon: int) -> pd.DataFrame:
    """The labels of the invoices in ``rows`` as known at the cut-off ``as_of``.

    Parameters
    ----------
    ledger : the whole book.
    rows : invoice_id, customer_id; other columns are not read.
    as_of : the cut-off; what is dated on that day or later is unknown.
    horizon : days late beyond which ``days_late_capped`` no longer tells values apart.

    Returns
    -------
    DataFrame in the order of ``rows`` with a fresh index: dates ``datetime64[s]``, flags nullable booleans, the rest
    float64. An invoice that is unknown at the cut-off has a row of missing values.
    """
    cut_off = day(as_of)
    base = _database(ledger, rows.assign(as_of=cut_off))
    setting = {"grace": ledger.grace_days, "horizon": horizon, "cut_off": (cut_off - pd.Timestamp(0)).days}
    frame = _read(base, _LABELS, setting).astype("float64")
    for name in ("due_on", "settled_on", "late_matures_on", "days_mature_on"):
        frame[name] = pd.to_datetime(frame[name], unit="D").astype("datetime64[s]")
    for name in ("written_off", "cancelled"):
        frame[name] = frame[name].astype("boolean")
    return frame


def _database(ledger: Ledger, rows: pd.DataFrame) -> sqlite3.Connection:
    """The ledger's tables, the decision points, and the state of every invoice at each of their days."""
    base = sqlite3.connect(":memory:")
    base.executescript(_LEDGER)
    invoices = ["invoice_id", "customer_id", "issued_on", "due_on", "amount", "currency", "recorded_on"]
    payments = ["payment_id", "customer_id", "invoice_id", "paid_on", "amount", "kind", "recorded_on"]
    _insert(base, "invoice_row", ledger.invoices[invoices])
    _insert(base, "payment_row", ledger.payments[payments])
    _insert(base, "dispute_row", ledger.disputes[["dispute_id", "invoice_id", "opened_on", "recorded_on"]])
    _insert(base, "customer_row", ledger.customers[["customer_id", "country", "recorded_on"]])
    _insert(base, "point", rows[["invoice_id", "customer_id", "as_of"]])
    base.execute("INSERT INTO setting VALUES (?, ?)", (ledger.grace_days, round(ledger.tolerance * 10_000)))
    base.executescript(_VERSIONS)
    for name, column in (("invoice", "invoice_id"), ("payment", "invoice_id"), ("dispute", "invoice_id")):
        base.executescript(_KNOWN.format(name=name, column=column))
    base.executescript(_STATE)
    return base


def _insert(base: sqlite3.Connection, table: str, frame: pd.DataFrame) -> None:
    columns = [[_plain(name, value) for value in frame[name]] for name in frame.columns]
    records = [(pos, *values) for pos, values in enumerate(zip(*columns, strict=True))]
    marks = ", ".join("?" * (1 + frame.shape[1]))
    base.executemany(f"INSERT INTO {table} VALUES ({marks})", records)


def _plain(name: str, value: object) -> object:
    if pd.isna(value):  # type: ignore[call-overload]
        return None
    if isinstance(value, pd.Timestamp):
        return (value - pd.Timestamp(0)).days
    return round(float(str(value)) * 10_000) if name == "amount" else str(value)


def _read(base: sqlite3.Connection, query: str, setting: dict[str, int]) -> pd.DataFrame:
    found = base.execute(query, setting)
    names = [column[0] for column in found.description]
    return pd.DataFrame(found.fetchall(), columns=names, dtype="object")
