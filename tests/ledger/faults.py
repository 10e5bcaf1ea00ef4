"""A ledger with a fault for every expectation of its tables, and what a check should say of each."""

from __future__ import annotations

import pandas as pd

from paybench.ledger import Ledger
from paybench.ledger.schema import DATE, TABLES

DAY = pd.Timedelta(days=1)
_TYPES = {"date": DATE, "amount": "float64", "number": "float64", "flag": "object"}


def planted(sound: Ledger) -> Ledger:
    """The ledger with faults: single rows are broken, or added as broken copies."""
    tables = {name: sound.table(name).copy() for name in TABLES}
    tables["consents"] = _consents(sound)
    for name, spec in TABLES.items():
        first = tables[name].iloc[[0]]
        broken = [_contradiction(name, first.iloc[[0]]), tables[name].iloc[[1]]]
        for column in spec.columns:
            if column.required:
                other = first if column.name in spec.key else _numbered(first, name, f"N{column.name}")
                broken.append(other.assign(**{column.name: None}))
            if column.kind == "date":
                broken.append(
                    first.assign(**{column.name: pd.Timestamp("1026-03-01")}).pipe(_numbered, name, f"D{column.name}")
                )
            if column.kind == "amount":
                broken.append(first.assign(**{column.name: 1e15}).pipe(_numbered, name, "M"))
            if column.name == "currency":
                broken.append(first.assign(currency="eur").pipe(_numbered, name, "C"))
        if spec.dated:
            early = first[spec.dated] - DAY
            broken.append(first.assign(recorded_on=early).pipe(_numbered, name, "R"))
        rows = [frame.astype("object") for frame in (tables[name], *broken, *_of_table(name, tables))]
        types = {c.name: _TYPES.get(c.kind, "str") for c in spec.columns}
        tables[name] = pd.concat(rows, ignore_index=True).astype(types)
    return sound.with_tables(tables)


def _numbered(rows: pd.DataFrame, table: str, mark: str) -> pd.DataFrame:
    """With a number of its own, so that it is no version of another row."""
    key = TABLES[table].key[0]
    return rows.assign(**{key: f"{mark}-" + rows[key]}) if table != "consents" else rows


def _contradiction(table: str, row: pd.DataFrame) -> pd.DataFrame:
    other = {
        "invoices": {"amount": 7.77},
        "payments": {"amount": 7.77},
        "customers": {"name": "Somebody else"},
        "contacts": {"channel": "pigeon"},
        "messages": {"text": "something else"},
        "disputes": {"reason": "something else"},
        "promises": {"amount": 7.77},
        "consents": {"allowed": ~row["allowed"] if table == "consents" else None},
    }
    return row.assign(**other[table])


def _consents(sound: Ledger) -> pd.DataFrame:
    """Two consents that are well, and one that forbids the last contact."""
    last = sound.contacts.iloc[-1]
    consents = pd.DataFrame(
        {
            "customer_id": [*sound.customers["customer_id"].iloc[:2], last["customer_id"]],
            "channel": ["fax", "fax", last["channel"]],
            "changed_on": [last["sent_on"] - DAY] * 3,
            "allowed": [True, True, False],
        }
    )
    return Ledger.of(consents=consents).consents.astype({"allowed": "object"})


def _of_table(name: str, tables: dict[str, pd.DataFrame]) -> list[pd.DataFrame]:
    """Faults of one table only: broken copies of its third row, each with a number of its own."""
    row, invoices = tables[name].iloc[[2]], tables["invoices"]
    cells: dict[str, list[dict[str, object]]] = {
        "invoices": [
            {"amount": 0.0},
            {"amount": 12.345678},
            {"amount": 9e8},
            {"due_on": pd.Timestamp("2001-01-01")},
            {},
            {"customer_id": "C99999"},
        ],
        "payments": [
            {"kind": "gift"},
            {"currency": "XXX"},
            {"customer_id": "C99998"},
            {"amount": 0.0},
            {"amount": 12.345678},
            {"amount": 9e8},
            {"invoice_id": "no such \x1b[31m invoice"},
            {"paid_on": pd.Timestamp("2001-01-01")},
            {},
            {"invoice_id": invoices["invoice_id"].iloc[3], "amount": -5e5},
        ],
        "contacts": [{"invoice_id": "X"}, {"customer_id": "X"}, {"tone": "rude"}, {"propensity": 1.5}],
        "messages": [{"customer_id": "X"}],
        "disputes": [
            {"closed_on": pd.Timestamp("2001-01-01")},
            {"amount": 0.0},
            {"amount": 5e6},
            {"invoice_id": "X"},
        ],
        "promises": [
            {"promised_on": pd.Timestamp("2001-01-01")},
            {"amount": -1.0},
            {"invoice_id": "X"},
            {"customer_id": "X"},
        ],
        "consents": [{"customer_id": "X"}],
    }
    copies = [_numbered(row.assign(**cell), name, f"F{at}") for at, cell in enumerate(cells.get(name, []))]
    if name == "invoices":
        copies.append(_numbered(row.assign(due_on=row["issued_on"] + 1000 * DAY, amount=3.33), name, "F6"))
    return copies
