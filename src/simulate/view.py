"""What a policy sees and says: the open invoices of a morning, and what is to be sent about them.

A *policy* is any callable that takes a :class:`View` and returns :class:`Actions`. It sees what the books know at the
start of the day; what it sends works from the next day on (:mod:`.contacts`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pyarrow as pa

from ..errors import PaybenchError
from .identifiers import identifiers
from .settings import CHANNELS, TONES
from .streams import Purpose, Streams

NOTHING = -1
"""The channel of a decision to send nothing."""


TrueEffects = Callable[[np.ndarray, np.ndarray, np.ndarray, int], dict[str, np.ndarray]]
"""Invoices, channels, tones and a horizon in, what is true of such contacts out."""


@dataclass(frozen=True)
class Book:
    """What was billed to a block of customers, by position.

    Attributes
    ----------
    number : of each customer, as in its ``customer_id``. currency, country : of each customer, ISO codes.
    serial, cents, terms : of each invoice: its number within the customer, amount billed, days from issue to due.
    """

    number: np.ndarray
    currency: np.ndarray
    country: np.ndarray
    serial: np.ndarray
    cents: np.ndarray
    terms: np.ndarray


@dataclass(frozen=True)
class View:
    """What the books know at the start of a day about invoices that are open then; arrays of length n.

    A view holds the open invoices of one block of customers (2048, see :data:`.world.BLOCK`), not of the whole world.

    Attributes
    ----------
    today : days since 1970-01-01. workday : whether banks work.
    invoice, customer : positions that stay the same all through the block of customers.
    days_overdue, age : calendar days since due (negative before), since issue.
    cents_open : open amount. disputed : whether a dispute is open.
    promised_on : the latest day promised for it, 0 if none.
    step : decisions made about it so far. since : days since the last one (large if none).
    customer_since : days since anything was last sent to the customer.
    allowed : channels that the customer has not forbidden, (n, len(CHANNELS)).
    """

    today: int
    workday: bool
    invoice: np.ndarray
    customer: np.ndarray
    days_overdue: np.ndarray
    age: np.ndarray
    cents_open: np.ndarray
    disputed: np.ndarray
    promised_on: np.ndarray
    step: np.ndarray
    since: np.ndarray
    customer_since: np.ndarray
    allowed: np.ndarray
    _draw: Callable[[int], np.ndarray] = field(repr=False)
    _hidden: Callable[[], np.ndarray] | None = field(repr=False, default=None)
    _effects: TrueEffects | None = field(repr=False, default=None)
    _book: Callable[[], Book] | None = field(repr=False, default=None)

    def __len__(self) -> int:
        return len(self.invoice)

    def uniform(self, nth: int = 0) -> np.ndarray:
        """Random numbers in (0, 1) for the policy's own use, one per invoice, the same under every policy."""
        return self._draw(nth)

    @property
    def cents_billed(self) -> np.ndarray:
        """Amount of the invoice, of which ``cents_open`` is open."""
        return self._books.cents[self.invoice]

    @property
    def terms(self) -> np.ndarray:
        """Calendar days from issue to due."""
        return self._books.terms[self.invoice]

    @property
    def currency(self) -> np.ndarray:
        """ISO 4217 code of the amounts; amounts in several currencies are never added."""
        return self._books.currency[self.customer]

    @property
    def country(self) -> np.ndarray:
        """ISO 3166 code of the customer's country."""
        return self._books.country[self.customer]

    @property
    def customer_id(self) -> np.ndarray:
        """The customer's number as in the ledger, text."""
        return _texts(identifiers("C", (self._books.number[self.customer], 5)))

    @property
    def invoice_id(self) -> np.ndarray:
        """The invoice's number as in the ledger, text."""
        number, serial = self._books.number[self.customer], self._books.serial[self.invoice]
        return _texts(identifiers("INV-", (number, 5), (serial, 4)))

    @property
    def _books(self) -> Book:
        if self._book is None:
            raise PaybenchError("This view was made by hand and knows nothing of what was billed.")
        return self._book()

    @property
    def hidden(self) -> np.ndarray:
        """How badly the customer is in cash (standard deviations); only for policies with ``sees_hidden = True``.

        Raises
        ------
        PaybenchError
            If the policy does not say that it sees it.
        """
        if self._hidden is None:
            raise PaybenchError("A policy sees what the books know; only one with sees_hidden = True sees 'hidden'.")
        return self._hidden()

    def effects(
        self, row: np.ndarray, channel: np.ndarray, tone: np.ndarray, horizon: int = 60
    ) -> dict[str, np.ndarray]:
        """What contacts today would truly change; only for policies with ``sees_effects = True``.

        Parameters
        ----------
        row : positions in the view, several times where several contacts are thought of. channel, tone : positions, of
            one length with it. horizon : days to look ahead.

        Returns
        -------
        By name, (len(row),) each: see :func:`.effects.effects`.

        Raises
        ------
        PaybenchError
            If the policy does not say that it sees them.
        """
        if self._effects is None:
            raise PaybenchError("A policy sees what the books know; only one with sees_effects = True sees 'effects'.")
        return self._effects(self.invoice[row], channel, tone, horizon)


