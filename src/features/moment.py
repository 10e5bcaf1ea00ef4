"""What was known at each decision point, as arrays that features are computed from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..ledger import Ledger, settle
from ..ledger.cut import known_on
from ..ledger.schema import MONEY_UNITS, NO_DAY, TABLES, days, units
from .streams import Floats, History, Ints, Stream, ratio


@dataclass(frozen=True)
class Terms:
    """The decision rows' own invoices: what a row brings itself, whatever else is known that day.

    Attributes
    ----------
    rows : DataFrame with invoice_id, customer_id, as_of.
    amount : (n,) integer units. issued, due, at : (n,) day numbers. currency : (n,) text.
    """

    rows: pd.DataFrame
    amount: Ints
    issued: Ints
    due: Ints
    at: Ints
    currency: pd.Series

    @classmethod
    def of(cls, rows: pd.DataFrame, invoices: pd.DataFrame) -> Terms:
        """Terms from one version of each row's invoice, given in the order of the rows."""
        return cls(
            rows=rows,
            amount=units(invoices["amount"]),
            issued=days(invoices["issued_on"]),
            due=days(invoices["due_on"]),
            at=days(rows["as_of"]),
            currency=invoices["currency"].reset_index(drop=True),
        )


class Moment:
    """Everything that features may look at, for n decision rows.

    Parameters
    ----------
    ledger : customers whose facts only ever grow (no corrections, reversals or late records; see
        :mod:`.build`), or any ledger cut at the one as_of that all rows share.
    own : the rows and their own terms.
    """

    def __init__(self, ledger: Ledger, own: Terms) -> None:
        self.ledger = ledger
        self.own = own
        self.facts = settle(ledger)
        customers = pd.Index(pd.unique(pd.concat([self.facts["customer_id"], own.rows["customer_id"]])))
        currencies = pd.Index(pd.unique(pd.concat([self.facts["currency"], own.currency])))
        self._customers = customers
        self._owner: Ints = customers.get_indexer(self.facts["customer_id"]).astype(np.int64)
        self.customer: Ints = customers.get_indexer(own.rows["customer_id"]).astype(np.int64)
        width = max(len(currencies), 1)
        self._account: Ints = self._owner * width + currencies.get_indexer(self.facts["currency"])
        self.account: Ints = self.customer * width + currencies.get_indexer(own.currency)
        self._issued, self._due = days(self.facts["issued_on"]), days(self.facts["due_on"])
        self._amount = units(self.facts["amount"])
        settled, lost = days(self.facts["settled_on"]), days(self.facts["written_off_on"])
        self._settled, self._closed = settled, np.minimum(settled, lost)
        position: Ints = pd.Index(self.facts["invoice_id"]).get_indexer(own.rows["invoice_id"]).astype(np.int64)
        known = position >= 0
        known[known] = self._issued[position[known]] < own.at[known]
        self._own_known = known
        self._position = np.where(known, position, 0)

    @property
    def at(self) -> Ints:
        """(n,) as_of day of each row."""
        return self.own.at

    @cached_property
    def country(self) -> pd.Series:
        """(n,) country of each row's customer (text, NA where unknown)."""
        master = self.ledger.customers.drop_duplicates("customer_id", keep="last").set_index("customer_id")["country"]
        return master.reindex(self.own.rows["customer_id"]).reset_index(drop=True).astype("str")

    @cached_property
    def settled(self) -> History:
        """The customer's settled invoices that were not cancelled: days_late, late (0/1), day, weekday."""
        kept = np.flatnonzero((self._settled != NO_DAY) & ~self.facts["cancelled"].to_numpy())
        day, due = self._settled[kept], self._due[kept]
        name = self.facts["invoice_id"].to_numpy(dtype=object)[kept].astype(str)
        stream = Stream(self._owner[kept], day, due, name)
        late = day - due
        columns = {
            "days_late": late,
            "late": (late > self.ledger.grace_days).astype(np.int64),
            "day": day,
            "weekday": weekday(day),
        }
        return History(stream, columns, self.customer, self.at)

    @cached_property
    def fallen_due(self) -> History:
        """The customer's invoices whose grace had passed by as_of, not cancelled, ordered by due date: late (0/1).

        Settled or not, each is here from the same day on, so that quick payers do not come first.
        """
        kept = np.flatnonzero(~self.facts["cancelled"].to_numpy())
        due = self._due[kept]
        grace = self.ledger.grace_days
        name = self.facts["invoice_id"].to_numpy(dtype=object)[kept].astype(str)
        late = (self._settled[kept] > due + grace).astype(np.int64)
        stream = Stream(self._owner[kept], np.maximum(due + grace, self._issued[kept]), due, name)
        place = np.full(len(self.facts), -1, dtype=np.int64)
        place[kept[stream.order]] = np.arange(len(kept))
        own = np.where(self._own_known, self.own_fact(place), -1)
        return History(stream, {"late": late}, self.customer, self.at, own)

    @cached_property
    def others(self) -> Ints:
        """(n,) number of the customer's other invoices that were issued before as_of."""
        stream = Stream(self._owner, self._issued)
        return stream.count(self.customer, self.at) - self._own_known

    @cached_property
    def others_disputed(self) -> Ints:
        """(n,) how many of them had a dispute that was known."""
        disputes = self.ledger.disputes
        invoice = pd.Index(self.facts["invoice_id"]).get_indexer(disputes["invoice_id"])
        known = days(known_on(TABLES["disputes"], disputes))
        first = np.full(len(self.facts), NO_DAY, dtype=np.int64)
        np.minimum.at(first, invoice[invoice >= 0], known[invoice >= 0])
        first = np.where(first == NO_DAY, NO_DAY, np.maximum(first, self._issued))
        disputed = np.flatnonzero(first != NO_DAY)
        stream = Stream(self._owner[disputed], first[disputed])
        own = self._own_known & (first[self._position] < self.at) if len(first) else self._own_known
        return stream.count(self.customer, self.at) - own

    @cached_property
    def usual_amount(self) -> Floats:
        """(n,) mean amount of the other invoices in the same currency, in units; NaN without any."""
        stream = Stream(self._account, self._issued)
        ones = np.ones_like(self._amount)
        own = self._own(self._amount)
        count = stream.total(ones, self.account, self.at) - self._own(ones)
        return ratio(stream.total(self._amount, self.account, self.at) - own, count)

    @cached_property
    def open_count(self) -> Ints:
        """(n,) other invoices in the same currency that were open."""
        issued = Stream(self._account, self._issued).count(self.account, self.at)
        closed = Stream(self._account, np.maximum(self._closed, self._issued))
        return issued - closed.count(self.account, self.at) - self._own_open

    @cached_property
    def overdue_count(self) -> Ints:
        """(n,) other invoices in the same currency that were open after their due date."""
        due = Stream(self._account, np.maximum(self._due, self._issued)).count(self.account, self.at)
        closed_day = np.maximum(np.maximum(self._closed, self._due), self._issued)
        closed = Stream(self._account, closed_day).count(self.account, self.at)
        own = self._own_open & (self.own_fact(self._due) < self.at)
        return due - closed - own

    @cached_property
    def open_amount(self) -> Ints:
        """(n,) what was open on these other invoices, in units."""
        invoice, day, paid, left = self._reductions()
        group = np.concatenate([self._account, self._account[invoice], self._account])
        closes = self._closed != NO_DAY
        event_day = np.concatenate(
            [self._issued, day, np.where(closes, np.maximum(self._closed, self._issued), NO_DAY)]
        )
        change = np.concatenate([self._amount, -paid, -left])
        kept = event_day != NO_DAY
        total = Stream(group[kept], event_day[kept]).total(change[kept], self.account, self.at)
        own_paid = Stream(invoice, day).total(paid, self._position, self.at)
        own = np.where(self._own_open, self.own_fact(self._amount) - own_paid, 0)
        return total - own

    @cached_property
    def last_payment(self) -> Ints:
        """(n,) day of the customer's last payment before as_of other than on the row's own invoice; NO_DAY if none."""
        payments = self.ledger.payments
        kept = payments[(payments["kind"] == "payment") & (payments["amount"] > 0)]
        customer = self._customers.get_indexer(kept["customer_id"]).astype(np.int64)
        kept, customer = kept[customer >= 0], customer[customer >= 0]
        invoices = pd.Index(pd.unique(kept["invoice_id"].dropna()))
        day, paid_for = days(kept["paid_on"]), invoices.get_indexer(kept["invoice_id"]).astype(np.int64)
        own = invoices.get_indexer(self.own.rows["invoice_id"]).astype(np.int64)
        stream = Stream(customer, day)
        day, paid_for = day[stream.order], paid_for[stream.order]
        lo, hi = stream.between(self.customer, None, self.at)
        looking = np.flatnonzero((hi > lo) & (own >= 0))
        while looking.size:  # step back over payments of the row's own invoice
            mine = paid_for[hi[looking] - 1] == own[looking]
            looking = looking[mine]
            hi[looking] -= 1
            looking = looking[hi[looking] > lo[looking]]
        found: Ints = np.full(self.at.shape, NO_DAY, dtype=np.int64)
        some = hi > lo
        found[some] = day[hi[some] - 1]
        return found

    def own_fact(self, values: Ints) -> Ints:
        """(n,) a per-invoice array at each row's own invoice (meaningless where that is not known yet)."""
        return values[self._position] if len(values) else np.zeros(self.at.shape, dtype=np.int64)

    @cached_property
    def own_closed(self) -> np.ndarray:
        """(n,) whether the row's own invoice was already closed before as_of, which no decision point is."""
        closed: np.ndarray = self._own_known & (self.own_fact(self._closed) < self.at)
        return closed

    @property
    def _own_open(self) -> np.ndarray:
        return self._own_known & ~self.own_closed

    def _own(self, values: Ints) -> Ints:
        same = self._own_known & (self.own_fact(self._account) == self.account)
        return np.where(same, self.own_fact(values), 0)

    def _reductions(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Payments on open invoices (invoice row, day, units), and per invoice what its closing took off."""
        payments = self.ledger.payments
        invoice = pd.Index(self.facts["invoice_id"]).get_indexer(payments["invoice_id"]).astype(np.int64)
        kept = invoice >= 0
        invoice = invoice[kept]
        day, paid = days(payments["paid_on"])[kept], units(payments["amount"])[kept]
        day = np.maximum(day, self._issued[invoice])
        early = day < np.maximum(self._closed, self._issued)[invoice]
        invoice, day, paid = invoice[early], day[early], paid[early]
        before = np.zeros(len(self.facts), dtype=np.int64)
        np.add.at(before, invoice, paid)
        return invoice, day, paid, self._amount - before


def weekday(day: Ints) -> Ints:
    """0 = Monday .. 6 = Sunday of day numbers (1970-01-01 was a Thursday)."""
    return (day + 3) % 7


def money(values: Ints) -> Floats:
    """Integer units as currency units."""
    return values / MONEY_UNITS
