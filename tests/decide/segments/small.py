"""A small simulated book, its segments, and books written by hand."""

from __future__ import annotations

from functools import cache

import pandas as pd

from paybench.decide.segments import Segments, segment
from paybench.ledger import Ledger
from paybench.simulate import simulate

AT = "2025-05-01"

Line = tuple[str, str, str, str | None]
"""invoice_id (its first letter is the customer), issued_on, due_on, paid_on or None."""


@cache
def book() -> Ledger:
    return simulate(200, 20, seed=4, truth="none").ledger


@cache
def told(date: str = AT) -> Segments:
    return segment(book(), date)


def ledger_of(lines: list[Line], amount: float = 100.0, currency: str = "EUR", **tables: pd.DataFrame) -> Ledger:
    """Invoices of one amount, each paid whole on one day."""
    ids = [line[0] for line in lines]
    invoices = pd.DataFrame(lines, columns=["invoice_id", "issued_on", "due_on", "paid_on"])
    invoices = invoices.assign(customer_id=[i[0] for i in ids], amount=amount, currency=currency)
    paid = invoices[invoices["paid_on"].notna()]
    payments = paid.assign(payment_id=["P" + i for i in paid["invoice_id"]], kind="payment")
    given = {"invoices": invoices.drop(columns="paid_on"), "payments": payments.drop(columns=["issued_on", "due_on"])}
    return Ledger.of(**(given | tables))  # type: ignore[arg-type]


def every(customer: str, start: str, times: int, days_late: int | list[int], step: int = 14) -> list[Line]:
    """Invoices every so many days with terms of 14 days, each so many days late."""
    lines: list[Line] = []
    for n in range(times):
        issued = pd.Timestamp(start) + pd.Timedelta(days=step * n)
        due = issued + pd.Timedelta(days=14)
        late = days_late if isinstance(days_late, int) else days_late[n % len(days_late)]
        paid = due + pd.Timedelta(days=late)
        lines.append((f"{customer}{n}", f"{issued:%Y-%m-%d}", f"{due:%Y-%m-%d}", f"{paid:%Y-%m-%d}"))
    return lines
