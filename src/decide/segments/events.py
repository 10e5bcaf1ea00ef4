"""What happened to a customer that a change of segment may come from."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger import Ledger
from ...ledger.schema import to_dates
from ..messages import says_insolvent
from .facts import Facts, Flags, Floats, Ints, summed
from .replay import days_of
from .settings import Settings

EVENTS = (
    "write-off", "insolvency message", "dispute opened", "first invoice", "no more invoices", "billing changed",
    "run of late payments",
)  # fmt: skip

QUIET, GAPS = 90, 3
"""Days without an invoice, and how many of the account's usual gaps they have to be, after which none may follow."""
TURNED, SURE = 2.0, 2.0
"""Factor by which billing has to change from the year before to the last quarter, and in how many standard errors."""
RUN = 3
"""Invoices in a row that stay overdue for more than the border of the slow."""


def find_events(cut: Ledger, facts: Facts, settings: Settings) -> pd.DataFrame:
    """Events of accounts, by day.

    Parameters
    ----------
    cut : the ledger as known at ``facts.at`` (:func:`paybench.ledger.as_of`).

    Returns
    -------
    DataFrame: account (its number in ``facts``), on (day), event (one of :data:`EVENTS`). What happened to a customer
    happened to all of its accounts.
    """
    lost = cut.payments[cut.payments["kind"] == "write_off"]
    said = cut.messages[says_insolvent(cut.messages["text"])]
    owner = cut.invoices.set_index("invoice_id")["customer_id"]
    of_customers = pd.concat(
        [
            _dated(lost["customer_id"], lost["paid_on"], "write-off"),
            _dated(said["customer_id"], said["received_on"], "insolvency message"),
            _dated(cut.disputes["invoice_id"].map(owner), cut.disputes["opened_on"], "dispute opened"),
        ]
    )
    numbered = facts.accounts[["customer_id"]].assign(account=np.arange(len(facts.accounts)))
    found = [of_customers.merge(numbered, on="customer_id")[["account", "on", "event"]]]
    first = np.full(len(facts.accounts), facts.at, dtype=np.int64)
    np.minimum.at(first, facts.account, facts.issued)
    found += [
        _numbered(np.arange(len(first)), first, "first invoice"),
        _numbered(*_quiet(facts), "no more invoices"),
        _numbered(*_turned(facts), "billing changed"),
        _numbered(*_late(facts, settings), "run of late payments"),
    ]
    table = pd.concat(found, ignore_index=True)
    return table.sort_values(["account", "on"], kind="stable").reset_index(drop=True)


def _dated(customer: pd.Series, on: pd.Series, event: str) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": customer.to_numpy(), "on": on.to_numpy(), "event": event}).dropna()


def _numbered(account: Ints, on: Ints, event: str) -> pd.DataFrame:
    return pd.DataFrame({"account": account, "on": to_dates(on), "event": event})


def _sorted(account: Ints, when: Ints) -> tuple[Ints, Flags]:
    """An order by account and day, and whether the next row is of the same account."""
    order = np.lexsort((when, account))
    same = np.append(account[order][1:] == account[order][:-1], False)
    return order, same[: len(order)]


def _quiet(facts: Facts) -> tuple[Ints, Ints]:
    """Accounts and the days on which they had been quiet for too long."""
    order, same = _sorted(facts.account, facts.issued)
    who, when = facts.account[order], facts.issued[order]
    following = np.where(same, np.append(when[1:], facts.at), facts.at)
    gap = following - when
    usual = pd.Series(gap[same]).groupby(who[same]).median().reindex(np.arange(len(facts.accounts))).fillna(QUIET)
    least = np.maximum(QUIET, GAPS * usual.to_numpy()[who]).astype(np.int64)
    too_long = gap > least
    return who[too_long], (when + least)[too_long]


def _turned(facts: Facts) -> tuple[Ints, Ints]:
    """Accounts and the month days at which the last quarter's billing had turned against the year before."""
    quarter, year = 91, 365
    accounts, who, when = len(facts.accounts), [], []
    first = np.full(accounts, facts.at, dtype=np.int64)
    np.minimum.at(first, facts.account, facts.issued)
    for at in days_of(int(first.min(initial=facts.at)), facts.at):
        middle = at - quarter
        parts = []
        for start, end in ((middle, at), (middle - year, middle)):
            amount = np.where((facts.issued >= start) & (facts.issued < end), facts.amount, 0.0)
            parts.append([summed(facts.account, x, accounts) for x in (amount, amount**2)])
        (now, now2), (then, then2) = parts
        # Before its first invoice an account was not there to be billed.
        span = np.minimum(middle - first, year)
        both = (now > 0) & (then > 0) & (span >= quarter)
        rate, base = np.where(both, now, 1.0) / quarter, np.where(both, then, 1.0) / np.where(both, span, 1)
        error = np.sqrt(_relative(now2, now) + _relative(then2, then))
        turn = np.abs(np.log(rate / base))
        changed = both & (turn >= np.log(TURNED)) & (turn >= SURE * error)
        who.append(np.flatnonzero(changed))
        when.append(np.full(int(changed.sum()), at, dtype=np.int64))
    return _joined(who), _joined(when)


def _relative(squares: Floats, total: Floats) -> Floats:
    return np.divide(squares, total**2, out=np.zeros_like(total), where=total > 0)


def _late(facts: Facts, settings: Settings) -> tuple[Ints, Ints]:
    """Accounts and the days on which a run of late payments, that had not been one before, was complete."""
    ripe = np.flatnonzero(facts.counts & (facts.due + settings.most_days < facts.at))
    order, _ = _sorted(facts.account[ripe], facts.due[ripe])
    rows = ripe[order]
    who, late = facts.account[rows], facts.overdue(settings.most_days)[rows] > settings.slow
    count = np.zeros(len(rows), dtype=np.int64)
    starts = np.append(True, who[1:] != who[:-1])[: len(rows)]
    fresh = starts | ~late
    # Rows since the last one that was paid in time or began the account.
    last = np.maximum.accumulate(np.where(fresh, np.arange(len(rows)), 0))
    count = np.arange(len(rows)) - last + late[last]
    done = late & (count == RUN)
    return who[done], facts.due[rows][done] + settings.most_days


def _joined(parts: list[NDArray[np.int64]]) -> Ints:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
