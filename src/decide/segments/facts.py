"""The invoices known at a day, as arrays: whose they are, and how long each stayed unpaid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger.schema import MONEY_UNITS, NO_DAY
from ...ledger.settle import closings
from ..kpi.book import CREDITED, LOST
from ..kpi.entries import Entries

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def summed(index: Ints, weights: NDArray[np.generic], size: int) -> Floats:
    """Sums of weights by index, (size,), in the order of the rows."""
    return np.bincount(index, weights, size).astype(np.float64)


@dataclass(frozen=True)
class Facts:
    """Invoices known at the start of day ``at`` (days since 1970-01-01), one version of each, by account.

    An account is what one customer is billed in one currency. Numbers of accounts rise with (customer_id, currency),
    so that nothing depends on which others there are.

    Attributes
    ----------
    accounts : DataFrame by number: customer_id, currency. customer, country : (accounts,) numbers.
    account : (n,) of each invoice. issued, due : (n,) days. amount : (n,) currency units.
    settled : (n,) day, NO_DAY where not. counts : (n,) not cancelled by a credit note.
    """

    at: int
    accounts: pd.DataFrame
    customer: Ints
    country: Ints
    account: Ints
    issued: Ints
    due: Ints
    amount: Floats
    settled: Ints
    counts: Flags

    @classmethod
    def of(cls, entries: Entries, at: int) -> Facts:
        """What ``entries`` knew at a day."""
        book = entries.known(at)
        invoices, payments = book.invoices, book.payments
        named = payments.invoice >= 0
        settled, _ = closings(
            len(invoices.amount), invoices.amount - book.tolerance, payments.invoice[named], payments.paid[named],
            payments.amount[named], payments.kind[named] == LOST,
        )  # fmt: skip
        credit = book.applied(payments.kind == CREDITED)
        # In the order of their ids, whatever the order in which the ledger first names them.
        ids = entries.customer_ids.to_numpy(dtype=object)
        rank = np.empty(len(ids), dtype=np.int64)
        rank[np.argsort(ids, kind="stable")] = np.arange(len(ids))
        key = rank[invoices.customer] * max(len(entries.currencies), 1) + invoices.currency
        _, first, account = np.unique(key, return_index=True, return_inverse=True)
        owner, currency = invoices.customer[first], invoices.currency[first]
        countries = pd.Series(entries.countries(at)[owner], dtype="object")
        accounts = pd.DataFrame(
            {"customer_id": ids[owner], "currency": np.asarray(entries.currencies, dtype=object)[currency]}, dtype="str"
        )
        return cls(
            at=at,
            accounts=accounts,
            customer=np.unique(rank[owner], return_inverse=True)[1].astype(np.int64),
            country=pd.factorize(countries.fillna("").astype("str"), sort=True)[0].astype(np.int64),
            account=account.astype(np.int64).reshape(len(key)),
            issued=invoices.issued,
            due=invoices.due,
            amount=invoices.amount / MONEY_UNITS,
            settled=settled,
            counts=2 * credit <= invoices.amount,
        )

    def __len__(self) -> int:
        return len(self.account)

    @cached_property
    def order(self) -> Ints:
        """(n,) positions in an order that follows from the invoices alone: sums in it are the same to the last bit."""
        return np.lexsort([self.counts, self.settled, self.amount, self.due, self.issued, self.account])

    @cached_property
    def ordered(self) -> Facts:
        """The same invoices in :attr:`order`."""
        names = ("account", "issued", "due", "amount", "settled", "counts")
        return replace(self, **{name: getattr(self, name)[self.order] for name in names})

    def overdue(self, most: int) -> Floats:
        """(n,) days from due date to settlement, 0 where paid in time, ``most`` at most and where not settled."""
        late = np.where(self.settled == NO_DAY, most, self.settled - self.due)
        return np.clip(late, 0, most).astype(np.float64)
