"""The rows of drawn books: pools to choose from, and what a row of each table is made of.

Days come from a small pool within 90 days (now and then 450) after the first day of a world, or lie next to a due date
and to the end of its grace, and amounts come from a few values that add up to each other, so that ties, exact
settlements and overpayments abound. In here a date is a whole number of days since 1970-01-01.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from paybench.ledger.book import Ledger, day
from paybench.ledger.schema import DATE, TABLES

T = TypeVar("T")
Row = dict[str, Any]
Rows = list[Row]

_DAY = "datetime64[D]"
_NAT = int(np.iinfo(np.int64).min)


def number_of(date: object) -> int:
    return (day(date) - pd.Timestamp(0)).days


LAST = 90
SPANS = (LAST, LAST, LAST, 450)
"""Days of a world, from its first; due dates lie up to 60 days later, payments up to 30 days after these."""

AMOUNTS = (10.0, 20.0, 30.0, 40.0, 12.34, 17.66, 99.99, 0.01)
"""12.34 + 17.66 = 10 + 20 = 30, and 0.01 is what a payment may fall short by."""

WHOLE = ("payment", 1.0, 0.0)

MOVES = (
    *[WHOLE] * 6,
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

COUNTRIES = ("DE", "NL", "US", "GB", None, "XX", "391")
"""With public holidays, without a country, and with a code that no calendar knows."""

SAID = (
    *[None] * 5,
    *["need_more_time"] * 2,
    *("none", "none", "instalment_plan, hardship", "insolvency", "dispute,promise_to_pay", "amount_disagreement"),
    *("already_paid,remittance_advice", "hostile", "legal,need_more_time", "need_more", "send_invoice"),
)
"""What messages were read to mean, if they were; one intent that is not there."""

OFTEN = (True, True, True, True, False)

FIRST_DAYS = (*[number_of("2024-01-01")] * 6, number_of("2023-12-01"), number_of("2028-01-01"))
"""Mostly from New Year's Day to after Easter, always with a 29 February in it."""

LEAP_DAYS = (number_of("2024-02-29"), number_of("2028-02-29"))

_TERMS = (*[0, 14, 30] * 20, *range(61))

_LENGTH = 6
_BYTES = st.binary(min_size=_LENGTH, max_size=_LENGTH)  # whole numbers would be small ones for the most part


@dataclass
class Pick:
    """Picks from pools. One drawn number is good for several picks, which is what keeps drawing fast."""

    draw: st.DrawFn
    number: int = 0
    left: int = 0

    def __call__(self, pool: Sequence[T]) -> T:
        if self.left < len(pool):
            self.number, self.left = int.from_bytes(self.draw(_BYTES)), 256**_LENGTH
        self.number, place = divmod(self.number, len(pool))
        self.left //= len(pool)
        return pool[place]


@dataclass(frozen=True)
class World:
    """What the rows of one ledger choose from; invoices are (invoice_id, customer_id, currency)."""

    days: Sequence[int]
    customers: Sequence[str]
    invoices: Sequence[tuple[str, str, str]]


def draw_world(pick: Pick) -> World:
    first = pick(FIRST_DAYS)
    span = pick(SPANS)
    days = [first + pick(range(span + 1)) for _ in range(pick(range(2, 8)))]
    days += [leap_day for leap_day in LEAP_DAYS if first <= leap_day <= first + LAST and pick((False, True))]
    counts = [pick((0, 1, 2, 3, 5, 8, 8, 16)) for _ in range(pick(range(1, 5)))]
    customers = [f"C{n + 1}" for n in range(len(counts))]
    owners = [customer for customer, count in zip(customers, counts, strict=True) for _ in range(count)]
    # The text order of 7, 8, .., 38 is not the order of the numbers.
    invoices = [(str(7 + n), owner, pick(("EUR", "EUR", "USD"))) for n, owner in enumerate(owners)]
    return World(list(dict.fromkeys(days)), customers, invoices)


def invoice_row(pick: Pick, world: World, invoice: tuple[str, str, str]) -> Row:
    name, customer, currency = invoice
    issued = pick(world.days)
    own = {"invoice_id": name, "customer_id": customer, "currency": currency, "issued_on": issued}
    return {**own, "due_on": issued + pick(_TERMS), "amount": pick(AMOUNTS), "parent_id": pick((None, None, None, "7"))}


def moves(pick: Pick, world: World, invoice: Row, busy: bool) -> Rows:
    """What is paid on one invoice, now and then by another customer; a busy one mostly pays the whole of it."""
    rows = []
    for n in range(pick((1, 1, 1, 2, 4)) if busy else pick(range(5))):
        kind, share, top = WHOLE if busy and n == 0 else pick(MOVES)
        amount = round(share * invoice["amount"] + top, 2)
        rows.append(
            {
                "customer_id": invoice["customer_id"] if pick(OFTEN) else pick(world.customers),
                "invoice_id": invoice["invoice_id"],
                "paid_on": pick([*world.days, *[invoice["due_on"] + k for k in (-3, 0, 1, 5, 6, 30)]]),
                "amount": amount,
                "currency": invoice["currency"],
                "kind": kind,
            }
        )
    return rows


def stray_payment(pick: Pick, world: World) -> Row:
    """A payment that names no invoice, an unknown one, or any."""
    nobody = [(None, None, "EUR"), (None, None, "EUR"), (None, None, "USD"), ("unknown", None, "EUR")]
    invoice, owner, currency = pick([*nobody, *world.invoices]) if pick((True, False)) else pick(nobody)
    kind = pick(("payment", "payment", "payment", "credit_note", "write_off"))
    amount = pick(AMOUNTS) * pick((1.0, 1.0, 1.0, -1.0))
    own = {"customer_id": owner or pick(world.customers), "invoice_id": invoice, "currency": currency, "kind": kind}
    return {**own, "paid_on": pick(world.days), "amount": abs(amount) if kind == "write_off" else amount}


