"""Hypothesis strategies: small books in which everything that goes wrong in receivables goes wrong often.

Days come from a small pool within 0..90 after 2024-01-01, or lie next to a due date and to the end of its grace, and
amounts come from a few values that add up to each other, so that ties, exact settlements and overpayments abound.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from paybench.ledger.book import Ledger, day
from paybench.ledger.schema import TABLES, conform

FIRST_DAY = pd.Timestamp("2024-01-01")
LAST = 90
"""Days after FIRST_DAY of the pools; due dates lie up to 60 days later, payments up to 30 days after these."""

AMOUNTS = (10.0, 20.0, 30.0, 40.0, 12.34, 17.66, 99.99, 0.01)
"""12.34 + 17.66 = 10 + 20 = 30, and 0.01 is what a payment may fall short by."""

MOVES = (
    *[("payment", 1.0, 0.0)] * 6,
    *[("payment", 0.5, 0.0)] * 3,
    ("payment", 1.0, -0.01),
    ("payment", 0.0, 0.01),
    ("payment", 1.0, 10.0),
    ("payment", 0.0, 10.0),
    ("payment", -1.0, 0.0),
    ("payment", -0.5, 0.0),
    ("payment", 0.0, -10.0),
    ("credit_note", 0.5, 0.0),
    ("credit_note", 0.5, 0.01),
    ("credit_note", 1.0, 0.0),
    ("credit_note", -0.5, 0.0),
    ("write_off", 1.0, 0.0),
    ("write_off", 0.5, 0.0),
)
"""What happens to an invoice: kind, share of the amount billed, and an amount on top."""

Row = dict[str, Any]
Rows = list[Row]


@dataclass(frozen=True)
class _World:
    """What the rows of one ledger choose from; invoices are (invoice_id, customer_id, currency)."""

    days: list[pd.Timestamp]
    customers: list[str]
    invoices: list[tuple[str, str, str]]

    @cached_property
    def dates(self) -> st.SearchStrategy[pd.Timestamp]:
        return st.sampled_from(self.days)


@st.composite
def ledgers(draw: st.DrawFn, corrections: bool = True) -> Ledger:
    """A ledger of 1-4 customers with 0-8 invoices each, two currencies, grace 0 or 5 days.

    Parameters
    ----------
    corrections : whether rows have ``recorded_on`` and several versions; without, every row is its only version and
        is known from its own date.
    """
    world = draw(_worlds())
    invoices = [draw(_invoices(world, *invoice)) for invoice in world.invoices]
    payments: Rows = []
    disputes: Rows = []
    for invoice in invoices:
        payments += draw(_moves(world, invoice))
        disputes += draw(st.lists(_disputes(world, invoice["invoice_id"]), max_size=1))
    payments += draw(st.lists(_stray_payments(world), max_size=4))
    payments = [{"payment_id": f"P{n}", **row} for n, row in enumerate(payments)]
    disputes = [{"dispute_id": f"D{n}", **row} for n, row in enumerate(disputes)]
    customers: Rows = [{"customer_id": name, "country": draw(_COUNTRIES)} for name in world.customers if draw(_LIKELY)]
    if corrections:
        recorded = st.sampled_from([None] * 2 * len(world.days) + world.days)
        for row in (*invoices, *payments, *disputes):
            row["recorded_on"] = draw(recorded)
        invoices += draw(_versions(world, invoices))
        payments += draw(_versions(world, payments))
        disputes += draw(_versions(world, disputes))
        customers += [{**row, "country": draw(_COUNTRIES), "recorded_on": draw(world.dates)} for row in customers[:2]]
    # A write-off taken back has one version each, so that no state of knowledge holds the second without the first.
    payments += draw(_write_offs_taken_back(world, invoices))
    shuffle = np.random.default_rng(draw(st.integers(0, 99))).permutation
    parts = {"invoices": invoices, "payments": payments, "disputes": disputes, "customers": customers}
    tables: dict[str, Any] = {name: _table(name, [rows[k] for k in shuffle(len(rows))]) for name, rows in parts.items()}
    settings: dict[str, Any] = {
        "grace_days": draw(st.sampled_from([0, 5])),
        "tolerance": draw(st.sampled_from([0.005, 0.005, 0.01])),
    }
    return replace(_BLANK, **tables, **settings)


@st.composite
def points(draw: st.DrawFn, ledger: Ledger, before: object = None) -> pd.DataFrame:
    """Decision points of a ledger's invoices: invoice_id, customer_id, as_of (``datetime64[s]``), 0-12 rows.

    Parameters
    ----------
    ledger : a drawn ledger.
    before : the latest ``as_of`` allowed; None = any. Days of issue, days of events and their next days abound, and
        the edges of the windows that features look back on (180 days).
    """
    invoices = ledger.invoices
    dates = pd.concat([invoices["issued_on"], invoices["due_on"], ledger.payments["paid_on"], _all_recorded(ledger)])
    some = sorted({(date - FIRST_DAY).days for date in dates.dropna()}) or [0]
    picks = st.tuples(
        st.integers(0, max(len(invoices) - 1, 0)),
        st.one_of(st.just(None), st.sampled_from(some), st.integers(-5, LAST + 200)),
        st.sampled_from([0, 1, 1, 6, 180, 181]),
    )
    rows: Rows = []
    for row, number, later in draw(st.lists(picks, min_size=1, max_size=12)) if len(invoices) else []:
        invoice = invoices.iloc[row]
        at = invoice["issued_on"] if number is None else _date(number + later)
        at = at if before is None else min(at, day(before))
        rows.append({"invoice_id": invoice["invoice_id"], "customer_id": invoice["customer_id"], "as_of": at})
    frame = pd.DataFrame(rows, columns=["invoice_id", "customer_id", "as_of"])
    return frame.astype({"invoice_id": "str", "customer_id": "str", "as_of": "datetime64[s]"})


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
    at = day(date)
    start = (at - FIRST_DAY).days
    known = ledger.invoices[["invoice_id", "customer_id", "currency"]].drop_duplicates("invoice_id")
    world = _World(
        days=[_date(number) for number in (*range(LAST + 1), *range(start - 2, start + 40))],
        customers=[*sorted(set(ledger.invoices["customer_id"])), "C9"],
        invoices=[*known.itertuples(index=False, name=None), ("900", "C1", "EUR"), ("901", "C9", "USD")],
    )
    first = _first_known(ledger.invoices, keep)
    strategies: dict[str, st.SearchStrategy[Row]] = {
        "invoices": st.sampled_from(world.invoices).flatmap(lambda invoice: _invoices(world, *invoice)),
        "payments": _stray_payments(world),
        "disputes": st.sampled_from([i for i, _, _ in world.invoices]).flatmap(lambda name: _disputes(world, name)),
        "customers": st.fixed_dictionaries({"customer_id": st.sampled_from(world.customers), "country": _COUNTRIES}),
    }
    tables: dict[str, pd.DataFrame] = {}
    for name, fresh in strategies.items():
        key, own = TABLES[name].key[0], TABLES[name].dated
        frame = ledger.table(name)
        open_to_change = _known(frame, own) >= at
        if name == "invoices":
            open_to_change &= ~frame.index.isin([row for row, _ in first.values()])
        fixed = [key, "customer_id", "currency"] if name == "invoices" else [key]
        ids = st.sampled_from([*frame[key], "new-1", "new-2"])
        old: Rows = []
        records: list[Any] = frame.to_dict("records")
        for row, free in zip(records, open_to_change, strict=True):
            fate = draw(st.sampled_from(["stays", "goes", "changes"])) if free else "stays"
            if fate == "changes":
                old.append(_late(draw, own, at, {**draw(fresh), **{column: row[column] for column in fixed}}, first))
            elif fate == "stays":
                old.append(row)
        new = []
        for row in draw(st.lists(fresh, max_size=3)):
            named = row if key in row else {key: draw(ids), **row}
            new.append(_late(draw, own, at, named, first))
        tables[name] = _table(name, new + old if draw(st.booleans()) else old + new)
    tables["disputes"] = _closed_otherwise(draw, tables["disputes"], at)
    return ledger.with_tables(tables)


_BLANK = Ledger.of()
_COUNTRIES = st.sampled_from(["DE", "NL", None])
_LIKELY = st.sampled_from([True, True, True, True, False])


def _date(number: int) -> pd.Timestamp:
    return FIRST_DAY + pd.Timedelta(days=number)


def _table(name: str, rows: Rows) -> pd.DataFrame:
    return conform(name, pd.DataFrame(rows, columns=TABLES[name].names, dtype="object"))


@st.composite
def _worlds(draw: st.DrawFn) -> _World:
    days = draw(st.lists(st.integers(0, LAST), min_size=2, max_size=8, unique=True))
    counts = draw(st.lists(st.integers(0, 8), min_size=1, max_size=4))
    customers = [f"C{n + 1}" for n in range(len(counts))]
    owners = [customer for customer, count in zip(customers, counts, strict=True) for _ in range(count)]
    # The text order of 7, 8, .., 38 is not the order of the numbers.
    currency = st.sampled_from(["EUR", "EUR", "USD"])
    invoices = [(str(7 + n), owner, draw(currency)) for n, owner in enumerate(owners)]
    return _World([_date(number) for number in days], customers, invoices)


def _invoices(world: _World, invoice_id: str, customer_id: str, currency: str) -> st.SearchStrategy[Row]:
    terms = st.sampled_from([*[0, 14, 30] * 20, *range(61)])

    def row(issued: pd.Timestamp, days: int, amount: float) -> Row:
        due = issued + pd.Timedelta(days=days)
        own: Row = {"invoice_id": invoice_id, "customer_id": customer_id, "currency": currency}
        return {**own, "issued_on": issued, "due_on": due, "amount": amount}

    return st.builds(row, world.dates, terms, st.sampled_from(AMOUNTS))


def _moves(world: _World, invoice: Row) -> st.SearchStrategy[Rows]:
    """What is paid on one invoice, now and then by another customer."""

    def row(move: tuple[str, float, float], paid: pd.Timestamp, other: str, own: bool) -> Row:
        kind, share, top = move
        payer = invoice["customer_id"] if own else other
        return {
            "customer_id": payer,
            "invoice_id": invoice["invoice_id"],
            "paid_on": paid,
            "amount": round(share * invoice["amount"] + top, 2),
            "currency": invoice["currency"],
            "kind": kind,
        }

    due: pd.Timestamp = invoice["due_on"]
    paid_on = st.sampled_from(world.days + [due + pd.Timedelta(days=k) for k in (-3, 0, 1, 5, 6, 30)])
    one = st.builds(row, st.sampled_from(MOVES), paid_on, st.sampled_from(world.customers), _LIKELY)
    return st.lists(one, max_size=4)


def _stray_payments(world: _World) -> st.SearchStrategy[Row]:
    """A payment that names no invoice, an unknown one, or any."""
    names: list[Any] = [(None, None, "EUR"), (None, None, "EUR"), ("unknown", None, "EUR"), *world.invoices]
    kinds = ["payment", "payment", "payment", "credit_note", "write_off"]

    def row(name: Any, customer: str, paid: pd.Timestamp, amount: float, sign: float, kind: str) -> Row:
        invoice, owner, currency = name
        amount = amount if kind == "write_off" else sign * amount
        own = {"customer_id": owner or customer, "invoice_id": invoice, "currency": currency, "kind": kind}
        return {**own, "paid_on": paid, "amount": amount}

    return st.builds(
        row,
        st.sampled_from(names),
        st.sampled_from(world.customers),
        world.dates,
        st.sampled_from(AMOUNTS),
        st.sampled_from([1.0, 1.0, 1.0, -1.0]),
        st.sampled_from(kinds),
    )


@st.composite
def _write_offs_taken_back(draw: st.DrawFn, world: _World, invoices: Rows) -> Rows:
    rows: Rows = []
    for invoice in draw(st.lists(st.sampled_from(invoices), max_size=2)) if invoices else []:
        lost, found = sorted([draw(world.dates), draw(world.dates)])
        own = {name: invoice[name] for name in ("customer_id", "invoice_id", "currency")} | {"kind": "write_off"}
        number = len(rows)
        rows.append({"payment_id": f"W{number}", **own, "paid_on": lost, "amount": invoice["amount"]})
        rows.append({"payment_id": f"W{number + 1}", **own, "paid_on": found, "amount": -invoice["amount"]})
    return rows


def _disputes(world: _World, invoice: object) -> st.SearchStrategy[Row]:
    closed = st.sampled_from([None, *world.days])
    parts = {"opened_on": world.dates, "closed_on": closed}
    return st.fixed_dictionaries({"invoice_id": st.just(invoice), **parts})


@st.composite
def _versions(draw: st.DrawFn, world: _World, rows: Rows) -> Rows:
    """Other versions of some rows, recorded on any day: another amount, other dates, another invoice named."""
    versions: Rows = []
    for row in draw(st.lists(st.sampled_from(rows), max_size=5)) if rows else []:
        version = {**row, "recorded_on": draw(world.dates)}
        if "amount" in version and draw(st.booleans()):
            sign = -1.0 if version["amount"] < 0 else 1.0
            version["amount"] = sign * draw(st.sampled_from(AMOUNTS))
        for name in ("issued_on", "paid_on", "opened_on", "closed_on"):
            if name in version and draw(st.booleans()):
                version[name] = draw(world.dates)
        if "due_on" in version:
            version["due_on"] = version["issued_on"] + pd.Timedelta(days=draw(st.integers(0, 60)))
        elif draw(st.integers(0, 4)) == 4 and world.invoices:
            version["invoice_id"] = draw(st.sampled_from([i for i, _, _ in world.invoices]))
        versions.append(version)
    return versions


def _known(frame: pd.DataFrame, own: str | None) -> pd.Series:
    """The day from which a row is known; NaT = always."""
    columns = ["recorded_on"] if own is None else [own, "recorded_on"]
    return pd.Series(frame[columns].max(axis=1))


def _all_recorded(ledger: Ledger) -> pd.Series:
    return pd.concat([ledger.table(name)["recorded_on"] for name in ("invoices", "payments", "disputes")])


def _first_known(invoices: pd.DataFrame, keep: Collection[str]) -> dict[str, tuple[int, pd.Timestamp]]:
    """Per kept invoice the row that becomes known first, and the day."""
    frame = invoices.assign(
        known=_known(invoices, "issued_on"), version=invoices["recorded_on"].fillna(invoices["issued_on"])
    )
    frame = frame[frame["invoice_id"].isin(list(keep))].sort_values(["known", "version"], kind="stable")
    frame = frame.drop_duplicates("invoice_id")
    return {
        str(i): (int(row), known)
        for i, row, known in zip(frame["invoice_id"], frame.index, frame["known"], strict=True)
    }


def _late(
    draw: st.DrawFn, own: str | None, at: pd.Timestamp, row: Row, first: dict[str, tuple[int, pd.Timestamp]]
) -> Row:
    """The row, known only on ``at`` or later, and after the first version of a kept invoice."""
    late = at + pd.Timedelta(days=draw(st.integers(0, 40)))
    if own == "issued_on" and row["invoice_id"] in first:
        late = max(late, first[row["invoice_id"]][1] + pd.Timedelta(days=1))
        return {**row, "recorded_on": late}
    if own is None or row[own] < at:
        return {**row, "recorded_on": late}
    return {**row, "recorded_on": draw(st.sampled_from([None, late, at - pd.Timedelta(days=3)]))}


def _closed_otherwise(draw: st.DrawFn, disputes: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    """Disputes that are open at the start of ``at`` are closed on another day from then on, or never."""
    days = st.one_of(st.none(), st.integers(0, 40))
    closed = [
        old if old < at else None if (days_on := draw(days)) is None else at + pd.Timedelta(days=days_on)
        for old in disputes["closed_on"]
    ]
    return disputes.assign(closed_on=pd.Series(closed, index=disputes.index, dtype="datetime64[s]"))
