"""Setting wrong rows aside: what stays is a ledger, and every row and amount is in one of the two."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ...errors import PaybenchError
from ...spreadsheet import csv_bytes
from ..book import Ledger
from ..schema import MONEY_UNITS, TABLES, units
from ..store import decimals, write_ledger
from .examine import Examination, examine

_MONEY = ("invoices", "payments")
"""The tables whose amounts bear a currency."""


@dataclass(frozen=True)
class Quarantine:
    """A ledger without its wrong rows, and the wrong rows.

    Attributes
    ----------
    ledger : the rows that stay. Rows that name a row which was set aside stay, too: the payments of a wrong invoice
        were made all the same; they count for no invoice.
    aside : one row per row set aside: table, row (its place there, from 0), number, amount (NaN where the table has
        none), currency, reason (all of them, in words), content (the row as JSON).
    summary : JSON-able: per table the ``rows`` (read, kept, set_aside), and of invoices and payments per currency the
        ``amounts`` of the same as decimal text; read = kept + set_aside, exactly. ``reasons``: how often each occurs.
    """

    ledger: Ledger
    aside: pd.DataFrame
    summary: dict[str, Any]

    def __str__(self) -> str:
        lines = []
        for table, counts in self.summary["tables"].items():
            rows = counts["rows"]
            if rows["set_aside"]:
                lines.append(f"{table}: {rows['read']} rows = {rows['kept']} kept + {rows['set_aside']} set aside")
                for currency, money in counts["amounts"].items():
                    sums = f"{money['kept']} kept + {money['set_aside']} set aside"
                    lines.append(f"  {currency or 'no currency'} {money['read']} = {sums}")
        return "\n".join(lines) or "no row had to be set aside"


def set_aside(ledger: Ledger, examination: Examination | None = None) -> Quarantine:
    """Set aside the rows that a check finds wrong, until it finds none in what stays.

    Parameters
    ----------
    ledger : the whole book.
    examination : what :func:`.examine.examine` found in it, if it was asked already.

    Raises
    ------
    PaybenchError
        If the ledger is refused for more than single rows, or Great Expectations is not installed.
    """
    places = {name: np.arange(len(ledger.table(name))) for name in TABLES}
    reasons = pd.DataFrame(columns=["table", "row", "reason"])
    kept, found = ledger, examination or examine(ledger)
    while found.refused or len(found.wrong):
        if found.refused:
            raise PaybenchError(_refusal(found.refused))
        for name, some in found.wrong.groupby("table"):
            rows = some.assign(row=places[str(name)][some["row"].to_numpy(dtype=np.int64)])
            reasons = rows if reasons.empty else pd.concat([reasons, rows], ignore_index=True)
            places[str(name)] = np.setdiff1d(places[str(name)], rows["row"])
        kept = ledger.with_tables(
            {name: ledger.table(name).iloc[at].reset_index(drop=True) for name, at in places.items()}
        )
        found = examine(kept)
    aside = _aside(ledger, reasons)
    return Quarantine(kept, aside, _summary(ledger, kept, aside))


def write_quarantine(result: Quarantine, folder: str | Path) -> None:
    """Write the ledger folder, with ``quarantined.parquet``, ``.csv`` and ``.json`` beside the tables.

    Raises
    ------
    PaybenchError
        If the folder exists and holds something that is not a ledger, or cannot be written.
    """
    aside = result.aside
    missing = aside["amount"].isna().to_numpy()
    amounts = decimals(np.where(missing, 0, units(aside["amount"].fillna(0.0))), missing)
    arrow = pa.table({name: amounts if name == "amount" else pa.array(aside[name]) for name in aside})
    parquet = io.BytesIO()
    pq.write_table(arrow, parquet, compression="zstd")
    report = json.dumps(result.summary, indent=2, ensure_ascii=False) + "\n"
    extras = {
        "quarantined.parquet": parquet.getvalue(),
        "quarantined.csv": csv_bytes(aside),
        "quarantined.json": report.encode(),
    }
    write_ledger(result.ledger, folder, extras=extras)


def _refusal(many: int) -> str:
    return (
        f"The ledger is refused for {many} fault{'' if many == 1 else 's'} that setting rows aside does not heal; "
        "see 'paybench ledger check', set them right, and import it again."
    )


def _aside(ledger: Ledger, reasons: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for name, spec in TABLES.items():
        why = reasons.loc[reasons["table"] == name].groupby("row")["reason"].agg("; ".join).sort_index()
        rows = ledger.table(name).iloc[why.index.to_numpy(dtype=np.int64)]
        number = rows[list(spec.key)].fillna("").agg(" ".join, axis=1) if len(rows) else pd.Series(dtype="str")
        parts.append(
            pd.DataFrame(
                {
                    "table": name,
                    "row": why.index.to_numpy(dtype=np.int64),
                    "number": number.to_numpy(),
                    "amount": rows["amount"].to_numpy() if "amount" in rows else np.nan,
                    "currency": rows["currency"].to_numpy() if "currency" in rows else None,
                    "reason": why.to_numpy(),
                    "content": [_content(row) for row in rows.to_dict("records")],
                }
            ).astype({"amount": "float64", "number": "str", "currency": "str", "reason": "str", "content": "str"})
        )
    return pd.concat(parts, ignore_index=True)


def _content(row: dict[Any, Any]) -> str:
    cells = {
        str(name): value.strftime("%Y-%m-%d") if isinstance(value, pd.Timestamp) else value
        for name, value in row.items()
        if not pd.isna(value)
    }
    return json.dumps(cells, ensure_ascii=False, default=str)


def _summary(ledger: Ledger, kept: Ledger, aside: pd.DataFrame) -> dict[str, Any]:
    tables = {}
    for name in TABLES:
        ours = aside[aside["table"] == name]
        parts = {"read": ledger.table(name), "kept": kept.table(name), "set_aside": ours}
        rows = {part: len(frame) for part, frame in parts.items()}
        sums = {part: _sums(frame) if name in _MONEY else {} for part, frame in parts.items()}
        amounts = {currency: {part: sums[part].get(currency, 0) for part in parts} for currency in sorted(sums["read"])}
        for counted in (rows, *amounts.values()):
            if counted["read"] != counted["kept"] + counted["set_aside"]:
                raise RuntimeError(f"Setting rows of {name} aside lost some: {counted}.")
        written = {c: {part: _decimal(whole) for part, whole in money.items()} for c, money in amounts.items()}
        tables[name] = {"rows": rows, "amounts": written}
    return {"tables": tables, "reasons": aside["reason"].str.split("; ").explode().value_counts().to_dict()}


def _sums(frame: pd.DataFrame) -> dict[str, int]:
    """Amounts in integers per currency; rows without one count under the empty text."""
    whole = pd.Series(units(frame["amount"].fillna(0.0)), index=frame.index, dtype=object)
    return {str(currency): int(total) for currency, total in whole.groupby(frame["currency"].fillna("")).sum().items()}


def _decimal(whole: int) -> str:
    return f"{Decimal(whole) / MONEY_UNITS:.4f}"
