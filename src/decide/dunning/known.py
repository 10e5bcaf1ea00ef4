"""The parts of a situation, each from the tables of a ledger that was cut at a date.

Everywhere ``cut`` is the ledger as known, ``rows`` the n open invoices: invoice_id, customer_id, currency, issued_on,
amount_open.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger import Ledger
from ...ledger.schema import MONEY_UNITS, NO_DAY, days, units
from ..cash.events.moves import ALL, LOST, came_after, claimed, moves_of
from ..messages import says_insolvent
from .policy import CHANNELS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_NEVER = -(1 << 40)
"""The day before every day."""


def disputed(cut: Ledger, rows: pd.DataFrame) -> Floats:
    """(n,) amount in open disputes, at most what is open."""
    table = cut.disputes[cut.disputes["closed_on"].isna()]
    row = _place(rows, "invoice_id", table["invoice_id"])
    open_, found = units(rows["amount_open"]), np.zeros(len(rows), dtype=np.int64)
    kept = row >= 0
    np.add.at(found, row[kept], np.minimum(claimed(table["amount"])[kept], open_[row[kept]]))
    return np.minimum(found, open_) / MONEY_UNITS


def promised_on(cut: Ledger, rows: pd.DataFrame, share: float) -> Ints:
    """(n,) day of the first promise that has not been kept, of those made on the latest day; NO_DAY if none.

    Promises of less than a share of what is open are left out.
    """
    found = np.full(len(rows), NO_DAY, dtype=np.int64)
    table = cut.promises[["customer_id", "invoice_id"]].assign(
        made=days(cut.promises["made_on"]), promised=days(cut.promises["promised_on"]),
        said=claimed(cut.promises["amount"]),
    )  # fmt: skip
    table = table[table["invoice_id"].isin(rows["invoice_id"]) | table["invoice_id"].isna()]
    if not len(table) or not len(rows):
        return found
    bills = rows[["invoice_id", "customer_id", "currency"]].assign(
        row=np.arange(len(rows)), open=units(rows["amount_open"]), issued=days(rows["issued_on"])
    )
    moves = moves_of(cut)
    moves = moves[moves["paid"] > table["made"].min()]
    named = table.drop(columns="customer_id").merge(bills, on="invoice_id")
    named = named.assign(came=came_after(named, moves, ["invoice_id"], "made"))
    loose = table[table["invoice_id"].isna()].drop(columns="invoice_id").merge(bills, on="customer_id")
    loose = loose[loose["issued"] <= loose["made"]].reset_index(drop=True)
    loose = loose.assign(came=came_after(loose, moves, ["customer_id", "currency"], "made"))
    about = loose.groupby(["customer_id", "made", "promised", "said"])
    loose["open"] = about["open"].transform("sum")
    # An amount without an invoice bears no currency: it says nothing of a customer who owes in several.
    loose = loose[(about["currency"].transform("nunique") == 1) | (loose["said"] == ALL)]
    every = pd.concat([named, loose], ignore_index=True)
    every = every[every["made"] == every.groupby("row")["made"].transform("max")]
    every = every.sort_values(["row", "promised", "said"]).reset_index(drop=True)
    said = every["said"].clip(upper=every["came"] + every["open"])
    total = said.groupby(every["row"]).cumsum()
    left = total.groupby(every["row"]).transform("max") - every["came"]
    kept = (total - every["came"] > round(cut.tolerance * MONEY_UNITS)) & (left >= share * every["open"])
    first = every[kept].drop_duplicates("row")
    found[first["row"]] = first["promised"]
    return found


def unapplied(cut: Ledger, rows: pd.DataFrame) -> Floats:
    """(n,) what the customer has paid or was credited in this currency that belongs to no invoice, or beyond one."""
    moves = moves_of(cut)
    bills = pd.Index(cut.invoices["invoice_id"])
    place = bills.get_indexer(pd.Index(moves["invoice_id"]))
    free = moves[(place < 0) & (moves["kind"] != LOST).to_numpy()][["customer_id", "currency", "units"]]
    paid = np.zeros(len(bills), dtype=np.int64)
    np.add.at(paid, place[place >= 0], moves["units"].to_numpy()[place >= 0])
    beyond = np.maximum(paid - units(cut.invoices["amount"]), 0)
    over = cut.invoices[["customer_id", "currency"]].assign(units=beyond)[beyond > 0]
    total = pd.concat([free, over]).groupby(["customer_id", "currency"])["units"].sum()
    keys = pd.MultiIndex.from_frame(rows[["customer_id", "currency"]])
    return np.maximum(total.reindex(keys).fillna(0).to_numpy(dtype=np.float64), 0.0) / MONEY_UNITS


def waiting_since(cut: Ledger, rows: pd.DataFrame) -> Ints:
    """(n,) day of the customer's latest message, NO_DAY if something was sent on a later day, or it was dealt with."""
    wrote = _last(cut.messages, "received_on", rows)
    sent = _last(cut.contacts, "sent_on", rows)
    owners = cut.disputes.merge(cut.invoices[["invoice_id", "customer_id"]], on="invoice_id")
    noted = np.maximum(_last(cut.promises, "made_on", rows), _last(owners, "opened_on", rows))
    waits = (wrote != _NEVER) & (sent <= wrote) & (noted < wrote)
    return np.where(waits, wrote, NO_DAY)


