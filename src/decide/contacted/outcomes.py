"""What came of each contact, as it was known at a date."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger import Ledger, settle
from ...ledger.schema import MONEY_UNITS, NO_DAY, days, units

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

ANSWER_DAYS = 14
"""Days after a contact within which a message or a promise counts as its answer, if no further contact comes first."""
PAID_DAYS = (7, 14, 30)
"""Days after a contact at which it is asked whether the invoice is settled."""

COLUMNS = [
    *[
        "contact_id",
        "customer_id",
        "invoice_id",
        "sent_on",
        "channel",
        "tone",
        "step",
        "weekday",
        "policy",
        "propensity",
    ],
    *["ripe", "answered", "promised", "promise_due", "kept"],
    *[f"{what}_{k}" for k in PAID_DAYS for what in ("matured", "paid")],
]
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def outcomes(cut: Ledger, at: pd.Timestamp) -> pd.DataFrame:
    """One row per contact.

    A contact has matured for k days when the k-th day after it lies before ``at``: what happens on ``at`` is not known.

    Parameters
    ----------
    cut : the ledger as it was known at ``at`` (as_of).

    Returns
    -------
    DataFrame in the order of the ledger's contacts: :data:`COLUMNS`. Flags:

    ripe : it has matured for :data:`ANSWER_DAYS`. answered, promised : the customer wrote, or promised (for the same
    invoice, or for none), from its day on, within these days and before the day of the next contact with it.
    promise_due : the day of the last such promise has passed. kept : and what was promised (or all of it) had come.
    matured_k : it names an invoice that was not settled before its day, and k days have passed. paid_k : the invoice
    was settled on its day or within k days of it; only of what has matured.
    """
    contacts = cut.contacts
    sent, today = days(contacts["sent_on"]), day_number(at)
    who, known = pd.factorize(contacts["customer_id"])
    end = np.minimum(_next_day(who.astype(np.int64), sent) - 1, sent + ANSWER_DAYS)
    written = pd.Index(known).get_indexer(pd.Index(cut.messages["customer_id"]))
    answered = _last_in(who, sent, end, written, days(cut.messages["received_on"]))
    promised, due, kept = _promised(cut, contacts, sent, end, today)
    table = contacts[[name for name in COLUMNS if name in contacts]].assign(
        weekday=weekdays(sent),
        ripe=sent + ANSWER_DAYS < today,
        answered=answered >= 0,
        promised=promised,
        promise_due=due,
        kept=kept,
    )
    settled = settled_days(cut, contacts["invoice_id"])
    for k in PAID_DAYS:
        table[f"matured_{k}"], table[f"paid_{k}"] = paid_within(sent, settled, k, today)
    return table[COLUMNS]


def weekdays(day: Ints) -> pd.Series:
    """Names of weekdays, Monday being 1970-01-05."""
    return pd.Series(np.array(WEEKDAYS, dtype=object)[(day + 3) % 7], dtype="str")


def paid_within(sent: Ints, settled: Ints, k: int, today: int) -> tuple[Flags, Flags]:
    """(n,) whether a day's question can be answered, and whether the invoice was settled by then.

    Parameters
    ----------
    sent : day of each contact or decision. settled : day of settlement, NO_DAY if open, -1 if no invoice is known.
    k : days. today : as_of.
    """
    matured = (settled >= sent) & (sent + k < today)
    return matured, matured & (settled <= sent + k)


def settled_days(cut: Ledger, invoice_id: pd.Series) -> Ints:
    """Day of settlement by invoice; NO_DAY where open, -1 where there is no such invoice."""
    state = settle(cut)
    place = pd.Index(state["invoice_id"]).get_indexer(invoice_id)
    when = days(state["settled_on"])
    return np.where(place >= 0, when[place], -1) if len(when) else np.full(len(invoice_id), -1, dtype=np.int64)


def _promised(cut: Ledger, contacts: pd.DataFrame, sent: Ints, end: Ints, today: int) -> tuple[Flags, Flags, Flags]:
    """(n,) whether a promise followed each contact between two days, whether the last one's day has passed, and kept.

    A promise for the same invoice counts, or one for none; one for another invoice is no answer to this contact.
    """
    promises = _with_outcome(cut, today)
    made = promises["made"].to_numpy(dtype=np.int64)
    last = np.full(len(sent), -1, dtype=np.int64)
    named = promises["invoice_id"].notna()
    for columns, some in ((["customer_id"], ~named), (["customer_id", "invoice_id"], named)):
        pair, pairs = pd.factorize(_joined(contacts, columns))
        owner = np.where(some, pd.Index(pairs).get_indexer(pd.Index(_joined(promises, columns))), -1)
        found = _last_in(pair, sent, end, owner, made)
        last = np.where(found >= 0, found, last)
    there = last >= 0
    if not len(promises):
        return there, there, there
    due = there & promises["due"].to_numpy(dtype=bool)[last]
    return there, due, due & promises["kept"].to_numpy(dtype=bool)[last]


def _joined(table: pd.DataFrame, columns: list[str]) -> pd.Series:
    text = table[columns[0]].astype("str")
    for name in columns[1:]:
        text = text + "\0" + table[name].astype("str").fillna("")
    return text


def _next_day(who: Ints, sent: Ints) -> Ints:
    """(n,) the next later day on which the same customer was contacted; NO_DAY if none."""
    order = np.lexsort((sent, who))
    who, sent = who[order], sent[order]
    following = np.full(len(sent), NO_DAY, dtype=np.int64)
    place = len(sent)
    # All contacts of one day share the next day: the first place behind their run, if it is of the same customer.
    begins = np.r_[True, (who[1:] != who[:-1]) | (sent[1:] != sent[:-1])] if place else np.zeros(0, dtype=bool)
    starts = np.flatnonzero(begins)
    after = np.r_[starts[1:], place]
    run = np.cumsum(begins) - 1
    behind = after[run] if place else after[:0]
    there = behind < place
    same = np.zeros(place, dtype=bool)
    same[there] = who[behind[there]] == who[there.nonzero()[0]]
    following[same] = sent[behind[same]]
    out = np.empty_like(following)
    out[order] = following
    return out


def _last_in(who: Ints, begin: Ints, end: Ints, owner: Ints, day: Ints) -> Ints:
    """(n,) the row of the last event of each one between two days, both included; -1 if there is none.

    Parameters
    ----------
    who, begin, end : (n,). owner, day : (m,) of the events; owner -1 = nobody's.
    """
    order = np.lexsort((day, owner))
    span = np.int64(1) << 33
    keys = owner[order].astype(np.int64) * span + day[order]
    place = np.searchsorted(keys, who.astype(np.int64) * span + end, side="right") - 1
    hit = place >= 0
    hit[hit] = keys[place[hit]] >= (who.astype(np.int64) * span + begin)[hit]
    return np.where(hit, order[np.maximum(place, 0)], -1) if len(order) else np.full(len(who), -1)


def _with_outcome(cut: Ledger, today: int) -> pd.DataFrame:
    """Promises in the order of their days: customer_id, invoice_id, made; due (its day has passed), kept.

    One is kept if what was promised, or all of the invoice, came from the day on which it was made to its own.
    """
    table = cut.promises.sort_values(["made_on", "promised_on", "promise_id"], kind="stable", ignore_index=True)
    promised = days(table["promised_on"])
    money = cut.payments[cut.payments["kind"] != "write_off"]
    paid = money[["invoice_id", "paid_on", "amount"]].assign(units=units(money["amount"]))
    pairs = table.assign(row=np.arange(len(table)))[["row", "invoice_id", "made_on", "promised_on"]]
    pairs = pairs[pairs["invoice_id"].notna()].merge(paid, on="invoice_id")
    pairs = pairs[(pairs["paid_on"] >= pairs["made_on"]) & (pairs["paid_on"] <= pairs["promised_on"])]
    came = np.zeros(len(table), dtype=np.int64)
    np.add.at(came, pairs["row"].to_numpy(dtype=np.int64), pairs["units"].to_numpy(dtype=np.int64))
    said = table["amount"].notna().to_numpy()
    goal = units(table["amount"].fillna(0.0)) - round(cut.tolerance * MONEY_UNITS)
    all_of_it = settled_days(cut, table["invoice_id"])
    kept = (said & (came >= goal)) | ((all_of_it >= 0) & (all_of_it <= promised))
    return table[["customer_id", "invoice_id"]].assign(made=days(table["made_on"]), due=promised < today, kept=kept)


def day_number(at: pd.Timestamp) -> int:
    """A date as days since 1970-01-01."""
    return int(days(pd.Series([at]))[0])
