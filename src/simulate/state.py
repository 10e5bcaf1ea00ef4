"""Where a block of customers stands on a day: what the loop over the days carries, and what it has written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from .calendar import Calendar
from .contacts import worn
from .customers import Customers
from .delays import MINDS, Plans
from .invoices import Invoices
from .liquidity import Cash, Weather
from .settings import CHANNELS, COUNTRIES, WRITE_OFF, Settings
from .streams import Purpose, Streams
from .view import Book

NEVER = 0
"""The day of what has not happened."""

GONE_WRITE_OFF = 45
"""Days after a customer has gone out of business at which its open invoices are written off."""


class Log:
    """What happened, as columns that grow day by day."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._parts: dict[str, list[tuple[int, dict[str, np.ndarray | int | float]]]] = {}

    def add(self, table: str, **columns: np.ndarray | int | float) -> None:
        """Write rows down; the first column is an array, numbers hold for all rows."""
        n = len(next(iter(columns.values())))  # type: ignore[arg-type]
        if n:
            self._parts.setdefault(table, []).append((n, columns))

    def table(self, name: str, **empty: type) -> dict[str, np.ndarray]:
        """All rows of a table; its columns and their types, where it has none."""
        parts = self._parts.get(name)
        if not parts:
            return {k: np.zeros(0, dtype=t) for k, t in empty.items()}
        return {
            k: np.concatenate([v if np.ndim(v := p[k]) else np.full(n, v) for n, p in parts], axis=-1)
            for k in parts[0][1]
        }

    def has(self, name: str) -> bool:
        """Whether a table has rows."""
        return name in self._parts


@dataclass
class State:
    """The state of n invoices of some customers at the end of a day; arrays by invoice unless said otherwise.

    Attributes
    ----------
    unpaid : positions of the invoices that are issued and open. today : days since 1970-01-01.
    mass, last : of the law of payment, (MINDS, n). never : mass of never. opens_on : nobody pays before.
    patience : it is paid when the chance to be unpaid, mass and never together, falls below.
    cents : still open. closed : day on which it was settled or written off.
    bounced : day of the last payment that was reversed.
    disputed, contested_cents : day on which the open dispute was opened, and what it is about (0 = all).
    was_disputed, parted, credited, given_up : whether it ever was.
    wrote : day of the last message about it.
    promised : latest promised day. steps, decided : decisions about it, and the day of the last.
    press, pressed : pressure, and the day on which it was put.
    tired, lost, contacted : of customers: recent contacts, lost goodwill, day of the last contact.
    allowed : of customers: channels not forbidden, (customers, CHANNELS).
    """

    customers: Customers
    invoices: Invoices
    plans: Plans
    cash: Cash
    weather: Weather
    settings: Settings
    calendar: Calendar
    streams: Streams
    log: Log = field(default_factory=Log)

    def __post_init__(self) -> None:
        """Everything before the first day."""
        n, m = len(self.invoices), len(self.customers)
        self.today = self.calendar.first
        self.unpaid = np.zeros(0, dtype=np.int64)
        self.mass, self.last = self.plans.start(), np.ones((MINDS, n))
        self.never, self.opens_on = self.plans.never.copy(), self.plans.opens_on()
        self.patience = self.streams.uniform(self.invoices.key, Purpose.SETTLE, self.invoices.issued)
        self.cents = self.invoices.cents.copy()
        self.closed, self.bounced, self.disputed = (np.full(n, NEVER) for _ in range(3))
        self.contested_cents = np.zeros(n, dtype=np.int64)
        self.was_disputed, self.parted, self.credited, self.given_up = (np.zeros(n, dtype=bool) for _ in range(4))
        self.promised, self.steps, self.decided = (np.full(n, NEVER) for _ in range(3))
        self.wrote = np.full(n, NEVER)
        self.press, self.pressed = np.zeros(n), np.full(n, NEVER)
        self.tired, self.lost = np.zeros(m), np.zeros(m)
        self.contacted = np.full(m, NEVER)
        self.lost_at_end = np.zeros(m)
        self.allowed = np.ones((m, len(CHANNELS)), dtype=bool)
        gone = self.cash.gone_on[self.invoices.customer]
        given_up = np.minimum(self.plans.due + WRITE_OFF + 1, np.maximum(gone, self.plans.issued) + GONE_WRITE_OFF)
        self.written_off_on = self.calendar.next_workdays[given_up - self.calendar.first]

    @cached_property
    def book(self) -> Book:
        """What was billed."""
        issued, due = self.invoices.issued, self.invoices.due
        currency = np.array(self.customers.currencies(self.settings), dtype=object)
        country = np.array(list(COUNTRIES), dtype=object)[self.customers.country]
        return Book(self.customers.number, currency, country, self.invoices.serial, self.invoices.cents, due - issued)

    def kind(self, invoice: np.ndarray, name: str) -> np.ndarray:
        """One number of the types of the customers of some invoices."""
        return self.settings.of_types(name)[self.customers.type[self.invoices.customer[invoice]]]

    def uniform(self, invoice: np.ndarray, purpose: int) -> np.ndarray:
        """Today's random numbers of some invoices."""
        return self.streams.uniform(self.invoices.key[invoice], purpose, self.today)

    def draw_patience(self, invoice: np.ndarray) -> None:
        """Draw anew, today, how long some invoices will stay unpaid, as their minds stand."""
        left = self.mass[:, invoice].sum(axis=0) + self.never[invoice]
        self.patience[invoice] = left * self.uniform(invoice, Purpose.SETTLE)

    def workday(self) -> bool:
        """Whether banks work today."""
        return bool(self.calendar.workdays[self.today - self.calendar.first])

    def squeezed(self, invoice: np.ndarray) -> np.ndarray:
        """Whether the customers of some invoices are short of cash today."""
        return self.squeezed_on(invoice, self.today)

    def squeezed_on(self, invoice: np.ndarray, day: int) -> np.ndarray:
        """Whether the customers of some invoices are short of cash on a day."""
        return self.cash.squeezed[self.invoices.customer[invoice], self.calendar.week(day)]

    def shared(self) -> int:
        """Today's state of what all customers share."""
        return self.shared_on(self.today)

    def shared_on(self, day: int) -> int:
        """The state of what all customers share on a day."""
        return int(self.weather.state[self.calendar.week(day)])

    def there(self, invoice: np.ndarray) -> np.ndarray:
        """Whether the customers of some invoices are still in business today."""
        return self.cash.gone_on[self.invoices.customer[invoice]] > self.today

    def pressure(self, invoice: np.ndarray) -> np.ndarray:
        """What is left today of the pressure on some invoices."""
        return self.press[invoice] * worn(self.settings, self.today - self.pressed[invoice])
