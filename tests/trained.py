"""A small book on which a forest beats the Baseline, and the store of its training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from paybench.cli import main
from paybench.ledger import Ledger, write_ledger
from paybench.ledger.schema import DATE
from paybench.simulate import simulate

AS_OF = "2025-05-01"


@dataclass(frozen=True)
class Trained:
    """Where the ledger and the store are."""

    ledger: Path
    store: Path


def uneven_book() -> Ledger:
    """60 customers over 18 months who pay invoices above the median amount 30 days later than simulated.

    A customer's own past says little about that, the amount says it all.
    """
    ledger = simulate(60, 18, seed=3).ledger
    invoices, payments = ledger.invoices, ledger.payments
    large = invoices["invoice_id"][invoices["amount"] > invoices["amount"].median()]
    later = pd.to_timedelta(30 * payments["invoice_id"].isin(large), unit="D")
    return ledger.with_tables({"payments": payments.assign(paid_on=(payments["paid_on"] + later).astype(DATE))})


def train_small(place: Path) -> Trained:
    """Write the book, and train on it by the command line."""
    write_ledger(uneven_book(), place / "ledger")
    store = place / "store"
    arguments = [
        "train",
        str(place / "ledger"),
        "--as-of",
        AS_OF,
        "--trials",
        "2",
        "--store",
        str(store),
    ]
    assert main(arguments) == 0
    return Trained(place / "ledger", store)
