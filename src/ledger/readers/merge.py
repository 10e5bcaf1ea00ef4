"""A ledger that is there already, and rows read anew: what they say of a number takes the place of what it said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa

from ...errors import PaybenchError
from ..book import Ledger
from ..formats import Cell, Format, Rows
from ..redact import OWN_COLUMNS
from ..schema import MONEY_UNITS, TABLES, units
from .cells import sheet_of_arrow
from .make import Made
from .sheet import Sheet
from .verdict import Verdict

BEFORE = "the ledger before"
"""What the ledger at hand is called in the account of an import."""


@dataclass(frozen=True)
class Before:
    """The rows of a ledger as its exports said them: numbers without the reader's suffixes, payments whole."""

    tables: dict[str, pd.DataFrame]
    derived: frozenset[str]
    given: pd.Series

    @classmethod
    def of(cls, ledger: Ledger, format: Format) -> Before:
        """Take a ledger apart.

        Raises
        ------
        PaybenchError
            If the format makes rows of several rows of its files, which cannot be taken apart again.
        """
        rows = [rows for source in format.files for rows in source.rows]
        cells = [cell for r in rows for cell in r.columns.values()]
        if any(r.instalments for r in rows) or any(cell.match or cell.made_of for cell in cells):
            raise PaybenchError(
                f"The format '{format.name}' finds out what belongs together from all rows at once, so --since cannot "
                "be used with it; import it whole."
            )
        # Rows whose number is made from their invoice's keep it: they come and go with the invoice.
        derived = frozenset(r.table for r in rows if r.columns.get(r.spec.key[0], Cell()).key_of)
        invoices = ledger.invoices
        given = invoices.get("given_id", pd.Series(index=invoices.index, dtype="str")).fillna(invoices["invoice_id"])
        number = pd.Series(given.to_numpy(), index=invoices["invoice_id"].to_numpy())
        tables = {
            table: ledger.table(table) if table in derived else _as_given(table, ledger.table(table))
            for table in TABLES
            if len(ledger.table(table))
        }
        return cls(tables, derived, number[~number.index.duplicated()])

    def sheets(self) -> list[Sheet]:
        """The rows as a part of the input."""
        return [
            replace(
                sheet_of_arrow(
                    f"{BEFORE}: {table}", pa.Table.from_pandas(frame, preserve_index=False), ZoneInfo("UTC")
                ),
                columns={},
                native={},
                twice=frozenset(),
            )
            for table, frame in self.tables.items()
        ]

    def rows(self, new: list[Made], verdict: Verdict) -> list[Made]:
        """The rows at their places, without those that were read anew.

        Parameters
        ----------
        new : what the sources say now.
        verdict : its first sheets are :meth:`sheets`.
        """
        made = []
        for number, (table, frame) in enumerate(self.tables.items()):
            at = verdict.positions(number)
            frame = frame.set_axis(at)
            if "currency" in frame:
                verdict.bears_money[number] = verdict.counted[at] = True
                verdict.units[at], verdict.currency[at] = units(frame["amount"]), frame["currency"].to_numpy(object)
            gone = self._read_anew(table, frame, new)
            verdict.pass_over(at[gone])
            named = {} if table in self.derived or "invoice_id" not in frame else {"invoice_id": Cell(("invoice_id",))}
            made.append(Made(Rows(table, named), frame[~gone]))
        return made

    def _read_anew(self, table: str, frame: pd.DataFrame, new: list[Made]) -> np.ndarray:
        if table in self.derived:
            numbers = pd.concat([m.frame["invoice_id"] for m in new if m.rows.table == "invoices"])
            return frame["invoice_id"].map(self.given).isin(numbers.dropna()).to_numpy()
        spec = TABLES[table]
        key = [*spec.key, "recorded_on", *([spec.dated] if table == "consents" else [])]
        rows = [m.frame[key] for m in new if m.rows.table == table and not m.rows.once]
        if not rows:
            return np.zeros(len(frame), dtype=bool)
        known = pd.MultiIndex.from_frame(pd.concat(rows).drop_duplicates())
        return known.get_indexer(pd.MultiIndex.from_frame(frame[key])) >= 0


def _as_given(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    key = TABLES[table].key[0]
    if "split_of" in frame:
        frame = _whole(frame)
    if "given_id" in frame:
        frame = frame.assign(**{key: frame["given_id"].fillna(frame[key])})
    if "given_invoice_id" in frame:
        frame = frame.assign(invoice_id=frame["given_invoice_id"].fillna(frame["invoice_id"]))
    return frame.drop(columns=list(OWN_COLUMNS), errors="ignore")


def _whole(payments: pd.DataFrame) -> pd.DataFrame:
    """Payments that were shared out over several invoices, put together again."""
    part = payments["split_of"].notna()
    same = ["split_of", "paid_on", "recorded_on"]
    amounts = pd.Series(units(payments["amount"]), index=payments.index)
    sums = amounts[part].groupby([payments.loc[part, name] for name in same], dropna=False).transform("sum")
    payments = payments.assign(
        amount=payments["amount"].where(~part, sums / MONEY_UNITS),
        payment_id=payments["payment_id"].where(~part, payments["split_of"]),
    )
    return payments[~(part & payments.duplicated(same))].reset_index(drop=True)