def write_offs_taken_back(pick: Pick, world: World, invoices: Rows) -> Rows:
    rows: Rows = []
    for number in range(pick((0, 0, 1, 2))) if invoices else ():
        invoice = pick(invoices)
        lost, found = sorted([pick(world.days), pick(world.days)])
        own = {name: invoice[name] for name in ("customer_id", "invoice_id", "currency")} | {"kind": "write_off"}
        rows.append({"payment_id": f"W{2 * number}", **own, "paid_on": lost, "amount": invoice["amount"]})
        rows.append({"payment_id": f"W{2 * number + 1}", **own, "paid_on": found, "amount": -invoice["amount"]})
    return rows


def _about(pick: Pick, world: World) -> Row:
    """A customer and one of the invoices, of that customer for the most part; or no invoice, or one nobody knows."""
    invoice, customer, _ = pick([(None, None, ""), ("unknown", None, ""), *[*world.invoices] * 3])
    return {"customer_id": customer if customer and pick(OFTEN) else pick(world.customers), "invoice_id": invoice}


def contact_row(pick: Pick, world: World) -> Row:
    tone, channel = pick(("friendly", "firm", None)), pick(("email", "letter"))
    return {**_about(pick, world), "sent_on": pick(world.days), "channel": channel, "tone": tone}


def message_row(pick: Pick, world: World) -> Row:
    own = {"customer_id": pick(world.customers), "received_on": pick(world.days), "meaning": pick(SAID)}
    return {**own, "channel": "email", "text": "On Friday."}


def promise_row(pick: Pick, world: World) -> Row:
    made = pick(world.days)
    promised = pick([*world.days, *[made + k for k in (0, 1, 7, 30)]])
    return {**_about(pick, world), "made_on": made, "promised_on": promised, "amount": pick((None, *AMOUNTS))}


def dispute_row(pick: Pick, world: World, invoice: str) -> Row:
    return {"invoice_id": invoice, "opened_on": pick(world.days), "closed_on": pick([None, *world.days])}


def customer_row(pick: Pick, world: World) -> Row:
    return {"customer_id": pick(world.customers), "country": pick(COUNTRIES)}


FRESH: dict[str, Callable[[Pick, World], Row]] = {
    "invoices": lambda pick, world: invoice_row(pick, world, pick(world.invoices)),
    "payments": stray_payment,
    "contacts": contact_row,
    "messages": message_row,
    "disputes": lambda pick, world: dispute_row(pick, world, pick([*[i for i, _, _ in world.invoices], "unknown"])),
    "promises": promise_row,
    "customers": customer_row,
}


def versions(draw: st.DrawFn, world: World, rows: Rows) -> Rows:
    """Other versions of some rows, recorded on any day: another amount, other dates, another invoice or customer."""
    found: Rows = []
    pick = Pick(draw)
    for _ in range(pick((0, 1, 2, 3, 5))) if rows else ():
        row = pick(rows)
        version = {**row, "recorded_on": pick(world.days)}
        if version.get("amount") is not None and pick((False, True)):
            version["amount"] = (-1.0 if version["amount"] < 0 else 1.0) * pick(AMOUNTS)
        if "meaning" in row and pick((False, True)):
            version["meaning"] = pick(SAID)
        for name in row:
            if name.endswith("_on") and name not in ("due_on", "recorded_on") and pick((False, True)):
                version[name] = pick([None, *world.days] if name == "closed_on" else world.days)
        if "due_on" in row:
            version["due_on"] = version["issued_on"] + pick(range(61))
            version["parent_id"] = pick((row["parent_id"], row["parent_id"], None, "7"))
        else:
            if "invoice_id" in row and world.invoices and not pick(OFTEN):
                version["invoice_id"] = pick(world.invoices)[0]
            if "customer_id" in row and not pick(OFTEN):
                version["customer_id"] = pick(world.customers)
        found.append(version)
    return found


def dates_of(name: str) -> list[str]:
    return [column.name for column in TABLES[name].columns if column.kind == "date"]


def table(name: str, rows: Rows) -> pd.DataFrame:
    """The rows as :func:`paybench.ledger.schema.conform` would have them, in a fraction of its time."""
    return pd.DataFrame({c.name: typed(c.kind, [row.get(c.name) for row in rows]) for c in TABLES[name].columns})


def rows_of(ledger: Ledger, name: str) -> Rows:
    """The rows of a table, dates as whole numbers; what is missing is None."""
    frame = ledger.table(name)
    columns: dict[str, list[Any]] = {}
    for column in TABLES[name].columns:
        values = frame[column.name]
        plain = values.to_numpy().astype(_DAY).astype(np.int64) if column.kind == "date" else values.to_numpy("object")
        columns[column.name] = [
            None if gone else value for value, gone in zip(plain.tolist(), values.isna().tolist(), strict=True)
        ]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def typed(kind: str, values: list[Any]) -> np.ndarray | pd.Series:
    if kind == "date":
        numbers = np.array([_NAT if value is None else value for value in values], dtype=np.int64)
        return numbers.astype(_DAY).astype(DATE)
    if kind in ("amount", "number"):
        return np.array(values, dtype=np.float64)
    return pd.Series(values, dtype="str")
