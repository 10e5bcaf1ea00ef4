"""Small books written by hand."""

from __future__ import annotations

import pandas as pd

from paybench.ledger import Ledger

Bill = tuple[str, str, str, float]
"""invoice_id (its first letter is the customer), issued_on, due_on, amount."""

Move = tuple[str | None, str, float, str]
"""invoice_id or None, paid_on, amount, kind."""

PAID, CREDITED, LOST = "payment", "credit_note", "write_off"


def book(bills: list[Bill], moves: list[Move] = [], currency: str = "EUR", tolerance: float = 0.005) -> Ledger:  # noqa: B006
    """A ledger of one currency; what names no invoice is paid by customer A."""
    invoices = pd.DataFrame(bills, columns=["invoice_id", "issued_on", "due_on", "amount"])
    payments = pd.DataFrame(moves, columns=["invoice_id", "paid_on", "amount", "kind"])
    return Ledger.of(
        tolerance=tolerance,
        invoices=invoices.assign(customer_id=[name[0] for name, *_ in bills], currency=currency),
        payments=payments.assign(
            payment_id=[f"P{n}" for n in range(len(moves))],
            customer_id=[(name or "A")[0] for name, *_ in moves],
            currency=currency,
        ),
    )


def both(one: Ledger, other: Ledger) -> Ledger:
    """The rows of two books with different identifiers of invoices."""
    payments = other.payments.assign(payment_id=other.payments["payment_id"] + "'")
    return one.with_tables(
        {
            "invoices": pd.concat([one.invoices, other.invoices], ignore_index=True),
            "payments": pd.concat([one.payments, payments], ignore_index=True),
        }
    )
