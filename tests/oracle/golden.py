"""A book small enough to work out by hand, and short ways to write such books.

Days are counted from Monday 2024-01-01 = 0, so that ``day % 7`` is the weekday. January is 0..30, February 31..59,
March 60..90, April 91..120.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from paybench.ledger.book import Ledger


def on(number: int | None) -> pd.Timestamp:
    return pd.NaT if number is None else pd.Timestamp("2024-01-01") + pd.Timedelta(days=number)  # type: ignore[return-value]


def invoices(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """(invoice, issued, due, amount[, recorded[, currency]]); the first letter is the customer."""
    return pd.DataFrame(
        {
            "invoice_id": [r[0] for r in rows],
            "customer_id": [r[0][0] for r in rows],
            "issued_on": [on(r[1]) for r in rows],
            "due_on": [on(r[2]) for r in rows],
            "amount": [r[3] for r in rows],
            "currency": [r[5] if len(r) > 5 else "EUR" for r in rows],
            "recorded_on": [on(r[4]) if len(r) > 4 else on(None) for r in rows],
        }
    )


def payments(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """(payment, customer, invoice, paid, amount[, kind[, recorded]])."""
    return pd.DataFrame(
        {
            "payment_id": [r[0] for r in rows],
            "customer_id": [r[1] for r in rows],
            "invoice_id": [r[2] for r in rows],
            "paid_on": [on(r[3]) for r in rows],
            "amount": [r[4] for r in rows],
            "currency": "EUR",
            "kind": [r[5] if len(r) > 5 else "payment" for r in rows],
            "recorded_on": [on(r[6]) if len(r) > 6 else on(None) for r in rows],
        }
    )


def disputes(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """(dispute, invoice, opened, closed, recorded)."""
    frame = pd.DataFrame(rows, columns=["dispute_id", "invoice_id", "opened_on", "closed_on", "recorded_on"])
    for name in ("opened_on", "closed_on", "recorded_on"):
        frame[name] = pd.Series([on(r) for r in frame[name].astype("object").where(frame[name].notna(), None)])
    return frame


def points(*rows: tuple[str, int]) -> pd.DataFrame:
    """(invoice, as_of); the first letter is the customer."""
    frame = pd.DataFrame({"invoice_id": [r[0] for r in rows], "customer_id": [r[0][0] for r in rows]})
    return frame.assign(as_of=pd.Series([on(r[1]) for r in rows]).astype("datetime64[s]"))


def golden_book() -> Ledger:
    """Customers A (invoices A0..A12), B and C; grace 5 days; what happens to an invoice stands beside it."""
    return Ledger.of(
        grace_days=5,
        invoices=invoices(
            ("A0", 0, 0, 10.00),  # paid on 10: 10 late
            ("A1", 0, 14, 100.00),  # halves on 10 and 20: 6 late
            ("A2", 5, 35, 30.00),  # two parts on 33: 2 early
            ("A3", 5, 19, 200.00),  # paid on 19, sent back on 26, paid on 40: 21 late
            ("A4", 10, 40, 80.00),  # paid, sent back and paid on 40: 0 late
            ("A5", 10, 40, 80.00),  # overpaid on 40 by customer B: 0 late
            ("A6", 12, 26, 500.00, None, "USD"),  # written off on 50
            ("A7", 20, 50, 60.00),  # 30.01 credited on 45, the rest paid on 48: cancelled
            ("A8", 20, 50, 60.00),  # 30 credited on 45, 20 paid on 55: 10 open
            ("A9", 70, 80, 40.00),  # paid on 85: 5 late
            ("A10", 60, 90, 40.00),
            ("A10", 60, 95, 45.00, 75),
            ("A11", 85, 115, 141.00),
            ("A12", 85, 85, 50.00, None, "USD"),
            ("B0", 0, 5, 1000.00),  # paid on 5: 0 late
            ("B1", 86, 100, 500.00),
        ),
        payments=payments(
            ("p0", "A", "A0", 10, 10.00),
            ("p1", "A", "A1", 10, 50.00),
            ("p2", "A", "A1", 20, 50.00),
            ("p3", "A", "A2", 33, 12.34),
            ("p4", "A", "A2", 33, 17.66),
            ("p5", "A", "A3", 40, 200.00),
            ("p6", "A", "A3", 26, -200.00),
            ("p7", "A", "A3", 19, 200.00),
            ("p8", "A", "A4", 40, 80.00),
            ("p9", "A", "A4", 40, -80.00),
            ("p10", "A", "A4", 40, 80.00),
            ("p11", "B", "A5", 40, 90.00),
            ("p12", "A", "A6", 50, 500.00, "write_off"),
            ("p13", "A", "A7", 45, 30.01, "credit_note"),
            ("p14", "A", "A7", 48, 29.99),
            ("p15", "A", "A8", 45, 30.00, "credit_note"),
            ("p16", "A", "A8", 55, 20.00),
            ("p17", "A", "A9", 85, 40.00),
            ("p18", "A", None, 82, 5.00),
            ("p19", "A", "nobody", 83, -5.00),
            ("p20", "A", None, 84, 1.00, "credit_note"),
            ("p21", "A", "A11", 84, 1.00),
            ("p22", "B", "B0", 5, 1000.00),
        ),
        disputes=disputes(
            ("d0", "A8", 50, None, None),
            ("d0", "A8", 50, 60, 60),
            ("d1", "A9", 72, None, 85),
            ("d2", "A7", 30, None, None),
        ),
        customers=pd.DataFrame(
            {"customer_id": ["A", "B", "A"], "country": ["DE", "NL", "AT"], "recorded_on": [on(None), on(40), on(100)]}
        ),
    )
