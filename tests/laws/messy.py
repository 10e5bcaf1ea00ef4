"""A simulated book as an ERP would tell it: recorded late, corrected, renamed, reversed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from paybench.ledger import Ledger
from paybench.ledger.schema import TABLES, conform
from paybench.simulate import Settings, simulate

READ: list[str | None] = [None, "none", "need_more_time", "hardship,need_more_time", "dispute", "already_paid", "legal"]
"""What messages may have been read to mean; None = nobody read them."""


def messy_book(customers: int, months: int, seed: int, share: float = 0.08) -> Ledger:
    """A world with many disputes in which a share of all rows has been recorded late, corrected or reversed.

    Parameters
    ----------
    share : of the rows of each table that are late, and that have a second version; of payments that are sent back.
    """
    ledger = simulate(customers, months, seed=seed, settings=replace(Settings(), disputing=8.0)).ledger
    random = np.random.default_rng(seed)
    tables = {name: _late(spec.dated, ledger.table(name), random, share) for name, spec in TABLES.items()}
    tables["invoices"] = _corrected("invoices", tables["invoices"], random, share)
    tables["payments"] = _sent_back(_corrected("payments", tables["payments"], random, share), random, share)
    tables["messages"] = _read(tables["messages"], seed)
    for name in ("contacts", "messages", "promises", "disputes"):
        tables[name] = _corrected(name, tables[name], random, share)
    moved = tables["customers"].sample(frac=0.3, random_state=seed)
    moved = moved.assign(country="FR", recorded_on=pd.Timestamp("2025-02-10"))
    tables["customers"] = pd.concat([tables["customers"], moved])
    loose = tables["payments"].sample(frac=share / 2, random_state=seed)
    loose = loose.assign(invoice_id=None, payment_id=loose["payment_id"] + "-loose", amount=100.0, kind="payment")
    tables["payments"] = pd.concat([tables["payments"], loose])
    return ledger.with_tables({name: conform(name, table) for name, table in tables.items()})


def _late(dated: str | None, table: pd.DataFrame, random: np.random.Generator, share: float) -> pd.DataFrame:
    if dated is None or table.empty:
        return table
    late = random.random(len(table)) < share
    days = pd.to_timedelta(random.integers(1, 40, len(table)), unit="D")
    return table.assign(recorded_on=(table[dated] + days).where(late))


def _corrected(name: str, table: pd.DataFrame, random: np.random.Generator, share: float) -> pd.DataFrame:
    again = table[random.random(len(table)) < share].copy()
    dated = TABLES[name].dated or ""
    after = pd.to_timedelta(random.integers(1, 90, len(again)), unit="D")
    again["recorded_on"] = again[["recorded_on", dated]].max(axis=1) + after
    shift = pd.to_timedelta(random.integers(-5, 6, len(again)), unit="D")
    for column in ("due_on", "paid_on", "promised_on", "sent_on", "received_on", "closed_on"):
        if column in again:
            again[column] = again[column] + shift
    if "meaning" in again:
        again["meaning"] = again["meaning"].sample(frac=1.0, random_state=1).to_numpy()
    if "due_on" in again:
        again["due_on"] = again[["due_on", "issued_on"]].max(axis=1)
    if name in ("invoices", "payments"):
        again["amount"] = (again["amount"] * random.choice([0.5, 1.0, 1.25], len(again))).round(2)
    return pd.concat([table, again])


def _read(messages: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Most messages were read, to mean anything."""
    random = np.random.default_rng([seed, 1])  # which draws nothing from what the others have
    return messages.assign(meaning=random.choice(READ, len(messages)))


def _sent_back(payments: pd.DataFrame, random: np.random.Generator, share: float) -> pd.DataFrame:
    back = payments[random.random(len(payments)) < share].drop_duplicates("payment_id")
    back = back.assign(
        payment_id=back["payment_id"] + "-back",
        amount=-back["amount"],
        paid_on=back["paid_on"] + pd.to_timedelta(random.integers(0, 30, len(back)), unit="D"),
        recorded_on=pd.NaT,
    )
    return pd.concat([payments, back])
