"""Small books as plain rows, their open items without a model, and a slow look at past weeks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from paybench.decide.cash.items import OpenItems
from paybench.ledger import Ledger, as_of, day, settle
from paybench.ledger.schema import days as numbers
from paybench.ledger.schema import units
from tests.drawn import number_of

AT = pd.Timestamp("2024-09-02")


def opened(ledger: Ledger, date: object, days: int = 35) -> OpenItems:
    """The open items of a day as the ledger tells them, without a model."""
    at = day(date)
    facts = settle(as_of(ledger, at))
    facts = facts[(facts["settled_on"].isna() & facts["written_off_on"].isna()).to_numpy()]
    n = len(facts)
    invoice, customer, currency = (
        facts[name].to_numpy(dtype=str) for name in ("invoice_id", "customer_id", "currency")
    )
    overdue = (at - facts["due_on"]).dt.days.to_numpy(dtype=np.int64)
    nothing = (np.zeros((n, days)), np.zeros((n, 7), np.float32), np.zeros((n, 31), np.float32))
    return OpenItems(at, invoice, customer, currency, facts["amount_open"].to_numpy(), overdue, *nothing)


def book(*invoices: tuple[str, int, int, int | None, float], currency: str = "EUR") -> Ledger:
    """Invoices as customer, days of issue and due date, day of payment or None (from AT on), and amount."""
    rows = [
        {
            "invoice_id": f"{n}",
            "customer_id": who,
            "issued_on": issued,
            "due_on": due,
            "amount": amount,
            "paid_on": paid,
        }
        for n, (who, issued, due, paid, amount) in enumerate(invoices)
    ]
    table = pd.DataFrame(rows).assign(currency=currency)
    for name in ("issued_on", "due_on", "paid_on"):
        table[name] = AT + pd.to_timedelta(table[name], unit="D")
    paid = table[table["paid_on"].notna()].assign(payment_id=lambda t: "P" + t["invoice_id"], kind="payment")
    invoice = ["invoice_id", "customer_id", "issued_on", "due_on", "amount", "currency"]
    return Ledger.of(
        invoices=table[invoice],
        payments=paid[["payment_id", "customer_id", "invoice_id", "paid_on", "amount", "currency", "kind"]],
    )


def steady(currency: str = "EUR", weeks: int = 30) -> Ledger:
    """Each week three invoices of 100 are issued, and come 8, 15 and 22 days later; due after 10 days."""
    rows = [("A", -7 * k, 10 - 7 * k, after - 7 * k, 100.0) for k in range(1, weeks) for after in (8, 15, 22)]
    return book(*rows, currency=currency)


@dataclass(frozen=True)
class Slow:
    """An invoice at the start of a past week: units open then and a week later, and cash in between."""

    name: str
    currency: str
    start: int
    group: int
    held: int
    left: int
    cash: int


Group = Callable[[int, int, int], int]


def slow_weeks(ledger: Ledger, at: pd.Timestamp, weeks: int, of: Group) -> list[Slow]:
    """By loops over invoices, weeks and payments."""
    cut, found = as_of(ledger, at), []
    facts, paid = settle(cut), cut.payments
    dates = [numbers(facts[name]).tolist() for name in ("issued_on", "due_on", "settled_on", "written_off_on")]
    billed = units(facts["amount"]).tolist()
    moves = list(zip(paid["invoice_id"], numbers(paid["paid_on"]), units(paid["amount"]), paid["kind"], strict=True))
    names = zip(facts["invoice_id"], facts["currency"], billed, *dates, strict=True)
    for name, currency, amount, issued, due, settled, written_off in names:
        own = [move[1:] for move in moves if move[0] == name]
        for start in (number_of(at) - 7 * back for back in range(1, weeks + 1)):
            if issued >= start:
                break
            owed = []
            for when in (start, start + 7):
                rest = amount - sum(part for day, part, _ in own if day < when)
                owed.append(int(max(rest, 0)) if min(settled, written_off) >= when else 0)
            if owed[0] > 0:
                cash = sum(part for day, part, kind in own if kind == "payment" and start <= day < start + 7)
                found.append(Slow(name, currency, start, of(start, issued, due), owed[0], owed[1], int(cash)))
    return found
