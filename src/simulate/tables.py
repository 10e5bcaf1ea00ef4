"""From the accounts of single customers to the tables of one book."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..ledger.schema import NO_DAY, to_dates
from .calendar import Calendar
from .customers import Customer
from .invoices import Invoices
from .payments import Bookings
from .truth import MEANINGS


@dataclass(frozen=True)
class Account:
    """One customer's part of the world; ``truth`` holds arrays by column, one value per invoice."""

    customer: Customer
    invoices: Invoices
    bookings: Bookings
    truth: dict[str, np.ndarray]


def joined(accounts: list[Account], calendar: Calendar) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """The ledger's tables by name, without anything dated past the window, and the truth in the order of invoices."""
    number = np.array([a.customer.number for a in accounts])
    sizes = [len(a.invoices) for a in accounts]
    owner = np.repeat(number, sizes)
    serial = np.concatenate([np.arange(1, n + 1) for n in sizes])
    master = pd.DataFrame(
        {
            "customer_id": _identifiers("C", number),
            "name": [a.customer.name for a in accounts],
            "country": [a.customer.country for a in accounts],
        }
    )
    invoices = pd.DataFrame(
        {
            "invoice_id": _identifiers("INV-", owner, serial),
            "customer_id": _identifiers("C", owner),
            "issued_on": to_dates(np.concatenate([a.invoices.issued for a in accounts])),
            "due_on": to_dates(np.concatenate([a.invoices.due for a in accounts])),
            "amount": np.concatenate([a.invoices.cents for a in accounts]) / 100,
            "currency": np.repeat(np.array([a.customer.currency for a in accounts], dtype=object), sizes),
        }
    )
    offset = np.cumsum([0, *sizes[:-1]])
    payments = _payments(_stacked([a.bookings.payments for a in accounts], offset), invoices, calendar)
    disputes = _disputes(_stacked([a.bookings.disputes for a in accounts], offset), invoices, calendar)
    truth = _truth(accounts, invoices, sizes)
    order = invoices.sort_values(["issued_on", "invoice_id"], kind="stable").index
    tables = {"customers": master, "invoices": invoices.loc[order], "payments": payments, "disputes": disputes}
    return tables, truth.loc[order].reset_index(drop=True)


def _truth(accounts: list[Account], invoices: pd.DataFrame, sizes: list[int]) -> pd.DataFrame:
    columns = {key: np.concatenate([a.truth[key] for a in accounts]) for key in accounts[0].truth}
    columns["settled_on"] = to_dates(columns["settled_on"])
    columns["customer_type"] = np.repeat(np.array([a.customer.type.name for a in accounts], dtype=object), sizes)
    return invoices[["invoice_id"]].assign(**columns).astype({"customer_type": "str"})[list(MEANINGS)]


def _payments(events: dict[str, np.ndarray], invoices: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    of = events["of"]
    part = pd.Series(of).groupby(of).cumcount().to_numpy() + 1
    number = invoices["invoice_id"].iloc[of].str.removeprefix("INV-").reset_index(drop=True)
    table = pd.DataFrame(
        {
            "payment_id": "PAY-" + number + "-" + pd.Series(part).astype("str"),
            "customer_id": invoices["customer_id"].to_numpy()[of],
            "invoice_id": invoices["invoice_id"].to_numpy()[of],
            "paid_on": to_dates(events["paid"]),
            "amount": events["cents"] / 100,
            "currency": invoices["currency"].to_numpy()[of],
            "kind": events["kind"],
        }
    )
    return table[events["paid"] < calendar.end].sort_values(["paid_on", "payment_id"], kind="stable")


def _disputes(events: dict[str, np.ndarray], invoices: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    number = invoices["invoice_id"].iloc[events["of"]].str.removeprefix("INV-").reset_index(drop=True)
    table = pd.DataFrame(
        {
            "dispute_id": "DIS-" + number,
            "invoice_id": invoices["invoice_id"].to_numpy()[events["of"]],
            "opened_on": to_dates(events["opened"]),
            "closed_on": to_dates(np.where(events["closed"] < calendar.end, events["closed"], NO_DAY)),
            "reason": events["reason"],
            "amount": np.where(events["cents"] > 0, events["cents"] / 100, np.nan),
        }
    )
    return table[events["opened"] < calendar.end].sort_values(["opened_on", "dispute_id"], kind="stable")


def _stacked(parts: list[dict[str, np.ndarray]], offset: np.ndarray) -> dict[str, np.ndarray]:
    """The events of all customers; ``of`` becomes the position among all invoices."""
    stacked = {key: np.concatenate([p[key] for p in parts]) for key in parts[0]}
    stacked["of"] = stacked["of"] + np.repeat(offset, [len(p["of"]) for p in parts])
    return stacked


def _identifiers(prefix: str, customer: np.ndarray, serial: np.ndarray | None = None) -> pd.Series:
    """C00042, or INV-00042-0007: numbers that no other customer can move."""
    text = prefix + pd.Series(customer).astype("str").str.zfill(5)
    return text if serial is None else text + "-" + pd.Series(serial).astype("str").str.zfill(4)
