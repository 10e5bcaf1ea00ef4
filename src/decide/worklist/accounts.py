"""Whom a day's work is about: accounts, what may be done about each, and by whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ...errors import PaybenchError
from ..dunning.policy import Collector

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.str_]

HUNDREDTHS = 100
MOST = 1e11
"""The largest value of one contact, in currency units: sums of hundredths stay exact."""


@dataclass(frozen=True)
class Accounts:
    """What a customer owes in one currency; arrays of length n, one row for each account that may be contacted.

    Attributes
    ----------
    account_id : no two are equal. customer_id : one contact a day for each, whatever the number of accounts.
    currency : of ``amount``. amount : overdue, currency units. age : days since the oldest open invoice fell due.
    waited : days for which the account was ripe and was not contacted. language, country : of the customer.
    """

    account_id: Texts
    customer_id: Texts
    currency: Texts
    amount: Floats
    age: Ints
    waited: Ints
    language: Texts
    country: Texts

    def __len__(self) -> int:
        return len(self.account_id)

    @classmethod
    def of(cls, table: pd.DataFrame | None, n: int) -> Accounts:
        """Accounts from the columns of a table of n rows; what it does not say is the same for all rows.

        Without a table, or without its columns, ``account_id`` is the number of the row, ``customer_id`` the account.

        Raises
        ------
        PaybenchError
            If the table has another number of rows, an id twice, or an amount that is no number.
        """
        said: dict[str, ArrayLike] = {} if table is None else {str(name): table[name].to_numpy() for name in table}
        if table is not None and len(table) != n:
            raise PaybenchError(f"There are {len(table)} accounts and {n} rows of values; give one row for each.")
        digits = len(str(max(n - 1, 0)))
        account = _texts(said.get("account_id", [f"{i:0{digits}d}" for i in range(n)]))
        if "account_id" not in said and {"customer_id", "currency"} <= set(said):
            pairs = zip(_texts(said["customer_id"]), _texts(said["currency"]), strict=True)
            account = _texts([f"{customer} {currency}" for customer, currency in pairs])
        names, counts = np.unique(account, return_counts=True)
        if len(names) < n:
            raise PaybenchError(
                f"The account {names[counts > 1][0]} is there {counts.max()} times; give one row for each customer and "
                "currency (of several ripe invoices the one to write about)."
            )
        amount = np.asarray(said.get("amount", np.zeros(n)), dtype=np.float64)
        if not np.isfinite(amount).all():
            raise PaybenchError(f"The account {account[~np.isfinite(amount)][0]} has no amount; give a number.")
        return cls(
            account,
            _texts(said.get("customer_id", account)),
            _texts(said.get("currency", np.full(n, ""))),
            amount,
            np.asarray(said.get("age", np.zeros(n)), dtype=np.int64),
            np.asarray(said.get("waited", np.zeros(n)), dtype=np.int64),
            _texts(said.get("language", np.full(n, ""))),
            _texts(said.get("country", np.full(n, ""))),
        )

    def take(self, rows: Ints) -> Accounts:
        """Some of the rows."""
        return Accounts(*(getattr(self, field.name)[rows] for field in fields(self)))

    def order(self, rate: Floats) -> Ints:
        """Positions by who comes first among equals: the larger amount, the older debt, the id.

        Parameters
        ----------
        rate : (n,) what one unit of the account's currency is worth; amounts are compared after it.
        """
        hundredths = np.rint(self.amount * rate * HUNDREDTHS)
        return np.lexsort([self.account_id, -self.age, -hundredths])


@dataclass(frozen=True)
class Slot:
    """Room for contacts: a channel, worked by a collector ('' = by none in particular), so many a day."""

    channel: str
    collector: str
    capacity: int
    works: Collector | None = None

    def takes(self, accounts: Accounts) -> Flags:
        """(n,) whether the collector may contact the account's customer."""
        fits = np.ones(len(accounts), dtype=bool)
        if self.works is not None:
            for allowed, own in (
                (self.works.languages, accounts.language),
                (self.works.countries, accounts.country),
                (self.works.customers, accounts.customer_id),
            ):
                if allowed:
                    fits &= np.isin(own, np.array(allowed, dtype=np.str_))
        return fits


def slots_of(capacity: Mapping[str, int], collectors: Sequence[Collector]) -> tuple[Slot, ...]:
    """The room of a day, by channel and name; a channel of which nothing is said has no limit and needs none.

    Raises
    ------
    PaybenchError
        If a capacity is no whole number from 0 on, a collector is there twice, or a channel's capacity is said twice.
    """
    names = [collector.name for collector in collectors]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise PaybenchError(f"There are two collectors called '{twice}'; give each a name of its own.")
    found = [Slot(channel, "", _whole(n, f"the channel '{channel}'")) for channel, n in capacity.items()]
    for person in collectors:
        for channel, n in person.capacity.items():
            if channel in capacity:
                raise PaybenchError(
                    f"The capacity of '{channel}' is said twice, for the channel and for '{person.name}'; "
                    "what collectors work has the sum of their capacities: leave the channel's out."
                )
            found.append(Slot(channel, person.name, _whole(n, f"'{person.name}' by '{channel}'"), person))
    return tuple(sorted(found, key=lambda slot: (slot.channel, slot.collector)))


def _whole(number: object, whose: str) -> int:
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 0:
        raise PaybenchError(f"The capacity of {whose} is '{number}'; it is a whole number of contacts a day.")
    return int(number)


def _texts(values: ArrayLike) -> Texts:
    return np.array([str(value) for value in np.asarray(values, dtype=object)], dtype=np.str_)
