"""What is due on the account of a customer in a currency, less what is disputed and what has been paid already."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger.schema import MONEY_UNITS, units
from .policy import Policy
from .situation import Flags, Ints, Situation

_PARTS = 10_000
"""Parts of a share, so that amounts are compared as whole numbers."""


NOTHING = MONEY_UNITS // 200
"""Half a hundredth, in integer units: what is not more cannot be asked for, as a letter says it in hundredths."""


@dataclass(frozen=True)
class Account:
    """Of each of n invoices, amounts in integer units.

    Attributes
    ----------
    rest : (n,) what is open and not disputed, 0 if it is no more than :data:`NOTHING`.
    covered : (n,) whether unapplied money covers it. how : (n,) 'oldest' (it is laid on the oldest invoices first) or
        'same_amount' (it is exactly what is open).
    claim : (n,) what the account owes: the rest of its overdue invoices and of this one, less unapplied money.
    threshold : (n,) what it has to reach.
    """

    rest: Ints
    covered: Flags
    how: NDArray[np.str_]
    claim: Ints
    threshold: Ints


def account_of(policy: Policy, situation: Situation) -> Account:
    """The accounts of a situation's invoices."""
    s = situation
    open_, money = units(s.amount_open), units(s.unapplied)
    disputed = np.clip(units(s.disputed), 0, open_)
    if policy.pause.whole_dispute:
        disputed = np.where(disputed > 0, open_, disputed)
    rest = open_ - disputed
    rest = np.where(rest <= NOTHING, 0, rest)
    customer, _ = pd.factorize(np.asarray(s.customer_id, dtype=object))
    currency, names = pd.factorize(np.asarray(s.currency, dtype=object))
    account = customer * max(len(names), 1) + currency
    laid = _laid(s, account, rest, money)
    some = (rest > 0) & (money > 0)
    same = some & ((money == rest) | (money == open_))
    by_age = some & (laid > 0) & (laid * _PARTS >= round(policy.pause.unapplied * _PARTS) * rest)
    overdue = s.due < s.today
    numbers, place = np.unique(account, return_inverse=True)
    total = np.zeros(len(numbers), dtype=np.int64)
    np.add.at(total, place, np.where(overdue, rest, 0))
    claim = np.maximum(total[place] + np.where(overdue, 0, rest) - money, 0)
    least = np.array([round(policy.threshold(str(name)) * MONEY_UNITS) for name in names], dtype=np.int64)
    return Account(rest, same | by_age, np.where(by_age, "oldest", "same_amount"), claim, least[currency])


def _laid(s: Situation, account: Ints, rest: Ints, money: Ints) -> Ints:
    """Units of unapplied money laid on each invoice, the oldest due first, then by number."""
    found = np.zeros(len(rest), dtype=np.int64)
    rows = np.flatnonzero((money > 0) & (rest > 0))
    if not rows.size:
        return found
    table = pd.DataFrame(
        {
            "row": rows,
            "account": account[rows],
            "due": s.due[rows],
            "invoice": np.asarray(s.invoice_id, dtype=object)[rows],
            "rest": rest[rows],
            "money": money[rows],
        }
    ).sort_values(["account", "due", "invoice"])
    before = table.groupby("account")["rest"].cumsum() - table["rest"]
    found[table["row"]] = np.clip(table["money"] - before, 0, table["rest"])
    return found