def allowed(cut: Ledger, rows: pd.DataFrame) -> Flags:
    """(n, 4) whether the customer may be contacted by each channel: unless it forbade it."""
    found = np.ones((len(rows), len(CHANNELS)), dtype=bool)
    for place, channel in enumerate(CHANNELS):
        no = cut.consents[(cut.consents["channel"] == channel) & ~cut.consents["allowed"]]
        found[:, place] = ~rows["customer_id"].isin(no["customer_id"])
    return found


def insolvent(cut: Ledger, rows: pd.DataFrame) -> Flags:
    """(n,) whether a message of the customer gives notice of insolvency: by its words, or as it was understood."""
    return _wrote(cut, rows, says_insolvent(cut.messages["text"]) | _means(cut, "insolvency"))


def legal(cut: Ledger, rows: pd.DataFrame) -> Flags:
    """(n,) whether a message of the customer was understood to speak of lawyers or courts."""
    return _wrote(cut, rows, _means(cut, "legal"))


def _means(cut: Ledger, intent: str) -> Flags:
    """(m,) whether a message was understood to mean something."""
    found: Flags = cut.messages["meaning"].fillna("").str.split(",").map(lambda names: intent in names).to_numpy(bool)
    return found


def _wrote(cut: Ledger, rows: pd.DataFrame, some: Flags) -> Flags:
    flags: Flags = rows["customer_id"].isin(cut.messages.loc[some, "customer_id"]).to_numpy(dtype=bool)
    return flags


def contacted(cut: Ledger, rows: pd.DataFrame, today: int, withheld: pd.DataFrame | None) -> dict[str, Ints]:
    """What was sent: step, step_on, contacts, contacted_on, contacts_7, contacts_30, calls_7 of a situation."""
    n, table = len(rows), cut.contacts
    sent = days(table["sent_on"])
    row = _place(rows, "invoice_id", table["invoice_id"])
    about = pd.DataFrame({"row": row, "on": sent, "step": table["step"], "sent": 1})[row >= 0]
    if withheld is not None:
        on = days(withheld["decided_on"])
        place = _place(rows, "invoice_id", withheld["invoice_id"])
        more = pd.DataFrame({"row": place, "on": on, "step": withheld["step"].astype("float64"), "sent": 0})
        about = pd.concat([about, more[(place >= 0) & (on < today)]], ignore_index=True)
    about = about.sort_values(["row", "on"], kind="stable")
    nth = about.groupby("row").cumcount() + 1
    taken = about["step"].fillna(nth).to_numpy(dtype=np.float64)
    step, contacts = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    step_on = np.full(n, _NEVER, dtype=np.int64)
    at = about["row"].to_numpy(dtype=np.int64)
    np.maximum.at(step, at, np.floor(np.maximum(taken, 0)).astype(np.int64))
    np.maximum.at(step_on, at, about["on"].to_numpy(dtype=np.int64))
    np.add.at(contacts, at, about["sent"].to_numpy(dtype=np.int64))
    last = _last(table, "sent_on", rows)
    called = (table["channel"] == "phone").to_numpy(dtype=bool)
    return {
        "step": step,
        "step_on": np.where(step_on == _NEVER, NO_DAY, step_on),
        "contacts": contacts,
        "contacted_on": np.where(last == _NEVER, NO_DAY, last),
        "contacts_7": _count(table, sent > today - 7, rows),
        "contacts_30": _count(table, sent > today - 30, rows),
        "calls_7": _count(table, called & (sent > today - 7), rows),
    }


def _place(rows: pd.DataFrame, column: str, values: pd.Series) -> Ints:
    """The row of each value, -1 where there is none or it is missing."""
    found = pd.Index(rows[column]).get_indexer(pd.Index(values)).astype(np.int64)
    return np.where(values.isna().to_numpy(dtype=bool), -1, found)


def _last(table: pd.DataFrame, column: str, rows: pd.DataFrame) -> Ints:
    """(n,) the latest day of a customer's rows in a table."""
    latest = table.groupby("customer_id")[column].max().reindex(rows["customer_id"])
    found = days(latest)
    return np.where(found == NO_DAY, _NEVER, found)


def _count(table: pd.DataFrame, kept: Flags, rows: pd.DataFrame) -> Ints:
    """(n,) how many rows of a table each customer has."""
    counts = table["customer_id"][kept].value_counts().reindex(rows["customer_id"]).fillna(0)
    return np.asarray(counts, dtype=np.int64)
