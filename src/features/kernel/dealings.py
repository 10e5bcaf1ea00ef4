"""What was said between the book and the customer: contacts, messages, promises, disputes."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import proxy

import numpy as np

from .book import Events
from .past import Past
from .states import States
from .streams import Flags, Ints, Spans, ranges
from .versions import united

if TYPE_CHECKING:
    from .moment import Moment


class Dealings:
    """Streams of dealings with the customers of a moment's rows.

    Parameters
    ----------
    at : the decision rows, which keep this, and not the other way round: a book goes when nobody asks for more.
    """

    def __init__(self, at: Moment) -> None:
        self._at: Moment = proxy(at)
        self._block = at.block
        self._said: dict[str, Past] = {}

    def _past(self, name: str) -> Past:
        e = self._block.of_customers(name)
        stream = Past(self._at.by_customer, e.customer, e.day, e.known, e.until, name, row=e.row)
        return self._at.told(stream, name)

    @cached_property
    def contacts(self) -> Past:
        """Contacts with the customer, by the day they were sent."""
        return self._past("contacts")

    @cached_property
    def messages(self) -> Past:
        """Messages of the customer, by the day they came."""
        return self._past("messages")

    @cached_property
    def read(self) -> Flags | None:
        """(n,) whether something that the customer had written was read.

        None is a short way to say False everywhere: nobody read anything of the book.
        """
        meanings = self._at.book.meanings
        if meanings is None:
            return None
        e = self._block.of_customers("messages")
        e = e.take(np.flatnonzero(meanings.read[e.row]))
        return Spans(self._at.by_customer, e.customer, e.known, e.until).count() > 0

    def said(self, what: str, intents: Collection[str]) -> Past:
        """Messages of the customer that were read to mean one of some intents, by the day they came.

        Parameters
        ----------
        what : they are called, one name for one collection of intents.
        """
        if what not in self._said:
            e, meanings = self._block.of_customers("messages"), self._at.book.meanings
            e = e.take(np.flatnonzero(meanings.mention(intents)[e.row]) if meanings else slice(0))
            stream = Past(self._at.by_customer, e.customer, e.day, e.known, e.until, what, row=e.row)
            self._said[what] = self._at.told(stream, "messages")
        return self._said[what]

    @cached_property
    def own_contacts(self) -> Spans:
        """Contacts about the own invoice."""
        e = self._block.about("contacts")
        return self._own("contacts about this invoice", "contacts", e, e.until)

    @cached_property
    def own_promises(self) -> Spans:
        """Promises on the own invoice whose day has not passed."""
        e = self._block.about("promises")
        what = "promises on this invoice whose day has not passed"
        return self._own(what, "promises", e, np.minimum(e.until, e.day))

    def _own(self, what: str, table: str, e: Events, end: Ints) -> Spans:
        return self._at.told(Spans(self._at.by_invoice, e.invoice, e.known, end, what, row=e.row), table)

    @cached_property
    def kept(self) -> Spans:
        """The customer's promises on invoices of its own that were settled by the promised day."""
        return self._promises(kept=True)

    @cached_property
    def broken(self) -> Spans:
        """The customer's promises whose day has passed without that."""
        return self._promises(kept=False)

    def _promises(self, kept: bool) -> Spans:
        e, s = self._block.of_customers("promises"), self._block.states
        event, state, start, end = _meets(e.invoice, e.known, e.until, s)
        promised = e.day[event]
        by_then = s.settled[state] <= promised
        own = s.customer[state] == e.customer[event]
        if not kept:
            start = np.maximum(start, promised)
        some = np.flatnonzero(own & (by_then == kept))
        event = event[some]
        name = "promises kept" if kept else "promises broken"
        return self._at.told(
            Spans(self._at.by_customer, e.customer[event], start[some], end[some], name, row=e.row[event]), "promises"
        )

    @cached_property
    def _disputes(self) -> Events:
        return self._block.about("disputes")

    @cached_property
    def own_open_disputes(self) -> Spans:
        """Open disputes of the own invoice."""
        e = self._disputes
        return self._own("open disputes of this invoice", "disputes", e, np.minimum(e.until, e.day))

    @cached_property
    def open_disputes(self) -> Spans:
        """Open disputes of the customer's invoices."""
        e, s = self._disputes, self._block.states
        event, state, start, end = _meets(e.invoice, e.known, np.minimum(e.until, e.day), s)
        return self._at.told(
            Spans(self._at.by_customer, s.customer[state], start, end, "open disputes", row=e.row[event]), "disputes"
        )

    @cached_property
    def disputed(self) -> Spans:
        """The customer's invoices that are known to have been disputed."""
        s = self._block.states
        invoice, start, end = self._ever
        _, state, start, end = _meets(invoice, start, end, s)
        return self._at.told(
            Spans(self._at.by_customer, s.customer[state], start, end, "disputed invoices", state=state)
        )

    @cached_property
    def own_disputed(self) -> Spans:
        """Whether the own invoice is one of them."""
        return Spans(self._at.by_invoice, *self._ever)

    @cached_property
    def _ever(self) -> tuple[Ints, Ints, Ints]:
        e = self._disputes
        return united(e.invoice, e.known, e.until)


def _meets(invoice: Ints, start: Ints, end: Ints, states: States) -> tuple[Ints, Ints, Ints, Ints]:
    """Pairs of spans on invoices and states of these, with the days on which both hold: span, state, start, end."""
    lo = np.searchsorted(states.invoice, invoice)
    size = np.where(invoice >= 0, np.searchsorted(states.invoice, invoice, side="right") - lo, 0)
    span, state = ranges(lo, size)
    start = np.maximum(start[span], states.start[state])
    end = np.minimum(end[span], states.end[state])
    both = np.flatnonzero(start < end)
    return span[both], state[both], start[both], end[both]
