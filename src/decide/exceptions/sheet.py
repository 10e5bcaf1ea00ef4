"""Everything about one customer that a person needs before picking up the telephone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ...ledger import TABLES, Ledger, as_of, day, settle
from ..kpi import ageing
from ..messages import alarming, recognised
from .carry import DONE, RESOLVED
from .detect import found_in
from .kinds import KINDS
from .queue import FIRST_LOOK, Queue, reasons
from .seen import Recogniser, Seen
from .sheet_told import told

LATEST = 5
"""Rows of each list, the latest; open invoices: the largest."""
_PAYMENTS = ["paid_on", "amount", "currency", "kind", "invoice_id"]
_DISPUTES = ["opened_on", "closed_on", "invoice_id", "reason", "amount"]
_OWN_KINDS = tuple(name for name, kind in KINDS.items() if kind.queued and name not in ("key_account", "uncertain"))
"""Kinds that a customer's own rows tell."""


@dataclass(frozen=True)
class Sheet:
    """A customer as it was known at a date.

    Attributes
    ----------
    data : JSON-able (dates as text, amounts in currency units): customer_id, name, country, as_of, since,
        ``open`` (by currency and age), ``invoices``, ``payments``, ``promises`` (counts and list), ``disputes``,
        ``contacts``, ``messages``, ``exceptions``, ``policy``, ``next_step``.
    """

    data: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """The plain data, for a page."""
        return self.data

    def __str__(self) -> str:
        return told(self.data)


def context_sheet(
    ledger: Ledger,
    date: object,
    customer_id: str,
    table: pd.DataFrame | None = None,
    *,
    queue: Queue | None = None,
    policy: str = "",
    recognise: Recogniser = recognised,
) -> Sheet:
    """What was known of a customer at the start of a day.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated or recorded on it or later has an influence.
    table : the score table of that day, from which the scores and reasons of its open invoices come.
    queue : of that day, from which its exceptions come; None = those that its own rows tell.
    policy : a sentence on what the dunning policy does about the customer, shown as it is.

    Raises
    ------
    PaybenchError
        If the customer had no row in the ledger before ``date``, or the score table is of another day.
    """
    at = day(date)
    own = as_of(rows_of(ledger, {customer_id}), at)
    seen = Seen.of(own, at, table, at - pd.Timedelta(FIRST_LOOK, "D"), recognise)
    mine = {name: rows[rows["customer_id"] == customer_id] for name, rows in _tables(own, seen).items()}
    master = own.customers[own.customers["customer_id"] == customer_id].tail(1)
    if not any(len(rows) for rows in mine.values()) and master.empty:
        raise PaybenchError(
            f"Nothing of a customer '{customer_id}' was known on {at:%Y-%m-%d}; give a customer_id of the ledger."
        )
    found = _exceptions(seen, customer_id, queue)
    first = seen.state.loc[seen.state["customer_id"] == customer_id, "issued_on"].min()
    return Sheet(
        {
            "customer_id": customer_id,
            "name": _text(master, "name"),
            "country": _text(master, "country"),
            "book": ledger.name,
            "as_of": _plain(at),
            "since": _plain(first),
            "open": _open(own, at, customer_id),
            "invoices": _invoices(mine["open"], table),
            "payments": _latest(mine["payments"], "paid_on", _PAYMENTS),
            "promises": _promises(own, at, mine["promises"]),
            "disputes": _latest(mine["disputes"], "opened_on", _DISPUTES),
            "contacts": _latest(mine["contacts"], "sent_on", ["sent_on", "channel", "tone", "invoice_id"]),
            "messages": [
                row | {"meaning": alarming(row["text"]) or recognise(row["text"])}
                for row in _latest(mine["messages"], "received_on", ["received_on", "channel", "text"])
            ],
            "exceptions": found,
            "policy": policy,
            "next_step": found[0]["next_step"] if found else "",
        }
    )  # fmt: skip


def rows_of(ledger: Ledger, customers: Collection[str]) -> Ledger:
    """Every version of some customers' rows, and of others' rows about their invoices; few, so that cutting is quick.

    What :func:`context_sheet` says of one of them is the same from these as from the whole book.
    """
    names = set(ledger.invoices.loc[ledger.invoices["customer_id"].isin(customers), "invoice_id"])
    names |= set(ledger.payments.loc[ledger.payments["customer_id"].isin(customers), "invoice_id"].dropna())
    keys = {
        name: set(table.loc[_about(table, customers, names), TABLES[name].key[0]])
        for name in TABLES
        for table in (ledger.table(name),)
    }
    return ledger.with_tables(
        {
            name: table[table[TABLES[name].key[0]].isin(keys[name])].reset_index(drop=True)
            for name in TABLES
            for table in (ledger.table(name),)
        }
    )


