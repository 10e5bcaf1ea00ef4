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
    """(invoice, issued, due, amount[, recorded[, currency[, parent]]]); the first letter is the customer."""
    return _frame(
        rows, "invoice_id", "issued_on", "due_on", "amount", "recorded_on", "currency", "parent_id", currency="EUR"
    ).assign(customer_id=[row[0][0] for row in rows])


def payments(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """(payment, customer, invoice, paid, amount[, kind[, recorded[, currency]]])."""
    names = ("payment_id", "customer_id", "invoice_id", "paid_on", "amount", "kind", "recorded_on", "currency")
    return _frame(rows, *names, kind="payment", currency="EUR")


def contacts(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """(contact, customer, invoice, sent[, recorded])."""
    return _frame(rows, "contact_id", "customer_id", "invoice_id", "sent_on", "recorded_on").assign(channel="email")


def messages(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """(message, customer, received[, recorded[, meaning]])."""
    frame = _frame(rows, "message_id", "customer_id", "received_on", "recorded_on", "meaning")
    return frame.assign(channel="email", text="On Friday.")


def promises(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """(promise, customer, invoice, made, promised[, recorded])."""
    return _frame(rows, "promise_id", "customer_id", "invoice_id", "made_on", "promised_on", "recorded_on")


def disputes(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """(dispute, invoice, opened[, closed[, recorded]])."""
    return _frame(rows, "dispute_id", "invoice_id", "opened_on", "closed_on", "recorded_on")


def customers(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """(customer, country[, recorded])."""
    return _frame(rows, "customer_id", "country", "recorded_on")


def _frame(rows: tuple[tuple[Any, ...], ...], *names: str, **otherwise: str) -> pd.DataFrame:
    """A table of these columns; a row may end early, and what it leaves out or gives as None is missing."""
    columns = {
        name: [row[place] if len(row) > place and row[place] is not None else otherwise.get(name) for row in rows]
        for place, name in enumerate(names)
    }
    return pd.DataFrame({n: [on(v) for v in values] if n.endswith("_on") else values for n, values in columns.items()})


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
        customers=customers(("A", "DE"), ("B", "NL", 40), ("A", "AT", 100)),
    )


def dealings_book() -> Ledger:
    """Customers A, B and C, and what was said, promised and disputed; no grace; the days of events stand beside it."""
    return Ledger.of(
        invoices=invoices(
            ("A1", 0, 30, 100.00),  # never paid
            ("A2", 10, 40, 50.00),  # paid on 45
            ("A3", 20, 50, 80.00),  # never paid
            ("B1", 0, 30, 10.00),  # paid on 30
            ("B2", 20, 50, 80.00),  # never paid
            ("C1", 80, 110, 5.00),  # spoken of, and 2.00 of it paid, before it was issued
        ),
        payments=payments(
            ("p1", "A", "A2", 45, 50.00),
            ("p2", "B", "B1", 30, 10.00),
            ("p3", "C", "C1", 60, 2.00),
        ),
        contacts=contacts(
            ("c1", "A", "A1", 35),
            ("c2", "A", None, 40),
            ("c3", "A", "A2", 42, 60),  # recorded late
            ("c4", "B", "A1", 43),  # sent to B about an invoice of A
            ("c5", "A", "A1", 50),
            ("c5", "A", "A3", 50, 70),  # it was about A3
            ("c6", "C", "C1", 70),
        ),
        messages=messages(
            ("m1", "A", 38, None, "need_more_time, hardship"),
            ("m2", "A", 39, 55, "dispute"),  # recorded late
            ("m3", "B", 10),  # which nobody read
        ),
        promises=promises(
            ("q1", "A", "A1", 36, 45),
            ("q1", "A", "A1", 36, 70, 52),  # put off until 70
            ("q2", "A", "A2", 36, 45),  # paid on 45
            ("q3", "A", "A2", 37, 44),  # a day late
            ("q4", "A", None, 36, 38),  # for nothing
            ("q5", "A", "Z9", 36, 37),  # for what nobody knows
            ("q6", "B", "A1", 47, 60),  # B for an invoice of A
            ("q7", "B", "B2", 15, 18),  # before it was issued on 20
            ("q8", "B", "B1", 25, 40),  # paid on 30
            ("q9", "C", "C1", 70, 85),
        ),
        disputes=disputes(
            ("d1", "A1", 20, 30),
            ("d2", "A2", 24),
            ("d3", "A2", 22),
            ("d3", "A2", 22, 32, 33),  # closed on 32, which was recorded on 33
            ("d4", "B1", 20),
            ("d5", "C1", 70),
        ),
    )


def busy_book() -> Ledger:
    """Twelve invoices A0..A11 of 10.00 EUR, paid on 200, 210, .., 310; grace 5 days.

    Each is issued 30 days before it is due; A0 60 days before; A4 is 1000.00 USD, A11 is 100.00 EUR. A98 and A99 are
    never paid.
    """
    days_late = (50, 40, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20)
    bills: list[tuple[Any, ...]] = [("A98", 315, 345, 50.00), ("A99", 315, 345, 50.00, None, "USD")]
    paid: list[tuple[Any, ...]] = []
    whole = [(0, 10.00)]
    parts: dict[int, list[tuple[Any, ...]]] = {  # days from the last one, amount, kind
        1: [(-60, 5.00), (0, 5.00)],  # one half long before the other
        2: [(0, 5.00), (0, 5.00)],  # both halves on one day
        3: [(-30, 4.00, "credit_note"), (0, 6.00)],  # a part credited before
        4: [(-5, 1000.00), (-4, -1000.00), (0, 1000.00)],  # paid, sent back, paid again
        11: [(0, 100.00)],
    }
    for k, late in enumerate(days_late):
        settled = 200 + 10 * k
        due = settled - late
        amount, currency = {4: (1000.00, "USD"), 11: (100.00, "EUR")}.get(k, (10.00, "EUR"))
        bills.append((f"A{k}", due - (60 if k == 0 else 30), due, amount, None, currency))
        for before, part, *kind in parts.get(k, whole):
            paid.append((f"p{len(paid)}", "A", f"A{k}", settled + before, part, *kind))
    return Ledger.of(grace_days=5, invoices=invoices(*bills), payments=payments(*paid))
