"""What was known at each decision point, as streams that features are computed from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa

from ...ledger.schema import MONEY_UNITS, NO_DAY
from .block import Block
from .book import CREDIT_NOTE, PAYMENT
from .dealings import Dealings
from .events import events
from .oldest import first_held
from .past import Past
from .streams import Flags, Floats, Ints, Rows, Spans, active

Stream = TypeVar("Stream", bound=Spans)
Tell = Callable[[str, pd.DataFrame], None]
"""Told what went into a number: what the events are, and the events."""


@dataclass(frozen=True)
class Terms:
    """(n,) what each row brings of its own invoice: amount in units, days, currency as a number, 1 = instalment."""

    amount: Ints
    issued: Ints
    due: Ints
    currency: Ints
    part: Ints


class Moment:
    """Everything that features may look at, for n decision rows of one block of customers.

    Parameters
    ----------
    block : the customers' facts.
    invoice, customer, day : (n,) numbers within the block (an invoice of another block: -1), and as_of.
    first : (n,) place in the book's ``invoices`` of the own invoice's first version.

    Attributes
    ----------
    at : (n,) as_of day of each row. own : the rows' own terms. own_known : whether the own invoice was known.
    """

    def __init__(self, block: Block, invoice: Ints, customer: Ints, day: Ints, first: Ints) -> None:
        self.block, self.book, self.states = block, block.book, block.states
        self.invoice, self.customer, self.at = invoice, customer, day
        s = self.states
        self._state = active(s.invoice, s.start, s.end, invoice, day)
        self.own_known: Flags = self._state >= 0
        terms = self.book.invoices.take(first)
        here = np.where(self.own_known, self._state, 0)

        def own(known: Ints, brought: Ints) -> Ints:
            return np.where(self.own_known, known[here], brought) if len(known) else brought

        self.own = Terms(
            own(s.amount, terms.amount), own(s.issued, terms.issued), own(s.due, terms.due),
            own(s.currency, terms.currency), own(s.part, terms.part),
        )  # fmt: skip
        self._here = here
        self._width = max(len(self.book.currencies), 1)
        self.tell: Tell | None = None

    @cached_property
    def dealings(self) -> Dealings:
        """Contacts, messages, promises and disputes."""
        return Dealings(self)

    def names(self, numbers: Ints, among: pa.Array) -> pa.Array:
        """(n,) text of numbers that are places in a list; missing where negative."""
        return among.take(pa.array(numbers, mask=numbers < 0))

    @cached_property
    def by_customer(self) -> Rows:
        """The rows by customer."""
        return Rows(self.customer, self.at, self.block.customers)

    @cached_property
    def by_account(self) -> Rows:
        """The rows by customer and currency."""
        account = self.customer * self._width + self.own.currency
        return Rows(account, self.at, self.block.customers * self._width)

    @cached_property
    def by_invoice(self) -> Rows:
        """The rows by their own invoice."""
        return Rows(self.invoice, self.at, self.block.invoices)

    def own_fact(self, values: Ints, missing: int = 0) -> Ints:
        """(n,) a column of the states at each row's own invoice; ``missing`` where that is not known."""
        return np.where(self.own_known, values[self._here], missing) if len(values) else np.full(len(self.at), missing)

    @cached_property
    def own_closed(self) -> Flags:
        """(n,) whether the own invoice was settled or written off before as_of, which no decision point is."""
        closed: Flags = self.own_fact((~self.states.open).astype(np.int64)) > 0
        return closed

    @cached_property
    def own_among_others(self) -> Ints:
        """(n,) 1 where the own invoice is one of the row's customer's, as the sums over all of them have it."""
        return (self.own_fact(self.states.customer, -1) == self.customer).astype(np.int64)

    @cached_property
    def country(self) -> Ints:
        """(n,) country of each row's customer as its place in ``book.countries``; -1 = none."""
        masters = self.block.masters
        place = active(masters.customer, masters.known, masters.until, self.customer, self.at)
        return np.where(place >= 0, masters.country[place], -1) if len(masters) else place

    @cached_property
    def settled(self) -> Past:
        """The customer's settled invoices, cancelled ones left out, by settlement day.

        Columns: days_late, late (0/1), days_to_pay, weekday, month_day, parted (0/1).
        """
        s = self.states
        kept = (s.settled != NO_DAY) & ~s.cancelled
        first, end = s.runs(kept, s.start, s.settled, s.due, s.issued, s.amount, s.customer, s.first_paid)
        x = s.take(first)
        late = x.settled - x.due
        return self.told(
            Past(
                self.by_customer, x.customer, x.settled, x.start, end, "settled invoices", ties=(x.due,),
                days_late=late, late=(late > self.book.grace).astype(np.int64), days_to_pay=x.settled - x.issued,
                weekday=weekday(x.settled), month_day=month_day(x.settled) - 1,
                parted=(x.first_paid < x.settled).astype(np.int64), state=first,
            )
        )  # fmt: skip

    @cached_property
    def settled_amounts(self) -> Spans:
        """The same in the currency of the row: amount, and amount times days late, in units."""
        s = self.states
        kept = (s.settled != NO_DAY) & ~s.cancelled
        first, end = s.runs(kept, s.start, s.settled, s.due, s.amount, s.customer, s.currency)
        x = s.take(first)
        return self.told(
            Spans(
                self.by_account, self._account(first), x.start, end, "settled invoices in this currency",
                amount=x.amount, weighted=x.amount * (x.settled - x.due), state=first,
            )
        )  # fmt: skip

    @cached_property
    def fallen_due(self) -> Past:
        """The customer's invoices whose grace had passed by as_of, not cancelled, by due date: late (0/1).

        Settled or not, each is here from the same day on, so that quick payers do not come first.
        """
        s = self.states
        passed = s.due + self.book.grace
        late = ((s.settled == NO_DAY) | (s.settled > passed)).astype(np.int64)
        start = np.maximum(s.start, passed)
        first, end = s.runs(~s.cancelled, start, s.due, s.issued, s.amount, s.customer, late)
        x = s.take(first)
        return self.told(
            Past(
                self.by_customer, x.customer, np.maximum(passed[first], x.issued), start[first], end,
                "invoices that have fallen due", ties=(x.due, x.amount, late[first]), invoice=x.invoice,
                skip=self.invoice, late=late[first], state=first,
            )
        )  # fmt: skip

    @cached_property
    def own_fallen_due(self) -> Ints:
        """(n,) 1 where the own invoice is among :attr:`fallen_due` (late, being open)."""
        s = self.states
        there = ~s.cancelled[self._here] if len(s) else self.own_known
        passed = self.own_fact(s.due + self.book.grace, NO_DAY) < self.at
        return self.own_among_others * (there & passed)

    @cached_property
    def issued(self) -> Past:
        """The customer's invoices in the row's currency, by day of issue: amount."""
        s = self.states
        first, end = s.runs(np.ones(len(s), dtype=bool), s.start, s.issued, s.amount, s.customer, s.currency)
        x = s.take(first)
        return self.told(
            Past(
                self.by_account, self._account(first), x.issued, x.start, end, "invoices in this currency",
                amount=x.amount, state=first,
            )
        )  # fmt: skip

    @cached_property
    def all_issued(self) -> Spans:
        """The customer's invoices in any currency."""
        s = self.states
        first, end = s.runs(np.ones(len(s), dtype=bool), s.start, s.customer)
        x = s.take(first)
        return self.told(Spans(self.by_customer, x.customer, x.start, end, "invoices", state=first))

    @cached_property
    def open(self) -> Spans:
        """The customer's open invoices in the row's currency: ``still`` due, in units."""
        s = self.states
        some = np.flatnonzero(s.open)
        return self.told(
            Spans(
                self.by_account, self._account(some), s.start[some], s.end[some], "open invoices",
                still=s.still[some], state=some,
            )
        )  # fmt: skip

    @cached_property
    def overdue(self) -> Spans:
        """Those of them that are overdue."""
        s = self.states
        some = np.flatnonzero(s.open)
        return self.told(
            Spans(
                self.by_account, self._account(some), np.maximum(s.start, s.due)[some], s.end[some],
                "overdue invoices", still=s.still[some], state=some,
            )
        )  # fmt: skip

    @cached_property
    def oldest_due(self) -> Ints:
        """(n,) due day of the customer's other invoice that is overdue for longest; NO_DAY if none is."""
        overdue, s = self.overdue, self.states
        due = s.due[overdue.values["state"]]
        some = np.flatnonzero(overdue.count() > self.own_overdue)
        place = first_held(
            self.by_account, some, overdue.group, due, overdue.start, overdue.end,
            s.invoice[overdue.values["state"]], self.invoice,
        )  # fmt: skip
        found = np.full(len(self.at), NO_DAY)
        found[some] = due[place]
        return found

    @cached_property
    def own_overdue(self) -> Ints:
        """(n,) 1 where the own invoice is among :attr:`overdue`."""
        return self.own_among_others * (self.own_fact(self.states.due, NO_DAY) < self.at)

    @cached_property
    def lost(self) -> Spans:
        """The customer's invoices that were written off."""
        s = self.states
        some = np.flatnonzero(s.lost != NO_DAY)
        return self.told(
            Spans(self.by_customer, s.customer[some], s.start[some], s.end[some], "invoices written off", state=some)
        )

    @cached_property
    def payments(self) -> Past:
        """The customer's payments but those for the own invoice, by value date."""
        p = self.block.own_payments
        p = p.take(np.flatnonzero((p.kind == PAYMENT) & (p.amount > 0)))
        return self.told(
            Past(
                self.by_customer, p.customer, p.paid, p.known, p.until, "payments", invoice=p.invoice,
                skip=self.invoice, row=p.row,
            ),
            "payments",
        )  # fmt: skip

    @cached_property
    def unapplied(self) -> Spans:
        """The customer's payments and credit notes that name no invoice, in the row's currency: amount, in units."""
        p = self.block.own_payments
        p = p.take(np.flatnonzero((p.invoice == -1) & ((p.kind == PAYMENT) | (p.kind == CREDIT_NOTE))))
        account = np.where(p.currency >= 0, p.customer * self._width + p.currency, -1)
        return self.told(
            Spans(self.by_account, account, p.known, p.until, "unapplied payments", amount=p.amount, row=p.row),
            "payments",
        )

    def _account(self, some: Ints) -> Ints:
        return self.states.customer[some] * self._width + self.states.currency[some]

    def told(self, stream: Stream, table: str = "") -> Stream:
        """The stream, which tells of its items if somebody listens; ``table`` is where its rows are."""
        if self.tell is not None:
            stream.table = table
            stream.trace = partial(self._tell, stream)
        return stream

    def _tell(self, stream: Spans, name: str, places: Ints) -> None:
        if self.tell is not None:
            self.tell(name, events(self.block, stream, places, int(self.at[0])))


def weekday(day: Ints) -> Ints:
    """0 = Monday .. 6 = Sunday of day numbers (1970-01-01 was a Thursday)."""
    return (day + 3) % 7


def month_day(day: Ints) -> Ints:
    """1 .. 31 of day numbers."""
    return by_day(_month_day, day)


def by_day(says: Callable[[Ints], Ints], day: Ints) -> Ints:
    """What a function says of days, of which there are many fewer than rows."""
    if not len(day):
        return says(day)
    first, last = int(day.min()), int(day.max())
    if last - first > len(day) + 366:
        return says(day)
    told: Ints = says(np.arange(first, last + 1))[day - first]
    return told


def _month_day(day: Ints) -> Ints:
    date = day.astype("datetime64[D]")
    return (date - date.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1


def money(values: Ints) -> Floats:
    """Integer units as currency units."""
    return values / MONEY_UNITS