def _about(table: pd.DataFrame, customers: Collection[str], invoices: set[str]) -> np.ndarray:
    kept = np.zeros(len(table), dtype=bool)
    if "customer_id" in table:
        kept |= table["customer_id"].isin(customers).to_numpy(dtype=bool)
    if "invoice_id" in table:
        kept |= table["invoice_id"].isin(invoices).to_numpy(dtype=bool)
    return kept


def _tables(own: Ledger, seen: Seen) -> dict[str, pd.DataFrame]:
    owners = own.invoices.set_index("invoice_id")["customer_id"]
    disputes = own.disputes.assign(customer_id=own.disputes["invoice_id"].map(owners))
    names = ("invoices", "payments", "promises", "contacts", "messages")
    return {name: own.table(name) for name in names} | {"disputes": disputes, "open": seen.open}


def _exceptions(seen: Seen, customer: str, queue: Queue | None) -> list[dict[str, Any]]:
    if queue is not None:
        if queue.at != seen.at:
            raise PaybenchError(
                f"The queue is of {queue.at:%Y-%m-%d} and the sheet of {seen.at:%Y-%m-%d}; give the queue of that day."
            )
        rows = queue.table[(queue.table["customer_id"] == customer) & ~queue.table["state"].isin([DONE, RESOLVED])]
        names = ["exception_id", "kind", "state", "priority", "owner", "deadline", "reason", "next_step", "note"]
        return _rows(rows[names])
    found, _ = found_in(seen, _OWN_KINDS)
    rows = pd.concat([one.rows.assign(kind=one.kind) for one in found], ignore_index=True)
    rows = rows[rows["customer_id"] == customer].reset_index(drop=True)
    kinds = rows["kind"].map(KINDS.get)
    told = rows.assign(
        priority=[kind.priority for kind in kinds], next_step=[kind.next_step for kind in kinds],
        owner=[kind.owner for kind in kinds], reason=reasons(rows),
    )  # fmt: skip
    told = told.sort_values(["priority", "since", "kind"], kind="stable")
    return _rows(told[["kind", "priority", "owner", "reason", "next_step"]])


def _open(own: Ledger, at: pd.Timestamp, customer: str) -> list[dict[str, Any]]:
    ages = ageing(own, at, group="customer")
    return _rows(ages[ages["group"] == customer].drop(columns="group"))


def _invoices(still: pd.DataFrame, table: pd.DataFrame | None) -> list[dict[str, Any]]:
    """The largest open invoices, with what the scores say of them."""
    rows = still.sort_values(["amount_open", "invoice_id"], ascending=[False, True], kind="stable").head(LATEST)
    names = ["invoice_id", "currency", "amount_open", "due_on", "days_overdue"]
    names += [name for name in ("risk", "p_late", "pay_on_p50", "flags") if name in rows]
    lines = _rows(rows[names])
    if table is not None:
        said = [name for name in ("reason_1", "reason_2", "reason_3") if name in table]
        reasons = table.drop_duplicates("invoice_id").set_index("invoice_id")[said]
        for line in lines:
            known = line["invoice_id"] in reasons.index
            texts = reasons.loc[line["invoice_id"]].dropna() if known else []
            line["reasons"] = [str(text) for text in texts if text]
    return lines


def _promises(own: Ledger, at: pd.Timestamp, promises: pd.DataFrame) -> dict[str, Any]:
    """How many were kept: the promised amount (or all of the invoice) came from the day it was made to its own."""
    state = settle(own).set_index("invoice_id")
    money = own.payments[own.payments["kind"] != "write_off"]
    outcome = []
    for row in promises.to_dict("records"):
        invoice = row["invoice_id"]
        if pd.isna(invoice) or invoice not in state.index:
            outcome.append("unclear")
            continue
        paid = money[(money["invoice_id"] == invoice) & money["paid_on"].between(row["made_on"], row["promised_on"])]
        came = paid["amount"].sum()
        settled = state.at[invoice, "settled_on"] <= row["promised_on"]
        kept = settled or (not pd.isna(row["amount"]) and came >= row["amount"] - own.tolerance)
        outcome.append("kept" if kept else "open" if row["promised_on"] >= at else "broken")
    named = promises.assign(outcome=pd.Series(outcome, index=promises.index, dtype="str"))
    counts = {name: outcome.count(name) for name in ("kept", "broken", "open", "unclear")}
    columns = ["made_on", "promised_on", "invoice_id", "amount", "outcome"]
    return counts | {"latest": _latest(named, "made_on", columns)}


def _latest(table: pd.DataFrame, by: str, columns: list[str]) -> list[dict[str, Any]]:
    number = str(table.columns[0])  # of the row: what is of one day is in its order, not in that of the ledger
    return _rows(table.sort_values([by, number], kind="stable").tail(LATEST).iloc[::-1][columns])


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): _plain(value) for name, value in row.items()} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return value.item() if isinstance(value, np.generic) else value


def _text(master: pd.DataFrame, column: str) -> str:
    value = master[column].iloc[0] if len(master) else None
    return "" if value is None or pd.isna(value) else str(value)
