"""Hypothesis strategies: small books in which everything that goes wrong in receivables goes wrong often."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from paybench.ledger.book import Ledger
from paybench.ledger.schema import TABLES
from tests.drawn import (
    COUNTRIES,
    FRESH,
    LAST,
    LEAP_DAYS,
    OFTEN,
    Pick,
    Row,
    Rows,
    World,
    dates_of,
    dispute_row,
    draw_world,
    invoice_row,
    moves,
    number_of,
    rows_of,
    table,
    typed,
    versions,
    write_offs_taken_back,
)

LANDMARKS = (0, 1, 7, 8, 14, 30, 31, 60, 61, 90)
"""Days after the due date on which a decision may be taken again."""

EDGES = (
    *[(column, days) for column in ("paid_on", "sent_on", "received_on") for days in (1, 90, 91)],
    *[("paid_on", days) for days in (0, 180, 181, 365, 366)],
    *[("received_on", days) for days in (30, 31, 180, 181, 365, 366)],
    *[("issued_on", days) for days in (1, 365, 366)],
    *[("due_on", days) for days in (0, 1, 5, 6)],
    *[(column, days) for column in ("promised_on", "closed_on", "made_on", "recorded_on") for days in (0, 1)],
)
"""Days after an event on which something changes: it is known, overdue, past its grace, or leaves a window."""

_ISSUE, _LANDMARK, _OWN, _EDGE, _ANY = range(5)

_BLANK = Ledger.of()


@st.composite
def ledgers(draw: st.DrawFn, corrections: bool = True) -> Ledger:
    """A ledger of 1-4 customers with 0-8 invoices each, now and then 16, two currencies, grace 0 or 5 days.

    Parameters
    ----------
    corrections : whether rows have ``recorded_on`` and several versions; without, every row is its only version and
        is known from its own date.
    """
    world = draw_world(Pick(draw))
    invoices = [invoice_row(Pick(draw), world, invoice) for invoice in world.invoices]
    parts: dict[str, Rows] = {"invoices": invoices, **{name: [] for name in FRESH if name != "invoices"}}
    busy = {c for c in world.customers if sum(owner == c for _, owner, _ in world.invoices) > 8}
    for invoice in invoices:
        pick = Pick(draw)
        parts["payments"] += moves(pick, world, invoice, invoice["customer_id"] in busy)
        parts["disputes"] += [dispute_row(pick, world, invoice["invoice_id"]) for _ in range(pick((0, 0, 1)))]
    for name, most in (("payments", 8), ("contacts", 8), ("messages", 6), ("promises", 10)):
        parts[name] += [FRESH[name](Pick(draw), world) for _ in range(Pick(draw)(range(most + 1)))]
    parts["disputes"] += [FRESH["disputes"](Pick(draw), world) for _ in range(Pick(draw)((0, 0, 0, 1)))]
    for name, rows in parts.items():
        if name != "invoices":
            parts[name] = [{TABLES[name].key[0]: f"{name[:2].upper()}{n}", **row} for n, row in enumerate(rows)]
    pick = Pick(draw)
    parts["customers"] = [{"customer_id": name, "country": pick(COUNTRIES)} for name in world.customers if pick(OFTEN)]
    if corrections:
        recorded = [None] * 2 * len(world.days) + [*world.days]
        for name, rows in parts.items():
            if name != "customers":
                pick = Pick(draw)
                for row in rows:
                    row["recorded_on"] = pick(recorded)
                rows += versions(draw, world, rows)
        pick = Pick(draw)
        parts["customers"] += [
            {**row, "country": pick(COUNTRIES), "recorded_on": pick(world.days)} for row in parts["customers"][:2]
        ]
    # A write-off taken back has one version each, so that no state of knowledge holds the second without the first.
    parts["payments"] += write_offs_taken_back(Pick(draw), world, invoices)
    pick = Pick(draw)
    shuffle = np.random.default_rng(pick(range(100))).permutation
    tables: dict[str, Any] = {name: table(name, [rows[k] for k in shuffle(len(rows))]) for name, rows in parts.items()}
    settings: dict[str, Any] = {"grace_days": pick((0, 5)), "tolerance": pick((0.005, 0.005, 0.01))}
    return replace(_BLANK, **tables, **settings)


@st.composite
def points(draw: st.DrawFn, ledger: Ledger, before: object = None) -> pd.DataFrame:
    """Decision points of a ledger's invoices: invoice_id, customer_id, as_of (``datetime64[s]``), 0-24 rows.

    Parameters
    ----------
    ledger : a drawn ledger.
    before : the latest ``as_of`` allowed; None = any. Days of issue (on which the invoice itself is not known yet),
        landmarks after the due date, days of events and their next days abound, and the edges of the windows that
        features look back on; so do invoices that nobody pays.
    """
    invoices = rows_of(ledger, "invoices")
    paid = set(ledger.payments["invoice_id"])
    unpaid = [row for row in invoices if row["invoice_id"] not in paid] or invoices
    events = _events(ledger, invoices)
    rows: Rows = []
    for _ in range(8 + Pick(draw)(range(17))) if invoices else ():
        pick = Pick(draw)
        invoice = pick(unpaid if pick((False, True)) else invoices)
        way = pick((_ISSUE, _LANDMARK, _OWN, _EDGE, _EDGE, _EDGE, _EDGE, _ANY))
        if way == _ISSUE:
            at = invoice["issued_on"]
        elif way == _LANDMARK:
            at = invoice["due_on"] + pick(LANDMARKS)
        elif way == _OWN:
            at = pick(events[invoice["invoice_id"], ""]) + pick((0, 1, 1))
        elif way == _EDGE:
            column, later = pick(EDGES)
            at = pick(events.get((invoice["customer_id"], column), [invoice["due_on"]])) + later
        else:
            at = invoice["issued_on"] - 5 + pick(range(LAST + 205))
        at = at if before is None else min(at, number_of(before))
        rows.append({"invoice_id": invoice["invoice_id"], "customer_id": invoice["customer_id"], "as_of": at})
    return pd.DataFrame(
        {
            "invoice_id": pd.Series([row["invoice_id"] for row in rows], dtype="str"),
            "customer_id": pd.Series([row["customer_id"] for row in rows], dtype="str"),
            "as_of": typed("date", [row["as_of"] for row in rows]),
        }
    )


@st.composite
def cut_offs(draw: st.DrawFn, ledger: Ledger) -> pd.Timestamp:
    """A day of one of a ledger's events, the next day, or one at the edge of a window or of a label's maturity."""
    pick = Pick(draw)
    some = sorted({day for days in _events(ledger, rows_of(ledger, "invoices")).values() for day in days})
    return pd.Timestamp(0) + pd.Timedelta(days=pick(some or [LEAP_DAYS[0]]) + pick((0, 1, 1, 6, 31, 61, 91)))


@st.composite
def futures(draw: st.DrawFn, ledger: Ledger, date: object, keep: Collection[str] = ()) -> Ledger:
    """The same ledger with another future: whatever is known before ``date`` is as it was.

    Rows known on ``date`` or later (the later of their own date and ``recorded_on``) are removed, replaced and added,
    further versions of known rows included; a dispute's ``closed_on`` that lies on ``date`` or later moves.

    Parameters
    ----------
    ledger : a drawn ledger.
    date : the first day of the future.
    keep : invoices whose own terms a decision point brings along: the version that becomes known first stays the
        first and as it was, even when that is in the future.
    """
    at = number_of(date)
    invoices = rows_of(ledger, "invoices")
    start = min((row["issued_on"] for row in invoices), default=at)
    own = {row["invoice_id"]: (row["invoice_id"], row["customer_id"], row["currency"]) for row in invoices}
    world = World(
        days=[*range(start, start + LAST + 1), *range(at - 2, at + 41)],
        customers=[*sorted({row["customer_id"] for row in invoices}), "C9"],
        invoices=[*own.values(), ("900", "C1", "EUR"), ("901", "C9", "USD")],
    )
    first = _first_known(invoices, keep)
    tables = {}
    for name, fresh in FRESH.items():
        key = TABLES[name].key[0]
        rows = invoices if name == "invoices" else rows_of(ledger, name)
        fixed = [key, "customer_id", "currency"] if name == "invoices" else [key]
        ids = [*[row[key] for row in rows], "new-1", "new-2"]
        old: Rows = []
        for row in rows:
            known = _known(name, row)
            is_first = name == "invoices" and any(row is kept for kept, _ in first.values())
            pick = Pick(draw)
            fate = "stays" if known is None or known < at or is_first else pick(("stays", "goes", "changes"))
            if fate == "changes":
                changed = {**fresh(pick, world), **{column: row[column] for column in fixed}}
                old.append(_late(pick, name, at, changed, first))
            elif fate == "stays":
                old.append(row)
        new: Rows = []
        for _ in range(Pick(draw)(range(4))):
            pick = Pick(draw)
            row = fresh(pick, world)
            new.append(_late(pick, name, at, row if key in row else {key: pick(ids), **row}, first))
        both = new + old if Pick(draw)((True, False)) else old + new
        tables[name] = table(name, _closed_otherwise(Pick(draw), both, at) if name == "disputes" else both)
    return ledger.with_tables(tables)


def _events(ledger: Ledger, invoices: Rows) -> dict[tuple[str, str], list[int]]:
    """The dates of each column by customer, and all dates by invoice (of the column "")."""
    owners = {row["invoice_id"]: row["customer_id"] for row in invoices}
    events: dict[tuple[str, str], set[int]] = {}
    for name in FRESH:
        for row in rows_of(ledger, name):
            invoice = row.get("invoice_id") or ""
            customer = row.get("customer_id") or owners.get(invoice, "")
            for column in dates_of(name):
                if row[column] is not None:
                    events.setdefault((customer, column), set()).add(row[column])
                    events.setdefault((invoice, ""), set()).add(row[column])
    return {key: sorted(days) for key, days in events.items()}


def _known(name: str, row: Row) -> int | None:
    """The day from which a row is known; None = always."""
    own = TABLES[name].dated
    recorded: int | None = row.get("recorded_on")
    if own is None:
        return recorded
    return row[own] if recorded is None else max(row[own], recorded)


def _first_known(invoices: Rows, keep: Collection[str]) -> dict[str, tuple[Row, int]]:
    """Per kept invoice the row that becomes known first, and the day."""
    first: dict[str, tuple[tuple[int, int], Row]] = {}
    for row in invoices:
        known = _known("invoices", row) or 0
        order = (known, row["issued_on"] if row["recorded_on"] is None else row["recorded_on"])
        name = row["invoice_id"]
        if name in set(keep) and (name not in first or order < first[name][0]):
            first[name] = (order, row)
    return {name: (row, order[0]) for name, (order, row) in first.items()}


def _late(pick: Pick, name: str, at: int, row: Row, first: dict[str, tuple[Row, int]]) -> Row:
    """The row, known only on ``at`` or later, and after the first version of a kept invoice."""
    own = TABLES[name].dated
    late = at + pick(range(41))
    if name == "invoices" and row["invoice_id"] in first:
        return {**row, "recorded_on": max(late, first[row["invoice_id"]][1] + 1)}
    if own is None or row[own] < at:
        return {**row, "recorded_on": late}
    return {**row, "recorded_on": pick((None, late, at - 3))}


def _closed_otherwise(pick: Pick, disputes: Rows, at: int) -> Rows:
    """Disputes that are open at the start of ``at`` are closed on another day from then on, or never."""
    moved = (None, *range(at, at + 41))
    return [
        row if row["closed_on"] is not None and row["closed_on"] < at else {**row, "closed_on": pick(moved)}
        for row in disputes
    ]
