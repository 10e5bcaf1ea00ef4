"""A small simulated book, a small policy, and situations with one invoice of which everything can be set."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from paybench.decide.dunning import Situation
from paybench.ledger import Ledger
from paybench.ledger.schema import NO_DAY
from paybench.simulate import simulate

FIVE_LINES = """steps:
  - {after_due: 3, by: email, tone: friendly}
  - {after_due: 10, by: email, tone: reminder}
  - {after_due: 21, by: phone, tone: firm}
  - {after_due: 35, by: letter, tone: final}
"""


@cache
def book() -> Ledger:
    return simulate(80, 10, seed=3).ledger


def number(date: str) -> int:
    return int(np.datetime64(date, "D").astype(np.int64))


def one(today: str = "2025-03-18", overdue: int = 5, **known: Any) -> Situation:
    """One invoice of 100 EUR, by default 5 days overdue on a Tuesday, of a customer in no known country."""
    day = number(today)
    usual: dict[str, Any] = {
        "invoice_id": "INV-1", "customer_id": "C1", "currency": "EUR", "country": "", "issued": day - overdue - 30,
        "due": day - overdue, "amount_open": 100.0, "amount": 100.0,
    }  # fmt: skip
    return Situation(today=day, **{name: np.array([value]) for name, value in {**usual, **known}.items()})


def several(today: str, rows: list[dict[str, Any]]) -> Situation:
    """Invoices as in :func:`one`; what one of them says counts for those that do not say it by its usual value."""
    names = {name for row in rows for name in row}
    neutral = {"disputed": 0.0, "unapplied": 0.0, "promised_on": NO_DAY, "step": 0, "step_on": NO_DAY}
    parts = [one(today, **{**{n: neutral[n] for n in names if n in neutral}, **row}) for row in rows]
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in vars(parts[0])
        if name not in ("today", "home")
    }
    return Situation(today=number(today), **joined)