@dataclass(frozen=True)
class Actions:
    """Decisions about some rows of a view, at most one for each; arrays of one length.

    Attributes
    ----------
    row : positions in the view. channel : position in ``CHANNELS``, or :data:`NOTHING`. tone : position in ``TONES``.
    propensity : the chance with which the policy, as it believes, makes this decision.
    """

    row: np.ndarray
    channel: np.ndarray
    tone: np.ndarray
    propensity: np.ndarray

    def checked(self, n: int) -> Actions:
        """Itself, if it can be carried out on a view of n rows.

        Raises
        ------
        PaybenchError
            If it cannot: a row twice or outside, an unknown channel or tone, a propensity outside (0, 1].
        """
        for what, value in (("row", self.row), ("channel", self.channel), ("tone", self.tone)):
            if not np.issubdtype(np.asarray(value).dtype, np.integer):
                raise PaybenchError(f"A policy gave a {what} that is no whole number; give positions as integers.")
        row = np.asarray(self.row, dtype=np.int64)
        parts = (self.channel, self.tone, self.propensity)
        if any(len(p) != len(row) for p in parts):
            raise PaybenchError("A policy returned arrays of different lengths; give one value of each per decision.")
        if len(row) and (row.min() < 0 or row.max() >= n or np.unique(row).size < row.size):
            raise PaybenchError(f"A policy decided twice on one row, or on a row outside its view of {n}; decide once.")
        for what, value, names, least in (("channel", self.channel, CHANNELS, NOTHING), ("tone", self.tone, TONES, 0)):
            if len(row) and not (np.min(value) >= least and np.max(value) < len(names)):
                raise PaybenchError(f"A policy chose a {what} that is none of {', '.join(names)}; give its position.")
        if len(row) and not (np.min(self.propensity) > 0 and np.max(self.propensity) <= 1):
            raise PaybenchError("A policy gave a propensity outside (0, 1]; give the chance of what it decided.")
        return self


class Policy(Protocol):
    """Who decides what is sent; ``name``, ``sees_hidden`` and ``sees_effects`` are optional attributes.

    Customers are drawn in blocks of 2048 that know nothing of each other, so that they depend on no other customer, and
    so that a world of any size can be drawn. A policy is called once per block and day, and each block begins with a
    copy of it as it was given: what it remembers is of one block, the result depends neither on the order of the
    blocks nor on the number of processes, and a cap of contacts per day holds per block. Cap by customer, or by a share
    of the view, where the whole world is meant. :func:`.simulate` gives the first block the policy itself, so that what
    it remembered can be read afterwards.
    """

    def __call__(self, view: View) -> Actions | None:
        """Decide on a morning; None = nothing today."""
        ...


def _texts(ids: pa.Array) -> np.ndarray:
    return np.asarray(ids.to_numpy(zero_copy_only=False))


def drawer(streams: Streams, keys: np.ndarray, day: int) -> Callable[[int], np.ndarray]:
    """The random numbers of a policy on a day."""
    return lambda nth: streams.uniform(keys, Purpose.POLICY + nth, day)
