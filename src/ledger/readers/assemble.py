"""The tables of a ledger out of the rows that the files made: unique numbers, links, money where it belongs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..formats import Cell
from ..schema import TABLES
from .allocate import allocate, families, instalments, latest, matched
from .make import MATCH, PREFER, Made
from .repeats import relinked, resolve_repeats
from .verdict import Verdict

_GIVEN = " given_id"
"""While an import runs: the number that an invoice bore in the export (no column of a file begins with a blank)."""


def assemble(made: list[Made], verdict: Verdict) -> tuple[dict[str, pd.DataFrame], int]:
    """The accepted rows of each table with unique keys, and how many rows got a suffix to their number.

    Rows that repeat or contradict an earlier one, or are in another currency than their invoice, are rejected.
    """
    tables: dict[str, pd.DataFrame] = {}
    numbers: dict[str, np.ndarray] = {}
    renumbered = 0
    verdict.settle_states()
    for table, spec in TABLES.items():
        parts = [m for m in made if m.rows.table == table]
        if not parts:
            continue
        frame = pd.concat([_linked(m, tables, numbers, verdict) for m in parts]).sort_index(kind="stable")
        frame = frame[verdict.accepted[frame.index]]
        if any(m.rows.instalments for m in parts):
            frame = instalments(frame)
        if not any(m.rows.once for m in parts):
            frame, count = _unique(table, frame, verdict)
            renumbered += count
        if table == "payments" and "invoices" in tables:
            frame = _allocated(parts, frame, tables["invoices"])
            verdict.reject(_other_currency(frame, tables["invoices"]), table, "its currency is not its invoice's")
        tables[table] = frame[verdict.accepted[frame.index]]
        numbers[table] = np.full(len(verdict.accepted), None, dtype=object)
        numbers[table][frame.index] = frame[spec.key[0]]
    verdict.settle_states()
    for table, frame in tables.items():
        frame = frame[verdict.accepted[frame.index]].drop(columns=[_GIVEN, MATCH, PREFER], errors="ignore")
        if any(m.rows.once for m in made if m.rows.table == table):
            frame = frame.groupby(list(TABLES[table].key), sort=False).last().reset_index()
        tables[table] = frame
    return tables, renumbered


def _unique(table: str, frame: pd.DataFrame, verdict: Verdict) -> tuple[pd.DataFrame, int]:
    """The rows with unique keys; what repeats or contradicts an earlier row is rejected."""
    spec, places = TABLES[table], frame.index.to_numpy()
    prefer = frame[PREFER].fillna(False).to_numpy(dtype=bool) if PREFER in frame else None
    repeats = resolve_repeats(spec, frame, prefer)
    frame, keys = repeats.frame, " and ".join(spec.key)
    verdict.reject(places[repeats.repeated], table, f"it repeats an earlier row: the same {keys} and content")
    verdict.reject(places[repeats.contradicting], table, f"an earlier row says something else of the same {keys}")
    other = repeats.renumbered
    if other.any():
        shared = repeats.given.isin(repeats.given[other]).to_numpy() & ~repeats.repeated
        verdict.flag(places[shared], table, f"several rows bear its {keys}; all but the first one's got a suffix")
        frame = frame.assign(given_id=repeats.given.where(other, None).astype("str"))
        if table == "invoices":
            frame = frame.assign(renumbered=other, **{_GIVEN: repeats.given})
    return frame, int(other.sum())


def _linked(
    made: Made, tables: dict[str, pd.DataFrame], numbers: dict[str, np.ndarray], verdict: Verdict
) -> pd.DataFrame:
    """The rows with the numbers that other tables' rows finally got."""
    frame = made.frame
    for ours, cell in made.rows.columns.items():
        if cell.key_of:
            number = pd.Series(numbers[cell.key_of][frame.index], index=frame.index, dtype="str")
            verdict.reject(frame.index[number.isna()].to_numpy(), made.rows.table, f"it makes no row of {cell.key_of}")
            frame = frame.assign(**{ours: cell.prefix + number})
    named = made.rows.columns.get("invoice_id", Cell())
    if named.known and "invoices" in tables:
        same = [name for name in ("customer_id", "currency") if name in frame]
        given = _GIVEN if _GIVEN in tables["invoices"] else "invoice_id"
        known = pd.MultiIndex.from_frame(tables["invoices"][[given, *same]])
        there = pd.MultiIndex.from_frame(frame[["invoice_id", *same]]).isin(known)
        frame = frame.assign(invoice_id=frame["invoice_id"].where(there, None).astype("str"))
    if named.column and "customer_id" in frame and _GIVEN in tables.get("invoices", frame):
        found = relinked(frame, tables["invoices"], _GIVEN)
        moved = frame["invoice_id"].notna() & (found != frame["invoice_id"])
        if moved.any():
            frame = frame.assign(invoice_id=found, given_invoice_id=frame["invoice_id"].where(moved))
    return frame


def _allocated(parts: list[Made], payments: pd.DataFrame, invoices: pd.DataFrame) -> pd.DataFrame:
    """The payments, shared out where they name the parent of instalments, or are matched with several invoices."""
    groups = families(invoices)
    if MATCH in payments and MATCH in invoices:
        by_match = {f" {name}": numbers for name, numbers in matched(invoices, MATCH).items()}
        named = " " + payments[MATCH]
        asks = np.concatenate(
            [np.full(len(m.frame), bool(m.rows.columns.get("invoice_id", Cell()).match)) for m in parts]
        )
        asking = pd.Series(asks, index=np.concatenate([m.frame.index for m in parts]))[payments.index].to_numpy()
        # A group that no invoice belongs to is two payments matched with each other: they pay nothing.
        target = named.where(named.isin(list(by_match)), None).astype("str")
        payments = payments.assign(invoice_id=payments["invoice_id"].where(~asking, target))
        groups |= by_match
    shared = allocate(payments, invoices, groups)
    if "given_invoice_id" in shared:
        shared["given_invoice_id"] = shared["given_invoice_id"].where(
            ~shared["given_invoice_id"].str.startswith(" ").eq(True)
        )
    return shared


def _other_currency(payments: pd.DataFrame, invoices: pd.DataFrame) -> np.ndarray:
    """The places of payments in another currency than the invoice that they name."""
    currency = latest(invoices).set_index("invoice_id")["currency"]
    at = currency.index.get_indexer(pd.Index(payments["invoice_id"]))
    theirs = currency.to_numpy(dtype=object)[at] if len(currency) else payments["currency"]
    return payments.index.to_numpy()[(at >= 0) & (payments["currency"].to_numpy(dtype=object) != theirs)]
