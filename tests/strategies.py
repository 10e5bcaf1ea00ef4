"""Hypothesis strategies: small books in which everything that can go wrong in receivables goes wrong often.

Days come from a small pool within 0..90 after 2024-01-01 and amounts from a few values that add up to each other, so
that ties, exact settlements and overpayments abound.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from paybench.ledger.book import Ledger, day

FIRST_DAY = np.datetime64("2024-01-01", "D")
LAST = 90
"""Days after :data:`FIRST_DAY` on which something may happen in a drawn ledger."""

AMOUNTS = (10.0, 20.0, 30.0, 40.0, 12.34, 17.66, 0.01, 99.99)
"""12.34 + 17.66 = 10 + 20 = 30; 30 + 0.01 settles what 30.01 would not; 10 of 20 is a half, not more than half."""

Row = dict[str, object]


@dataclass(frozen=True)
class _World:
    """What the rows of one ledger choose from."""

    days: tuple[int, ...]
    invoices: tuple[tuple[str, str, str, float], ...]  # invoice, customer, currency, amount first billed
    customers: tuple[str, ...]


@st.composite
def ledgers(draw: st.DrawFn, corrections: bool = True) -> Ledger:
    """A ledger of 1-4 customers with 0-8 invoices each, grace 0 or 5 days.

    Parameters
    ----------
    corrections : whether rows may have several versions and a ``recorded_on`` that differs from their day. Without
        them every identifier occurs once.
    """
    world = draw(_worlds())
    invoices: list[Row] = []
    payments: list[Row] = []
    disputes: list[Row] = []
    for invoice in world.invoices:
        first = draw(_invoice_rows(world, invoice))
        invoices.append(first)
        payments += draw(_paying(world, invoice, len(payments)))
        if draw(_one_in(4)):
            disputes += draw(st.lists(_dispute_rows(world, invoice[0]), min_size=1, max_size=2))
    for _ in range(draw(st.integers(0, 4))):
        payments.append(draw(_stray_payments(world)))
    _number("payment_id", "P", payments)
    _number("dispute_id", "D", disputes)
    if corrections:
        invoices += draw(_corrected(world, invoices))
        payments += draw(_corrected(world, [p for p in payments if p["kind"] != "write_off" or p["recorded_on"] == 0]))
        disputes += draw(_corrected(world, disputes))
        for rows, own in ((invoices, "issued_on"), (payments, "paid_on"), (disputes, "opened_on")):
            for row in rows:
                if "recorded_on" not in row:
                    row["recorded_on"] = draw(_recorded(world, row[own]))
    return Ledger.of(
        grace_days=draw(st.sampled_from([0, 5])),
        tolerance=draw(st.sampled_from([0.005, 0.005, 0.01])),
        invoices=_frame(draw(st.permutations(invoices)), _INVOICE),
        payments=_frame(draw(st.permutations(payments)), _PAYMENT),
        disputes=_frame(draw(st.permutations(disputes)), _DISPUTE),
        customers=_frame(draw(_customers(world, corrections)), _CUSTOMER),
    )
