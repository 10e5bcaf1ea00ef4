"""Small books made by hand, whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from paybench.ledger import Ledger

START = pd.Timestamp("2024-01-01")


def book_of(
    issued: np.ndarray, customer: np.ndarray, days_late: np.ndarray, amount: np.ndarray | None = None
) -> Ledger:
    """One invoice per entry, due 14 days after issue, paid in full so many days late (NaN = not paid so far).

    Parameters
    ----------
    issued : (n,) days since the start of 2024. customer : (n,) numbers. days_late : (n,). amount : (n,), 100 each by
        default.
    """
    n = len(issued)
    issued_on = START + pd.to_timedelta(issued, unit="D")
    due_on = issued_on + pd.Timedelta(days=14)
    names = pd.Series([f"C{c:03d}" for c in customer], dtype="str")
    money = np.full(n, 100.0) if amount is None else amount
    invoices = pd.DataFrame(
        {
            "invoice_id": [f"I{i:05d}" for i in range(n)],
            "customer_id": names,
            "issued_on": issued_on,
            "due_on": due_on,
            "amount": money,
            "currency": "EUR",
        }
    )
    paid_on = pd.Series(due_on) + pd.to_timedelta(pd.Series(days_late), unit="D")
    payments = pd.DataFrame(
        {
            "payment_id": [f"P{i:05d}" for i in range(n)],
            "customer_id": names,
            "invoice_id": invoices["invoice_id"],
            "paid_on": paid_on,
            "amount": money,
            "currency": "EUR",
            "kind": "payment",
        }
    )
    return Ledger.of("by hand", invoices=invoices, payments=payments[paid_on.notna()])


def by_amount(customers: int = 40, invoices: int = 40, seed: int = 0) -> Ledger:
    """Nine in ten of the middling invoices are paid three weeks late, one in ten of the small and large, by anybody."""
    rng = np.random.default_rng(seed)
    n = customers * invoices
    size = rng.integers(0, 3, n)
    amount = np.round(900.0 * size + rng.uniform(100, 300, n), 2)
    late = rng.random(n) < np.where(size == 1, 0.9, 0.1)
    days_late = np.where(late, rng.integers(18, 25, n), rng.integers(-3, 1, n)).astype(np.float64)
    return book_of(rng.integers(0, 400, n), np.tile(np.arange(customers), invoices), days_late, amount)


def planted(n: int = 600, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Customers of two kinds: what kind is seen in ``kind``; the prompt pay on day 0 to 2, the slow on 20 to 24."""
    rng = np.random.default_rng(seed)
    slow = rng.random(n) < 0.5
    y = np.where(slow, rng.integers(20, 25, n), rng.integers(0, 3, n)).astype(np.float64)
    kind = np.where(slow, "slow", "prompt")
    return pd.DataFrame({"kind": pd.Series(kind, dtype="str"), "noise": rng.normal(size=n)}), y
