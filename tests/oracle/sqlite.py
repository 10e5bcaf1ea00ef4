"""Features and labels in plain SQL: the same definitions as the kernel, nothing shared with it but the tables.

Every statement repeats one definition; indexes aside, and that rows of no concern to a decision point are left out,
nothing here is meant to be fast. The tables and what of them is known are in ``tables``, the state of invoices in
``states``, the features in ``families``.
"""

from __future__ import annotations

import sqlite3

import numpy as np
import pandas as pd

from paybench.ledger.book import Ledger, day
from tests.oracle.families import FAMILIES, SETTLED
from tests.oracle.states import POINTS, STATE, WANTED_BY_LABELS, WANTED_BY_POINTS
from tests.oracle.tables import DATED, database, know
from tests.oracle.workdays import workdays

CATEGORIES = {"currency": "str", "country": "str"}
FLAGS = {"written_off": "boolean", "cancelled": "boolean", "reopened": "boolean", "status": "str"}
LATE_DAYS = (30, 60, 90)

_LABELS = """
SELECT due AS due_on, settled AS settled_on, days_late, days_to_pay, written_off, cancelled,
    CASE WHEN due IS NULL THEN NULL
        WHEN cancelled THEN 'cancelled' WHEN settled IS NOT NULL THEN 'settled' WHEN written_off THEN 'written_off'
        ELSE 'open' END AS status,
    CASE WHEN due IS NOT NULL THEN EXISTS (
        SELECT 1 FROM state closed JOIN state open_again ON open_again.invoice_id = closed.invoice_id
        WHERE closed.invoice_id = point.invoice_id AND closed.t < open_again.t AND open_again.t <= point.t
            AND NOT closed.is_open AND open_again.is_open) END AS reopened,
    {late},
    CASE WHEN due IS NULL OR cancelled OR due + :horizon + 1 > :cut_off THEN NULL
        WHEN settled IS NULL OR days_late > :horizon THEN :horizon + 1
        ELSE days_late END AS days_late_capped,
    due + :horizon + 1 AS days_mature_on
FROM point LEFT JOIN state ON state.t = point.t AND state.invoice_id = point.invoice_id
ORDER BY point.n
"""

_LATE = """
    CASE WHEN due IS NULL OR cancelled OR due + {days} + 1 > :cut_off THEN NULL
        ELSE NOT (settled IS NOT NULL AND days_late <= {days}) END AS {name},
    due + {days} + 1 AS {name}_matures_on
"""


def features(ledger: Ledger, rows: pd.DataFrame) -> pd.DataFrame:
    """The features of decision points.

    Parameters
    ----------
    ledger : the whole book, corrections and all.
    rows : invoice_id, customer_id, as_of (what is dated on that day or later is unknown); an invoice may occur often.

    Returns
    -------
    DataFrame in the order of ``rows`` with a fresh index: ``currency`` and ``country`` as text, everything else
    float64.
    """
    base = database(ledger, rows)
    base.executescript(WANTED_BY_POINTS)
    for name in DATED:
        know(base, name)
    base.executescript(STATE + POINTS + SETTLED)
    _fill_workdays(base)
    columns = {name: values for family in FAMILIES for name, values in _read(base, family, {}).items()}
    base.close()
    return pd.DataFrame({name: _typed(values, CATEGORIES.get(name, "float64")) for name, values in columns.items()})


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
    DataFrame in the order of ``rows`` with a fresh index: dates ``datetime64[s]``, flags nullable booleans, ``status``
    as text, the rest float64. An invoice that is unknown at the cut-off has a row of missing values.
    """
    cut_off = day(as_of)
    base = database(ledger, rows.assign(as_of=cut_off))
    base.executescript(WANTED_BY_LABELS)
    for name in ("invoice", "payment"):
        know(base, name)
    base.executescript(STATE)
    names = {"late": ":grace"} | {f"late_{days}": str(days) for days in LATE_DAYS}
    query = _LABELS.format(late=",".join(_LATE.format(name=name, days=days) for name, days in names.items()))
    setting = {"grace": ledger.grace_days, "horizon": horizon, "cut_off": (cut_off - pd.Timestamp(0)).days}
    columns = _read(base, query, setting)
    base.close()
    types = {name: "date" if name.endswith("_on") else "float64" for name in columns} | FLAGS
    return pd.DataFrame({name: _typed(values, types[name]) for name, values in columns.items()})


def _fill_workdays(base: sqlite3.Connection) -> None:
    """The days on which banks work, for every country of a decision point, from its days to well past its due date."""
    base.execute("CREATE TABLE workday (country, day)")
    first, last = base.execute("SELECT MIN(MIN(t, due)), MAX(due) + 60 FROM own").fetchone()
    for (country,) in base.execute("SELECT DISTINCT COALESCE(country, '') FROM own").fetchall():
        records = [(country, number) for number in workdays(country, first, last)]
        base.executemany("INSERT INTO workday VALUES (?, ?)", records)
    base.execute("CREATE INDEX workday_index ON workday (country, day)")


def _read(base: sqlite3.Connection, query: str, setting: dict[str, int]) -> dict[str, list[object]]:
    found = base.execute(query, setting)
    names = [column[0] for column in found.description]
    rows = found.fetchall()
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _typed(values: list[object], kind: str) -> pd.Series:
    if kind in ("str", "boolean"):
        flags = [None if value is None else bool(value) for value in values] if kind == "boolean" else values
        return pd.Series(flags, dtype=kind)
    numbers = np.array(values, dtype="float64")
    return pd.Series(pd.to_datetime(numbers, unit="D").astype("datetime64[s]") if kind == "date" else numbers)
