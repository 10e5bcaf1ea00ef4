"""What was open at the start of past weeks, and what came in them: the past that baselines of cash learn from.

Weeks are counted back from as_of, so that the last one ends the day before it. What was open then is told in the light
of what is known at as_of: corrections and reversals recorded meanwhile are in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...ledger import Ledger, as_of, day, settle
from ...ledger.schema import MONEY_UNITS, days, units
from ..cash.items import WEEK, OpenItems

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Held:
    """(m,) pairs of an invoice and a past week at whose start it was open.

    Attributes
    ----------
    invoice : row of the invoice. start : number of the week's first day.
    open, left : units open at the start of the week and of the next. cash : units paid in between, reversals negative.
    """

    invoice: Ints
    start: Ints
    open: Ints
    left: Ints
    cash: Ints


class Balances:
    """The invoices and payments known at a day.

    Parameters
    ----------
    ledger : the whole book, or one cut at ``date``. date : as_of; nothing dated on it or later has an influence.

    Attributes
    ----------
    at : as_of. number : its number in days since 1970-01-01.
    currencies : their names, sorted.
    customer, currency, issued, due : (n,) number of customer and currency, day numbers, by invoice.
    closed : (n,) day of settlement or writing off; ``number`` where open.
    late : (n,) days late of what was settled and not cancelled, else NaN.
    """

    def __init__(self, ledger: Ledger, date: object) -> None:
        self.at = day(date)
        cut = as_of(ledger, self.at)
        facts, paid = settle(cut), cut.payments
        self.number = int(days(np.array([self.at], dtype="datetime64[s]"))[0])
        self._ids = pd.Index(facts["invoice_id"])
        self.customer = pd.factorize(facts["customer_id"])[0].astype(np.int64)
        currency, names = pd.factorize(facts["currency"], sort=True)
        self.currency, self.currencies = currency.astype(np.int64), tuple(names.tolist())
        self.issued, self.due = days(facts["issued_on"]), days(facts["due_on"])
        ends = np.minimum(days(facts["settled_on"]), days(facts["written_off_on"]))
        self.closed = np.minimum(ends, self.number)
        self.late = np.where(facts["cancelled"], np.nan, facts["days_late"].to_numpy(dtype=np.float64))
        self._amount = units(facts["amount"])
        row = self._ids.get_indexer(paid["invoice_id"])
        place = np.flatnonzero(row >= 0)
        when = days(paid["paid_on"])[place]
        place = place[np.lexsort((when, row[place]))]
        self._row, self._day = row[place].astype(np.int64), days(paid["paid_on"])[place]
        self._first = int(min(self._day.min(initial=self.number), self.issued.min(initial=self.number)))
        self._span = self.number - self._first + WEEK + 1
        self._key = self._row * self._span + self._day - self._first
        applied = units(paid["amount"])[place]
        self._money = np.where((paid["kind"] == "payment").to_numpy()[place], applied, 0)
        self._applied, self._cash = (np.concatenate([[0], np.cumsum(amount)]) for amount in (applied, self._money))

    def rows(self, items: OpenItems) -> Ints:
        """(n,) the row of each open item.

        Raises
        ------
        PaybenchError
            If the items are of another day, or of another book.
        """
        if items.at != self.at:
            raise PaybenchError(
                f"The open items are of {items.at:%Y-%m-%d}, what is known is of {self.at:%Y-%m-%d}; "
                "give both the same day."
            )
        row = self._ids.get_indexer(pd.Index(items.invoice_id)).astype(np.int64)
        if (row < 0).any():
            raise PaybenchError(
                f"Invoice {items.invoice_id[row < 0][0]} is open at {self.at:%Y-%m-%d}, but the ledger given does not "
                "know it; give the ledger that the open items come from."
            )
        return row

    def held(self, weeks: int) -> Held:
        """What was open at the start of each of the last weeks."""
        invoice, back = self._weeks_back(np.arange(len(self.issued)), self.closed, weeks)
        start = self.number - WEEK * back
        owed = self._owed(invoice, start)
        held = owed > 0
        invoice, start, owed = invoice[held], start[held], owed[held]
        left = np.where(self.closed[invoice] < start + WEEK, 0, self._owed(invoice, start + WEEK))
        cash = self._paid(self._cash, invoice, start + WEEK) - self._paid(self._cash, invoice, start)
        return Held(invoice, start, owed, left, cash)

    def came(self, weeks: int, steps: int) -> Floats:
        """What came of the books that were open at the start of each of the last weeks.

        Parameters
        ----------
        weeks : how far back. steps : weeks ahead, as seen from there.

        Returns
        -------
        (currencies, weeks, steps) payments, in currency units, on the invoices open at the start of a past week (the
        earliest first, the last one a week before as_of) in the first week, the second, ...; NaN where that week was
        not over, and where the book had no invoice yet.
        """
        paid = np.flatnonzero(self._money != 0)
        row = self._row[paid]
        one, back = self._weeks_back(row, np.minimum(self.closed[row], self._day[paid]), weeks)
        held = self._owed(row[one], self.number - WEEK * back) > 0
        paid, back = paid[one][held], back[held]
        step = (self._day[paid] - (self.number - WEEK * back)) // WEEK
        near = step < steps
        place = (self.currency[self._row[paid]] * weeks + weeks - back) * steps + step
        size = len(self.currencies) * weeks * steps
        cash = np.bincount(place[near], self._money[paid][near], minlength=size) / MONEY_UNITS
        age = np.arange(weeks, 0, -1)
        known = np.arange(1, steps + 1) <= age[:, None]
        there = self.number - WEEK * age > self.issued.min(initial=self.number)
        return np.where(known & there[:, None], cash.reshape(-1, weeks, steps), np.nan)

    def _weeks_back(self, row: Ints, until: Ints, weeks: int) -> tuple[Ints, Ints]:
        """Pairs of a place in ``row`` and a week back at whose start that invoice was issued, and that is <= until."""
        last = np.minimum((self.number - self.issued[row] - 1) // WEEK, weeks)
        first = np.maximum(-((until - self.number) // WEEK), 1)
        count = np.maximum(last - first + 1, 0)
        place = np.repeat(np.arange(len(row)), count)
        within = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
        return place, first[place] + within

    def _owed(self, invoice: Ints, when: Ints) -> Ints:
        """Units open of invoices at the start of a day, 0 where all was paid."""
        return np.maximum(self._amount[invoice] - self._paid(self._applied, invoice, when), 0)

    def _paid(self, sums: Ints, invoice: Ints, when: Ints) -> Ints:
        """Units of the payments of invoices before a day, from running sums over all payments."""
        key = invoice * self._span
        before, first = (np.searchsorted(self._key, k) for k in (key + when - self._first, key))
        paid: Ints = sums[before] - sums[first]
        return paid
